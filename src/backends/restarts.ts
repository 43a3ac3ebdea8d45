/**
 * When a server that failed may be tried again, and whether it fails again and again.
 *
 * Both ways to fail count: not coming up, and ending soon after. One that served for a while before it ended starts
 * over with short pauses, and one that at least came up is never kept waiting for long: calls could have been answered
 * meanwhile. The first early end is forgiven: the next call starts the server at once.
 */

import { backoffMs } from '../lib/backoff.ts';

const START_FIRST_MS = 250;
const EARLY_FIRST_MS = 50;
const PAUSE_MAX_MS = 30_000;
/** A server that held this long after its handshake did come up. */
const UP_MS = 1_000;
const UP_PAUSE_MAX_MS = 1_000;
/** A server that lived this long did not fail to start. */
const EARLY_MS = 10_000;
/** From so many failures in a row on it is called a crash loop. */
const LOOP = 5;

export class Restarts {
  #failures = 0;
  /** Milliseconds since the epoch before which nobody's call starts the server. */
  retryAt = 0;
  /** Links opened in place of others that had ended by themselves. */
  count = 0;

  /** It did not come up. Returns the pause, in milliseconds. */
  failed(now: number): number {
    const pauseMs = backoffMs(this.#failures, START_FIRST_MS, PAUSE_MAX_MS, Math.random());
    this.#failures += 1;
    this.retryAt = now + pauseMs;
    return pauseMs;
  }

  /** A link that had lived for `livedMs` ended by itself. Returns the pause, in milliseconds. */
  ended(now: number, livedMs: number): number {
    this.#failures = livedMs < EARLY_MS ? this.#failures + 1 : 0;
    const before = Math.max(0, this.#failures - 1);
    const maxMs = livedMs < UP_MS ? PAUSE_MAX_MS : UP_PAUSE_MAX_MS;
    const pauseMs = backoffMs(before, EARLY_FIRST_MS, maxMs, Math.random());
    this.retryAt = this.#failures > 1 ? now + pauseMs : 0;
    return pauseMs;
  }

  /** A link has lived long enough. */
  settled(): void {
    this.#failures = 0;
  }

  get isLooping(): boolean {
    return this.#failures >= LOOP;
  }

  get failures(): number {
    return this.#failures;
  }

  waitMs(now: number): number {
    return Math.max(0, this.retryAt - now);
  }
}
