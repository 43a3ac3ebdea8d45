/**
 * A circuit breaker: while too many calls of the last seconds failed or were slow, the next are refused at once.
 *
 *     closed ── too many failed, or slow ──> open ── openMs ──> half open ── `probes` succeeded ──> closed
 *                                             ^──────── one failed ─────────┘
 *
 * Half open, a bounded number is let through. Whoever was let through and never came back (its client went away) does
 * not block the rest: after another openMs as many may try again. Calls that began before it opened do not count as
 * probes: they say how the server was.
 */

import { Outcomes } from './outcomes.ts';
import type { BreakerConfig, ToolConfig } from './policy-config.ts';

/** What a breaker is told to hold against, `slowMs` Infinity where nothing is slow. */
export interface Terms {
  readonly windowMs: number;
  readonly minCalls: number;
  readonly failurePercent: number;
  readonly slowMs: number;
  readonly slowPercent: number;
  readonly openMs: number;
  readonly probes: number;
}

export type BreakerState = 'closed' | 'open' | 'half-open';

export class Breaker {
  /** The one field that a call reads while all is well. */
  isClosed = true;
  /** Why it opened, as the end of a sentence: "11 of 20 calls within 10 s failed". */
  why = '';
  /** How often it has opened since it was made. */
  openings = 0;
  readonly #terms: Terms;
  /** Made by the first call: a server may list thousands of tools and be called for three. */
  #outcomes: Outcomes | null = null;
  #openedAt = 0;
  /** When the last probes were admitted; 0 while it is open. */
  #probedAt = 0;
  #admitted = 0;
  #succeeded = 0;

  constructor(terms: Terms) {
    this.#terms = terms;
  }

  get state(): BreakerState {
    if (this.isClosed) return 'closed';
    return this.#probedAt === 0 ? 'open' : 'half-open';
  }

  /** Whether a call may go although it is not closed: as a probe. */
  admits(now: number): boolean {
    if (this.isClosed) return true;
    const { openMs, probes } = this.#terms;
    if (now - Math.max(this.#openedAt, this.#probedAt) >= openMs) {
      this.#probedAt = now;
      this.#admitted = 0;
    }
    if (this.#probedAt === 0 || this.#admitted >= probes) return false;
    this.#admitted += 1;
    return true;
  }

  /** How long until it lets calls through again. */
  retryInMs(now: number): number {
    if (this.isClosed) return 0;
    return Math.max(0, Math.max(this.#openedAt, this.#probedAt) + this.#terms.openMs - now);
  }

  /** Counts one call. True where this call opened it. */
  settled(now: number, startedAt: number, failed: boolean, canBeSlow: boolean): boolean {
    const slow = canBeSlow && now - startedAt > this.#terms.slowMs;
    if (!this.isClosed) return this.#probed(now, startedAt, failed || slow);
    this.#outcomes ??= new Outcomes(this.#terms.windowMs);
    this.#outcomes.add(now, failed, slow);
    return (failed || slow) && this.#judge(now, this.#outcomes);
  }

  #probed(now: number, startedAt: number, failed: boolean): boolean {
    if (this.#probedAt === 0 || startedAt < this.#openedAt) return false;
    if (failed) {
      this.#open(now, this.why);
      return true;
    }
    this.#succeeded += 1;
    if (this.#succeeded >= this.#terms.probes) this.#close();
    return false;
  }

  #judge(now: number, { calls, failures, slow }: Outcomes): boolean {
    const { minCalls, failurePercent, slowPercent, slowMs, windowMs } = this.#terms;
    if (calls < minCalls) return false;
    const within = `${calls} calls within ${windowMs / 1000} s`;
    if (failures * 100 >= failurePercent * calls)
      this.#open(now, `${failures} of ${within} failed`);
    else if (slow * 100 >= slowPercent * calls) {
      this.#open(now, `${slow} of ${within} took more than ${slowMs} ms`);
    }
    return !this.isClosed;
  }

  #open(now: number, why: string): void {
    this.isClosed = false;
    this.why = why;
    this.openings += 1;
    this.#openedAt = now;
    this.#probedAt = 0;
    this.#succeeded = 0;
  }

  #close(): void {
    this.isClosed = true;
    this.why = '';
    this.#probedAt = 0;
    this.#outcomes?.clear();
  }

  /** Takes out what is held against a part of it: a tool whose own breaker has opened. */
  discount(now: number, part: Breaker): void {
    if (this.#outcomes !== null && part.#outcomes !== null) {
      this.#outcomes.subtract(now, part.#outcomes);
    }
  }
}

/** The terms of a server's breaker, or with a tool's own in place of some. */
export function termsOf(server: BreakerConfig, own: ToolConfig['breaker'] = {}): Terms {
  const given = Object.entries(own).filter(([, value]) => value !== undefined);
  const joined = { ...server, ...(Object.fromEntries(given) as Partial<BreakerConfig>) };
  return {
    ...joined,
    slowMs: joined.slowMs ?? Number.POSITIVE_INFINITY,
    windowMs: server.windowMs,
  };
}
