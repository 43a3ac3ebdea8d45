/**
 * Agents that go in circles: the same tool with the same arguments, over and over.
 *
 * A series begins with its first call and ends `windowMs` later; so many calls are let through in it. What is compared
 * is the arguments' bytes: an agent in a loop repeats itself to the letter. Where more series run than there is room
 * for, the one that ends soonest is forgotten: this is a help for agents, and rates are the protection.
 */

import { Slots } from './slots.ts';

export class Loops {
  readonly times: number;
  readonly windowMs: number;
  readonly #ends: Slots;
  readonly #counts: Uint32Array;

  constructor(times: number, windowMs: number, keysMax: number) {
    this.times = times;
    this.windowMs = windowMs;
    this.#ends = new Slots(keysMax);
    this.#counts = new Uint32Array(this.#ends.values.length);
  }

  /** Milliseconds until the series ends, where it is full; 0 where one more call fits. */
  waitMs(key: number, now: number): number {
    const at = this.#at(key, now);
    return this.#counts[at]! >= this.times ? Math.max(1, this.#ends.values[at]! - now) : 0;
  }

  charge(key: number, now: number): void {
    const at = this.#at(key, now);
    if (this.#counts[at] === 0) this.#ends.values[at] = now + this.windowMs;
    this.#counts[at]! += 1;
  }

  #at(key: number, now: number): number {
    const at = this.#ends.find(key, now);
    if (this.#ends.isNew || this.#ends.values[at]! <= now) {
      this.#ends.values[at] = 0;
      this.#counts[at] = 0;
    }
    return at;
  }
}
