/**
 * Lines of the log as records. What was written by the gateway is one; what somebody has put there in its place may be
 * anything, and must hold up nobody who reads on.
 */

import { headOf } from './ledger.ts';

export type AuditRecord = Readonly<Record<string, unknown>>;

/** Null where a line is no record. */
export function recordOf(line: Buffer): AuditRecord | null {
  const head = headOf(line);
  if (head === null || Number.isNaN(Date.parse(head.time))) return null;
  try {
    return JSON.parse(line.utf8Slice()) as AuditRecord;
  } catch {
    return null;
  }
}
