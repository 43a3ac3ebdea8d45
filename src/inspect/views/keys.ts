/**
 * What may be a key, turned letter by letter: nobody can tell of a key that it was written backwards, so each is read so, with
 * what stands around it (its name), and nothing else.
 */

import { unitsOf } from '../units.ts';
import { runsOf } from './glance.ts';
import type { Writer } from './writer.ts';

const KEY_LEAST = 16;
/** A name and what joins it to its value; half of the address that a password is part of. */
const AROUND = 128;
/** Letters that no hexadecimal digit is: with fewer it is a digest, or the number of a thing. */
const LETTERS_LEAST = 4;

const [DIGIT, LETTER, SIGN] = [1, 2, 3];
/** What keys are made of; letters are those beyond f. */
const kinds = new Uint8Array(0x10000);
for (let code = 0x30; code <= 0x39; code++) kinds[code] = DIGIT;
for (let letter = 0; letter < 26; letter++)
  for (const base of [0x41, 0x61]) kinds[base + letter] = letter > 5 ? LETTER : SIGN;
kinds[0x5f] = SIGN;
kinds[0x2d] = SIGN;

/** So much in base64 or hexadecimal code, and in nothing else, is data (an image, a signature): keys that are so long have line ends or dots. */
const SOLID_MAX = 2048;

/** Whether a run of characters of keys is one. */
function isKey(units: Uint16Array, from: number, to: number): boolean {
  if (to - from < KEY_LEAST) return false;
  let [digits, letters] = [0, 0];
  for (let at = from; at < to; at++) {
    const kind = kinds[units[at]!];
    if (kind === DIGIT) digits++;
    else if (kind === LETTER) letters++;
  }
  return digits > 0 && letters >= LETTERS_LEAST;
}

const isSolid = (unit: number) =>
  kinds[unit] !== 0 || unit === 0x2b || unit === 0x2f || unit === 0x3d;

function solidEnd(units: Uint16Array, from: number, length: number): number {
  let at = from;
  while (at < length && isSolid(units[at]!)) at++;
  return at;
}

function solidStart(units: Uint16Array, from: number): number {
  let at = from;
  while (at > 0 && isSolid(units[at - 1]!)) at--;
  return at;
}

let lastText = '';
let lastKeys: readonly number[] = [];

/** Starts and ends, in turn, of the stretches of a text that hold keys, with what stands around them. Asked for each turn. */
function keysIn(text: string): readonly number[] {
  if (text !== lastText) lastKeys = stretchesOf(text);
  lastText = text;
  return lastKeys;
}

function stretchesOf(text: string): readonly number[] {
  // Those of the one pass over the text are made of the same characters, + and /, and have all that are so long.
  const runs = runsOf(text);
  const units = unitsOf(text);
  const { length } = text;
  const found: number[] = [];
  let solidTo = 0;
  let isData = false;
  for (let index = 0; index < runs.length; index += 2) {
    const runEnd = runs[index + 1]!;
    let from = runs[index]!;
    for (let at = from; at <= runEnd; at++) {
      if (at < runEnd && kinds[units[at]!] !== 0) continue;
      const isOne = isKey(units, from, at);
      if (isOne && at > solidTo) {
        solidTo = solidEnd(units, at, length);
        isData = solidTo - solidStart(units, from) > SOLID_MAX;
      }
      if (isOne && !isData) {
        const [start, end] = [Math.max(0, from - AROUND), Math.min(length, at + AROUND)];
        if (found.length > 0 && start <= found.at(-1)!) found[found.length - 1] = end;
        else found.push(start, end);
      }
      from = at + 1;
    }
  }
  return found;
}

/** These stretches of a text, one to a line, each as `turn` writes it. */
const turned =
  (turn: (text: string, from: number, to: number, writer: Writer) => void) =>
  (text: string, writer: Writer): boolean => {
    const keys = keysIn(text);
    for (let at = 0; at < keys.length; at += 2) {
      if (at > 0) writer.put(0x0a, keys[at]!, keys[at]!);
      turn(text, keys[at]!, keys[at + 1]!, writer);
    }
    return keys.length > 0;
  };

export const reversedKeys = turned((text, from, to, writer) => {
  for (let at = to - 1; at >= from; at--) writer.put(text.charCodeAt(at), at, at + 1);
});

export const rotatedKeys = turned((text, from, to, writer) =>
  replaced(text, from, to, writer, (letter) => (letter + 13) % 26),
);

export const atbashKeys = turned((text, from, to, writer) =>
  replaced(text, from, to, writer, (letter) => 25 - letter),
);

function replaced(
  text: string,
  from: number,
  to: number,
  writer: Writer,
  other: (letter: number) => number,
): void {
  for (let at = from; at < to; at++) {
    const unit = text.charCodeAt(at);
    const base = unit & 0x60;
    const letter = unit - base - 1;
    const isLetter = base >= 0x40 && letter >= 0 && letter < 26;
    writer.put(isLetter ? base + 1 + other(letter) : unit, at, at + 1);
  }
}
