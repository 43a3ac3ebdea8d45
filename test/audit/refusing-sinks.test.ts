/**
 * Sinks that refuse what they get, as real receivers do: what is wrong with a record costs that record its place there and no
 * other, and what is wrong with the sink costs none.
 */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import { until } from '../e2e/running-gateway.ts';
import { temporaryFolder } from '../support/temp.ts';
import { count, Hook, numbers, opened, put, putPadded } from './receivers.ts';

/** A sink of this kind with the status that it gives to what holds `pattern`; what it was said about it. */
async function refusing(kind: 'webhook' | 'otlp', status: number, pattern: RegExp) {
  const hook = new Hook();
  let refusals = 0;
  hook.judge = (body) => {
    if (!pattern.test(body)) return undefined;
    refusals += 1;
    return status;
  };
  const said: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => said.push(line) });
  const sinks = [{ id: 'picky', kind, url: await hook.listen() }];
  const audit = await opened(temporaryFolder(), sinks, {}, log);
  const from = count;
  return {
    hook,
    said,
    audit,
    from,
    report: () => audit.report.sinks[0]!,
    refusals: () => refusals,
  };
}

/** OTLP has a record as a string in JSON. */
function found(hook: Hook): number[] {
  const texts = hook.batches.map(({ body }) => body.replaceAll('\\"', '"'));
  return [
    ...new Set(texts.flatMap((text) => [...text.matchAll(/"n":(\d+)/g)].map(([, n]) => Number(n)))),
  ];
}

describe('a sink that refuses a record', { timeout: 180_000 }, () => {
  for (const [kind, status] of [
    ['webhook', 400],
    ['webhook', 413],
    ['webhook', 422],
    ['otlp', 400],
  ] as const) {
    it(`(${kind}, ${status}) gets all others in order, and is not asked for ever`, async () => {
      const bad = /spoiled-by-hand/;
      const { hook, said, audit, from, report, refusals } = await refusing(kind, status, bad);
      put(audit, 20);
      putPadded(audit, 'spoiled-by-hand');
      put(audit, 20);
      putPadded(audit, 'spoiled-by-hand');
      put(audit, 5);
      await until(
        () => report().behindBytes === 0 && report().setAside === 2 && report().failing === 0,
      );
      const expected = Array.from({ length: count - from }, (_, at) => from + at);
      const refused = [from + 20, from + 41];
      assert.deepEqual(
        found(hook),
        expected.filter((n) => !refused.includes(n)),
      );
      const before = refusals();
      assert.ok(before <= 2 * 2 * 9, `${before} requests were refused`);
      put(audit, 1);
      await until(() => found(hook).includes(count - 1) && report().behindBytes === 0);
      assert.equal(refusals(), before);
      assert.match(
        said.join(),
        new RegExp(`refuses record \\d+ \\(it answered ${status}\\): it is set aside`),
      );
      assert.match(
        audit.faults.map(({ words }) => words).join(),
        /sink picky has refused 2 records/,
      );
    });
  }

  it('alone and newest in the log is set aside as well, since the sink takes again what it took before', async () => {
    const { hook, audit, report } = await refusing('webhook', 422, /spoiled-by-hand/);
    put(audit, 3);
    await until(() => found(hook).length === 3 && report().behindBytes === 0);
    putPadded(audit, 'spoiled-by-hand');
    await until(() => report().setAside === 1 && report().behindBytes === 0);
    assert.equal(report().failures, 0);
  });

  it('gets smaller batches where they are too large for it, and misses nothing', async () => {
    const hook = new Hook();
    hook.judge = (body) => (body.length > 20_000 ? 413 : undefined);
    const sinks = [{ id: 'small', kind: 'webhook', url: await hook.listen() }];
    const audit = await opened(temporaryFolder(), sinks);
    const from = count;
    for (let i = 0; i < 60; i++) putPadded(audit, 'x'.repeat(1_000));
    await until(() => found(hook).length === 60 && audit.report.sinks[0]!.behindBytes === 0);
    const all = Array.from({ length: 60 }, (_, at) => from + at);
    assert.deepEqual(found(hook), all);
    assert.equal(audit.report.sinks[0]!.setAside, 0);
  });
});

describe('a sink that refuses everything', { timeout: 180_000 }, () => {
  it('is not in order itself: nothing is set aside, and it gets everything once it takes something', async () => {
    const { hook, said, audit, from, report } = await refusing('webhook', 400, /./);
    put(audit, 20);
    await until(() => report().failing >= 2);
    assert.deepEqual([report().taken, report().setAside], [0, 0]);
    // Not the whole bisection with each attempt: the batch, and both its ends.
    assert.ok(hook.attempts <= 3 * (report().failing + 1), `${hook.attempts} requests`);
    assert.match(said.join(), /takes no records: it answered 400/);
    hook.judge = () => undefined;
    await until(() => report().behindBytes === 0 && report().failing === 0);
    assert.deepEqual(numbers(hook.lines).filter((n) => n >= from).length, 20);
    hook.judge = () => 422;
    put(audit, 5);
    await until(() => report().failing >= 1);
    assert.equal(report().setAside, 0);
    hook.judge = () => undefined;
    await until(() => found(hook).includes(count - 1));
    assert.equal(found(hook).length, 25);
  });

  it('while it is found out what it refuses loses nothing by it', async () => {
    const { hook, audit, report } = await refusing('webhook', 422, /spoiled-by-hand/);
    put(audit, 2);
    await until(() => found(hook).length === 2 && report().behindBytes === 0);
    let isDown = false;
    // From the moment on that it has refused one record alone, it refuses all.
    hook.judge = (body) => {
      if (!isDown && !body.includes('spoiled-by-hand')) return undefined;
      isDown ||= body.trimEnd().split('\n').length === 1;
      return 422;
    };
    put(audit, 6);
    putPadded(audit, 'spoiled-by-hand');
    put(audit, 6);
    await until(() => isDown && report().failing >= 1);
    assert.equal(report().setAside, 0);
    hook.judge = (body) => (body.includes('spoiled-by-hand') ? 422 : undefined);
    await until(() => report().setAside === 1 && report().behindBytes === 0);
    assert.equal(found(hook).length, 14);
  });

  for (const status of [401, 403, 404, 429, 500]) {
    it(`of ${status} comes again, and sets nothing aside`, async () => {
      const { hook, audit, report } = await refusing('webhook', status, /spoiled-by-hand/);
      put(audit, 3);
      putPadded(audit, 'spoiled-by-hand');
      await until(() => report().failing >= 2);
      assert.equal(report().setAside, 0);
      hook.judge = () => undefined;
      await until(() => found(hook).length === 4 && report().behindBytes === 0);
    });
  }
});
