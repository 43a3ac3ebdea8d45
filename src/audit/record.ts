/**
 * Lines of the log as records. What was written by the gateway is one; what somebody has put there in its place may be
 * anything, and must hold up nobody who reads on.
 */

export type AuditRecord = Readonly<Record<string, unknown>>;

/** Whoever reads a record may take these at their word: a moment that there is, and a word without spaces. */
export const TIME =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;
const KIND = /^[a-z_]{1,16}$/;

/** Null where a line is no record. */
export function recordOf(line: Buffer): AuditRecord | null {
  let record: AuditRecord | null;
  try {
    record = JSON.parse(line.utf8Slice()) as AuditRecord | null;
  } catch {
    return null;
  }
  if (typeof record !== 'object' || record === null) return null;
  const { seq, time, kind } = record;
  const isOne = Number.isSafeInteger(seq) && typeof time === 'string' && typeof kind === 'string';
  return isOne && TIME.test(time) && KIND.test(kind) ? record : null;
}
