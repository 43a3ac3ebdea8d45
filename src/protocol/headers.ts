/**
 * The HTTP headers that mirror a message's body (2026-07-28 basic/transports/streamable-http, "Standard headers").
 *
 * Pure. Decoding is strict: a value that only some decoders accept would let a header and a body disagree for one
 * reader and agree for another, which is what the mirror rule exists to prevent. What a tool declares for
 * `Mcp-Param-*` is not known here.
 */

/** `Mcp-Param-{Name}`, lower-case as servers hand header names out. */
export const PARAM_PREFIX = 'mcp-param-';

/** The mirror headers as they arrived; '' where absent (an empty header says nothing either). */
export interface MirrorHeaders {
  readonly version: string;
  readonly method: string;
  readonly name: string;
}

const SENTINEL_START = '=?base64?';
const SENTINEL_END = '?=';
/** What may stand in a header as it is: visible ASCII, inner blanks, no blank at either end (RFC 9110 5.5). */
const SAFE = /^[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Strips optional whitespace (RFC 9110 5.6.3: space and tab only; `trim()` would take more). */
export function trimOws(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && isOws(value.charCodeAt(start))) start++;
  while (end > start && isOws(value.charCodeAt(end - 1))) end--;
  return start === 0 && end === value.length ? value : value.slice(start, end);
}

function isOws(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** The value that a mirror header carries; undefined where its Base64 form is not exactly one encoding of UTF-8. */
export function decodeHeaderValue(raw: string): string | undefined {
  const value = trimOws(raw);
  if (!value.startsWith(SENTINEL_START) || !value.endsWith(SENTINEL_END)) return value;
  // `=?base64?=` alone: the two marks share their question mark, so there is nothing between them.
  if (value.length < SENTINEL_START.length + SENTINEL_END.length) return value;
  const inner = value.slice(SENTINEL_START.length, -SENTINEL_END.length);
  if (!BASE64.test(inner)) return undefined;
  const bytes = Buffer.from(inner, 'base64');
  // Padding bits that are not zero decode to the same bytes: two spellings of one name.
  if (bytes.toString('base64') !== inner) return undefined;
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** How a value travels in a mirror header: as it is where that is safe, else in the Base64 form. */
export function encodeHeaderValue(value: string): string {
  const looksEncoded = value.startsWith(SENTINEL_START) && value.endsWith(SENTINEL_END);
  if (SAFE.test(value) && !looksEncoded) return value;
  return `${SENTINEL_START}${Buffer.from(value, 'utf8').toString('base64')}${SENTINEL_END}`;
}
