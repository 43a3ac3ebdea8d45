/**
 * What a program can be at, one character after the other: sets of its nodes, each followed to the nodes that ask for a
 * character or for an edge. Where several copies of one place are reached, the one that can match most stands for all.
 *
 * The arrays are of whoever is at work: nothing is left in them that another would read.
 */

import { LEVELS, MATCH, OPS, type Program } from './program.ts';

const NODES = 1 << 14;
const FAMILIES = 1 << 16;
/** Up to so many are sorted by hand. */
const FEW = 24;

const marks = new Uint32Array(NODES);
const open = new Uint16Array(NODES);
const familyMarks = new Uint32Array(FAMILIES);
const best = new Uint16Array(FAMILIES);
let mark = 0;
let familyMark = 0;

function nextMark(array: Uint32Array, last: number): number {
  if (last < 0xffffffff) return last + 1;
  array.fill(0);
  return 1;
}

export class Nodes {
  readonly list = new Uint16Array(NODES);
  count = 0;
  /** The program matches here, whatever follows. */
  isMatch = false;
  /** How many nodes were looked at, ever. */
  looked = 0;

  begin(): void {
    mark = nextMark(marks, mark);
    this.count = 0;
    this.isMatch = false;
  }

  /** All that is reached from `node` where `edges` are true; edges that are not are kept only where `areKept`. */
  add({ ops, args, outs }: Program, node: number, edges: number, areKept: boolean): void {
    let height = 0;
    open[height++] = node;
    while (height > 0) {
      const one = open[--height]!;
      if (marks[one] === mark) continue;
      marks[one] = mark;
      this.looked++;
      const op = ops[one]!;
      if (one === MATCH) this.isMatch = true;
      else if (op === OPS.either) {
        open[height++] = args[one]!;
        open[height++] = outs[one]!;
      } else if (op === OPS.edge && (args[one]! & ~edges) === 0) open[height++] = outs[one]!;
      else if (op === OPS.set || areKept) this.list[this.count++] = one;
    }
  }

  /** For each node whether it is left out. */
  leaveOut(these: Uint8Array): void {
    let kept = 0;
    for (let at = 0; at < this.count; at++)
      if (these[this.list[at]!] === 0) this.list[kept++] = this.list[at]!;
    this.count = kept;
  }

  /** Leaves out copies that can match nothing that another cannot; `always` are reached at any place. */
  prune({ families, ranks }: Program, always: readonly number[]): void {
    if (families.length === 0) return;
    for (let level = 0; level < LEVELS; level++) {
      familyMark = nextMark(familyMarks, familyMark);
      for (const node of always) note(families, ranks, node * LEVELS + level);
      for (let at = 0; at < this.count; at++)
        note(families, ranks, this.list[at]! * LEVELS + level);
      let kept = 0;
      for (let at = 0; at < this.count; at++) {
        const node = this.list[at]!;
        const family = families[node * LEVELS + level]!;
        if (family === 0 || ranks[node * LEVELS + level] === best[family]) this.list[kept++] = node;
      }
      this.count = kept;
    }
  }

  sort(): void {
    const { list, count } = this;
    if (count > FEW) {
      list.subarray(0, count).sort();
      return;
    }
    for (let at = 1; at < count; at++) {
      const node = list[at]!;
      let to = at;
      for (; to > 0 && list[to - 1]! > node; to--) list[to] = list[to - 1]!;
      list[to] = node;
    }
  }
}

function note(families: Uint16Array, ranks: Uint16Array, at: number): void {
  const family = families[at]!;
  if (family === 0) return;
  const rank = ranks[at]!;
  if (familyMarks[family] === familyMark && best[family]! <= rank) return;
  familyMarks[family] = familyMark;
  best[family] = rank;
}
