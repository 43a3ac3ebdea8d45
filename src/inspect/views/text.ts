/** A text on the way from what was sent to what it says: what was undone to get it, and where in the other it stands. */

import type { Form } from '../rule.ts';
import { SEAM } from './pieces.ts';
import { Trace, Writer } from './writer.ts';

/** Writes what a text says if it was hidden so; false: it was not. */
export type Undoing = (text: string, writer: Writer) => boolean;

export interface Step {
  readonly name: string;
  readonly undo: Undoing;
  /** Signs of which at least one is in every text that it changes; 0 where none need be. */
  readonly needs: number;
  /** The same, asked of the text itself where its signs allow it: native search, where the undoing reads one by one. */
  readonly may?: RegExp;
  readonly forms: readonly Form[];
  /** It says something of any text: where the budget is spent it is left out, and that is no sign of hiding. */
  readonly isGuess?: true;
  /** It moves or replaces every letter; and on the mere chance that something is a key. */
  readonly isTurn?: true;
  readonly isKey?: true;
}

/** Of these on one way so many: joints of three kinds, or two and a turn. */
const GUESSES_MAX = 3;

const ASCII = /^[\x00-\x7f]*$/;

/** How a text came of another one. */
interface Origin {
  readonly parent: Text;
  /** None of a part. */
  readonly step?: Step;
  /** Where the pieces of what the step yielded begin and end, in turn, if not all of it is read. */
  readonly pieces?: readonly number[] | undefined;
  /** If that is known already. */
  readonly isAscii?: boolean;
  /** Of a part: where in its parent it begins, and the steps that are taken of it. */
  readonly from?: number;
  readonly stepsMax?: number;
}

/** One text on the way: what was undone, and of what. */
export class Text {
  readonly text: string;
  readonly origin: Origin | undefined;
  readonly steps: readonly string[];
  readonly isTurned: boolean;
  /** Steps on the way that were taken on a guess. */
  readonly guesses: number;
  /** Turned on the mere chance that it is a key: only what the key was encoded in is undone. */
  readonly isKey: boolean;
  readonly isAscii: boolean;
  readonly isTight: boolean;
  /** It, or one that it came of, is in pieces. */
  readonly isInPieces: boolean;
  #trace: Trace | undefined;
  #hasLeet: boolean | undefined;

  constructor(text: string, origin?: Origin, isTight = false) {
    this.text = text;
    this.origin = origin;
    const parent = origin?.parent;
    const step = origin?.step;
    this.isTight = parent?.isTight ?? isTight;
    this.isAscii = origin?.isAscii === true || ASCII.test(text);
    const before = parent?.steps ?? NO_STEPS;
    this.steps = step === undefined ? before : [...before, step.name];
    this.isKey = step?.isKey === true;
    this.guesses = (parent?.guesses ?? 0) + (step?.isGuess === true ? 1 : 0);
    this.isTurned = (parent?.isTurned ?? false) || step?.isTurn === true;
    this.isInPieces = parent?.isInPieces === true || origin?.pieces !== undefined;
  }

  get isPart(): boolean {
    return this.origin?.from !== undefined;
  }

  /** The step that it came of, whatever part of that it is. */
  get step(): Step | undefined {
    return this.isPart ? this.origin!.parent.step : this.origin?.step;
  }

  get mayGuess(): boolean {
    return this.guesses < GUESSES_MAX && !this.isTight;
  }

  hasLeet(worth: { leet(text: string): boolean }): boolean {
    this.#hasLeet ??= worth.leet(this.text);
    return this.#hasLeet;
  }

  /** In the leaf's text. */
  span(start: number, end: number): [start: number, end: number] {
    if (this.origin === undefined) return [start, end];
    return this.origin.parent.span(...this.#spanInParent(start, end));
  }

  #spanInParent(start: number, end: number): [start: number, end: number] {
    const { parent, step, pieces, from = 0 } = this.origin!;
    if (step === undefined) return [start + from, end + from];
    this.#trace ??= traced(step.undo, parent.text);
    if (pieces === undefined) return this.#trace.span(start, end);
    const first = inWhole(pieces, start);
    return this.#trace.span(first, Math.max(first + end - start, inWhole(pieces, end)));
  }

  /** Whether what stands at [start, end) is of two pieces, and so nowhere. */
  isBroken(start: number, end: number): boolean {
    if (!this.isInPieces || this.origin === undefined) return false;
    const { parent, pieces } = this.origin;
    if (pieces !== undefined && inWhole(pieces, end) - inWhole(pieces, start) !== end - start)
      return true;
    return parent.isInPieces && parent.isBroken(...this.#spanInParent(start, end));
  }
}

const NO_STEPS: readonly string[] = [];

/** Where in the whole text the character stands that stands at `at` in its pieces, one seam apart. */
function inWhole(pieces: readonly number[], at: number): number {
  let left = at;
  for (let piece = 0; piece < pieces.length; piece += 2) {
    const length = pieces[piece + 1]! - pieces[piece]!;
    if (left <= length) return pieces[piece]! + left;
    left -= length + SEAM.length;
  }
  return pieces.at(-1) ?? at;
}

export const writer = new Writer();

export function traced(undo: Undoing, text: string): Trace {
  const trace = new Trace();
  writer.begin(text, false, trace);
  undo(text, writer);
  writer.text();
  return trace;
}
