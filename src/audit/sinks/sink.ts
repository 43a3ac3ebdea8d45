/**
 * A place beside the folder to which records go.
 */

import type { AuditRecord } from '../record.ts';

/** A line of the log as it stands there, and what it says. */
export interface Carried {
  readonly line: Buffer;
  readonly record: AuditRecord;
}

/** It has none of them, and would not have them another time either: the fault is in one of them, or in their size. */
export interface Refused {
  /** Why, without a secret in the words. */
  readonly refused: string;
}

export function isRefused(answer: object | string | undefined): answer is Refused {
  return typeof answer === 'object' && 'refused' in answer;
}

export interface Sink {
  /**
   * Resolves when it has them, with words for the operator where it has not kept all of them, and when it will never have them.
   * Rejects, without a secret in the words, where it has none: they come again.
   */
  take(batch: readonly Carried[]): Promise<string | undefined | Refused>;
  close(): Promise<void> | void;
}

/** No sink is waited for longer. */
export const SINK_MS = 10_000;

const NEWLINE = Buffer.from('\n');

export function joined(batch: readonly Carried[]): Buffer {
  return Buffer.concat(batch.flatMap(({ line }) => [line, NEWLINE]));
}

/**
 * What is sent is wrong, says this answer: bad, too large, not to be processed. Every other one tells of whoever sends, of the
 * place or of the time (401, 403, 404, 429, 5xx), which somebody will mend.
 */
const REFUSALS: ReadonlySet<number> = new Set([400, 413, 422]);

/** One request; throws where the answer is neither success nor a refusal. Redirects lead elsewhere than the operator has said. */
export async function post(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
): Promise<Response | Refused> {
  const signal = AbortSignal.timeout(SINK_MS);
  const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'error' });
  if (response.ok) return response;
  await response.body?.cancel();
  if (REFUSALS.has(response.status)) return { refused: `it answered ${response.status}` };
  throw new Error(`it answered ${response.status}`);
}
