/**
 * Digits and signs that stand for letters (1gn0r3 4ll), told by what the words come to: most that have digits are names.
 *
 * One of two readings is that 1 is an l; and where words stand without gaps, that a sign is what stands between them.
 */

import { unitsOf } from '../units.ts';
import { isNoName, isShort } from './leet-names.ts';
import { costOf, WORD_COST_MAX } from './letter-pairs.ts';
import type { Writer } from './writer.ts';

/** Each with the letter that it stands for. */
const SIGNS = '0o 1i 2z 3e 4a 5s 6g 7t 8b 9g @a $s !i |l +t (c';
const meant = new Uint16Array(128);
for (const [sign, letter] of SIGNS.split(' ')) meant[sign!.charCodeAt(0)] = letter!.charCodeAt(0);

/** Of each unit: a letter, a digit or sign that may stand for one, or one that ends sentences and opens brackets as well. */
const [LETTER, SIGN, PUNCTUATION] = [1, 2, 3];
const kinds = new Uint8Array(0x10000);
for (let unit = 0; unit < 128; unit++)
  if ((unit | 0x20) >= 0x61 && (unit | 0x20) <= 0x7a) kinds[unit] = LETTER;
  else if (meant[unit] !== 0)
    kinds[unit] = (unit >= 0x30 && unit <= 0x40) || unit === 0x24 ? SIGN : PUNCTUATION;

const ONE = 0x31;
const [I, L] = [0x69, 0x6c];
/** Code has it behind names: where words are joined by other signs, it is no letter. */
const BRACKET = 0x28;
/** Which signs are none of a word but stand between two, tried in turn where one stands within a word. */
const APART = ['|(', '+(', '!(', '|+!('];

/** Of each ASCII unit the letter that it stands for, or itself. */
type Letters = Uint16Array;

function lettersOf(one: number, joints: string): Letters {
  const letters = Uint16Array.from({ length: 128 }, (_, unit) => meant[unit]! || unit);
  letters[ONE] = one;
  for (const joint of joints) letters[joint.charCodeAt(0)] = joint.charCodeAt(0);
  return letters;
}

const WITH_I = lettersOf(I, '');
const WITH_L = lettersOf(L, '');
const APART_WITH_I = APART.map((joints) => lettersOf(I, joints));
const APART_WITH_L = APART.map((joints) => lettersOf(L, joints));

const letterOf = (unit: number, letters: Letters) => (unit < 128 ? letters[unit]! : unit);

/** What is longer is no word, as keys and data have letters and digits too; it may be several words without gaps … */
const WORD_MOST = 64;
/** … unless it is so long. */
const WORDS_MOST = 4096;

/** What is written in leet in one reading of it: starts and ends of words, in turn. Of nothing that is no language then. */
interface Reading {
  readonly letters: Letters;
  readonly words: readonly number[];
}
const NOTHING: Reading = { letters: WITH_I, words: [] };

interface Leet {
  readonly withI: Reading;
  readonly withL: Reading;
  readonly apartWithI: Reading;
  readonly apartWithL: Reading;
}
const NO_LEET: Leet = {
  withI: NOTHING,
  withL: NOTHING,
  apartWithI: NOTHING,
  apartWithL: NOTHING,
};

const unleeted =
  (which: keyof Leet) =>
  (text: string, writer: Writer): boolean => {
    const { letters, words } = leetIn(text)[which];
    let kept = 0;
    for (let at = 0; at < words.length; at += 2) {
      const [start, end] = [words[at]!, words[at + 1]!];
      if (kept < start) writer.keep(kept, start);
      for (let index = start; index < end; index++)
        writer.put(letterOf(text.charCodeAt(index), letters), index, index + 1);
      kept = end;
    }
    if (words.length > 0 && kept < text.length) writer.keep(kept, text.length);
    return words.length > 0;
  };

/** Digits and signs that stand for letters, in tokens that have letters too; twice at least, or where it can be no name. */
export const unleet = unleeted('withI');
export const unleetL = unleeted('withL');
/** The same where a sign joins the words. */
export const unleetApart = unleeted('apartWithI');
export const unleetLApart = unleeted('apartWithL');

let lastText = '';
let last = NO_LEET;

/** Told for all readings at once: each is asked for. */
function leetIn(text: string): Leet {
  if (text !== lastText) last = leetOf(text);
  lastText = text;
  return last;
}

/** Whether any undoing of leet would change the text: asked first, as it costs less than what else is asked. */
export function isLeet(text: string): boolean {
  const { withI, withL, apartWithI, apartWithL } = leetIn(text);
  return [withI, withL, apartWithI, apartWithL].some(({ words }) => words.length > 0);
}

/** Starts and ends, in turn, of what has digits or signs beside letters, and what is said by all of it together. */
interface Tally {
  readonly words: number[];
  /** Those, and long ones that are no language unless they are taken apart. */
  readonly joined: number[];
  /** Those that are no names, whatever stands beside them. */
  readonly likely: number[];
  found: number;
  joints: number;
  pairs: number;
  withI: number;
  withL: number;
}

function leetOf(text: string): Leet {
  const tally = tallyOf(text);
  const { words, joined, likely, found, joints, pairs } = tally;
  if (joined.length === 0) return NO_LEET;
  const units = unitsOf(text);
  const has1 = text.includes('1');
  // Most that have such signs are code.
  const isApart = joints > 0 && partsIn(units, joined, APART_WITH_I.at(-1)!).found > 1;
  const readingOf = (letters: Letters, cost: number): Reading => ({
    letters,
    words: found > 1 && isLanguage(cost, pairs) ? words : likely,
  });
  return {
    withI: readingOf(WITH_I, tally.withI),
    withL: has1 ? readingOf(WITH_L, tally.withL) : NOTHING,
    apartWithI: isApart ? apart(units, joined, APART_WITH_I) : NOTHING,
    apartWithL: isApart && has1 ? apart(units, joined, APART_WITH_L) : NOTHING,
  };
}

function tallyOf(text: string): Tally {
  const units = unitsOf(text);
  const { length } = text;
  const tally: Tally = {
    words: [],
    joined: [],
    likely: [],
    found: 0,
    joints: 0,
    pairs: 0,
    withI: 0,
    withL: 0,
  };
  for (let next = 0; next < length; next++) {
    // Words that have no sign are of no interest, as nearly all.
    let end = next;
    while (end < length && kinds[units[end]!]! < SIGN) end++;
    if (end === length) break;
    let index = end;
    while (index > next && kinds[units[index - 1]!] === LETTER) index--;
    let [letters, signs, joints] = [end - index, 0, 0];
    for (; end < length; end++) {
      const kind = kinds[units[end]!];
      if (kind === LETTER) letters++;
      else if (kind === 0) break;
      // A digit, @ or $ anywhere; what ends sentences and opens brackets only between letters.
      else if (
        kind === SIGN ||
        (letters > 0 && end + 1 < length && kinds[units[end + 1]!] === LETTER)
      )
        signs++;
      if (kind === PUNCTUATION && units[end] !== BRACKET) joints++;
    }
    next = end;
    for (; end > index && kinds[units[end - 1]!] === PUNCTUATION; end--)
      if (units[end - 1] !== BRACKET) joints--;
    if (signs > 0 && end - index <= WORDS_MOST) add(tally, units, index, end, letters, joints);
  }
  return tally;
}

function add(
  tally: Tally,
  units: Uint16Array,
  from: number,
  to: number,
  letters: number,
  joints: number,
): void {
  // Among such words a short number may be one too: 70 is to.
  const isNumber = letters === 0 && to - from > 1 && to - from < 4;
  if (letters === 0 && !isNumber) return;
  const cost = isNumber ? NO_COST : costIn(units, from, to);
  const isLong = to - from > WORD_MOST;
  const isWord =
    !isLong || isLanguage(cost.withI, cost.pairs) || isLanguage(cost.withL, cost.pairs);
  if (isWord || joints > 0) tally.joined.push(from, to);
  tally.joints += joints;
  if (!isWord) return;
  tally.words.push(from, to);
  tally.found += isLong ? 2 : letters > 0 ? 1 : 0;
  tally.pairs += cost.pairs;
  tally.withI += cost.withI;
  tally.withL += cost.withL;
  if (joints > 0) return;
  if ((isSurely(cost) && isNoName(units, from, to)) || isShort(units, from, to, WITH_I))
    tally.likely.push(from, to);
}

const isLanguage = (cost: number, pairs: number) => cost < WORD_COST_MAX * pairs;
/** Of one word, which says less. */
const SURE_COST = 17.5;
const isSurely = ({ pairs, withI, withL }: Cost) => Math.min(withI, withL) < SURE_COST * pairs;

/** Of the pairs in a word, read in both ways. */
interface Cost {
  pairs: number;
  withI: number;
  withL: number;
}
const NO_COST: Cost = { pairs: 0, withI: 0, withL: 0 };
const lastCost: Cost = { ...NO_COST };

/** One and the same object: it is asked of each word that has a digit. */
function costIn(units: Uint16Array, from: number, to: number): Cost {
  let [pairs, withI, withL] = [0, 0, 0];
  for (let at = from + 1; at < to; at++) {
    const [before, unit] = [units[at - 1]!, units[at]!];
    const add = costOf(letterOf(before, WITH_I), letterOf(unit, WITH_I));
    if (add > 0) pairs++;
    withI += add;
    withL +=
      before === ONE || unit === ONE
        ? costOf(letterOf(before, WITH_L), letterOf(unit, WITH_L))
        : add;
  }
  lastCost.pairs = pairs;
  lastCost.withI = withI;
  lastCost.withL = withL;
  return lastCost;
}

/** Of a sign that is taken for a joint, as of rare neighbours: otherwise words would be most like language in pieces. */
const JOINT_COST = 20;

/** That of several readings in which the words are most like language, if they are words then. */
function apart(
  units: Uint16Array,
  words: readonly number[],
  readings: readonly Letters[],
): Reading {
  let [best, least] = [NOTHING, Number.POSITIVE_INFINITY];
  for (const letters of readings) {
    const { joints, found, pairs, cost } = partsIn(units, words, letters);
    const mean = (cost + JOINT_COST * joints) / (pairs + joints);
    if (joints === 0 || found < 2 || !isLanguage(cost, pairs) || mean >= least) continue;
    [best, least] = [{ letters, words }, mean];
  }
  return best;
}

function partsIn(units: Uint16Array, words: readonly number[], letters: Letters) {
  let [joints, found, pairs, cost] = [0, 0, 0, 0];
  for (let word = 0; word < words.length; word += 2) {
    const end = words[word + 1]!;
    let [from, ownPairs, ownCost, before] = [words[word]!, 0, 0, 0];
    for (let at = from; at <= end; at++) {
      const letter = at < end ? letterOf(units[at]!, letters) : 0;
      const add = costOf(before, letter);
      if (add > 0) ownPairs++;
      ownCost += add;
      before = letter;
      if (kinds[letter] === LETTER) continue;
      if (at < end) joints++;
      if (ownCost < SURE_COST * ownPairs && isNoName(units, from, at)) found++;
      pairs += ownPairs;
      cost += ownCost;
      [from, ownPairs, ownCost] = [at + 1, 0, 0];
    }
  }
  return { joints, found, pairs, cost };
}
