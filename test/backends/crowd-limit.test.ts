/** What a link is given: the limit alone against modelled servers, and a pool with real processes. */

import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import fc from 'fast-check';
import { CrowdLimit } from '../../src/backends/crowd-limit.ts';
import { generator } from '../support/random.ts';
import { CrowdModel, type Model, median } from './crowd-model.ts';
import { fixture } from './link-user.ts';
import { PoolUser } from './pool-user.ts';

const MAX = 128;
const ANY_NUMBER = 1_000_000;

function uniform(seed: number): () => number {
  const draw = generator(seed);
  return () => draw(1 << 24) / (1 << 24);
}

function modelled(model: Model, seed = 1): CrowdModel {
  const crowd = new CrowdModel(MAX, { ...model, callers: 1 }, uniform(seed));
  // A calm before the crowd, as there mostly is.
  crowd.run(20 * model.serviceMs(() => 0.5));
  crowd.model = model;
  return crowd;
}

const steadily = (ms: number) => () => ms;
const chance = (ms: number) => (random: () => number) => -ms * Math.log(1 - random());

describe('the limit of a link', () => {
  it('becomes small for a server that does one thing at a time, and loses no answer by it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 30, max: 1000 }), (ms, n) => {
        const crowd = modelled({ workers: 1, serviceMs: steadily(ms), callers: n });
        crowd.run(ms * 4000).run(ms * 2000);
        assert.ok(median(crowd.held) <= 8, `${median(crowd.held)} are held`);
        assert.ok(crowd.answered >= 1990, `${crowd.answered} answers`);
      }),
      { numRuns: 30 },
    );
  });

  it('becomes small also where the times vary', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const crowd = modelled({ workers: 1, serviceMs: chance(2), callers: MAX }, seed);
      crowd.run(20_000).run(20_000);
      assert.ok(median(crowd.held) <= 16, `${median(crowd.held)} are held`);
    }
  });

  it('stays at pending for a server that does any number of things at once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 300 }), (ms) => {
        const crowd = modelled({ workers: ANY_NUMBER, serviceMs: steadily(ms), callers: 300 });
        crowd.run(ms * 200);
        assert.equal(crowd.limit.limit, MAX);
        assert.equal(median(crowd.held), MAX);
      }),
      { numRuns: 30 },
    );
  });

  it('costs little of what a server can do whose calls are fast or slow by kind', () => {
    const serviceMs = (random: () => number) => (random() < 0.3 ? 1 : 200);
    for (const seed of [1, 2, 3]) {
      const crowd = modelled({ workers: ANY_NUMBER, serviceMs, callers: 300 }, seed);
      crowd.run(60_000);
      const possible = (60_000 * MAX) / (0.3 * 1 + 0.7 * 200);
      assert.ok(crowd.answered > possible * 0.9, `${crowd.answered} of ${possible}`);
    }
  });

  it('leaves a server with a few workers its work', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 32 }), (workers) => {
        const crowd = modelled({ workers, serviceMs: steadily(10), callers: 300 });
        crowd.run(20_000).run(10_000);
        assert.ok(crowd.answered > workers * 1000 * 0.9, `${crowd.answered} answers`);
        assert.ok(median(crowd.held) <= workers * 4 + 4, `${median(crowd.held)} are held`);
      }),
      { numRuns: 20 },
    );
  });

  it('never engages where answers are fast even in a crowd', () => {
    const crowd = modelled({ workers: 1, serviceMs: steadily(0.025), callers: 1000 });
    crowd.run(5000);
    assert.equal(median(crowd.held), MAX);
  });

  it('begins low, so that a flood at a server nobody knows costs the others a few turns from the start', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 40 }), fc.boolean(), (ms, isCalm) => {
        const model = { workers: 1, serviceMs: steadily(ms), callers: 300 };
        const crowd = isCalm ? modelled(model) : new CrowdModel(MAX, model, uniform(1));
        crowd.run(ms * 1000);
        assert.ok(Math.max(...crowd.held) <= 16, `${Math.max(...crowd.held)} are held`);
        assert.ok(median(crowd.held) <= 8, `${median(crowd.held)} are held`);
      }),
      { numRuns: 30 },
    );
  });

  it('has all of pending after a dozen answers of a server that does any number of things at once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), (ms) => {
        const crowd = modelled({ workers: ANY_NUMBER, serviceMs: steadily(ms), callers: 300 });
        crowd.run(ms * 14);
        assert.equal(crowd.limit.limit, MAX);
      }),
      { numRuns: 30 },
    );
  });

  it('begins low again where a crowd that was served fast waits for slow work', () => {
    for (const ms of [2, 5, 20]) {
      const crowd = modelled({ workers: 1, serviceMs: steadily(0.05), callers: 300 });
      crowd.run(2000);
      crowd.model = { workers: 1, serviceMs: steadily(ms), callers: 300 };
      // What the server has by now it will serve.
      crowd.run(2 * MAX * ms).run(100 * ms);
      assert.ok(Math.max(...crowd.held) <= 16, `${Math.max(...crowd.held)} are held`);
    }
  });

  it('grows again where the work is another, up to calls that take minutes', () => {
    for (const ms of [20, 200, 1000, 60_000]) {
      const crowd = modelled({ workers: 1, serviceMs: steadily(2), callers: 300 });
      crowd.run(10_000);
      assert.ok(crowd.limit.limit <= 16);
      crowd.model = { workers: ANY_NUMBER, serviceMs: steadily(ms), callers: 300 };
      crowd.run(10_000);
      assert.equal(crowd.inFlight, MAX, `${ms} ms`);
    }
  });

  it('does not count requests that later ones overtook', () => {
    const limit = new CrowdLimit(4, () => 1);
    for (let id = 1; id <= 4; id++) limit.sent(id, 1);
    assert.equal(limit.room, 0);
    limit.settled(1, true);
    assert.equal(limit.room, 1);
    // With nothing but `pending` for a limit, that stays the bound.
    limit.sent(5, 1);
    limit.settled(5, true);
    assert.equal(limit.room, 1);
  });

  it('keeps its books straight, whatever is answered or given up in whatever order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 99 }), { maxLength: 2000 }), (draws) => {
        let now = 1000;
        const limit = new CrowdLimit(MAX, () => now);
        const open: number[] = [];
        let id = 0;
        for (const draw of draws) {
          now += draw % 7;
          if (draw % 11 === 0) limit.pulse();
          if (draw < 55 && limit.room > 0) {
            id += 1;
            open.push(id);
            limit.sent(id, now);
          } else if (open.length > 0) {
            const [gone] = open.splice((draw * 31) % open.length, 1);
            limit.settled(gone!, draw % 5 !== 0);
          }
          assert.ok(open.length <= MAX && limit.limit >= 4 && limit.limit <= MAX);
        }
        for (const one of open) limit.settled(one, true);
        assert.equal(limit.room, limit.limit);
      }),
    );
  });

  it('goes on where the clock is set back', () => {
    const crowd = modelled({ workers: 1, serviceMs: steadily(2), callers: MAX });
    crowd.run(1000);
    crowd.now -= 500_000;
    crowd.restart();
    crowd.run(10_000);
    assert.ok(median(crowd.held) <= 8);
  });
});

describe('a link to a real process', { timeout: 180_000 }, () => {
  const PENDING = 100;
  const users: PoolUser[] = [];
  /** Who was answered, in this order, and what was in flight then, but for Lena's long calls. */
  let answered: string[] = [];
  let held: number[] = [];
  let isOver = false;

  async function started(pace: string, ms: number): Promise<PoolUser> {
    const user = new PoolUser({ max: 1, pending: PENDING }, fixture('paced', pace, String(ms)));
    users.push(user);
    [answered, held, isOver] = [[], [], false];
    await user.backend.start();
    return user;
  }

  afterEach(async () => {
    isOver = true;
    await Promise.all(users.splice(0).map((user) => user.backend.close()));
  });

  function note(user: PoolUser, caller: string): void {
    answered.push(caller);
    held.push(user.stats.inFlight - user.backend.share('lena', 'lena').inFlight);
  }

  async function call(user: PoolUser, caller: string, name: string): Promise<void> {
    await user.text(caller, name);
    note(user, caller);
  }

  /** So many calls at any time, until the test is over. */
  function flood(user: PoolUser, caller: string, count: number): void {
    const again = async (): Promise<void> => {
      while (!isOver) {
        await user.call(caller, 'work').outcome;
        note(user, caller);
      }
    };
    for (let n = 0; n < count; n++) void again();
  }

  const lately = () => median(held.slice(-50));
  const isFew = () => held.length > 100 && lately() <= 12;

  /** Until one of bob's calls waits for no more than so many answers to others: the middle of several calls. */
  async function untilTurnsAre(user: PoolUser, most: number): Promise<void> {
    const deadline = Date.now() + 30_000;
    let now = await turns(user);
    while (now > most && Date.now() < deadline) now = await turns(user);
    assert.ok(now <= most, `${now} answers to others`);
  }

  async function turns(user: PoolUser): Promise<number> {
    const between: number[] = [];
    for (let n = 0; n < 15; n++) {
      const before = answered.length;
      await call(user, 'bob', 'work');
      between.push(answered.length - before - 1);
    }
    return median(between);
  }

  it('that serves one call at a time is given few, so that one caller costs the others a few turns', async () => {
    const user = await started('serial', 2);
    await call(user, 'bob', 'work');
    flood(user, 'ann', 200);
    await user.until(isFew);
    await untilTurnsAre(user, 12);
  });

  it('that does many things at once is given up to pending, be it from the start or later', async () => {
    const user = await started('waits', 50);
    const callers = ['ann', 'bob', 'carl', 'dora'];
    for (const caller of callers) flood(user, caller, 40);
    // Each of four leaves a fifth of what is left: 6 of 100.
    await user.until(() => held.length > 400 && lately() >= PENDING * 0.8);
    await user.text('eve', 'become', { pace: 'serial', ms: 2 });
    await user.until(isFew);
    await user.text('eve', 'become', { pace: 'waits', ms: 50 });
    await user.until(() => lately() >= PENDING * 0.8);
  });

  it('keeps its room for short calls beside long ones that do not hold it up', async () => {
    const user = await started('serial', 2);
    flood(user, 'ann', 100);
    await user.until(isFew);
    const long = Array.from({ length: 30 }, () => user.call('lena', 'long').outcome);
    await user.until(() => user.backend.share('lena', 'lena').inFlight === 30);
    await user.until(isFew);
    await untilTurnsAre(user, 12);
    assert.equal(await user.text('eve', 'finish'), 'finished');
    assert.deepEqual(new Set(await Promise.all(long)), new Set(['finished']));
  });

  it('serves a short call while long ones have all that it was given', async () => {
    const user = await started('serial', 2);
    flood(user, 'ann', 100);
    await user.until(isFew);
    isOver = true;
    await user.until(() => user.stats.inFlight + user.stats.queued === 0);
    const long = Array.from({ length: 40 }, () => user.call('lena', 'long').outcome);
    assert.ok(user.stats.queued > 0);
    assert.equal(await user.text('bob', 'work'), 'worked');
    await user.until(() => user.stats.inFlight === 40);
    assert.equal(await user.text('eve', 'finish'), 'finished');
    assert.deepEqual(new Set(await Promise.all(long)), new Set(['finished']));
  });
});
