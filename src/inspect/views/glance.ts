/**
 * What is in a text that tells which undoings could change it: one pass, before any of them is tried. Nearly all texts hide
 * nothing, and must be seen to at no more than the cost of reading them.
 */

import { unitsOf } from '../units.ts';
import { saysUnseen } from './fold.ts';
import { runSigns } from './glance-runs.ts';
import {
  BLANK as BLANK_KIND,
  KINDS_BITS,
  KINDS_MASK,
  kindsOf,
  LONG,
  MARKUP as MARKUP_STEP,
  MIXTURE,
  NUMBER,
  QUOTED_AGAIN,
  SINGLE,
  START,
  STATES,
  steps,
} from './glance-steps.ts';
import { ITSELF, isOfKind, kindOf, UNSEEN } from './look-alikes.ts';

export { BASE32, BASE58, HEX, KEY, RUN } from './glance-runs.ts';

export const PERCENT = 1;
export const AMPERSAND = 2;
export const BACKSLASH = 4;
export const LINE_END = 8;
export const LETTER = 16;
export const EQUALS = 32;
export const PLUS = 64;
/** Four single letters or digits in a row, apart. */
export const SINGLES = 1 << 14;
/** A digit or sign beside a letter, more than once. */
export const MIXED = 1 << 15;
/** Twenty characters without a blank. */
export const SOLID = 1 << 16;
/** Six numbers in a row, as many as make a text: each letter in hexadecimal code begins with a digit as well. */
export const ROW = 1 << 17;
/** Markup, a tag or two quotes within a word. */
export const MARKED = 1 << 21;
/** Two quotes with nothing between them but what joins strings. */
export const QUOTED = 1 << 22;
/** Beyond ASCII: a right-to-left override, something that is not seen, something that is read as something else. */
export const OVERRIDE = 1 << 24;
export const HIDDEN = 1 << 25;
export const LIKE = 1 << 26;
const ROW_LEAST = 6;
const SOLID_LEAST = 20;

/** Of each unit. */
function signsOfUnits(): Int32Array {
  const signs = new Int32Array(0x10000);
  for (const [characters, sign] of [
    ['%', PERCENT],
    ['&', AMPERSAND],
    ['\\', BACKSLASH],
    ['\n\r', LINE_END],
    ['abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ', LETTER],
    ['=', EQUALS],
    ['+', PLUS],
  ] as const)
    for (const character of characters) signs[character.charCodeAt(0)] = sign;
  for (let unit = 0; unit < 0x10000; unit++)
    if (signs[unit] === 0 && (unit < 0x20 || unit > 0x7e)) signs[unit] = beyondAscii(unit);
  return signs;
}

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

/** Of each unit, one of the few that mean the same here: its lowest bits are its kind (glance-steps.ts). */
const classes = new Uint8Array(0x10000);
/** Of each of these, all signs. */
const CLASSES_MAX = 0x100;
const meanings = new Int32Array(CLASSES_MAX);

function fillClasses(): void {
  const signs = signsOfUnits();
  const kinds = kindsOf();
  const made = new Map<number, number>();
  const counts = new Uint8Array(1 << KINDS_BITS);
  for (let unit = 0; unit < 0x10000; unit++) {
    const [sign, kind] = [signs[unit]!, kinds[unit]!];
    const key = sign * (1 << KINDS_BITS) + kind;
    let one = made.get(key);
    if (one === undefined) {
      if (counts[kind]! >= CLASSES_MAX >> KINDS_BITS) throw new Error('More signs than classes');
      one = (counts[kind]!++ << KINDS_BITS) | kind;
      made.set(key, one);
      meanings[one] = sign;
    }
    classes[unit] = one;
  }
}
fillClasses();

/** What was seen of one text, until the next one is looked at. */
const seen = {
  text: '',
  signs: 0,
  /** Starts and ends, in turn, of runs of letters, digits and +/_- that are long or no words. */
  runs: [] as number[],
  /** Where stretches of twenty characters and more without a blank begin. */
  solids: [] as number[],
  /** What is still looked for. */
  watched: 0,
  mixtures: 0,
  /** In a row, where the last one begins, and what stands before each. */
  numbers: 0,
  numberAt: 0,
  numberBehind: 0,
};

/** Starts and ends, in turn, of all runs that may be in an alphabet of their own: of 8 that are no words, or of 12. */
export function runsOf(text: string): readonly number[] {
  signsOf(text);
  return seen.runs;
}

/** Where the stretches of twenty characters and more without a blank begin. */
export function solidsOf(text: string): readonly number[] {
  signsOf(text);
  return seen.solids;
}

/**
 * One step of a machine for each character, and no branch on what it is: those are guessed wrong once in each word. What a step
 * tells is rare.
 */
export function signsOf(text: string): number {
  if (text === seen.text) return seen.signs;
  begin(text);
  const units = unitsOf(text);
  const { length } = text;
  // What another file exports is looked up each time it is named: a third of the time of this loop.
  const machine = steps;
  const [states, kinds, blank] = [STATES, KINDS_MASK, BLANK_KIND];
  let [all, state, solid] = [0, START, 0];
  let { watched } = seen;
  for (let at = 0; at < length; at++) {
    const one = classes[units[at]!]!;
    all |= meanings[one]!;
    const kind = one & kinds;
    const step = machine[state | kind]!;
    state = step & states;
    // None behind a blank, one more behind anything else.
    solid = (solid + 1) & ((kind - blank) >> 31);
    if ((step & watched) === 0 && solid !== SOLID_LEAST) continue;
    if (solid === SOLID_LEAST) seen.solids.push(at + 1 - SOLID_LEAST);
    all |= told(units, length, step & watched, at);
    watched = seen.watched;
  }
  if (seen.solids.length > 0) all |= SOLID;
  seen.signs = all;
  return all;
}

function begin(text: string): void {
  seen.text = text;
  seen.signs = 0;
  seen.runs.length = 0;
  seen.solids.length = 0;
  seen.watched = LONG | MARKUP_STEP | MIXTURE | NUMBER | QUOTED_AGAIN | SINGLE;
  seen.mixtures = 0;
  seen.numbers = 0;
  seen.numberAt = 0;
  seen.numberBehind = 0;
}

/** What a step tells by which the character at `at` was read. */
function told(units: Uint16Array, length: number, step: number, at: number): number {
  let found = 0;
  if ((step & LONG) !== 0) found |= runSigns(units, length, at, seen.runs);
  if ((step & MARKUP_STEP) !== 0) found |= once(MARKED, MARKUP_STEP);
  if ((step & MIXTURE) !== 0 && ++seen.mixtures > 1) found |= once(MIXED, MIXTURE);
  if ((step & NUMBER) !== 0 && numbersTo(units, length, at) === ROW_LEAST)
    found |= once(ROW, NUMBER);
  if ((step & QUOTED_AGAIN) !== 0 && isJoint(units, at)) found |= once(QUOTED, QUOTED_AGAIN);
  if ((step & SINGLE) !== 0 && isInRow(units, at - 1)) found |= once(SINGLES, SINGLE);
  return found;
}

/** Of what is told by its first place no other is of interest. */
function once(sign: number, step: number): number {
  seen.watched &= ~step;
  return sign;
}

const [BLANK, LINE_FEED, POINT, ZERO] = [0x20, 0x0a, 0x2e, 0x30];
/** A numeral and what stands between two of a row are no longer (numbers.ts). */
const NUMBER_MOST = 32;

/**
 * How many numbers stand in a row up to the one that begins at `at`: near one another, and each behind the same sign, but for the first
 * and those with which a line begins.
 */
function numbersTo(units: Uint16Array, length: number, at: number): number {
  let before = at - 1;
  if (before >= 0 && isLetter(units[before]!)) {
    // Of `0x69` the second half; of `c3` the second digit.
    if (before > 0 && units[before - 1] === ZERO) return seen.numbers;
    if (isHexLetter(units[before]!)) before--;
  }
  // Of `105.0` the second half.
  if (before >= 0 && units[before] === POINT && isNought(units, length, at)) return seen.numbers;
  const behind = before < 0 ? LINE_FEED : units[before]!;
  let isFirst = false;
  for (; before >= 0 && units[before]! <= BLANK; before--) isFirst ||= units[before] === LINE_FEED;
  const isSame = isFirst || behind === seen.numberBehind;
  const isNear = seen.numbers > 0 && before - seen.numberAt <= NUMBER_MOST;
  seen.numbers = 1 + (isNear ? (isSame ? seen.numbers : 1) : 0);
  seen.numberAt = at;
  if (!isFirst) seen.numberBehind = behind;
  return seen.numbers;
}

const isLetter = (unit: number) => (unit | 0x20) >= 0x61 && (unit | 0x20) <= 0x7a;

/** Whether the numeral has nothing but noughts. */
function isNought(units: Uint16Array, length: number, at: number): boolean {
  let end = at;
  while (end < length && units[end] === ZERO) end++;
  return end > at && (end === length || !isWord(units[end]!));
}

const isHexLetter = (unit: number) => (unit | 0x20) >= 0x61 && (unit | 0x20) <= 0x66;

/** What may join two strings, and how much of it. */
const between = new Uint8Array(0x10000);
for (const sign of ' \t\n\r\v\f\u00a0+.&\\') between[sign.charCodeAt(0)] = 1;
const BETWEEN_MAX = 11;

/** Whether before the quote at `at`, behind nothing but what joins strings, stands another one. */
function isJoint(units: Uint16Array, at: number): boolean {
  let open = at - 1;
  while (open >= 0 && at - open <= BETWEEN_MAX && between[units[open]!] === 1) open--;
  return open < at - 1 && open >= 0 && units[open] === units[at];
}

const isWord = (unit: number) =>
  (unit >= 0x30 && unit <= 0x39) || ((unit | 0x20) >= 0x61 && (unit | 0x20) <= 0x7a);
const SINGLES_LEAST = 3;

/** Whether the word of one character at `at` is the third in a row. */
function isInRow(units: Uint16Array, at: number): boolean {
  let end = at;
  for (let count = 1; count < SINGLES_LEAST; count++) {
    do end--;
    while (end >= 0 && !isWord(units[end]!));
    if (end < 0 || (end > 0 && isWord(units[end - 1]!))) return false;
  }
  return true;
}
