/**
 * So much per hour, day or month of the calendar, in UTC. Counts survive a restart: `journal.ts`.
 *
 * Times are milliseconds since the epoch: a quota of a day is about the wall clock. A clock that is set back into the
 * window before does not give that window's counts anew: a window once begun stays until it ends.
 */

import { Slots } from './slots.ts';
import type { Counter } from './store.ts';

export type Period = 'hour' | 'day' | 'month';

/** When the window that holds `at` begins and ends. */
export function windowOf(period: Period, at: number): { start: number; end: number } {
  const date = new Date(at);
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth();
  if (period === 'month') {
    return { start: Date.UTC(year, month), end: Date.UTC(year, month + 1) };
  }
  const lengthMs = period === 'hour' ? 3_600_000 : 86_400_000;
  const start = Math.floor(at / lengthMs) * lengthMs;
  return { start, end: start + lengthMs };
}

export class Quota implements Counter {
  /** What it is called in the journal. */
  readonly name: number;
  readonly #count: number;
  readonly #period: Period;
  readonly #slots: Slots;
  /** Told of each count that changes. */
  readonly #onChange: (quota: Quota, key: number) => void;
  #start = 0;
  #end = 0;

  constructor(
    name: number,
    count: number,
    period: Period,
    keysMax: number,
    onChange: (quota: Quota, key: number) => void,
  ) {
    this.name = name;
    this.#count = count;
    this.#period = period;
    this.#slots = new Slots(keysMax);
    this.#onChange = onChange;
  }

  /** When the present window began; 0 before the first call. */
  get windowStart(): number {
    return this.#start;
  }

  waitMs(key: number, cost: number, now: number): number {
    if (cost > this.#count) return Number.POSITIVE_INFINITY;
    this.#turn(now);
    const used = this.used(key);
    const isFull = cost === 0 ? used >= this.#count : used + cost > this.#count;
    return isFull ? Math.max(1, this.#end - now) : 0;
  }

  charge(key: number, cost: number, now: number): void {
    if (cost === 0) return;
    this.#turn(now);
    this.#slots.values[this.#slots.find(key, 0)]! += cost;
    this.#onChange(this, key);
  }

  /** How much is used up in the window that holds `now`, and when that ends. */
  state(key: number, now: number): { used: number; resetsAt: number } {
    if (now < this.#end) return { used: this.#slots.peek(key), resetsAt: this.#end };
    return { used: 0, resetsAt: windowOf(this.#period, now).end };
  }

  used(key: number): number {
    return this.#slots.values[this.#slots.find(key, 0)]!;
  }

  /** What an earlier process counted; nothing where that window has ended, or lies further ahead than a clock errs. */
  restore(key: number, start: number, used: number, now: number): void {
    this.#turn(now);
    if (start !== this.#start) return;
    const at = this.#slots.find(key, 0);
    this.#slots.values[at] = Math.max(this.#slots.values[at]!, used);
  }

  each(take: (key: number, used: number) => void): void {
    this.#slots.each(take);
  }

  #turn(now: number): void {
    if (now < this.#end) return;
    const { start, end } = windowOf(this.#period, now);
    this.#start = start;
    this.#end = end;
    this.#slots.clear();
  }
}
