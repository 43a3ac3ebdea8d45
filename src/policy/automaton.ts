/**
 * Whether a pattern can be followed in one cheap step per character, whatever the text.
 *
 * RE2 is linear in the text, but each step may have to make a state that was never met before: 17 to 120 us per character
 * with counted repetitions behind something that repeats (`[ab]*a[ab]{15}`: 140 ms for 8 KB, measured). So the states are
 * counted when the pattern is loaded, and a pattern that has many is refused. The rest is followed through a table: 10 to
 * 20 ns per character. As in the engine, a state is a set of places in the pattern before its assertions are decided,
 * with what the last character says about them.
 */

import type { RE2JS } from 're2js';

/** As the engine numbers them (re2js, Inst and Utils). */
const OP = { alt: 1, altMatch: 2, capture: 3, empty: 4, nop: 7, rune: 8, anyNotNewline: 11 };
const ASSERT = { beginLine: 1, endLine: 2, beginText: 4, endText: 8, boundary: 16, noBoundary: 32 };
const LINE_OR_BOUNDARY = 1 | 2 | 16 | 32;
const FOLD_CASE = 1;
const NEWLINE = 10;
const RUNE_MAX = 0x10ffff;

/** Each is made once per process, in up to 40 us: 5 ms, when the first texts come that need them all. */
const STATES_MAX = 128;
/** Steps of the count itself: 100 ms at the very most, when the file is loaded. */
const LOOKS_MAX = 200_000;

interface Inst {
  readonly op: number;
  readonly out: number;
  readonly arg: number;
  readonly runes: ArrayLike<number>;
  matchRune(rune: number): boolean;
}

interface Program {
  readonly start: number;
  numInst(): number;
  getInst(pc: number): Inst;
}

/** Whether the pattern has few states, looked for anywhere in a text; an anchored one has fewer. */
export function isSmall(pattern: RE2JS): boolean {
  return new Count(pattern.re2().prog as Program).fits();
}

interface State {
  readonly pcs: readonly number[];
  readonly isWord: boolean;
  readonly isNewline: boolean;
  readonly isStart: boolean;
}

class Count {
  readonly #program: Program;
  readonly #runes: readonly number[];
  #looks = 0;

  constructor(program: Program) {
    this.#program = program;
    this.#runes = representatives(program);
  }

  fits(): boolean {
    const seen = new Set<string>();
    const first = { pcs: [this.#program.start], isWord: false, isNewline: true, isStart: true };
    const due: State[] = [first];
    for (let state = due.pop(); state !== undefined; state = due.pop()) {
      for (const rune of this.#runes) {
        const next = this.#step(state, rune);
        const { pcs, isWord, isNewline } = next;
        const key = `${pcs.join(',')} ${isWord} ${isNewline}`;
        if (seen.has(key)) continue;
        if (seen.size >= STATES_MAX || this.#looks > LOOKS_MAX) return false;
        seen.add(key);
        due.push(next);
      }
    }
    return true;
  }

  #step(state: State, rune: number): State {
    const isWord = isWordRune(rune);
    let holds = state.isWord === isWord ? ASSERT.noBoundary : ASSERT.boundary;
    if (state.isStart) holds |= ASSERT.beginText | ASSERT.beginLine;
    if (state.isNewline) holds |= ASSERT.beginLine;
    if (rune === NEWLINE) holds |= ASSERT.endLine;
    const next = new Set<number>();
    for (const pc of this.#reach(state.pcs, holds)) {
      const inst = this.#program.getInst(pc);
      if (inst.op >= OP.rune && inst.op <= OP.anyNotNewline && matches(inst, rune)) {
        next.add(inst.out);
      }
    }
    // Looked for anywhere: a match may begin at each character.
    next.add(this.#program.start);
    const pcs = [...next].sort((a, b) => a - b);
    return { pcs, isWord, isNewline: rune === NEWLINE, isStart: false };
  }

  /** Everything that can be reached without a character where these assertions hold. */
  #reach(from: readonly number[], holds: number): Set<number> {
    const reached = new Set<number>(from);
    // A set goes on to what is added while it is walked through.
    for (const pc of reached) {
      this.#looks += 1;
      const { op, out, arg } = this.#program.getInst(pc);
      if (op === OP.capture || op === OP.nop) reached.add(out);
      else if (op === OP.alt || op === OP.altMatch) reached.add(out).add(arg);
      else if (op === OP.empty && (arg & ~holds) === 0) reached.add(out);
    }
    return reached;
  }
}

/** `RUNE_ANY` and its sibling keep no runes. */
function matches(inst: Inst, rune: number): boolean {
  if (inst.op === 10) return true;
  return inst.op === OP.anyNotNewline ? rune !== NEWLINE : inst.matchRune(rune);
}

/** One of each class of characters that the pattern tells apart. */
function representatives(program: Program): number[] {
  const bounds = new Set([0]);
  const add = (low: number, high: number) => bounds.add(low).add(high + 1);
  for (let pc = 0; pc < program.numInst(); pc++) {
    const { op, arg, runes } = program.getInst(pc);
    if (op === OP.anyNotNewline) add(NEWLINE, NEWLINE);
    if (op === OP.empty && (arg & LINE_OR_BOUNDARY) !== 0) {
      add(NEWLINE, NEWLINE);
      for (const [low, high] of WORDS) add(low, high);
    }
    if (op !== OP.rune && op !== 9) continue;
    if (runes.length === 1) {
      for (const rune of folded(runes[0]!, (arg & FOLD_CASE) !== 0)) add(rune, rune);
    } else {
      for (let at = 0; at + 1 < runes.length; at += 2) add(runes[at]!, runes[at + 1]!);
    }
  }
  return [...bounds].filter((rune) => rune <= RUNE_MAX);
}

const WORDS = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
] as const;

function isWordRune(rune: number): boolean {
  return WORDS.some(([low, high]) => rune >= low && rune <= high);
}

/** The character in its cases, where those do not matter. */
function folded(rune: number, isFolded: boolean): number[] {
  if (!isFolded) return [rune];
  const text = String.fromCodePoint(rune);
  return [text, text.toLowerCase(), text.toUpperCase()].flatMap((one) =>
    [...one].map((character) => character.codePointAt(0)!),
  );
}
