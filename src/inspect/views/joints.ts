/**
 * What was put between the letters of a word or of a key: markup, tags, quotes with a plus, blanks, dots, line ends.
 *
 * Each undoing takes out its own kind of joint and only where it stands within a word, so that the gaps between words
 * stay and rules of prose and left edges of keys still hold.
 */

import { unitsOf } from '../units.ts';
import type { Writer } from './writer.ts';

const isBlank = (unit: number) => unit === 0x20 || unit === 0x09 || unit === 0x0a || unit === 0x0d;
const isWord = (unit: number) =>
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
    const isSign = marks[units[index]!] === 1 && isWord(units[index - 1]!);
    const end = isSign ? markupEnd(text, index) : index;
    if (end > index && end < length && isWord(units[end]!)) {
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
  let changed = false;
  for (let index = 0; index < text.length; ) {
    const end = jointEnd(text, index);
    if (end === 0) writer.keep(index, ++index);
    else {
      changed = true;
      index = end;
    }
  }
  return changed;
}

/** Where the joint that begins at a closing quote ends behind the next opening one; 0 where there is none. */
function jointEnd(text: string, index: number): number {
  const quote = text.charCodeAt(index);
  if (quote !== 0x22 && quote !== 0x27 && quote !== 0x60) return 0;
  const most = Math.min(text.length, index + 1 + JOINT_MAX);
  let signs = 0;
  for (let at = index + 1; at < most; at++) {
    const unit = text.charCodeAt(at);
    // Two backquotes with a blank between them are the ends of two pieces of code.
    const isJoint = signs === 1 || (signs === 0 && at > index + 1 && quote !== 0x60);
    if (unit === quote) return isJoint ? at + 1 : 0;
    if (unit === 0x2b || unit === 0x2e || unit === 0x26 || unit === 0x5c) signs++;
    else if (!isBlank(unit)) return 0;
  }
  return 0;
}

/** \i\g\n\o\r\e: a backslash that means nothing to whoever reads prose. */
export function unslash(text: string, writer: Writer): boolean {
  let found = 0;
  for (let index = 0; index < text.length; ) {
    if (text.charCodeAt(index) === 0x5c && isWord(text.charCodeAt(index + 1))) {
      found++;
      index++;
    } else writer.keep(index, ++index);
  }
  return found > 2;
}

const LINE_SHORT = 24;
const TOKEN_LONG = 16;
/** A line without a blank that is so long is no line of code or prose: whatever it ends in, it was cut. */
const LINE_SOLID = 40;

/** What ends a line of code, of JSON, of prose: a token that ends in it was not cut there … */
const closers = new Uint8Array(0x80);
for (const sign of ',;(){}[]<>"\'`\\|') closers[sign.charCodeAt(0)] = 2;
/** … or if the next line has a margin: a key of YAML, a sentence. */
for (const sign of '.:!?') closers[sign.charCodeAt(0)] = 1;

/**
 * Line ends, with the margin of the next line, inside what was one word: in short lines, and behind or before long
 * tokens. Prose that was wrapped at some width keeps its line ends, which are the gaps of its words.
 */
export function unwrap(text: string, writer: Writer): boolean {
  const units = unitsOf(text);
  let changed = false;
  let [lineStart, tokenStart, kept] = [0, 0, 0];
  for (let index = 0; index < text.length; ) {
    const unit = units[index]!;
    if (unit !== 0x0a && unit !== 0x0d) {
      if (unit === 0x20 || unit === 0x09) tokenStart = index + 1;
      index++;
      continue;
    }
    const next = marginEnd(text, index);
    const lineEnd = index;
    const isTight =
      next - lineEnd <= 2 && isWord(text.charCodeAt(lineEnd - 1)) && isWord(text.charCodeAt(next));
    const isShort =
      (isTight && lineEnd - lineStart <= LINE_SHORT) ||
      isCutToken(units, lineStart, tokenStart, lineEnd, next);
    const isSplit =
      lineEnd > lineStart &&
      !isBlank(text.charCodeAt(lineEnd - 1)) &&
      next < text.length &&
      (isShort || (isTight && isShortLine(text, next)));
    if (isSplit) {
      changed ||= isShort;
      writer.keep(kept, index);
      kept = next;
    }
    index = next;
    lineStart = next;
    tokenStart = next;
  }
  writer.keep(kept, text.length);
  return changed;
}

/** Whether the token in units[tokenStart, lineEnd) may go on at `next`: it looks like a key, or nothing but a cut ends so. */
function isCutToken(
  units: Uint16Array,
  lineStart: number,
  tokenStart: number,
  lineEnd: number,
  next: number,
): boolean {
  if (lineEnd - tokenStart < TOKEN_LONG) return false;
  if (tokenStart === lineStart && lineEnd - lineStart >= LINE_SOLID) return true;
  const kind = closers[units[lineEnd - 1]!] ?? 0;
  if (kind === 2 || (kind === 1 && next - lineEnd > 2) || closers[units[next]!] === 2) return false;
  return looksLikeKey(units, lineEnd - TOKEN_LONG, lineEnd);
}

/** A digit, upper case behind lower case, or a sign that joins the parts of a URL or of an assignment. */
function looksLikeKey(units: Uint16Array, from: number, to: number): boolean {
  let isLower = false;
  for (let at = from; at < to; at++) {
    const unit = units[at]!;
    if (unit >= 0x30 && unit <= 0x3a) return true;
    if (unit === 0x40 || unit === 0x25 || unit === 0x3d || unit === 0x2b || unit > 0x7f)
      return true;
    if (unit >= 0x41 && unit <= 0x5a && isLower) return true;
    isLower = unit >= 0x61 && unit <= 0x7a;
  }
  return false;
}

/** Behind one line end and the blanks and quotation marks that begin the next line. */
function marginEnd(text: string, index: number): number {
  if (text.charCodeAt(index) === 0x0d && text.charCodeAt(index + 1) === 0x0a) index++;
  index++;
  while (index < text.length) {
    const unit = text.charCodeAt(index);
    if (unit !== 0x20 && unit !== 0x09 && unit !== 0x3e) return index;
    index++;
  }
  return index;
}

function isShortLine(text: string, start: number): boolean {
  const most = Math.min(text.length, start + LINE_SHORT + 1);
  for (let at = start; at < most; at++) if (text.charCodeAt(at) === 0x0a) return at > start;
  return most === text.length;
}

/** Single characters apart that make a run. */
const APART = 4;
const GAP_MAX = 3;

/**
 * i g n o r e   a l l, i.g.n.o.r.e, i - g - n - o: single characters with one and the same gap. Once one run of four
 * has shown which gap it is, shorter words apart by it are closed as well; a wider gap is the gap of two words.
 */
export function unspace(text: string, writer: Writer): boolean {
  let gap = '';
  for (let index = 0; index < text.length; ) {
    const end = gap === '' ? index : apartEnd(text, index, gap, writer);
    if (end > index) {
      index = end;
      continue;
    }
    const found = gap === '' && startsApart(text, index) ? gapAt(text, index) : '';
    if (found !== '') gap = found;
    else writer.keep(index, ++index);
  }
  return gap !== '';
}

const startsApart = (text: string, index: number) =>
  (index === 0 || !isWord(text.charCodeAt(index - 1))) && !isBlank(text.charCodeAt(index));

/** The gap that stands `APART - 1` times between single characters from here on; '' where there is none. */
function gapAt(text: string, index: number): string {
  if (isWord(text.charCodeAt(index + 1))) return '';
  for (let length = 1; length <= GAP_MAX; length++) {
    const gap = text.slice(index + 1, index + 1 + length);
    if (gap.length < length || isWord(gap.charCodeAt(length - 1))) return '';
    if (count(text, index, gap, APART) >= APART) return gap;
  }
  return '';
}

/** How many single characters stand `gap` apart from here on, up to `most`. */
function count(text: string, index: number, gap: string, most: number): number {
  const step = gap.length + 1;
  let found = 1;
  let words = isWord(text.charCodeAt(index)) ? 1 : 0;
  for (let at = index; found < most && text.startsWith(gap, at + 1); at += step) {
    const next = text.charCodeAt(at + step);
    if (Number.isNaN(next) || isBlank(next)) break;
    found++;
    if (isWord(next)) words++;
  }
  // Rules and tables drawn in ASCII are dashes apart, not letters.
  return words * 2 > found ? found : 0;
}

/** Writes the characters of a run without their gaps; answers where it ends. */
function apartEnd(text: string, index: number, gap: string, writer: Writer): number {
  if (!startsApart(text, index) || !text.startsWith(gap, index + 1)) return index;
  const step = gap.length + 1;
  let at = index;
  while (text.startsWith(gap, at + 1) && isOneCharacter(text, at + step, gap)) {
    writer.put(text.charCodeAt(at), at, at + 1);
    at += step;
  }
  if (at === index) return index;
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
