/**
 * What is in a text that tells which undoings could change it: one pass, before any of them is tried. Nearly all texts hide
 * nothing, and must be seen to at no more than the cost of reading them.
 */

import { unitsOf } from '../units.ts';
import { saysUnseen } from './fold.ts';
import { ITSELF, isOfKind, kindOf, UNSEEN } from './look-alikes.ts';

export const NON_ASCII = 1;
export const PERCENT = 2;
export const AMPERSAND = 4;
export const BACKSLASH = 8;
export const LINE_END = 16;
export const MARKUP = 32;
export const QUOTE = 64;
export const DIGIT = 128;
export const LETTER = 256;
export const BLANK = 512;
export const EQUALS = 1024;
export const PLUS = 2048;
const OTHER = 4096;
/** A run of letters, digits, +/_-: of 16, or of 8 that is no word of any language. */
export const RUN = 1 << 13;
/** Four single letters or digits in a row, apart. */
export const SINGLES = 1 << 14;
/** A digit or sign beside a letter, more than once. */
export const MIXED = 1 << 15;
/** Twenty characters without a blank. */
export const SOLID = 1 << 16;
/** Six numbers at least, as many as make a text: each letter in hexadecimal code begins with a digit as well. */
export const ROW = 1 << 17;
/** One of 16 with a digit in it, as keys are. */
export const KEY = 1 << 18;
/** Letters and digits alone: 12 digits of hexadecimal code, 16 of base32 in one case, 16 of base58 that are no word. */
export const HEX = 1 << 19;
export const BASE32 = 1 << 20;
export const BASE58 = 1 << 23;
/** Markup, a tag or two quotes within a word. */
export const MARKED = 1 << 21;
/** Two quotes with nothing between them but what joins strings. */
export const QUOTED = 1 << 22;
/** Beyond ASCII: a right-to-left override, something that is not seen, something that is read as something else. */
export const OVERRIDE = 1 << 24;
export const HIDDEN = 1 << 25;
export const LIKE = 1 << 26;
const ROW_LEAST = 6;
const RUN_SURE = 16;
const RUN_LEAST = 8;
const WORD_LEAST = 12;
const SOLID_LEAST = 20;

/** Of each character. */
const signs = new Uint32Array(0x10000).fill(NON_ASCII);
for (let code = 0x20; code < 0x7f; code++) signs[code] = OTHER;
for (const [characters, sign] of [
  ['%', PERCENT],
  ['&', AMPERSAND],
  ['\\', BACKSLASH],
  ['\n\r', LINE_END],
  ['*_`~</', MARKUP],
  ['\'"`', QUOTE | MARKUP],
  ['0123456789', DIGIT],
  ['abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ', LETTER],
  [' \t', BLANK],
  ['=', EQUALS],
  ['+', PLUS],
] as const)
  for (const character of characters) {
    const code = character.charCodeAt(0);
    const before = signs[code]!;
    signs[code] = (before === OTHER || before === NON_ASCII ? 0 : before) | sign;
  }

for (let unit = 0; unit < 0x10000; unit++)
  if (signs[unit] === NON_ASCII) signs[unit] = NON_ASCII | beyondAscii(unit);

/** Of the first half of a pair, all that may be said of the pair. */
function beyondAscii(unit: number): number {
  if (unit === 0x202e || unit === 0x2067) return OVERRIDE | likeOf(unit);
  if (unit < 0xd800 || unit >= 0xdc00) return likeOf(unit);
  let found = 0;
  const first = 0x10000 + ((unit - 0xd800) << 10);
  // A million characters otherwise, in every process and thread.
  if (!isOfKind(first)) return 0;
  for (let code = first; code < first + 0x400; code++) found |= likeOf(code);
  return found;
}

function likeOf(code: number): number {
  const kind = kindOf(code);
  if (kind === UNSEEN || saysUnseen(code)) return HIDDEN | LIKE;
  return kind === ITSELF ? 0 : LIKE;
}

const [LOWER, UPPER, NUMERAL, SIGN] = [1, 2, 3, 4];
const runs = new Uint8Array(0x10000);
for (const character of 'abcdefghijklmnopqrstuvwxyz') runs[character.charCodeAt(0)] = LOWER;
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZ') runs[character.charCodeAt(0)] = UPPER;
for (const character of '0123456789') runs[character.charCodeAt(0)] = NUMERAL;
for (const character of '+/_-') runs[character.charCodeAt(0)] = SIGN;

export function signsOf(text: string): number {
  const units = unitsOf(text);
  const { length } = text;
  let all = 0;
  let [solidFrom, runFrom, wordFrom] = [0, 0, 0];
  let [singles, mixed, numbers] = [0, 0, 0];
  let last = 0;
  let [isNoWord, hasDigit] = [false, false];
  for (let index = 0; index < length; index++) {
    const unit = units[index]!;
    all |= signs[unit]!;
    const kind = runs[unit]!;
    // Within a word, as nearly always.
    if (kind === last && (kind === LOWER || kind === UPPER)) continue;
    if (kind === 0) {
      if (last !== 0) all |= runSigns(index - runFrom, isNoWord, hasDigit);
      if (unit <= 0x20) {
        if (index - solidFrom >= SOLID_LEAST) all |= SOLID;
        solidFrom = index + 1;
      } else if (last === LOWER || last === UPPER) mixed++;
    } else if (last === 0) {
      runFrom = index;
      isNoWord = false;
      hasDigit = false;
    }
    if (kind === 0 || kind === SIGN) {
      const word = index - wordFrom;
      if (word === 1) singles++;
      else if (word > 1) singles = 0;
      if (word >= WORD_LEAST) all |= wordSigns(units, wordFrom, index);
      if (joints[unit] === 1) all |= jointSigns(units, index, length);
      if (singles === 3) all |= SINGLES;
      wordFrom = index + 1;
    } else if ((kind === NUMERAL) !== (last === NUMERAL) && last !== 0) mixed++;
    if (kind === NUMERAL) {
      if (last !== NUMERAL) numbers++;
      isNoWord = true;
      hasDigit = true;
      // Upper case behind lower case.
    } else if (kind === UPPER && last === LOWER) isNoWord = true;
    last = kind;
  }
  if (last !== 0)
    all |= runSigns(length - runFrom, isNoWord, hasDigit) | wordSigns(units, wordFrom, length);
  if (length - solidFrom >= SOLID_LEAST) all |= SOLID;
  if (numbers >= ROW_LEAST) all |= ROW;
  return mixed > 1 ? all | MIXED : all;
}

function runSigns(length: number, isNoWord: boolean, hasDigit: boolean): number {
  if (length >= RUN_SURE) return hasDigit ? RUN | KEY : RUN;
  return length >= RUN_LEAST && isNoWord ? RUN : 0;
}

/** Of each character, of which of these codes it may be a digit; base32 has one for each case. */
const [HEX_DIGIT, UPPER_32, LOWER_32, DIGIT_58] = [1, 2, 4, 8];
const digits = new Uint8Array(0x10000);
for (const [characters, of] of [
  ['0123456789abcdefABCDEF', HEX_DIGIT],
  ['ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', UPPER_32],
  ['abcdefghijklmnopqrstuvwxyz234567', LOWER_32],
  ['123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz', DIGIT_58],
] as const)
  for (const character of characters) digits[character.charCodeAt(0)]! |= of;

/** Of a word in units[from, to): whether it has a stretch of digits of one of these codes. */
function wordSigns(units: Uint16Array, from: number, to: number): number {
  let found = 0;
  let [hex, upper, lower, base58] = [0, 0, 0, 0];
  for (let at = from; at < to; at++) {
    const of = digits[units[at]!]!;
    hex = (of & HEX_DIGIT) === 0 ? 0 : hex + 1;
    upper = (of & UPPER_32) === 0 ? 0 : upper + 1;
    lower = (of & LOWER_32) === 0 ? 0 : lower + 1;
    base58 = (of & DIGIT_58) === 0 ? 0 : base58 + 1;
    if (hex === WORD_LEAST) found |= HEX;
    if (upper === RUN_SURE || lower === RUN_SURE) found |= BASE32;
    if (base58 === RUN_SURE) found |= BASE58;
  }
  return found;
}

/** What `jointSigns` asks about. */
const joints = new Uint8Array(0x10000);
for (const sign of '*_~`\'"</') joints[sign.charCodeAt(0)] = 1;
const BACKTICK = 0x60;
/** What may join two strings, and how much of it. */
const between = new Uint8Array(0x10000);
for (const sign of ' \t\n\r\v\f\u00a0+.&\\') between[sign.charCodeAt(0)] = 1;
const BETWEEN_MAX = 11;

/** What the sign at `at` is a joint of: as markup stands in a word, or as a quote behind another one. */
function jointSigns(units: Uint16Array, at: number, length: number): number {
  const unit = units[at]!;
  let found = 0;
  if (unit === 0x22 || unit === 0x27 || unit === BACKTICK) {
    let open = at - 1;
    while (open >= 0 && at - open <= BETWEEN_MAX && between[units[open]!] === 1) open--;
    if (open < at - 1 && open >= 0 && units[open] === unit) found = QUOTED;
  }
  if (at === 0 || at + 1 === length || !isWord(units[at - 1]!)) return found;
  const next = units[at + 1]!;
  const isMarked =
    unit === 0x3c
      ? isLetter(next) || next === 0x2f || next === 0x21
      : unit === 0x2f
        ? next === 0x2a
        : next === unit || (unit === BACKTICK && (isWord(next) || joints[next] === 1));
  return isMarked ? found | MARKED : found;
}

const isLetter = (unit: number) => runs[unit] === LOWER || runs[unit] === UPPER;
const isWord = (unit: number) => unit > 0x7f || (runs[unit]! > 0 && runs[unit] !== SIGN);
