import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { OTHER } from '../../src/telemetry/registry.ts';
import { WINDOW_MS, Windows } from '../../src/telemetry/windows.ts';
import { turnsDuring } from './turns.ts';

const START = 1_800_000_000_000;

describe('the latency of a tool', () => {
  it('is that of the last minute, exact to one per cent', async () => {
    const windows = new Windows();
    const window = windows.of('files', 'read', START);
    for (let us = 1; us <= 10_000; us++) window.record(us, START + us);
    const [found] = await windows.latencies(START + 10_000);
    assert.equal(found?.calls, 10_000);
    for (const [seconds, us] of [
      [found.p50, 5_000],
      [found.p99, 9_900],
      [found.p999, 9_990],
      [found.max, 10_000],
    ] as const) {
      assert.ok(Math.abs(seconds * 1e6 - us) <= us * 0.01, `${seconds} for ${us} us`);
    }
  });

  it('forgets what is older, bit by bit', async () => {
    const windows = new Windows();
    const window = windows.of('files', 'read', START);
    window.record(100, START);
    window.record(200, START + WINDOW_MS / 2);
    assert.equal((await windows.latencies(START + WINDOW_MS / 2))[0]?.calls, 2);
    assert.equal((await windows.latencies(START + WINDOW_MS))[0]?.calls, 1);
    assert.deepEqual(await windows.latencies(START + 2 * WINDOW_MS), []);
    window.record(300, START + 5 * WINDOW_MS);
    assert.equal((await windows.latencies(START + 5 * WINDOW_MS))[0]?.calls, 1);
  });

  it('is read some at a time, however many tools there are', async () => {
    const windows = new Windows();
    for (let tool = 0; tool < 400; tool++)
      windows.of('files', `tool${tool}`, START).record(1, START);
    const turns = await turnsDuring(async () => {
      assert.equal((await windows.latencies(START)).length, 400);
    });
    assert.ok(turns >= 40, `${turns}`);
  });

  it('does not run back with the clock', async () => {
    const windows = new Windows();
    const window = windows.of('files', 'read', START);
    window.record(100, START + WINDOW_MS);
    window.record(100, START);
    assert.equal((await windows.latencies(START + WINDOW_MS))[0]?.calls, 2);
  });

  it('holds the longest call that there may be', async () => {
    const windows = new Windows();
    windows.of('files', 'read', START).record(1e15, START);
    assert.ok((await windows.latencies(START))[0]!.max >= 3600);
  });

  it('is kept for so many tools, and the others of a server together', async () => {
    const windows = new Windows();
    for (let tool = 0; tool < 600; tool++)
      windows.of('files', `tool${tool}`, START).record(1, START);
    const found = await windows.latencies(START);
    assert.equal(found.length, 501);
    assert.deepEqual([found[0]?.tool, found[0]?.calls], [OTHER, 100]);
  });

  it('leaves its place to another one where nobody has called it for so long', async () => {
    const windows = new Windows();
    const old = Array.from({ length: 500 }, (_, tool) => windows.of('old', `tool${tool}`, START));
    for (const window of old) window.record(1, START);
    const later = START + WINDOW_MS / 2;
    for (const window of old.slice(0, 10)) window.record(1, later);
    assert.equal(windows.of('new', 'read', later).tool, OTHER);
    const last = START + 1.25 * WINDOW_MS;
    const fresh = windows.of('new', 'read', last);
    assert.equal(fresh.tool, 'read');
    fresh.record(1, last);
    assert.deepEqual(
      old.map(({ isGone }) => isGone),
      old.map((_, tool) => tool >= 10),
    );
    assert.equal((await windows.latencies(last)).length, 11);
  });

  it('is told of every tool that is called now, however many were called before', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: START });
    const metrics = new Metrics();
    t.after(() => metrics.close());
    const tools = Array.from({ length: 501 }, (_, at) => [`server${at % 3}`, `tool${at}`] as const);
    const call = ([name, original]: readonly [string, string]) =>
      metrics.ended({
        ...{ message: { method: 'tools/call', bytes: { length: 1 } }, isModern: true },
        ...{ backend: { name }, original, refusal: null, found: null, answerBytes: 1 },
        trail: {
          ...{ arrivedAt: 1, decidedAt: 2, sentAt: 3, answeredAt: 4, finishedAt: 5 },
          outcome: () => 'ok',
        },
      });
    const named = async (tool: string) =>
      (await metrics.latency()).some((one) => one.tool === tool);
    for (const tool of tools) call(tool);
    assert.deepEqual(await Promise.all(['tool0', 'tool499', 'tool500'].map(named)), [
      true,
      true,
      false,
    ]);
    t.mock.timers.setTime(START + 2 * WINDOW_MS);
    call(tools[500]!);
    call(tools[0]!);
    assert.deepEqual(await Promise.all(['tool0', 'tool499', 'tool500'].map(named)), [
      true,
      false,
      true,
    ]);
    assert.equal(metrics.registry.counter('sluice_calls', 'server2', 'tool500', 'ok').value, 2);
  });
});
