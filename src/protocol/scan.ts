/**
 * One pass over the bytes of a message: proves that they are strict JSON on one line in which no object names a key
 * twice, and finds the spans of what the gateway reads.
 *
 * A position returned is >= 0; what is not is a reason to stop: SYNTAX, SLOW (valid perhaps, but not plain: the
 * canonical form must be made first) or DEEP. Facts that do not stop the walk (a look-alike name, an inexact number) are
 * left in fields for `json-rpc.ts`, which judges. UTF-8 is checked before, in native code.
 *
 * Precondition of every method: the last byte before `end` is '}', so that no token but a string can run past the end.
 */

import { hasControl } from './control.ts';
import { members } from './members.ts';
import { Message } from './message.ts';
import { fold, isKey, type Known, Level, markOf, NAMES, Slot } from './names.ts';
import { note } from './note.ts';
import { isExact, PLAIN_LENGTH_MAX } from './numbers.ts';
import {
  compare,
  DEEP,
  hex4,
  literal,
  SAME,
  SLOW,
  SYNTAX,
  skip,
  TWIN,
  unexpected,
} from './tokens.ts';

/** No depth beyond this can be configured: it bounds the key stack below, and the recursion. */
export const DEPTH_CEILING = 512;

/** Keys of one object that are compared one by one; with more, a Set takes over (quadratic work is an attack). */
const TRACKED = 32;
/** Keys of one object that may look alike by length and three bytes before the Set takes over. */
const COLLISIONS_MAX = 4;

/** Bytes of a string that are looked at one by one before native searches pay (bench/micro/json-rpc.ts). */
const NEAR = 32;

const ORDINARY = 0;
const QUOTE = 1;
const ESCAPE = 2;
const CONTROL = 3;
/** What a byte is inside a string. */
const CLASS = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x20 ? CONTROL : byte === 0x22 ? QUOTE : byte === 0x5c ? ESCAPE : ORDINARY,
);

const SHORT_ESCAPE = Uint8Array.from({ length: 256 }, (_, byte) =>
  '"\\/bfnrt'.includes(String.fromCharCode(byte)) ? 1 : 0,
);

export class Scanner {
  message: Message = new Message(Buffer.alloc(0));
  /** The bytes came from JSON.stringify: an escape in a key is the only way to write that key. */
  canonical = false;
  depthMax = 64;
  /** What was seen and does not stop the walk. */
  unknownTop = false;
  folded = false;
  twins = false;
  inexact = false;
  nulKey = false;
  jsonrpcStart = -1;
  jsonrpcEnd = -1;
  methodStart = -1;
  methodEnd = -1;
  errorStart = -1;
  errorEnd = -1;
  ownTokenStart = -1;
  ownTokenEnd = -1;
  metaTokenStart = -1;
  metaTokenEnd = -1;
  /** Of the key read last. */
  #keyAscii = true;
  #keyEscaped = false;
  /**
   * The keys of all open objects, innermost on top: TRACKED entries each, and one more that says "see the Set".
   *
   *   | top: jsonrpc id method params | params: name arguments | arguments: path … | <- #top
   */
  readonly #starts = new Int32Array((TRACKED + 1) * (DEPTH_CEILING + 1));
  readonly #ends = new Int32Array((TRACKED + 1) * (DEPTH_CEILING + 1));
  readonly #marks = new Int32Array((TRACKED + 1) * (DEPTH_CEILING + 1));
  readonly #sets: (Set<string> | null)[] = Array.from({ length: DEPTH_CEILING + 1 }, () => null);
  #top = 0;
  /** The first quote and backslash at or after some byte behind us: see `#far`. */
  #quote = -1;
  #backslash = -1;

  /** Walks the object that is the whole of [start, end). Returns its end, or why not. */
  scan(message: Message, start: number, end: number, depthMax: number, canonical: boolean): number {
    this.message = message;
    this.canonical = canonical;
    this.depthMax = depthMax;
    this.unknownTop = this.folded = this.twins = this.inexact = this.nulKey = false;
    this.jsonrpcStart = this.jsonrpcEnd = this.methodStart = this.methodEnd = -1;
    this.errorStart = this.errorEnd = -1;
    this.ownTokenStart = this.ownTokenEnd = this.metaTokenStart = this.metaTokenEnd = -1;
    this.#top = 0;
    this.#quote = this.#backslash = -1;
    return this.#object(message.bytes, start + 1, end, 1, Level.top);
  }

  /** `at` is the first byte of the value. */
  #value(bytes: Buffer, at: number, end: number, depth: number, level: Level): number {
    const first = bytes[at]!;
    if (first === 0x22) return this.#string(bytes, at + 1, end);
    if (first === 0x7b) return this.#object(bytes, at + 1, end, depth + 1, level);
    if (first === 0x5b) return this.#array(bytes, at + 1, end, depth + 1);
    if (first === 0x2d || (first >= 0x30 && first <= 0x39)) return this.#number(bytes, at);
    return literal(bytes, at, end, first);
  }

  #array(bytes: Buffer, at: number, end: number, depth: number): number {
    if (depth > this.depthMax) return DEEP;
    at = skip(bytes, at);
    if (bytes[at] === 0x5d) return at + 1;
    for (;;) {
      at = this.#value(bytes, at, end, depth, Level.plain);
      if (at < 0) return at;
      at = skip(bytes, at);
      if (at >= end) return SYNTAX;
      if (bytes[at] === 0x5d) return at + 1;
      if (bytes[at] !== 0x2c) return unexpected(bytes[at]!);
      at = skip(bytes, at + 1);
    }
  }

  #object(bytes: Buffer, at: number, end: number, depth: number, level: Level): number {
    if (depth > this.depthMax) return DEEP;
    const open = at - 1;
    const base = this.#top;
    let ascii = true;
    /** One bit for each mark among the keys so far: most keys need no look at their siblings. */
    let seen = 0;
    at = skip(bytes, at);
    if (bytes[at] === 0x7d) return at + 1;
    const names = level > Level.arguments ? NAMES[level]! : null;
    let guess: Known | null = names === null ? null : names.first;
    let before: Known | null = null;
    for (;;) {
      if (bytes[at] !== 0x22) return unexpected(bytes[at]!);
      const keyStart = at + 1;
      let mark: number;
      let slot: number = Slot.none;
      let child: Level = Level.plain;
      if (guess !== null && isKey(bytes, keyStart, guess)) {
        at = keyStart + guess.quoted.length;
        ({ mark, slot, child } = guess);
        before = guess;
        guess = guess.next;
      } else {
        at = this.#key(bytes, keyStart, end);
        if (at < 0) return at;
        mark = markOf(bytes, keyStart, at - 1);
        ascii &&= this.#keyAscii;
        if (names !== null) {
          slot = names.find(bytes, keyStart, at - 1, this.#keyAscii);
          child = names.child;
          if (names.found !== null) {
            if (before === null) names.first = names.found;
            else before.next = names.found;
            before = names.found;
            guess = before.next;
          }
        }
      }
      const bit = 1 << (Math.imul(mark, 0x9e3779b1) >>> 27);
      const top = this.#top;
      if ((seen & bit) === 0 && top - base < TRACKED) {
        seen |= bit;
        this.#starts[top] = keyStart;
        this.#ends[top] = at - 1;
        this.#marks[top] = mark;
        this.#top = top + 1;
      } else {
        const claimed = this.#claim(bytes, keyStart, at - 1, mark, base, depth, level);
        if (claimed < 0) return claimed;
      }
      at = skip(bytes, at);
      if (bytes[at] !== 0x3a) return unexpected(bytes[at]!);
      const start = skip(bytes, at + 1);
      at = this.#value(bytes, start, end, depth, child);
      if (at < 0) return at;
      if (slot !== Slot.none) note(this, level, slot, start, at);
      at = skip(bytes, at);
      if (at >= end) return SYNTAX;
      if (bytes[at] === 0x7d) break;
      if (bytes[at] !== 0x2c) return unexpected(bytes[at]!);
      at = skip(bytes, at + 1);
    }
    if (level === Level.arguments && (!ascii || this.#top - base > TRACKED)) {
      this.twins ||= hasTwins(bytes, open, at + 1);
    }
    if (this.#top - base > TRACKED) this.#sets[depth] = null;
    this.#top = base;
    return at + 1;
  }

  /** `at` follows the opening quote. Returns the position after the closing one. */
  #key(bytes: Buffer, at: number, end: number): number {
    const start = at;
    let seen = 0;
    this.#keyEscaped = false;
    for (;;) {
      if (at >= end) return SYNTAX;
      const byte = bytes[at]!;
      const kind = CLASS[byte]!;
      if (kind === ORDINARY) {
        seen |= byte;
        at++;
      } else if (kind === QUOTE) {
        break;
      } else if (kind === ESCAPE) {
        if (!this.canonical) return SLOW;
        this.#keyEscaped = true;
        at = this.#escape(bytes, at + 1);
        if (at < 0) return at;
      } else {
        return SYNTAX;
      }
    }
    this.#keyAscii = seen < 0x80;
    if (this.#keyEscaped && decode(bytes, start - 1, at + 1).includes('\0')) this.nulKey = true;
    return at + 1;
  }

  /** Enters a key among its siblings; SLOW if it is there already. */
  #claim(
    bytes: Buffer,
    start: number,
    end: number,
    mark: number,
    base: number,
    depth: number,
    level: Level,
  ): number {
    const top = this.#top;
    if (top - base >= TRACKED) return this.#claimWide(bytes, start, end, base, depth);
    const length = end - start;
    const marks = this.#marks;
    let collisions = 0;
    for (let i = base; i < top; i++) {
      if (marks[i] !== mark) continue;
      const other = this.#starts[i]!;
      if (this.#ends[i]! - other !== length) continue;
      const alike = compare(bytes, start, other, length);
      if (alike === SAME) return SLOW;
      if (alike === TWIN && level === Level.arguments) this.twins = true;
      if (++collisions > COLLISIONS_MAX) return this.#claimWide(bytes, start, end, base, depth);
    }
    this.#starts[top] = start;
    this.#ends[top] = end;
    marks[top] = mark;
    this.#top = top + 1;
    return 0;
  }

  #claimWide(bytes: Buffer, start: number, end: number, base: number, depth: number): number {
    let set = this.#sets[depth]!;
    if (this.#top - base <= TRACKED) {
      set = new Set();
      this.#sets[depth] = set;
      for (let i = base; i < this.#top; i++) {
        set.add(bytes.latin1Slice(this.#starts[i], this.#ends[i]));
      }
      this.#top = base + TRACKED + 1;
    }
    const size = set.size;
    set.add(bytes.latin1Slice(start, end));
    return set.size === size ? SLOW : 0;
  }

  /** `at` follows the opening quote. Returns the position after the closing one. */
  #string(bytes: Buffer, at: number, end: number): number {
    let run = NEAR;
    for (;;) {
      const near = Math.min(at + run, end);
      while (at < near) {
        const kind = CLASS[bytes[at]!]!;
        if (kind === ORDINARY) {
          at++;
        } else if (kind === QUOTE) {
          return at + 1;
        } else if (kind === ESCAPE) {
          at = this.#escape(bytes, at + 1);
          if (at < 0) return at;
        } else {
          return SYNTAX;
        }
      }
      if (at >= end) return SYNTAX;
      const from = at;
      at = this.#far(bytes, at, end);
      if (at < 0) return at;
      // Escapes close together, as in program text: searching costs more than looking.
      run = at - from < NEAR && run < NEAR * 8 ? run * 2 : NEAR;
    }
  }

  /**
   * The next quote or backslash. Both are searched in native code and remembered until passed, so that a string full
   * of escapes does not search for its end again and again.
   */
  #far(bytes: Buffer, at: number, end: number): number {
    if (this.#quote < at) {
      const found = bytes.indexOf(0x22, at);
      this.#quote = found < 0 ? end : found;
    }
    if (this.#backslash < at) {
      const found = bytes.indexOf(0x5c, at);
      this.#backslash = found < 0 ? end : found;
    }
    const stop = Math.min(this.#quote, this.#backslash);
    return hasControl(bytes, at, stop) ? SYNTAX : stop;
  }

  /** `at` follows the backslash. A lone surrogate is SLOW: parsers disagree about what it is. */
  #escape(bytes: Buffer, at: number): number {
    const byte = bytes[at];
    if (byte !== 0x75) return byte !== undefined && SHORT_ESCAPE[byte] === 1 ? at + 1 : SYNTAX;
    const unit = hex4(bytes, at + 1);
    if (unit < 0) return SYNTAX;
    at += 5;
    if (unit < 0xd800 || unit > 0xdfff) return at;
    if (unit > 0xdbff || bytes[at] !== 0x5c || bytes[at + 1] !== 0x75) return SLOW;
    const low = hex4(bytes, at + 2);
    if (low < 0) return SYNTAX;
    return low >= 0xdc00 && low <= 0xdfff ? at + 6 : SLOW;
  }

  #number(bytes: Buffer, at: number): number {
    const start = at;
    let byte = bytes[at]!;
    if (byte === 0x2d) byte = bytes[++at]!;
    if (byte === 0x30) byte = bytes[++at]!;
    else if (byte >= 0x31 && byte <= 0x39) {
      do byte = bytes[++at]!;
      while (byte >= 0x30 && byte <= 0x39);
    } else return SYNTAX;
    if (byte === 0x2e) {
      byte = bytes[++at]!;
      if (!(byte >= 0x30 && byte <= 0x39)) return SYNTAX;
      do byte = bytes[++at]!;
      while (byte >= 0x30 && byte <= 0x39);
    }
    const exponent = byte === 0x65 || byte === 0x45;
    if (exponent) {
      byte = bytes[++at]!;
      if (byte === 0x2b || byte === 0x2d) byte = bytes[++at]!;
      if (!(byte >= 0x30 && byte <= 0x39)) return SYNTAX;
      do byte = bytes[++at]!;
      while (byte >= 0x30 && byte <= 0x39);
    }
    if ((exponent || at - start > PLAIN_LENGTH_MAX) && !isExact(bytes.latin1Slice(start, at))) {
      this.inexact = true;
    }
    return at;
  }
}

function decode(bytes: Buffer, start: number, end: number): string {
  return JSON.parse(bytes.utf8Slice(start, end)) as string;
}

/** Whether two keys of an object differ by case only, in any script. */
function hasTwins(bytes: Buffer, start: number, end: number): boolean {
  const seen = new Set<string>();
  const all = members(bytes, start, end);
  for (const { key } of all) seen.add(fold(key));
  return seen.size < all.length;
}
