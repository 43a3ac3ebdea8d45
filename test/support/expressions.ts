/** Random expressions in RE2 syntax, and texts made of what an expression says. */

import type { Node } from '../../src/inspect/pattern.ts';

type Below = (below: number) => number;

const LITERALS = [
  'a',
  'b',
  'c',
  'k',
  's',
  'K',
  'A',
  '_',
  '1',
  ' ',
  '\\n',
  'é',
  'ſ',
  '\u212a',
  '你',
];
const ESCAPED = ['😀', '-', '\\.', 'я', '\\x{1F600}', '\\x41', '\ud83d', '\\Qa.b\\E'];
const CLASSES = [
  '[ab]',
  '[^a]',
  '\\w',
  '\\W',
  '\\d',
  '\\s',
  '\\S',
  '.',
  '[a-c]',
  '[^\\n]',
  '[\\w-]',
];
const OTHERS = ['[[:alpha:]_]', '[[:^digit:]]', '[^\\W]', '[à-ÿ]', '[^\\x00-\\x7f]', '[а-я😀]'];
const EDGES = ['\\b', '\\B', '^', '$', '\\A', '\\z'];
const FLAGS = ['i', 'm', 's', 'im', 'si', '-i', 'i-s', 'U'];
const REPEATS = ['*', '+', '?', '*?', '+?', '??', '{2}', '{0,3}', '{1,5}', '{3,}', '{2,4}?', '{0}'];
const ONES = [...LITERALS, ...ESCAPED, ...CLASSES, ...OTHERS];
/** Few characters, so that texts of them are matched. */
const ALPHABET = ['a', 'b', 'a', 'c', 'k', 's', 'K', 'ſ', 'A', '_', '1', ' ', '\n', 'é', '\u212a'];
const RARE = ['你', '😀', '-', '.', 'я', 'Я', '\ud83d', '\ude00', 'x'];
const LETTERS = [...ALPHABET, ...RARE];

export function randomExpression(below: Below, depth: number): string {
  const pick = (all: readonly string[]) => all[below(all.length)]!;
  const inner = () => randomExpression(below, depth - 1);
  const choice = depth <= 0 ? below(40) : below(100);
  if (choice < 30) return pick(ONES);
  if (choice < 40) return pick(EDGES);
  if (choice < 58) return inner() + inner();
  if (choice < 72) return `(?:${Array.from({ length: 1 + below(4) }, inner).join('|')}|${inner()})`;
  if (choice < 75) return `(?:|${inner()})`;
  if (choice < 78) return `(?${pick(FLAGS)}:${inner()})`;
  return `(?:${inner()})${pick(REPEATS)}`;
}

/** Of an alphabet of its own, which may be a few letters only. */
export function randomText(below: Below, lengthMax: number): string {
  const [from, count] = [below(LETTERS.length), 1 + below(LETTERS.length)];
  const length = below(lengthMax + 1);
  const letters = Array.from({ length }, () => LETTERS[(from + below(count)) % LETTERS.length]!);
  return letters.join('');
}

const FILLERS = 'azAZ09 _-.,:é你\n"=/ſ';

/** One text that the tree stands for, without regard to edges; what is repeated is repeated up to `times` more than it must be. */
export function textOf(node: Node, below: Below, times = 3): string {
  switch (node.kind) {
    case 'literal':
      return below(5) > 0 ? String.fromCodePoint(node.code) : within(node.ranges, below);
    case 'set':
      if (node.ranges === null || node.ranges.length === 0) return 'x';
      if (node.codes === null) return filler(node.ranges, below);
      return String.fromCodePoint(node.codes[below(node.codes.length)]!);
    case 'edge':
      return below(4) > 0 ? '' : ' ';
    case 'all':
      return node.of.map((one) => textOf(one, below, times)).join('');
    case 'one':
      return textOf(node.of[below(node.of.length)]!, below, times);
    default: {
      const more = Math.min(node.max - node.min, times);
      const length = node.min + below(more + 1);
      return Array.from({ length }, () => textOf(node.of, below, times)).join('');
    }
  }
}

function within(ranges: readonly number[], below: Below): string {
  return String.fromCodePoint(ranges[2 * below(ranges.length / 2)]!);
}

/** A character that texts have, where one of some drawn is in the set. */
function filler(ranges: readonly number[], below: Below): string {
  for (let tries = 0; tries < 20; tries++) {
    const one = FILLERS[below(FILLERS.length)]!;
    const code = one.codePointAt(0)!;
    if (ranges.some((first, at) => at % 2 === 0 && first <= code && code <= ranges[at + 1]!))
      return one;
  }
  return within(ranges, below);
}

/** The text with some of it changed, left out or doubled. */
export function edited(text: string, below: Below): string {
  const at = below(text.length + 1);
  const other = FILLERS[below(FILLERS.length)]!;
  const edits = [
    () => text,
    () => `foo ${text} bar`,
    () => text.slice(0, at) + other + text.slice(at),
    () => text.slice(0, at) + text.slice(at + 1),
    () => text.slice(0, at) + other + text.slice(at + 1),
    () => text + text.slice(at),
    () => text.toUpperCase(),
    () => text.slice(at),
  ];
  return edits[below(edits.length)]!();
}
