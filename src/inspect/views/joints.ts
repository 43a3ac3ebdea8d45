/**
 * What was put between the letters of a word or of a key: markup, tags, quotes with a plus, blanks, dots (line ends: wrapped.ts).
 *
 * Each undoing takes out its own kind of joint and only where it stands within a word, so that the gaps between words
 * stay and rules of prose and left edges of keys still hold.
 */

import { unitsOf } from '../units.ts';
import type { Writer } from './writer.ts';

export const isBlank = (unit: number) =>
  unit === 0x20 || unit === 0x09 || unit === 0x0a || unit === 0x0d;
export const isWord = (unit: number) =>
  (unit >= 0x30 && unit <= 0x39) ||
  (unit >= 0x41 && unit <= 0x5a) ||
  (unit >= 0x61 && unit <= 0x7a) ||
  unit >= 0x80;

const TAG_MAX = 128;
const MARKUP = '*_`~';

/** ig**nore, ig<!-- -->nore, ig<b></b>nore, comments of C, ig''nore. */
export function unmark(text: string, writer: Writer): boolean {
  const units = unitsOf(text);
  const { length } = text;
  let kept = 0;
  for (let index = 1; index < length; ) {
    // What stands before is the same in what was written: markup is only taken out between two characters of words.
    if (marks[units[index]!] === 0 || isPart[units[index - 1]!] === 0) {
      index++;
      continue;
    }
    const end = markupEnd(text, index);
    if (end > index && end < length && isPart[units[end]!] === 1) {
      writer.keep(kept, index);
      kept = end;
      index = end;
    } else index++;
  }
  writer.keep(kept, length);
  return kept > 0;
}

const marks = new Uint8Array(0x10000);
for (const mark of '*_`~\'"</') marks[mark.charCodeAt(0)] = 1;

/** The end of all markup that begins here; `index` itself where there is none. */
function markupEnd(text: string, index: number): number {
  const most = index + TAG_MAX;
  for (let end = index; end < most; ) {
    const next = oneMarkupEnd(text, end);
    if (next === end) return end;
    end = next;
  }
  return index;
}

function oneMarkupEnd(text: string, index: number): number {
  if (index >= text.length) return index;
  const mark = text.charAt(index);
  const isTwice = text.charAt(index + 1) === mark;
  if (MARKUP.includes(mark)) {
    // One underscore is part of a name, one star a product.
    if (!isTwice) return mark === '`' ? index + 1 : index;
    let end = index + 2;
    while (text.charAt(end) === mark) end++;
    return end;
  }
  if ((mark === "'" || mark === '"') && isTwice) return index + 2;
  const next = text.charAt(index + 1);
  if (mark === '<' && /[a-z/!]/i.test(next)) {
    const closing = text.startsWith('<!--', index) ? '-->' : '>';
    const end = within(text, closing, index + 2);
    return end < 0 ? index : end;
  }
  if (mark === '/' && next === '*') {
    const end = within(text, '*/', index + 2);
    return end < 0 ? index : end;
  }
  return index;
}

function within(text: string, closing: string, index: number): number {
  const found = text.slice(index, index + TAG_MAX).indexOf(closing);
  return found < 0 ? -1 : index + found + closing.length;
}

const JOINT_MAX = 12;

/** "ign" + "ore", 'ign' . 'ore', "ign" "ore". Lists of strings are joined elsewhere (joined.ts). */
export function unconcatenate(text: string, writer: Writer): boolean {
  const units = unitsOf(text);
  const { length } = text;
  let kept = 0;
  for (let index = 0; index < length; index++) {
    if (quotes[units[index]!] === 0) continue;
    const end = jointEnd(text, index);
    if (end === 0) continue;
    if (kept < index) writer.keep(kept, index);
    kept = end;
    index = end - 1;
  }
  if (kept < length) writer.keep(kept, length);
  return kept > 0;
}

const quotes = new Uint8Array(0x10000);
for (const quote of '"\'`') quotes[quote.charCodeAt(0)] = 1;

/** Where the joint that begins at a closing quote ends behind the next opening one; 0 where there is none. */
function jointEnd(text: string, index: number): number {
  const quote = text.charCodeAt(index);
  const most = Math.min(text.length, index + 1 + JOINT_MAX);
  let signs = 0;
  for (let at = index + 1; at < most; at++) {
    const unit = text.charCodeAt(at);
    if (unit === quote) return signs === 1 || (signs === 0 && at > index + 1) ? at + 1 : 0;
    if (unit === 0x2b || unit === 0x2e || unit === 0x26 || unit === 0x5c) signs++;
    else if (!isBlank(unit)) return 0;
  }
  return 0;
}

/** \i\g\n\o\r\e: a backslash that means nothing to whoever reads prose. */
export function unslash(text: string, writer: Writer): boolean {
  let [found, kept] = [0, 0];
  for (let index = text.indexOf('\\'); index >= 0; index = text.indexOf('\\', index + 1)) {
    if (index < kept || !isWord(text.charCodeAt(index + 1))) continue;
    found++;
    if (kept < index) writer.keep(kept, index);
    kept = index + 1;
  }
  if (kept < text.length) writer.keep(kept, text.length);
  return found > 2;
}

/** Single characters apart that make a run. */
const APART = 4;
const GAP_MAX = 3;

/**
 * i g n o r e   a l l, i.g.n.o.r.e, i - g - n - o: single characters with one and the same gap. Once one run of four
 * has shown which gap it is, shorter words apart by it are closed as well; a wider gap is the gap of two words.
 */
export function unspace(text: string, writer: Writer): boolean {
  const units = unitsOf(text);
  const { length } = text;
  let gap = '';
  let kept = 0;
  for (let index = 0; index < length; index++) {
    // No word before, a single character, no word behind: nearly none is so.
    if (index > 0 && isPart[units[index - 1]!] === 1) continue;
    if (index + 1 < length && isPart[units[index + 1]!] === 1) continue;
    if (isBlank(units[index]!)) continue;
    if (gap === '') gap = gapAt(text, units, index);
    if (gap === '' || !text.startsWith(gap, index + 1)) continue;
    if (!isOneCharacter(text, index + gap.length + 1, gap)) continue;
    if (kept < index) writer.keep(kept, index);
    kept = apartEnd(text, index, gap, writer);
    index = kept - 1;
  }
  if (kept < length) writer.keep(kept, length);
  return gap !== '';
}

/** As `isWord` tells. */
const isPart = new Uint8Array(0x10000).fill(1, 0x80);
for (let unit = 0; unit < 0x80; unit++) if (isWord(unit)) isPart[unit] = 1;

/** The gap that stands `APART - 1` times between single characters from here on; '' where there is none. */
function gapAt(text: string, units: Uint16Array, index: number): string {
  for (let size = 1; size <= GAP_MAX; size++) {
    // Behind the gap another single character stands, at least.
    if (index + 1 + size >= text.length || isPart[units[index + size]!] === 1) return '';
    if (isRow(units, text.length, index, size)) return text.slice(index + 1, index + 1 + size);
  }
  return '';
}

/** Whether `APART` single characters stand apart from here on, by what the next `size` characters are; most of a word each. */
function isRow(units: Uint16Array, length: number, index: number, size: number): boolean {
  const step = size + 1;
  if (index + (APART - 1) * step >= length) return false;
  let words = isPart[units[index]!]!;
  for (let at = index + step; at <= index + (APART - 1) * step; at += step) {
    for (let gap = 1; gap <= size; gap++)
      if (units[at - step + gap] !== units[index + gap]) return false;
    if (isBlank(units[at]!)) return false;
    words += isPart[units[at]!]!;
  }
  // Rules and tables drawn in ASCII are dashes apart, not letters.
  return words * 2 > APART;
}

/** Writes the characters of a run without their gaps; answers where it ends. */
function apartEnd(text: string, index: number, gap: string, writer: Writer): number {
  const step = gap.length + 1;
  let at = index;
  while (text.startsWith(gap, at + 1) && isOneCharacter(text, at + step, gap)) {
    writer.put(text.charCodeAt(at), at, at + 1);
    at += step;
  }
  writer.put(text.charCodeAt(at), at, at + 1);
  return at + 1;
}

/** A character with a gap or an end behind it: the first letter of the next whole word is none. */
function isOneCharacter(text: string, index: number, gap: string): boolean {
  const unit = text.charCodeAt(index);
  if (Number.isNaN(unit) || isBlank(unit)) return false;
  if (index + 1 === text.length || text.startsWith(gap, index + 1)) return true;
  return !isWord(text.charCodeAt(index + 1)) || !isWord(unit);
}
