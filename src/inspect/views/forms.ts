/** The four forms in which rules read (rule.ts), made of one text. */

import { isLetter, lowerOf } from '../letters.ts';
import type { Form } from '../rule.ts';
import { unitsOf } from '../units.ts';
import type { Writer } from './writer.ts';

const isUpper = (unit: number) => unit >= 0x41 && unit <= 0x5a;
const isAsciiWord = (unit: number) =>
  (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x30 && unit <= 0x39) || isUpper(unit);

/** Of each ASCII character: itself in lower case where it is part of a word, or 0. */
const lower = new Uint8Array(128);
for (let code = 0; code < 128; code++)
  if (isAsciiWord(code)) lower[code] = isUpper(code) ? code | 0x20 : code;

const compacted = new Uint8Array(128);
for (let code = 0; code < 128; code++)
  if (isAsciiWord(code) || code === 0x5f || code === 0x2d) compacted[code] = code;

/** Words in lower case, one blank apart, and nothing else. */
export function words(text: string, writer: Writer): boolean {
  return spell(text, writer, true);
}

/** The same without the blanks. */
export function joined(text: string, writer: Writer): boolean {
  return spell(text, writer, false);
}

/** Where forms are written; of ASCII they are never longer than the text, and else at most twice as long. */
let bytes = new Uint8Array(1 << 14);
let wide = new Uint16Array(1 << 14);

/**
 * A form of a text, as the functions above write it and three to six times as fast: nobody asks here where its characters
 * came from.
 */
export function formOf(text: string, form: Exclude<Form, 'exact'>, isAscii: boolean): string {
  if (isAscii || form === 'compact') return asciiForm(text, form);
  return wideForm(text, form === 'words');
}

/** What is beyond ASCII is left out. */
function asciiForm(text: string, form: Exclude<Form, 'exact'>): string {
  if (bytes.length < text.length) bytes = new Uint8Array(2 * text.length);
  const source = unitsOf(text);
  const kept = form === 'compact' ? compacted : lower;
  const hasGaps = form === 'words';
  let length = 0;
  let isGap = false;
  for (let index = 0; index < text.length; index++) {
    const unit = kept[source[index]!] ?? 0;
    if (unit === 0) isGap = hasGaps;
    else {
      if (isGap && length > 0) bytes[length++] = 0x20;
      isGap = false;
      bytes[length++] = unit;
    }
  }
  return Buffer.from(bytes.buffer, 0, length).latin1Slice();
}

function wideForm(text: string, hasGaps: boolean): string {
  if (wide.length < 2 * text.length) wide = new Uint16Array(4 * text.length);
  const source = unitsOf(text);
  let length = 0;
  let isGap = false;
  for (let index = 0; index < text.length; index++) {
    const unit = source[index]!;
    const letter = unit < 0x80 ? lower[unit]! : 0;
    const isPair = unit >= 0xd800 && unit < 0xdc00;
    const code = isPair ? text.codePointAt(index)! : unit;
    if (letter === 0 && (unit < 0x80 || !isLetter(code))) isGap = hasGaps;
    else {
      if (isGap && length > 0) wide[length++] = 0x20;
      isGap = false;
      if (letter !== 0) wide[length++] = letter;
      else if (code < 0x10000 && code !== CAPITAL_I_WITH_DOT) wide[length++] = lowerOf(code);
      else length = put(String.fromCodePoint(code).toLowerCase(), length);
    }
    if (code > 0xffff) index++;
  }
  return Buffer.from(wide.buffer, 0, 2 * length).toString('utf16le');
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
    const letter = unit < 0x80 ? lower[unit]! : 0;
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
    if (unit < 0x80 && compacted[unit] !== 0) writer.keep(index, index + 1);
  }
  return true;
}
