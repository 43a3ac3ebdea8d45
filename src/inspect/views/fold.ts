/** Letters that only look like letters, marks upon them, and characters that are not seen at all. */

import { unitsOf } from '../units.ts';
import { ITSELF, kindOf, lettersOf, MARK, SEVERAL, UNSEEN } from './look-alikes.ts';
import type { Writer } from './writer.ts';

/** Of each ASCII character, whether it is a letter or digit. */
const alphanumeric = new Uint8Array(0x80);
for (let code = 0; code < 0x80; code++)
  if (/[0-9A-Za-z]/.test(String.fromCharCode(code))) alphanumeric[code] = 1;

const codeAt = (text: string, index: number) => {
  const unit = text.charCodeAt(index);
  return unit >= 0xd800 && unit < 0xe000 ? text.codePointAt(index)! : unit;
};

/** Everything to the ASCII that it resembles; what is not seen is dropped. */
export const fold = (text: string, writer: Writer): boolean => folded(text, writer, false);

/** The same, with a blank where something unseen stood between two characters: it may have been the gap of two words. */
export const foldApart = (text: string, writer: Writer): boolean =>
  standsBetweenWords(text) && folded(text, writer, true);

function folded(text: string, writer: Writer, isApart: boolean): boolean {
  const units = unitsOf(text);
  const { length } = text;
  let changed = false;
  for (let index = 0; index < length; ) {
    let plain = index;
    while (plain < length && units[plain]! >= 0x20 && units[plain]! < 0x7f) plain++;
    if (plain > index) {
      writer.keep(index, plain);
      index = plain;
      continue;
    }
    const code = codeAt(text, index);
    const next = index + (code > 0xffff ? 2 : 1);
    const kind = kindOf(code);
    if (kind === ITSELF) writer.keep(index, next);
    else {
      changed = true;
      if (kind === UNSEEN) {
        if (isApart && writer.last !== 0x20) writer.put(0x20, index, next);
      } else if (kind === MARK) {
        // A mark upon a letter of another script is part of that letter: dropping it would misspell the word.
        if (writer.last >= 0x80) writer.keep(index, next);
      } else if (kind >= SEVERAL) writer.decoded(lettersOf(kind), index, next);
      else writer.put(kind, index, next);
    }
    index = next;
  }
  return changed;
}

/** Unseen characters between letters, but fewer than letters in words: otherwise they split words, and are no gaps. */
function standsBetweenWords(text: string): boolean {
  const units = unitsOf(text);
  const { length } = text;
  let [gaps, letters] = [0, 0];
  let isAfterLetter = 0;
  for (let index = 0; index < length; index++) {
    const unit = units[index]!;
    if (unit >= 0x20 && unit < 0x7f) {
      isAfterLetter = alphanumeric[unit]!;
      letters += isAfterLetter;
      continue;
    }
    const code = codeAt(text, index);
    if (code > 0xffff) index++;
    const kind = kindOf(code);
    if (kind === UNSEEN) {
      gaps += isAfterLetter;
      isAfterLetter = 0;
    } else {
      const isLetter = kind === ITSELF ? code >= 0x80 : kind >= SEVERAL || alphanumeric[kind] === 1;
      isAfterLetter = isLetter ? 1 : 0;
      letters += isAfterLetter;
    }
  }
  return gaps > 0 && gaps * 3 <= letters;
}

const RLO = 0x202e;
const RLI = 0x2067;

/** What stands behind a right-to-left override, in the order in which it is seen. */
export function unbidi(text: string, writer: Writer): boolean {
  let changed = false;
  for (let index = 0; index < text.length; ) {
    const unit = text.charCodeAt(index);
    if (unit !== RLO && unit !== RLI) {
      writer.keep(index, ++index);
      continue;
    }
    let end = ++index;
    while (end < text.length && !endsOverride(text.charCodeAt(end))) end++;
    for (let at = end - 1; at >= index; at--) writer.put(text.charCodeAt(at), at, at + 1);
    changed ||= end - index > 1;
    index = end;
  }
  return changed;
}

const endsOverride = (unit: number) =>
  unit === 0x202c || unit === 0x2069 || unit === 0x0a || unit === RLO || unit === RLI;

const TAGS = 0xe0000;
const VARIATIONS = 0xfe00;
const MORE_VARIATIONS = 0xe0100;

/**
 * What the unseen say for themselves: tag characters are ASCII, variation selectors are bytes (16 of one block, 240 of
 * the other), and two kinds of zero-width characters in turn are bits. Models read the first two.
 */
export function unseen(text: string, writer: Writer): boolean {
  const bytes: number[] = [];
  let [first, end] = [-1, 0];
  for (let index = 0; index < text.length; index++) {
    const code = codeAt(text, index);
    const width = code > 0xffff ? 2 : 1;
    const before = bytes.length;
    if (code > TAGS + 0x1f && code < TAGS + 0x7f) writer.put(code - TAGS, index, index + width);
    else if (code >= VARIATIONS && code < VARIATIONS + 16) bytes.push(code - VARIATIONS);
    else if (code >= MORE_VARIATIONS && code < MORE_VARIATIONS + 240)
      bytes.push(code - MORE_VARIATIONS + 16);
    if (bytes.length > before) {
      if (first < 0) first = index;
      end = index + width;
    }
    index += width - 1;
  }
  if (writer.length > 0) return writer.length > 2;
  if (bytes.length < 4) return unseenBits(text, writer);
  const said = Buffer.from(bytes).toString('utf8');
  if (!/[a-z]{2}/i.test(said)) return false;
  writer.decoded(said, first, end);
  return true;
}

/** Of what `unseen` reads. */
export const saysUnseen = (code: number): boolean =>
  (code > TAGS && code < TAGS + 0x80) ||
  (code >= VARIATIONS && code < VARIATIONS + 16) ||
  (code >= MORE_VARIATIONS && code < MORE_VARIATIONS + 240) ||
  (code >= 0x200b && code <= 0x200d) ||
  (code >= 0x2060 && code <= 0x2064) ||
  code === 0xfeff;

const ZERO_WIDTH = /[\u200b-\u200d\u2060-\u2064\ufeff]/g;

function unseenBits(text: string, writer: Writer): boolean {
  const all = text.match(ZERO_WIDTH);
  if (all === null || all.length < 32 || new Set(all).size !== 2) return false;
  for (const zero of new Set(all)) {
    const bytes = all.join('').match(/[\u200b-\ufeff]{8}/g)!;
    const said = bytes.map((byte) =>
      String.fromCharCode([...byte].reduce((sum, bit) => sum * 2 + (bit === zero ? 0 : 1), 0)),
    );
    if (!said.every((one) => one >= '\t' && one < '\x7f')) continue;
    const last = Math.max(...[...new Set(all)].map((sign) => text.lastIndexOf(sign)));
    writer.decoded(said.join(''), text.search(ZERO_WIDTH), last + 1);
    return true;
  }
  return false;
}
