/** Anchors that are many and alike, written as what they are: one expression for all of its texts. */

import { type Node, parsed } from '../pattern.ts';

/**
 * All texts that an expression of letters, alternatives and `?` stands for; of the last word of each no more than `letters`, which
 * tell as much and make a smaller automaton.
 */
export function textsOf(pattern: string, letters = Number.POSITIVE_INFINITY): string[] {
  const cut = (text: string) => text.slice(0, text.trimEnd().lastIndexOf(' ') + 1 + letters);
  return [...new Set(textsAt(parsed(pattern)).map(cut))];
}

function textsAt(node: Node): string[] {
  switch (node.kind) {
    case 'literal':
      return [String.fromCodePoint(node.code)];
    case 'set':
      return (node.codes ?? unknown()).map((code) => String.fromCodePoint(code));
    case 'all':
      return node.of
        .map(textsAt)
        .reduce((heads, tails) => heads.flatMap((head) => tails.map((tail) => head + tail)), ['']);
    case 'one':
      return node.of.flatMap(textsAt);
    case 'repeat':
      return node.min === 0 && node.max === 1 ? ['', ...textsAt(node.of)] : unknown();
    default:
      return unknown();
  }
}

function unknown(): never {
  throw new Error('Not a list of texts');
}
