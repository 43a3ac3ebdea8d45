/**
 * Kept results, over real servers of both eras and transports, asked for by clients of both eras and by several callers:
 * the test stands where an edge would, since HTTP does not tell callers apart yet. How often a call really ran is read
 * from the server's own file.
 */

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { until } from '../e2e/running-gateway.ts';
import { callerNamed } from '../support/caller.ts';
import { KINDS, Unsteady } from '../support/unsteady.ts';
import { ANN, BOB, Desk, ERAS, fresh, paramsOf, passed, TOOLS, textOf } from './desk.ts';
import { gatewayOf, type Json } from './in-process.ts';

for (const kind of KINDS) {
  describe(`kept results of a ${kind} server`, { timeout: 180_000 }, () => {
    let server: Unsteady;
    let desk: Desk;

    before(async () => {
      server = await Unsteady.start(kind);
      const entry = server.entry({ tools: TOOLS, breaker: { enabled: false } });
      desk = new Desk(gatewayOf({ servers: { s: entry } }));
      await desk.gateway.start();
    });

    after(async () => {
      await desk?.gateway.close(0);
      await server?.stop();
    });

    // One test makes the server crash; it is there again before the next.
    beforeEach(() => until(() => desk.gateway.reports()[0]!.status === 'ready'));

    /** How often calls with this key ran. */
    const runs = (key: string) => server.runs(key).length;

    for (const era of ERAS) {
      it(`answer the same call of a ${era} client again, under its own id`, async () => {
        const key = fresh();
        const first = await desk.call(era, ANN, 'read', { key });
        const second = await desk.call(era, ANN, 'read', { key });
        assert.deepEqual(second.result, first.result);
        assert.equal(second.result?.resultType, era === 'modern' ? 'complete' : undefined);
        assert.equal(runs(key), 1);
      });

      it(`do not answer a ${era} client's call with other arguments, or other words beside them`, async () => {
        const key = fresh();
        const args = JSON.stringify({ key });
        await desk.call(era, ANN, 'read', { key });
        for (const params of [
          `"name":"read","arguments":${JSON.stringify({ key, other: 1 })}`,
          `"name":"read","arguments":${args},"task":{"ttl":1000}`,
          `"name":"read","arguments":${args},"unknown":1`,
        ]) {
          const before = runs(key);
          textOf(await (await desk.send(era, ANN, params)).ended);
          assert.equal(runs(key), before + 1, params);
        }
      });
    }

    it('do not answer a call whose _meta holds what nobody here knows', async () => {
      const key = fresh();
      const params = `"name":"read","arguments":${JSON.stringify({ key })},"_meta":`;
      const known = `${params}{"progressToken":1,"traceparent":"x"}`;
      for (let n = 0; n < 2; n++) await (await desk.send('legacy', ANN, known)).ended;
      assert.equal(runs(key), 1);
      await (await desk.send('legacy', ANN, `${params}{"com.example/tenant":"x"}`)).ended;
      assert.equal(runs(key), 2);
    });

    it('serve clients of both eras', async () => {
      const key = fresh();
      const legacy = await desk.call('legacy', ANN, 'read', { key });
      const modern = await desk.call('modern', ANN, 'read', { key });
      assert.equal(textOf(modern), textOf(legacy));
      assert.equal(modern.result?.resultType, 'complete');
      assert.equal(legacy.result?.resultType, undefined);
      assert.equal(runs(key), 1);
    });

    it('are each for the caller who asked, at one time or later', async () => {
      const key = fresh();
      const args = { key, ms: 100 };
      const both = [ANN, BOB].map((caller) => desk.call('modern', caller, 'read', args));
      const [one, two] = (await Promise.all(both)).map(textOf);
      assert.notEqual(one, two);
      assert.equal(textOf(await desk.call('legacy', BOB, 'read', args)), two);
      assert.equal(runs(key), 2);
    });

    it('are for everybody where the operator says so', async () => {
      const key = fresh();
      const one = await desk.call('modern', ANN, 'write', { key });
      assert.equal(textOf(await desk.call('legacy', BOB, 'write', { key })), textOf(one));
      assert.equal(runs(key), 1);
    });

    it('stay with one caller where the server says private, whatever the operator says', async () => {
      const key = fresh();
      const args = { key, scope: 'private', ms: 100 };
      const both = [ANN, BOB].map((caller) => desk.call('modern', caller, 'write', args));
      const [one, two] = (await Promise.all(both)).map(textOf);
      assert.notEqual(one, two);
      await desk.call('modern', BOB, 'write', args);
      assert.equal(runs(key), 3);
    });

    it('are kept no longer than the server says', async () => {
      const key = fresh();
      for (let n = 0; n < 2; n++) await desk.call('modern', ANN, 'read', { key, ttlMs: 0 });
      assert.equal(runs(key), 2);
    });

    it('are not kept where they are too large', async () => {
      const key = fresh().padEnd(400, 'x');
      for (let n = 0; n < 2; n++) await desk.call('modern', ANN, 'write', { key });
      assert.equal(runs(key), 2);
    });

    it('are fetched once for a hundred callers at one time', async () => {
      const key = fresh();
      const before = Number(desk.counters().joined);
      const calls = Array.from({ length: 100 }, (_, n) =>
        desk.call(ERAS[n % 2]!, callerNamed(`caller${n % 10}`), 'write', { key, ms: 200 }),
      );
      const texts = new Set((await Promise.all(calls)).map(textOf));
      assert.deepEqual([...texts], [`${key} #1`]);
      assert.equal(runs(key), 1);
      assert.equal(Number(desk.counters().joined) - before, 99);
    });

    it('are failures for all who waited, and are not kept', async () => {
      for (const [fail, isAnswer] of [
        ['internal', false],
        ['error', true],
      ] as const) {
        const key = fresh();
        const args = { key, fail, until: 1 };
        const calls = ERAS.map((era) => desk.call(era, ANN, 'read', args));
        const answers = await Promise.all(calls);
        for (const { result, error } of answers) {
          if (isAnswer) assert.equal(result?.isError, true);
          else assert.equal(error?.code, -32603);
        }
        assert.equal(runs(key), 1, fail);
        assert.equal(textOf(await desk.call('modern', ANN, 'read', args)), `${key} #2`);
      }
    });

    it('come although the first who asked has gone', async () => {
      const key = fresh();
      const args = paramsOf('read', { key, ms: 300 });
      const first = await desk.send('modern', ANN, args);
      const second = await desk.send('legacy', ANN, args);
      await until(() => runs(key) === 1);
      first.onAbort?.();
      assert.equal(textOf(await second.ended), `${key} #1`);
      assert.equal(first.status, -1);
      assert.deepEqual([runs(key), server.cancelled(key)], [1, 0]);
    });

    it('are no longer fetched once nobody waits', async () => {
      const key = fresh();
      const args = paramsOf('read', { key, ms: 50_000 });
      const waiting = [await desk.send('modern', ANN, args), await desk.send('modern', ANN, args)];
      await until(() => runs(key) === 1);
      waiting[0]!.onAbort?.();
      assert.equal(server.cancelled(key), 0);
      waiting[1]!.onAbort?.();
      await until(() => server.cancelled(key) === 1);
      // And the next who asks does not wait for what was given up.
      const again = await desk.send('modern', ANN, args);
      await until(() => runs(key) === 2);
      again.onAbort?.();
    });

    for (const era of ERAS) {
      it(`answer a ${era} client, marked, where the server breaks`, async () => {
        const key = fresh();
        const args = { key, from: 2, fail: 'crash' };
        const good = await desk.call(era, ANN, 'put', args);
        await passed();
        const old = await desk.call(era, ANN, 'put', args);
        assert.equal(textOf(old), textOf(good));
        const meta = old.result?._meta as Json | undefined;
        assert.ok(Number(meta?.['dev.sluice/staleAgeMs']) > 0, JSON.stringify(old));
        assert.equal(
          (good.result?._meta as Json | undefined)?.['dev.sluice/staleAgeMs'],
          undefined,
        );
        const other = await desk.call(era, BOB, 'put', args);
        assert.equal(other.error?.data?.code, 'backend_unavailable', 'nobody else gets it');
      });
    }

    it('do not hide what the server itself answers', async () => {
      const key = fresh();
      const args = { key, from: 2, fail: 'internal' };
      await desk.call('modern', ANN, 'put', args);
      await passed();
      assert.equal((await desk.call('modern', ANN, 'put', args)).error?.code, -32603);
    });

    it('are forgotten when a configuration is put in force', async () => {
      const key = fresh();
      await desk.call('modern', ANN, 'read', { key });
      await desk.gateway.reload(desk.gateway.config);
      await desk.call('modern', ANN, 'read', { key });
      assert.equal(runs(key), 2);
    });
  });
}
