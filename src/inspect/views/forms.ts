/** The four forms in which rules read (rule.ts), made of one text. */

import { isLetter, lowerOf } from '../letters.ts';
import type { Form } from '../rule.ts';
import { unitsOf } from '../units.ts';
import type { Writer } from './writer.ts';

const isUpper = (unit: number) => unit >= 0x41 && unit <= 0x5a;
const isAsciiWord = (unit: number) =>
  (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x30 && unit <= 0x39) || isUpper(unit);

/** Of each unit: itself in lower case where it is an ASCII character of a word, or 0. */
const lower = new Uint8Array(0x10000);
/** The same with a blank for all else. */
const spaced = new Uint8Array(0x10000).fill(0x20);
/** As it is where it is part of a key, or 0. */
const compacted = new Uint8Array(0x10000);
for (let code = 0; code < 128; code++) {
  if (isAsciiWord(code)) {
    lower[code] = isUpper(code) ? code | 0x20 : code;
    spaced[code] = lower[code]!;
  }
  if (isAsciiWord(code) || code === 0x5f || code === 0x2d) compacted[code] = code;
}

/** Words in lower case, one blank apart, and nothing else. */
export function words(text: string, writer: Writer): boolean {
  return spell(text, writer, true);
}

/** The same without the blanks. */
export function joined(text: string, writer: Writer): boolean {
  return spell(text, writer, false);
}

/** Where forms are written; of ASCII they are never longer than the text, and else at most twice as long. */
let bytes = Buffer.alloc(1 << 14);
let wide = new Uint16Array(1 << 14);

/**
 * A form of a text, as the functions above write it and three to twenty times as fast: nobody asks here where its characters
 * came from.
 *
 * Where words begin and end cannot be foretold, and a branch that is guessed wrong costs as much as reading ten characters. So
 * every character is written, and what it was decides only whether the next one is written over it.
 */
export function formOf(text: string, form: Exclude<Form, 'exact'>, isAscii: boolean): string {
  if (form === 'compact') return without(text, compacted);
  if (!isAscii) return wideForm(text, form === 'words');
  return form === 'words' ? asciiWords(text) : without(text, lower);
}

/** What the table has, and nothing else. */
function without(text: string, kept: Uint8Array): string {
  if (bytes.length < text.length) bytes = Buffer.alloc(2 * text.length);
  const [source, out] = [unitsOf(text), bytes];
  let length = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = kept[source[index]!]!;
    out[length] = unit;
    // 1 unless it is 0: all are below 0x80.
    length += (unit + 0x7f) >> 7;
  }
  return out.latin1Slice(0, length);
}

function asciiWords(text: string): string {
  if (bytes.length <= text.length) bytes = Buffer.alloc(2 * text.length);
  const [source, out] = [unitsOf(text), bytes];
  let length = 0;
  let before = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = spaced[source[index]!]!;
    out[length] = unit;
    // Letters and digits have a bit of these two, and a blank has none: it counts behind one of them.
    const isKept = ((unit >> 4) | (unit >> 6)) & 1;
    length += isKept | before;
    before = isKept;
  }
  return out.latin1Slice(0, length - (length > 0 && before === 0 ? 1 : 0));
}

/** Where in an ASCII text stands what is at [start, end) of a form of it, as its trace would tell. */
export function spanInAscii(
  text: string,
  form: Exclude<Form, 'exact'>,
  start: number,
  end: number,
): [start: number, end: number] {
  const units = unitsOf(text);
  const last = Math.max(start, end - 1);
  const from = placeOf(units, text.length, form, start);
  return [from, last === start ? from + 1 : placeOf(units, text.length, form, last) + 1];
}

/** Where the character at `at` of a form comes from: of a blank the last character of its gap. */
function placeOf(
  units: Uint16Array,
  length: number,
  form: Exclude<Form, 'exact'>,
  at: number,
): number {
  const kept = form === 'compact' ? compacted : lower;
  const hasGaps = form === 'words' ? 1 : 0;
  let [written, before] = [0, 0];
  let index = 0;
  for (; index < length && written <= at; index++) {
    const isKept = (kept[units[index]!]! + 0x7f) >> 7;
    written += isKept | (before & hasGaps);
    before = isKept;
  }
  // Behind the character itself, or behind the first of its gap.
  if (before === 1) return index - 1;
  while (index < length && kept[units[index]!] === 0) index++;
  return index - 1;
}

function wideForm(text: string, hasGaps: boolean): string {
  if (wide.length <= 2 * text.length) wide = new Uint16Array(4 * text.length);
  const [source, out, kept] = [unitsOf(text), wide, wideLowerOf()];
  const gap = hasGaps ? 1 : 0;
  let length = 0;
  let before = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = kept[source[index]!]!;
    if (unit !== FURTHER) {
      out[length] = unit;
      // 1 unless it is a blank.
      const isKept = ((unit - 0x21) >>> 31) ^ 1;
      length += isKept | (before & gap);
      before = isKept;
      continue;
    }
    const code = text.codePointAt(index)!;
    if (code > 0xffff) index++;
    if (isLetter(code)) {
      length = put(String.fromCodePoint(code).toLowerCase(), length);
      before = 1;
    } else {
      out[length] = 0x20;
      length += before & gap;
      before = 0;
    }
  }
  const end = hasGaps && length > 0 && before === 0 ? length - 1 : length;
  return Buffer.from(out.buffer, 0, 2 * end).toString('utf16le');
}

/** What is not one unit in lower case, or half of a pair. */
const FURTHER = 0;
let wideLower: Uint16Array | undefined;

/** Of each unit: itself in lower case where it is part of a word, or a blank. Made with the first text that needs it. */
function wideLowerOf(): Uint16Array {
  if (wideLower !== undefined) return wideLower;
  wideLower = new Uint16Array(0x10000).fill(FURTHER);
  for (let code = 0; code < 0x10000; code++) {
    if (code < 0x80) wideLower[code] = spaced[code]!;
    else if ((code < 0xd800 || code >= 0xe000) && code !== CAPITAL_I_WITH_DOT)
      wideLower[code] = isLetter(code) ? lowerOf(code) : 0x20;
  }
  return wideLower;
}

/** The one letter of the first plane that is two in lower case. */
const CAPITAL_I_WITH_DOT = 0x130;

function put(letters: string, at: number): number {
  for (let index = 0; index < letters.length; index++) wide[at + index] = letters.charCodeAt(index);
  return at + letters.length;
}

function spell(text: string, writer: Writer, hasGaps: boolean): boolean {
  let isGap = false;
  for (let index = 0; index < text.length; ) {
    const unit = text.charCodeAt(index);
    const letter = lower[unit]!;
    const code = unit >= 0xd800 && unit < 0xdc00 ? text.codePointAt(index)! : unit;
    const next = code > 0xffff ? index + 2 : index + 1;
    if (letter !== 0 || (unit >= 0x80 && isLetter(code))) {
      if (isGap && hasGaps && writer.length > 0) writer.put(0x20, index - 1, index);
      isGap = false;
      if (letter === 0) writer.decoded(String.fromCodePoint(code).toLowerCase(), index, next);
      else if (letter === unit) writer.keep(index, next);
      else writer.put(letter, index, next);
    } else if (unit === 0x20 && hasGaps && !isGap && lower[text.charCodeAt(next)]) {
      // One blank between two words is what most gaps are.
      if (writer.length > 0) writer.keep(index, next);
    } else isGap = true;
    index = next;
  }
  return true;
}

/** Letters, digits, _ and -: what keys are made of, with everything gone that can split one. */
export function compact(text: string, writer: Writer): boolean {
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (compacted[unit] !== 0) writer.keep(index, index + 1);
  }
  return true;
}
