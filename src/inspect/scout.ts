/**
 * Which forms of a text are worth making: asked of the text itself, before any of them is made (anchors.ts).
 *
 * Every rule needs one of its anchors. What is said here is never too little: in a form that is not asked for nothing can be
 * found (test/inspect/scout.test.ts).
 */

import { compile, isIn, type Tables } from './automaton.ts';
import { isLetter } from './letters.ts';
import type { Direction, Form } from './rule.ts';
import { FORMS, type RuleSet } from './rule-set.ts';
import { unitsOf } from './units.ts';

/** Bit of a form of the text as it stands. */
export const bitOf = (form: Form) => 1 << FORMS.indexOf(form);
export const ALL_BITS = 0xf;

const isWord = (code: number) =>
  (code >= 0x30 && code <= 0x39) ||
  (code >= 0x41 && code <= 0x5a) ||
  (code >= 0x61 && code <= 0x7a);

/** Signs to the letter that they mean; letters that share a sign are one. */
const LEET_CLASSES = ['o0', 'il1!|', 'z2', 'e3', 'a4@', 's5$', 'gb689', 't7+', 'c('];
const leet = new Map<string, string>();
for (const signs of LEET_CLASSES) for (const sign of signs) leet.set(sign, signs[0]!);
/** Words of one letter and two are everywhere. */
const LEET_WORD_MIN = 3;
/** A word that has no sign near is found without leet undone. */
const LEET_WITHIN = 64;
const signCodes = new Uint8Array(0x10000);
for (const sign of leet.keys()) if (!/[a-z]/.test(sign)) signCodes[sign.charCodeAt(0)] = 1;

export class Scout {
  /** Forms that are always worth it: nobody asks first. */
  readonly #always: number;
  readonly #asked: readonly (readonly [bit: number, tables: Tables])[];
  readonly #leet: Tables | undefined;

  constructor(rules: RuleSet, direction: Direction) {
    const sees = (form: Form) => !rules.anchors(direction, form).isEmpty;
    // A detector without anchors sees each text as it stands; and that is not made, but there.
    const isAlways = rules.detectors.some(
      ({ anchors }, index) =>
        anchors === undefined && rules.isOn(rules.rules.length + index, direction),
    );
    this.#always = isAlways ? bitOf('exact') : 0;
    this.#asked = FORMS.filter((form) => sees(form) && (this.#always & bitOf(form)) === 0).map(
      (form) => [bitOf(form), rules.anchors(direction, form).automaton.tables],
    );
    const words = wordsOf(rules, direction);
    this.#leet = words.length === 0 ? undefined : leetTables(words);
  }

  /** Bits of the forms of the text in which a rule or detector may find something. */
  forms(text: string): number {
    const units = unitsOf(text);
    const { length } = text;
    let bits = this.#always;
    for (const [bit, tables] of this.#asked) if (isIn(tables, units, length)) bits |= bit;
    return bits;
  }

  /** Whether undoing leet may show a word that counts. */
  leet(text: string): boolean {
    if (this.#leet === undefined) return false;
    const { classes, rows, shift, accepting } = this.#leet;
    const units = unitsOf(text);
    let state = 0;
    let signAt = -LEET_WITHIN;
    for (let at = 0; at < text.length; at++) {
      const code = units[at]!;
      if (code > 0x7f && isLetter(code)) return true;
      state = rows[(state << shift) + classes[code]!]!;
      if (signCodes[code] === 1) signAt = at;
      if (state >= accepting && at - signAt < LEET_WITHIN) return true;
    }
    return false;
  }
}

/** Of each anchor of prose its longest word, as leet is undone word by word: a sign that stands alone is no letter. */
function wordsOf(rules: RuleSet, direction: Direction): string[] {
  const words = rules.rules.flatMap(({ anchors, forms }, index) =>
    rules.isOn(index, direction) && (forms.includes('words') || forms.includes('joined'))
      ? anchors.filter((anchor) => /^[\x00-\x7f]*$/.test(anchor))
      : [],
  );
  const longest = words.map((anchor) =>
    anchor.split(' ').reduce((best, one) => (one.length > best.length ? one : best)),
  );
  return [...new Set(longest)].filter((word) => word.length >= LEET_WORD_MIN);
}

const isNeither = (code: number) => !isWord(code) && signCodes[code] !== 1;

function leetTables(words: readonly string[]): Tables {
  const unleeted = words.map((word) => [...word].map((sign) => leet.get(sign) ?? sign).join(''));
  const tables = compile([...new Set(unleeted)], { skips: isNeither });
  for (const [sign, letter] of leet)
    for (const one of [sign, sign.toUpperCase()])
      tables.classes[one.charCodeAt(0)] = tables.classes[letter.charCodeAt(0)]!;
  return tables;
}
