/** Numbers as programs write them, each with the notation of its base: where one ends, and what those of a row say. */

import { said } from './bytes.ts';

const DIGITS_MAX = 9;

const [DIGIT, NUMERAL, LETTER, PREFIX, SUFFIX, POINT] = [1, 2, 4, 8, 16, 32];
/** Of each unit: what of a numeral it may be, and whether it is a letter. */
const kinds = new Uint8Array(0x10000);
for (const [characters, kind] of [
  ['0123456789', DIGIT],
  ['0123456789abcdefABCDEF', NUMERAL],
  ['abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ', LETTER],
  // 0x69, 0o151, 0b1101001; 69h, 151o, 151q, 01101001b.
  ['xXoObB', PREFIX],
  ['hHoOqQbB', SUFFIX],
  ['.', POINT],
] as const)
  for (const character of characters) kinds[character.charCodeAt(0)]! |= kind;

export const isNumeral = (unit: number) => (kinds[unit]! & NUMERAL) !== 0;
export const isLetter = (unit: number) => (kinds[unit]! & LETTER) !== 0;
const isDigit = (unit: number) => (kinds[unit]! & DIGIT) !== 0;
const isWord = (unit: number) => (kinds[unit]! & (DIGIT | LETTER)) !== 0;

/** Of the numeral of which the end was asked last: whether it names its base, or may. */
export const numeral = { isNotated: false };

/** Where the numeral at `from` ends, with its notation; `from` where there is none. */
export function numeralEnd(units: Uint16Array, length: number, from: number): number {
  const digits = units[from] === ZERO && isPrefixed(units, length, from) ? from + 2 : from;
  const most = Math.min(length, digits + DIGITS_MAX);
  let end = digits;
  while (end < most && isNumeral(units[end]!)) end++;
  // Three digits that begin with 0 may be octal.
  numeral.isNotated = units[from] === ZERO && (digits > from || end - from > 2);
  if (end === length || (kinds[units[end]!]! & (SUFFIX | POINT)) === 0) return end;
  // A numeral with its notation behind it begins with a digit: so do assemblers tell it from a name.
  if (digits > from || end === from || !isDigit(units[from]!)) return end;
  const after = units[end] === POINT_UNIT ? fractionEnd(units, length, end) : end + 1;
  if (after === end || (after < length && isWord(units[after]!))) return end;
  numeral.isNotated = true;
  return after;
}

const [ZERO, POINT_UNIT] = [0x30, 0x2e];

const isPrefixed = (units: Uint16Array, length: number, from: number) =>
  from + 2 < length && (kinds[units[from + 1]!]! & PREFIX) !== 0 && isNumeral(units[from + 2]!);

/** Of 105.0, and of no number with a fraction that is one, nor of a row with points between its numbers. */
function fractionEnd(units: Uint16Array, length: number, from: number): number {
  let end = from + 1;
  while (end < length && units[end] === ZERO) end++;
  return end === from + 1 || (end < length && units[end] === POINT_UNIT) ? from : end;
}

/** What is said by numerals of which each stands for a character; undefined for nothing. */
export function numeralsSaid(numerals: readonly string[], isNotated: boolean): string | undefined {
  for (const bases of isNotated ? [...ALIKE, ...NOTATED] : ALIKE) {
    const codes = codesOf(numerals, bases);
    const answer = codes === undefined ? undefined : codesSaid(codes);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

/** The group has the digits. */
type Base = readonly [base: number, fits: RegExp];

/** Where all are in one base, and nothing but their digits tells which. */
const ALIKE: readonly (readonly Base[])[] = [
  [[2, /^b?([01]{6,8})b?$/i]],
  [[10, /^([0-9]{1,6})d?$/i]],
  [[8, /^0?([0-7]{2,3})$/]],
  [[16, /^([0-9a-f]{2})$/i]],
  [[16, /^0{0,4}([0-9a-f]{2,5})$/i]],
];

const NOTATIONS: readonly Base[] = [
  [16, /^0x([0-9a-f]{1,6})$/i],
  [8, /^0o?([0-7]{1,4})$/i],
  [2, /^0b([01]{1,8})$/i],
  [16, /^([0-9][0-9a-f]{0,6})h$/i],
  [8, /^([0-7]{1,4})[oq]$/i],
  [2, /^([01]{1,8})b$/i],
  [10, /^([0-9]{1,6})(?:d|\.0+)$/i],
];
/** Where each tells its own; and what those are that tell none. */
const NOTATED: readonly (readonly Base[])[] = [
  [...NOTATIONS, [10, /^([0-9]{1,6})$/]],
  [[16, /^([0-9a-f]{2})$/i], ...NOTATIONS],
];

/** Each in the first of these that it fits; undefined where it fits none. */
function codesOf(numerals: readonly string[], bases: readonly Base[]): number[] | undefined {
  const codes: number[] = [];
  for (const one of numerals) {
    const code = codeOf(one, bases);
    if (code === undefined) return undefined;
    codes.push(code);
  }
  return codes;
}

function codeOf(numeral: string, bases: readonly Base[]): number | undefined {
  for (const [base, fits] of bases) {
    const digits = fits.exec(numeral)?.[1];
    if (digits !== undefined) return Number.parseInt(digits, base);
  }
  return undefined;
}

const CHARACTERS_MAX = 4096;

function codesSaid(codes: number[]): string | undefined {
  if (codes.some((code) => code > 0x10ffff)) return undefined;
  const isBytes = codes.every((code) => code < 0x100);
  const answer = isBytes
    ? said(Buffer.from(codes)).text
    : String.fromCodePoint(...codes.slice(0, CHARACTERS_MAX));
  return answer !== undefined && /[a-z]{2}|[a-z0-9]{6}/i.test(answer) ? answer : undefined;
}
