/** Texts of which every letter was moved or replaced by a rule that needs no key: backwards, ROT13, Atbash, leet. */

import { costOf } from './letter-pairs.ts';
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

const isPunctuation = (unit: number) =>
  isSign(unit) && !(unit >= 0x30 && unit <= 0x40) && unit !== 0x24;

/** Mean cost of the pairs that come of it: words have 15 to 17, what digits in identifiers and keys yield 21 and more. */
const LEET_COST_MAX = 19;

const isLetter = (unit: number) => (unit | 0x20) >= 0x61 && (unit | 0x20) <= 0x7a;
const isSign = (unit: number) => unit < 128 && meant[unit] !== 0;

/** What is longer is no word: keys and data have letters and digits too. */
const WORD_MOST = 64;

/** Digits and signs that stand for letters, in tokens that have letters too; twice at least. */
export const unleet = (text: string, writer: Writer): boolean => unleeted(text, writer, 0x69);

/** The same where 1 is an l. */
export const unleetL = (text: string, writer: Writer): boolean =>
  text.includes('1') && unleeted(text, writer, 0x6c);

function unleeted(text: string, writer: Writer, one: number): boolean {
  let found = 0;
  let [pairs, cost] = [0, 0];
  for (let index = 0; index < text.length; ) {
    let end = index;
    let [letters, signs] = [0, 0];
    for (; end < text.length; end++) {
      const unit = text.charCodeAt(end);
      if (isLetter(unit)) letters++;
      else if (!isSign(unit)) break;
      // A digit, @ or $ anywhere; what ends sentences and opens brackets only between letters.
      else if (!isPunctuation(unit) || (isLetter(text.charCodeAt(end + 1)) && letters > 0)) signs++;
    }
    const next = end;
    while (end > index && isPunctuation(text.charCodeAt(end - 1))) end--;
    // Among such words a short number may be one too: 70 is to.
    const isNumber = letters === 0 && end - index > 1 && end - index < 4;
    const isLeet = signs > 0 && (letters > 0 || isNumber) && end - index <= WORD_MOST;
    if (isLeet && letters > 0) found++;
    if (!isLeet) writer.keep(index, end);
    for (let at = index; isLeet && at < end; at++) {
      const unit = text.charCodeAt(at);
      const letter = isSign(unit) ? (unit === 0x31 ? one : meant[unit]!) : unit;
      const add = at === index || isNumber ? 0 : costOf(writer.last, letter);
      if (add > 0) pairs++;
      cost += add;
      writer.put(letter, at, at + 1);
    }
    if (end < text.length) writer.keep(end, Math.min(text.length, next + 1));
    index = next + 1;
  }
  return found > 1 && cost < LEET_COST_MAX * pairs;
}
