/**
 * Strings that were read in every way and hold nothing that acts, so that they need not be read again: names of members, states and kinds,
 * which most strings of JSON are, and longer ones that come twice, as what a tool says when an agent asks it again.
 *
 * Bounded. Short ones are forgotten by halves: what is still said comes back by itself. Of long ones the first time leaves a number only,
 * as most are never said again; each has one place, from which the next of that place drives it, and all go where they are too much.
 */

import type { Finding, View } from './rule.ts';

/** Longer ones are rarely said twice. */
const SHORT_MAX = 64;
const HALF_MAX = 2048;
/** What has more was made to have them. */
const SHORT_VIEWS_MAX = 8;
const LONG_VIEWS_MAX = 1024;
const PLACES = 1024;
/** Of all long ones, their readings included: a few megabytes. */
const LONG_CHARACTERS_MAX = 2 << 20;

/** What the next message needs of it. */
export interface Plain {
  readonly views: readonly View[];
  /** Detectors that one of its anchors calls. */
  readonly called: readonly number[];
  readonly signals: readonly Signal[];
}

/** Of low confidence, and of what it is: told anew of each string that has it. */
export interface Signal {
  readonly finding: Finding;
  readonly value: string;
}

interface Long {
  readonly text: string;
  readonly plain: Plain;
}

export class PlainStrings {
  #young = new Map<string, Plain>();
  #old = new Map<string, Plain>();
  /** The mark of the long one that was read last, of each place, and it, once it was read twice. */
  readonly #marks = new Int32Array(PLACES);
  #longs: (Long | undefined)[] = new Array(PLACES).fill(undefined);
  #characters = 0;

  get(text: string): Plain | undefined {
    if (text.length > SHORT_MAX) return this.#long(text);
    const young = this.#young.get(text);
    if (young !== undefined) return young;
    const old = this.#old.get(text);
    if (old !== undefined) this.#put(text, old);
    return old;
  }

  /** Whether this one, which was read just now and is not known, is to be kept: long ones are not the first time. */
  wants(text: string): boolean {
    if (text.length <= SHORT_MAX) return true;
    const mark = markOf(text);
    const place = mark & (PLACES - 1);
    if (this.#marks[place] === mark) return true;
    this.#marks[place] = mark;
    this.#drop(place);
    return false;
  }

  keep(text: string, plain: Plain): void {
    if (text.length > SHORT_MAX) this.#keepLong(text, plain);
    else if (plain.views.length <= SHORT_VIEWS_MAX) this.#put(text, plain);
  }

  #put(text: string, plain: Plain): void {
    if (this.#young.size >= HALF_MAX) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(text, plain);
  }

  #long(text: string): Plain | undefined {
    const long = this.#longs[markOf(text) & (PLACES - 1)];
    return long?.text === text ? long.plain : undefined;
  }

  #keepLong(text: string, plain: Plain): void {
    const long = { text, plain };
    const characters = charactersOf(long);
    if (plain.views.length > LONG_VIEWS_MAX || characters > LONG_CHARACTERS_MAX) return;
    const place = markOf(text) & (PLACES - 1);
    this.#drop(place);
    if (this.#characters + characters > LONG_CHARACTERS_MAX) this.#forgetLongs();
    this.#longs[place] = long;
    this.#characters += characters;
  }

  #drop(place: number): void {
    const long = this.#longs[place];
    if (long === undefined) return;
    this.#characters -= charactersOf(long);
    this.#longs[place] = undefined;
  }

  #forgetLongs(): void {
    this.#longs.fill(undefined);
    this.#characters = 0;
  }
}

const charactersOf = ({ text, plain }: Long): number =>
  plain.views.reduce((sum, view) => sum + view.text.length, text.length);

const LOOKED_AT_BITS = 4;

/**
 * Of sixteen characters here and there: two texts with the same one are compared when it comes to that, and never taken for one another.
 */
function markOf(text: string): number {
  const { length } = text;
  let mark = length;
  for (let count = 0; count < 1 << LOOKED_AT_BITS; count++)
    mark = Math.imul(mark ^ text.charCodeAt((length * count) >> LOOKED_AT_BITS), 0x01000193);
  return mark ^ (mark >>> 15);
}
