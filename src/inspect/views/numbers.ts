/** Texts written as numbers, one for each character, whatever stands between them as long as it is always the same. */

import { unitsOf } from '../units.ts';
import { isLetter, isNumeral, numeral, numeralEnd, numeralsSaid } from './numerals.ts';
import type { Writer } from './writer.ts';

/** Numbers in a row that make a text. */
const NUMBERS_LEAST = 6;
const SEPARATOR_MAX = 12;

const [NUMERAL, LETTER, X, MARK] = [1, 2, 4, 8];
/** Of each unit: whether it may be in a numeral, whether it is a letter, and whether that is an x or another that stands before one. */
const kinds = new Uint8Array(0x10000);
for (let unit = 0; unit < 0x80; unit++) {
  if (isNumeral(unit)) kinds[unit]! |= NUMERAL;
  if (isLetter(unit)) kinds[unit]! |= LETTER;
}
for (const x of 'xX') kinds[x.charCodeAt(0)]! |= X;
for (const mark of 'uUhHoO') kinds[mark.charCodeAt(0)]! |= MARK;

/**
 * One number per character, whatever stands between them as long as it is always the same: 105,103,110 or 69 67 6e or
 * 0x69, 0o147 or chr(105)+chr(103) or 01101001 01100111 or 151 147.
 */
export function unnumber(text: string, writer: Writer): boolean {
  const units = unitsOf(text);
  const { length } = text;
  let written = 0;
  for (let index = numeralFrom(units, length, 0); index < length; ) {
    findRow(units, length, index);
    const isRow = row.count >= NUMBERS_LEAST;
    const meant = isRow ? numeralsSaid(numeralsOf(text), row.isNotated) : undefined;
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
 * What stands before a character. A numeral does not begin within a word, but behind the one letter of \\x69, &H69 or u0069; and what
 * has no digit and only one letter is none in any base, as in nearly all words that begin with one, so it is known by its second
 * character.
 */
const [FREE, BEHIND_X, BEHIND_MARK, AT_LETTER, BEHIND_LETTER, BEHIND_DIGIT, FOUND, FOUND_BEFORE] = [
  0, 1, 2, 3, 4, 5, 6, 7,
];
const KIND_BITS = 4;
const steps = new Uint8Array(FOUND << KIND_BITS);
for (let state = FREE; state < FOUND; state++)
  for (let kind = 0; kind < 1 << KIND_BITS; kind++)
    steps[(state << KIND_BITS) | kind] = stepOf(state, kind);

function stepOf(state: number, kind: number): number {
  if (kind === 0) return FREE;
  const isX = (kind & X) !== 0;
  if (isX && (state === FREE || state === BEHIND_DIGIT)) return BEHIND_X;
  if ((kind & MARK) !== 0 && state === FREE) return BEHIND_MARK;
  if (state === AT_LETTER && (kind & NUMERAL) !== 0) return FOUND_BEFORE;
  if (kind === NUMERAL) return state <= BEHIND_MARK ? FOUND : BEHIND_DIGIT;
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
  if (at > 1 && isLetter(units[at - 2]!)) return BEHIND_LETTER;
  const kind = kinds[units[at - 1]!]!;
  if ((kind & X) !== 0) return BEHIND_X;
  return (kind & MARK) !== 0 ? BEHIND_MARK : BEHIND_LETTER;
}

/** The row that begins here: its numerals, what stands between them, and where it ends. Most are one number, or a date. */
const row = {
  count: 0,
  firstLength: 0,
  separatorAt: 0,
  separatorLength: 0,
  /** One of them at least tells its base. */
  isNotated: false,
  /** Starts and ends, in turn. */
  places: [] as number[],
  end: 0,
};

/** Numerals from here on with one and the same separator; nothing is made of them before it is known that they are many. */
function findRow(units: Uint16Array, length: number, start: number): void {
  row.count = 0;
  row.separatorLength = 0;
  row.isNotated = false;
  row.places.length = 0;
  row.end = start + 1;
  for (let index = start; ; ) {
    const end = numeralEnd(units, length, index);
    if (end === index) return;
    if (row.count === 0) {
      row.firstLength = end - index;
      row.separatorAt = end;
      row.separatorLength = separatorEnd(units, length, end) - end;
    }
    const next = nextAt(units, length, end);
    // A word behind the row may begin with letters that are digits too.
    const isWord = end < length && (isNumeral(units[end]!) || isLetter(units[end]!));
    if (next === end && isWord && row.count > 0) return;
    row.count++;
    row.isNotated ||= numeral.isNotated;
    row.places.push(index, end);
    row.end = end;
    if (next === end) return;
    index = next;
  }
}

/** Where the separator of the row ends that stands at `at`, also with a line end in it; `at` itself for another one. */
function nextAt(units: Uint16Array, length: number, at: number): number {
  const { separatorAt, separatorLength } = row;
  let same = 0;
  while (same < separatorLength && at + same < length) {
    if (units[separatorAt + same] !== units[at + same]) return behindLineEnd(units, length, at);
    same++;
  }
  return same === separatorLength ? at + same : at;
}

/** The same where more blanks stand there than in the separator, with a line end among them, and signs as well. */
function behindLineEnd(units: Uint16Array, length: number, at: number): number {
  let end = at;
  let [hasLineEnd, hasSign] = [false, false];
  const skipBlanks = () => {
    for (; end < length && units[end]! <= BLANK; end++) hasLineEnd ||= units[end] === LINE_END;
  };
  for (let from = row.separatorAt; from < row.separatorAt + row.separatorLength; from++) {
    if (units[from]! <= BLANK) continue;
    skipBlanks();
    if (end === length || units[end++] !== units[from]) return at;
    hasSign = true;
  }
  skipBlanks();
  return hasLineEnd && hasSign ? end : at;
}

const [BLANK, LINE_END] = [0x20, 0x0a];

/** The numerals of the row that was found last. */
function numeralsOf(text: string): string[] {
  const { places } = row;
  return Array.from({ length: row.count }, (_, at) =>
    text.slice(places[2 * at], places[2 * at + 1]),
  );
}

/**
 * Where what stands between this numeral and the next ends; `index` where there is no next. It may have letters (chr), but not
 * such as numerals have at its end.
 */
function separatorEnd(units: Uint16Array, length: number, index: number): number {
  const most = Math.min(length, index + SEPARATOR_MAX);
  const unitAt = (at: number) => (at < length ? units[at]! : 0);
  for (let end = index; end < most; end++) {
    const unit = units[end]!;
    const next = unitAt(end + 1);
    if (unit >= 0x30 && unit <= 0x39) return end;
    if (!isNumeral(unit) || end === index || isLetter(units[end - 1]!)) continue;
    if (!isLetter(next) || (isNumeral(next) && !isLetter(unitAt(end + 2)))) return end;
  }
  return index;
}
