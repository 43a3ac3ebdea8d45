/**
 * New bytes from old: the parts between the edits are copied, never parsed again.
 *
 * The caller vouches that each `put` is valid JSON where it stands. Edits come from the spans of a `Message` or from
 * `members`, so they fall on token borders.
 */

import assert from 'node:assert/strict';
import type { Message } from './message.ts';

/** Replaces [start, end) by `put`; start === end inserts. A number is a whole one and is written in digits. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly put: string | Buffer | number;
}

/** Up to here bytes are copied one by one: a view to hand to native code costs more (measured, Node.js 20). */
const NEAR = 48;

/**
 * A message and what is to be changed in it: bytes that are not made before somebody says where to.
 *
 * Who writes to a socket or a pipe copies into memory of its own (`copyTo`), so that a relayed message is copied once and
 * nothing is allocated for it; who keeps it, or hands it on, makes a Buffer of it.
 */
export class Spliced {
  readonly length: number;
  /** Every `put` is ASCII: it adds no bytes that a reader of lines could take for the end of one. */
  readonly isPlain: boolean;
  readonly #bytes: Buffer;
  readonly #edits: readonly Edit[];

  /** `edits` are sorted and do not overlap. */
  constructor(bytes: Buffer, edits: readonly Edit[]) {
    let { length } = bytes;
    let last = 0;
    let isPlain = true;
    for (let i = 0; i < edits.length; i++) {
      const { start, end, put } = edits[i]!;
      // An edit out of order would send bytes that nobody judged.
      if (!(start >= last && end >= start && end <= bytes.length))
        assert.fail('edits not in order');
      last = end;
      const added = lengthOf(put);
      isPlain &&= typeof put !== 'object' && (typeof put === 'number' || added === put.length);
      length += start - end + added;
    }
    this.length = length;
    this.isPlain = isPlain;
    this.#bytes = bytes;
    this.#edits = edits;
  }

  /** Writes all of it at `to`; there must be room for `length` bytes. */
  copyTo(target: Buffer, to: number): void {
    const bytes = this.#bytes;
    const edits = this.#edits;
    let from = 0;
    for (let i = 0; i < edits.length; i++) {
      const { start, end, put } = edits[i]!;
      to = copied(bytes, from, start, target, to);
      to = written(put, target, to);
      from = end;
    }
    copied(bytes, from, bytes.length, target, to);
  }

  toBuffer(): Buffer {
    const buffer = Buffer.allocUnsafe(this.length);
    this.copyTo(buffer, 0);
    return buffer;
  }
}

/** The bytes as they are, where they are a Buffer already. */
export function bufferOf(bytes: Buffer | Spliced): Buffer {
  return bytes instanceof Spliced ? bytes.toBuffer() : bytes;
}

/** Applies edits that are sorted and do not overlap. */
export function splice(bytes: Buffer, edits: readonly Edit[]): Buffer {
  return new Spliced(bytes, edits).toBuffer();
}

function lengthOf(put: string | Buffer | number): number {
  if (typeof put === 'number') {
    let digits = 1;
    for (let limit = 10; put >= limit; limit *= 10) digits++;
    return digits;
  }
  if (typeof put !== 'string') return put.length;
  return isNearAscii(put) ? put.length : Buffer.byteLength(put);
}

function isNearAscii(text: string): boolean {
  if (text.length > NEAR) return false;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 0x80) return false;
  return true;
}

/** Copies [from, end) of `bytes`; returns where it ends in `target`. */
function copied(bytes: Buffer, from: number, end: number, target: Buffer, to: number): number {
  if (end - from > NEAR) {
    target.set(new Uint8Array(bytes.buffer, bytes.byteOffset + from, end - from), to);
    return to + end - from;
  }
  while (from < end) target[to++] = bytes[from++]!;
  return to;
}

function written(put: string | Buffer | number, target: Buffer, to: number): number {
  if (typeof put === 'number') {
    const end = to + lengthOf(put);
    let rest = put;
    for (let at = end - 1; at >= to; at--) {
      const tens = Math.floor(rest / 10);
      target[at] = 0x30 + (rest - tens * 10);
      rest = tens;
    }
    return end;
  }
  if (typeof put !== 'string') return copied(put, 0, put.length, target, to);
  if (!isNearAscii(put)) return to + target.utf8Write(put, to);
  for (let i = 0; i < put.length; i++) target[to + i] = put.charCodeAt(i);
  return to + put.length;
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
export function withId(message: Message, id: string): Spliced {
  const { bytes, idStart, idEnd } = message;
  return idStart < 0
    ? new Spliced(bytes, [insertMember(0, bytes.length, bytes, `"id":${id}`)])
    : new Spliced(bytes, [{ start: idStart, end: idEnd, put: id }]);
}

/** The edit that puts `"key":value` first into the object in [start, end), which must not have the key. */
export function insertMember(start: number, end: number, bytes: Buffer, member: string): Edit {
  let at = start + 1;
  while (at < end - 1 && (bytes[at] === 0x20 || bytes[at] === 0x09)) at++;
  const put = at === end - 1 ? member : `${member},`;
  return { start: start + 1, end: start + 1, put };
}
