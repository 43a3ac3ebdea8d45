/**
 * A place beside the folder to which records go.
 */

import type { AuditRecord } from '../record.ts';

/** A line of the log as it stands there, and what it says. */
export interface Carried {
  readonly line: Buffer;
  readonly record: AuditRecord;
}

export interface Sink {
  /**
   * Resolves when it has them, with words for the operator where it has not kept all of them. Rejects, without a secret in the
   * words, where it has none: they come again.
   */
  take(batch: readonly Carried[]): Promise<string | undefined>;
  close(): Promise<void> | void;
}

/** No sink is waited for longer. */
export const SINK_MS = 10_000;

const NEWLINE = Buffer.from('\n');

export function joined(batch: readonly Carried[]): Buffer {
  return Buffer.concat(batch.flatMap(({ line }) => [line, NEWLINE]));
}

/** One request; throws where the answer is not one of success. Redirects lead elsewhere than the operator has said. */
export async function post(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
): Promise<Response> {
  const signal = AbortSignal.timeout(SINK_MS);
  const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'error' });
  if (response.ok) return response;
  await response.body?.cancel();
  throw new Error(`it answered ${response.status}`);
}
