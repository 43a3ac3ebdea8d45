/**
 * The slow lane's bytes: one text for one value.
 *
 * What two parsers could read differently (a key twice, a key behind escapes, half a surrogate pair) is parsed once by
 * JSON.parse, and what that saw is written anew. The output is ASCII-safe for line readers of every kind, and reads
 * the same to everybody. It does not decide whether the value is a message; `json-rpc.ts` scans and judges the output.
 */

import { isAscii } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { isExact } from './numbers.ts';

/** Beside LF and CR, what some line readers end a line at: Node's readline at U+2028 and U+2029, Python's splitlines at U+0085. */
const LINE_ENDS = /[\u0085\u2028\u2029]/g;

/**
 * Escapes those. They are valid JSON inside strings only, so in valid text the value stays, and invalid text stays
 * invalid. Without this a string could smuggle a second message past a server that reads with readline.
 */
export function escapeLineEnds(bytes: Buffer): Buffer {
  if (isAscii(bytes)) return bytes;
  if (bytes.indexOf('\u2028') < 0 && bytes.indexOf('\u2029') < 0 && bytes.indexOf('\u0085') < 0) {
    return bytes;
  }
  return Buffer.from(withoutLineEnds(bytes.utf8Slice()));
}

function withoutLineEnds(text: string): string {
  return text.replace(LINE_ENDS, (end, at: number) =>
    // After a lone backslash it is an invalid escape; written out, the two would make a valid one.
    isEscaped(text, at) ? end : `\\u${end.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text[at - 1 - backslashes] === '\\') backslashes++;
  return backslashes % 2 === 1;
}

/** Raw newlines become spaces. Only for text that JSON.parse accepted: there they stand between tokens. */
export function respace(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  for (let at = copy.indexOf(0x0a); at >= 0; at = copy.indexOf(0x0a, at + 1)) copy[at] = 0x20;
  for (let at = copy.indexOf(0x0d); at >= 0; at = copy.indexOf(0x0d, at + 1)) copy[at] = 0x20;
  return copy;
}

/** How deep JSON text nests, and whether a number in it would change on the way through a double. */
export function survey(text: string): { depth: number; inexact: boolean } {
  let depth = 0;
  let deepest = 0;
  let inexact = false;
  const token = /["{}[\]]|-?[0-9][0-9.eE+-]*/g;
  for (let found = token.exec(text); found !== null; found = token.exec(text)) {
    const first = found[0];
    if (first === '"') token.lastIndex = endOfString(text, token.lastIndex);
    else if (first === '{' || first === '[') deepest = Math.max(deepest, ++depth);
    else if (first === '}' || first === ']') depth--;
    else inexact ||= !isExact(first);
  }
  return { depth: deepest, inexact };
}

function endOfString(text: string, at: number): number {
  for (; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0x5c) at++;
    else if (unit === 0x22) return at + 1;
  }
  return at;
}

/** What stands before a number while it travels through JSON.parse as a string. Nobody outside can know it. */
const SHIELD = randomBytes(16).toString('hex');
const SHIELDED = new RegExp(`"${SHIELD}([^"]+)"`, 'g');

/** As `canonicalise`, for what is not judged by its numbers: each keeps its digits (2^64 - 1, 1.0). */
export function canonicaliseKeepingNumbers(text: string): Buffer {
  const value: unknown = JSON.parse(shielded(text));
  return Buffer.from(canonicalise(value, text).utf8Slice().replace(SHIELDED, '$1'));
}

function shielded(text: string): string {
  const token = /["]|-?[0-9][0-9.eE+-]*/g;
  let shown = '';
  let from = 0;
  for (let found = token.exec(text); found !== null; found = token.exec(text)) {
    const literal = found[0];
    if (literal === '"') token.lastIndex = endOfString(text, token.lastIndex);
    else {
      shown += `${text.slice(from, found.index)}"${SHIELD}${literal}"`;
      from = token.lastIndex;
    }
  }
  return shown + text.slice(from);
}

/** Writes the value that JSON.parse made of `text`. The caller has bounded the depth. */
export function canonicalise(value: unknown, text: string): Buffer {
  const halves = /\\u[dD][89a-fA-F]/.test(text);
  return Buffer.from(withoutLineEnds(JSON.stringify(halves ? wellFormed(value) : value)));
}

/**
 * The same value with U+FFFD for each lone surrogate, as every UTF-8 encoder would have it. Objects are rebuilt without
 * a prototype, so that a member named __proto__ stays a member.
 */
function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(wellFormed);
  const copy: Record<string, unknown> = Object.create(null);
  for (const [key, member] of Object.entries(value)) copy[key.toWellFormed()] = wellFormed(member);
  return copy;
}
