/**
 * Rules and dictionaries of the operator, in the same form as those that come with Sluice.
 *
 * Nothing is run that has no anchor: an expression tried at every letter of every message would be the operator's own
 * denial of service. Where none is given it is read off the expression: the longest text that stands in every match.
 */

import { RE2JS } from 're2js';
import type { InspectConfig } from './config.ts';
import type { Dictionary, OwnRule } from './config-rules.ts';
import { Linear } from './linear.ts';
import type { TextRule } from './rule.ts';

const ANCHOR_CHARS_MIN = 3;
/** Words of one expression: a dictionary of thousands becomes several rules. */
const WORDS_PER_RULE = 64;
/** Around a word of a dictionary. */
const WORD_REACH = [258, 258] as const;

/** Why the rule cannot be used, and which of its keys says so. */
export function operatorRuleFault(
  rule: Pick<OwnRule, 'pattern' | 'anchors'>,
): { key: 'pattern' | 'anchors'; words: string } | undefined {
  try {
    RE2JS.compile(rule.pattern);
    new Linear(rule.pattern);
  } catch {
    return { key: 'pattern', words: 'an expression in RE2 syntax' };
  }
  const given = rule.anchors ?? anchorsOf(rule.pattern);
  if (given === undefined || given.length === 0) {
    const words = `an expression with a text of ${ANCHOR_CHARS_MIN} letters or more in every match; else say "anchors"`;
    return { key: 'pattern', words };
  }
  if (given.every((anchor) => anchor === anchor.toLowerCase())) return undefined;
  return { key: 'anchors', words: 'in small letters; they are found whatever the case' };
}

/** Of the file itself as `own.ID`, of its packs as `PACK.ID`. */
export function operatorRules({ rules, dictionaries, rulePacks = [] }: InspectConfig): TextRule[] {
  return [{ name: 'own', rules, dictionaries }, ...rulePacks].flatMap((pack) => [
    ...pack.rules.map((rule) => ruleOf(rule, pack.name)),
    ...pack.dictionaries.flatMap((dictionary) => wordsOf(dictionary, pack.name)),
  ]);
}

function ruleOf(rule: OwnRule, pack: string): TextRule {
  return {
    id: `${pack}.${rule.id}`,
    class: rule.class,
    confidence: rule.confidence,
    forms: ['exact'],
    ...(rule.in === undefined ? {} : { in: rule.in }),
    anchors: rule.anchors ?? anchorsOf(rule.pattern) ?? [],
    reach: [rule.reach, rule.reach],
    pattern: rule.pattern,
  };
}

function wordsOf(dictionary: Dictionary, pack: string): TextRule[] {
  const { words } = dictionary;
  const rules: TextRule[] = [];
  for (let at = 0; at < words.length; at += WORDS_PER_RULE) {
    const part = words.slice(at, at + WORDS_PER_RULE);
    rules.push({
      id: `${pack}.${dictionary.id}`,
      class: dictionary.class,
      confidence: dictionary.confidence,
      forms: ['exact'],
      ...(dictionary.in === undefined ? {} : { in: dictionary.in }),
      anchors: part.map((word) => word.toLowerCase()),
      reach: WORD_REACH,
      pattern: `(?i)(?:^|[^\\pL\\pN])(?P<value>${part.map(quoted).join('|')})(?:[^\\pL\\pN]|$)`,
    });
  }
  return rules;
}

function quoted(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/**
 * Texts of which one is in every match of the expression, in small letters; undefined where that cannot be read off. Only
 * the outermost level is read: what stands in a group or may be absent counts for nothing.
 */
export function anchorsOf(pattern: string): string[] | undefined {
  const anchors: string[] = [];
  for (const branch of branches(pattern.replace(/^\(\?[ims]+\)/, ''))) {
    const best = longestLiteral(branch);
    if (best.length < ANCHOR_CHARS_MIN) return undefined;
    anchors.push(best.toLowerCase());
  }
  return anchors;
}

/** The alternatives of the outermost level. */
function branches(pattern: string): string[] {
  const found: string[] = [];
  let from = 0;
  let at = 0;
  while (at < pattern.length) {
    if (pattern[at] === '|') {
      found.push(pattern.slice(from, at));
      from = at + 1;
    }
    at = pastItem(pattern, at);
  }
  found.push(pattern.slice(from));
  return found;
}

function longestLiteral(branch: string): string {
  let best = '';
  let run = '';
  const end = () => {
    if (run.length > best.length) best = run;
    run = '';
  };
  for (let at = 0; at < branch.length; ) {
    const past = pastItem(branch, at);
    const letter = literalAt(branch, at);
    const [min, pastRepeat] = repeatAt(branch, past);
    if (letter === undefined || min === 0) end();
    else run += letter;
    // Repeated, the next letter need not follow this one directly.
    if (pastRepeat > past) end();
    at = pastRepeat;
  }
  end();
  return best;
}

/** The end of the letter, escape, class or group at `at`. */
function pastItem(pattern: string, at: number): number {
  const first = pattern[at];
  if (first === '\\') {
    const braced = /^\\[pPx]\{[^}]*\}/.exec(pattern.slice(at, at + 64));
    if (braced !== null) return at + braced[0].length;
    return at + (pattern[at + 1] === 'x' ? 4 : /[pP]/.test(pattern[at + 1] ?? '') ? 3 : 2);
  }
  if (first === '[') return pastClass(pattern, at);
  if (first !== '(') return at + 1;
  let depth = 0;
  while (at < pattern.length) {
    const here = pattern[at];
    if (here === '\\') at += 2;
    else if (here === '[') at = pastClass(pattern, at);
    else {
      if (here === '(') depth += 1;
      if (here === ')') depth -= 1;
      at += 1;
      if (depth === 0) return at;
    }
  }
  return at;
}

function pastClass(pattern: string, at: number): number {
  at += 1;
  if (pattern[at] === '^') at += 1;
  // A bracket that stands first is itself.
  if (pattern[at] === ']') at += 1;
  while (at < pattern.length && pattern[at] !== ']') {
    if (pattern[at] === '\\') at += 1;
    else if (pattern.startsWith('[:', at)) at = Math.max(at, pattern.indexOf(':]', at) + 1);
    at += 1;
  }
  return at + 1;
}

/** The letter that stands for itself at `at`; only ASCII, whose case is simple. */
function literalAt(pattern: string, at: number): string | undefined {
  const first = pattern[at]!;
  if (first === '\\') {
    const next = pattern[at + 1] ?? '';
    return /[^A-Za-z0-9]/.test(next) && next < '\u0080' ? next : undefined;
  }
  return /[.[(|^$*+?{]/.test(first) || first >= '\u0080' ? undefined : first;
}

/** How often at least what ends at `at` must stand, and where that is said to the end. */
function repeatAt(pattern: string, at: number): [min: number, past: number] {
  const found = /^(?:[*+?]|\{(\d+)(?:,\d*)?\})\??/.exec(pattern.slice(at, at + 16));
  if (found === null) return [1, at];
  const min = found[1] !== undefined ? Number(found[1]) : found[0][0] === '+' ? 1 : 0;
  return [min, at + found[0].length];
}
