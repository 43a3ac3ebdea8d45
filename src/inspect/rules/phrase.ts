/**
 * Rules over prose, written once and read in two forms.
 *
 * A phrase is an expression over words with one blank between them. `~3` stands for up to three words of any kind, which
 * is what makes a phrase a grammar and not a sentence: "ignore~3 instructions" reads "ignore all of your instructions".
 * `~w` is one word of any kind. The same source without its blanks reads the `joined` form, where gaps between words were moved or taken away; there a
 * word of a gap is counted as seven letters. Phrases of few or short words must not be joined: "as a dan" is in "was a dance".
 */

import type { Confidence, Direction, FindingClass, TextRule } from '../rule.ts';

export interface Phrase {
  readonly id: string;
  readonly confidence: Confidence;
  /** One of them is in every match; words one blank apart. */
  readonly anchors: readonly string[];
  readonly pattern: string;
  readonly in?: readonly Direction[];
  readonly isJoined?: boolean;
  /** A match of which this is true is none: what RE2 has no words for, such as a `not` before it. */
  readonly unless?: RegExp;
}

/** Not bounded, as the window around an anchor is; counted repeats of characters would make the automata 20 times larger. */
const WORD = '[^ ]+';
const JOINED_WORD_LETTERS = 14;
const SMALL_WORDS =
  'all|any|and|or|of|the|these|those|this|that|your|my|our|its|their|every|other|you|i|we|to|for|from|a|an|in|on|at|with|been|have|was|were|given|told|it|them|us|me|now|just|please|as|is|are|be|by|first|also|must|should|will|file|data|tool|user|read|then|so|such|not|do|make|sure|full|list|use|using|when|before|after';
/** Farther than any phrase reaches: 24 words of gap, most of them short. */
const REACH = 240;

/** The rules of a phrase: one for words, one for joined where it may be. */
export function phrase(phrase: Phrase): TextRule[] {
  const { isJoined = true } = phrase;
  return isJoined ? [inWords(phrase), joined(phrase)] : [inWords(phrase)];
}

function inWords({ anchors, pattern, ...rule }: Phrase): TextRule {
  const expression = pattern.replaceAll('~w', WORD).replace(/~(\d+)/g, `(?: ${WORD}){0,$1}`);
  return ofProse(rule, 'words', anchors, `\\b(?:${expression})\\b`);
}

function joined({ anchors, pattern, ...rule }: Phrase): TextRule {
  const expression = pattern
    .replaceAll(' ?', '')
    .replaceAll(' ', '')
    .replaceAll('~w', `[^ ]{1,${JOINED_WORD_LETTERS}}`)
    .replace(/~\d+/g, `(?:${SMALL_WORDS})*`);
  const letters = anchors.map((anchor) => anchor.replaceAll(' ', ''));
  return ofProse(rule, 'joined', letters, expression);
}

function ofProse(
  { id, confidence, in: directions, unless }: Omit<Phrase, 'anchors' | 'pattern'>,
  form: 'words' | 'joined',
  anchors: readonly string[],
  pattern: string,
): TextRule {
  return {
    id,
    class: id.slice(0, id.indexOf('.')) as FindingClass,
    confidence,
    forms: [form],
    ...(directions === undefined ? {} : { in: directions }),
    anchors,
    reach: [REACH, REACH],
    pattern,
    ...(unless === undefined ? {} : { accepts: (_value, match) => !unless.test(match) }),
  };
}

/** A rule over the text as it stands, case ignored: markup, paths, scripts whose letters must not be folded. */
export function literal(
  rule: Omit<Phrase, 'isJoined'> & {
    readonly isCaseExact?: boolean;
    readonly reach?: TextRule['reach'];
  },
): TextRule {
  return {
    id: rule.id,
    class: rule.id.slice(0, rule.id.indexOf('.')) as FindingClass,
    confidence: rule.confidence,
    forms: ['exact'],
    ...(rule.in === undefined ? {} : { in: rule.in }),
    anchors: rule.anchors,
    reach: rule.reach ?? [REACH, REACH],
    pattern: rule.isCaseExact === true ? rule.pattern : `(?i)${rule.pattern}`,
  };
}
