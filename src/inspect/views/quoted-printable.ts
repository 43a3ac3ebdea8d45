/** Quoted-printable, as mail is written: =69, and = at the end of a line, which is none. */

import { Bytes, hexAt, isLetter, NONE } from './escapes.ts';
import { costOf, WORD_COST_MAX } from './letter-pairs.ts';
import type { Writer } from './writer.ts';

/** Quoted-printable: =69, and = at the end of a line, which is none. */
export function unquote(text: string, writer: Writer): boolean {
  const bytes = new Bytes(writer);
  let found = 0;
  let isSure = false;
  let [ends, cost] = [0, 0];
  for (let index = 0; index < text.length; ) {
    const unit = text.charCodeAt(index);
    if (unit === 0x3d) {
      const byte = isUpperHex(text, index + 1) ? hexAt(text, index + 1, 2) : NONE;
      const end = lineEnd(text, index + 1);
      if (byte !== NONE) bytes.push(byte, index, index + 3);
      if (byte !== NONE || end > 0) {
        isSure ||= byte === NONE ? isWithinWord(text, index) : goesOn(text, index + 3);
        const pair = byte === NONE ? 0 : pairCostAtEnd(text, index, byte);
        if (pair > 0) ends++;
        cost += pair;
        found++;
        index = byte !== NONE ? index + 3 : end;
        continue;
      }
    }
    bytes.flush(index);
    writer.keep(index, ++index);
  }
  bytes.flush(text.length);
  return found > 2 && (isSure || (ends > 2 && cost < WORD_COST_MAX * ends));
}

/** Of a letter written so that ends a word, and the one before it: names and their values make pairs that words seldom have. */
function pairCostAtEnd(text: string, index: number, byte: number): number {
  const next = text.charCodeAt(index + 3);
  const isWithin =
    next === 0x26 || next === 0x3d || isLetter(next) || (next >= 0x30 && next <= 0x39);
  return isWithin ? 0 : costOf(text.charCodeAt(index - 1), byte);
}

/** An id in hexadecimal code goes on so. */
const ID_DIGITS = 4;

/** A word goes on behind a character, or another is written so: in a query the value of a parameter ends there. */
const goesOn = (text: string, index: number) =>
  (isLetter(text.charCodeAt(index)) && hexAt(text, index, ID_DIGITS) === NONE) ||
  (text.charCodeAt(index) === 0x3d &&
    isUpperHex(text, index + 1) &&
    hexAt(text, index + 1, 2) !== NONE);

/** A line may end in = as base64 does, or behind a blank. */
const isWithinWord = (text: string, index: number) => {
  const before = text.charCodeAt(index - 1);
  return before > 0x20 && before !== 0x3d;
};

/** As the standard has it; a query in lower case is none. */
const isUpperHex = (text: string, index: number) =>
  text.charCodeAt(index) < 0x61 && text.charCodeAt(index + 1) < 0x61;

function lineEnd(text: string, index: number): number {
  if (text.charCodeAt(index) === 0x0d) index++;
  return text.charCodeAt(index) === 0x0a ? index + 1 : 0;
}
