// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the references of the configuration file.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { type Config, faultLine, loadConfig } from '../../src/config/config.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-config-'));
after(() => rmSync(folder, { recursive: true }));

let count = 0;
function file(text: string, ending = 'yaml'): string {
  const path = join(folder, `${++count}.${ending}`);
  writeFileSync(path, text);
  return path;
}

function config(text: string, env = {}, ending = 'yaml'): Config {
  const loaded = loadConfig(file(text, ending), env);
  assert.ok(loaded.ok, loaded.ok ? '' : loaded.faults.map(faultLine).join('\n'));
  return loaded.config;
}

/** `line:column path` of every fault. */
function faults(text: string, env = {}): string[] {
  const loaded = loadConfig(file(text), env);
  return loaded.ok ? [] : loaded.faults.map((one) => `${one.line}:${one.column} ${one.path}`);
}

function words(text: string, env = {}): string {
  const loaded = loadConfig(file(text), env);
  return loaded.ok ? '' : loaded.faults.map(faultLine).join('\n');
}

function warnings(text: string, env = {}): string[] {
  const loaded = loadConfig(file(text), env);
  assert.ok(loaded.ok);
  return loaded.warnings.map((one) => one.path);
}

describe('a configuration', () => {
  it('needs nothing but servers, and protects by default', () => {
    const { listen, servers, auth, naming } = config('servers: { a: { command: x } }');
    assert.equal(listen.host, '127.0.0.1');
    assert.equal(listen.bodyBytesMax, 4 * 1024 * 1024);
    assert.equal(auth.anonymous, true);
    assert.deepEqual(naming, { prefix: 'auto', separator: '__' });
    assert.deepEqual(servers.a, {
      kind: 'stdio',
      commands: [{ command: 'x', args: [], env: {}, cwd: folder, weight: 1 }],
      pool: {
        mode: 'auto',
        size: 1,
        max: 32,
        idleMs: 300_000,
        warm: 0,
        pending: 128,
        queue: 8192,
        queuePerCaller: 2048,
        waitMs: 20_000,
        answerMs: 30_000,
        recycle: {},
      },
      timeoutMs: 60_000,
      progressResetsDeadline: false,
      progressMaxMs: 3_600_000,
      retry: { percent: 10, min: 10 },
      breaker: {
        enabled: true,
        windowMs: 10_000,
        minCalls: 20,
        failurePercent: 50,
        slowPercent: 80,
        openMs: 5000,
        probes: 3,
      },
      lists: { ttlMs: 60_000 },
      tools: {},
      startMs: 15_000,
      lineBytesMax: 16 * 1024 * 1024,
      disabled: false,
    });
  });

  it('is frozen to the bottom', () => {
    const { servers } = config('servers: { a: { command: x, args: [y] } }');
    const server = servers.a;
    assert.ok(server?.kind === 'stdio');
    assert.throws(() => (server.commands[0]!.args as string[]).push('z'), TypeError);
    assert.throws(() => Object.assign(servers, { b: server }), TypeError);
  });

  it('takes the file of a desktop client as it is, tabs and all', () => {
    const { servers } = config(
      `{\n\t"mcpServers": {\n\t\t"a": { "command": "x", "type": "stdio", "autoApprove": ["t"] },
        "b": { "type": "streamable-http", "url": "https://example.com/mcp" },
        "c": { "type": "sse", "url": "https://example.com/sse", "disabled": true } } }`,
      {},
      'json',
    );
    assert.deepEqual(Object.keys(servers), ['a', 'b', 'c']);
    assert.ok(servers.b?.kind === 'http' && servers.b.transport === 'http');
    assert.ok(servers.c?.kind === 'http' && servers.c.transport === 'sse' && servers.c.disabled);
  });

  it('joins servers and mcpServers, and refuses a name that both have', () => {
    const both = 'servers: { a: { command: x } }\nmcpServers:\n  NAME: { command: y }';
    assert.deepEqual(Object.keys(config(both.replace('NAME', 'b')).servers), ['a', 'b']);
    assert.deepEqual(faults(both.replace('NAME', 'a')), ['3:3 mcpServers.a']);
  });

  it('runs servers in the folder of the file, or in cwd relative to it', () => {
    const { servers } = config(
      'servers: { a: { command: x, cwd: sub/dir }, b: { command: x, cwd: / } }',
    );
    assert.ok(
      servers.a?.kind === 'stdio' && servers.a.commands[0]?.cwd === join(folder, 'sub/dir'),
    );
    assert.ok(servers.b?.kind === 'stdio' && servers.b.commands[0]?.cwd === '/');
  });

  it('has the hash that sha256sum prints', () => {
    const text = 'servers: {}';
    const loaded = loadConfig(file(text), {});
    assert.ok(loaded.ok);
    assert.equal(loaded.hash, createHash('sha256').update(text).digest('hex'));
  });

  it('keeps the order of the servers', () => {
    const { servers } = config(
      'servers: { z: { command: x }, a: { command: x }, m: { command: x } }',
    );
    assert.deepEqual(Object.keys(servers), ['z', 'a', 'm']);
  });
});

describe('a server of several places', () => {
  it('has them as `urls` or `commands`, and paths from the folder of the file', () => {
    const { servers } = config(
      `servers:
  far: { urls: [{ url: "https://a.test" }, { url: "https://b.test", weight: 0 }], tls: { ca: ca.pem } }
  near: { commands: [{ command: x, cwd: sub }, { command: y, args: [z], weight: 3 }] }`,
    );
    const { far, near } = servers;
    assert.ok(far?.kind === 'http' && near?.kind === 'stdio');
    assert.deepEqual(
      far.urls.map(({ weight }) => weight),
      [1, 0],
    );
    assert.equal(far.tls.ca, join(folder, 'ca.pem'));
    assert.deepEqual(
      near.commands.map(({ cwd }) => cwd),
      [join(folder, 'sub'), folder],
    );
  });

  it('is refused where its parts contradict each other, each fault at its place', () => {
    const text = [
      'servers:',
      '  a: { url: "https://x.test", urls: [{ url: "https://y.test" }] }',
      '  b: { commands: [{ command: x }], env: { A: b } }',
      '  c: { url: "http://x.test", http2: true }',
      '  d: { url: "https://x.test", tls: { cert: c.pem } }',
      '  e: { url: "https://x.test", proxy: "socks5://me:s3cret@x" }',
      '  f: { urls: [{ url: "https://x.test", wieght: 1 }] }',
      '  g: { urls: [] }',
      '  h: { url: "https://x.test", commands: [{ command: x }] }',
    ].join('\n');
    const told = words(text);
    const places = faults(text).map((one) => one.split(' ')[1]);
    assert.deepEqual(places, [
      'servers.a',
      'servers.b',
      'servers.c',
      'servers.d.tls',
      'servers.e.proxy',
      'servers.f.urls[0].wieght',
      'servers.g.urls',
      'servers.h.url',
    ]);
    assert.match(told, /did you mean "weight"/);
    assert.ok(!told.includes('s3cret'));
  });

  it('is warned of a secret in any of them', () => {
    const text =
      'servers: { a: { commands: [{ command: x }, { command: y, env: { TOKEN: abcdefghijkl } }] } }';
    const loaded = loadConfig(file(text), {});
    assert.ok(loaded.ok);
    const [warning] = loaded.warnings.map(({ path }) => path);
    assert.equal(warning, 'servers.a.commands[1].env.TOKEN');
    const proxied = loadConfig(
      file('servers: { a: { url: "https://x.test", proxy: "http://me:pw@x.test" } }'),
      {},
    );
    assert.ok(proxied.ok);
    assert.deepEqual(
      proxied.warnings.map(({ path }) => path),
      ['servers.a.proxy'],
    );
  });
});

describe('faults', () => {
  it('are reported all at once, each at its place', () => {
    const text = [
      'listen: { prot: 1, front: apache }',
      'servers:',
      '  files:',
      '    command: node',
      '    args: [7, ok]',
      '    evn: {}',
      '  v: { command: x }',
      '  empty: {}',
      '  both: { command: x, url: "http://x" }',
      '  zero: { url: "https://x", pool: { size: 0 } }',
      'servrs: {}',
    ].join('\n');
    assert.deepEqual(faults(text), [
      '1:11 listen.prot',
      '1:27 listen.front',
      '5:12 servers.files.args[0]',
      '6:5 servers.files.evn',
      '7:3 servers.v',
      '8:10 servers.empty',
      '9:28 servers.both.url',
      '10:43 servers.zero.pool.size',
      '11:1 servrs',
    ]);
  });

  it('name the key that was probably meant', () => {
    assert.match(words('servers: { a: { command: x, timeuotMs: 1 } }'), /did you mean "timeoutMs"/);
    assert.match(
      words('servers: { a: { url: "http://x", heders: {} } }'),
      /did you mean "headers"/,
    );
    assert.match(words('servers: {}\nlisten: { hosts: x }'), /did you mean "host"/);
    assert.match(words('servers: {}\nnaming: { zzz: x }'), /known are prefix, separator/);
  });

  it('say what would be right', () => {
    assert.match(words('servers: {}\nlisten: { port: 70000 }'), /at most 65535/);
    assert.match(words('servers: {}\nlisten: { port: "7332" }'), /must be a number/);
    assert.match(words('servers: {}\nlisten: { front: x }'), /"auto" or "uws" or "node"/);
    assert.match(words('servers: { a: { command: x, args: [1] } }'), /put it in quotes/);
    assert.match(words('listen: {}'), /"servers" \(or "mcpServers"\)/);
    assert.match(words('servers: { a: { command: x, pool: { size: 4, max: 2 } } }'), /`max`/);
  });

  it('do not stop at the first part of the file', () => {
    const text = 'listen: { host: 0.0.0.0 }\nservers: { a: { command: 1 } }';
    assert.deepEqual(faults(text), ['1:17 listen.host', '2:26 servers.a.command']);
  });

  it('never quote a value', () => {
    const secret = 's3cr3t-v4lue';
    for (const text of [
      `servers: { a: { url: "http://u:${secret}@x" } }`,
      `servers: { a: { url: "${secret}" } }`,
      `servers: { a: { url: "https://x", headers: { x: "${secret}\\n" } } }`,
      `servers: { a: { command: x, env: { A: [${secret}] } } }`,
      `listen: { front: ${secret} }\nservers: {}`,
      `listen: ${secret}\nservers: {}`,
      `servers: { a: { command: x, env: { A: "${secret}" "${secret}" } } }`,
      `servers:\n  a: &x ${secret}\n b: *${secret}\n`,
      `servers: { a: { command: x, env: { A: !${secret} x } } }`,
      `servers: { a: { url: "https://x", headers: { x: "\${env:SECRET}" } } }`,
      `servers: { a: { url: "\${env:SECRET}" } }`,
      `listen: { port: "\${env:SECRET}" }\nservers: {}`,
    ]) {
      const said = words(text, { SECRET: `${secret}\n` });
      assert.notEqual(said, '', text);
      assert.ok(!said.includes(secret), said);
    }
  });

  it('are found in files that are no configuration at all', () => {
    assert.equal(faults('').length, 1);
    assert.equal(faults('- a').length, 1);
    assert.equal(faults('text').length, 1);
    assert.equal(loadConfig(folder, {}).ok, false);
    assert.equal(loadConfig(join(folder, 'none'), {}).ok, false);
    assert.equal(loadConfig('/dev/zero', {}).ok, false);
    const path = file('');
    writeFileSync(path, Buffer.from([0xff, 0xfe, 0x00]));
    assert.equal(loadConfig(path, {}).ok, false);
  });

  it('are found in what two readers of YAML would read differently', () => {
    assert.deepEqual(faults('servers: {}\nlisten: {}\nservers: {}'), ['3:1 ']);
    assert.deepEqual(faults('servers: {}\n---\nservers: {}'), ['2:1 ']);
    assert.deepEqual(faults('servers: !!js/function x'), ['1:10 ']);
    assert.deepEqual(faults('servers: { __proto__: { command: x } }'), ['1:12 ']);
    assert.deepEqual(faults('servers: { a: { command: *none } }'), ['1:26 ']);
  });

  it('bound what a hostile file can cost', () => {
    const laughs = ['a0: &a0 [x, x]'];
    for (let i = 1; i < 30; i++) laughs.push(`a${i}: &a${i} [*a${i - 1}, *a${i - 1}]`);
    assert.match(words(laughs.join('\n')), /aliases/);
    assert.match(words(`servers: ${'['.repeat(100_000)}`), /nested too deep/);
    assert.match(words(`servers: ${'['.repeat(300)}${']'.repeat(300)}`), /nested too deep/);
    assert.match(words(`servers: {} #${'x'.repeat(1024 * 1024)}`), /larger than/);
    const many = Array.from({ length: 500 }, (_, i) => `k${i}: 1`).join('\n');
    assert.equal(faults(many).length, 101);
  });
});

describe('protection', () => {
  it('refuses to listen beyond loopback unless the file says that everybody may call', () => {
    for (const host of ['0.0.0.0', '"::"', '192.168.1.5', 'gateway.internal', '127.0.0.1.nip.io']) {
      const text = `servers: {}\nlisten: { host: ${host} }`;
      assert.deepEqual(faults(text), ['2:17 listen.host'], host);
      assert.equal(config(`${text}\nauth: { anonymous: true }`).auth.anonymous, true);
    }
    for (const host of ['127.0.0.1', 'localhost', '"::1"', '127.8.9.1']) {
      assert.equal(config(`servers: {}\nlisten: { host: ${host} }`).auth.anonymous, true);
    }
  });

  it('refuses a file under which nobody could call', () => {
    assert.deepEqual(faults('servers: {}\nauth: { anonymous: false }'), ['2:20 auth.anonymous']);
  });

  it('refuses headers that the transport sets, and values that smuggle one', () => {
    const entry = (name: string, value = 'x') =>
      faults(`servers: { a: { url: "https://x", headers: { ${name}: "${value}" } } }`);
    for (const name of [
      'Host',
      'content-length',
      'Mcp-Session-Id',
      'MCP-Protocol-Version',
      '"a b"',
    ]) {
      assert.equal(entry(name).length, 1, name);
    }
    assert.equal(entry('x', 'a\\r\\nhost: b').length, 1);
    assert.equal(entry('X-Key: "1", x-key', '2').length, 1);
    assert.equal(entry('Authorization', 'Bearer x').length, 0);
  });

  it('says which key was meant in an entry that is no server', () => {
    const entry = (text: string) => `servers: { a: { ${text} } }`;
    const cases: [string, RegExp][] = [
      ['comand: x', /did you mean "command"/],
      ['URL: "http://x"', /did you mean "url"/],
      ['serverUrl: "http://x"', /use "url"/],
      ['cmd: x', /use "command"/],
      ['timeoutMs: 5', /must be a server/],
      ['comand: x, timeoutMs: 5', /did you mean "command"/],
    ];
    for (const [text, right] of cases) {
      assert.equal(faults(entry(text)).length, 1, text);
      assert.match(words(entry(text)), right);
    }
    assert.deepEqual(faults(entry('comand: x')), ['1:17 servers.a.comand']);
    const merged = 'servers:\n  a: &a { command: x }\n  b: { <<: *a }\n  c: { <<: *a, command: x }';
    assert.deepEqual(faults(merged), ['3:8 servers.b["<<"]', '4:8 servers.c["<<"]']);
    assert.match(words(merged), /merge keys/);
  });

  it('has one fault for servers that are no group, and says what a comment is', () => {
    for (const text of ['servers:', 'servers: [ { command: x } ]', 'mcpServers: x']) {
      assert.equal(faults(text).length, 1, text);
    }
    assert.match(words('{ // servers\n "servers": {} }'), /a comment begins with "#"/);
  });

  it('refuses credentials in a URL and anything but http', () => {
    for (const url of ['http://u:p@x/', 'ftp://x', 'file:///etc/passwd', 'x']) {
      assert.deepEqual(faults(`servers: { a: { url: "${url}" } }`), ['1:22 servers.a.url']);
    }
  });

  it('refuses a virtual server over a server that is not there', () => {
    const text = (tools: string, rename = '{}') =>
      `servers: { files: { command: x } }\nvirtual: { v: { tools: [${tools}], rename: ${rename} } }`;
    assert.deepEqual(faults(text('files.read_*, "*.search"')), []);
    assert.match(words(text('fils.read')), /did you mean "files"/);
    assert.equal(faults(text('', '{ nope.a: b }')).length, 1);
    assert.equal(faults(text('', '{ files.a: one, files.b: one }')).length, 1);
  });

  it('refuses approvals that nobody could give, and patterns of a server that is not there', () => {
    const text = (approvals: string, admin = '{}') =>
      `servers: { files: { command: x } }\napprovals: { ${approvals} }\nadmin: ${admin}`;
    const token = (role: string) =>
      `{ tokens: [{ id: a, sha256: ${'a'.repeat(64)}, roles: [${role}] }] }`;
    assert.deepEqual(faults(text('tools: ["*", files.read_*, "*.send"]')), []);
    assert.match(words(text('tools: [fils.read]')), /did you mean "files"/);
    assert.match(words(text('by: operator')), /nobody could approve/);
    assert.match(words(text('by: operator', token('viewer'))), /nobody could approve/);
    assert.deepEqual(faults(text('by: operator', token('operator'))), []);
    assert.deepEqual(faults(text('by: operator', `{ token: ${'t'.repeat(24)} }`)), []);
    assert.equal(faults(text('deadlineMs: 1')).length, 1);
    assert.equal(faults(text('tools: [files]')).length, 1);
  });

  it('warns of what weakens it', () => {
    const open =
      'servers: { a: { command: x } }\nlisten: { host: 0.0.0.0 }\nauth: { anonymous: true }';
    assert.deepEqual(warnings(open).sort(), ['access', 'auth.anonymous']);
    assert.deepEqual(warnings(`${open}\naccess: { default: allow }`), ['auth.anonymous']);
    const server = (entry: string) => warnings(`servers: { a: { ${entry} } }`, { T: 'abcdefgh' });
    assert.deepEqual(server('command: x, env: { API_KEY: abcdefgh }'), ['servers.a.env.API_KEY']);
    assert.deepEqual(server('command: x, env: { API_KEY: "${env:T}" }'), []);
    const args = (text: string) => server(`command: x, args: [run, ${text}]`);
    assert.deepEqual(args('-e, API_KEY=abcdefgh'), ['servers.a.args[2]']);
    assert.deepEqual(args('--header, "X-Key: abcdefgh"'), ['servers.a.args[2]']);
    assert.deepEqual(args('--token, abcdefgh, --api-key=abc4'), [
      'servers.a.args[2]',
      'servers.a.args[3]',
    ]);
    assert.deepEqual(
      args('--token, "${env:T}", -e, API_KEY, --port, "8080", --key-file, /a/b'),
      [],
    );
    assert.deepEqual(server('url: "http://example.com", headers: { x-a: b }'), [
      'servers.a.headers',
    ]);
    assert.deepEqual(server('url: "http://127.0.0.1:1", headers: { x-a: b }'), []);
  });
});
