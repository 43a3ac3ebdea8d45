/**
 * Finds `name = value` in every notation, as the expression of the rule says it and some hundred times faster: a name of so many
 * is for every character a fork for an engine that keeps all threads, and "token:" stands in ordinary text.
 *
 * A name ends where its word ends, so only ends of words are looked at. What may follow is bounded but for the value, which
 * is one run of a class: linear, as whatever was read for a value is behind the next look.
 */

import type { Finder, Match } from '../linear.ts';

/** Longer than any name. */
const NAME_MAX = 32;

export class NamedFinder implements Finder {
  readonly #word = /[\w.-]+/g;
  readonly #name: RegExp;
  readonly #twoWords: RegExp;
  readonly #joint: RegExp;
  readonly #rest: RegExp;

  /** What follows the name: a joint of few characters, and a rest that ends with the group `value` (syntax of RegExp with `u`). */
  constructor(names: readonly string[], joint: string, rest: string) {
    const ends = (of: readonly string[]) => new RegExp(`(?:${of.join('|')})$`, 'iu');
    this.#name = ends(names.filter((name) => !name.includes(' ')).map(dotted));
    this.#twoWords = ends(names.filter((name) => name.includes(' ')));
    this.#joint = new RegExp(joint, 'iuy');
    this.#rest = new RegExp(joint + rest, 'iuy');
  }

  matches(text: string, from: number, to: number): Match[] {
    const base = Math.max(0, from - 1);
    const piece = text.slice(base, to + 1);
    const found: Match[] = [];
    let next = from - base;
    const word = this.#word;
    word.lastIndex = 0;
    for (let run = word.exec(piece); run !== null; run = word.exec(piece)) {
      const end = run.index + run[0].length;
      // Asked first, as it is soon said: behind most words stands another one. Not the rest, which is of any length and would be read again.
      this.#joint.lastIndex = end;
      if (!this.#joint.test(piece)) continue;
      const start = this.#nameStart(piece, Math.max(run.index, next), end, next);
      if (start < 0) continue;
      this.#rest.lastIndex = end;
      const rest = this.#rest.exec(piece);
      if (rest === null) continue;
      const valueEnd = end + rest[0].length;
      const valueStart = valueEnd - rest.groups!.value!.length;
      if (valueEnd + base > to) continue;
      found.push({
        start: start + base,
        end: valueEnd + base,
        valueStart: valueStart + base,
        valueEnd: valueEnd + base,
      });
      next = valueEnd;
      word.lastIndex = valueEnd;
    }
    return found;
  }

  /** Where the word begins whose end is a name, or the one before it where both are; -1 where neither is. */
  #nameStart(piece: string, start: number, end: number, least: number): number {
    const before = piece.charCodeAt(start - 1);
    if (before === 0x20 && start - 1 > least) {
      const both = piece.slice(Math.max(least, end - NAME_MAX), end);
      if (this.#twoWords.test(both)) {
        let at = start - 1;
        while (at > least && isWord(piece.charCodeAt(at - 1))) at--;
        return at;
      }
    }
    return this.#name.test(piece.slice(Math.max(start, end - NAME_MAX), end)) ? start : -1;
  }
}

const dotted = (name: string) => name.replaceAll('-', '[-]');
const isWord = (unit: number) =>
  (unit >= 0x30 && unit <= 0x39) ||
  (unit >= 0x41 && unit <= 0x5a) ||
  (unit >= 0x61 && unit <= 0x7a) ||
  unit === 0x5f ||
  unit === 0x2e ||
  unit === 0x2d;
