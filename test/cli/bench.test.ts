import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Report } from '../../bench/load/load.ts';
import { LoadServer } from '../bench/load-server.ts';
import { Authority, pem } from '../support/certificates.ts';
import { gateway, type Place, Program, placeOf, run, tiny, write } from './sluice.ts';

/** Without a warm-up every connection's first call counts, however long a cold or busy target takes for it. */
const SHORT = ['--warmup', '0ms', '--duration', '250ms', '--connections', '2'];
/** Has calls in many slices, also where the machine stands still for a while. */
const LONGER = ['--warmup', '0ms', '--duration', '1s', '--connections', '2'];
const ECHO = ['--tool', 'echo', '--args', '{"message":"x"}'];

const bench = (place: Place, ...args: string[]) => run(place, 'bench', ...args);
const reportIn = (text: string) =>
  JSON.parse(text) as Report & { gates?: { ok: boolean }[]; knee?: { rate: number } };

describe('sluice bench', { timeout: 180_000 }, () => {
  it('finds a harmless tool of a gateway by itself, says so, and prints a table', async (t) => {
    const place = placeOf(t);
    const { url } = await gateway(t, place, `listen: { port: 0 }\nservers: { a: ${tiny()} }\n`);
    for (const era of ['auto', 'legacy']) {
      const { code, stdout, stderr } = await bench(place, url, '--era', era, ...SHORT);
      assert.equal(code, 0, stderr);
      assert.match(stderr, /^Calling echo, of \d+ tools/);
      assert.match(stdout, /tools\/call echo/);
      assert.match(stdout, /p99\.9/);
      assert.match(stdout, /generator +[\d.]+ [um]s CPU per call/);
      assert.match(stdout, /errors +none/);
    }
  });

  it('prints a report as JSON, writes its files, and compares with it', async (t) => {
    const place = placeOf(t);
    const server = await LoadServer.start(t);
    const files = ['--hgrm', 'out.hgrm', '--html', 'out.html'];
    const args = [...LONGER, ...ECHO, '--clients', '2', '--token', 'topsecret'];
    const { code, stdout, stderr } = await bench(place, server.url, ...args, ...files, '--json');
    assert.equal(code, 0, stderr);
    const report = reportIn(stdout);
    assert.equal(report.calls + report.warmupCalls, server.calls.length);
    assert.equal(report.generator.processes, 2);
    assert.deepEqual(Object.keys(report.latencyUs), ['mean', 'p50', 'p90', 'p99', 'p999', 'max']);
    assert.ok(report.timeline.length >= 10);
    assert.ok(server.calls.every(({ headers }) => headers.authorization === 'Bearer topsecret'));
    const read = (name: string) => readFileSync(join(place.folder, name), 'utf8');
    assert.match(read('out.hgrm'), /#\[Max/);
    const page = read('out.html');
    assert.ok(page.includes(report.calls.toLocaleString('en-US')));
    for (const text of [stdout, page]) assert.ok(!text.includes('topsecret'));

    write(place, stdout, 'before.json');
    const against = ['--compare', 'before.json', '--gate', 'p99<1000x:before.json'];
    const second = await bench(place, server.url, ...LONGER, ...ECHO, ...against);
    assert.equal(second.code, 0, second.stderr);
    assert.match(second.stdout, /compare p99: .* \(95 %: [\d.]+ to [\d.]+\)/);
    assert.match(second.stdout, /held {3}p99<1000x:before\.json/);
  });

  it('measures over https, and calls nobody whose certificate it cannot check', async (t) => {
    const authority = new Authority();
    const tls = pem(authority.issue('bench'));
    const trusting = { ...placeOf(t), env: { NODE_EXTRA_CA_CERTS: authority.ca } };
    for (const era of ['modern', 'legacy'] as const) {
      const server = await LoadServer.start(t, { era, tls });
      assert.match(server.url, /^https:/);
      const { code, stdout, stderr } = await bench(
        trusting,
        server.url,
        ...SHORT,
        ...ECHO,
        '--json',
      );
      assert.equal(code, 0, stderr);
      const report = reportIn(stdout);
      assert.deepEqual(report.errors, {});
      assert.ok(report.calls > 0);
      assert.equal(report.calls + report.warmupCalls, server.calls.length);
      const seen = server.seen.length;
      assert.equal((await bench(placeOf(t), server.url, ...SHORT, ...ECHO)).code, 69);
      assert.equal(server.seen.length, seen);
    }
  });

  it('exits 1 when a gate breaks, or when nothing went well', async (t) => {
    const place = placeOf(t);
    const server = await LoadServer.start(t);
    const broken = ['--gate', 'errors=0', '--gate', 'p50<1us'];
    const { code, stdout } = await bench(place, server.url, ...SHORT, ...ECHO, ...broken);
    assert.equal(code, 1);
    assert.match(stdout, /held +errors=0: 0\n/);
    assert.match(stdout, /broken +p50<1us: /);
    const json = await bench(place, server.url, ...SHORT, ...ECHO, ...broken, '--json');
    assert.equal(json.code, 1);
    assert.deepEqual(
      reportIn(json.stdout).gates?.map(({ ok }) => ok),
      [true, false],
    );
    const absent = await bench(place, server.url, ...SHORT, '--method', 'absent/method');
    assert.equal(absent.code, 1);
    assert.match(absent.stdout, /rpc -32601/);
  });

  it('searches the knee', async (t) => {
    const place = placeOf(t);
    let isSlow = false;
    const server = await LoadServer.start(t, {
      answer: (_seen, response) => {
        // At the rate where it gives up it refuses everything.
        isSlow ||= server.calls.length > 120;
        if (isSlow) response.writeHead(503).end();
        return isSlow;
      },
    });
    const args = ['--knee', 'p99<10s', '--rate', '100', '--warmup', '0ms', '--duration', '500ms'];
    const { code, stdout, stderr } = await bench(place, server.url, ...ECHO, ...args);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /p99<10s: 100 calls\/s\n/);
    assert.match(stdout, /200\/s +breaks/);
  });

  it('runs a scenario, with tokens of a file', async (t) => {
    const place = placeOf(t);
    const server = await LoadServer.start(t, { era: 'legacy' });
    write(
      place,
      '- { tool: echo, args: { message: "" }, size: 1k }\n- { method: discover }\n',
      's.yaml',
    );
    write(place, 'one\n\ntwo\n', 'tokens');
    const args = [...SHORT, '--scenario', 's.yaml', '--token-file', 'tokens'];
    const { code, stdout, stderr } = await bench(place, server.url, ...args);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /tools\/call echo of 1\.00 KB, discover\n/);
    assert.match(stdout, /errors +none/);
    const methods = new Set(server.seen.map(({ method }) => method));
    assert.ok(methods.has('ping') && !methods.has('discover'));
    // The two calls that are sure are one of each kind.
    const called = server.seen.filter(({ method }) => /^(tools\/call|ping)$/.test(method));
    const tokens = new Set(called.map(({ headers }) => headers.authorization));
    assert.deepEqual([...tokens].sort(), ['Bearer one', 'Bearer two']);
  });

  it('reports what there is after Ctrl-C', async (t) => {
    const place = placeOf(t);
    const server = await LoadServer.start(t);
    const program = new Program(place, [
      'bench',
      server.url,
      ...ECHO,
      '--duration',
      '1h',
      '--json',
    ]);
    const poll = setInterval(() => {
      if (server.calls.length > 100) program.child.kill('SIGINT');
    }, 500);
    const { code, stdout } = await program.ended;
    clearInterval(poll);
    assert.ok(code === 0 || code === 130);
    if (code === 0) assert.ok(reportIn(stdout).measuredMs < 600_000);
  });

  it('exits 64 for what it cannot understand', async (t) => {
    const place = placeOf(t);
    const server = await LoadServer.start(t, { tools: [{ name: 'wipe', inputSchema: {} }] });
    const wrong: string[][] = [
      ['nonsense'],
      ['ftp://127.0.0.1/mcp'],
      [server.url, '--gate', 'p99<2'],
      [server.url, '--gate', 'p99<2x:absent.json'],
      [server.url, '--knee', 'fast'],
      [server.url, '--rate', 'many'],
      [server.url, '--duration', '2h'],
      [server.url, '--connections', '10001'],
      [server.url, '--era', 'future'],
      [server.url, '--args', '{}'],
      [server.url, '--tool', 'a', '--method', 'b'],
      [server.url, '--tool', 'a', '--args', '[]'],
      [server.url, '--tool', 'a', '--size', '1k'],
      [server.url, '--clients', '0'],
      [server.url, '--clients', '3', '--connections', '2', '--method', 'tools/list'],
      [server.url, '--scenario', 'absent.yaml'],
      [server.url, '--compare', 'absent.json'],
      [server.url, '--header', 'nothing'],
      [server.url, '--pid', 'x'],
      // No tool here says that it is harmless.
      [server.url, ...SHORT],
    ];
    for (const args of wrong) {
      const { code, stderr } = await bench(place, ...args);
      assert.equal(code, 64, `${args.join(' ')}: ${stderr}`);
      assert.ok(stderr.length > 10);
    }
    assert.equal(server.calls.length, 0);
  });

  it('exits 69 where nobody answers, or no MCP endpoint', async (t) => {
    const place = placeOf(t);
    const server = createServer((_request, response) => response.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => server.close());
    const other = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
    for (const url of ['http://127.0.0.1:9/mcp', other]) {
      const { code, stderr } = await bench(place, url, ...SHORT, '--method', 'tools/list');
      assert.equal(code, 69, stderr);
      assert.ok(stderr.includes(url));
    }
  });
});
