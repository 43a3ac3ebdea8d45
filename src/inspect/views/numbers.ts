/** Texts written as numbers, one for each character, whatever stands between them as long as it is always the same. */

import { unitsOf } from '../units.ts';
import { said } from './bytes.ts';
import type { Writer } from './writer.ts';

/** Numbers in a row that make a text. */
const NUMBERS_LEAST = 6;
const SEPARATOR_MAX = 12;
const DIGITS_MAX = 8;

const [NUMERAL, LETTER, X] = [1, 2, 4];
/** Of each unit: whether it may be in a numeral, whether it is a letter, and whether that is an x. */
const kinds = new Uint8Array(0x10000);
for (const numeral of '0123456789abcdefABCDEF') kinds[numeral.charCodeAt(0)]! |= NUMERAL;
for (let letter = 0x61; letter <= 0x7a; letter++) {
  kinds[letter]! |= LETTER;
  kinds[letter - 0x20]! |= LETTER;
}
for (const x of 'xX') kinds[x.charCodeAt(0)]! |= X;
const isNumeral = (unit: number) => (kinds[unit]! & NUMERAL) !== 0;
const isLetter = (unit: number) => (kinds[unit]! & LETTER) !== 0;

/**
 * One number per character, whatever stands between them as long as it is always the same: 105,103,110 or 69 67 6e or
 * 0x69, 0x67 or chr(105)+chr(103) or 01101001 01100111 or 151 147.
 */
export function unnumber(text: string, writer: Writer): boolean {
  const units = unitsOf(text);
  const { length } = text;
  let written = 0;
  for (let index = numeralFrom(units, length, 0); index < length; ) {
    findRow(units, length, index);
    const isRow = row.count >= NUMBERS_LEAST;
    const meant = isRow ? numbersSaid(numeralsOf(text, index)) : undefined;
    // A numeral that is none of the row, as a word before it, must not take the row's beginning with it.
    if (!isRow) row.end = index + Math.max(1, row.firstLength);
    if (meant !== undefined) {
      if (written < index) writer.keep(written, index);
      writer.decoded(meant, index, row.end);
      written = row.end;
    }
    index = numeralFrom(units, length, row.end);
  }
  if (written === 0) return false;
  if (written < text.length) writer.keep(written, text.length);
  return true;
}

/**
 * What stands before a character. A numeral does not begin within a word, but for 0x and \\x; and what has no digit and only one
 * letter is none in any base, as in nearly all words that begin with one, so it is known by its second character.
 */
const [FREE, BEHIND_X, AT_LETTER, BEHIND_LETTER, BEHIND_DIGIT, FOUND, FOUND_BEFORE] = [
  0, 1, 2, 3, 4, 5, 6,
];
const KIND_BITS = 3;
const steps = new Uint8Array(FOUND << KIND_BITS);
for (let state = FREE; state < FOUND; state++)
  for (let kind = 0; kind < 1 << KIND_BITS; kind++)
    steps[(state << KIND_BITS) | kind] = stepOf(state, kind);

function stepOf(state: number, kind: number): number {
  if (kind === 0) return FREE;
  const isX = (kind & X) !== 0;
  if (isX && (state === FREE || state === BEHIND_DIGIT)) return BEHIND_X;
  if (state === AT_LETTER && (kind & NUMERAL) !== 0) return FOUND_BEFORE;
  if (kind === NUMERAL) return state === FREE || state === BEHIND_X ? FOUND : BEHIND_DIGIT;
  const mayBegin = (state === FREE || state === BEHIND_X) && (kind & NUMERAL) !== 0;
  return mayBegin ? AT_LETTER : BEHIND_LETTER;
}

/** Where the first numeral begins that begins at `from` or later; `length` where none does. */
function numeralFrom(units: Uint16Array, length: number, from: number): number {
  let state = stateAt(units, from);
  for (let at = from; at < length; at++) {
    state = steps[(state << KIND_BITS) | kinds[units[at]!]!]!;
    if (state >= FOUND) return state === FOUND ? at : at - 1;
  }
  return length;
}

function stateAt(units: Uint16Array, at: number): number {
  if (at === 0 || kinds[units[at - 1]!] === 0) return FREE;
  if (!isLetter(units[at - 1]!)) return BEHIND_DIGIT;
  const isX = (kinds[units[at - 1]!]! & X) !== 0;
  return isX && (at === 1 || !isLetter(units[at - 2]!)) ? BEHIND_X : BEHIND_LETTER;
}

/** The row that begins here: how many numerals it has, and where it ends. Most are one number, or a date. */
const row = { count: 0, firstLength: 0, separatorLength: 0, end: 0 };

/** Numerals from here on with one and the same separator; nothing is made of them before it is known that they are many. */
function findRow(units: Uint16Array, length: number, start: number): void {
  row.count = 0;
  row.separatorLength = 0;
  let separatorAt = 0;
  for (let index = start; ; ) {
    const most = Math.min(length, index + DIGITS_MAX);
    let end = index;
    while (end < most && isNumeral(units[end]!)) end++;
    // A word behind the row may begin with letters that are digits too.
    const isWord = end < length && (isNumeral(units[end]!) || isLetter(units[end]!));
    if (end === index || (isWord && row.count > 0)) {
      row.end = Math.max(start + 1, index - row.separatorLength);
      return;
    }
    if (row.count === 0) {
      row.firstLength = end - index;
      row.separatorLength = separatorEnd(units, length, end) - end;
      separatorAt = end;
    }
    row.count++;
    if (!isSame(units, length, separatorAt, end, row.separatorLength)) {
      row.end = end;
      return;
    }
    index = end + row.separatorLength;
  }
}

/** Whether at `other` stands what stands at `one`, of a length of more than none. */
function isSame(
  units: Uint16Array,
  length: number,
  one: number,
  other: number,
  count: number,
): boolean {
  if (count === 0 || other + count > length) return false;
  for (let at = 0; at < count; at++) if (units[one + at] !== units[other + at]) return false;
  return true;
}

/** The numerals of the row that was found last. */
function numeralsOf(text: string, start: number): string[] {
  const numerals: string[] = [];
  for (let index = start; numerals.length < row.count; ) {
    let end = index;
    while (end < index + DIGITS_MAX && isNumeral(text.charCodeAt(end))) end++;
    numerals.push(text.slice(index, end));
    index = end + row.separatorLength;
  }
  return numerals;
}

/**
 * Where what stands between this numeral and the next ends; `index` where there is no next. It may have letters (chr, 0x), but
 * not such as numerals have at its end.
 */
function separatorEnd(units: Uint16Array, length: number, index: number): number {
  const most = Math.min(length, index + SEPARATOR_MAX);
  const unitAt = (at: number) => (at < length ? units[at]! : 0);
  for (let end = index; end < most; end++) {
    const unit = units[end]!;
    const next = unitAt(end + 1);
    if (unit === 0x30 && (next | 0x20) === 0x78) return end + 2;
    if (unit >= 0x30 && unit <= 0x39) return end;
    if (!isNumeral(unit) || end === index || isLetter(units[end - 1]!)) continue;
    if (!isLetter(next) || (isNumeral(next) && !isLetter(unitAt(end + 2)))) return end;
  }
  return index;
}

function numbersSaid(numerals: string[]): string | undefined {
  for (const [base, fits] of BASES) {
    if (!numerals.every((numeral) => fits.test(numeral))) continue;
    const codes = numerals.map((numeral) => Number.parseInt(numeral, base));
    if (codes.some((code) => code > 0x10ffff)) continue;
    const isBytes = codes.every((code) => code < 0x100);
    const answer = isBytes
      ? said(Buffer.from(codes)).text
      : String.fromCodePoint(...codes.slice(0, 4096));
    if (answer !== undefined && /[a-z]{2}|[a-z0-9]{6}/i.test(answer)) return answer;
  }
  return undefined;
}

const BASES: readonly (readonly [base: number, fits: RegExp])[] = [
  [2, /^[01]{7,8}$/],
  [10, /^[0-9]{1,6}$/],
  [8, /^[0-7]{2,3}$/],
  [16, /^[0-9a-f]{2}$/i],
  [16, /^0{0,4}[0-9a-f]{2,5}$/i],
];
