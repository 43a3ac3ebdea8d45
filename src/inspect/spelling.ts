/**
 * Where an expression reads a text, and whether each of its matches has one of some texts. Case never counts.
 *
 * A text is spelled where it is read letter by letter, and not by classes of many characters: most have their texts so, and less may
 * follow there than wherever the text may be read.
 */

import { type Ranges, sizeOf } from './characters.ts';
import { EDGES, type Node } from './pattern.ts';
import { type Compiled, MATCH, OPS, type Program } from './program.ts';

/** A set of more characters is a class. */
const SPELLED_MAX = 8;
/** Places times what was spelled before them: of more nothing is proven. Our own need some thousands. */
const PAIRS_MAX = 1 << 24;
const SAMES_MAX = 4096;

const sames = new Map<string, string>();

/** Of characters that differ by case alone, and be it in the eyes of RE2 only (long s, the Kelvin sign), the same one. */
function same(character: string): string {
  const known = sames.get(character);
  if (known !== undefined) return known;
  const one = character.toUpperCase().toLowerCase();
  const answer = one.length === character.length ? one : character;
  // As many as our own rules and an operator's have.
  if (sames.size < SAMES_MAX) sames.set(character, answer);
  return answer;
}

function lettersIn(ranges: Ranges): string[] {
  const letters = new Set<string>();
  for (let at = 0; at < ranges.length; at += 2)
    for (let code = ranges[at]!; code <= ranges[at + 1]!; code++)
      letters.add(same(String.fromCodePoint(code)));
  return [...letters];
}

const isIn = (ranges: Ranges, code: number) =>
  ranges.some((first, at) => at % 2 === 0 && first <= code && code <= ranges[at + 1]!);

/** What a set reads of the letters of some texts, and whether it reads anything else. */
interface Reads {
  readonly letters: readonly string[];
  readonly hasMore: boolean;
}

function readsOf(ranges: Ranges, alphabet: readonly string[], isSpelled: boolean): Reads {
  if (sizeOf(ranges) <= SPELLED_MAX) return { letters: lettersIn(ranges), hasMore: false };
  if (isSpelled) return { letters: [], hasMore: true };
  const letters = alphabet.filter((letter) =>
    [letter, letter.toUpperCase()].some((one) => isIn(ranges, one.codePointAt(0)!)),
  );
  return { letters, hasMore: true };
}

export class Spelling {
  readonly #program: Program;
  /** Of each set. */
  readonly #reads: readonly Reads[];
  /** Of each letter the nodes that read it. */
  readonly #readers = new Map<string, number[]>();
  /** What comes behind what was asked of: most texts begin as others do. */
  readonly #behind = new Map<string, readonly number[]>();

  /** `isSpelled`: what classes of many read does not count. */
  constructor({ program, sets }: Compiled, texts: readonly string[], isSpelled: boolean) {
    const alphabet = [...new Set(texts.flatMap((text) => [...text].map(same)))];
    this.#program = program;
    this.#reads = sets.map((ranges) => readsOf(ranges, alphabet, isSpelled));
    program.ops.forEach((op, node) => {
      if (op !== OPS.set) return;
      for (const letter of this.#reads[program.args[node]!]!.letters) {
        const readers = this.#readers.get(letter);
        if (readers === undefined) this.#readers.set(letter, [node]);
        else readers.push(node);
      }
    });
  }

  /** The nodes that come behind a text, wherever it is read. */
  behind(text: string): readonly number[] {
    const [first, ...letters] = [...text].map(same);
    let read = first!;
    let nodes = this.#behind.get(read) ?? this.#outsOf(read, this.#readers.get(read) ?? []);
    for (const letter of letters) {
      if (nodes.length === 0) break;
      read += letter;
      const known = this.#behind.get(read);
      nodes = known ?? this.#outsOf(read, this.#reading(letter, nodes));
    }
    return nodes;
  }

  #outsOf(read: string, nodes: readonly number[]): readonly number[] {
    const outs = nodes.map((node) => this.#program.outs[node]!);
    this.#behind.set(read, outs);
    return outs;
  }

  /** Whether each match has one of the texts; behind `begins`, which stands before each. */
  hasOneOf(texts: readonly string[], begins: string): boolean {
    const { ops, args, outs, start } = this.#program;
    const heard = new Heard(texts.map((text) => [...text].map(same).join('')));
    if (ops.length * heard.count > PAIRS_MAX) return false;
    const seen = new Uint8Array(ops.length * heard.count);
    const open = [start, heard.next(0, begins)];
    while (open.length > 0) {
      const before = open.pop()!;
      const node = open.pop()!;
      const pair = node * heard.count + before;
      if (seen[pair] === 1) continue;
      seen[pair] = 1;
      if (node === MATCH) return false;
      if (ops[node] !== OPS.set) {
        open.push(outs[node]!, before);
        if (ops[node] === OPS.either) open.push(args[node]!, before);
        continue;
      }
      const { letters, hasMore } = this.#reads[args[node]!]!;
      if (hasMore) open.push(outs[node]!, 0);
      for (const letter of letters) {
        const now = heard.next(before, letter);
        if (now !== SPELLED) open.push(outs[node]!, now);
      }
    }
    return true;
  }

  /** Those that read the letter, at these nodes and where they lead without one. */
  #reading(letter: string, nodes: readonly number[]): number[] {
    const { ops, args, outs } = this.#program;
    const all = new Set(nodes);
    const reading: number[] = [];
    for (const node of all)
      if (ops[node] === OPS.either) all.add(args[node]!).add(outs[node]!);
      else if (ops[node] === OPS.edge) all.add(outs[node]!);
      else if (ops[node] === OPS.set && this.#reads[args[node]!]!.letters.includes(letter))
        reading.push(node);
    return reading;
  }
}

/** All of one of the texts was heard. */
const SPELLED = -1;

/** How much of any of some texts was just heard: the longest beginning of one of them, as a number; 0 is nothing. */
class Heard {
  readonly #beginnings: string[] = [''];
  readonly #numbers = new Map<string, number>([['', 0]]);
  readonly #texts: ReadonlySet<string>;

  constructor(texts: readonly string[]) {
    this.#texts = new Set(texts);
    for (const text of texts)
      for (let length = 1; length < text.length; length++) {
        const beginning = text.slice(0, length);
        if (this.#numbers.has(beginning)) continue;
        this.#numbers.set(beginning, this.#beginnings.push(beginning) - 1);
      }
  }

  get count(): number {
    return this.#beginnings.length;
  }

  /** What is heard behind that and one letter more; '' is none. */
  next(before: number, letter: string): number {
    for (let heard = this.#beginnings[before]! + letter; heard !== ''; heard = heard.slice(1)) {
      if (this.#texts.has(heard)) return SPELLED;
      const number = this.#numbers.get(heard);
      // A shorter text that ends here is heard, too.
      if (number !== undefined && !this.#endsIn(heard)) return number;
      if (number !== undefined) return SPELLED;
    }
    return 0;
  }

  #endsIn(heard: string): boolean {
    for (let from = 1; from < heard.length; from++)
      if (this.#texts.has(heard.slice(from))) return true;
    return false;
  }
}

/** What matches the same backwards. */
export function reversed(node: Node): Node {
  switch (node.kind) {
    case 'all':
      return { ...node, of: [...node.of].reverse().map(reversed) };
    case 'one':
      return { ...node, of: node.of.map(reversed) };
    case 'repeat':
      return { ...node, of: reversed(node.of) };
    case 'edge':
      return { kind: 'edge', edge: MIRRORED.get(node.edge) ?? node.edge };
    default:
      return node;
  }
}

const MIRRORED = new Map<number, number>([
  [EDGES.lineBegin, EDGES.lineEnd],
  [EDGES.lineEnd, EDGES.lineBegin],
  [EDGES.textBegin, EDGES.textEnd],
  [EDGES.textEnd, EDGES.textBegin],
]);
