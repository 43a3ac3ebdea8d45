/**
 * The strings of a message, keys included, with where each stands in the bytes.
 *
 * Reads JSON that the gateway has already proved to be strict (src/protocol/scan.ts); what is not JSON after all is told,
 * and never read half. No value is built: a path is written only when a finding asks for it. A key counts once, however
 * many rows repeat it. Numbers that spell a text are a string, too, which has no place in the bytes (spelled.ts).
 */

import type { Leaf } from './rule.ts';
import { CODES_MIN, codeIn, spelled } from './spelled.ts';

/** One string stands for each 20 bytes of a dense table: this is some twenty megabytes of one. */
export const LEAVES_MAX = 1 << 20;
/** More than can be configured for messages (DEPTH_CEILING of src/protocol/scan.ts). */
export const LEAF_DEPTH_MAX = 520;

export class NotReadable extends Error {}

/** An object or array that is open while its strings are read. */
interface Holder {
  readonly parent: Holder | null;
  /** Its own name in the parent; '' for the outermost. */
  readonly name: string | number;
}

class StringLeaf implements Leaf {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly isKey: boolean;
  /** Name of the value, or of what the key names. */
  readonly name: string | number;
  readonly isMade: boolean;
  readonly isSpelled: boolean;
  readonly #holder: Holder | null;
  #path: string | undefined;

  constructor(
    text: string,
    [start, end]: readonly [number, number],
    holder: Holder | null,
    name: string | number,
    isKey: boolean,
    isSpelled = false,
  ) {
    this.text = text;
    this.start = start;
    this.end = end;
    this.isKey = isKey;
    this.name = name;
    this.isMade = isSpelled;
    this.isSpelled = isSpelled;
    this.#holder = holder;
  }

  get path(): string {
    this.#path ??= this.#pathOf();
    return this.#path;
  }

  #pathOf(): string {
    if (this.#holder === null) return '';
    let path = `/${escaped(this.name)}`;
    for (let at = this.#holder; at.parent !== null; at = at.parent)
      path = `/${escaped(at.name)}${path}`;
    return path;
  }

  /** The nearest name that is not an index: strings of one name belong together. */
  get group(): string {
    if (typeof this.name === 'string') return this.name;
    let at = this.#holder;
    while (at !== null && typeof at.name === 'number') at = at.parent;
    return at === null ? '' : (at.name as string);
  }
}

function escaped(name: string | number): string {
  const text = String(name);
  return /[~/]/.test(text) ? text.replaceAll('~', '~0').replaceAll('/', '~1') : text;
}

/** In place of an end: the bytes are not those of the message. */
const NOWHERE = -1;
const UNPLACED = [-1, -1] as const;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;

/** The strings of the JSON value in [start, end) of the bytes, in their order. Throws NotReadable. */
export function leavesIn(bytes: Buffer, start = 0, end = bytes.length): StringLeaf[] {
  return new LeafReader(bytes, end).read(start);
}

class LeafReader {
  readonly #bytes: Buffer;
  readonly #end: number;
  readonly #isPlaced: boolean;
  readonly #leaves: StringLeaf[] = [];
  readonly #keys = new Set<string>();
  /** The numbers since the last string: `[[105, 103], [110]]` and a member for each are read as one row. */
  readonly #codes: number[] = [];
  /** What holds the first of them. */
  #codesIn: Holder | null = null;
  /** Lists of nothing but codes among them: each is a text by itself, too, whatever numbers stand around it. */
  readonly #rows: { readonly holder: Holder; readonly from: number; readonly to: number }[] = [];
  #at = 0;

  constructor(bytes: Buffer, end: number) {
    this.#bytes = bytes;
    this.#isPlaced = end !== NOWHERE;
    this.#end = this.#isPlaced ? end : bytes.length;
  }

  read(start: number): StringLeaf[] {
    this.#at = start;
    this.#value(null, '', 0);
    this.#spell();
    this.#blank();
    if (this.#at !== this.#end) throw new NotReadable('more than one value');
    return this.#leaves;
  }

  #value(holder: Holder | null, name: string | number, depth: number): void {
    if (depth > LEAF_DEPTH_MAX) throw new NotReadable('too deep');
    const first = this.#blank();
    if (first === QUOTE) this.#add(holder, name);
    else if (first === 0x7b) this.#object({ parent: holder, name }, depth);
    else if (first === 0x5b) this.#array({ parent: holder, name }, depth);
    else this.#scalar(holder);
  }

  #object(holder: Holder, depth: number): void {
    this.#at++;
    if (this.#blank() === 0x7d) {
      this.#at++;
      return;
    }
    for (;;) {
      if (this.#blank() !== QUOTE) throw new NotReadable('a key was expected');
      const start = this.#at;
      const key = this.#string();
      if (!this.#keys.has(key)) {
        this.#keys.add(key);
        this.#push(key, start, holder, key, true);
      }
      if (this.#blank() !== COLON) throw new NotReadable('a colon was expected');
      this.#at++;
      this.#value(holder, key, depth + 1);
      const next = this.#blank();
      this.#at++;
      if (next === 0x7d) return;
      if (next !== COMMA) throw new NotReadable('an object does not end');
    }
  }

  #array(holder: Holder, depth: number): void {
    this.#at++;
    if (this.#blank() === 0x5d) {
      this.#at++;
      return;
    }
    const codes = this.#codes.length;
    for (let index = 0; ; index++) {
      this.#value(holder, index, depth + 1);
      const next = this.#blank();
      this.#at++;
      if (next === 0x5d) {
        const to = this.#codes.length;
        if (index + 1 >= CODES_MIN && to === codes + index + 1)
          this.#rows.push({ holder, from: codes, to });
        return;
      }
      if (next !== COMMA) throw new NotReadable('an array does not end');
    }
  }

  /** A number or a word: what it is exactly has been checked. */
  #scalar(holder: Holder | null): void {
    const from = this.#at;
    while (this.#at < this.#end && isScalar(this.#bytes[this.#at]!)) this.#at++;
    if (this.#at === from) throw new NotReadable('a value was expected');
    const code = codeIn(this.#bytes, from, this.#at);
    if (code < 0) this.#spell();
    else {
      if (this.#codes.length === 0) this.#codesIn = holder;
      this.#codes.push(code);
    }
  }

  /** What the numbers spell that were read since the last string. */
  #spell(): void {
    const { length } = this.#codes;
    if (length === 0) return;
    for (const { holder, from, to } of this.#rows) this.#spellRow(holder, from, to);
    const [row] = this.#rows;
    const isOneRow = row !== undefined && row.to - row.from === length;
    if (!isOneRow && this.#codesIn !== null) this.#spellRow(this.#codesIn, 0, length);
    this.#codes.length = 0;
    this.#rows.length = 0;
  }

  #spellRow({ parent, name }: Holder, from: number, to: number): void {
    for (const text of spelled(this.#codes, from, to))
      this.#put(new StringLeaf(text, UNPLACED, parent, name, false, true));
  }

  #add(holder: Holder | null, name: string | number): void {
    this.#spell();
    const start = this.#at;
    const text = this.#string();
    this.#push(text, start, holder, name, false);
  }

  #push(
    text: string,
    start: number,
    holder: Holder | null,
    name: string | number,
    isKey: boolean,
  ): void {
    const place = this.#isPlaced ? ([start, this.#at] as const) : UNPLACED;
    this.#put(new StringLeaf(text, place, holder, name, isKey));
  }

  #put(leaf: StringLeaf): void {
    if (this.#leaves.length === LEAVES_MAX) throw new NotReadable('too many strings');
    this.#leaves.push(leaf);
  }

  /** Reads the string at `at`, and moves behind its quote. */
  #string(): string {
    const bytes = this.#bytes;
    const from = this.#at + 1;
    let at = from;
    let all = 0;
    let isEscaped = false;
    for (; at < this.#end; at++) {
      const byte = bytes[at]!;
      if (byte === QUOTE) break;
      all |= byte;
      if (byte === BACKSLASH) {
        isEscaped = true;
        at++;
      }
    }
    if (at >= this.#end) throw new NotReadable('a string does not end');
    this.#at = at + 1;
    if (isEscaped) return unescaped(bytes.utf8Slice(from - 1, at + 1));
    return all < 0x80 ? bytes.latin1Slice(from, at) : bytes.utf8Slice(from, at);
  }

  /** Moves to the next byte that is not blank, and tells it; -1 at the end. */
  #blank(): number {
    while (this.#at < this.#end) {
      const byte = this.#bytes[this.#at]!;
      if (byte > 0x20) return byte;
      this.#at++;
    }
    return -1;
  }
}

function unescaped(json: string): string {
  try {
    return JSON.parse(json) as string;
  } catch (cause) {
    throw new NotReadable('not a string', { cause });
  }
}

/** Letters, digits, and what stands in a number. */
const isScalar = (byte: number) =>
  (byte >= 0x61 && byte <= 0x7a) ||
  (byte >= 0x30 && byte <= 0x39) ||
  byte === 0x2d ||
  byte === 0x2b ||
  byte === 0x2e ||
  byte === 0x45;

/** The strings of a value that is parsed already; where they stood is not known. */
export function leavesOf(value: unknown): Leaf[] {
  const text = JSON.stringify(value);
  return text === undefined ? [] : textLeaves(text);
}

/** The strings of JSON text whose place in bytes does not matter. Throws NotReadable. */
export function textLeaves(json: string): StringLeaf[] {
  return new LeafReader(Buffer.from(json), NOWHERE).read(0);
}
