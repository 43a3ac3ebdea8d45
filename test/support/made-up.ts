/**
 * Secrets that are none: built from parts while a test runs, so that no line of this repository looks like a live one.
 */

import { createHash } from 'node:crypto';

export const DIGITS = '0123456789';
export const LOWER_HEX = `${DIGITS}abcdef`;
export const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
export const LETTERS = CAPITALS + CAPITALS.toLowerCase();
export const ALNUM = DIGITS + LETTERS;
export const URL64 = `${ALNUM}-_`;
export const BASE64 = `${ALNUM}+/`;

/** Text that looks random and is always the same for the same words. */
export function madeUp(alphabet: string, length: number, seed = 'sluice'): string {
  let text = '';
  for (let block = 0; text.length < length; block++) {
    const bytes = createHash('sha256').update(`${seed} ${alphabet} ${length} ${block}`).digest();
    // 256 is no multiple of most alphabets; nothing here depends on an even draw.
    for (const byte of bytes) text += alphabet[byte % alphabet.length];
  }
  return text.slice(0, length);
}

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/** Base58 with the checksum of Bitcoin at its end. */
export function base58Check(payload: Uint8Array): string {
  const once = createHash('sha256').update(payload).digest();
  const sum = createHash('sha256').update(once).digest().subarray(0, 4);
  let number = BigInt(`0x${Buffer.concat([payload, sum]).toString('hex')}`);
  let text = '';
  for (; number > 0n; number /= 58n) text = BASE58[Number(number % 58n)] + text;
  return text;
}
