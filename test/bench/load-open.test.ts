import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Plan, runLoadProcess } from '../../bench/load/load.ts';
import { decode } from '../../bench/load/tally.ts';
import { LoadServer } from './load-server.ts';

const STALL_MS = 300;

function rated(url: string, rest: Partial<Plan>): Plan {
  return {
    url,
    era: 'modern',
    connections: 8,
    rate: 200,
    warmupMs: 100,
    durationMs: 1000,
    sessions: 'shared',
    mix: [{ tool: 'echo', args: { message: 'x' } }],
    ...rest,
  };
}

/** The whole process stands still, the server in it included; the generator has a process of its own. */
function stall(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe('an open loop', { timeout: 120_000 }, () => {
  it('makes every scheduled call show that the server stood still', async (t) => {
    let stalls = 0;
    const server = await LoadServer.start(t, {
      answer: (_seen, _response, nth) => {
        if (nth === 100 && stalls++ === 0) stall(STALL_MS);
        return false;
      },
    });
    const report = await runLoadProcess(rated(server.url, {}));
    assert.equal(stalls, 1);
    assert.deepEqual(report.errors, {});
    assert.equal(report.calls, 200);
    assert.equal(report.warmupCalls, 20);
    assert.equal(server.calls.length, 220);
    // 60 calls were due while it stood still: they waited 0 to 300 ms, 20 of them 200 ms and more.
    assert.ok(report.latencyUs.max >= 0.99 * STALL_MS * 1000);
    assert.ok(report.latencyUs.p99 >= 0.9 * STALL_MS * 1000, `p99 ${report.latencyUs.p99}`);
    const slow = decode(report.histogram);
    assert.ok(slow.getValueAtPercentile(91) >= 190e6, `p91 ${slow.getValueAtPercentile(91)} ns`);
    assert.ok(report.generator.lateUs !== undefined);
  });

  it('takes as many connections as it needs, up to the bound, and not more', async (t) => {
    const server = await LoadServer.start(t, {
      answer: (seen, response) => {
        setTimeout(() => {
          const message = { jsonrpc: '2.0', id: seen.id, result: { content: [] } };
          response.setHeader('content-type', 'application/json');
          response.end(JSON.stringify(message));
        }, 50);
        return true;
      },
    });
    const wide = await runLoadProcess(rated(server.url, { connections: 100 }));
    assert.equal(wide.calls, 200);
    assert.ok(wide.connectionsUsed >= 10 && wide.connectionsUsed <= 100);
    const narrow = await runLoadProcess(rated(server.url, { connections: 2, durationMs: 3000 }));
    assert.equal(narrow.connectionsUsed, 2);
    assert.equal(narrow.calls, 600);
    // Two connections and 50 ms for a call are 40 calls a second of the 200 that were due.
    assert.ok(narrow.errors.unsent! > 300);
    assert.ok(narrow.latencyUs.p99 > 1e6);
  });

  it('keeps no connection that the server closes after each answer', async (t) => {
    const server = await LoadServer.start(t, {
      answer: (_seen, response) => {
        response.setHeader('connection', 'close');
        return false;
      },
    });
    const report = await runLoadProcess(rated(server.url, {}));
    assert.deepEqual(report.errors, {});
    assert.equal(report.calls, 200);
  });
});
