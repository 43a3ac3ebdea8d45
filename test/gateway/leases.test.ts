import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { serverSchema } from '../../src/backends/config.ts';
import { connect, doorOf } from '../../src/backends/handshake.ts';
import type { Lease, LeaseHolder } from '../../src/backends/lease.ts';
import { LeasePool } from '../../src/backends/lease-pool.ts';
import { NO_PROFILE, type Profile, profileOf } from '../../src/backends/profile.ts';
import { isRefusal } from '../../src/model.ts';
import type { Refusal } from '../../src/protocol/refusal.ts';
import { createLog } from '../../src/telemetry/telemetry.ts';
import { fixture } from './in-process.ts';

const ECHO = serverSchema.parse(fixture('echo'));
const ROOTS = profileOf('{"roots":{}}') ?? NO_PROFILE;
const LOG = createLog({ log: 'silent' });

const pools: LeasePool[] = [];
let opened = 0;

/** A pool of real processes of the echo fixture. */
function poolOf(max: number, waitMs = 200, idleMs = 1000, shared = 0, warm = 0): LeasePool {
  opened = 0;
  const pool = new LeasePool('echo', { max, idleMs, warm }, waitMs, {
    connect: (profile, lease) => {
      opened += 1;
      return connect(doorOf('echo', ECHO, LOG, process.env), profile.capabilities, lease);
    },
    onListChanged: () => {},
    sharedCount: () => shared,
    makeRoom: () => false,
    isWornOut: () => false,
    counters: { late: 0, unknown: 0, faults: 0, unexpected: 0 },
  });
  pools.push(pool);
  return pool;
}

afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.close();
});

async function taken(pool: LeasePool, caller: string, profile: Profile = ROOTS): Promise<Lease> {
  const lease = await pool.take(profile, caller);
  assert.ok(!isRefusal(lease), isRefusal(lease) ? lease.words : '');
  return lease;
}

class Holder implements LeaseHolder {
  readonly lost: string[] = [];
  spare = false;

  onLeaseMessage(): void {}

  onLeaseClose(_lease: Lease, why: string): void {
    this.lost.push(why);
  }

  isAsking(): boolean {
    return false;
  }

  canSpare(): boolean {
    return this.spare;
  }
}

describe('a pool of leases', { timeout: 180_000 }, () => {
  it('hands a released lease to the same caller and profile only', async () => {
    const pool = poolOf(8);
    const first = await taken(pool, 'ann');
    first.hold(new Holder());
    pool.release(first);
    const others = [await taken(pool, 'bob'), await taken(pool, 'ann', NO_PROFILE)];
    assert.ok(!others.includes(first));
    assert.equal(await taken(pool, 'ann'), first);
    assert.notEqual(await taken(pool, 'ann'), first);
  });

  it('opens no more than max, shared links included, and refuses after the wait', async () => {
    const pool = poolOf(3, 100, 1000, 1);
    for (const caller of ['ann', 'bob']) (await taken(pool, caller)).hold(new Holder());
    const refused = (await pool.take(ROOTS, 'carl')) as Refusal;
    assert.equal(refused.code, 'busy');
    assert.match(refused.words, /pool\.max is 3/);
    assert.equal(opened, 2);
  });

  it('does not open more than max when many ask at once', async () => {
    const pool = poolOf(3, 100);
    const callers = Array.from({ length: 10 }, (_, at) => `caller-${at}`);
    const answers = await Promise.all(callers.map((caller) => pool.take(ROOTS, caller)));
    assert.equal(answers.filter((answer) => !isRefusal(answer)).length, 3);
    assert.equal(opened, 3);
  });

  it('serves those who wait in order, as places become free', async () => {
    const pool = poolOf(1, 20_000);
    const first = await taken(pool, 'ann');
    first.hold(new Holder());
    const order: string[] = [];
    const waiting = ['bob', 'carl'].map(async (caller) => {
      const lease = await taken(pool, caller);
      lease.hold(new Holder());
      order.push(caller);
      return lease;
    });
    pool.end(first);
    const bobs = await waiting[0];
    assert.deepEqual(order, ['bob']);
    assert.ok(bobs !== undefined);
    pool.end(bobs);
    await waiting[1];
    assert.deepEqual(order, ['bob', 'carl']);
  });

  it('lets a flood of one caller wait for those who hold nothing', async () => {
    const pool = poolOf(2, 20_000);
    const first = await taken(pool, 'ann');
    first.hold(new Holder());
    (await taken(pool, 'ann')).hold(new Holder());
    const flood = Array.from({ length: 10 }, () => pool.take(ROOTS, 'ann'));
    const bobs = pool.take(ROOTS, 'bob');
    pool.end(first);
    assert.ok(!isRefusal(await bobs));
    await pool.close();
    assert.ok((await Promise.all(flood)).every(isRefusal));
  });

  it('refuses one caller more places in the queue than its part, and others none for it', async () => {
    const pool = poolOf(1, 20_000);
    (await taken(pool, 'ann')).hold(new Holder());
    const flood = Array.from({ length: 64 }, () => pool.take(ROOTS, 'ann'));
    assert.ok(isRefusal(await pool.take(ROOTS, 'ann')));
    const bobs = pool.take(ROOTS, 'bob');
    await pool.close();
    assert.ok((await Promise.all([...flood, bobs])).every(isRefusal));
  });

  it('takes from a holder that can spare it, the one unused for longest, and tells it', async () => {
    const pool = poolOf(2);
    const [old, busy] = [new Holder(), new Holder()];
    (await taken(pool, 'ann')).hold(old);
    (await taken(pool, 'bob')).hold(busy);
    old.spare = true;
    const lease = await taken(pool, 'carl');
    lease.hold(new Holder());
    assert.equal(old.lost.length, 1);
    assert.equal(busy.lost.length, 0);
    assert.equal(((await pool.take(ROOTS, 'dora')) as Refusal).code, 'busy');
  });

  it('takes a released lease for a newcomer rather than refuse it', async () => {
    const pool = poolOf(1);
    const lease = await taken(pool, 'ann');
    lease.hold(new Holder());
    pool.release(lease);
    assert.ok((await taken(pool, 'bob')).isLive);
    assert.equal(lease.isLive, false);
  });

  it('ends what nobody has used for idleMs, and keeps the rest', async () => {
    const pool = poolOf(4);
    const lease = await taken(pool, 'ann');
    const holder = new Holder();
    lease.hold(holder);
    pool.sweep(lease.link.usedAt + 1000);
    assert.equal(lease.isLive, true);
    pool.sweep(lease.link.usedAt + 1001);
    assert.equal(lease.isLive, false);
    assert.equal(holder.lost.length, 1);
    assert.notEqual(await taken(pool, 'ann'), lease);
  });

  it('does not hand on a lease whose process has died', async () => {
    const pool = poolOf(2);
    const lease = await taken(pool, 'ann');
    const holder = new Holder();
    lease.hold(holder);
    pool.release(lease);
    await lease.link.close();
    const next = await taken(pool, 'ann');
    assert.notEqual(next, lease);
    assert.ok(next.isLive);
  });

  it('refuses those who wait when it closes, and everybody afterwards', async () => {
    const pool = poolOf(1, 20_000);
    (await taken(pool, 'ann')).hold(new Holder());
    const waiting = pool.take(ROOTS, 'bob');
    await pool.close();
    assert.ok(isRefusal(await waiting));
    assert.ok(isRefusal(await pool.take(ROOTS, 'carl')));
  });

  const settled = (pool: LeasePool, spares: number) => async () => {
    const deadline = Date.now() + 20_000;
    while (pool.spares !== spares && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assert.equal(pool.spares, spares);
  };
  const SAMPLING = profileOf('{"sampling":{}}') ?? NO_PROFILE;

  it('keeps spares ready, hands them out without starting anything, and replaces them', async () => {
    const pool = poolOf(8, 200, 1000, 0, 2);
    pool.warmUp();
    await settled(pool, 2)();
    assert.equal(opened, 2);
    const pending = pool.take(NO_PROFILE, 'ann');
    assert.equal(opened, 2);
    const lease = await pending;
    assert.ok(!isRefusal(lease) && lease.isLive && lease.callerId === 'ann');
    await settled(pool, 2)();
    const next = await taken(pool, 'bob', NO_PROFILE);
    assert.notEqual(next, lease);
  });

  it('hands a spare to the capabilities that it was started with only', async () => {
    const pool = poolOf(8, 200, 1000, 0, 2);
    pool.warmUp();
    await settled(pool, 2)();
    const lease = await taken(pool, 'ann', SAMPLING);
    assert.equal(lease.profile.key, SAMPLING.key);
    // From now on one for each.
    await settled(pool, 2)();
    const spared = [await taken(pool, 'bob', SAMPLING), await taken(pool, 'carl', NO_PROFILE)];
    assert.deepEqual(
      spared.map(({ profile }) => profile.key),
      [SAMPLING.key, ''],
    );
  });

  it('keeps no spare for clients with roots: their server asks at once and may ask only once', async () => {
    const pool = poolOf(8, 200, 1000, 0, 2);
    await taken(pool, 'ann', ROOTS);
    pool.sweep(0);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(pool.spares, 0);
    assert.equal(opened, 1);
  });

  it('gives up spares before it refuses or takes a lease away', async () => {
    const pool = poolOf(2, 200, 1000, 0, 1);
    pool.warmUp();
    await settled(pool, 1)();
    const idle = new Holder();
    idle.spare = true;
    (await taken(pool, 'ann')).hold(idle);
    (await taken(pool, 'bob')).hold(new Holder());
    assert.equal(pool.spares, 0);
    assert.deepEqual(idle.lost, []);
  });
});
