import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Plan, type Report, runLoad, runLoadProcess } from '../../bench/load/load.ts';
import { decode } from '../../bench/load/tally.ts';
import { fixture, PATIENCE_MS, RunningGateway, remote } from '../e2e/running-gateway.ts';
import type { StartedProcess } from '../support/spawn.ts';
import { LoadServer } from './load-server.ts';

const ECHO = { tool: 'echo', args: { message: 'x' } };

/** Without a warm-up the first call of every connection counts, however long a cold or busy target takes for it. */
function plan(url: string, rest: Partial<Plan> = {}): Plan {
  return {
    url,
    era: 'auto',
    connections: 4,
    warmupMs: 0,
    durationMs: 250,
    sessions: 'connection',
    mix: [ECHO],
    ...rest,
  };
}

/** Runs again and longer until something, or enough, was measured: how long that takes is the machine's affair. */
async function untilMeasured(
  server: LoadServer,
  plan: Plan,
  isEnough = ({ calls }: Report) => calls > 0,
): Promise<Report> {
  for (let { durationMs } = plan; ; durationMs *= 4) {
    server.seen.length = 0;
    const report = await runLoad({ ...plan, durationMs });
    if (isEnough(report) || durationMs > PATIENCE_MS) return report;
  }
}

/** What must be so in every run. */
function assertSound(report: Report): void {
  const errors = Object.values(report.errors).reduce((sum, count) => sum + count, 0);
  const inSlices = report.timeline.reduce((sum, { calls }) => sum + calls, 0);
  const { connect = 0, reset = 0 } = report.errors;
  assert.ok(report.calls > 0);
  assert.equal(inSlices, report.calls);
  assert.equal(decode(report.histogram).totalCount, report.calls - connect - reset);
  assert.ok(Math.abs(report.rps - ((report.calls - errors) * 1000) / report.measuredMs) < 1e-6);
  const { p50, p90, p99, p999, max } = report.latencyUs;
  assert.ok(p50 <= p90 && p90 <= p99 && p99 <= p999 && p999 <= max * 1.002);
  assert.ok(report.timeline.length >= 10);
}

describe('a run of the load generator', { timeout: 4 * PATIENCE_MS }, () => {
  for (const era of ['modern', 'legacy'] as const) {
    for (const isStream of [false, true]) {
      const form = isStream ? 'event streams' : 'JSON';
      it(`counts what the server saw: ${era}, ${form}`, async (t) => {
        const server = await LoadServer.start(t, { era, isStream });
        const report = await untilMeasured(server, plan(server.url, { warmupMs: 50 }));
        assertSound(report);
        assert.equal(report.era, era);
        assert.ok(report.warmupCalls > 0);
        assert.deepEqual(report.errors, {});
        assert.equal(server.calls.length, report.calls + report.warmupCalls);
        assert.equal(new Set(server.calls.map(({ id }) => id)).size, server.calls.length);
        assert.equal(report.connectionsUsed, 4);
        assert.ok(report.generator.cpuUsPerCall > 0);
      });
    }
  }

  it('pads arguments to a size, no two alike', async (t) => {
    const server = await LoadServer.start(t, { era: 'modern' });
    await untilMeasured(server, plan(server.url, { mix: [{ ...ECHO, size: 600 }] }));
    const texts = server.calls.map(({ params }) => {
      return (params.arguments as { message: string }).message;
    });
    assert.ok(texts.length > 1 && new Set(texts).size === texts.length);
    for (const text of texts) assert.match(text, /^x[a-j]{9} the quick brown fox/);
    assert.deepEqual([...new Set(server.calls.map(({ bytes }) => bytes))], [600]);
  });

  it('opens a legacy session for each connection, uses each for its own, and ends them', async (t) => {
    const server = await LoadServer.start(t, { era: 'legacy' });
    await runLoad(plan(server.url, { token: ['a', 'b'] }));
    const pairs = new Set(
      server.calls.map(({ headers }) => `${headers['mcp-session-id']} ${headers.authorization}`),
    );
    assert.equal(pairs.size, 4);
    assert.equal([...pairs].filter((pair) => pair.endsWith('Bearer a')).length, 2);
    assert.equal(server.sessions.size, 0);
  });

  it('shares one legacy session for each token where it is told to', async (t) => {
    const server = await LoadServer.start(t, { era: 'legacy' });
    await runLoad(plan(server.url, { sessions: 'shared', token: ['a', 'b'] }));
    const sessions = server.calls.map(({ headers }) => headers['mcp-session-id']);
    assert.equal(new Set(sessions).size, 2);
    assert.equal(server.sessions.size, 0);
  });

  it('sends what each era asks for, and the headers of the plan', async (t) => {
    const modern = await LoadServer.start(t);
    await runLoad(plan(modern.url, { headers: { 'X-Mine': 'yes' }, token: 'secret' }));
    const { headers, params } = modern.calls[0]!;
    assert.equal(headers['mcp-method'], 'tools/call');
    assert.equal(headers['mcp-name'], 'echo');
    assert.equal(headers['mcp-protocol-version'], '2026-07-28');
    assert.equal(headers['x-mine'], 'yes');
    assert.equal(headers.authorization, 'Bearer secret');
    const meta = params._meta as Record<string, unknown>;
    assert.equal(meta['io.modelcontextprotocol/protocolVersion'], '2026-07-28');
    const legacy = await LoadServer.start(t, { era: 'legacy' });
    await runLoad(plan(legacy.url));
    assert.equal(legacy.calls[0]!.headers['mcp-protocol-version'], '2025-11-25');
    assert.equal(legacy.calls[0]!.params._meta, undefined);
  });

  it('repeats arguments in headers where the schema of a tool says so', async (t) => {
    const properties = { region: { type: 'string', 'x-mcp-header': 'Region' } };
    const tools = [{ name: 'where', inputSchema: { type: 'object', properties } }];
    const server = await LoadServer.start(t, { tools });
    await runLoad(plan(server.url, { mix: [{ tool: 'where', args: { region: 'eu' } }] }));
    assert.equal(server.calls[0]!.headers['mcp-param-region'], 'eu');
  });

  it('pads the first string argument until the message has the size', async (t) => {
    const server = await LoadServer.start(t);
    for (const size of [1000, 300_000]) {
      server.seen.length = 0;
      const report = await runLoad(plan(server.url, { mix: [{ ...ECHO, size }] }));
      assert.deepEqual(report.errors, {});
      assert.deepEqual([...new Set(server.calls.map(({ bytes }) => bytes))], [size]);
    }
  });

  it('mixes kinds of calls by weight, ping and discover by era', async (t) => {
    const server = await LoadServer.start(t);
    const mix = [
      { ...ECHO, weight: 8 },
      { method: 'tools/list', weight: 2 },
      { method: 'ping', weight: 0.001 },
    ];
    const report = await untilMeasured(server, plan(server.url, { mix }), ({ calls }) => {
      return calls >= 200;
    });
    const share = (name: string) =>
      server.seen.filter(({ method }) => method === name).length / report.calls;
    assert.deepEqual(report.errors, {});
    assert.equal(share('ping'), 0);
    assert.ok(share('tools/call') > 0.65 && share('tools/call') < 0.95, `${share('tools/call')}`);
    assert.ok(share('tools/list') > 0.05, `${share('tools/list')}`);
  });

  it('adds up several processes', async (t) => {
    const server = await LoadServer.start(t);
    const report = await runLoadProcess(plan(server.url, { connections: 5, token: 'secret' }), {
      clients: 3,
    });
    assertSound(report);
    assert.equal(report.generator.processes, 3);
    assert.equal(report.connectionsUsed, 5);
    assert.equal(server.calls.length, report.calls + report.warmupCalls);
    assert.equal(new Set(server.calls.map(({ id }) => String(id)[0])).size, 3);
    assert.ok(!JSON.stringify(report).includes('secret'));
    assert.equal(report.plan.tokens, 1);
  });

  it('shares a rate between processes without a call too many', async (t) => {
    const server = await LoadServer.start(t);
    const rated = plan(server.url, { rate: 300, warmupMs: 100, durationMs: 1000 });
    const report = await runLoadProcess(rated, { clients: 3 });
    assert.equal(report.calls, 300);
    assert.equal(report.warmupCalls, 30);
    assert.equal(server.calls.length, 330);
  });

  it('reports what the processes under test used', {
    skip: process.platform !== 'linux',
  }, async (t) => {
    const server = await LoadServer.start(t);
    const report = await runLoadProcess(plan(server.url, { pids: [process.pid] }));
    assert.ok(report.target !== undefined);
    assert.ok(report.target.cpuUsPerCall > 0);
    assert.ok(report.target.rssBytes > 1e6);
    const gone = await runLoad(plan(server.url, { pids: [2 ** 22 + 1] }));
    assert.equal(gone.target, undefined);
  });

  it('can be stopped early and still reports', async (t) => {
    const server = await LoadServer.start(t);
    const stop = new AbortController();
    const running = runLoadProcess(plan(server.url, { warmupMs: 0, durationMs: 600_000 }), {
      signal: stop.signal,
      onProgress: (calls) => {
        if (calls > 0) stop.abort();
      },
    });
    const report = await running;
    assertSound({ ...report, timeline: [...report.timeline, ...Array(10).fill({ calls: 0 })] });
    assert.ok(report.measuredMs < 300_000);
    assert.deepEqual(report.errors, {});
  });

  it('refuses a plan that is out of bounds, and says when nobody answers', async (t) => {
    const server = await LoadServer.start(t);
    const wrong: Partial<Plan>[] = [
      { connections: 0 },
      { connections: 10_001 },
      { durationMs: 3_600_001 },
      { mix: [] },
      { mix: [{ method: 'tools/list', size: 1000 }] },
      { mix: [{}] },
      { token: 'a\r\nb: c' },
      { headers: { 'a b': 'c' } },
      { url: 'ftp://127.0.0.1/mcp' },
      { url: 'http://me:secret@127.0.0.1/mcp' },
      { rate: 0 },
    ];
    for (const rest of wrong) {
      await assert.rejects(
        runLoad(plan(server.url, rest)),
        { fault: 'plan' },
        JSON.stringify(rest),
      );
    }
    const nobody = plan('http://127.0.0.1:9/mcp');
    await assert.rejects(runLoad(nobody), { fault: 'unreachable' });
    await assert.rejects(runLoadProcess(nobody), { fault: 'unreachable' });
    await assert.rejects(runLoad(plan(server.url, { era: 'legacy' })), { fault: 'refused' });
  });
});

describe('a run against real endpoints', { timeout: 4 * PATIENCE_MS }, () => {
  let gateway: RunningGateway;
  let dual: StartedProcess;
  before(async () => {
    gateway = await RunningGateway.start({ servers: { echo: fixture('echo') } });
    dual = await remote('dual');
  });
  after(async () => {
    await gateway.stop();
    await dual.stop();
  });

  for (const era of ['modern', 'legacy'] as const) {
    it(`the gateway in front of a stdio server, ${era}`, async () => {
      const report = await runLoadProcess(
        plan(gateway.url, { era, mix: [{ ...ECHO, size: 2048 }] }),
      );
      assertSound(report);
      assert.deepEqual(report.errors, {});
      assert.equal(report.era, era);
    });

    it(`a server of the official SDK, ${era}`, async () => {
      const mix = [{ method: 'tools/list' }, { tool: 'test_simple_text' }];
      const report = await runLoadProcess(plan(dual.ready, { era, mix }));
      assertSound(report);
      assert.deepEqual(report.errors, {});
    });
  }

  it('a refused call is the good answer where a refusal is expected', async () => {
    const mix = [{ tool: 'absent', expect: 'error' as const }];
    const expected = await runLoad(plan(gateway.url, { mix }));
    assert.deepEqual(expected.errors, {});
    const unexpected = await runLoad(plan(gateway.url, { mix: [{ ...ECHO, expect: 'error' }] }));
    assert.deepEqual(unexpected.errors, { unexpected: unexpected.calls });
    assert.equal(unexpected.rps, 0);
  });
});
