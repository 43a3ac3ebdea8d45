/**
 * An expression as a program of nodes, each of which says what must come next: a nondeterministic automaton (Thompson).
 * It answers one question, whether a text holds a match: neither how its parts lie nor which of several matches counts.
 *
 * What is repeated so many times at most stands there as many times. Of two copies of one place the one with more left to
 * come can match whatever the other can: where both are reached, only that one need be kept. `families` says which nodes
 * are copies of one place, and `ranks` which of them can match most. Without that, every gap of some hundred characters would
 * have a state for each set of places in it.
 */

import type { Ranges } from './characters.ts';
import { type Node, parsed } from './pattern.ts';

/** Node 0. */
export const MATCH = 0;
export const OPS = { match: 0, set: 1, either: 2, edge: 3 } as const;
/** Of each node: its own repetition, and the one around that. */
export const LEVELS = 2;

export interface Program {
  readonly ops: Uint8Array;
  /** The number of a set, the other way of a fork, what must be true here. */
  readonly args: Uint16Array;
  readonly outs: Uint16Array;
  readonly start: number;
  /** By node and level; 0 is none. Both empty where nothing is repeated so. */
  readonly families: Uint16Array;
  readonly ranks: Uint16Array;
  readonly familyCount: number;
}

const NODES_MAX = 1 << 14;
/** Of operands, and of families. */
const NUMBERS = 1 << 16;
const STEPS_MAX = 1 << 17;

export interface Compiled {
  readonly program: Program;
  readonly sets: readonly Ranges[];
}

let lastPattern = '';
let last: Compiled | undefined;

/** As below; that of one pattern is asked for several times in a row. */
export function compiledOf(pattern: string): Compiled | undefined {
  if (pattern !== lastPattern) last = programOf(parsed(pattern));
  lastPattern = pattern;
  return last;
}

/** Undefined where something of it was not understood, or it has too many nodes. */
export function programOf(tree: Node): Compiled | undefined {
  try {
    const builder = new Builder();
    return { program: builder.program(tree), sets: builder.sets };
  } catch (error) {
    if (error === unfit) return undefined;
    throw error;
  }
}

const unfit = new Error('Not an expression for an own automaton');

/** One copy of what is repeated, while its nodes are made: they come in the same order in each copy. */
interface Copy {
  readonly repetition: number;
  readonly rank: number;
  count: number;
}

/** Made from the end to the beginning: each node is made when what follows it is known, and none is made twice. */
class Builder {
  readonly #ops: number[] = [OPS.match];
  readonly #args: number[] = [0];
  readonly #outs: number[] = [0];
  readonly #nodes = new Map<number, number>();
  readonly sets: Ranges[] = [];
  readonly #setNumbers = new Map<string | number, number>();
  readonly #copies: Copy[] = [];
  readonly #families = new Map<number, number>();
  /** By node and level, both sparse. */
  readonly #familyOf: number[] = [];
  readonly #rankOf: number[] = [];
  #repetitions = 0;
  #steps = 0;

  program(tree: Node): Program {
    const start = this.#node(tree, MATCH);
    return {
      ops: new Uint8Array(this.#ops),
      args: new Uint16Array(this.#args),
      outs: new Uint16Array(this.#outs),
      start,
      families: this.#byLevel(this.#familyOf),
      ranks: this.#byLevel(this.#rankOf),
      familyCount: this.#families.size + 1,
    };
  }

  #byLevel(numbers: readonly number[]): Uint16Array {
    const all = new Uint16Array(this.#families.size === 0 ? 0 : this.#ops.length * LEVELS);
    numbers.forEach((number, at) => {
      all[at] = number;
    });
    return all;
  }

  /** Where one begins that is followed by what begins at `next`. */
  #node(node: Node, next: number): number {
    switch (node.kind) {
      case 'literal':
        return this.#set(node.ranges, next);
      case 'set':
        if (node.ranges === null) throw unfit;
        return this.#set(node.ranges, next);
      case 'edge':
        this.#count();
        return this.#made(OPS.edge, node.edge, next);
      case 'all':
        return this.#sequence(node.of, 0, next);
      case 'one':
        return this.#either(node.of.map(itemsOf), 0, next);
      default:
        return this.#repeated(node.of, node.min, node.max, next);
    }
  }

  /** Of the nodes from `from` on. */
  #sequence(nodes: readonly Node[], from: number, next: number): number {
    let after = next;
    for (let at = nodes.length - 1; at >= from; at--) after = this.#node(nodes[at]!, after);
    return after;
  }

  #set(ranges: Ranges, next: number): number {
    this.#count();
    const key = keyOf(ranges);
    let set = this.#setNumbers.get(key);
    if (set === undefined) {
      set = this.sets.push(ranges) - 1;
      this.#setNumbers.set(key, set);
    }
    return this.#made(OPS.set, set, next);
  }

  /** Branches, from `from` on, that begin with the same letter share it: a list of words is a tree of letters. */
  #either(branches: readonly (readonly Node[])[], from: number, next: number): number {
    const shared = new Map<string | number, { ranges: Ranges; of: (readonly Node[])[] }>();
    const entries: number[] = [];
    for (const branch of branches) {
      const first = branch[from];
      if (first === undefined) entries.push(next);
      else if (first.kind !== 'literal') entries.push(this.#sequence(branch, from, next));
      else {
        const key = keyOf(first.ranges);
        const others = shared.get(key);
        if (others === undefined) shared.set(key, { ranges: first.ranges, of: [branch] });
        else others.of.push(branch);
      }
    }
    for (const { ranges, of } of shared.values())
      entries.push(this.#set(ranges, this.#shared(of, from + 1, next)));
    return entries.reduceRight((other, one) => this.#fork(one, other));
  }

  /** What is left of one branch is a sequence. */
  #shared(branches: readonly (readonly Node[])[], from: number, next: number): number {
    const [only, ...others] = branches;
    return others.length === 0
      ? this.#sequence(only!, from, next)
      : this.#either(branches, from, next);
  }

  #fork(one: number, other: number): number {
    this.#count();
    return one === other ? one : this.#made(OPS.either, other, one);
  }

  #repeated(of: Node, min: number, max: number, next: number): number {
    const repetition = this.#repetitions++;
    let after = next;
    if (max === Number.POSITIVE_INFINITY) {
      after = this.#added(OPS.either, next, MATCH);
      const body = this.#copy(of, after, repetition, 0);
      this.#outs[after] = body;
      if (min === 0) return after;
      after = body;
      // The less is left of what must come, the more can match.
      for (let left = 1; left < min; left++) after = this.#copy(of, after, repetition, left);
      return after;
    }
    for (let done = max - min - 1; done >= 0; done--)
      after = this.#fork(this.#copy(of, after, repetition, done), next);
    for (let count = 0; count < min; count++) after = this.#node(of, after);
    return after;
  }

  #copy(of: Node, next: number, repetition: number, rank: number): number {
    this.#copies.push({ repetition, rank, count: 0 });
    const node = this.#node(of, next);
    this.#copies.pop();
    return node;
  }

  /** Whether or not a node is made: what stands at one place has one number in every copy. */
  #count(): void {
    if (++this.#steps === STEPS_MAX) throw unfit;
    for (const copy of this.#copies) copy.count++;
  }

  #made(op: number, arg: number, out: number): number {
    const key = (op * NUMBERS + arg) * NUMBERS + out;
    const known = this.#nodes.get(key);
    if (known !== undefined) return known;
    const node = this.#added(op, arg, out);
    this.#nodes.set(key, node);
    if (op !== OPS.either) this.#join(node);
    return node;
  }

  #added(op: number, arg: number, out: number): number {
    if (this.#ops.length === NODES_MAX) throw unfit;
    this.#args.push(arg);
    this.#outs.push(out);
    return this.#ops.push(op) - 1;
  }

  #join(node: number): void {
    for (let level = 0; level < LEVELS; level++) {
      const copy = this.#copies.at(-1 - level);
      if (copy === undefined) return;
      const place = copy.repetition * STEPS_MAX + copy.count;
      let family = this.#families.get(place);
      if (family === undefined) {
        family = this.#families.size + 1;
        if (family === NUMBERS) throw unfit;
        this.#families.set(place, family);
      }
      this.#familyOf[node * LEVELS + level] = family;
      this.#rankOf[node * LEVELS + level] = copy.rank;
    }
  }
}

function itemsOf(node: Node): readonly Node[] {
  return node.kind === 'all' ? node.of : [node];
}

/** Most sets are one letter. */
function keyOf(ranges: Ranges): string | number {
  return ranges.length === 2 && ranges[0] === ranges[1] ? ranges[0]! : ranges.join();
}
