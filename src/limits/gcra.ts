/**
 * The generic cell rate algorithm (ITU-T I.371): a bucket of `burst` that refills at a steady rate, kept as one number
 * per key: the time at which the bucket will be full again ("theoretical arrival time").
 *
 *     now ── what is used up, as time ──▶ full again
 *     |<------------- at most burst * interval ------------>|
 *
 * Times are milliseconds of a clock that never goes back; they are arguments.
 */

import { Slots } from './slots.ts';
import type { Counter } from './store.ts';

/** A microsecond: what adding intervals in floating point may be off by must not refuse a call that fits. */
const SLACK_MS = 0.001;

export class Gcra implements Counter {
  readonly #slots: Slots;
  readonly #intervalMs: number;
  readonly #depthMs: number;

  constructor(count: number, periodMs: number, burst: number, keysMax: number) {
    this.#slots = new Slots(keysMax);
    this.#intervalMs = periodMs / count;
    this.#depthMs = burst * this.#intervalMs;
  }

  get bytes(): number {
    return this.#slots.bytes;
  }

  /** How much could be charged at once now; below zero where more was used than there was. */
  left(key: number, now: number): number {
    const usedMs = Math.max(0, this.#slots.peek(key) - now);
    return (this.#depthMs - usedMs) / this.#intervalMs;
  }

  waitMs(key: number, cost: number, now: number): number {
    const usedMs = cost * this.#intervalMs;
    if (usedMs > this.#depthMs + SLACK_MS) return Number.POSITIVE_INFINITY;
    const fullAt = this.#slots.values[this.#slots.find(key, now)]!;
    const waitMs = (fullAt > now ? fullAt - now : 0) + usedMs - this.#depthMs;
    // What is charged afterwards may leave a bucket exactly empty: a cost of nothing needs room, too.
    if (cost === 0) return waitMs >= 0 ? waitMs + SLACK_MS : 0;
    return waitMs > SLACK_MS ? waitMs : 0;
  }

  charge(key: number, cost: number, now: number): void {
    const { values } = this.#slots;
    const at = this.#slots.find(key, now);
    const fullAt = values[at]!;
    values[at] = Math.max(fullAt, now) + cost * this.#intervalMs;
  }
}
