/** Texts of which every letter was moved or replaced by a rule that needs no key: backwards, ROT13, Atbash, leet. */

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
    if (end < text.length) writer.put(text.charCodeAt(end), end, end + 1);
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
    } else writer.put(unit, index, index + 1);
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

const isLetter = (unit: number) => (unit | 0x20) >= 0x61 && (unit | 0x20) <= 0x7a;
const isSign = (unit: number) => unit < 128 && meant[unit] !== 0;

/** Digits and signs that stand for letters, in tokens that have letters too; twice at least. */
export const unleet = (text: string, writer: Writer): boolean => unleeted(text, writer, 0x69);

/** The same where 1 is an l. */
export const unleetL = (text: string, writer: Writer): boolean =>
  text.includes('1') && unleeted(text, writer, 0x6c);

function unleeted(text: string, writer: Writer, one: number): boolean {
  let found = 0;
  for (let index = 0; index < text.length; ) {
    let [end, letters, signs] = [index, 0, 0];
    for (; end < text.length; end++) {
      const unit = text.charCodeAt(end);
      if (isLetter(unit)) letters++;
      else if (isSign(unit)) signs++;
      else break;
    }
    const isLeet = letters > 0 && signs > 0;
    if (isLeet) found++;
    for (let at = index; at < end; at++) {
      const unit = text.charCodeAt(at);
      const letter = isLeet && isSign(unit) ? (unit === 0x31 ? one : meant[unit]!) : unit;
      writer.put(letter, at, at + 1);
    }
    if (end < text.length) writer.put(text.charCodeAt(end), end, end + 1);
    index = end + 1;
  }
  return found > 1;
}
