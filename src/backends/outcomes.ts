/**
 * How the calls of the last seconds ended: a sliding window of counts.
 *
 *     | b0 | b1 | b2 | … | b9 |     ten buckets of a tenth of the window each; the oldest is emptied and used again
 *
 * Counting one call is a division and a few additions in typed arrays, so that every call can be counted.
 */

const BUCKETS = 10;

export class Outcomes {
  calls = 0;
  failures = 0;
  slow = 0;
  readonly #bucketMs: number;
  readonly #calls = new Int32Array(BUCKETS);
  readonly #failures = new Int32Array(BUCKETS);
  readonly #slow = new Int32Array(BUCKETS);
  /** The number of the newest bucket since the epoch. */
  #newest = 0;

  constructor(windowMs: number) {
    this.#bucketMs = windowMs / BUCKETS;
  }

  add(now: number, failed: boolean, slow: boolean): void {
    this.advance(now);
    const at = this.#newest % BUCKETS;
    this.#calls[at]! += 1;
    this.calls += 1;
    if (failed) {
      this.#failures[at]! += 1;
      this.failures += 1;
    }
    if (slow) {
      this.#slow[at]! += 1;
      this.slow += 1;
    }
  }

  /**
   * Takes out what another window of the same length has counted here too. Never more than is here: of the part, one may
   * not have been counted, or all of it may have been cleared.
   */
  subtract(now: number, part: Outcomes): void {
    this.advance(now);
    part.advance(now);
    for (let at = 0; at < BUCKETS; at++) {
      this.calls -= less(this.#calls, part.#calls, at);
      this.failures -= less(this.#failures, part.#failures, at);
      this.slow -= less(this.#slow, part.#slow, at);
    }
  }

  /** Forgets what is older than the window. A clock that was set back leaves the newest bucket the newest. */
  advance(now: number): void {
    const newest = Math.floor(now / this.#bucketMs);
    const steps = Math.min(newest - this.#newest, BUCKETS);
    if (steps <= 0) return;
    for (let step = 1; step <= steps; step++) this.#empty((this.#newest + step) % BUCKETS);
    this.#newest = newest;
  }

  #empty(at: number): void {
    this.calls -= this.#calls[at]!;
    this.failures -= this.#failures[at]!;
    this.slow -= this.#slow[at]!;
    this.#calls[at] = 0;
    this.#failures[at] = 0;
    this.#slow[at] = 0;
  }

  clear(): void {
    for (let at = 0; at < BUCKETS; at++) this.#empty(at);
  }
}

/** Lowers one count by another, and says by how much. */
function less(counts: Int32Array, part: Int32Array, at: number): number {
  const by = Math.min(counts[at]!, part[at]!);
  counts[at]! -= by;
  return by;
}
