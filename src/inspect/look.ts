/**
 * Findings in a piece of JSON: the one call between the gateway's stages and the engine.
 *
 * Small ones are looked at here and now, without a promise; others in a thread of their own, so that one large message
 * is nobody else's delay. Where the one ends and the other begins was measured (bench/micro/inspect.ts, docs/decisions/0010).
 */

import { poolOf } from './pool.ts';
import type { Finding } from './rule.ts';
import type { RuleSet } from './rule-set.ts';
import { findingsIn, type Task } from './task.ts';

export interface About extends Task {
  /** The server's name; '' where there is none. */
  readonly server: string;
  /** What goes with a request and is none of its arguments: refusals say so. */
  readonly isBeside?: boolean;
}

export interface LookLimits {
  /** What is larger is looked at elsewhere. */
  readonly inlineBytes: number;
  /** For what is looked at elsewhere, from when it is handed over and there is a thread. */
  readonly deadlineMs: number;
}

/** A definition has this at least: it is read once, and what is not read in time is withdrawn until its server changes it. */
const DEFINITION_MS = 15_000;

/** The promise is rejected where nobody looked: the queue is full, the time is over, the thread has ended. */
export function look(
  bytes: Buffer,
  start: number,
  end: number,
  about: Task,
  rules: RuleSet,
  { inlineBytes, deadlineMs }: LookLimits,
): Finding[] | Promise<Finding[]> {
  if (end - start <= inlineBytes) return findingsIn(bytes, start, end, about, rules);
  const ms = about.direction === 'definition' ? Math.max(deadlineMs, DEFINITION_MS) : deadlineMs;
  return poolOf(rules).look(bytes, start, end, about, ms);
}
