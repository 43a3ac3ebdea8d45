/**
 * What must stand in a text for an expression to match in it, derived from the expression itself: texts of which one is in
 * every match. That is asked of the text before the expression is (grams.ts): nearly every window around an anchor lacks what
 * makes it a match ("send" is everywhere, "send … credentials" is not).
 *
 * What is not understood of an expression only makes the answer weaker: no match is ever ruled out
 * (test/inspect/needs.test.ts).
 */

import type { Group } from './grams.ts';
import { foldsCase, type Node, parsed } from './pattern.ts';

/** What is known of a part: all of its texts where they are few, and groups that it needs. */
interface Known {
  readonly texts: Group | null;
  readonly groups: readonly Group[];
}

const TEXTS_MAX = 256;
const LENGTH_MAX = 24;
/** More groups than this say little more. */
const GROUPS_MAX = 4;

/** An expression of more than these is known as a whole only. */
const PARTS_MAX = 64;

type Fork = Extract<Node, { kind: 'one' }>;
const NOTHING: Known = { texts: [''], groups: [] };
const ANYTHING: Known = { texts: null, groups: [] };

/** A part of an expression: what matches the whole matches one of its parts. */
export interface Part {
  readonly pattern: string;
  /** The rarest groups, the rarest first; none where it needs nothing in particular. */
  readonly needs: readonly Group[];
}

/** The expression taken apart at its forks, each part as an expression of its own. */
export function partsOf(pattern: string): Part[] {
  const isFolded = foldsCase(pattern);
  const flags = /^\(\?[a-z]+\)/.exec(pattern)?.[0] ?? '';
  const body = pattern.slice(flags.length);
  return branchesOf(parsed(body), body, isFolded).map(({ pattern: part, known }) => {
    const needs = groupsOf(known).sort((a, b) => chanceOf(a) - chanceOf(b));
    return { pattern: flags + part, needs: needs.slice(0, GROUPS_MAX) };
  });
}

/** Flags that are set within a branch hold for those behind it. */
const FLAGS_WITHIN = /\(\?[a-z-]+\)/i;

interface Branch {
  readonly pattern: string;
  readonly known: Known;
}

/** Taken apart at the first fork that leads to more than a list of texts, however many groups it stands in. */
function branchesOf(node: Node, pattern: string, isFolded: boolean): Branch[] {
  const whole = [{ pattern, known: knownOf(node, isFolded) }];
  const fork = forkOf(node, isFolded);
  if (fork === undefined) return whole;
  const { of, from, to } = fork;
  if (of.length > PARTS_MAX || FLAGS_WITHIN.test(pattern)) return whole;
  const others = groupsOf(knownOf(node, isFolded, fork));
  return of.map((one, index) => {
    const end = from[index + 1] === undefined ? to : from[index + 1]! - 1;
    const part = pattern.slice(0, from[0]) + pattern.slice(from[index], end) + pattern.slice(to);
    const known = knownOf(one, isFolded);
    return { pattern: part, known: { texts: null, groups: [...groupsOf(known), ...others] } };
  });
}

function forkOf(node: Node, isFolded: boolean): Fork | undefined {
  if (node.kind === 'one') return knownOf(node, isFolded).texts === null ? node : undefined;
  if (node.kind !== 'all') return undefined;
  for (const one of node.of) {
    const fork = forkOf(one, isFolded);
    if (fork !== undefined) return fork;
  }
  return undefined;
}

const isAscii = (text: string) => /^[\x00-\x7f]*$/.test(text);

/** Asked several times on the way to the fork. A tree is of one expression, which folds or does not. */
const knownNodes = new WeakMap<Node, Known>();

/** Of what stands for `except` nothing is known; that is within nothing but sequences. */
function knownOf(node: Node, isFolded: boolean, except?: Node): Known {
  if (node === except) return ANYTHING;
  if (node.kind === 'all' && except !== undefined)
    return sequence(knownParts(node.of, isFolded, except));
  const before = knownNodes.get(node);
  if (before !== undefined) return before;
  const known = knownFirst(node, isFolded);
  knownNodes.set(node, known);
  return known;
}

function knownFirst(node: Node, isFolded: boolean): Known {
  switch (node.kind) {
    case 'literal':
      return textsKnown([String.fromCodePoint(node.code)], isFolded);
    case 'set':
      if (node.codes === null || node.codes.length === 0) return ANYTHING;
      return textsKnown(
        node.codes.map((code) => String.fromCodePoint(code)),
        isFolded,
      );
    case 'edge':
      return NOTHING;
    case 'all':
      return sequence(knownParts(node.of, isFolded));
    case 'one':
      return either(node.of.map((one) => knownOf(one, isFolded)));
    default:
      return repeated(knownOf(node.of, isFolded), node.min, node.max);
  }
}

/** Letters that stand in a row are one part. */
function knownParts(nodes: readonly Node[], isFolded: boolean, except?: Node): Known[] {
  const parts: Known[] = [];
  let letters = '';
  for (const node of nodes) {
    if (node.kind === 'literal' && letters.length < LENGTH_MAX) {
      letters += String.fromCodePoint(node.code);
      continue;
    }
    if (letters !== '') parts.push(textsKnown([letters], isFolded));
    letters = node.kind === 'literal' ? String.fromCodePoint(node.code) : '';
    if (node.kind !== 'literal') parts.push(knownOf(node, isFolded, except));
  }
  if (letters !== '') parts.push(textsKnown([letters], isFolded));
  return parts;
}

/** Beyond ASCII, folding has surprises: nothing is said of it. */
function textsKnown(texts: readonly string[], isFolded: boolean): Known {
  if (!isFolded) return { texts: [...new Set(texts)], groups: [] };
  if (!texts.every(isAscii)) return ANYTHING;
  return { texts: [...new Set(texts.map((text) => text.toLowerCase()))], groups: [] };
}

function repeated(known: Known, min: number, max: number): Known {
  if (min === 0) return max === 1 ? either([known, NOTHING]) : ANYTHING;
  if (min === 1 && max === 1) return known;
  return { texts: null, groups: groupsOf(known) };
}

/** All that it needs: what its parts need, and what stands together. */
function groupsOf({ texts, groups }: Known): Group[] {
  return texts === null || texts.includes('') ? [...groups] : [...groups, texts];
}

function sequence(parts: readonly Known[]): Known {
  const groups: Group[] = [];
  let isOpen = false;
  let run: Group = [''];
  const endRun = () => {
    if (!run.includes('')) groups.push(run);
    run = [''];
  };
  for (const part of parts) {
    groups.push(...part.groups);
    const longer = part.texts === null ? null : product(run, part.texts);
    if (longer !== null) run = longer;
    else {
      endRun();
      isOpen = true;
      if (part.texts !== null) run = part.texts;
    }
  }
  if (!isOpen && groups.length === 0) return { texts: run, groups };
  endRun();
  return { texts: null, groups };
}

/** Each followed by each; null where they are too many, or too long. */
function product(before: Group, after: Group): Group | null {
  if (before.length * after.length > TEXTS_MAX) return null;
  const all = new Set<string>();
  for (const one of before)
    for (const other of after) {
      if (one.length + other.length > LENGTH_MAX) return null;
      all.add(one + other);
    }
  return [...all];
}

function either(branches: readonly Known[]): Known {
  if (branches.every(({ texts, groups }) => texts !== null && groups.length === 0)) {
    const all = new Set(branches.flatMap(({ texts }) => texts!));
    if (all.size <= TEXTS_MAX) return { texts: [...all], groups: [] };
  }
  const best: string[] = [];
  for (const branch of branches) {
    const [first, ...others] = groupsOf(branch);
    if (first === undefined) return ANYTHING;
    best.push(...others.reduce((a, b) => (chanceOf(b) < chanceOf(a) ? b : a), first));
  }
  return best.length > 2 * TEXTS_MAX ? ANYTHING : { texts: null, groups: [[...new Set(best)]] };
}

/** Letters of English prose by their share in thousandths; others are rarer than that. */
const SHARES: Readonly<Record<string, number>> = {
  ...{ ' ': 170, e: 102, t: 74, a: 66, o: 61, i: 59, n: 59, s: 54, h: 46, r: 50, d: 35, l: 33 },
  ...{ u: 23, c: 23, m: 20, f: 18, w: 18, g: 16, p: 16, y: 15, b: 12, v: 8, k: 6 },
};
const RARE = 3;

const shares = new Float64Array(128).fill(RARE / 1000);
for (const [letter, share] of Object.entries(SHARES)) shares[letter.charCodeAt(0)] = share / 1000;

const chances = new WeakMap<Group, number>();

/** How often one of the texts is expected at a place of ordinary prose. */
function chanceOf(group: Group): number {
  const known = chances.get(group);
  if (known !== undefined) return known;
  let sum = 0;
  for (const text of group) {
    let all = 1;
    for (let at = 0; at < text.length; at++) all *= shares[text.charCodeAt(at)] ?? RARE / 1000;
    sum += all;
  }
  chances.set(group, sum);
  return sum;
}
