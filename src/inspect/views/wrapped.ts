/** Words and codes that were cut at line ends. */

import { unitsOf } from '../units.ts';
import { isBlank, isWord } from './joints.ts';
import type { Writer } from './writer.ts';

const LINE_SHORT = 24;
const TOKEN_LONG = 16;
/** A line without a blank that is so long is no line of code or prose: whatever it ends in, it was cut. No word is so long. */
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
  const { length } = text;
  let changed = false;
  let lineStart = marginEnd(text, 0);
  let kept = 0;
  const hasReturns = text.includes('\r');
  for (let lineEnd = lineStart; ; ) {
    // A native search is faster, but for one of two characters there is none.
    if (!hasReturns) lineEnd = text.indexOf('\n', lineEnd);
    else while (lineEnd < length && units[lineEnd] !== 0x0a && units[lineEnd] !== 0x0d) lineEnd++;
    if (lineEnd < 0 || lineEnd === length) break;
    let tokenStart = lineEnd;
    while (
      tokenStart > lineStart &&
      units[tokenStart - 1] !== 0x20 &&
      units[tokenStart - 1] !== 0x09
    )
      tokenStart--;
    const next = marginEnd(text, behindLineEnd(text, lineEnd));
    const isTight =
      next - lineEnd <= 2 && isWord(text.charCodeAt(lineEnd - 1)) && isWord(text.charCodeAt(next));
    const isContinued = lineEnd - tokenStart > 1 && units[lineEnd - 1] === 0x5c;
    const isShort =
      (isTight && lineEnd - lineStart <= LINE_SHORT) ||
      (isContinued && lineEnd - tokenStart >= TOKEN_LONG) ||
      isCutToken(units, text.length, lineStart, tokenStart, lineEnd, next);
    const isSplit =
      lineEnd > lineStart &&
      !isBlank(text.charCodeAt(lineEnd - 1)) &&
      next < text.length &&
      (isShort || (isTight && isShortLine(text, next)));
    if (isSplit) {
      changed ||= isShort;
      // A backslash says that the line goes on, in whatever language.
      writer.keep(kept, isContinued ? lineEnd - 1 : lineEnd);
      kept = next;
    }
    lineEnd = next;
    lineStart = next;
  }
  writer.keep(kept, text.length);
  return changed;
}

/** Whether the token in units[tokenStart, lineEnd) may go on at `next`: it looks like a key, or nothing but a cut ends so. */
function isCutToken(
  units: Uint16Array,
  length: number,
  lineStart: number,
  tokenStart: number,
  lineEnd: number,
  next: number,
): boolean {
  if (lineEnd - tokenStart < TOKEN_LONG) return false;
  const isLine = tokenStart === lineStart;
  if (isLine && lineEnd - lineStart >= LINE_SOLID) return true;
  if (isLine && isCutAtWidth(units, length, lineStart, lineEnd, next)) return true;
  const kind = closers[units[lineEnd - 1]!] ?? 0;
  if (kind === 2 || (kind === 1 && next - lineEnd > 2) || closers[units[next]!] === 2) return false;
  return lineEnd - tokenStart >= LINE_SOLID || looksLikeKey(units, lineEnd - TOKEN_LONG, lineEnd);
}

/** Whether the lines are as long as whoever cuts at one width makes them: two alike, none with a blank, the last one shorter. */
function isCutAtWidth(
  units: Uint16Array,
  length: number,
  lineStart: number,
  lineEnd: number,
  next: number,
): boolean {
  const width = lineEnd - lineStart;
  const most = Math.min(length, next + width);
  let end = next;
  while (end < most && units[end]! > 0x20) end++;
  if (end < length && units[end] !== 0x0a && units[end] !== 0x0d) return false;
  return end - next === width || (end > next && isAsLongBefore(units, lineStart, width));
}

/** Whether the line before the one at `lineStart` is so long, behind its margin or without one. */
function isAsLongBefore(units: Uint16Array, lineStart: number, width: number): boolean {
  let end = lineStart;
  while (end > 0 && (units[end - 1]! <= 0x20 || units[end - 1] === 0x3e)) end--;
  let at = end;
  while (at > 0 && end - at < width && units[at - 1]! > 0x20) at--;
  return end - at === width && (at === 0 || units[at - 1]! <= 0x20);
}

/** A digit, upper case behind lower case or throughout, or a sign that joins the parts of a URL or of an assignment. */
function looksLikeKey(units: Uint16Array, from: number, to: number): boolean {
  let [isLower, uppers] = [false, 0];
  for (let at = from; at < to; at++) {
    const unit = units[at]!;
    if (unit >= 0x30 && unit <= 0x3a) return true;
    if (unit === 0x40 || unit === 0x25 || unit === 0x3d || unit === 0x2b || unit > 0x7f)
      return true;
    if (unit >= 0x41 && unit <= 0x5a && (isLower || ++uppers === to - from)) return true;
    isLower = unit >= 0x61 && unit <= 0x7a;
  }
  return false;
}

function behindLineEnd(text: string, index: number): number {
  return text.charCodeAt(index) === 0x0d && text.charCodeAt(index + 1) === 0x0a
    ? index + 2
    : index + 1;
}

/** Behind the blanks and quotation marks that begin a line. */
function marginEnd(text: string, index: number): number {
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
