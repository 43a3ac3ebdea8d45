/**
 * Reads a JWT without believing it: three parts, two JSON objects, nothing said twice.
 *
 * Everything that can be refused for its form is refused here, before any key is touched. A name that stands twice would
 * let the issuer and us read two different tokens (RFC 7519 4: reject or take the last; we reject). Headers that say where
 * a key is to be found (`jku`, `x5u`, `jwk`, `x5c`) are read by nobody: keys come from the configuration alone.
 */

import { isUtf8 } from 'node:buffer';
import { elements, members } from '../protocol/members.ts';
import type { Claims } from './claims.ts';

export const TOKEN_LENGTH_MAX = 8192;
const DEPTH_MAX = 8;
const PART = /^[A-Za-z0-9_-]+$/;

export interface ReadToken {
  readonly header: Claims;
  readonly claims: Claims;
}

/** Whether the text has the shape of a signed JWT; it may still be anything. */
export function looksLikeJwt(token: string): boolean {
  return token.startsWith('eyJ') && token.split('.', 4).length === 3;
}

/** What stands in the token, or why it is none. */
export function readToken(token: string): ReadToken | string {
  const [head = '', body = '', signature = '', ...rest] = token.split('.', 4);
  if (rest.length > 0 || !PART.test(head) || !PART.test(body) || !PART.test(signature)) {
    return 'it is not three parts of base64url';
  }
  const header = objectOf(head);
  const claims = objectOf(body);
  if (header === undefined || claims === undefined) {
    return 'a part of it is not a JSON object in which each name stands once';
  }
  return { header, claims };
}

function objectOf(part: string): Claims | undefined {
  const bytes = Buffer.from(part, 'base64url');
  if (!isUtf8(bytes)) return undefined;
  try {
    const value = JSON.parse(bytes.utf8Slice()) as unknown;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const text = Buffer.from(bytes.utf8Slice().trim());
    return isSaidOnce(text, 0, text.length, value, 0) ? (value as Claims) : undefined;
  } catch {
    return undefined;
  }
}

function isSaidOnce(
  bytes: Buffer,
  start: number,
  end: number,
  value: unknown,
  depth: number,
): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depth > DEPTH_MAX) return false;
  if (Array.isArray(value)) {
    return elements(bytes, start, end).every((one, at) =>
      isSaidOnce(bytes, one.start, one.end, value[at], depth + 1),
    );
  }
  const all = members(bytes, start, end);
  if (new Set(all.map(({ key }) => key)).size !== all.length) return false;
  return all.every((one) =>
    isSaidOnce(bytes, one.start, one.end, (value as Claims)[one.key], depth + 1),
  );
}
