/** Check digits of the formats that have them. Each function takes the text as it was matched and answers yes or no. */

import { createHash } from 'node:crypto';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

/** CRC-32 (IEEE 802.3) of ASCII text. */
export function crc32(text: string): number {
  let crc = 0xffffffff;
  for (let at = 0; at < text.length; at++)
    crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ text.charCodeAt(at)) & 255]!;
  return (crc ^ 0xffffffff) >>> 0;
}

/** At least six digits of base62, as GitHub and npm write a CRC-32. */
export function base62(value: number): string {
  let text = '';
  for (; value > 0; value = Math.floor(value / 62)) text = BASE62[value % 62] + text;
  return text.padStart(6, '0');
}

/** Prefix, underscore, 30 characters, and their CRC-32 in six: https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/ */
export function hasGithubChecksum(token: string): boolean {
  const body = token.slice(token.indexOf('_') + 1);
  return body.length === 36 && base62(crc32(body.slice(0, 30))) === body.slice(30);
}

/** Base58 with the first four bytes of a double SHA-256 at its end; the payload without them, or undefined. */
export function base58Check(text: string): Uint8Array | undefined {
  if (text.length > 128) return undefined;
  let number = 0n;
  // Nine digits at a time fit a double, and multiplying large numbers is what costs.
  for (let at = 0; at < text.length; at += 9) {
    let part = 0;
    const piece = text.slice(at, at + 9);
    for (const letter of piece) {
      const digit = BASE58.indexOf(letter);
      if (digit < 0) return undefined;
      part = part * 58 + digit;
    }
    number = number * 58n ** BigInt(piece.length) + BigInt(part);
  }
  const hex = number.toString(16);
  const zeros = /^1*/.exec(text)![0].length;
  const bytes = Buffer.from(
    '00'.repeat(zeros) + (hex === '0' ? '' : hex.padStart(hex.length + (hex.length % 2), '0')),
    'hex',
  );
  if (bytes.length < 5) return undefined;
  const payload = bytes.subarray(0, -4);
  const sum = sha256(sha256(payload)).subarray(0, 4);
  return sum.equals(bytes.subarray(-4)) ? payload : undefined;
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

/** A private key of Bitcoin in wallet import format: version 0x80 (0xef in tests), 32 bytes, 01 where compressed. */
export function isWif(text: string): boolean {
  const payload = base58Check(text);
  if (payload === undefined || (payload[0] !== 0x80 && payload[0] !== 0xef)) return false;
  return payload.length === 33 || (payload.length === 34 && payload[33] === 1);
}

/** An extended private key (BIP-32): 78 bytes, of which the key begins with a zero byte. */
export function isExtendedKey(text: string): boolean {
  const payload = base58Check(text);
  return payload !== undefined && payload.length === 78 && payload[45] === 0;
}

const BECH32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const GENERATORS = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

/** Bech32 (BIP-173), as age identities and Nostr keys have it. */
export function isBech32(text: string): boolean {
  const lower = text.toLowerCase();
  const split = lower.lastIndexOf('1');
  if (split < 1 || lower.length > 200) return false;
  const human = [...lower.slice(0, split)].map((letter) => letter.charCodeAt(0));
  const data = [...lower.slice(split + 1)].map((letter) => BECH32.indexOf(letter));
  if (data.length < 6 || data.includes(-1)) return false;
  let sum = 1;
  for (const value of [
    ...human.map((code) => code >> 5),
    0,
    ...human.map((code) => code & 31),
    ...data,
  ]) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    for (let bit = 0; bit < 5; bit++) if ((top >>> bit) & 1) sum ^= GENERATORS[bit]!;
  }
  return sum === 1;
}

/** The check digit of cards and of several national numbers (ISO/IEC 7812-1). Digits only. */
export function isLuhn(digits: string): boolean {
  let sum = 0;
  for (let at = 0; at < digits.length; at++) {
    let digit = digits.charCodeAt(digits.length - 1 - at) - 48;
    if (digit < 0 || digit > 9) return false;
    if (at % 2 === 1) digit = digit < 5 ? digit * 2 : digit * 2 - 9;
    sum += digit;
  }
  return digits.length > 1 && sum % 10 === 0;
}

/** The remainder of a number in digits, of any length. */
export function mod(digits: string, by: number): number {
  let rest = 0;
  for (let at = 0; at < digits.length; at++) rest = (rest * 10 + digits.charCodeAt(at) - 48) % by;
  return rest;
}

/** Sum of digit times weight; the digits that there are weights for. */
export function weigh(digits: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, at) => sum + weight * (digits.charCodeAt(at) - 48), 0);
}

/** JSON in base64url that is an object; the object, or undefined. */
export function jsonSegment(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** The signature of the example on jwt.io, which stands in half of all manuals. */
const KNOWN_SIGNATURES = [
  'SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c',
  'TJVA95OrM7E2cBab30RMHrHDcEfxjoYZgeFONFh7HgQ',
];

/** Header with an algorithm, claims, signature (RFC 7519). */
export function isJwt(token: string): boolean {
  const [header = '', claims = '', signature = ''] = token.split('.');
  if (KNOWN_SIGNATURES.includes(signature)) return false;
  const { alg } = jsonSegment(header) ?? {};
  return typeof alg === 'string' && jsonSegment(claims) !== undefined;
}
