import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { describe, it } from 'node:test';
import { makeKey } from '../../src/auth/auth.ts';
import { gateway, placeOf, run, tiny, write } from './sluice.ts';

describe('sluice tools and sluice call', { timeout: 180_000 }, () => {
  it('list, filter and call through a running gateway, with exit codes for scripts', async (t) => {
    const place = placeOf(t);
    const config = `listen: { port: 0 }\nservers: { a: ${tiny()}, b: ${tiny('b-')} }\n`;
    const { url } = await gateway(t, place, config);
    const at = ['--url', url];

    const table = await run(place, 'tools', 'a__*', ...at);
    assert.equal(table.code, 0);
    assert.match(table.stdout, /^TOOL +ARGUMENTS +DESCRIPTION\na__echo +text +echo it\n/);
    assert.ok(!table.stdout.includes('b__'));

    const all = await run(place, 'tools', '--json', ...at);
    const names = (JSON.parse(all.stdout) as { name: string }[]).map((tool) => tool.name);
    assert.equal(names.length, 10);
    assert.equal((await run(place, 'tools', 'nothing*', ...at)).code, 1);

    const cases: [number, string, string[]][] = [
      [0, 'b-hi\n', ['b__echo', 'text=hi']],
      [0, 'a=b=c\n', ['a__echo', 'text=a=b=c']],
      [0, '7\n', ['a__echo', 'text=7']],
      [0, '3.5\n', ['a__add', 'a=1', 'b=2.5']],
      [0, '3\n', ['a__add', '--args', '{"a":1,"b":2}']],
      [1, 'it failed\n', ['a__fail']],
      [64, '', ['a__add', 'a=one', 'b=2']],
      [64, '', ['a__echo', 'text']],
      [64, '', ['a__echo', 'text=1', 'text=2']],
      [64, '', ['a__echo', '--args', '[1]']],
      [64, '', ['a__echo', '--args', '{"text":"x"}', 'text=x']],
      [64, '', ['a__none']],
    ];
    for (const [code, stdout, args] of cases) {
      const outcome = await run(place, 'call', ...args, ...at);
      assert.deepEqual([outcome.code, outcome.stdout], [code, stdout], args.join(' '));
    }
    const json = await run(place, 'call', 'a__fail', '--json', ...at);
    assert.equal(json.code, 1);
    assert.equal((JSON.parse(json.stdout) as { isError: boolean }).isError, true);
  });

  it('send the credential of a file or a variable, and say none of it', async (t) => {
    const place = placeOf(t);
    const { key, sha256 } = makeKey();
    const auth = `{ apiKeys: [ { id: ci, sha256: ${sha256} } ] }`;
    const rest = `auth: ${auth}\naccess: { allow: ["*"] }\n`;
    const config = `listen: { port: 0 }\nservers: { a: ${tiny()} }\n${rest}`;
    const { url } = await gateway(t, place, config);
    const none = await run(place, 'tools', '--url', url);
    assert.equal(none.code, 69);
    const file = write(place, `${key}\n`, 'token.txt');
    const listed = await run(place, 'tools', '--url', url, '--token-file', file);
    assert.deepEqual([listed.code, listed.stdout.includes('echo')], [0, true]);
    const given = { ...place, env: { SLUICE_TOKEN: key } };
    const called = await run(given, 'call', 'echo', 'text=hi', '--url', url);
    assert.deepEqual([called.code, called.stdout], [0, 'hi\n']);
    for (const text of [`${key} ${key}`, `${key}\nx: y`]) {
      const wrong = write(place, text, 'wrong.txt');
      const refused = await run(place, 'tools', '--url', url, '--token-file', wrong);
      assert.equal(refused.code, 64);
      assert.ok(!refused.stderr.includes(key));
    }
    const absent = await run(place, 'tools', '--url', url, '--token-file', 'nowhere.txt');
    assert.equal(absent.code, 64);
  });

  it('find the gateway by the configuration', async (t) => {
    const place = placeOf(t);
    const { url } = await gateway(t, place, `listen: { port: 0 }\nservers: { a: ${tiny()} }\n`);
    const any = await run(place, 'tools');
    assert.equal(any.code, 64);
    assert.match(any.stderr, /--url/);
    // The secrets of its servers are no business of this command, nor is what a faulty file says of them.
    const faulty = `{ a: { url: "\${env:NOT_SET}", x: 1 } }\nno-such-part: 1`;
    write(place, `listen: { port: ${new URL(url).port} }\nservers: ${faulty}`, 'fixed.yaml');
    const { code, stdout } = await run(place, 'call', 'echo', 'text=x', '-c', 'fixed.yaml');
    assert.deepEqual([code, stdout], [0, 'x\n']);
  });

  it('name the servers that the list lacks, and exit 69 where the tool may be one of theirs', async (t) => {
    const place = placeOf(t);
    const config = `listen: { port: 0 }\nservers: { a: ${tiny()}, down: { command: no-such-program } }\n`;
    const { url } = await gateway(t, place, config);
    const listed = await run(place, 'tools', 'a__*', '--url', url);
    assert.equal(listed.code, 0);
    assert.match(listed.stderr, /not available: down\.$/m);
    const called = await run(place, 'call', 'down__x', '--url', url);
    assert.equal(called.code, 69);
    assert.match(called.stderr, /no tool "down__x".*\n.*not available: down\.$/m);
    const json = await run(place, 'tools', '--json', '--url', url);
    assert.equal((JSON.parse(json.stdout) as unknown[]).length, 5);
  });

  it('exit 69 where a limit says to come again later', async (t) => {
    const place = placeOf(t);
    const limits = 'limits: [ { id: few, tools: ["a.add"], rate: 1/h } ]';
    const { url } = await gateway(
      t,
      place,
      `listen: { port: 0 }\nservers: { a: ${tiny()}, b: ${tiny()} }\n${limits}\n`,
    );
    const add = ['call', 'a__add', 'a=1', 'b=2', '--url', url];
    assert.equal((await run(place, ...add)).code, 0);
    const { code, stdout, stderr } = await run(place, ...add);
    assert.deepEqual([code, stdout], [69, ''], stderr);
    assert.match(stderr, /few/);
  });

  it('exit 69 when nobody answers, or not as an MCP endpoint does, or not in time', async (t) => {
    const place = placeOf(t);
    const server = createServer((request, response) => {
      if (request.url === '/slow') return;
      response.end('hello');
    }).listen(0, '127.0.0.1');
    t.after(() => {
      server.closeAllConnections();
      server.close();
    });
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    const base = `http://127.0.0.1:${address.port}`;
    for (const url of ['http://127.0.0.1:9/mcp', `${base}/mcp`, `${base}/slow`]) {
      const { code, stderr } = await run(place, 'tools', '--url', url, '--timeout', '500');
      assert.equal(code, 69, url);
      assert.ok(stderr.includes(url));
      const isSlow = stderr.includes('did not answer in 500 ms');
      assert.equal(isSlow, url.endsWith('/slow'), stderr);
    }
    assert.equal((await run(place, 'tools', '--url', 'ftp://x')).code, 64);
    assert.equal((await run(place, 'tools', '--timeout', 'x')).code, 64);
  });
});
