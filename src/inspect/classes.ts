/**
 * Characters that an expression does not tell apart, as one class each: it has some dozen, whatever Unicode has.
 */

import type { Ranges } from './characters.ts';

const LATIN_1 = 256;
/** In place of the class of a set without members. */
const NONE = -1;
/** Of Latin-1 all may differ, and a few hundred beyond it: more rows would not be worth their memory. */
const CLASSES_MAX = 1 << 10;

export class Classes {
  readonly count: number;
  /** Of each character in Latin-1. */
  readonly latin = new Uint8Array(LATIN_1);
  /** Beyond, each class from one character on. */
  readonly #from: Int32Array;
  readonly #classes: Uint16Array;

  /** Undefined where there are too many. */
  static of(sets: readonly Ranges[]): Classes | undefined {
    const from = boundsOf(sets);
    const classes = new Uint16Array(from.length);
    const count = split(from, classes, sets);
    return count > CLASSES_MAX ? undefined : new Classes(from, classes);
  }

  private constructor(from: readonly number[], classes: Uint16Array) {
    const numbers: number[] = [];
    let count = 0;
    // Numbered as they are met, so that those of Latin-1 fit into a byte.
    for (let at = 0; at < classes.length; at++) {
      numbers[classes[at]!] ??= count++;
      classes[at] = numbers[classes[at]!]!;
    }
    this.count = count;
    const beyond = from.findLastIndex((code) => code <= LATIN_1);
    for (let at = 0; at <= beyond; at++) this.latin.fill(classes[at]!, from[at], from[at + 1]);
    this.#from = Int32Array.from(from.slice(beyond));
    this.#classes = classes.slice(beyond);
  }

  of(code: number): number {
    return code < LATIN_1 ? this.latin[code]! : this.beyond(code);
  }

  /** Of a character that is not in Latin-1. */
  beyond(code: number): number {
    return this.#classes[this.#find(code)]!;
  }

  #find(code: number): number {
    const from = this.#from;
    let [low, high] = [0, from.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (from[middle]! <= code) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** For each class whether it is in the set, which is one of those it was made of. */
  members(set: Ranges): Uint8Array {
    const members = new Uint8Array(this.count);
    for (let at = 0; at < set.length; at += 2) this.#mark(members, set[at]!, set[at + 1]!);
    return members;
  }

  #mark(members: Uint8Array, first: number, last: number): void {
    for (let code = first; code <= Math.min(last, LATIN_1 - 1); code++)
      members[this.latin[code]!] = 1;
    if (last < LATIN_1) return;
    for (let at = this.#find(Math.max(first, LATIN_1)); this.#from[at]! <= last; at++)
      members[this.#classes[at]!] = 1;
  }
}

/** Which classes are in each of some sets. Most sets are one letter. */
export class ClassSets {
  /** The one class of a set; or else, below NONE, the number of its row. */
  readonly #only: Int16Array;
  /** Of the others for each class whether it is in them, one behind the other. */
  readonly #rows: Uint8Array;
  readonly #width: number;

  constructor(sets: readonly Ranges[], classes: Classes) {
    this.#width = classes.count;
    this.#only = new Int16Array(sets.length);
    const rows: Uint8Array[] = [];
    sets.forEach((set, number) => {
      const members = classes.members(set);
      const only = members.indexOf(1);
      const isOne = only === members.lastIndexOf(1);
      this.#only[number] = isOne ? only : NONE - rows.push(members);
    });
    this.#rows = new Uint8Array(rows.length * this.#width);
    rows.forEach((row, index) => {
      this.#rows.set(row, index * this.#width);
    });
  }

  has(set: number, ofClass: number): boolean {
    const only = this.#only[set]!;
    if (only >= NONE) return only === ofClass;
    return ofClass < this.#width && this.#rows[(NONE - 1 - only) * this.#width + ofClass] === 1;
  }
}

/** Where a set begins, and the first character behind it. */
function boundsOf(sets: readonly Ranges[]): number[] {
  const bounds = new Set([0]);
  for (const set of sets)
    for (let at = 0; at < set.length; at += 2) bounds.add(set[at]!).add(set[at + 1]! + 1);
  return [...bounds].sort((a, b) => a - b);
}

/** Gives what is in a set another class than what had its class and is not; how many there are. */
function split(from: readonly number[], classes: Uint16Array, sets: readonly Ranges[]): number {
  const index = new Map(from.map((code, at) => [code, at]));
  const sizes = [from.length];
  for (const set of sets) {
    const within = new Map<number, number[]>();
    for (let at = 0; at < set.length; at += 2) {
      const end = index.get(set[at + 1]! + 1)!;
      for (let one = index.get(set[at]!)!; one < end; one++) {
        const members = within.get(classes[one]!);
        if (members === undefined) within.set(classes[one]!, [one]);
        else members.push(one);
      }
    }
    for (const [ofClass, members] of within) {
      if (members.length === sizes[ofClass]) continue;
      sizes[ofClass]! -= members.length;
      const other = sizes.push(members.length) - 1;
      for (const one of members) classes[one] = other;
    }
  }
  return sizes.length;
}
