/** Circuit breakers as clients and operators meet them: opened, seen, tried and closed again, over real servers. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { LegacyClient } from '../support/legacy-client.ts';
import { ModernClient } from '../support/modern-client.ts';
import { KINDS, Unsteady } from '../support/unsteady.ts';
import { type Json, RunningGateway, textOf, until } from './running-gateway.ts';

const QUICK = { minCalls: 4, failurePercent: 50, openMs: 300, probes: 2 };
const servers = new Map<string, Unsteady>();
let gateway: RunningGateway;

before(async () => {
  const entries: Json = {};
  for (const kind of KINDS) {
    const server = await Unsteady.start(kind);
    servers.set(kind, server);
    entries[kind] = server.entry({
      breaker: QUICK,
      tools: { put: { breaker: { slowMs: 20, slowPercent: 100, openMs: 60_000 } } },
    });
  }
  gateway = await RunningGateway.start({ servers: entries });
  await gateway.settled();
});

after(async () => {
  await gateway?.stop();
  for (const server of servers.values()) await server.stop();
});

async function breakersOf(name: string): Promise<Json[]> {
  const { servers: all } = (await gateway.readiness()).body;
  return ((all[name] as Json).breakers ?? []) as Json[];
}

for (const kind of KINDS) {
  describe(`a tool that fails, of a ${kind} server`, { timeout: 180_000 }, () => {
    it('is refused with the reason and a time, seen by the operator, and comes back by itself', async () => {
      const modern = new ModernClient(gateway.route(kind));
      const legacy = await LegacyClient.open(gateway.route(kind));
      const failing = { key: `${kind}-bad`, until: 4, fail: 'internal' };
      for (let n = 0; n < 4; n++)
        assert.equal((await modern.call('write', failing)).error?.code, -32603);
      const refused = [await modern.call('write', failing), await legacy.call('write', failing)];
      const codes = refused.map(({ error }) => error?.data?.code);
      if (codes.includes('circuit_open')) {
        const { status, error } = refused[codes.indexOf('circuit_open')]!;
        assert.equal(status, 503);
        assert.match(error!.message, /"write".* 4 of 4 calls .* failed.* tried again in/);
        assert.ok(Number(error!.data?.retryAfterMs) >= 0);
      }
      // Another tool of the same server is called all the while.
      assert.equal(textOf(await modern.call('read', { key: `${kind}-ok` })), `${kind}-ok #1`);
      await until(async () => (await modern.call('write', failing)).result !== undefined);
      await until(async () => {
        await modern.call('write', failing);
        return (await breakersOf(kind)).every(({ tool }) => tool !== 'write');
      });
      const { servers: all } = (await gateway.readiness()).body;
      assert.ok(Number(((all[kind] as Json).calls as Json).circuitRefused) > 0);
      await legacy.close();
    });

    it('is refused where it is slow, if the operator says what slow is', async () => {
      const client = new ModernClient(gateway.route(kind));
      const key = `${kind}-slow`;
      for (let n = 0; n < 4; n++) await client.call('put', { key, ms: 60 });
      const { error } = await client.call('put', { key, ms: 60 });
      assert.equal(error?.data?.code, 'circuit_open');
      assert.match(error.message, /took more than 20 ms/);
      assert.equal(servers.get(kind)!.runs(key).length, 4);
      const seen = (await breakersOf(kind)).find(({ tool }) => tool === 'put');
      assert.deepEqual([seen?.state, seen?.openings], ['open', 1]);
      assert.ok(Number(seen?.retryInMs) > 0);
    });
  });
}
