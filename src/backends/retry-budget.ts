/**
 * How many calls may reach one server a second time: a share of its calls, and a few in any case.
 *
 * Without a bound, a server that fails under load would be given twice the load. What surely never reached it costs
 * nothing here.
 */

import type { RetryConfig } from './policy-config.ts';

const REFILL_MS = 10_000;
/** What calls may save up, in multiples of `min` and at least so many: an hour of success is no licence for a storm. */
const SAVED_MIN = 100;

export class RetryBudget {
  readonly #config: RetryConfig;
  readonly #max: number;
  #balance: number;
  #calls = 0;
  #at: number;

  constructor(config: RetryConfig, now: number) {
    this.#config = config;
    this.#balance = config.min;
    this.#max = config.percent === 0 ? config.min : Math.max(config.min, SAVED_MIN);
    this.#at = now;
  }

  /** `calls` is how many calls there have been in all. True where one more may be made again. */
  take(now: number, calls: number): boolean {
    const { percent, min } = this.#config;
    const earned = ((calls - this.#calls) * percent) / 100;
    const refilled = (Math.max(0, now - this.#at) * min) / REFILL_MS;
    this.#balance = Math.min(this.#max, this.#balance + earned + refilled);
    this.#calls = calls;
    this.#at = now;
    if (this.#balance < 1) return false;
    this.#balance -= 1;
    return true;
  }
}
