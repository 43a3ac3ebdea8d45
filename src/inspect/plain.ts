/**
 * Short strings that were read in every way and hold nothing: names of members, states, kinds. Most strings of JSON are of
 * these, and each would be read again in every message.
 *
 * Bounded, and forgotten by halves: what is still said comes back by itself.
 */

import type { View } from './rule.ts';

/** Longer ones are rarely said twice. */
const CHARACTERS_MAX = 64;
const HALF_MAX = 2048;
/** What has more was made to have them. */
const VIEWS_MAX = 8;

/** What the next message needs of it. */
export interface Plain {
  readonly views: readonly View[];
  /** Detectors that one of its anchors calls. */
  readonly called: readonly number[];
}

export class PlainStrings {
  #young = new Map<string, Plain>();
  #old = new Map<string, Plain>();

  get(text: string): Plain | undefined {
    if (text.length > CHARACTERS_MAX) return undefined;
    const young = this.#young.get(text);
    if (young !== undefined) return young;
    const old = this.#old.get(text);
    if (old !== undefined) this.#put(text, old);
    return old;
  }

  keep(text: string, plain: Plain): void {
    if (text.length <= CHARACTERS_MAX && plain.views.length <= VIEWS_MAX) this.#put(text, plain);
  }

  #put(text: string, plain: Plain): void {
    if (this.#young.size >= HALF_MAX) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(text, plain);
  }
}
