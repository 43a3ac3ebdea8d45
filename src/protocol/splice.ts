/**
 * New bytes from old: the parts between the edits are copied, never parsed again.
 *
 * The caller vouches that each `put` is valid JSON where it stands. Edits come from the spans of a `Message` or from
 * `members`, so they fall on token borders.
 */

import assert from 'node:assert/strict';
import type { Message } from './message.ts';

/** Replaces [start, end) by `put`; start === end inserts. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly put: string | Buffer;
}

/** Applies edits that are sorted and do not overlap. */
export function splice(bytes: Buffer, edits: readonly Edit[]): Buffer {
  let length = bytes.length;
  let last = 0;
  for (const { start, end, put } of edits) {
    // An edit out of order would send bytes that nobody judged.
    assert(start >= last && end >= start && end <= bytes.length, 'edits sorted and inside');
    last = end;
    length += start - end + (typeof put === 'string' ? Buffer.byteLength(put) : put.length);
  }
  const spliced = Buffer.allocUnsafe(length);
  let from = 0;
  let to = 0;
  for (const { start, end, put } of edits) {
    to += bytes.copy(spliced, to, from, start);
    to += typeof put === 'string' ? spliced.utf8Write(put, to) : put.copy(spliced, to);
    from = end;
  }
  bytes.copy(spliced, to, from);
  return spliced;
}

/**
 * Sorts edits in place. Of two at one place the insertion comes first: what follows it may be taken out.
 * By insertion: there are two to six, and Array.sort allocated more for them than the whole splice (measured).
 */
export function inOrder(edits: Edit[]): Edit[] {
  for (let i = 1; i < edits.length; i++) {
    const edit = edits[i]!;
    let at = i;
    for (; at > 0 && isAfter(edits[at - 1]!, edit); at--) edits[at] = edits[at - 1]!;
    edits[at] = edit;
  }
  return edits;
}

function isAfter(a: Edit, b: Edit): boolean {
  return a.start === b.start ? a.end > b.end : a.start > b.start;
}

/** The same message with another id, given as raw JSON text; a message without id gets one. */
export function withId(message: Message, id: string): Buffer {
  const { bytes, idStart, idEnd } = message;
  return idStart < 0
    ? splice(bytes, [insertMember(0, bytes.length, bytes, `"id":${id}`)])
    : splice(bytes, [{ start: idStart, end: idEnd, put: id }]);
}

/** The edit that puts `"key":value` first into the object in [start, end), which must not have the key. */
export function insertMember(start: number, end: number, bytes: Buffer, member: string): Edit {
  let at = start + 1;
  while (at < end - 1 && (bytes[at] === 0x20 || bytes[at] === 0x09)) at++;
  const put = at === end - 1 ? member : `${member},`;
  return { start: start + 1, end: start + 1, put };
}
