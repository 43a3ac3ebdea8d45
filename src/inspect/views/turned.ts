/** Texts of which every letter was moved or replaced by a rule that needs no key: backwards, ROT13, Atbash. */

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

/** the, tion, ing as ROT47 has them: hardly any order is without one, and hardly any code has one. */
const TOLD_47 = ['E96 ', 'E:@?', ':?8 '];

/** All that is printed of ASCII, rotated by half of its 94 signs: `x8?@C6 2==`. */
export function rotated47(text: string, writer: Writer): boolean {
  if (!TOLD_47.some((sign) => text.includes(sign))) return false;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > 0x20 && unit < 0x7f) writer.put(0x21 + ((unit - 0x21 + 47) % 94), index, index + 1);
    else writer.keep(index, index + 1);
  }
  return true;
}

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

const isLetter = (unit: number) => (unit | 0x20) >= 0x61 && (unit | 0x20) <= 0x7a;
