/** `sluice scan`: one verdict for each row, under the configuration given. */

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type Place, Program, placeOf, run, write } from './sluice.ts';

const CONFIG = `
servers: {}
inspect:
  secrets: { request: block, response: redact }
  pii: { response: flag }
  rules:
    - { id: ticket, pattern: 'ACME-[0-9]{6}' }
    - { id: birthday, class: pii, pattern: 'born on [0-9-]+' }
  suppress:
    - { rule: own.ticket, tool: export, path: /note, reason: told so, until: 2199-01-01 }
`;
const call = (name: string, args: object) => JSON.stringify({ name, arguments: args });
const ROWS = [
  { id: 'clean', direction: 'response', text: 'nothing to see' },
  { id: 'result', direction: 'response', text: 'see ACME-123456' },
  { id: 'flag', direction: 'response', text: 'born on 1970-01-01' },
  { id: 'call', direction: 'request', text: call('send', { note: 'ACME-123456' }) },
  { id: 'known', direction: 'request', text: call('export', { note: 'ACME-123456' }) },
  { id: 'tool', direction: 'tool_definition', tool: { name: 'x', description: 'as ACME-123456' } },
];
const TEXT = ROWS.map((row) => `${JSON.stringify(row)}\n`).join('');
const EXPECTED = [
  ['clean', false, 'pass', null, []],
  ['result', true, 'redact', 'secret', ['own.ticket']],
  ['flag', false, 'flag', 'pii', ['own.birthday']],
  ['call', true, 'block', 'secret', ['own.ticket']],
  ['known', false, 'pass', null, []],
  ['tool', true, 'redact', 'secret', ['own.ticket']],
];

function verdicts(stdout: string): unknown[] {
  const rows = stdout.split('\n').filter(Boolean);
  return rows.map((line) => {
    const { id, flag, action, class: kind, rules, us } = JSON.parse(line);
    assert.ok(typeof us === 'number' && us >= 0);
    return [id, flag, action, kind, rules];
  });
}

async function fed(place: Place, text: string, ...args: string[]) {
  const program = new Program(place, args);
  program.child.stdin.end(text);
  return await program.ended;
}

describe('sluice scan --jsonl', { timeout: 180_000 }, () => {
  it('gives one verdict for each row of stdin, in order, and exits 1 where one is flagged', async (t) => {
    const place = placeOf(t);
    write(place, CONFIG);
    const { code, stdout } = await fed(place, TEXT, 'scan', '--jsonl');
    assert.deepEqual([code, verdicts(stdout)], [1, EXPECTED]);
  });

  it('reads files, packed ones too, and exits 0 where none is flagged', async (t) => {
    const place = placeOf(t);
    const file = write(place, CONFIG, 'other.yaml');
    write(place, TEXT, 'rows.jsonl');
    writeFileSync(join(place.folder, 'rows.jsonl.gz'), gzipSync(TEXT));
    const twice = await run(place, 'scan', '--jsonl', '-c', file, 'rows.jsonl', 'rows.jsonl.gz');
    assert.deepEqual([twice.code, verdicts(twice.stdout)], [1, [...EXPECTED, ...EXPECTED]]);
    // Without a file of configuration nobody knows of tickets.
    const bare = await run(place, 'scan', '--jsonl', 'rows.jsonl');
    assert.equal(bare.code, 0);
    assert.ok(verdicts(bare.stdout).every((row) => (row as unknown[])[2] === 'pass'));
  });

  it('says of what is no row that it is none, and exits 64', async (t) => {
    const place = placeOf(t);
    const text = '{"id":1}\nnot json\n{"id":2,"direction":"request","text":"x"}\n';
    const { code, stdout } = await fed(place, text, 'scan', '--jsonl');
    assert.equal(code, 64);
    assert.equal(stdout.match(/"error"/g)?.length, 3);
    assert.equal((await run(place, 'scan', '--jsonl', 'nowhere')).code, 69);
  });
});

describe('sluice scan', { timeout: 180_000 }, () => {
  const TOOLS = `
const tool = { name: 'peek', description: 'as ACME-123456', inputSchema: { type: 'object' } };
require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method } = JSON.parse(line);
  if (id === undefined) return;
  const results = {
    initialize: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } },
    'tools/list': { tools: [tool, { name: 'plain', inputSchema: { type: 'object' } }] },
  };
  console.log(JSON.stringify({ jsonrpc: '2.0', id, result: results[method] ?? {} }));
});`;
  const found = (stdout: string) => {
    const { ok, findings } = JSON.parse(stdout);
    return [ok, findings];
  };
  const ticket = { action: 'redact', class: 'secret', rule: 'own.ticket', confidence: 'high' };

  it('says where in a file something stands, and never what', async (t) => {
    const place = placeOf(t);
    write(place, CONFIG);
    write(place, 'one\ntwo ACME-123456', 'notes.md');
    const { code, stdout } = await run(place, 'scan', '--json', 'notes.md');
    const finding = { ...ticket, where: 'notes.md', line: 2, column: 5 };
    assert.deepEqual([code, ...found(stdout)], [1, false, [finding]]);
    const plain = await run(place, 'scan', 'notes.md');
    assert.match(plain.stdout, /^redact {2}own\.ticket {2}notes\.md:2:5$/m);
    const piped = await fed(place, 'born on 1970-01-01', 'scan', '--json');
    // Recorded only: nothing that the gateway would act on.
    assert.equal(piped.code, 0);
    assert.equal(found(piped.stdout)[1][0].action, 'flag');
    for (const text of [stdout, plain.stdout]) assert.ok(!text.includes('ACME-123456'));
    assert.equal((await run(place, 'scan', 'nowhere.md')).code, 69);
  });

  it('says of a file that is larger than inspect.maxBytes that this is why it was not read', async (t) => {
    const place = placeOf(t);
    write(place, 'servers: {}\ninspect: { maxBytes: 1024 }\n');
    write(place, 'x'.repeat(2000), 'long.md');
    const { code, stdout, stderr } = await run(place, 'scan', 'long.md');
    assert.equal(code, 69);
    assert.match(stdout + stderr, /long\.md: .*inspect\.maxBytes \(1024 bytes\)/);
  });

  it('writes SARIF 2.1.0 that points into the file', async (t) => {
    const place = placeOf(t);
    write(place, CONFIG);
    write(place, 'see ACME-123456', 'a b.md');
    const { code, stdout } = await run(place, 'scan', '--sarif', 'a b.md');
    assert.equal(code, 1);
    const { version, runs } = JSON.parse(stdout);
    assert.equal(version, '2.1.0');
    const [result] = runs[0].results;
    assert.deepEqual([result.ruleId, result.level], ['own.ticket', 'error']);
    assert.deepEqual(result.locations[0].physicalLocation, {
      artifactLocation: { uri: 'a%20b.md', uriBaseId: '%SRCROOT%' },
      region: { startLine: 1, startColumn: 5 },
    });
    assert.deepEqual(
      runs[0].tool.driver.rules.map(({ id }: { id: string }) => id),
      ['own.ticket'],
    );
    assert.ok(!stdout.includes('ACME-123456'));
  });

  it('starts the servers of our file or of another client, and reads what they list', async (t) => {
    const place = placeOf(t);
    write(place, TOOLS, 'server.cjs');
    const entry = { command: process.execPath, args: ['server.cjs'] };
    write(place, CONFIG.replace('servers: {}', `servers: ${JSON.stringify({ one: entry })}`));
    const finding = { ...ticket, where: 'one', what: 'tools peek', path: '/description' };
    for (const args of [
      ['--server', 'one'],
      ['-c', 'sluice.yaml'],
    ]) {
      const { code, stdout } = await run(place, 'scan', '--json', ...args);
      assert.deepEqual([code, ...found(stdout)], [1, false, [finding]]);
    }
    assert.equal((await run(place, 'scan', '--server', 'two')).code, 64);
    write(place, JSON.stringify({ mcpServers: { 'my one': entry }, other: true }), 'mcp.json');
    const foreign = await run(place, 'scan', '--json', '--config', 'mcp.json');
    // Its tools are fine by the rules that everybody has.
    assert.deepEqual([foreign.code, ...found(foreign.stdout)], [0, true, []]);
    assert.equal(JSON.parse(foreign.stdout).scanned, 2);
    write(place, '{"mcpServers":{"gone":{"command":"no-such-program"}}}', 'gone.json');
    assert.equal((await run(place, 'scan', '--config', 'gone.json')).code, 69);
  });

  it('reads the tools of a dumped list', async (t) => {
    const place = placeOf(t);
    write(place, CONFIG);
    const tool = { name: 'peek', description: 'as ACME-123456', inputSchema: {} };
    write(place, JSON.stringify({ tools: [tool] }), 'list.json');
    write(place, JSON.stringify([tool]), 'bare.json');
    for (const where of ['list.json', 'bare.json']) {
      const { code, stdout } = await run(place, 'scan', '--json', where);
      const finding = { ...ticket, where, what: 'tools peek', path: '/description' };
      assert.deepEqual([code, ...found(stdout)], [1, false, [finding]]);
    }
  });

  it('tells of a tool that is taken for another server\u2019s, once for each place', async (t) => {
    const place = placeOf(t);
    const server = (file: string, name: string) => {
      write(place, TOOLS.replaceAll('peek', name), file);
      return { command: process.execPath, args: [file] };
    };
    const mcpServers = { a: server('a.cjs', 'read_file'), b: server('b.cjs', 'read_fi1e') };
    write(place, JSON.stringify({ mcpServers }), 'mcp.json');
    const { code, stdout } = await run(place, 'scan', '--config', 'mcp.json');
    assert.equal(code, 1);
    assert.equal(stdout, 'block   poisoning.name-looks-alike  b  tools read_fi1e  /name\n');
  });

  it('says what is missing, rather than to wait for stdin', async (t) => {
    const place = placeOf(t);
    const { code, stderr } = await run(place, 'scan', '--server', 'one');
    assert.equal(code, 64);
    assert.match(stderr, /There is no sluice\.yaml here/);
    const folder = await run(place, 'scan', '.');
    assert.equal(folder.code, 69);
    assert.match(folder.stderr, /It is a folder; name the files in it/);
  });
});
