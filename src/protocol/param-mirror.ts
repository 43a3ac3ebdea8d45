/**
 * Arguments that Streamable HTTP mirrors into `Mcp-Param-*` headers (2026-07-28 basic/transports, `x-mcp-header`).
 *
 * A tool's inputSchema marks a property with `"x-mcp-header": "Region"`; the client then sends
 * `Mcp-Param-Region` beside the body, so that intermediaries can route without parsing. A mirror that is missing or
 * disagrees would let a header say one thing and the body another: the call is refused.
 */

import { decodeHeaderValue, encodeHeaderValue } from './headers.ts';

export interface ParamMirror {
  /** Path of property names from the arguments object. */
  readonly path: readonly string[];
  /** Lower-case header name, e.g. `mcp-param-region`. */
  readonly header: string;
}

const DEPTH_MAX = 8;
const MIRRORS_MAX = 32;
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/;

/** Finds the marked properties of an input schema, through nested `properties`. */
export function paramMirrors(schema: unknown): ParamMirror[] {
  const found: ParamMirror[] = [];
  collect(schema, [], found);
  return found;
}

function collect(schema: unknown, path: readonly string[], found: ParamMirror[]): void {
  const properties = (schema as { properties?: unknown } | null)?.properties;
  if (typeof properties !== 'object' || properties === null || path.length >= DEPTH_MAX) return;
  for (const [key, value] of Object.entries(properties)) {
    const name = (value as { 'x-mcp-header'?: unknown } | null)?.['x-mcp-header'];
    if (typeof name === 'string' && TOKEN.test(name) && found.length < MIRRORS_MAX) {
      found.push({ path: [...path, key], header: `mcp-param-${name.toLowerCase()}` });
    }
    collect(value, [...path, key], found);
  }
}

/** What the header must say for these arguments; undefined where the argument is absent or null. */
function expected(mirror: ParamMirror, args: unknown): string | undefined {
  let value: unknown = args;
  for (const key of mirror.path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return undefined;
}

/** Checks the client's headers (name, value, name, value…) against its arguments; undefined when they agree. */
export function mirrorFault(
  mirrors: readonly ParamMirror[],
  args: unknown,
  headers: readonly string[],
): string | undefined {
  const given = new Map<string, string>();
  for (let at = 0; at + 1 < headers.length; at += 2) {
    // Of two, an intermediary may read the one and a server the other.
    if (given.has(headers[at]!)) return `The header ${headers[at]} was sent twice.`;
    given.set(headers[at]!, headers[at + 1]!);
  }
  for (const mirror of mirrors) {
    const want = expected(mirror, args);
    const sent = given.get(mirror.header);
    if (want === undefined) {
      if (sent !== undefined) {
        return `The header ${mirror.header} is present but the argument is not.`;
      }
      continue;
    }
    if (sent === undefined) return `The header ${mirror.header} is missing.`;
    const said = decodeHeaderValue(sent);
    if (said === undefined) return `The header ${mirror.header} is not validly encoded.`;
    if (said !== want && !sameNumber(said, want)) {
      return `The header ${mirror.header} does not agree with the argument.`;
    }
  }
  return undefined;
}

/** Integers compare by value ("SHOULD compare numerically"): 42, 42.0 and 4.2e1 are one argument. */
function sameNumber(said: string, want: string): boolean {
  const number = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;
  return number.test(said) && number.test(want) && Number(said) === Number(want);
}

/** The headers for arguments of a client that sent none (legacy HTTP, stdio). */
export function mirrorHeaders(mirrors: readonly ParamMirror[], args: unknown): string[] {
  const headers: string[] = [];
  for (const mirror of mirrors) {
    const value = expected(mirror, args);
    if (value !== undefined) headers.push(mirror.header, encodeHeaderValue(value));
  }
  return headers;
}
