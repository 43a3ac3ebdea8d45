/**
 * Whether the letters of a text were moved or replaced: told by which letters are neighbours.
 *
 * A stretch whose pairs are unusual in English is tried backwards, in mirrored order of the alphabet and rotated by
 * each number; if one of these is much more usual, the text is read so. Other languages are about as usual as
 * English (15 for English, 15 to 17 for German or Spanish, 17 to 20 backwards, 21 to 24 rotated; in half bits per pair).
 */

import { PAIRS } from './letter-pairs-data.ts';

/** Rotated by 0 to 25 to get the text; 26 is Atbash. With 27 more: and backwards. */
export const ATBASH = 26;
const REPLACEMENTS = 27;
const TURNS = 2 * REPLACEMENTS;

const costs = new Uint8Array(TURNS * 676);
for (let turn = 0; turn < TURNS; turn++) {
  const replaced = (letter: number) =>
    turn % REPLACEMENTS === ATBASH ? 25 - letter : (letter + (turn % REPLACEMENTS)) % 26;
  for (let first = 0; first < 26; first++)
    for (let second = 0; second < 26; second++) {
      const [one, other] = [replaced(first), replaced(second)];
      const pair = turn < REPLACEMENTS ? one * 26 + other : other * 26 + one;
      costs[turn * 676 + first * 26 + second] = Number.parseInt(PAIRS.charAt(pair), 36);
    }
}

/** Pairs that are weighed together, and the fewest that say anything. */
const WINDOW_PAIRS = 48;
const FEWEST_PAIRS = 14;
/** Mean costs: above the first a stretch is unusual, below the second it is language, and so much must be gained. */
const UNUSUAL = 16.5;
const USUAL = 17.5;
const GAIN = 1.6;
/** Unusual stretches that are tried, evenly over the text: 54 turns of 48 pairs each, some 3 us. */
const TRIED_MAX = 512;

/** Turns after which some stretch of the text is language, as numbered above, the most frequent ones. */
export function turnsOf(text: string): number[] {
  const unusual = unusualWindows(text);
  const step = Math.max(1, Math.ceil(unusual.length / TRIED_MAX));
  const found = new Set<number>();
  for (let index = 0; index < unusual.length && found.size < 3; index += step) {
    const turn = bestTurn(unusual[index]!);
    if (turn > 0) found.add(turn);
  }
  return [...found];
}

/** Pairs, as first * 26 + second, of each window that does not look like language. */
function unusualWindows(text: string): number[][] {
  const windows: number[][] = [];
  let [pairs, cost, last]: [number[], number, number] = [[], 0, -1];
  const close = () => {
    if (pairs.length >= FEWEST_PAIRS && cost > UNUSUAL * pairs.length) windows.push(pairs);
    [pairs, cost] = [[], 0];
  };
  for (let index = 0; index < text.length; index++) {
    const letter = (text.charCodeAt(index) | 0x20) - 0x61;
    if (letter < 0 || letter > 25) {
      last = -1;
      continue;
    }
    if (last >= 0) {
      const pair = last * 26 + letter;
      pairs.push(pair);
      cost += costs[pair]!;
      if (pairs.length === WINDOW_PAIRS) close();
    }
    last = letter;
  }
  close();
  return windows;
}

function bestTurn(pairs: number[]): number {
  let [best, least] = [0, Number.POSITIVE_INFINITY];
  let plain = 0;
  for (let turn = 0; turn < TURNS; turn++) {
    let cost = 0;
    for (const pair of pairs) cost += costs[turn * 676 + pair]!;
    if (turn === 0) plain = cost;
    if (cost < least) [best, least] = [turn, cost];
  }
  const isLanguage = least < USUAL * pairs.length && plain - least > GAIN * pairs.length;
  return isLanguage ? best : 0;
}

const KEY_LEAST = 16;
const KEY_TEXT_MAX = 1 << 15;

/** Whether there is a token such as keys are: long, of letters and digits, and not a mere number of a thing (UUID, hash). */
export function hasKey(text: string): boolean {
  if (text.length > KEY_TEXT_MAX) return false;
  let [length, digits, others] = [0, 0, 0];
  for (let index = 0; index <= text.length; index++) {
    const unit = index < text.length ? text.charCodeAt(index) : 0x20;
    const letter = (unit | 0x20) - 0x61;
    const isDigit = unit >= 0x30 && unit <= 0x39;
    if (isDigit || (letter >= 0 && letter < 26 && unit < 0x80) || unit === 0x5f || unit === 0x2d) {
      length++;
      if (isDigit) digits++;
      else if (letter > 5) others++;
    } else {
      if (length >= KEY_LEAST && digits > 0 && others > 3) return true;
      [length, digits, others] = [0, 0, 0];
    }
  }
  return false;
}
