/**
 * The places where one server can be had: URLs or commands that stand for each other.
 *
 * Each new link goes to one of them, drawn by weight. One that fails is passed over until its own back-off is over, and
 * the next is tried within the same start; the link is then astray, and shared ones go back (`way-back.ts`). Where all have
 * failed, all are tried, the one that may come back first in front: how often is bounded by the back-off of the whole
 * server.
 */

import { backoffMs } from '../lib/backoff.ts';
import type { Known } from './known.ts';

const RETRY_FIRST_MS = 1000;
const RETRY_MAX_MS = 60_000;
/** A link that held this long was no accident: what failed before it is forgotten. */
const STEADY_MS = 60_000;

/** What an operator sees; without its address, which may be nobody's business. */
export interface EndpointReport {
  /** Place in the configuration, from 1. */
  readonly endpoint: number;
  readonly state: 'up' | 'down';
  readonly why?: string;
}

export class Endpoint {
  readonly index: number;
  readonly weight: number;
  /** What the last handshake found out, so that the next need not. */
  known: Known | undefined;
  #failures = 0;
  #retryAt = 0;
  #openedAt = 0;
  #why = '';

  constructor(index: number, weight: number) {
    this.index = index;
    this.weight = weight;
  }

  get retryAt(): number {
    return this.#retryAt;
  }

  /** A link was opened. That it will hold is not proved by this: a server that flaps greets well each time. */
  opened(): void {
    this.#openedAt = Date.now();
    this.#retryAt = 0;
    this.#why = '';
  }

  /** It could not be reached, or a link to it broke. `why` is for the operator and holds nothing a server wrote. */
  failed(why: string): void {
    const now = Date.now();
    if (this.#openedAt > 0 && now - this.#openedAt > STEADY_MS) this.#failures = 0;
    this.#openedAt = 0;
    this.#retryAt = now + backoffMs(this.#failures, RETRY_FIRST_MS, RETRY_MAX_MS, Math.random());
    this.#failures += 1;
    this.#why = why;
  }

  report(): EndpointReport {
    const endpoint = this.index + 1;
    return this.#why === ''
      ? { endpoint, state: 'up' }
      : { endpoint, state: 'down', why: this.#why };
  }
}

export class Endpoints {
  readonly all: readonly Endpoint[];
  readonly #random: () => number;

  /** `random` is in [0, 1). */
  constructor(weights: readonly number[], random: () => number = Math.random) {
    this.all = weights.map((weight, index) => new Endpoint(index, weight));
    this.#random = random;
  }

  /** Whom to try for one link, in this order; and where it would go if all were well. */
  order(now = Date.now()): { readonly preferred: Endpoint; readonly tried: Endpoint[] } {
    const down = this.all.filter((one) => one.retryAt > now);
    const up = this.all.filter((one) => one.retryAt <= now);
    // Leaving some out of a draw changes nothing about the order of the others.
    const drawn = this.#drawn(this.all.filter((one) => one.weight > 0));
    const tried = [
      ...drawn.filter((one) => one.retryAt <= now),
      // Standing by: taken in the order of the file when no other is well.
      ...up.filter((one) => one.weight === 0),
      ...down.toSorted((a, b) => a.retryAt - b.retryAt),
    ];
    return { preferred: drawn[0] ?? this.all[0]!, tried };
  }

  /** All of them, drawn one by one, each with a chance by its weight among those that are left. */
  #drawn(from: readonly Endpoint[]): Endpoint[] {
    const left = [...from];
    const drawn: Endpoint[] = [];
    while (left.length > 0) {
      let at = this.#random() * left.reduce((sum, one) => sum + one.weight, 0);
      const found = left.findIndex((one) => {
        at -= one.weight;
        return at < 0;
      });
      drawn.push(...left.splice(Math.max(found, 0), 1));
    }
    return drawn;
  }
}
