/** The four forms in which rules read (rule.ts), made of one text. */

import type { Writer } from './writer.ts';

const isUpper = (unit: number) => unit >= 0x41 && unit <= 0x5a;
const isAsciiWord = (unit: number) =>
  (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x30 && unit <= 0x39) || isUpper(unit);

const LETTER = /[\p{L}\p{N}\p{M}]/u;
const letters = new Map<number, boolean>();
const LETTERS_MAX = 8192;

/** Whether a character beyond ASCII is part of a word; asked of Unicode once for each. */
function isLetter(code: number): boolean {
  const known = letters.get(code);
  if (known !== undefined) return known;
  const answer = LETTER.test(String.fromCodePoint(code));
  if (letters.size === LETTERS_MAX) letters.clear();
  letters.set(code, answer);
  return answer;
}

/** Words in lower case, one blank apart, and nothing else. */
export function words(text: string, writer: Writer): boolean {
  return spell(text, writer, true);
}

/** The same without the blanks. */
export function joined(text: string, writer: Writer): boolean {
  return spell(text, writer, false);
}

function spell(text: string, writer: Writer, hasGaps: boolean): boolean {
  let isGap = false;
  for (let index = 0; index < text.length; ) {
    let unit = text.charCodeAt(index);
    let next = index + 1;
    let isPart = isAsciiWord(unit);
    if (isPart) {
      if (isUpper(unit)) unit |= 0x20;
    } else if (unit >= 0x80) {
      if (unit >= 0xd800 && unit < 0xdc00) unit = text.codePointAt(index)!;
      if (unit > 0xffff) next++;
      isPart = isLetter(unit);
    }
    if (isPart) {
      if (isGap && hasGaps && writer.length > 0) writer.put(0x20, index - 1, index);
      isGap = false;
      if (unit < 0x80) writer.put(unit, index, next);
      else {
        const lower = String.fromCodePoint(unit).toLowerCase();
        writer.decoded(lower, index, next);
      }
    } else isGap = true;
    index = next;
  }
  return true;
}

/** Letters, digits, _ and -: what keys are made of, with everything gone that can split one. */
export function compact(text: string, writer: Writer): boolean {
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (isAsciiWord(unit) || unit === 0x5f || unit === 0x2d) writer.put(unit, index, index + 1);
  }
  return true;
}
