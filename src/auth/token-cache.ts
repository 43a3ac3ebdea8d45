/**
 * The tokens that were verified lately, under their SHA-256 in hexadecimal: a heap dump shows no token.
 *
 * An entry counts for 60 seconds at most, whatever its token says, so that a key that a provider has withdrawn is not
 * believed for longer even where nobody told us. Bounded; the oldest goes first: it is the next to end anyway.
 */

import type { Caller } from '../model.ts';
import type { Verified } from './verified.ts';

const ENTRY_MS = 60_000;

export class TokenCache {
  readonly #entries = new Map<string, Verified>();
  readonly #max: number;
  /** Grows whenever everything is forgotten. */
  epoch = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#entries.size;
  }

  find(key: string, now: number): Caller | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (now < entry.until) return entry.caller;
    this.#entries.delete(key);
    return undefined;
  }

  add(key: string, { caller, until }: Verified, now: number): void {
    if (now >= until) return;
    this.#entries.delete(key);
    this.#entries.set(key, { caller, until: Math.min(until, now + ENTRY_MS) });
    if (this.#entries.size <= this.#max) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      break;
    }
  }

  clear(): void {
    this.#entries.clear();
    this.epoch += 1;
  }
}
