/** What one check says of one text. Checks are pure functions from a text to the verdicts on it. */

import type { Confidence } from '../rule.ts';

export interface Verdict {
  readonly rule: string;
  readonly confidence: Confidence;
  /** In the text that was judged; absent where the check knows only that it is somewhere in it. */
  readonly at?: readonly [start: number, end: number];
}

export const high = (rule: string, at?: readonly [number, number]): Verdict =>
  at === undefined ? { rule, confidence: 'high' } : { rule, confidence: 'high', at };
export const medium = (rule: string): Verdict => ({ rule, confidence: 'medium' });
/** Recorded, never acted upon: what is everyday work for one deployment and an attack for another. */
export const low = (rule: string): Verdict => ({ rule, confidence: 'low' });

/** A set of words written as people read them: blank-separated. */
export const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** A bound was met: what lies beyond it was not looked at, so it does not pass. */
export const NOT_JUDGED = 'arguments.not-judged';
