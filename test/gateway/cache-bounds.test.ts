/** How long results are kept, and in how much memory: bounds, old results where the server fails, and another configuration. */

import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { until } from '../e2e/running-gateway.ts';
import { type Kind, Unsteady } from '../support/unsteady.ts';
import { ANN, Desk, fresh, LONG, passed, TOOLS, textOf } from './desk.ts';
import { configOf, gatewayOf, type Json } from './in-process.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function started(kind: Kind, more: Json, slices: Json = {}): Promise<[Desk, Unsteady]> {
  const server = await Unsteady.start(kind);
  const desk = new Desk(gatewayOf({ servers: { s: server.entry(more) }, ...slices }));
  stops.push(() => desk.gateway.close(0));
  await desk.gateway.start();
  return [desk, server];
}

describe('the memory for kept results', { timeout: 180_000 }, () => {
  it('is bounded, and what was used longest ago goes first', async () => {
    const [desk, server] = await started(
      'modern-stdio',
      { tools: TOOLS },
      { cache: { maxBytes: 2500 } },
    );
    const used = fresh();
    await desk.call('modern', ANN, 'read', { key: used });
    const other = fresh();
    await desk.call('modern', ANN, 'read', { key: other });
    for (let n = 0; n < 10; n++) {
      await desk.call('modern', ANN, 'read', { key: fresh() });
      await desk.call('modern', ANN, 'read', { key: used });
    }
    await desk.call('modern', ANN, 'read', { key: other });
    assert.deepEqual([server.runs(used).length, server.runs(other).length], [1, 2]);
  });

  it('of nothing keeps nothing', async () => {
    const [desk, server] = await started(
      'legacy-stdio',
      { tools: TOOLS },
      { cache: { maxBytes: 0 } },
    );
    const key = fresh();
    for (let n = 0; n < 2; n++) await desk.call('modern', ANN, 'read', { key });
    assert.equal(server.runs(key).length, 2);
  });
});

describe('old results', { timeout: 180_000 }, () => {
  it('answer while the breaker is open, and not beyond their age', async () => {
    const breaker = { minCalls: 2, failurePercent: 50, openMs: LONG };
    const tools = { read: { ...TOOLS.put, stale: { maxAgeMs: 2000 } } };
    const [desk, server] = await started('legacy-stdio', { tools, breaker });
    const key = fresh();
    const args = { key };
    await desk.call('modern', ANN, 'read', args);
    const keptAt = Date.now();
    await desk.call('modern', ANN, 'read', { key: fresh(), from: 1, fail: 'internal' });
    const refused = await desk.call('modern', ANN, 'read', { key: fresh() });
    assert.equal(refused.error?.data?.code, 'circuit_open', JSON.stringify(refused));
    const old = await desk.call('modern', ANN, 'read', args);
    if (Date.now() < keptAt + 1900) assert.equal(textOf(old), `${key} #1`);
    await until(() => Date.now() > keptAt + 2100);
    const late = await desk.call('modern', ANN, 'read', args);
    assert.equal(late.error?.data?.code, 'circuit_open');
    assert.equal(server.runs(key).length, 1);
  });

  it('answer where the deadline has passed, and are not shown of tools that change things', async () => {
    const tools = { '*': { timeoutMs: 300, cache: { ttlMs: 1 }, stale: { maxAgeMs: LONG } } };
    const [desk] = await started('modern-stdio', { tools, breaker: { enabled: false } });
    const hang = { from: 2, fail: 'hang' };
    const [one, two] = [fresh(), fresh()];
    await desk.call('modern', ANN, 'read', { key: one, ...hang });
    await desk.call('modern', ANN, 'write', { key: two, ...hang });
    await passed();
    assert.equal(
      textOf(await desk.call('modern', ANN, 'read', { key: one, ...hang })),
      `${one} #1`,
    );
    const { error } = await desk.call('modern', ANN, 'write', { key: two, ...hang });
    assert.equal(error?.data?.code, 'deadline_exceeded');
  });
});

describe('a new configuration of a server', { timeout: 180_000 }, () => {
  it('is not answered with results of the old one', async () => {
    const [desk, server] = await started('legacy-stdio', { tools: TOOLS });
    const key = fresh();
    await desk.call('modern', ANN, 'read', { key });
    const entry = server.entry({ tools: TOOLS, timeoutMs: 1234 });
    await desk.gateway.reload(configOf({ servers: { s: entry } }));
    const other = new Desk(desk.gateway);
    await other.call('modern', ANN, 'read', { key });
    assert.equal(server.runs(key).length, 2);
  });
});
