/**
 * An expression in RE2 syntax as a tree, for what is derived from it. What is not read here is a set of which nothing is
 * known: that makes whatever is derived weaker and never wrong.
 */

import {
  ALL,
  CLASSES,
  folded,
  foldedCode,
  inverse,
  NAMED_CLASSES,
  NOT_NEWLINE,
  type Ranges,
  sizeOf,
  union,
} from './characters.ts';

/** What must be true between two characters; several may be asked of one place. */
export const EDGES = {
  lineBegin: 1,
  lineEnd: 2,
  textBegin: 4,
  textEnd: 8,
  word: 16,
  notWord: 32,
} as const;

export type Node =
  /** `ranges` are all characters for which it stands, whatever their case where that does not count. */
  | { readonly kind: 'literal'; readonly code: number; readonly ranges: Ranges }
  /** `codes` as they are written: one of few characters, or any of many. What `ranges` null stands for was not understood. */
  | {
      readonly kind: 'set';
      readonly codes: readonly number[] | null;
      readonly ranges: Ranges | null;
    }
  | { readonly kind: 'edge'; readonly edge: number }
  | { readonly kind: 'all'; readonly of: readonly Node[] }
  /** Where in the pattern each branch begins, and where the last one ends. */
  | {
      readonly kind: 'one';
      readonly of: readonly Node[];
      readonly from: readonly number[];
      readonly to: number;
    }
  | { readonly kind: 'repeat'; readonly of: Node; readonly min: number; readonly max: number };

/** More members than this, and a class says nothing of its text. */
const SET_MAX = 40;
const UNKNOWN: Node = { kind: 'set', codes: null, ranges: null };
const ESCAPED: Readonly<Record<string, number>> = { n: 0x0a, r: 0x0d, t: 0x09, f: 0x0c, v: 0x0b };
const EDGE_ESCAPES: Readonly<Record<string, number>> = {
  A: EDGES.textBegin,
  b: EDGES.word,
  B: EDGES.notWord,
  z: EDGES.textEnd,
};
/** A number with a nought before it is no number, and what is in the braces stands for itself. */
const REPEAT = /(?:[*+?]|\{(0|[1-9]\d*)(,?)(0|[1-9]\d*|)\})\??/y;
const QUOTATION = /\\Q/y;
const GROUP = /\((?:\?(?:P?<\w+>|([imsU-]*)[:)]))?/y;
const CODE_ESCAPE = /\\(?:[pP]\{[^}]*\}|[pP].|x\{([0-9A-Fa-f]+)\}|x([0-9A-Fa-f]{2}))/y;

/** Whether case does not count in some of it. */
export function foldsCase(pattern: string): boolean {
  return /\(\?[a-zA-Z]*i/.test(pattern);
}

export function parsed(pattern: string): Node {
  const parser = new Parser(pattern);
  return parser.all();
}

class Parser {
  readonly #pattern: string;
  #at = 0;
  /** Flags that are set here. */
  #flags = '';
  /** Within \Q … \E. */
  #isQuoted = false;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  all(): Node {
    const node = this.#alternatives();
    if (this.#at < this.#pattern.length) throw new Error(`Unbalanced: ${this.#pattern}`);
    return node;
  }

  #alternatives(): Node {
    const branches: Node[] = [];
    const from: number[] = [];
    for (;;) {
      from.push(this.#at);
      branches.push(this.#sequence());
      if (this.#pattern[this.#at] !== '|') break;
      this.#at++;
    }
    const [only, ...others] = branches;
    return others.length === 0 ? only! : { kind: 'one', of: branches, from, to: this.#at };
  }

  #sequence(): Node {
    const parts: Node[] = [];
    while (this.#at < this.#pattern.length) {
      if (!this.#isQuoted && '|)'.includes(this.#pattern[this.#at]!)) break;
      const item = this.#item();
      if (item !== undefined) parts.push(this.#repeated(item));
    }
    return parts.length === 1 ? parts[0]! : { kind: 'all', of: parts };
  }

  /** What stands next, where the expression holds it. */
  #next(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.#at;
    const found = expression.exec(this.#pattern);
    if (found !== null) this.#at += found[0].length;
    return found;
  }

  #repeated(of: Node): Node {
    if (this.#isQuoted && !this.#pattern.startsWith('\\E', this.#at)) return of;
    if (this.#isQuoted) this.#unquote();
    const found = this.#next(REPEAT);
    if (found === null) return of;
    const sign = found[0][0]!;
    if (sign === '*') return { kind: 'repeat', of, min: 0, max: Number.POSITIVE_INFINITY };
    if (sign === '+') return { kind: 'repeat', of, min: 1, max: Number.POSITIVE_INFINITY };
    if (sign === '?') return { kind: 'repeat', of, min: 0, max: 1 };
    const min = Number(found[1]);
    const max =
      found[2] === '' ? min : found[3] === '' ? Number.POSITIVE_INFINITY : Number(found[3]);
    return { kind: 'repeat', of, min, max };
  }

  /** Undefined is what stands for nothing: flags, an end of a quotation. */
  #item(): Node | undefined {
    const sign = this.#pattern[this.#at]!;
    if (this.#isQuoted)
      return this.#pattern.startsWith('\\E', this.#at) ? this.#unquote() : this.#literal();
    if (sign === '(') return this.#group();
    if (sign === '[') return this.#set();
    if (this.#next(QUOTATION) !== null) {
      this.#isQuoted = true;
      return undefined;
    }
    if (sign === '\\') return this.#escape();
    // What repeats nothing that stands right before it, or twice.
    if (this.#next(REPEAT) !== null) return UNKNOWN;
    if (sign === '^' || sign === '$') {
      this.#at++;
      return { kind: 'edge', edge: this.#edgeOf(sign) };
    }
    if (sign === '.') {
      this.#at++;
      return { kind: 'set', codes: null, ranges: this.#flags.includes('s') ? ALL : NOT_NEWLINE };
    }
    return this.#literal();
  }

  #edgeOf(sign: string): number {
    if (this.#flags.includes('m')) return sign === '^' ? EDGES.lineBegin : EDGES.lineEnd;
    return sign === '^' ? EDGES.textBegin : EDGES.textEnd;
  }

  #literal(): Node {
    const code = this.#pattern.codePointAt(this.#at)!;
    this.#at += code > 0xffff ? 2 : 1;
    return this.#literalOf(code);
  }

  #literalOf(code: number): Node {
    return {
      kind: 'literal',
      code,
      ranges: this.#flags.includes('i') ? foldedCode(code) : [code, code],
    };
  }

  #folded(ranges: Ranges): Ranges {
    return this.#flags.includes('i') ? folded(ranges) : ranges;
  }

  #unquote(): undefined {
    this.#isQuoted = false;
    this.#at += 2;
  }

  #group(): Node | undefined {
    const found = this.#next(GROUP)!;
    const [head, flags = ''] = found;
    const before = this.#flags;
    this.#setFlags(flags);
    if (head.endsWith(')')) return undefined;
    if (this.#pattern[this.#at] === '?') throw new Error(`Unknown: ${this.#pattern}`);
    const node = this.#alternatives();
    if (this.#pattern[this.#at] !== ')') throw new Error(`Unbalanced: ${this.#pattern}`);
    this.#at++;
    this.#flags = before;
    return node;
  }

  #setFlags(flags: string): void {
    const [on = '', off = ''] = flags.split('-');
    this.#flags = [...this.#flags, ...on].filter((flag) => !off.includes(flag)).join('');
  }

  #escape(): Node {
    const found = this.#next(CODE_ESCAPE);
    if (found !== null) {
      const code = found[1] ?? found[2];
      return code === undefined ? UNKNOWN : this.#literalOf(Number.parseInt(code, 16));
    }
    const letter = this.#pattern[this.#at + 1] ?? '';
    this.#at += 2;
    const edge = EDGE_ESCAPES[letter];
    if (edge !== undefined) return { kind: 'edge', edge };
    const members = this.#classOf(letter);
    if (members !== undefined) return setOf(members, members);
    if (/[A-Za-z0-9]/.test(letter) && ESCAPED[letter] === undefined) return UNKNOWN;
    return this.#literalOf(ESCAPED[letter] ?? letter.charCodeAt(0));
  }

  /** Folded before it is inverted: what is no \w has no case either. */
  #classOf(letter: string): Ranges | undefined {
    const lower = letter.toLowerCase();
    const members = CLASSES[lower];
    if (members === undefined) return undefined;
    return lower === letter ? this.#folded(members) : inverse(this.#folded(members));
  }

  #set(): Node {
    const members: number[] = [];
    let isKnown = true;
    this.#at++;
    const isInverse = this.#pattern[this.#at] === '^';
    if (isInverse) this.#at++;
    for (let isFirst = true; ; isFirst = false) {
      const sign = this.#pattern[this.#at];
      if (sign === undefined) throw new Error(`Unbalanced: ${this.#pattern}`);
      if (sign === ']' && !isFirst) break;
      const part = this.#namedClass() ?? this.#members();
      if (part === null) isKnown = false;
      else members.push(...part);
    }
    this.#at++;
    if (!isKnown) return UNKNOWN;
    const written = union(members);
    const meant = this.#folded(written);
    return isInverse ? setOf(ALL, inverse(meant)) : setOf(written, meant);
  }

  /** Undefined where none stands here. */
  #namedClass(): Ranges | null | undefined {
    const found = this.#next(/\[:(\^?)(\w+):\]/y);
    if (found === null) {
      if (this.#pattern.startsWith('[:', this.#at)) throw new Error(`Unknown: ${this.#pattern}`);
      return undefined;
    }
    const members = NAMED_CLASSES[found[2]!];
    if (members === undefined) return null;
    return found[1] === '' ? members : inverse(this.#folded(members));
  }

  /** One member of a class, a range of them, or the members of a class in it; null where that was not understood. */
  #members(): Ranges | null {
    const from = this.#member();
    if (from === null || typeof from !== 'number') return from;
    const next = this.#pattern[this.#at + 1];
    if (this.#pattern[this.#at] !== '-' || next === ']' || next === undefined) return [from, from];
    this.#at++;
    const to = this.#member();
    return typeof to === 'number' && to >= from ? [from, to] : null;
  }

  #member(): number | Ranges | null {
    if (this.#pattern[this.#at] !== '\\') {
      const code = this.#pattern.codePointAt(this.#at)!;
      this.#at += code > 0xffff ? 2 : 1;
      return code;
    }
    const node = this.#escape();
    if (node.kind === 'literal') return node.code;
    return node.kind === 'set' ? node.ranges : null;
  }
}

function setOf(written: Ranges, meant: Ranges): Node {
  return { kind: 'set', codes: sizeOf(written) > SET_MAX ? null : codesOf(written), ranges: meant };
}

function codesOf(ranges: Ranges): number[] {
  const codes: number[] = [];
  for (let at = 0; at < ranges.length; at += 2)
    for (let code = ranges[at]!; code <= ranges[at + 1]!; code++) codes.push(code);
  return codes;
}
