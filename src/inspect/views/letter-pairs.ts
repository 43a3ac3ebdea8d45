/**
 * Whether the letters of a text were moved or replaced: told by which letters are neighbours.
 *
 * A stretch whose pairs are unusual in English is tried backwards, in mirrored order of the alphabet and rotated by
 * each number; if one of these is much more usual, the text is read so. Other languages are about as usual as
 * English (15 for English, 15 to 17 for German or Spanish, 17 to 20 backwards, 21 to 24 rotated; in half bits per pair).
 */

import { unitsOf } from '../units.ts';
import { PAIRS } from './letter-pairs-data.ts';

/** Rotated by 0 to 25 to get the text; 26 is Atbash. With 27 more: and backwards. */
export const ATBASH = 26;
const REPLACEMENTS = 27;
/** The rotation that is its own reverse. */
const HALF = 13;
const TURNS = 2 * REPLACEMENTS;

// Made in every process and thread: each digit is read once, and not 54 times.
const usual = Uint8Array.from(PAIRS, (digit) => Number.parseInt(digit, 36));
const costs = new Uint8Array(TURNS * 676);
for (let turn = 0; turn < TURNS; turn++) {
  const by = turn % REPLACEMENTS;
  for (let first = 0; first < 26; first++)
    for (let second = 0; second < 26; second++) {
      const one = by === ATBASH ? 25 - first : (first + by) % 26;
      const other = by === ATBASH ? 25 - second : (second + by) % 26;
      const pair = turn < REPLACEMENTS ? one * 26 + other : other * 26 + one;
      costs[turn * 676 + first * 26 + second] = usual[pair]!;
    }
}

/** Pairs that are weighed together, and the fewest that say anything. */
const WINDOW_PAIRS = 48;
const FEWEST_PAIRS = 14;
/** Mean costs: above the first a stretch is unusual, below the second it is language, and so much must be gained. */
const UNUSUAL = 16.5;
const USUAL = 17.5;
/**
 * Where letters are replaced pairs cost more: of 17,000 stretches of 48 in READMEs, rotated and in Atbash, 999 in 1,000 more than
 * 19. Backwards they cost 16 to 22: of a stretch that is only a little unusual no more is asked.
 */
const REPLACED = 18.5;
const GAIN = 1.2;
/** Few pairs say less, and one of 50 turns gains something by chance; backwards and ROT13 are two. */
const GAIN_FEW = 24;
const GAIN_RARE = 1;
/** Turned or not, words have many letters: a stretch of fewer different ones than this hides none. */
const LETTERS_LEAST = 6;
/** Unusual stretches that are tried, evenly over the text: 54 turns of 48 pairs each, some 3 us. */
const TRIED_MAX = 256;

/** Turns after which some stretch of the text is language, as numbered above; three at most. */
export function turnsOf(text: string): number[] {
  const unusual = unusualWindows(text);
  const step = 2 * Math.max(1, Math.ceil(unusual.length / 2 / TRIED_MAX));
  const found: number[] = [];
  for (let index = 0; index < unusual.length && found.length < 3; index += step) {
    const turn = bestTurn(text, unusual[index]!, unusual[index + 1]!);
    if (turn > 0 && !found.includes(turn)) found.push(turn);
  }
  return found;
}

/**
 * Stretches that do not look like language, as starts and ends in turn: of a length, and between line ends and quotes
 * whatever their length.
 */
function unusualWindows(text: string): number[] {
  const units = unitsOf(text);
  const { length } = text;
  const windows: number[] = [];
  let [from, sum, lineFrom, lineSum] = [0, 0, 0, 0];
  let last = NO_LETTER;
  for (let index = 0; index < length; index++) {
    const letter = letters[units[index]!]!;
    const add = counted[(last << LETTER_BITS) | letter]!;
    sum += add;
    lineSum += add;
    last = letter;
    // All three are below, as nearly always: no branch on whether this is a letter, which is guessed wrong in each word.
    if (((sum - FULL) & (lineSum - FULL) & (letter - LINE_END)) < 0) continue;
    // Where no line ended, both are the same.
    const isSame = from === lineFrom;
    if (sum >= FULL) {
      if (isUnusual(sum)) windows.push(from, index + 1);
      [from, sum] = [index, 0];
    }
    if (lineSum >= FULL || letter === LINE_END) {
      const isTold = isSame && lineSum >= FULL;
      if (!isTold && isUnusual(lineSum)) windows.push(lineFrom, index + 1);
      [lineFrom, lineSum] = [index, 0];
    }
  }
  if (isUnusual(sum)) windows.push(from, length + 1);
  if (from !== lineFrom && isUnusual(lineSum)) windows.push(lineFrom, length + 1);
  return windows;
}

/** Of each unit, which letter it is; line ends and quotes end what is weighed. */
const [NO_LETTER, LINE_END] = [26, 27];
const LETTER_BITS = 5;
const letters = new Uint8Array(0x10000).fill(NO_LETTER);
for (let letter = 0; letter < 26; letter++) {
  letters[0x41 + letter] = letter;
  letters[0x61 + letter] = letter;
}
letters[0x0a] = LINE_END;
letters[0x22] = LINE_END;

/** Of two neighbours, one pair and its cost in one number; nothing if one of them is no letter. */
const COST_BITS = 16;
const FULL = WINDOW_PAIRS << COST_BITS;
const counted = new Int32Array(1 << (2 * LETTER_BITS));
for (let first = 0; first < 26; first++)
  for (let second = 0; second < 26; second++)
    counted[(first << LETTER_BITS) | second] = (1 << COST_BITS) | usual[first * 26 + second]!;

function isUnusual(sum: number): boolean {
  const pairs = sum >> COST_BITS;
  return pairs >= FEWEST_PAIRS && (sum & ((1 << COST_BITS) - 1)) > UNUSUAL * pairs;
}

/** Where the costs of each pair of one window begin; some more than make one, as it ends behind the last. */
const windowPairs = new Uint16Array(WINDOW_PAIRS + 4);

/**
 * The costs of a pair in four turns as one number, so that one addition counts for four: a window costs less than 2^11 in
 * any, and a double holds 53 bits.
 */
const PACKED = 4;
const PACKS = Math.ceil(TURNS / PACKED);
const FIELD = 2 ** 13;
const packs = new Float64Array(676 * PACKS);
for (let pair = 0; pair < 676; pair++)
  for (let turn = TURNS - 1; turn >= 0; turn--) {
    const at = pair * PACKS + Math.floor(turn / PACKED);
    packs[at] = packs[at]! * FIELD + costs[turn * 676 + pair]!;
  }

const backwards = costs.subarray(REPLACEMENTS * 676, (REPLACEMENTS + 1) * 676);

/** The turn after which the letters of the stretch are language; 0 for none. */
function bestTurn(text: string, start: number, end: number): number {
  const units = unitsOf(text);
  const most = Math.min(end, text.length);
  let [length, plain, different] = [0, 0, 0];
  for (let index = start + 1; index < most && length < windowPairs.length; index++) {
    const first = letters[units[index - 1]!]!;
    const second = letters[units[index]!]!;
    if (first >= NO_LETTER || second >= NO_LETTER) continue;
    plain += usual[first * 26 + second]!;
    different |= 1 << second;
    windowPairs[length++] = (first * 26 + second) * PACKS;
  }
  if (countOf(different) < LETTERS_LEAST) return 0;
  const allowed = Math.min(USUAL * length, plain - GAIN * length - GAIN_FEW);
  if (plain >= REPLACED * length - GAIN_FEW) return turnOf(length, allowed);
  return backwardsCost(length) < allowed ? REPLACEMENTS : 0;
}

/** Of the window read backwards, its letters as they are. */
function backwardsCost(length: number): number {
  let cost = 0;
  for (let at = 0; at < length; at++) cost += backwards[windowPairs[at]! / PACKS]!;
  return cost;
}

/** The turn after which the pairs of the window cost least, and less than `most`: are language, and gain enough; 0 for none. */
function turnOf(length: number, most: number): number {
  let [best, least] = [0, most];
  for (let pack = 0; pack < PACKS; pack++) {
    let left = 0;
    for (let at = 0; at < length; at++) left += packs[windowPairs[at]! + pack]!;
    for (let turn = pack * PACKED; turn < Math.min(TURNS, (pack + 1) * PACKED); turn++) {
      const rest = Math.floor(left * (1 / FIELD));
      const cost = left - rest * FIELD;
      left = rest;
      const rare = turn === HALF || turn === REPLACEMENTS ? 0 : GAIN_RARE * length;
      if (turn > 0 && cost + rare < least) [best, least] = [turn, cost];
    }
  }
  return best;
}

function countOf(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count++;
  return count;
}

/** Mean cost of pairs: words have 15 to 17, what digits in identifiers and keys yield as letters 21 and more. */
export const WORD_COST_MAX = 19;

/** Cost of two neighbouring letters given as UTF-16 units; 0 where one of them is none. */
export function costOf(one: number, other: number): number {
  const first = (one | 0x20) - 0x61;
  const second = (other | 0x20) - 0x61;
  if (first < 0 || first > 25 || second < 0 || second > 25) return 0;
  return costs[first * 26 + second]!;
}
