/** The rate algorithm against a plain token bucket, and the table that holds it against a plain map. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Gcra } from '../../src/limits/gcra.ts';
import { Loops } from '../../src/limits/loops.ts';
import { Slots } from '../../src/limits/slots.ts';

/** A bucket as textbooks draw it: tokens, refilled by the time that has passed. */
class Bucket {
  #tokens: number;
  #at = 0;
  readonly #burst: number;
  readonly #perMs: number;

  constructor(count: number, periodMs: number, burst: number) {
    this.#tokens = burst;
    this.#burst = burst;
    this.#perMs = count / periodMs;
  }

  at(now: number): number {
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#at) * this.#perMs);
    this.#at = now;
    return this.#tokens;
  }

  take(cost: number): void {
    this.#tokens -= cost;
  }
}

const steps = fc.array(
  fc.record({
    key: fc.integer({ min: 1, max: 5 }),
    afterMs: fc.integer({ min: 0, max: 3000 }),
    cost: fc.integer({ min: 1, max: 4 }),
  }),
  { maxLength: 200 },
);

describe('a rate', () => {
  it('lets through what a token bucket does, and says how long to wait', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.constantFrom(1000, 60_000),
        fc.integer({ min: 4, max: 60 }),
        steps,
        (count, periodMs, burst, plays) => {
          const gcra = new Gcra(count, periodMs, burst, 1024);
          const buckets = new Map<number, Bucket>();
          let now = 0;
          for (const { key, afterMs, cost } of plays) {
            now += afterMs;
            const bucket = buckets.get(key) ?? new Bucket(count, periodMs, burst);
            buckets.set(key, bucket);
            const tokens = bucket.at(now);
            const waitMs = gcra.waitMs(key, cost, now);
            const lackMs = ((cost - tokens) * periodMs) / count;
            // Within a microsecond of the edge the two may differ by rounding.
            if (Math.abs(lackMs) > 0.01) {
              assert.equal(waitMs > 0, lackMs > 0, `${tokens} tokens for ${cost}`);
            }
            if (waitMs > 0) {
              assert.ok(Math.abs(waitMs - lackMs) < 0.01, `${waitMs} and ${lackMs}`);
              continue;
            }
            gcra.charge(key, cost, now);
            bucket.take(cost);
          }
        },
      ),
    );
  });

  it('says that what costs more than the burst never fits', () => {
    assert.equal(new Gcra(1, 1000, 3, 8).waitMs(1, 4, 0), Number.POSITIVE_INFINITY);
  });

  it('holds back what is charged afterwards until it is paid off', () => {
    const gcra = new Gcra(10, 1000, 10, 8);
    assert.equal(gcra.waitMs(1, 0, 0), 0);
    gcra.charge(1, 25, 0);
    assert.ok(gcra.waitMs(1, 0, 1499) > 0);
    assert.equal(gcra.waitMs(1, 0, 1501), 0);
  });

  it('lets no key have more than its own, however many others crowd it out', () => {
    // Sixteen slots for a thousand keys: shared, and never forgotten.
    const plays = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 500, maxLength: 2000 });
    fc.assert(
      fc.property(plays, (keys) => {
        const gcra = new Gcra(1, 1000, 3, 16);
        const through = new Map<number, number>();
        for (const [at, key] of keys.entries()) {
          if (gcra.waitMs(key, 1, at) > 0) continue;
          gcra.charge(key, 1, at);
          through.set(key, (through.get(key) ?? 0) + 1);
        }
        const most = 3 + Math.floor(keys.length / 1000);
        for (const [key, count] of through) assert.ok(count <= most, `${key} had ${count}`);
      }),
    );
  });
});

describe('the table of slots', () => {
  it('tells keys apart as long as there is room, and takes what is over first', () => {
    const slots = new Slots(8);
    for (let key = 1; key <= 8; key++) slots.values[slots.find(key, 0)] = key * 10;
    for (let key = 1; key <= 8; key++) assert.equal(slots.values[slots.find(key, 0)], key * 10);
    // Up to 30 stands for nothing: the slots of 1, 2 and 3 are anyone's.
    assert.equal(slots.values[slots.find(9, 30)], 0);
    assert.equal(slots.values[slots.find(8, 30)], 80);
  });

  it('gives a newcomer to a full table the lowest value, not nothing', () => {
    const slots = new Slots(8);
    for (let key = 1; key <= 8; key++) slots.values[slots.find(key, 0)] = key * 10;
    assert.equal(slots.values[slots.find(99, 0)], 10);
  });

  it('is as large after a million keys as before', () => {
    const slots = new Slots(1000);
    const { bytes } = slots;
    for (let key = 1; key <= 1_000_000; key++) slots.values[slots.find(key, 0)]! += 1;
    assert.equal(slots.bytes, bytes);
    assert.equal(bytes, 1024 * 16);
  });
});

describe('a series of equal calls', () => {
  it('is cut at its number, for the rest of its window', () => {
    const loops = new Loops(3, 1000, 8);
    for (let now = 0; now < 3; now++) {
      assert.equal(loops.waitMs(7, now), 0);
      loops.charge(7, now);
    }
    assert.equal(loops.waitMs(7, 400), 600);
    assert.equal(loops.waitMs(8, 400), 0);
    assert.equal(loops.waitMs(7, 1000), 0);
    loops.charge(7, 1000);
    assert.equal(loops.waitMs(7, 1999), 0);
  });

  it('does not pass its count on to another one that takes its place', () => {
    const loops = new Loops(2, 1000, 8);
    for (let key = 1; key <= 8; key++) for (const now of [key, key]) loops.charge(key, now);
    assert.equal(loops.waitMs(99, 20), 0);
  });
});
