/**
 * The readings of a text: what it says once what hides it is undone.
 *
 * One undoing per kind of hiding. Each text that one of them yields is itself read in all ways, down to a depth, until
 * nothing new comes or the budget is spent; a spent budget is told, so that the verdict can fail closed.
 */

import type { Form, View } from './rule.ts';
import { ALL_BITS, bitOf, LEET_BIT } from './scout.ts';
import {
  overflow,
  unbase32,
  unbase58,
  unbase64,
  unbase85,
  unhex,
  unnumber,
} from './views/encodings.ts';
import { unescaped, unquote, unshift } from './views/escapes.ts';
import { fold, foldApart, unbidi, unseen } from './views/fold.ts';
import { compact, joined, words } from './views/forms.ts';
import { unconcatenate, unmark, unslash, unspace, unwrap } from './views/joints.ts';
import { ATBASH, hasKey, turnsOf } from './views/letter-pairs.ts';
import { atbash, reversed, reversedWords, rotated, unleet, unleetL } from './views/turned.ts';
import { Trace, Writer } from './views/writer.ts';

/** Writes what a text says if it was hidden so; false: it was not. */
type Undoing = (text: string, writer: Writer) => boolean;

/** What a message may cost beyond its own length. */
export class Budget {
  characters: number;
  texts: number;
  /** Why not everything was read; empty where it was. */
  readonly truncated = new Set<'depth' | 'texts' | 'characters' | 'inflated'>();

  constructor(length: number) {
    this.characters = Math.min(16 * length + (64 << 10), 3 * length + (1 << 20));
    this.texts = 256;
  }
}

const DEPTH_MAX = 5;
const TEXTS_PER_LEAF = 48;

interface Step {
  readonly name: string;
  readonly undo: Undoing;
  /** Signs of which at least one is in every text that it changes. */
  readonly needs: number;
  readonly forms: readonly Form[];
}

const NON_ASCII = 1;
const PERCENT = 2;
const AMPERSAND = 4;
const BACKSLASH = 8;
const LINE_END = 16;
const MARKUP = 32;
const QUOTE = 64;
const DIGIT = 128;
const LETTER = 256;
const BLANK = 512;
const EQUALS = 1024;
const PLUS = 2048;
const OTHER = 4096;
/** A run of letters and digits that may be encoded: long, or too mixed for a word. */
const RUN = 8192;
/** Twenty characters without a blank. */
const LONG = 16384;
/** Six digits at least: as many numbers as make a text. */
const ROW = 32768;
const [RUN_MIN, RUN_SURE, LONG_MIN, ROW_MIN] = [8, 16, 20, 6];

const signs = new Uint16Array(128);
for (let code = 0; code < 128; code++)
  signs[code] = code < 0x20 || code === 0x7f ? NON_ASCII : OTHER;
for (const [characters, sign] of [
  ['%', PERCENT],
  ['&', AMPERSAND],
  ['\\', BACKSLASH],
  ['\n\r', LINE_END],
  ['*_`~</', MARKUP],
  ['\'"`', QUOTE | MARKUP],
  ['0123456789', DIGIT],
  ['abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ', LETTER],
  [' \t', BLANK],
  ['=', EQUALS],
  ['+', PLUS],
] as const)
  for (const character of characters) {
    const code = character.charCodeAt(0);
    signs[code] = (signs[code]! === OTHER || signs[code]! === NON_ASCII ? 0 : signs[code]!) | sign;
  }

/** What stands in base64: 1 other, 2 a digit, 4 a capital, 8 a small letter; 0 for what does not. */
const runs = new Uint8Array(128);
for (let code = 33; code < 127; code++) {
  const letter = String.fromCharCode(code);
  if (/[+/_-]/.test(letter)) runs[code] = 1;
  else if (/[0-9]/.test(letter)) runs[code] = 2;
  else if (/[A-Z]/.test(letter)) runs[code] = 4;
  else if (/[a-z]/.test(letter)) runs[code] = 8;
}

function signsOf(text: string): number {
  let [all, run, long, digits, isMixed, last] = [0, 0, 0, 0, false, 0];
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    all |= unit < 128 ? signs[unit]! : NON_ASCII;
    const kind = unit < 128 ? runs[unit]! : 0;
    if (kind === 2) digits++;
    if (kind === 0) {
      run = 0;
      isMixed = false;
    } else {
      run++;
      if (kind === 2 || (kind === 4 && last === 8)) isMixed = true;
      if (run >= RUN_SURE || (isMixed && run >= RUN_MIN)) all |= RUN;
    }
    last = kind;
    long = unit > 0x20 && unit < 0x7f ? long + 1 : 0;
    if (long === LONG_MIN) all |= LONG;
  }
  return digits >= ROW_MIN ? all | ROW : all;
}

const ALL: readonly Form[] = ['exact', 'compact', 'words', 'joined'];
/** For what only closes gaps: the two forms without gaps say the same as before. */
const GAPPED: readonly Form[] = ['exact', 'words'];
const PROSE: readonly Form[] = ['words', 'joined'];
const ANY = 0xffff;

const STEPS: readonly Step[] = [
  { name: 'override', undo: unbidi, needs: NON_ASCII, forms: ALL },
  { name: 'unseen', undo: unseen, needs: NON_ASCII, forms: ALL },
  { name: 'apart', undo: foldApart, needs: NON_ASCII, forms: ALL },
  { name: 'fold', undo: fold, needs: NON_ASCII, forms: ALL },
  { name: 'backslash', undo: unslash, needs: BACKSLASH, forms: ALL },
  { name: 'escapes', undo: unescaped, needs: PERCENT | AMPERSAND | BACKSLASH, forms: ALL },
  { name: 'quoted-printable', undo: unquote, needs: EQUALS, forms: ALL },
  { name: 'utf-7', undo: unshift, needs: PLUS, forms: ALL },
  { name: 'numbers', undo: unnumber, needs: ROW, forms: ALL },
  { name: 'hex', undo: unhex, needs: RUN, forms: ALL },
  { name: 'base64', undo: unbase64, needs: RUN, forms: ALL },
  { name: 'base32', undo: unbase32, needs: RUN, forms: ALL },
  { name: 'base58', undo: unbase58, needs: RUN, forms: ALL },
  { name: 'base85', undo: unbase85, needs: LONG, forms: ALL },
  { name: 'markup', undo: unmark, needs: MARKUP, forms: ALL },
  { name: 'concatenation', undo: unconcatenate, needs: QUOTE, forms: GAPPED },
  { name: 'spaced', undo: unspace, needs: LETTER, forms: GAPPED },
  { name: 'wrapped', undo: unwrap, needs: LINE_END, forms: GAPPED },
  { name: 'leet', undo: unleet, needs: DIGIT | OTHER | PLUS, forms: PROSE },
  { name: 'leet-l', undo: unleetL, needs: DIGIT, forms: PROSE },
];
const REVERSED = { name: 'reversed', undo: reversed, needs: ANY } as const;
const ATBASHED = { name: 'atbash', undo: atbash, needs: LETTER } as const;
const ROTATED = Array.from({ length: 26 }, (_, by) => {
  return { name: `rot${26 - by}`, undo: rotated(by), needs: LETTER } as const;
});
/** Where only a key may be hidden, no prose is. */
const KEY_STEPS: readonly Step[] = [REVERSED, ROTATED[13]!, ATBASHED].map((step) => {
  return { ...step, forms: ['exact'] };
});
const REVERSED_WORDS: Step = {
  name: 'reversed-words',
  undo: reversedWords,
  needs: LETTER,
  forms: PROSE,
};

/** Turns are taken only where the letters tell of one; and once for keys, of which no letters can tell. */
function turnsFor(text: Text): readonly Step[] {
  const found = turnsOf(text.text).flatMap((turn): Step[] => {
    if (turn > ATBASH) return [{ ...REVERSED, forms: ALL }, REVERSED_WORDS];
    return [{ ...(turn === ATBASH ? ATBASHED : ROTATED[turn]!), forms: ALL }];
  });
  return !text.isTurned && hasKey(text.text) ? [...found, ...KEY_STEPS] : found;
}

const FIRST_JOINT = STEPS.findIndex(({ name }) => name === 'markup');
const ENCODINGS = new Set(['base64', 'hex', 'base32', 'escapes', 'numbers']);
const TURNS = new Set([...KEY_STEPS, ...ROTATED, REVERSED_WORDS].map(({ name }) => name));
const LEET = new Set(['leet', 'leet-l']);
/** What they yield is read as prose and no further. */
const ENDS = new Set(['leet', 'leet-l', 'reversed-words']);

const FORMS: Readonly<Record<Exclude<Form, 'exact'>, Undoing>> = { compact, words, joined };

/** One text on the way: what was undone, and of what. */
class Text {
  readonly text: string;
  readonly parent: Text | undefined;
  readonly step: Step | undefined;
  readonly steps: readonly string[];
  readonly isTurned: boolean;
  /** Bits of the forms in which it is worth reading. */
  worth = 0;
  /** Turned on the mere chance that it is a key: only what the key was encoded in is undone. */
  readonly isKey: boolean;
  #trace: Trace | undefined;

  constructor(text: string, parent?: Text, step?: Step) {
    this.text = text;
    this.parent = parent;
    this.step = step;
    this.steps = parent === undefined || step === undefined ? [] : [...parent.steps, step.name];
    this.isKey = KEY_STEPS.includes(step!) && parent !== undefined;
    this.isTurned = (parent?.isTurned ?? false) || TURNS.has(step?.name ?? '');
  }

  /** In the leaf's text. */
  span(start: number, end: number): [start: number, end: number] {
    const { parent, step } = this;
    if (parent === undefined || step === undefined) return [start, end];
    this.#trace ??= traced(step.undo, parent.text);
    return parent.span(...this.#trace.span(start, end));
  }
}

const writer = new Writer();

function traced(undo: Undoing, text: string): Trace {
  const trace = new Trace();
  writer.begin(trace);
  undo(text, writer);
  return trace;
}

/** `worth` tells which forms of a text are worth making (scout.ts); all of them where it is not given. */
export function viewsOf(
  text: string,
  budget: Budget = new Budget(text.length),
  worth: (text: string) => number = () => ALL_BITS,
): View[] {
  const views = new Views();
  const root = new Text(text);
  root.worth = worth(text);
  views.add(root, ALL);
  const seen = new Set([text]);
  let layer = [root];
  for (let depth = 0; layer.length > 0; depth++) {
    const next: Text[] = [];
    for (const one of layer) {
      for (const child of undone(one, seen, budget)) {
        child.worth = worth(child.text);
        views.add(child, child.step!.forms);
        if (!ENDS.has(child.step!.name)) next.push(child);
      }
    }
    if (depth === DEPTH_MAX && next.length > 0) {
      if (next.some((text) => !text.isTurned)) budget.truncated.add('depth');
      break;
    }
    layer = next;
  }
  return views.list;
}

function* undone(parent: Text, seen: Set<string>, budget: Budget): Generator<Text> {
  const has = signsOf(parent.text);
  const last = parent.step === undefined ? -1 : STEPS.indexOf(parent.step);
  const turns = (has & LETTER) === 0 ? [] : turnsFor(parent);
  for (const step of turns.length === 0 ? STEPS : [...STEPS, ...turns]) {
    if ((has & step.needs) === 0 || (parent.isKey && !ENCODINGS.has(step.name))) continue;
    // Joints are taken out in one order: every other order comes to the same text.
    if (last >= FIRST_JOINT && STEPS.indexOf(step) >= FIRST_JOINT && STEPS.indexOf(step) <= last)
      continue;
    if (LEET.has(step.name) && (parent.worth & LEET_BIT) === 0) continue;
    writer.begin();
    if (!step.undo(parent.text, writer)) continue;
    const text = writer.text();
    if (overflow.isCut) budget.truncated.add('inflated');
    overflow.isCut = false;
    if (text.length < 3 || seen.has(text)) continue;
    if (seen.size >= TEXTS_PER_LEAF || budget.texts === 0)
      return void budget.truncated.add('texts');
    if (budget.characters < text.length) return void budget.truncated.add('characters');
    budget.characters -= text.length;
    budget.texts--;
    seen.add(text);
    yield new Text(text, parent, step);
  }
}

class Views {
  readonly list: View[] = [];
  readonly #seen: Readonly<Record<Form, Set<string>>> = {
    exact: new Set(),
    compact: new Set(),
    words: new Set(),
    joined: new Set(),
  };

  add(source: Text, forms: readonly Form[]): void {
    for (const form of forms) {
      if ((source.worth & bitOf(form)) === 0) continue;
      const text = form === 'exact' ? source.text : formed(source.text, FORMS[form]);
      const seen = this.#seen[form];
      if (seen.has(text)) continue;
      seen.add(text);
      this.list.push(new Reading(text, form, source));
    }
  }
}

function formed(text: string, form: Undoing): string {
  writer.begin();
  form(text, writer);
  return writer.text();
}

class Reading implements View {
  readonly text: string;
  readonly form: Form;
  readonly steps: readonly string[];
  readonly #source: Text;
  #trace: Trace | undefined;

  constructor(text: string, form: Form, source: Text) {
    this.text = text;
    this.form = form;
    this.steps = source.steps;
    this.#source = source;
  }

  span(start: number, end: number): readonly [start: number, end: number] {
    if (this.form === 'exact') return this.#source.span(start, end);
    this.#trace ??= traced(FORMS[this.form], this.#source.text);
    return this.#source.span(...this.#trace.span(start, end));
  }
}
