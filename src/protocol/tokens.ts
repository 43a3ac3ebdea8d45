/**
 * The small steps of the scanner: blanks, literals, hexadecimal digits, and telling keys apart.
 *
 * A step returns a position, or one of the codes below, which are negative. None of them keeps state.
 */

import { LOWER } from './names.ts';

/** Not JSON. */
export const SYNTAX = -1;
/** Valid perhaps, but two parsers may differ, or a line would break: the canonical form must be made first. */
export const SLOW = -2;
/** Nested beyond the limit. */
export const DEEP = -3;

const DIFFERENT = 0;
export const TWIN = 1;
export const SAME = 2;

/** Two keys of equal length: the same, the same but for ASCII case, or different. */
export function compare(bytes: Buffer, one: number, other: number, length: number): number {
  let alike = SAME;
  for (let at = 0; at < length; at++) {
    const a = bytes[one + at]!;
    const b = bytes[other + at]!;
    if (a === b) continue;
    if (LOWER[a] !== LOWER[b]) return DIFFERENT;
    alike = TWIN;
  }
  return alike;
}

/** Past spaces and tabs; newlines stay where they are and become `unexpected`. */
export function skip(bytes: Buffer, at: number): number {
  let byte = bytes[at];
  while (byte === 0x20 || byte === 0x09) byte = bytes[++at];
  return at;
}

/** A newline between tokens is valid JSON, but must not reach a newline-framed pipe. */
export function unexpected(byte: number): number {
  return byte === 0x0a || byte === 0x0d ? SLOW : SYNTAX;
}

export function literal(bytes: Buffer, at: number, end: number, first: number): number {
  if (first === 0x74 && at + 4 < end) {
    return bytes[at + 1] === 0x72 && bytes[at + 2] === 0x75 && bytes[at + 3] === 0x65
      ? at + 4
      : SYNTAX;
  }
  if (first === 0x6e && at + 4 < end) {
    return bytes[at + 1] === 0x75 && bytes[at + 2] === 0x6c && bytes[at + 3] === 0x6c
      ? at + 4
      : SYNTAX;
  }
  if (first === 0x66 && at + 5 < end) {
    return bytes[at + 1] === 0x61 &&
      bytes[at + 2] === 0x6c &&
      bytes[at + 3] === 0x73 &&
      bytes[at + 4] === 0x65
      ? at + 5
      : SYNTAX;
  }
  return unexpected(first);
}

/** Four hexadecimal digits as a number, or -1. */
export function hex4(bytes: Buffer, at: number): number {
  let unit = 0;
  for (let i = at; i < at + 4; i++) {
    const byte = bytes[i] ?? 0;
    const low = byte | 0x20;
    if (byte >= 0x30 && byte <= 0x39) unit = unit * 16 + byte - 0x30;
    else if (low >= 0x61 && low <= 0x66) unit = unit * 16 + low - 0x57;
    else return -1;
  }
  return unit;
}
