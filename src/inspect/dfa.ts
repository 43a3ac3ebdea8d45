/**
 * Whether a text holds a match of an expression: an automaton whose states are made when a text first leads to them, two loads
 * from typed arrays for each character (docs/decisions/0010). re2js says where the match lies, and answers for expressions
 * that are beyond what is understood here.
 *
 * Time is linear: a character costs at most a few looks at each node of the program (`steps.ts`). Memory is bounded for one
 * expression and for all; where it is full states are dropped, and where that happens again before they were of use,
 * nothing is answered.
 */

import { compiledOf } from './program.ts';
import { Steps } from './steps.ts';

/** Of the states of one expression, and of all in this thread: their rows, and what is kept of their nodes. */
export const BOUNDS = { ownBytes: 1 << 20, allBytes: 16 << 20 } as const;
/** States that were dropped had to be read so many characters for each, or making them is all that happens. */
const CHARACTERS_PER_STATE = 10;
/** Beside its row, a state is a text of its nodes that is found in a map. */
const STATE_BYTES = 100;

/** In the table: not made yet, a match, none whatever comes, or else the place of a state's row. */
const UNMADE = 0;
const FOUND = 1;
const DEAD = 2;
/** Rows that no state has, so that no place is one of these; there are two columns at least. */
const ROWS_BEFORE = 2;
const FIRST_ROWS = 8;
const LATIN_1 = 256;

/** Those that have states. */
const live = new Set<Dfa>();
let allBytes = 0;

export class Dfa {
  /** Characters that `mayGoOn` has read in this thread, ever: what a text costs is counted in. */
  static read = 0;
  /** How often all states were dropped. */
  dropped = 0;
  readonly steps: Steps;
  readonly #ownBytes: number;
  /** Beside the classes a column for the end of the text. */
  readonly #width: number;
  #rows = new Uint32Array(0);
  #sets: string[] = [];
  readonly #states = new Map<string, number>();
  #bytes = 0;
  /** Where in the text states were dropped last. */
  #droppedAt = -1;

  /** Undefined where the expression is beyond what is understood here. */
  static of(pattern: string, ownBytes: number = BOUNDS.ownBytes): Dfa | undefined {
    const made = compiledOf(pattern);
    const steps = made === undefined ? undefined : Steps.of(made.program, made.sets);
    return steps === undefined ? undefined : new Dfa(steps, ownBytes);
  }

  constructor(steps: Steps, ownBytes: number = BOUNDS.ownBytes) {
    this.steps = steps;
    this.#ownBytes = ownBytes;
    this.#width = steps.classes.count + 1;
  }

  /**
   * Whether units[from, to) holds a match, read as a text of its own; undefined where it needs more states than there is
   * room for.
   */
  test(units: Uint16Array, from: number, to: number): boolean | undefined {
    if (this.steps.isFound) return true;
    const { classes } = this.steps;
    const { latin } = classes;
    this.#droppedAt = -1;
    let state = this.#first();
    for (let at = from; ; at++) {
      state = run(this.#rows, latin, state, units, at, to);
      at = stopped;
      if (at === to) break;
      const unit = units[at]!;
      let ofClass: number;
      if (unit < LATIN_1) ofClass = latin[unit]!;
      else if (isPair(units, at, to)) ofClass = classes.beyond(pairAt(units, at++));
      else ofClass = classes.beyond(unit);
      const next = this.#rows[state + ofClass]! || this.#next(state, ofClass, at - from);
      if (next === FOUND) return true;
      if (next === UNMADE) return undefined;
      state = next;
    }
    const end = classes.count;
    return (this.#rows[state + end]! || this.#next(state, end, to - from)) === FOUND;
  }

  /**
   * Whether a match may go on from a set of steps that begin none, over units[from, to): against the direction of the text where `to`
   * is before `from`. `isEnd`: the text ends there. True also where that is not known: the match may be longer, or there is no room
   * for its states.
   */
  mayGoOn(start: Start, units: Uint16Array, from: number, to: number, isEnd: boolean): boolean {
    this.#droppedAt = -1;
    const begun = this.#started(start);
    const last = this.#wentOn(begun, units, from, to);
    Dfa.read += Math.abs(wentTo - from);
    if (last <= DEAD) return last !== DEAD;
    if (!isEnd) return true;
    const end = this.steps.classes.count;
    const behind = this.#rows[last + end]! || this.#next(last, end, Math.abs(to - from));
    return behind === FOUND || behind === UNMADE;
  }

  /** The state behind the last character that was read, which ends in `wentTo`. */
  #wentOn(begun: number, units: Uint16Array, from: number, to: number): number {
    const { classes } = this.steps;
    const { latin } = classes;
    const by = from <= to ? 1 : -1;
    const ahead = by > 0 ? 0 : -1;
    let state = begun;
    let at = from;
    while (at !== to && state > DEAD) {
      const unit = units[at + ahead]!;
      let ofClass: number;
      if (unit < LATIN_1) ofClass = latin[unit]!;
      else if (at + by !== to && isPair(units, Math.min(at, at + 2 * by), LAST)) {
        ofClass = classes.beyond(pairAt(units, Math.min(at, at + 2 * by)));
        at += by;
      } else ofClass = classes.beyond(unit);
      at += by;
      state = this.#rows[state + ofClass]! || this.#next(state, ofClass, Math.abs(at - from));
    }
    wentTo = at;
    return state;
  }

  /** How many there are now. */
  get states(): number {
    return this.#sets.length;
  }

  /** Forgets all states. */
  clear(): void {
    this.#rows = new Uint32Array(0);
    this.#sets = [];
    this.#states.clear();
    allBytes -= this.#bytes;
    this.#bytes = 0;
    this.dropped++;
    live.delete(this);
  }

  #first(): number {
    return this.states > 0 ? ROWS_BEFORE * this.#width : this.#add(this.steps.first);
  }

  #started(start: Start): number {
    if (start.state !== UNMADE && start.dropped === this.dropped) return start.state;
    if (!this.#hasRoom(start.set)) this.#drop(0);
    start.state = this.#states.get(start.set) ?? this.#add(start.set);
    start.dropped = this.dropped;
    return start.state;
  }

  /** The state behind a character of this class; UNMADE where there is no room for it. */
  #next(state: number, ofClass: number, read: number): number {
    const set = this.steps.next(this.#sets[state / this.#width - ROWS_BEFORE]!, ofClass);
    let next = set === undefined ? FOUND : this.steps.isOver(set) ? DEAD : this.#states.get(set);
    // Nothing comes behind the end, whatever state that is.
    if (ofClass === this.steps.classes.count) next ??= state;
    if (next === undefined) {
      if (!this.#hasRoom(set!)) return this.#drop(read) ? this.#anew(set!) : UNMADE;
      next = this.#add(set!);
    }
    this.#rows[state + ofClass] = next;
    return next;
  }

  #bytesOf(set: string): number {
    return STATE_BYTES + 4 * this.#width + 2 * set.length;
  }

  #hasRoom(set: string): boolean {
    const bytes = this.#bytesOf(set);
    return this.#bytes + bytes <= this.#ownBytes && allBytes + bytes <= BOUNDS.allBytes;
  }

  /** Makes room; false where the states that were made in this text were not of use. */
  #drop(read: number): boolean {
    const isInVain =
      this.#droppedAt >= 0 && read - this.#droppedAt < CHARACTERS_PER_STATE * this.states;
    this.#droppedAt = read;
    if (allBytes + this.#ownBytes > BOUNDS.allBytes) for (const one of [...live]) one.clear();
    else this.clear();
    return !isInVain;
  }

  /** The state from which this one came is gone; the one at the beginning of a text is always the first. */
  #anew(set: string): number {
    this.#first();
    return this.#states.get(set) ?? this.#add(set);
  }

  #add(set: string): number {
    live.add(this);
    const state = (ROWS_BEFORE + this.states) * this.#width;
    const { length } = this.#rows;
    if (state + this.#width > length) {
      const rows = new Uint32Array(Math.max(2 * length, FIRST_ROWS * this.#width));
      rows.set(this.#rows);
      this.#rows = rows;
    }
    this.#sets.push(set);
    this.#states.set(set, state);
    this.#bytes += this.#bytesOf(set);
    allBytes += this.#bytesOf(set);
    return state;
  }
}

let wentTo = 0;

/** A set to begin with, and its state for as long as none are dropped. */
export class Start {
  readonly set: string;
  state = UNMADE;
  dropped = 0;

  constructor(set: string) {
    this.set = set;
  }
}

let stopped = 0;

/**
 * Reads on as long as states are made and characters are in Latin-1: the state then, and in `stopped` where. Nearly all time
 * goes by here: what the loop reads does not change in it, so that it is kept in registers.
 */
function run(
  rows: Uint32Array,
  latin: Uint8Array,
  state: number,
  units: Uint16Array,
  at: number,
  to: number,
): number {
  for (; at < to; at++) {
    const unit = units[at]!;
    if (unit >= LATIN_1) break;
    const next = rows[state + latin[unit]!]!;
    if (next <= FOUND) break;
    state = next;
  }
  stopped = at;
  return state;
}

/** Behind any text. */
const LAST = Number.POSITIVE_INFINITY;

function isPair(units: Uint16Array, at: number, to: number): boolean {
  return (units[at]! & 0xfc00) === 0xd800 && at + 1 < to && (units[at + 1]! & 0xfc00) === 0xdc00;
}

function pairAt(units: Uint16Array, at: number): number {
  return 0x10000 + ((units[at]! & 0x3ff) << 10) + (units[at + 1]! & 0x3ff);
}
