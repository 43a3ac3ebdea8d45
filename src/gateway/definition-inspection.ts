/** One definition, inspected: never let through by a bug or a moment's load, and what is told of what was found. */

import type { Logger } from 'pino';
import {
  type About,
  type Inspection,
  leavesOf,
  type Outcome,
  placesOf,
} from '../inspect/inspect.ts';
import { refuse } from '../protocol/refusal.ts';

/** What could not be inspected stays withdrawn for as long as its server does not change it: a moment's load is no reason. */
const TRIES = 3;

export async function inspectDefinition(
  inspection: Inspection,
  bytes: Buffer,
  about: About,
  log: Logger,
): Promise<Outcome | undefined> {
  let outcome = await inspectOnce(inspection, bytes, about, log);
  for (let tries = 1; tries < TRIES && outcome?.verdict === null; tries++) {
    outcome = await inspectOnce(inspection, bytes, about, log);
  }
  return outcome;
}

/** A bug must neither end the process nor let anything through. */
async function inspectOnce(
  inspection: Inspection,
  bytes: Buffer,
  about: About,
  log: Logger,
): Promise<Outcome | undefined> {
  try {
    return await inspection.inspect(bytes, 0, bytes.length, about);
  } catch (error) {
    log.error({ err: error }, 'a definition could not be inspected, by a bug');
    return { kind: 'refused', refusal: refuse('not_inspected'), verdict: null };
  }
}

export function rulesOf({ verdict }: Outcome): string[] {
  return [...new Set((verdict?.findings ?? []).map(({ rule }) => rule))];
}

export function wordsFor(outcome: Outcome): string {
  if (outcome.verdict === null) return 'it could not be inspected';
  return wordsOfFindings(outcome.verdict.findings);
}

export function wordsOfFindings(findings: NonNullable<Outcome['verdict']>['findings']): string {
  const places = placesOf(findings).map(({ rule, path }) => `${rule} at ${path || '/'}`);
  const details = [...new Set(findings.flatMap(({ detail }) => detail ?? []))].slice(0, 3);
  const which = details.length === 0 ? '' : ` (${details.join(', ')})`;
  return `inspection found ${places.join(', ')}${which}`;
}

/** What a model reads of a definition; names of members are no prose. */
export function textsOf(bytes: Buffer): string[] {
  return leavesOf(JSON.parse(bytes.utf8Slice())).flatMap(({ text, isKey }) =>
    isKey ? [] : [text],
  );
}
