/**
 * Which forms of a text are worth making: one pass before any of them is made.
 *
 * Every rule needs one of its anchors. The forms of rule.ts leave characters out and change no others (but case), so an
 * anchor is in a form exactly if an automaton that skips those characters finds it in the text itself. Four automata in
 * lockstep, whose chains of loads overlap, cost three times one of them (bench/micro/inspect.ts) and save the making and
 * the reading of the forms. A fifth takes digits and signs for all letters that they may mean (leet).
 *
 * What it says is never too little: in a form that is not asked for nothing can be found (test/inspect/scout.test.ts).
 */

import { compile, type Reads, type Tables } from './automaton.ts';
import type { Detector, Direction, Form } from './rule.ts';
import { ALL_DIRECTIONS, type RuleSet } from './rule-set.ts';

const FORMS: readonly Form[] = ['exact', 'compact', 'words', 'joined'];

/** Bit of a form of the text as it stands. */
export const bitOf = (form: Form) => 1 << FORMS.indexOf(form);
export const PLAIN_BITS = 0xf;
/** Words and joined letters, leet undone. */
export const LEET_BIT = 1 << 4;
export const ALL_BITS = PLAIN_BITS | LEET_BIT;

const isWord = (code: number) =>
  (code >= 0x30 && code <= 0x39) ||
  (code >= 0x41 && code <= 0x5a) ||
  (code >= 0x61 && code <= 0x7a);
const isCompact = (code: number) => isWord(code) || code === 0x5f || code === 0x2d;
/** Beyond ASCII: what surely is no letter. With others in it, a text is read in every way. */
const GAPS = new Set(
  [...'\u00a0\u00ab\u00bb\u00b7\u2013\u2014\u2018\u2019\u201c\u201d\u2022\u2026\u2192'].map((gap) =>
    gap.charCodeAt(0),
  ),
);

/** Signs to the letter that they mean; letters that share a sign are one. */
const LEET_CLASSES = ['o0', 'il1!|', 'z2', 'e3', 'a4@', 's5$', 'gb689', 't7+', 'c('];
const leet = new Map<string, string>();
for (const signs of LEET_CLASSES) for (const sign of signs) leet.set(sign, signs[0]!);

/** A word that has no sign near is found without leet undone. */
const LEET_WITHIN = 64;
const signCodes = new Uint8Array(128);
for (const sign of leet.keys()) if (!/[a-z]/.test(sign)) signCodes[sign.charCodeAt(0)] = 1;
const isSign = (code: number) => code < 128 && signCodes[code] === 1;

/** An automaton whose states say at once which forms they ask for, for each direction. */
interface Chain {
  readonly tables: Tables;
  readonly masks: readonly Uint32Array[];
}

/** Literals with the forms that each asks for, by direction. */
type Wishes = Map<string, [number, number, number]>;

export class Scout {
  readonly #exact: Chain;
  readonly #compact: Chain;
  readonly #words: Chain;
  readonly #joined: Chain;
  readonly #leet: Chain;
  /** What is asked for whatever the text: a detector without anchors sees each as it stands. */
  readonly #always: readonly number[];

  constructor(rules: RuleSet) {
    const isAlways = (direction: Direction) => (one: Detector, index: number) =>
      one.anchors === undefined && rules.isOn(rules.rules.length + index, direction);
    this.#always = ALL_DIRECTIONS.map((direction) =>
      rules.detectors.some(isAlways(direction)) ? bitOf('exact') : 0,
    );
    const wishes = new WishList(rules);
    this.#exact = chain(wishes.exact, {});
    this.#compact = chain(wishes.compact, { skips: (code) => !isCompact(code) });
    this.#words = chain(wishes.words, { blanks: (code) => !isWord(code) });
    this.#joined = chain(wishes.joined, { skips: (code) => !isWord(code) });
    this.#leet = chain(wishes.leet, { skips: (code) => !isWord(code) && !isSign(code) });
    const { classes } = this.#leet.tables;
    for (const [sign, letter] of leet)
      for (const one of [sign, sign.toUpperCase()])
        classes[one.charCodeAt(0)] = classes[letter.charCodeAt(0)]!;
  }

  /** Bits of the forms of the text in which a rule or detector of the direction may find something. */
  bits(text: string, direction: Direction): number {
    const which = ALL_DIRECTIONS.indexOf(direction);
    const [e, c, w, j, l] = [this.#exact, this.#compact, this.#words, this.#joined, this.#leet];
    const [eMask, cMask, wMask] = [e.masks[which]!, c.masks[which]!, w.masks[which]!];
    const [jMask, lMask] = [j.masks[which]!, l.masks[which]!];
    const { classes: eClasses, rows: eRows, shift: eShift, accepting: eAccepting } = e.tables;
    const { classes: cClasses, rows: cRows, shift: cShift, accepting: cAccepting } = c.tables;
    const { classes: wClasses, rows: wRows, shift: wShift, accepting: wAccepting } = w.tables;
    const { classes: jClasses, rows: jRows, shift: jShift, accepting: jAccepting } = j.tables;
    const { classes: lClasses, rows: lRows, shift: lShift, accepting: lAccepting } = l.tables;
    let [eState, cState, wState, jState, lState] = [0, 0, 0, 0, 0];
    let bits = this.#always[which]!;
    let signAt = -LEET_WITHIN;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code > 0x7f && !GAPS.has(code)) return ALL_BITS;
      eState = eRows[(eState << eShift) + eClasses[code]!]!;
      cState = cRows[(cState << cShift) + cClasses[code]!]!;
      wState = wRows[(wState << wShift) + wClasses[code]!]!;
      jState = jRows[(jState << jShift) + jClasses[code]!]!;
      lState = lRows[(lState << lShift) + lClasses[code]!]!;
      if (bits === ALL_BITS) return bits;
      if (eState >= eAccepting) bits |= eMask[eState - eAccepting]!;
      if (cState >= cAccepting) bits |= cMask[cState - cAccepting]!;
      if (wState >= wAccepting) bits |= wMask[wState - wAccepting]!;
      if (jState >= jAccepting) bits |= jMask[jState - jAccepting]!;
      if (code < 0x80 && signCodes[code] === 1) signAt = at;
      if (lState >= lAccepting && at - signAt < LEET_WITHIN) bits |= lMask[lState - lAccepting]!;
    }
    return bits;
  }
}

/** Others stand only in texts that are read in every way. */
const isAscii = (anchor: string) => /^[\x00-\x7f]*$/.test(anchor);

/** Which literal, in which automaton, asks for which forms. */
class WishList {
  readonly exact: Wishes = new Map();
  readonly compact: Wishes = new Map();
  readonly words: Wishes = new Map();
  readonly joined: Wishes = new Map();
  readonly leet: Wishes = new Map();

  constructor(ruleSet: RuleSet) {
    const { rules, detectors } = ruleSet;
    const directionsOf = (index: number) =>
      ALL_DIRECTIONS.filter((direction) => ruleSet.isOn(index, direction));
    for (const [index, { anchors, forms }] of rules.entries())
      for (const anchor of anchors.filter(isAscii))
        for (const form of forms) this.#add(anchor, form, directionsOf(index));
    // A detector may want to see any form where it is called, and is called for what stands in any.
    for (const [index, { anchors = [] }] of detectors.entries())
      for (const anchor of anchors.filter(isAscii))
        for (const form of FORMS) {
          const directions = directionsOf(rules.length + index);
          this.#addTo(this[form], anchor, form, directions, PLAIN_BITS);
        }
  }

  #add(anchor: string, form: Form, directions: readonly Direction[]): void {
    if (directions.length === 0) return;
    this.#addTo(this[form], anchor, form, directions, bitOf(form));
    if (form !== 'words' && form !== 'joined') return;
    // A sign that stands alone is no letter: only single words are surely there once leet is undone.
    const word = anchor.split(' ').reduce((best, one) => (one.length > best.length ? one : best));
    if (word.length >= LEET_WORD_MIN) wish(this.leet, unleeted(word), directions, LEET_BIT);
  }

  #addTo(
    to: Wishes,
    anchor: string,
    form: Form,
    directions: readonly Direction[],
    bits: number,
  ): void {
    if (directions.length === 0) return;
    // What the form leaves out is in none of its texts.
    if ([...anchor].every((letter) => KEEPS[form](letter.charCodeAt(0))))
      wish(to, anchor, directions, bits);
  }
}

/** Words of one letter and two are everywhere. */
const LEET_WORD_MIN = 3;
const KEEPS: Readonly<Record<Form, (code: number) => boolean>> = {
  exact: () => true,
  compact: isCompact,
  words: (code) => isWord(code) || code === 0x20,
  joined: isWord,
};

function wish(to: Wishes, literal: string, directions: readonly Direction[], bits: number): void {
  const known = to.get(literal) ?? [0, 0, 0];
  ALL_DIRECTIONS.forEach((direction, which) => {
    if (directions.includes(direction)) known[which]! |= bits;
  });
  to.set(literal, known);
}

const unleeted = (text: string) => [...text].map((sign) => leet.get(sign) ?? sign).join('');

function chain(wishes: Wishes, reads: Reads): Chain {
  const literals = [...wishes.keys()];
  const tables = compile(literals, reads);
  const states = tables.offsets.length - 1;
  const masks = ALL_DIRECTIONS.map((_, which) => {
    const mask = new Uint32Array(states);
    for (let state = 0; state < states; state++)
      for (let output = tables.offsets[state]!; output < tables.offsets[state + 1]!; output++)
        mask[state]! |= wishes.get(literals[tables.outputs[output]!]!)![which]!;
    return mask;
  });
  return { tables, masks };
}
