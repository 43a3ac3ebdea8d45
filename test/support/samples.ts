/** Texts that an expression matches, made of its own tree. */

import { RE2JS } from 're2js';
import type { Ranges } from '../../src/inspect/characters.ts';
import { type Node, parsed } from '../../src/inspect/pattern.ts';

/** Any character that a set has is as good as another, but for those that begin something else: these come first. */
const LETTERS = 'aeiostnrlmkd';
const OTHERS = '0123456789ABCDEFXYZbcfghjpquvwxyz_-/.+=:, \t\n"\'()[]{}<>@#%&*;!?$^~|\\`é你ม';
/** What is repeated without bound is repeated so often at most. */
const TIMES = 7;

export class Samples {
  readonly #tree: Node;
  readonly #expression: RE2JS;
  readonly #below: (limit: number) => number;
  /** In so many of a hundred choices the longest of what is allowed is taken. */
  #far = 0;

  constructor(pattern: string, below: (limit: number) => number) {
    this.#tree = parsed(pattern);
    this.#expression = RE2JS.compile(pattern);
    this.#below = below;
  }

  /** Undefined where what was made is no match: an edge of a word may be asked for where there is none. */
  next(far = 0): string | undefined {
    this.#far = far;
    const text = this.#of(this.#tree);
    return this.matches(text) ? text : undefined;
  }

  matches(text: string): boolean {
    return this.#expression.test(text);
  }

  #of(node: Node): string {
    switch (node.kind) {
      case 'literal':
        return String.fromCodePoint(node.code);
      case 'set':
        return this.#member(node.codes, node.ranges);
      case 'edge':
        return '';
      case 'all':
        return node.of.map((one) => this.#of(one)).join('');
      case 'one':
        return this.#of(node.of[this.#below(node.of.length)]!);
      default: {
        const times = this.#times(node.min, node.max);
        return Array.from({ length: times }, () => this.#of(node.of)).join('');
      }
    }
  }

  #times(min: number, max: number): number {
    if (max === Number.POSITIVE_INFINITY) return min + this.#below(TIMES);
    if (this.#below(100) < this.#far) return max;
    return min + this.#below(Math.min(max - min, TIMES) + 1);
  }

  #member(codes: readonly number[] | null, ranges: Ranges | null): string {
    if (codes !== null && codes.length > 0)
      return String.fromCodePoint(codes[this.#below(codes.length)]!);
    const wanted = this.#below(8) > 0 ? LETTERS : OTHERS;
    for (const from of [wanted, LETTERS, OTHERS]) {
      const members = [...from].filter((sign) => isIn(sign.codePointAt(0)!, ranges));
      if (members.length > 0) return members[this.#below(members.length)]!;
    }
    return String.fromCodePoint(ranges?.[0] ?? 0x61);
  }
}

function isIn(code: number, ranges: Ranges | null): boolean {
  if (ranges === null) return true;
  for (let at = 0; at < ranges.length; at += 2)
    if (code >= ranges[at]! && code <= ranges[at + 1]!) return true;
  return false;
}
