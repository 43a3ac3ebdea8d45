/**
 * Cuts an array into its elements and an object into its members, along the bytes.
 *
 * For bytes that are known to be valid JSON (a `Message`, or text that JSON.parse accepted): it checks nothing and
 * answers nonsense, though it always ends, when that is not so. Lists of definitions travel through it without being
 * serialised again.
 */

export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Member extends Span {
  /** Decoded. */
  readonly key: string;
  /** Of the opening quote of the key; `start` and `end` are those of the value. */
  readonly keyStart: number;
}

/** The spans of the elements of the array in [start, end), brackets included; of the first `max` of them. */
export function elements(
  bytes: Buffer,
  start: number,
  end: number,
  max = Number.POSITIVE_INFINITY,
): Span[] {
  const spans: Span[] = [];
  let at = skipBlank(bytes, start + 1, end);
  while (at < end - 1 && spans.length < max) {
    const past = skipValue(bytes, at, end);
    spans.push({ start: at, end: past });
    at = skipBlank(bytes, past, end) + 1;
    at = skipBlank(bytes, at, end);
  }
  return spans;
}

/** The members of the object in [start, end), braces included, in the order in which they stand. */
export function members(bytes: Buffer, start: number, end: number): Member[] {
  const found: Member[] = [];
  let at = skipBlank(bytes, start + 1, end);
  while (at < end - 1) {
    const keyStart = at;
    at = skipString(bytes, at + 1, end);
    const raw = bytes.utf8Slice(keyStart + 1, at - 1);
    const key = raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw;
    const value = skipBlank(bytes, skipBlank(bytes, at, end) + 1, end);
    const past = skipValue(bytes, value, end);
    found.push({ key, keyStart, start: value, end: past });
    at = skipBlank(bytes, skipBlank(bytes, past, end) + 1, end);
  }
  return found;
}

/** The end of the value that starts at `at`. */
function skipValue(bytes: Buffer, at: number, end: number): number {
  let depth = 0;
  while (at < end) {
    const byte = bytes[at]!;
    if (byte === 0x22) {
      at = skipString(bytes, at + 1, end);
      if (depth === 0) return at;
      continue;
    }
    if (byte === 0x7b || byte === 0x5b) depth++;
    else if (byte === 0x7d || byte === 0x5d) {
      if (depth === 0) return at;
      if (--depth === 0) return at + 1;
    } else if (depth === 0 && (byte === 0x2c || isBlank(byte))) return at;
    at++;
  }
  return end;
}

/** `at` follows the opening quote; returns the position after the closing one. */
function skipString(bytes: Buffer, at: number, end: number): number {
  for (;;) {
    const quote = bytes.indexOf(0x22, at);
    if (quote < 0 || quote >= end) return end;
    let escapes = 0;
    while (bytes[quote - 1 - escapes] === 0x5c && quote - escapes > at) escapes++;
    if (escapes % 2 === 0) return quote + 1;
    at = quote + 1;
  }
}

function skipBlank(bytes: Buffer, at: number, end: number): number {
  while (at < end && isBlank(bytes[at]!)) at++;
  return at;
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}
