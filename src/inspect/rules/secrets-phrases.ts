/**
 * Recovery phrases of wallets: 12, 15, 18, 21 or 24 words of one list, the last of which holds a checksum (BIP-39).
 *
 * In prose, words of the list are never twelve in a row: every few words one is shorter than three letters, longer than
 * eight, or not of the list. So one pass over the characters tells whether it is worth looking words up.
 */

import { createHash } from 'node:crypto';
import { Finds } from '../finds.ts';
import type { Detector, Finding, Leaf, Reading, View } from '../rule.ts';
import { unitsOf } from '../units.ts';
import { BIP39_WORDS } from './bip39-words.ts';

const NUMBERS = new Map(BIP39_WORDS.map((word, number) => [word, number]));
const LENGTHS = [24, 21, 18, 15, 12] as const;
const [WORDS_MIN, LETTERS_MIN, LETTERS_MAX] = [12, 3, 8];
/** Blanks, commas, quotes, numbers of a list between two words. */
const JOINT_MAX = 8;
/** Checksums that one text may cost: a list of words is no phrase, and must not be paid for. */
const CHECKS_MAX = 256;

interface Word {
  readonly start: number;
  readonly end: number;
}

export const PHRASES: Detector = {
  class: 'secret',
  in: ['request', 'response', 'definition'],
  examine({ views }: Reading): Finding[] {
    const finds = new Finds('secret');
    for (const { leaf, views: readings } of views)
      for (const view of readings) if (view.form === 'exact') phrasesIn(view, leaf, finds);
    return finds.all();
  },
};

function phrasesIn(view: View, leaf: Leaf, finds: Finds): void {
  if (!hasRun(view.text)) return;
  const budget = { left: CHECKS_MAX };
  for (const words of runs(view.text)) {
    const phrase = phraseAmong(view.text, words, budget);
    if (phrase !== undefined)
      finds.add('secret.recovery-phrase', 'high', { view, leaf }, phrase.start, phrase.end);
  }
}

/** Of each unit, which letter it is, beginning with 1; 0 for none. */
const letters = new Uint8Array(0x10000);
for (let code = 0; code < 128; code++) if (isLetter(code)) letters[code] = code & 31;
/** A bit for the first four letters of each word of the list, in which all differ: few words of prose have such. */
const begins = new Uint32Array((1 << 20) / 32);
const beginning = (first: number, second: number, third: number, fourth: number) =>
  (letters[first]! << 15) | (letters[second]! << 10) | (letters[third]! << 5) | letters[fourth]!;
for (const word of BIP39_WORDS) {
  const [first, second, third, fourth = 0] = Buffer.from(word);
  const bit = beginning(first!, second!, third!, fourth);
  begins[bit >> 5]! |= 1 << (bit & 31);
}

/** Whether a word of the list may begin here. A shorter one is followed by what is no letter. */
function mayBegin(units: Uint16Array, at: number, size: number): boolean {
  const fourth = size > 3 ? units[at + 3]! : 0;
  const bit = beginning(units[at]!, units[at + 1]!, units[at + 2]!, fourth);
  return (begins[bit >> 5]! & (1 << (bit & 31))) !== 0;
}

/** What twelve words come to at least, one character apart. */
const RUN_LEAST = WORDS_MIN * (LETTERS_MIN + 1) - 1;

/**
 * Whether `runs` has any whose words may all be of the list, as nearly no text has. Of a run that begins at `behind` or later, and
 * is so long, either the character that stands so far behind it is a part, or it begins later still: so that is looked at, and
 * the words before it only if it is of one that may be of the list.
 */
function hasRun(text: string): boolean {
  const units = unitsOf(text);
  const { length } = text;
  for (let behind = 0; behind + RUN_LEAST <= length; ) {
    let at = behind + RUN_LEAST - 1;
    while (at < length && letters[units[at]!] === 0) at++;
    let from = at;
    while (from > behind && letters[units[from - 1]!] !== 0) from--;
    const [first, least] = [from, behind];
    for (let words = 0; ; ) {
      const end = wordEnd(units, length, from);
      behind = end;
      if (!isListed(units, from, end)) break;
      words += from === first ? wordsBefore(units, least, first) + 1 : 1;
      if (words >= WORDS_MIN) return true;
      from = end;
      while (from < length && letters[units[from]!] === 0) from++;
      behind = from;
      if (from - end > JOINT_MAX || from === length) break;
    }
  }
  return false;
}

function wordEnd(units: Uint16Array, length: number, from: number): number {
  let end = from;
  while (end < length && letters[units[end]!] !== 0) end++;
  return end;
}

/** How many words that may be of the list stand before `from`, near to each other, none before `least`. */
function wordsBefore(units: Uint16Array, least: number, from: number): number {
  for (let [words, next] = [0, from]; ; words++) {
    let end = next;
    while (end > least && letters[units[end - 1]!] === 0) end--;
    if (next - end > JOINT_MAX) return words;
    next = end;
    while (next > least && letters[units[next - 1]!] !== 0) next--;
    if (!isListed(units, next, end)) return words;
  }
}

function isListed(units: Uint16Array, from: number, end: number): boolean {
  const size = end - from;
  return size >= LETTERS_MIN && size <= LETTERS_MAX && mayBegin(units, from, size);
}

/** Runs of twelve and more words of three to eight letters with little between them. */
function* runs(text: string): Generator<Word[]> {
  let run: Word[] = [];
  for (let at = 0; at < text.length; ) {
    const start = at;
    while (at < text.length && isLetter(text.charCodeAt(at))) at++;
    const length = at - start;
    const isNear = run.length === 0 || start - run.at(-1)!.end <= JOINT_MAX;
    if (length > 0 && (length < LETTERS_MIN || length > LETTERS_MAX || !isNear)) {
      if (run.length >= WORDS_MIN) yield run;
      run = [];
    }
    if (length >= LETTERS_MIN && length <= LETTERS_MAX) run.push({ start, end: at });
    while (at < text.length && !isLetter(text.charCodeAt(at))) at++;
  }
  if (run.length >= WORDS_MIN) yield run;
}

function isLetter(code: number): boolean {
  return (code | 32) > 96 && (code | 32) < 123;
}

function phraseAmong(
  text: string,
  words: readonly Word[],
  budget: { left: number },
): Word | undefined {
  const numbers = words.map(({ start, end }) => NUMBERS.get(text.slice(start, end).toLowerCase()));
  for (let first = 0, known = 0; first + WORDS_MIN <= words.length; first++) {
    known = Math.max(known, first);
    while (known < numbers.length && numbers[known] !== undefined) known++;
    for (const length of LENGTHS) {
      if (known - first < length) continue;
      if (budget.left-- <= 0) return undefined;
      if (hasChecksum(numbers.slice(first, first + length) as number[]))
        return { start: words[first]!.start, end: words[first + length - 1]!.end };
    }
  }
  return undefined;
}

/** Eleven bits a word: entropy, then as many bits of its SHA-256 as there are words in three. */
export function hasChecksum(numbers: readonly number[]): boolean {
  const bits = numbers.map((number) => number.toString(2).padStart(11, '0')).join('');
  const checkBits = numbers.length / 3;
  const bytes = bits
    .slice(0, -checkBits)
    .match(/.{8}/g)!
    .map((byte) => Number.parseInt(byte, 2));
  const sum = createHash('sha256').update(Uint8Array.from(bytes)).digest()[0]!;
  // The phrase of nothing but the first word stands in every manual of the format.
  if (new Set(numbers.slice(0, -1)).size === 1) return false;
  return sum.toString(2).padStart(8, '0').slice(0, checkBits) === bits.slice(-checkBits);
}
