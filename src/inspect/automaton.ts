/**
 * Finds any of many literals in one pass (Aho-Corasick).
 *
 * The whole automaton is one table of typed arrays, built before the first text is seen: the cost of a character is two
 * loads whatever the text is. RE2.Set, which builds its states while it reads, takes 51 ms for 64 KB of random base64 where
 * this takes a tenth of one (bench/micro/inspect.ts). The arrays lie in shared memory, so that workers need no copy.
 *
 *   classes[character]             -> class of the character; 0 for all that stand in no literal
 *   rows[(state << shift) + class] -> next state
 *   state >= accepting             -> a literal ends here: outputs[offsets[state - accepting] ... offsets[… + 1])
 *
 * Letters are found whatever their case.
 */

import { lowerOf } from './letters.ts';
import { unitsOf } from './units.ts';

/** Everything an automaton is; typed arrays over shared memory, so that a message to a worker shares it. */
export interface Tables {
  readonly classes: Uint8Array;
  readonly rows: Uint16Array;
  readonly shift: number;
  /** The state before a text: behind a blank where runs of them are read as one, so that a literal can ask for the beginning of a word. */
  readonly start: number;
  readonly accepting: number;
  readonly offsets: Uint32Array;
  readonly outputs: Uint16Array;
}

const CHARACTERS = 0x10000;
/** Classes are numbered in 8 bits. */
const CLASSES_MAX = 256;
/**
 * So many characters beyond ASCII have a class of their own, and more as long as rows do not become twice as long for them. Rows
 * of one for each were four times as long: 26 MB of tables for 8, which were read no faster.
 */
const BEYOND_LEAST = 24;
/** States are numbered in 16 bits. Our own rules need some thousands. */
export const STATES_MAX = 0x10000;

export class Automaton {
  /** Which literals ended where `next` stopped: `tables.outputs` from here … */
  first = 0;
  /** … up to here. */
  last = 0;
  readonly tables: Tables;
  #text = '';
  #at = 0;
  #state = 0;

  constructor(tables: Tables) {
    this.tables = tables;
  }

  /** Begins with a text. */
  read(text: string): void {
    this.#text = text;
    this.#at = 0;
    this.#state = this.tables.start;
  }

  /** Reads on; the index behind the next character at which a literal ends, or -1 at the end of the text. */
  next(): number {
    const { classes, rows, shift, accepting } = this.tables;
    const units = unitsOf(this.#text);
    const { length } = this.#text;
    let state = this.#state;
    for (let at = this.#at; at < length; at++) {
      state = rows[(state << shift) + classes[units[at]!]!]!;
      if (state >= accepting) return this.#stop(state, at + 1);
    }
    this.#at = length;
    return -1;
  }

  #stop(state: number, at: number): number {
    const { offsets, accepting } = this.tables;
    this.#state = state;
    this.#at = at;
    this.first = offsets[state - accepting]!;
    this.last = offsets[state - accepting + 1]!;
    return at;
  }
}

/** Whether any literal stands in these units. */
export function isIn(
  { classes, rows, shift, start, accepting }: Tables,
  units: Uint16Array,
  length: number,
): boolean {
  let state = start;
  for (let at = 0; at < length; at++) {
    state = rows[(state << shift) + classes[units[at]!]!]!;
    if (state >= accepting) return true;
  }
  return false;
}

const lower = (code: number) => (code >= 0x41 && code <= 0x5a ? code + 0x20 : code);

/** How an automaton reads what stands in no literal. */
export interface Reads {
  /** As if it were not there. */
  readonly skips?: (code: number) => boolean;
  /** As one blank, however many stand in a row. */
  readonly blanks?: (code: number) => boolean;
}

const BLANK = 0x20;
const never = () => false;

/** Of each way of reading: it is asked of all characters once, and not for each table. */
const answers = new WeakMap<(code: number) => boolean, Uint16Array>();

function allOf(isOne: (code: number) => boolean): Uint16Array {
  const known = answers.get(isOne);
  if (known !== undefined) return known;
  const all: number[] = [];
  for (let code = 0; code < CHARACTERS; code++) if (isOne(code)) all.push(code);
  const made = Uint16Array.from(all);
  answers.set(isOne, made);
  return made;
}

const isCapital = (code: number) => code >= 0x80 && lowerOf(code) !== code;

/** Throws where the literals need more states than there are: a fault of the rules, found at start. */
export function compile(
  literals: readonly string[],
  { skips = never, blanks = never }: Reads = {},
): Tables {
  const { classes, count } = classesOf(literals);
  const shift = Math.max(1, Math.ceil(Math.log2(count + 1)));
  const skip = (1 << shift) - 1;
  // Before what is left out is told: a letter beyond ASCII is found whatever its case, too.
  for (const code of allOf(isCapital))
    if (classes[code] === 0) classes[code] = classes[lowerOf(code)]!;
  if (blanks !== never) for (const code of allOf(blanks)) classes[code] = classes[BLANK]!;
  if (skips !== never)
    for (const code of allOf(skips)) if (classes[code] === 0) classes[code] = skip;
  const trie = new Trie(literals, classes, shift);
  return trie.tables(skip, blanks === never ? 0 : classes[BLANK]!);
}

/**
 * One class for each character. Where there are too many, further ones beyond ASCII share the classes of others beyond it:
 * then a literal may be said to stand where one of other letters does, which costs a look; none is ever passed over.
 */
function classesOf(literals: readonly string[]): { classes: Uint8Array; count: number } {
  const classes = new Uint8Array(new SharedArrayBuffer(CHARACTERS));
  const codes = new Set<number>();
  for (const literal of literals) {
    if (literal === '') throw new Error('An empty literal is everywhere');
    for (let at = 0; at < literal.length; at++) codes.add(lower(literal.charCodeAt(at)));
  }
  const inAscii = [...codes].filter((code) => code < 0x80);
  const beyond = [...codes].filter((code) => code >= 0x80);
  let count = 1;
  for (const code of inAscii) classes[code] = count++;
  // One more is for characters that are skipped.
  const cells = count + Math.min(beyond.length, BEYOND_LEAST) + 1;
  const own = Math.min(CLASSES_MAX, 2 ** Math.ceil(Math.log2(cells))) - count - 1;
  beyond.forEach((code, index) => {
    classes[code] = count + (index % own);
  });
  for (let code = 0x41; code <= 0x5a; code++) classes[code] = classes[lower(code)]!;
  return { classes, count: count + Math.min(own, beyond.length) };
}

type Ends = readonly number[];
const NO_ENDS: Ends = [];

/**
 * The automaton while it is made: a trie of linked children, and then its rows, each where it stays: a table of the trie's
 * own would have half of them for nothing, and to write both is most of the time that this takes.
 */
class Trie {
  readonly #classes: Uint8Array;
  readonly #shift: number;
  #count = 1;
  readonly #ends: Ends[] = [NO_ENDS];
  /** Class of the character by which each state is reached from its parent. */
  readonly #by: Uint8Array;
  /** Of each state the child that was made last, and the one that its parent had before. */
  readonly #child: Uint16Array;
  readonly #sibling: Uint16Array;

  constructor(literals: readonly string[], classes: Uint8Array, shift: number) {
    this.#classes = classes;
    this.#shift = shift;
    const most = literals.reduce((sum, { length }) => sum + length, 1);
    const states = Math.min(most, STATES_MAX);
    this.#by = new Uint8Array(states);
    this.#child = new Uint16Array(states);
    this.#sibling = new Uint16Array(states);
    literals.forEach((literal, index) => {
      let state = 0;
      for (let at = 0; at < literal.length; at++) {
        const column = classes[literal.charCodeAt(at)]!;
        state = this.#childBy(state, column) || this.#add(column, state);
      }
      this.#ends[state] = [...this.#ends[state]!, index];
    });
  }

  /** 0 where there is none. */
  #childBy(state: number, column: number): number {
    let child = this.#child[state]!;
    while (child !== 0 && this.#by[child] !== column) child = this.#sibling[child]!;
    return child;
  }

  #add(column: number, parent: number): number {
    const state = this.#count++;
    if (state === STATES_MAX) throw new Error(`The literals need over ${STATES_MAX} states`);
    this.#ends.push(NO_ENDS);
    this.#by[state] = column;
    this.#sibling[state] = this.#child[parent]!;
    this.#child[parent] = state;
    return state;
  }

  /** `skip` leaves every state as it is, and `blank` those that a blank led to; 0 is no class of either kind. */
  tables(skip: number, blank: number): Tables {
    const rows = new Uint16Array(new SharedArrayBuffer(2 * (this.#count << this.#shift)));
    const loud = this.#link(rows, skip, blank);
    const offsets = new Uint32Array(new SharedArrayBuffer(4 * (loud.length + 1)));
    loud.forEach((ends, index) => {
      offsets[index + 1] = offsets[index]! + ends.length;
    });
    const outputs = new Uint16Array(new SharedArrayBuffer(2 * offsets[loud.length]!));
    outputs.set(loud.flat());
    const accepting = this.#count - loud.length;
    const start = blank === 0 ? 0 : rows[blank]!;
    return { classes: this.#classes, rows, shift: this.#shift, start, accepting, offsets, outputs };
  }

  /**
   * Breadth first: where a state has no child of its own, it goes where its longest proper suffix goes. Each gets its number
   * when it is first met: those in which no literal ends from the front, the others from the back. So those of either kind
   * that are near the root, where nearly all of a text is read, stand together: their rows share pages.
   *
   * Fills the rows; the ends of each state in which a literal ends, by its number.
   */
  #link(rows: Uint16Array, skip: number, blank: number): Ends[] {
    const shift = this.#shift;
    const fail = new Uint16Array(this.#count);
    const place = new Uint16Array(this.#count);
    const stateAt = new Uint16Array(this.#count);
    let [quiet, loud] = [1, this.#count];
    const queue = [0];
    for (const state of queue) {
      const row = place[state]! << shift;
      const suffix = place[fail[state]!]! << shift;
      // Shorter, and so complete already.
      if (state !== 0) rows.copyWithin(row, suffix, suffix + (1 << shift));
      for (let child = this.#child[state]!; child !== 0; child = this.#sibling[child]!) {
        const cell = row + this.#by[child]!;
        fail[child] = state === 0 ? 0 : stateAt[rows[cell]!]!;
        this.#ends[child] = both(this.#ends[child]!, this.#ends[fail[child]!]!);
        place[child] = this.#ends[child] === NO_ENDS ? quiet++ : --loud;
        stateAt[place[child]!] = child;
        rows[cell] = place[child]!;
        queue.push(child);
      }
      rows[row + skip] = place[state]!;
      if (blank !== 0 && this.#by[state] === blank) rows[row + blank] = place[state]!;
    }
    return Array.from(stateAt.subarray(loud), (state) => this.#ends[state]!);
  }
}

/** Most states have none of their own, or none else. */
function both(own: Ends, more: Ends): Ends {
  if (more === NO_ENDS) return own;
  return own === NO_ENDS ? more : [...own, ...more];
}
