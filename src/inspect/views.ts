/**
 * The readings of a text: what it says once what hides it is undone.
 *
 * One undoing per kind of hiding. Each text that one of them yields is itself read in all ways, down to a depth, until
 * nothing new comes or the budget is spent; a spent budget is told, so that the verdict can fail closed.
 */

import { checkTime } from './deadline.ts';
import type { Form, View } from './rule.ts';
import { ALL_BITS, bitOf } from './scout.ts';
import { MAY_BE_DUMP, MAY_BE_UU, undump, unrun, unuu } from './views/dumps.ts';
import { overflow, unbase32, unbase58, unbase64, unbase85, unhex } from './views/encodings.ts';
import { unescaped, unshift } from './views/escapes.ts';
import { fold, foldApart, unbidi, unseen } from './views/fold.ts';
import { compact, formOf, joined, spanInAscii, words } from './views/forms.ts';
import {
  AMPERSAND,
  BACKSLASH,
  BASE32,
  BASE58,
  EQUALS,
  HEX,
  HIDDEN,
  KEY,
  LETTER,
  LIKE,
  LINE_END,
  MARKED,
  MIXED,
  OVERRIDE,
  PERCENT,
  PLUS,
  QUOTED,
  ROW,
  RUN,
  SINGLES,
  SOLID,
  signsOf,
} from './views/glance.ts';
import { unconcatenate, unmark, unslash, unspace } from './views/joints.ts';
import { atbashKeys, reversedKeys, rotatedKeys } from './views/keys.ts';
import { isLeet, unleet, unleetApart, unleetL, unleetLApart } from './views/leet.ts';
import { ATBASH, turnsOf } from './views/letter-pairs.ts';
import { unnumber } from './views/numbers.ts';
import { partsOf, piecesOf, SEAM } from './views/pieces.ts';
import { unquote } from './views/quoted-printable.ts';
import { Seen } from './views/seen.ts';
import { untag } from './views/tags.ts';
import { type Step, Text, traced, type Undoing, writer } from './views/text.ts';
import {
  MAY_BE_MORSE,
  MAY_BE_NAMED,
  MAY_BE_SPELLING,
  unmorse,
  unname,
  unspell,
} from './views/transcribed.ts';
import { atbash, reversed, reversedWords, rotated, rotated47 } from './views/turned.ts';
import { unwrap } from './views/wrapped.ts';
import type { Trace } from './views/writer.ts';

const DEPTH_MAX = 5;
/** Texts that one string and one message may come to: no message that was not made to do so has come near. */
const TEXTS_PER_LEAF = 48;
const TEXTS_MAX = 4096;

/** What a message may cost beyond its own length. */
export class Budget {
  characters: number;
  texts: number;
  /** Characters that are left to what is certain to be hidden: guesses come first, and would take all. */
  readonly #reserve: number;
  /** Characters of guesses that all parts of long texts may come to: what a short message inflates to has parts as well. */
  #forParts: number;
  /** Why not everything was read; empty where it was. */
  readonly truncated = new Set<'depth' | 'texts' | 'characters' | 'inflated'>();
  /** On the clock of deadline.ts. */
  readonly until: number;

  constructor(length: number, until = Number.POSITIVE_INFINITY) {
    this.until = until;
    this.characters = Math.min(16 * length + (64 << 10), 3 * length + (1 << 20));
    this.texts = TEXTS_MAX;
    this.#reserve = this.characters >> 1;
    this.#forParts = PART_TIMES * length + (64 << 10);
  }

  /**
   * That of one part of a long text. Each kind of hiding is read in all of them, and most of two in one another; with that of
   * a whole message for each, a megabyte of ordinary source maps would cost twice as much.
   */
  ofPart(length: number): Budget {
    const part = new Budget(0, this.until);
    part.characters = Math.min(PART_TIMES * length, this.#forParts) + part.#reserve;
    this.#forParts -= part.characters - part.#reserve;
    return part;
  }

  /** What a part did not spend. */
  takeBack(part: Budget): void {
    this.#forParts += Math.max(0, part.characters - part.#reserve);
    for (const cut of part.truncated) this.truncated.add(cut);
  }

  /** What does not suffice for one more text of a leaf that has so many. */
  spent(texts: number, length: number, isGuess: boolean): 'texts' | 'characters' | undefined {
    if (texts >= TEXTS_PER_LEAF || this.texts === 0) return 'texts';
    return this.characters - (isGuess ? this.#reserve : 0) < length ? 'characters' : undefined;
  }
}

const PART_TIMES = 5;

const ALL: readonly Form[] = ['exact', 'compact', 'words', 'joined'];
/** For what only closes gaps: the two forms without gaps say the same as before. */
const GAPPED: readonly Form[] = ['exact', 'words'];
const PROSE: readonly Form[] = ['words', 'joined'];

/** With the same members in the same order: what reads objects of many shapes looks each member up. */
function evened({ name, undo, needs, may, forms, isGuess, isTurn, isKey }: Step): Step {
  return { name, undo, needs, may, forms, isGuess, isTurn, isKey } as Step;
}

const STEPS = [
  { name: 'override', undo: unbidi, needs: OVERRIDE, forms: ALL },
  { name: 'unseen', undo: unseen, needs: HIDDEN, forms: ALL },
  { name: 'apart', undo: foldApart, needs: HIDDEN, forms: ALL, isGuess: true },
  { name: 'fold', undo: fold, needs: LIKE, forms: ALL },
  { name: 'backslash', undo: unslash, needs: BACKSLASH, forms: ALL, isGuess: true },
  {
    name: 'tags',
    undo: untag,
    needs: MARKED | BACKSLASH,
    forms: ALL,
    isGuess: true,
  },
  {
    name: 'escapes',
    undo: unescaped,
    needs: PERCENT | AMPERSAND | BACKSLASH,
    may: /%[0-9A-FU]|&[#A-Z]|\\/i,
    forms: ALL,
  },
  {
    name: 'quoted-printable',
    undo: unquote,
    needs: EQUALS,
    may: /=(?:[0-9A-F]{2}|\r?\n)/,
    forms: ALL,
    isGuess: true,
  },
  { name: 'utf-7', undo: unshift, needs: PLUS, may: /\+A[A-Za-z0-9+/]{2}/, forms: ALL },
  { name: 'named', undo: unname, needs: BACKSLASH, may: MAY_BE_NAMED, forms: ALL },
  { name: 'dump', undo: undump, needs: ROW, may: MAY_BE_DUMP, forms: ALL },
  { name: 'uuencode', undo: unuu, needs: SOLID, may: MAY_BE_UU, forms: ALL },
  { name: 'digits', undo: unrun, needs: HEX, forms: ALL },
  { name: 'numbers', undo: unnumber, needs: ROW, forms: ALL },
  { name: 'hex', undo: unhex, needs: HEX, forms: ALL },
  { name: 'base64', undo: unbase64, needs: RUN, forms: ALL },
  { name: 'base32', undo: unbase32, needs: BASE32, forms: ALL },
  { name: 'base58', undo: unbase58, needs: BASE58, forms: ALL },
  { name: 'base85', undo: unbase85, needs: SOLID, forms: ALL },
  {
    name: 'morse',
    undo: unmorse,
    needs: 0,
    may: MAY_BE_MORSE,
    forms: ALL,
    isGuess: true,
  },
  {
    name: 'spelling',
    undo: unspell,
    needs: LETTER,
    may: MAY_BE_SPELLING,
    forms: ALL,
    isGuess: true,
  },
  { name: 'markup', undo: unmark, needs: MARKED, forms: ALL, isGuess: true },
  { name: 'concatenation', undo: unconcatenate, needs: QUOTED, forms: GAPPED, isGuess: true },
  { name: 'spaced', undo: unspace, needs: SINGLES, forms: GAPPED, isGuess: true },
  { name: 'wrapped', undo: unwrap, needs: LINE_END, forms: GAPPED, isGuess: true },
  { name: 'leet', undo: unleet, needs: MIXED, forms: PROSE, isGuess: true },
  { name: 'leet-l', undo: unleetL, needs: MIXED, forms: PROSE, isGuess: true },
  { name: 'leet-apart', undo: unleetApart, needs: MIXED, forms: PROSE, isGuess: true },
  { name: 'leet-l-apart', undo: unleetLApart, needs: MIXED, forms: PROSE, isGuess: true },
  { name: 'rot47', undo: rotated47, needs: MIXED, forms: ALL, isGuess: true, isTurn: true },
].map((step) => evened(step as Step));
const turn = (name: string, undo: Undoing, forms = ALL): Step =>
  evened({ name, undo, needs: LETTER, forms, isGuess: true, isTurn: true });
const REVERSED: readonly Step[] = [
  turn('reversed', reversed),
  turn('reversed-words', reversedWords, PROSE),
];
/** By how much the letters are rotated; the last is Atbash. */
const REPLACED: readonly Step[] = [
  ...Array.from({ length: 26 }, (_, by) => turn(`rot${26 - by}`, rotated(by))),
  turn('atbash', atbash),
];
/** Where only a key may be hidden, no prose is. */
const KEY_STEPS: readonly Step[] = (
  [
    ['reversed', reversedKeys],
    ['rot13', rotatedKeys],
    ['atbash', atbashKeys],
  ] as const
).map(([name, undo]) => evened({ ...turn(name, undo, ['exact']), needs: KEY, isKey: true }));

/** Turns are taken only where the letters tell of one; and once for keys, of which no letters can tell. */
function turnsFor(text: Text, signs: number): readonly Step[] {
  const turns = turnsOf(text.text);
  const keys = text.isTurned || (signs & KEY) === 0 ? NO_STEPS : KEY_STEPS;
  if (turns.length === 0) return keys;
  return [...turns.flatMap((one) => (one > ATBASH ? REVERSED : REPLACED[one]!)), ...keys];
}
const NO_STEPS: readonly Step[] = [];

const FIRST_JOINT = STEPS.findIndex(({ name }) => name === 'markup');
const ENCODINGS = new Set(['base64', 'hex', 'base32']);
/** Once one of these changed a text, all else is done with what it yielded, but for other readings of the same signs. */
const SURE = new Set(['fold', 'escapes']);
/** Once one of these did, letters are turned in what they yielded. */
const DECODED = new Set([
  ...ENCODINGS,
  'dump',
  'uuencode',
  'digits',
  'numbers',
  'base58',
  'base85',
]);
const LEET = new Set(['leet', 'leet-l', 'leet-apart', 'leet-l-apart']);
/** What they yield is read as prose and no further. */
const ENDS = new Set([...LEET, 'reversed-words']);

const FORMS: Readonly<Record<Exclude<Form, 'exact'>, Undoing>> = { compact, words, joined };

/** What of a text is worth making (scout.ts). */
export interface Worth {
  forms(text: string): number;
  leet(text: string): boolean;
}

/** Everything, for whoever wants to see it. */
const THOROUGH: Worth = { forms: () => ALL_BITS, leet: () => true };

/** A tight text (joined.ts) is read without guesses: those are made of the same strings with blanks between them. */
export function viewsOf(
  text: string,
  budget: Budget = new Budget(text.length),
  worth: Worth = THOROUGH,
  isTight = false,
): View[] {
  const views = new Views(worth);
  const root = new Text(text, undefined, isTight);
  views.add(root, isTight ? GAPPED : ALL);
  const roots = [root];
  // Each part of a long text is read as a text of its own is: what one of them costs is not missing elsewhere.
  for (const one of roots) {
    const own = one.isPart ? budget.ofPart(one.text.length) : budget;
    roots.push(...explore(one, views, own, worth));
    if (one.isPart) budget.takeBack(own);
  }
  return views.list;
}

/** Reads a text in all ways; answers the parts of long texts, of which guesses are still to be made. */
function explore(root: Text, views: Views, budget: Budget, worth: Worth): Text[] {
  const seen = new Seen();
  seen.add(root.text);
  const parts: Text[] = [];
  let layer = [root];
  for (let depth = 0; layer.length > 0; depth++) {
    const next: Text[] = [];
    for (const one of layer) {
      checkTime(budget.until);
      for (const child of undone(one, seen, budget, worth)) {
        if (child.isPart) {
          parts.push(child);
          continue;
        }
        views.add(child, child.step!.forms);
        if (!ENDS.has(child.step!.name)) next.push(child);
      }
    }
    if (depth === DEPTH_MAX && next.length > 0) {
      if (next.some(({ guesses }) => guesses === 0)) budget.truncated.add('depth');
      break;
    }
    layer = next;
  }
  return parts;
}

/** What is hidden in the text, each kind of hiding undone by itself; and its parts, where it is long. */
function undone(parent: Text, seen: Seen, budget: Budget, worth: Worth): readonly Text[] {
  const signs = signsOf(parent.text);
  const { isPart } = parent;
  const parts = isPart || parent.isKey || !parent.mayGuess ? [] : partsOf(parent.text);
  const isWhole = parts.length === 0;
  let isDecoded = false;
  const children: Text[] = [];
  const stepsMax = parent.origin?.stepsMax ?? STEPS.length;
  const last = parent.step === undefined ? -1 : STEPS.indexOf(parent.step);
  let steps = 0;
  for (; steps < stepsMax; steps++) {
    const step = STEPS[steps]!;
    // Of a long text guesses are made part by part, and all else of the whole.
    if (step.isGuess === true ? !isWhole : isPart) continue;
    if (step.needs !== 0 && (signs & step.needs) === 0) continue;
    // Joints are taken out in one order: every other order comes to the same text.
    if (last >= FIRST_JOINT && steps >= FIRST_JOINT && steps <= last) continue;
    if (!isWorth(parent, step, isDecoded, worth)) continue;
    if (step.may?.test(parent.text) === false) continue;
    const child = yieldOf(parent, step, seen, budget);
    if (child === undefined) continue;
    if (child !== null) children.push(child);
    // What was undone in pieces is beside the text, and not in its place.
    if (child?.origin?.pieces !== undefined) continue;
    if (SURE.has(step.name)) break;
    isDecoded ||= DECODED.has(step.name);
  }
  for (let at = 0; at < parts.length; at += 2) {
    const [from, end] = [parts[at]!, parts[at + 1]!];
    children.push(new Text(parent.text.slice(from, end), { parent, from, stepsMax: steps }));
  }
  if (steps < STEPS.length || !isWhole || isDecoded || (signs & LETTER) === 0) return children;
  if (parent.isKey || !parent.mayGuess) return children;
  for (const step of turnsFor(parent, signs)) {
    const child = yieldOf(parent, step, seen, budget);
    if (child) children.push(child);
  }
  return children;
}

function isWorth(parent: Text, step: Step, isDecoded: boolean, worth: Worth): boolean {
  if (parent.isKey) return ENCODINGS.has(step.name);
  if (step.isGuess === true && !parent.mayGuess) return false;
  if (isDecoded && ENDS.has(step.name)) return false;
  return !LEET.has(step.name) || (isLeet(parent.text) && parent.hasLeet(worth));
}

/** What a step makes of a text; null for what was seen before or cannot be paid for, undefined where it says nothing. */
function yieldOf(parent: Text, step: Step, seen: Seen, budget: Budget): Text | null | undefined {
  writer.begin(parent.text, parent.isAscii);
  const isChanged = step.undo(parent.text, writer);
  // Of a bomb nothing is said: what was left out is known here only.
  if (overflow.isCut) budget.truncated.add('inflated');
  overflow.isCut = false;
  if (!isChanged) return undefined;
  const whole = writer.text();
  const pieces = piecesOf(whole, writer.changes);
  const text = pieces === undefined ? whole : inPieces(whole, pieces);
  if (text.length < 3 || seen.has(text)) return null;
  const isGuess = step.isGuess === true || parent.guesses > 0;
  const spent = budget.spent(seen.size, text.length, isGuess);
  if (spent !== undefined) {
    budget.truncated.add(spent);
    return null;
  }
  budget.characters -= text.length;
  budget.texts--;
  seen.add(text);
  return new Text(text, { parent, step, pieces, isAscii: writer.isAscii });
}

function inPieces(text: string, pieces: readonly number[]): string {
  let all = '';
  for (let at = 0; at < pieces.length; at += 2)
    all += (at === 0 ? '' : SEAM) + text.slice(pieces[at], pieces[at + 1]);
  return all;
}

const FEW = 16;
/** Places in a form that are counted, before the form is written once more with a trace: that costs as much as so many. */
const COUNTED_MAX = 3;

class Views {
  readonly list: View[] = [];
  readonly #worth: Worth;
  /** Texts of each form, once there are many. */
  readonly #seen = new Map<Form, Set<string>>();

  constructor(worth: Worth) {
    this.#worth = worth;
  }

  add(source: Text, forms: readonly Form[]): void {
    const bits = this.#worth.forms(source.text);
    for (const form of forms) {
      if ((bits & bitOf(form)) === 0) continue;
      const text = form === 'exact' ? source.text : formOf(source.text, form, source.isAscii);
      if (!this.#isNew(text, form)) continue;
      this.list.push(new Reading(text, form, source));
    }
  }

  /** Few are compared one by one, as in seen.ts. */
  #isNew(text: string, form: Form): boolean {
    if (this.list.length < FEW) {
      for (const view of this.list) if (view.form === form && view.text === text) return false;
      return true;
    }
    let seen = this.#seen.get(form);
    if (seen === undefined) {
      seen = new Set();
      for (const view of this.list) if (view.form === form) seen.add(view.text);
      this.#seen.set(form, seen);
    }
    return seen.size < seen.add(text).size;
  }
}

class Reading implements View {
  readonly text: string;
  readonly form: Form;
  readonly steps: readonly string[];
  readonly #source: Text;
  #trace: Trace | undefined;
  #counted = 0;

  constructor(text: string, form: Form, source: Text) {
    this.text = text;
    this.form = form;
    this.steps = source.steps;
    this.#source = source;
  }

  span(start: number, end: number): readonly [start: number, end: number] {
    return this.#source.span(...this.#spanInSource(start, end));
  }

  isBroken(start: number, end: number): boolean {
    if (!this.#source.isInPieces) return false;
    return this.#source.isBroken(...this.#spanInSource(start, end));
  }

  #spanInSource(start: number, end: number): readonly [start: number, end: number] {
    if (this.form === 'exact') return [start, end];
    const { text, isAscii } = this.#source;
    // Each time from the beginning: for whoever asks again and again there is a trace, or the time would be quadratic.
    if (isAscii && this.#trace === undefined && ++this.#counted <= COUNTED_MAX)
      return spanInAscii(text, this.form, start, end);
    this.#trace ??= traced(FORMS[this.form], text);
    return this.#trace.span(start, end);
  }
}
