/**
 * API keys: `sluice_`, 192 random bits in base 62, and a checksum by which scanners and typing errors are told from keys.
 *
 * The file holds the SHA-256 of a key only. No slow hash: there is nothing to guess in 192 random bits, and a slow one on
 * the path (scrypt takes 33 ms) would be a present to whoever floods. Looked up by hash, so no comparison leaks how much of
 * a key was right.
 */

import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Caller } from '../model.ts';
import type { ApiKeyConfig } from './config.ts';
import type { Verified } from './verified.ts';

export const KEY_PREFIX = 'sluice_';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 62^33 is more than 2^192, and 62^6 more than 2^32. */
const SECRET_LENGTH = 33;
const CHECK_LENGTH = 6;
const FORM = /^sluice_[0-9A-Za-z]{39}$/;

export interface NewKey {
  /** The key itself, which is kept nowhere. */
  readonly key: string;
  /** Hexadecimal. */
  readonly sha256: string;
}

export function makeKey(): NewKey {
  const body = base62(BigInt(`0x${randomBytes(24).toString('hex')}`), SECRET_LENGTH);
  const key = `${KEY_PREFIX}${body}${checksum(body)}`;
  return { key, sha256: createHash('sha256').update(key).digest('hex') };
}

/** Whether the text could be a key of ours at all. */
export function isWellFormed(key: string): boolean {
  if (!FORM.test(key)) return false;
  const body = key.slice(KEY_PREFIX.length, -CHECK_LENGTH);
  return key.endsWith(checksum(body));
}

/** The configured keys by their hash. */
export function apiKeyTable(entries: readonly ApiKeyConfig[]): Map<string, Verified> {
  return new Map(
    entries.map((entry) => {
      const until =
        entry.expires === undefined ? Number.POSITIVE_INFINITY : Date.parse(entry.expires);
      return [entry.sha256, { caller: callerOf(entry, until), until }];
    }),
  );
}

function callerOf(entry: ApiKeyConfig, until: number): Caller {
  const { agent, user, roles, scopes, tenant } = entry;
  const id = entry.caller ?? entry.id;
  return Object.freeze({
    id,
    by: 'api_key',
    agent,
    user,
    roles,
    scopes,
    tenant,
    credential: entry.id,
    until,
  });
}

function checksum(body: string): string {
  return base62(BigInt(crc32(body)), CHECK_LENGTH);
}

function base62(value: bigint, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest /= 62n)
    text = DIGITS[Number(rest % 62n)] + text;
  return text;
}
