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

  canSpare(): boolean {
    return this.spare;
  }
}

describe('a pool of leases', { timeout: 60_000 }, () => {
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
});
