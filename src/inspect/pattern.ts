/**
 * An expression in RE2 syntax as a tree, for what is derived from it. Only what rules use is read; anything else is
 * a text of which nothing is known, which makes whatever is derived from it weaker and never wrong.
 */

export type Node =
  | { readonly kind: 'literal'; readonly code: number }
  /** One of few characters, or any of many. */
  | { readonly kind: 'set'; readonly codes: readonly number[] | null }
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
const EMPTY: Node = { kind: 'all', of: [] };
const ANY: Node = { kind: 'set', codes: null };

/** What stands for a class, by the letter behind its backslash. */
const CLASSES: Readonly<Record<string, readonly number[] | null>> = {
  w: null,
  W: null,
  D: null,
  S: null,
  d: range(0x30, 0x39),
  s: [0x09, 0x0a, 0x0c, 0x0d, 0x20],
};
const ESCAPED: Readonly<Record<string, number>> = { n: 0x0a, r: 0x0d, t: 0x09, f: 0x0c, v: 0x0b };

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}

export function parsed(pattern: string): Node {
  const parser = new Parser(pattern);
  return parser.all();
}

class Parser {
  readonly #pattern: string;
  #at = 0;

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
    while (this.#at < this.#pattern.length && !'|)'.includes(this.#pattern[this.#at]!))
      parts.push(this.#repeated(this.#item()));
    return parts.length === 1 ? parts[0]! : { kind: 'all', of: parts };
  }

  #repeated(of: Node): Node {
    const found = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})[?+]?/.exec(
      this.#pattern.slice(this.#at, this.#at + 24),
    );
    if (found === null) return of;
    this.#at += found[0].length;
    const sign = found[0][0]!;
    if (sign === '*') return { kind: 'repeat', of, min: 0, max: Number.POSITIVE_INFINITY };
    if (sign === '+') return { kind: 'repeat', of, min: 1, max: Number.POSITIVE_INFINITY };
    if (sign === '?') return { kind: 'repeat', of, min: 0, max: 1 };
    const min = Number(found[1]);
    const max =
      found[2] === '' ? min : found[3] === '' ? Number.POSITIVE_INFINITY : Number(found[3]);
    return { kind: 'repeat', of, min, max };
  }

  #item(): Node {
    const sign = this.#pattern[this.#at]!;
    if (sign === '(') return this.#group();
    if (sign === '[') return this.#set();
    if (sign === '\\') return this.#escape();
    if (sign === '^' || sign === '$') {
      this.#at++;
      return EMPTY;
    }
    if (sign === '.') {
      this.#at++;
      return ANY;
    }
    const code = this.#pattern.codePointAt(this.#at)!;
    this.#at += code > 0xffff ? 2 : 1;
    return { kind: 'literal', code };
  }

  #group(): Node {
    const head = /^\((?:\?(?:P?<\w+>|[ims-]*:)|\?[ims-]+\))?/.exec(
      this.#pattern.slice(this.#at, this.#at + 40),
    )![0];
    this.#at += head.length;
    if (head.endsWith(')')) return EMPTY;
    const node = this.#alternatives();
    if (this.#pattern[this.#at] !== ')') throw new Error(`Unbalanced: ${this.#pattern}`);
    this.#at++;
    return node;
  }

  #escape(): Node {
    const letter = this.#pattern[this.#at + 1] ?? '';
    const braced = /^\\(?:[pP]\{[^}]*\}|[pP].|x\{([0-9A-Fa-f]+)\}|x([0-9A-Fa-f]{2}))/.exec(
      this.#pattern.slice(this.#at, this.#at + 64),
    );
    if (braced !== null) {
      this.#at += braced[0].length;
      const code = braced[1] ?? braced[2];
      return code === undefined ? ANY : { kind: 'literal', code: Number.parseInt(code, 16) };
    }
    this.#at += 2;
    if ('bBAz'.includes(letter)) return EMPTY;
    const members = CLASSES[letter];
    if (members !== undefined) return { kind: 'set', codes: members };
    if (/[A-Za-z0-9]/.test(letter) && ESCAPED[letter] === undefined) return ANY;
    return { kind: 'literal', code: ESCAPED[letter] ?? letter.charCodeAt(0) };
  }

  #set(): Node {
    const codes = new Set<number>();
    let isKnown = true;
    this.#at++;
    if (this.#pattern[this.#at] === '^') {
      isKnown = false;
      this.#at++;
    }
    for (let isFirst = true; ; isFirst = false) {
      const sign = this.#pattern[this.#at];
      if (sign === undefined) throw new Error(`Unbalanced: ${this.#pattern}`);
      if (sign === ']' && !isFirst) break;
      if (this.#pattern.startsWith('[:', this.#at)) {
        this.#at = this.#pattern.indexOf(':]', this.#at) + 2;
        isKnown = false;
        continue;
      }
      const from = this.#member();
      if (from === null) {
        isKnown = false;
        continue;
      }
      let to: readonly number[] | null = from;
      const next = this.#pattern[this.#at + 1];
      if (
        from.length === 1 &&
        this.#pattern[this.#at] === '-' &&
        next !== ']' &&
        next !== undefined
      ) {
        this.#at++;
        to = this.#member();
      }
      if (to === null || to.at(-1)! - from[0]! > SET_MAX) isKnown = false;
      else if (to === from) for (const code of from) codes.add(code);
      else for (const code of range(from[0]!, to[0]!)) codes.add(code);
    }
    this.#at++;
    return { kind: 'set', codes: isKnown && codes.size <= SET_MAX ? [...codes] : null };
  }

  /** One member of a class, or the members of a class in it. */
  #member(): readonly number[] | null {
    if (this.#pattern[this.#at] === '\\') {
      const node = this.#escape();
      if (node.kind === 'literal') return [node.code];
      return node.kind === 'set' ? node.codes : null;
    }
    const code = this.#pattern.codePointAt(this.#at)!;
    this.#at += code > 0xffff ? 2 : 1;
    return [code];
  }
}
