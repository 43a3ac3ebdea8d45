/**
 * Whether the letters of a text were moved or replaced: told by which letters are neighbours.
 *
 * A stretch whose pairs are unusual in English is tried backwards, in mirrored order of the alphabet and rotated by
 * each number; if one of these is much more usual, the text is read so. Where that is true of no stretch as a whole, it is asked of
 * what in it is the least usual: a clause between plain words. Other languages are about as usual as
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
    const turn = bestTurn(text, unusual[index]!, unusual[index + 1]!, isAmongMany(unusual, index));
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

/** The pairs of a window and, with what stands around it, no more than so many; and where the costs of each begin. */
const PAIRS_MAX = 4 * WINDOW_PAIRS;
const windowPairs = new Uint16Array(PAIRS_MAX);
const windowPacks = new Uint16Array(PAIRS_MAX);

/**
 * The costs of a pair in four turns as one number, so that one addition counts for four: PAIRS_MAX of them cost less than 2^13
 * in any, and a double holds 53 bits.
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

/** The turn after which the letters of the stretch are language, or of a clause in it; 0 for none. */
function bestTurn(text: string, start: number, end: number, isAmongMany: boolean): number {
  const units = unitsOf(text);
  const { length } = text;
  const pairs = pairsIn(units, start, Math.min(end, length), WINDOW_PAIRS + 4);
  const turn = turnOf(0, pairs, USUAL);
  if (turn > 0 || isAmongMany || plain < MIXED_LEAST * pairs || !mayHaveClause(pairs)) return turn;
  return clauseTurn(
    pairsIn(units, Math.max(0, start - AROUND), Math.min(end + AROUND, length), PAIRS_MAX),
  );
}

/** What the pairs cost that `pairsIn` found last, and a bit of each letter of them. */
let plain = 0;
let different = 0;

/** Of units[start, end); how many there are. */
function pairsIn(units: Uint16Array, start: number, end: number, most: number): number {
  let [count, sum, bits] = [0, 0, 0];
  for (let index = start + 1; index < end && count < most; index++) {
    const first = letters[units[index - 1]!]!;
    const second = letters[units[index]!]!;
    if (first >= NO_LETTER || second >= NO_LETTER) continue;
    const pair = first * 26 + second;
    sum += usual[pair]!;
    bits |= 1 << second;
    windowPairs[count] = pair;
    windowPacks[count++] = pair * PACKS;
  }
  plain = sum;
  different = bits;
  return count;
}

/** The turn of those of windowPairs[from, to), which are language then: cost less than `most` each, and gain enough; 0 for none. */
function turnOf(from: number, to: number, most: number): number {
  if (countOf(different) < LETTERS_LEAST) return 0;
  const length = to - from;
  const allowed = Math.min(most * length, plain - GAIN * length - GAIN_FEW);
  if (plain >= REPLACED * length - GAIN_FEW) return leastTurn(from, to, allowed);
  return costIn(backwards, from, to) < allowed ? REPLACEMENTS : 0;
}

/** What windowPairs[from, to) cost. */
function costIn(of: Uint8Array, from: number, to: number): number {
  let cost = 0;
  for (let at = from; at < to; at++) cost += of[windowPairs[at]!]!;
  return cost;
}

/** What stands around a window that a clause may reach into, which was turned between words that were not. */
const AROUND = 80;
const CLAUSE_PAIRS = 16;
/** Above it a pair speaks for such a clause, below it against one; and so much they must say together, in the window and in all. */
const CLAUSE_COST = 18.5;
const CLAUSE_WITHIN = 48;
const ODD_WORD = 9;
const CLAUSE_LEAST = 50;
/** It is language below this, then. */
const CLAUSE_USUAL = 18;
/** Where all of a window costs less, too little of it is such a clause. */
const MIXED_LEAST = 17;
/** A clause is in few stretches, and around it others are usual: data and code are unusual for long. */
const MANY_EACH_WAY = 2;
const MANY_WITHIN = 600;

function isAmongMany(windows: readonly number[], index: number): boolean {
  const [first, last] = [windows[index - 2 * MANY_EACH_WAY], windows[index + 2 * MANY_EACH_WAY]];
  return first !== undefined && last !== undefined && last - first < MANY_WITHIN;
}

/** By how much a pair is above CLAUSE_COST, in halves. */
const excess = Int8Array.from(usual, (cost) => 2 * (cost - CLAUSE_COST));

/** No branch on whether a pair is usual, which would be guessed wrong all the time. One odd word, as an id, is no clause. */
function mayHaveClause(pairs: number): boolean {
  let [sum, count, most] = [0, 0, 0];
  for (let at = 0; at < pairs; at++) {
    sum += excess[windowPairs[at]!]!;
    // 0 where it is less.
    const isMore = ~(sum >> 31);
    sum &= isMore;
    count = (count + 1) & isMore;
    most = Math.max(most, sum & ((ODD_WORD - count) >> 31));
  }
  return most >= 2 * CLAUSE_WITHIN;
}

/** The turn of those of the first `pairs` that are the least usual, if the others are words. */
function clauseTurn(pairs: number): number {
  let [sum, sumFrom, most, from, to] = [0, 0, 0, 0, 0];
  for (let at = 0; at < pairs; at++) {
    sum += excess[windowPairs[at]!]!;
    if (sum <= 0) [sum, sumFrom] = [0, at + 1];
    else if (sum > most) [most, from, to] = [sum, sumFrom, at + 1];
  }
  const rest = pairs - to + from;
  if (most < 2 * CLAUSE_LEAST || Math.min(to - from, rest) < CLAUSE_PAIRS) return 0;
  const cost = costIn(usual, from, to);
  if (plain - cost > USUAL * rest) return 0;
  plain = cost;
  different = 0;
  for (let at = from; at < to; at++) different |= 1 << (windowPairs[at]! % 26);
  return turnOf(from, to, CLAUSE_USUAL);
}

/** The turn after which windowPairs[from, to) cost least, and less than `most`: are language, and gain enough; 0 for none. */
function leastTurn(from: number, to: number, most: number): number {
  let [best, least] = [0, most];
  for (let pack = 0; pack < PACKS; pack++) {
    let left = 0;
    for (let at = from; at < to; at++) left += packs[windowPacks[at]! + pack]!;
    for (let turn = pack * PACKED; turn < Math.min(TURNS, (pack + 1) * PACKED); turn++) {
      const rest = Math.floor(left * (1 / FIELD));
      const cost = left - rest * FIELD;
      left = rest;
      const rare = turn === HALF || turn === REPLACEMENTS ? 0 : GAIN_RARE * (to - from);
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
