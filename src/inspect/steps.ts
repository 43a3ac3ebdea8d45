/**
 * From one set of a program's nodes to the next, a class of characters at a time. A set is a text: its first character says
 * what stood before (what is asked of an edge, `\b`, `^`, `$`, is decided with the character behind it), each other one is a
 * node. Those at which any match begins are left out, as they are reached at every place; where it goes on from nodes that are
 * named, nothing begins, and a set may be empty.
 */

import { NEWLINE, type Ranges, WORD } from './characters.ts';
import { Classes, ClassSets } from './classes.ts';
import { Nodes } from './nodes.ts';
import { EDGES } from './pattern.ts';
import { OPS, type Program } from './program.ts';

/** What stood before a place. */
const BEFORE = { other: 0, word: 1, text: 2, newline: 3 } as const;
const WORD_EDGES = EDGES.word | EDGES.notWord;
const LINE_EDGES = EDGES.lineBegin | EDGES.lineEnd;
const BEGIN_EDGES = EDGES.textBegin | EDGES.lineBegin;
const NONE: readonly number[] = [];

/** While a step is made: where the text is, and where its character leads. */
const now = new Nodes();
const then = new Nodes();

export class Steps {
  readonly classes: Classes;
  /** The set at the beginning of a text. */
  readonly first: string;
  /** Any text holds a match. */
  readonly isFound: boolean;
  readonly #program: Program;
  readonly #sets: ClassSets;
  readonly #isWord: Uint8Array;
  readonly #isNewline: Uint8Array;
  readonly #goesOn: boolean;
  /** Reached at every place, without an edge. */
  readonly #always: readonly number[];
  readonly #isAlways: Uint8Array;
  /** What begins with a class behind each kind of place: the nodes that come next, or a match. */
  readonly #begun: (readonly number[] | true | undefined)[] = [];

  /** Undefined where the expression has too many classes. */
  static of(program: Program, sets: readonly Ranges[]): Steps | undefined {
    const edges = edgesOf(program);
    const told = [...sets];
    if ((edges & WORD_EDGES) !== 0) told.push(WORD);
    if ((edges & LINE_EDGES) !== 0) told.push(NEWLINE);
    const classes = Classes.of(told);
    if (classes === undefined) return undefined;
    return new Steps(program, new ClassSets(sets, classes), classes, false);
  }

  private constructor(program: Program, sets: ClassSets, classes: Classes, goesOn: boolean) {
    const edges = edgesOf(program);
    this.#program = program;
    this.#goesOn = goesOn;
    this.classes = classes;
    this.first = String.fromCharCode((edges & BEGIN_EDGES) === 0 ? BEFORE.other : BEFORE.text);
    this.#sets = sets;
    this.#isWord = classes.members((edges & WORD_EDGES) === 0 ? [] : WORD);
    this.#isNewline = classes.members((edges & LINE_EDGES) === 0 ? [] : NEWLINE);
    then.begin();
    then.add(program, program.start, 0, true);
    this.isFound = then.isMatch;
    this.#always = goesOn ? [] : [...then.list.subarray(0, then.count)];
    this.#isAlways = new Uint8Array(program.ops.length);
    for (const node of this.#always) this.#isAlways[node] = 1;
  }

  /** Those of the same expression in which no match begins: from nodes that are named (`at`) it only goes on. */
  goingOn(): Steps {
    return new Steps(this.#program, this.#sets, this.classes, true);
  }

  /** How many nodes the program has. */
  get nodes(): number {
    return this.#program.ops.length;
  }

  /** How many nodes were looked at in this thread, ever: what time is counted in. */
  static get looked(): number {
    return now.looked + then.looked;
  }

  /** The set behind a character of this class, or behind the end of the text; undefined is a match. */
  next(set: string, ofClass: number): string | undefined {
    const { outs, args, ops } = this.#program;
    const before = set.charCodeAt(0);
    const edges = this.#edgesAt(before, ofClass);
    const begun = this.#begin(before, ofClass, edges);
    if (begun === true) return undefined;
    now.begin();
    for (let at = 1; at < set.length; at++)
      now.add(this.#program, set.charCodeAt(at), edges, false);
    if (now.isMatch) return undefined;
    then.begin();
    for (const node of begun) then.add(this.#program, node, 0, true);
    for (let at = 0; at < now.count; at++) {
      const node = now.list[at]!;
      if (ops[node] === OPS.set && this.#sets.has(args[node]!, ofClass))
        then.add(this.#program, outs[node]!, 0, true);
    }
    return this.#setOf(ofClass);
  }

  /** Nothing comes of it, whatever follows. */
  isOver(set: string): boolean {
    return this.#goesOn && set.length === 1;
  }

  /** The set behind a character, at these nodes; undefined where that is a match. */
  at(nodes: readonly number[], code: number): string | undefined {
    then.begin();
    for (const node of nodes) then.add(this.#program, node, 0, true);
    return this.#setOf(this.classes.of(code));
  }

  #setOf(ofClass: number): string | undefined {
    if (then.isMatch) return undefined;
    then.leaveOut(this.#isAlways);
    then.prune(this.#program, this.#always);
    then.sort();
    return String.fromCharCode(this.#kindOf(ofClass), ...then.list.subarray(0, then.count));
  }

  #begin(before: number, ofClass: number, edges: number): readonly number[] | true {
    const index = before * (this.classes.count + 1) + ofClass;
    const known = this.#begun[index];
    if (known !== undefined) return known;
    if (this.#goesOn) return NONE;
    const { start, outs, args, ops } = this.#program;
    now.begin();
    now.add(this.#program, start, edges, false);
    const next = [...now.list.subarray(0, now.count)]
      .filter((node) => ops[node] === OPS.set && this.#sets.has(args[node]!, ofClass))
      .map((node) => outs[node]!);
    const begun = now.isMatch || [...new Set(next)];
    this.#begun[index] = begun;
    return begun;
  }

  /** What is true of a place between what stood before it and a character of this class. */
  #edgesAt(before: number, ofClass: number): number {
    let edges = 0;
    if (before === BEFORE.text) edges |= BEGIN_EDGES;
    if (before === BEFORE.newline) edges |= EDGES.lineBegin;
    if (ofClass === this.classes.count) edges |= EDGES.textEnd | EDGES.lineEnd;
    if (this.#isNewline[ofClass] === 1) edges |= EDGES.lineEnd;
    const isWord = this.#isWord[ofClass] === 1;
    return edges | ((before === BEFORE.word) === isWord ? EDGES.notWord : EDGES.word);
  }

  #kindOf(ofClass: number): number {
    if (this.#isNewline[ofClass] === 1) return BEFORE.newline;
    return this.#isWord[ofClass] === 1 ? BEFORE.word : BEFORE.other;
  }
}

function edgesOf({ ops, args }: Program): number {
  return ops.reduce((edges, op, node) => (op === OPS.edge ? edges | args[node]! : edges), 0);
}
