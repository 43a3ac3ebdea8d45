/**
 * Characters written by number or name within a text: %69, &#105;, \u0069, \x69, \151, &lt;, +AGk-.
 *
 * Several layers of one kind (%252569, &amp;amp;#105;, \\\\u0069) are one step: a layer costs the attacker two bytes and
 * must not cost a level of depth.
 */

import { unitsOf } from '../units.ts';
import type { Writer } from './writer.ts';

export const NONE = -1;
const hexOf = new Int8Array(128).fill(NONE);
for (let digit = 0; digit < 16; digit++) {
  const digits = digit.toString(16);
  hexOf[digits.charCodeAt(0)] = digit;
  hexOf[digits.toUpperCase().charCodeAt(0)] = digit;
}

/** The value of `count` hexadecimal digits at `index`, or -1. */
export function hexAt(text: string, index: number, count: number): number {
  let value = 0;
  for (let at = index; at < index + count; at++) {
    const unit = text.charCodeAt(at);
    const digit = unit < 128 ? hexOf[unit]! : NONE;
    if (digit === NONE) return NONE;
    value = value * 16 + digit;
  }
  return value;
}

/** Text to which bytes arrive one by one: UTF-8, overlong forms included, what is no UTF-8 as Latin-1. */
export class Bytes {
  readonly #writer: Writer;
  #pending: number[] = [];
  #from = 0;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  push(byte: number, from: number, to: number): void {
    if (this.#pending.length > 0 && byte >> 6 !== 2) this.flush(from);
    if (byte < 0x80) {
      this.#writer.put(byte, from, to);
      return;
    }
    if (this.#pending.length === 0) this.#from = from;
    this.#pending.push(byte);
    const lead = this.#pending[0]!;
    const length = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (this.#pending.length === length) this.flush(to);
  }

  flush(to: number): void {
    const pending = this.#pending;
    if (pending.length === 0) return;
    const lead = pending[0]!;
    const length = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (pending.length === length && length > 1) {
      // A server may read an overlong form (%c0%ae is a dot): so do we.
      let code = lead & (0xff >> (length + 1));
      for (let at = 1; at < length; at++) code = code * 64 + (pending[at]! & 0x3f);
      this.#writer.putCode(Math.min(code, 0x10ffff), this.#from, to);
    } else for (const byte of pending) this.#writer.put(byte, this.#from, to);
    this.#pending = [];
  }
}

/** Of what is written by number or name. */
const begins = (unit: number) => unit === 0x25 || unit === 0x26 || unit === 0x5c;

/** Everything but = and +, which are too common in URLs to be read so by the way. */
export function unescaped(text: string, writer: Writer): boolean {
  const bytes = new Bytes(writer);
  const units = unitsOf(text);
  const { length } = text;
  let changed = false;
  for (let index = 0; index < length; ) {
    let plain = index;
    while (plain < length && !begins(units[plain]!)) plain++;
    if (plain > index) {
      bytes.flush(index);
      writer.keep(index, plain);
      index = plain;
      continue;
    }
    const unit = units[index]!;
    let next = 0;
    if (unit === 0x25) next = percent(text, index, bytes);
    else if (unit === 0x26) next = entity(text, index, writer, bytes);
    else if (unit === 0x5c) next = backslash(text, index, writer, bytes);
    if (next === 0) {
      bytes.flush(index);
      writer.keep(index, ++index);
    } else {
      index = next;
      changed = true;
    }
  }
  bytes.flush(length);
  return changed;
}

/** %69, %252569, %u0069. Answers where it ends; 0 where it is none. */
function percent(text: string, start: number, bytes: Bytes): number {
  let index = start + 1;
  while (
    text.charCodeAt(index) === 0x32 &&
    text.charCodeAt(index + 1) === 0x35 &&
    hexAt(text, index + 2, 2) !== NONE
  )
    index += 2;
  const byte = hexAt(text, index, 2);
  if (byte !== NONE) {
    bytes.push(byte, start, index + 2);
    return index + 2;
  }
  if ((text.charCodeAt(index) | 0x20) !== 0x75) return 0;
  const code = hexAt(text, index + 1, 4);
  if (code === NONE || code > 0xff) return 0;
  bytes.push(code, start, index + 5);
  return index + 5;
}

const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  Tab: '\t',
  NewLine: '\n',
  excl: '!',
  num: '#',
  dollar: '$',
  percnt: '%',
  lpar: '(',
  rpar: ')',
  ast: '*',
  midast: '*',
  plus: '+',
  comma: ',',
  period: '.',
  sol: '/',
  colon: ':',
  semi: ';',
  equals: '=',
  quest: '?',
  commat: '@',
  lsqb: '[',
  lbrack: '[',
  bsol: '\\',
  rsqb: ']',
  rbrack: ']',
  Hat: '^',
  lowbar: '_',
  UnderBar: '_',
  grave: '`',
  lcub: '{',
  lbrace: '{',
  verbar: '|',
  vert: '|',
  VerticalLine: '|',
  rcub: '}',
  rbrace: '}',
  shy: '\u00ad',
  zwj: '\u200d',
  zwnj: '\u200c',
  ZeroWidthSpace: '\u200b',
  NoBreak: '\u2060',
  lrm: '\u200e',
  rlm: '\u200f',
  ensp: ' ',
  emsp: ' ',
  thinsp: ' ',
  hyphen: '-',
  dash: '-',
  ndash: '-',
  mdash: '-',
  minus: '-',
  lsquo: "'",
  rsquo: "'",
  ldquo: '"',
  rdquo: '"',
  hellip: '...',
  fjlig: 'fj',
};
const NAME_MAX = 16;
const DIGITS_MAX = 8;

/** &#105; &#x69; &lt; and all of them behind any number of amp; Answers where it ends; 0 where it is none. */
function entity(text: string, start: number, writer: Writer, bytes: Bytes): number {
  let index = start + 1;
  while (text.startsWith('amp;', index)) index += 4;
  if (text.charCodeAt(index) === 0x23) {
    const isHex = (text.charCodeAt(index + 1) | 0x20) === 0x78;
    const code = numberAt(text, index + (isHex ? 2 : 1), isHex ? 16 : 10);
    if (code === undefined) return 0;
    bytes.flush(start);
    writer.putCode(code.value, start, code.end);
    return code.end;
  }
  let end = index;
  while (end < index + NAME_MAX && isLetter(text.charCodeAt(end))) end++;
  const name = text.slice(index, end);
  const meant =
    Object.hasOwn(NAMED, name) && text.charCodeAt(end) === 0x3b ? NAMED[name] : undefined;
  if (meant === undefined && index === start + 1) return 0;
  bytes.flush(start);
  writer.decoded(meant ?? '&', start, meant === undefined ? index : end + 1);
  return meant === undefined ? index : end + 1;
}

export const isLetter = (unit: number) => (unit | 0x20) >= 0x61 && (unit | 0x20) <= 0x7a;

/** A number, and its semicolon if it has one: readers forgive its absence. */
function numberAt(text: string, index: number, base: 10 | 16) {
  let end = index;
  let value = 0;
  // Leading zeros may be many, digits that count may not.
  while (text.charCodeAt(end) === 0x30) end++;
  const first = end;
  while (end < first + DIGITS_MAX) {
    const digit = hexAt(text, end, 1);
    if (digit === NONE || digit >= base) break;
    value = value * base + digit;
    end++;
  }
  if (end === index || value === 0 || value > 0x10ffff) return undefined;
  return { value, end: text.charCodeAt(end) === 0x3b ? end + 1 : end };
}

const SHORT: Readonly<Record<string, number>> = {
  n: 0x0a,
  r: 0x0d,
  t: 0x09,
  b: 0x20,
  f: 0x20,
  v: 0x20,
  '"': 0x22,
  "'": 0x27,
  '/': 0x2f,
};

/** A letter by its number, or a short form such as n, behind one or more backslashes; two backslashes are one. */
function backslash(text: string, start: number, writer: Writer, bytes: Bytes): number {
  let index = start + 1;
  while (text.charCodeAt(index) === 0x5c) index++;
  const code = codeAfter(text, index);
  if (code !== undefined) {
    if (code.isByte) bytes.push(code.value, start, code.end);
    else {
      bytes.flush(start);
      writer.putCode(code.value, start, code.end);
    }
    return code.end;
  }
  const count = index - start;
  const short = count % 2 === 0 ? undefined : SHORT[text.charAt(index)];
  if (count === 1 && short === undefined) return 0;
  bytes.flush(start);
  // Two are one; many are one layer after the other, and come to one at the end.
  const half = count > 4 ? 1 : count >> 1;
  for (let at = 0; at < half; at++) writer.put(0x5c, start + 2 * at, start + 2 * at + 2);
  if (short !== undefined) writer.put(short, index - 1, index + 1);
  else if (count % 2 === 1) writer.put(0x5c, index - 1, index);
  return short === undefined ? index : index + 1;
}

/** What stands behind a backslash: u0069, u{69}, U00000069, x69, x{69}, 151. */
function codeAfter(text: string, index: number) {
  const letter = text.charAt(index);
  if (letter === 'u' || letter === 'x') {
    if (text.charCodeAt(index + 1) === 0x7b) {
      const braced = numberAt(text, index + 2, 16);
      if (braced === undefined || text.charCodeAt(braced.end) !== 0x7d) return undefined;
      return { value: braced.value, end: braced.end + 1, isByte: false };
    }
    const count = letter === 'u' ? 4 : 2;
    const value = hexAt(text, index + 1, count);
    return value === NONE ? undefined : { value, end: index + 1 + count, isByte: letter === 'x' };
  }
  if (letter === 'U') {
    const value = hexAt(text, index + 1, 8);
    return value < 0 || value > 0x10ffff ? undefined : { value, end: index + 9, isByte: false };
  }
  let [end, value] = [index, 0];
  while (end < index + 3 && (text.charCodeAt(end) & 0xf8) === 0x30)
    value = value * 8 + text.charCodeAt(end++) - 0x30;
  return end - index < 2 || value > 0xff ? undefined : { value, end, isByte: true };
}

const SHIFTED_MAX = 512;

/** UTF-7: UTF-16 in base64 between + and -. */
export function unshift(text: string, writer: Writer): boolean {
  let changed = false;
  for (let index = 0; index < text.length; ) {
    const end = text.charCodeAt(index) === 0x2b ? shiftedEnd(text, index + 1) : 0;
    const units = end === 0 ? '' : shiftedUnits(text.slice(index + 1, end));
    if (units === '') writer.keep(index, ++index);
    else {
      const after = text.charCodeAt(end) === 0x2d ? end + 1 : end;
      writer.decoded(units, index, after);
      changed = true;
      index = after;
    }
  }
  return changed;
}

function shiftedEnd(text: string, index: number): number {
  // Latin letters in UTF-16 begin with a zero byte, which is an A.
  if (text.charCodeAt(index) !== 0x41) return 0;
  const start = index;
  while (index < start + SHIFTED_MAX && isBase64(text.charCodeAt(index))) index++;
  return index - start < 3 ? 0 : index;
}

const isBase64 = (unit: number) =>
  isLetter(unit) || (unit >= 0x2f && unit <= 0x39) || unit === 0x2b;

function shiftedUnits(base64: string): string {
  const bytes = Buffer.from(base64, 'base64');
  const units = bytes
    .subarray(0, bytes.length & ~1)
    .swap16()
    .toString('utf16le');
  // The first bytes of a Latin letter in UTF-16 are zero: whoever wrote + for something else has none.
  for (let at = 0; at < units.length; at++) if (units.charCodeAt(at) > 0x2fff) return '';
  return units;
}
