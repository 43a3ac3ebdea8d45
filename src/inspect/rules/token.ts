/**
 * How the tables of token formats become rules.
 *
 * A row is a name and an expression for the value alone; this file adds what all of them share: no letter or digit just
 * before (so that "desk-ant-…" is no key), a value that is no placeholder, the literals by which the rule is found, and
 * a second rule for readings from which gaps were taken out, where there is no before and after.
 *
 * There is no boundary on the right: what is appended to a token would hide it. Lengths are lower bounds, and what
 * follows in the same alphabet is redacted with it.
 */

import type { Confidence, Form, TextRule } from '../rule.ts';
import { isTokenLike, isTokenLikeInARun } from './plausible.ts';

export const ALNUM = '[A-Za-z0-9]';
export const LOWER = '[a-z0-9]';
export const UPPER = '[A-Z0-9]';
export const HEX = '[a-f0-9]';
export const URL64 = '[A-Za-z0-9_-]';
export const BASE64 = '[A-Za-z0-9+/]';
export const UUID = `${HEX}{8}-${HEX}{4}-${HEX}{4}-${HEX}{4}-${HEX}{12}`;

export interface TokenOptions {
  /** Derived from the literal with which the pattern begins where absent. */
  readonly anchors?: readonly string[];
  /** Longest value before the start and after the end of an anchor. */
  readonly reach?: readonly [number, number];
  /** Besides being no placeholder; instead of looking random where `isShapeEnough`. */
  readonly accepts?: (value: string) => boolean;
  /** The format is proof, as a checksum or a long fixed text is: the value need not look random. */
  readonly isShapeEnough?: boolean;
  readonly confidence?: Confidence;
  /** Not read without gaps: too short or too common for it. */
  readonly isExactOnly?: boolean;
  /** Nothing in the same alphabet may follow: for formats that only their length tells from a digest. */
  readonly isWhole?: boolean;
}
export type TokenRow = readonly [name: string, pattern: string, options?: TokenOptions];

/** A line break or a tab may be written as an escape, a `=` as percent and two digits. */
const BEFORE = '(?:^|[^A-Za-z0-9]|\\\\[nrt]|%[0-9A-Fa-f]{2})';
const AFTER = '(?:[^A-Za-z0-9]|$)';
const REACH: readonly [number, number] = [8, 400];
/** Of the characters before the value. */
const MARGIN = 3;

export function tokens(rows: readonly TokenRow[]): TextRule[] {
  return rows.flatMap(([name, pattern, options = {}]) => token(name, pattern, options));
}

function token(name: string, pattern: string, options: TokenOptions): TextRule[] {
  const [before, after] = options.reach ?? REACH;
  const shared = {
    id: `secret.${name}`,
    class: 'secret',
    confidence: options.confidence ?? 'high',
    anchors: options.anchors ?? [leadingLiteral(pattern)],
    reach: [before + MARGIN, after + 1],
  } as const;
  const whole = options.isWhole ? AFTER : '';
  const exact: TextRule = {
    ...shared,
    forms: EXACT,
    pattern: `${BEFORE}(?P<value>${pattern})${whole}`,
    accepts: judge(options, isTokenLike),
  };
  if (options.isExactOnly || options.isWhole) return [exact];
  const compact: TextRule = {
    ...shared,
    forms: COMPACT,
    pattern: `(?P<value>${pattern})`,
    accepts: judge(options, isTokenLikeInARun),
  };
  return [exact, compact];
}
const EXACT: readonly Form[] = ['exact'];
const COMPACT: readonly Form[] = ['compact'];

function judge(
  { accepts, isShapeEnough }: TokenOptions,
  isLikely: (value: string) => boolean,
): (value: string) => boolean {
  if (isShapeEnough) return accepts ?? (() => true);
  return (value) => isLikely(value) && accepts?.(value) !== false;
}

/** The text with which every match begins, in lower case. A row whose pattern has none must name its anchors. */
function leadingLiteral(pattern: string): string {
  const literal = /^(?:[\w:/@~!=%" -]|\\[.$|])*/.exec(pattern)![0];
  // What is repeated or optional is not in every match.
  const isOpen = /^[?*{]/.test(pattern.slice(literal.length));
  const text = (isOpen ? literal.replace(/\\?.$/, '') : literal).replaceAll('\\', '').toLowerCase();
  if (text.length < 3) throw new Error(`No anchor for ${pattern}`);
  return text;
}
