/** Texts of which every letter was moved or replaced by a rule that needs no key: backwards, ROT13, Atbash, leet. */

import { unitsOf } from '../units.ts';
import { costOf, WORD_COST_MAX } from './letter-pairs.ts';
import type { Writer } from './writer.ts';

export function reversed(text: string, writer: Writer): boolean {
  for (let index = text.length - 1; index >= 0; index--) {
    const unit = text.charCodeAt(index);
    const isLow = unit >= 0xdc00 && unit < 0xe000 && index > 0;
    if (isLow) writer.put(text.charCodeAt(--index), index, index + 2);
    writer.put(unit, isLow ? index : index, isLow ? index + 2 : index + 1);
  }
  return text.length > 3;
}

/** Each word backwards, in its place. */
export function reversedWords(text: string, writer: Writer): boolean {
  for (let index = 0; index < text.length; ) {
    let end = index;
    while (end < text.length && isLetter(text.charCodeAt(end))) end++;
    for (let at = end - 1; at >= index; at--) writer.put(text.charCodeAt(at), at, at + 1);
    if (end < text.length) writer.keep(end, end + 1);
    index = end + 1;
  }
  return true;
}

export const rotated =
  (by: number) =>
  (text: string, writer: Writer): boolean =>
    replaced(text, writer, (letter) => (letter + by) % 26);

export const atbash = (text: string, writer: Writer): boolean =>
  replaced(text, writer, (letter) => 25 - letter);

function replaced(text: string, writer: Writer, other: (letter: number) => number): boolean {
  let changed = false;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    const base = unit & 0x20 ? 0x61 : 0x41;
    const letter = unit - base;
    if (unit < 0x80 && letter >= 0 && letter < 26) {
      writer.put(base + other(letter), index, index + 1);
      changed = true;
    } else writer.keep(index, index + 1);
  }
  return changed;
}

const LEET: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '2': 'z',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '6': 'g',
  '7': 't',
  '8': 'b',
  '9': 'g',
  '@': 'a',
  $: 's',
  '!': 'i',
  '|': 'l',
  '+': 't',
  '(': 'c',
  '€': 'e',
  '£': 'l',
};
const meant = new Uint16Array(128);
for (const [sign, letter] of Object.entries(LEET))
  if (sign.charCodeAt(0) < 128) meant[sign.charCodeAt(0)] = letter.charCodeAt(0);

/** Of each unit: a letter, a digit or sign that may stand for one, or one that ends sentences and opens brackets as well. */
const [LETTER, SIGN, PUNCTUATION] = [1, 2, 3];
const kinds = new Uint8Array(0x10000);
for (let unit = 0; unit < 128; unit++)
  if ((unit | 0x20) >= 0x61 && (unit | 0x20) <= 0x7a) kinds[unit] = LETTER;
  else if (meant[unit] !== 0)
    kinds[unit] = (unit >= 0x30 && unit <= 0x40) || unit === 0x24 ? SIGN : PUNCTUATION;

const isLetter = (unit: number) => (unit | 0x20) >= 0x61 && (unit | 0x20) <= 0x7a;

/** What is longer is no word, as keys and data have letters and digits too; it may be several words without gaps … */
const WORD_MOST = 64;
/** … unless it is so long. */
const WORDS_MOST = 4096;

const [ONE, I, L] = [0x31, 0x69, 0x6c];

/** Digits and signs that stand for letters, in tokens that have letters too; twice at least. */
export const unleet = (text: string, writer: Writer): boolean => unleeted(text, writer, I);

/** The same where 1 is an l. */
export const unleetL = (text: string, writer: Writer): boolean =>
  text.includes('1') && unleeted(text, writer, L);

function unleeted(text: string, writer: Writer, one: number): boolean {
  const words = leetWords(text, one);
  let kept = 0;
  for (let at = 0; at < words.length; at += 2) {
    const [start, end] = [words[at]!, words[at + 1]!];
    if (kept < start) writer.keep(kept, start);
    for (let index = start; index < end; index++)
      writer.put(letterOf(text.charCodeAt(index), one), index, index + 1);
    kept = end;
  }
  if (words.length > 0 && kept < text.length) writer.keep(kept, text.length);
  return words.length > 0;
}

const letterOf = (unit: number, one: number) =>
  unit === ONE ? one : unit < 128 && meant[unit] !== 0 ? meant[unit]! : unit;

/** What is written in leet, told for both readings of 1 at once: each is asked for. */
interface Leet {
  /** Starts and ends, in turn. */
  readonly words: readonly number[];
  /** Whether it is language where 1 is an i, and where it is an l. */
  readonly isLanguage: readonly [boolean, boolean];
}

let lastText = '';
let last: Leet = { words: [], isLanguage: [false, false] };

function leetIn(text: string): Leet {
  if (text !== lastText) last = leetOf(text);
  lastText = text;
  return last;
}

/** Whether either undoing of leet would change the text: asked first, as it costs less than what else is asked. */
export const isLeet = (text: string): boolean => leetIn(text).isLanguage.includes(true);

/** None where it is not language then, as in most texts that have digits. */
function leetWords(text: string, one: number): readonly number[] {
  const { words, isLanguage } = leetIn(text);
  return isLanguage[one === I ? 0 : 1] ? words : [];
}

function leetOf(text: string): Leet {
  const units = unitsOf(text);
  const { length } = text;
  const words: number[] = [];
  let [found, pairs, withI, withL] = [0, 0, 0, 0];
  for (let next = 0; next < length; next++) {
    // Words that have no sign are of no interest, as nearly all.
    let end = next;
    while (end < length && kinds[units[end]!]! < SIGN) end++;
    if (end === length) break;
    let index = end;
    while (index > next && kinds[units[index - 1]!] === LETTER) index--;
    let [letters, signs] = [end - index, 0];
    for (; end < length; end++) {
      const kind = kinds[units[end]!];
      if (kind === LETTER) letters++;
      else if (kind === 0) break;
      // A digit, @ or $ anywhere; what ends sentences and opens brackets only between letters.
      else if (
        kind === SIGN ||
        (letters > 0 && end + 1 < length && kinds[units[end + 1]!] === LETTER)
      )
        signs++;
    }
    next = end;
    while (end > index && kinds[units[end - 1]!] === PUNCTUATION) end--;
    // Among such words a short number may be one too: 70 is to.
    const isNumber = letters === 0 && end - index > 1 && end - index < 4;
    if (signs > 0 && (letters > 0 || isNumber) && end - index <= WORDS_MOST) {
      const cost = isNumber ? NOTHING : costIn(units, index, end);
      const isLong = end - index > WORD_MOST;
      if (!isLong || isLanguage(cost.withI, cost.pairs) || isLanguage(cost.withL, cost.pairs)) {
        words.push(index, end);
        found += isLong ? 2 : letters > 0 ? 1 : 0;
        pairs += cost.pairs;
        withI += cost.withI;
        withL += cost.withL;
      }
    }
  }
  const isMore = found > 1;
  return {
    words,
    isLanguage: [isMore && isLanguage(withI, pairs), isMore && isLanguage(withL, pairs)],
  };
}

const isLanguage = (cost: number, pairs: number) => cost < WORD_COST_MAX * pairs;

/** Of the pairs in a word, read in both ways. */
interface Cost {
  pairs: number;
  withI: number;
  withL: number;
}
const NOTHING: Cost = { pairs: 0, withI: 0, withL: 0 };
const lastCost: Cost = { ...NOTHING };

/** One and the same object: it is asked of each word that has a digit. */
function costIn(units: Uint16Array, from: number, to: number): Cost {
  let [pairs, withI, withL] = [0, 0, 0];
  for (let at = from + 1; at < to; at++) {
    const [before, unit] = [units[at - 1]!, units[at]!];
    const add = costOf(letterOf(before, I), letterOf(unit, I));
    if (add > 0) pairs++;
    withI += add;
    withL += before === ONE || unit === ONE ? costOf(letterOf(before, L), letterOf(unit, L)) : add;
  }
  lastCost.pairs = pairs;
  lastCost.withI = withI;
  lastCost.withL = withL;
  return lastCost;
}
