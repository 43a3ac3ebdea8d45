/** Whether bytes are a text, and which: UTF-8, UTF-16, or either of them compressed. */

import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';

/** What one decoding may still inflate; a bomb costs no more than this. */
const INFLATED_BYTES_MAX = 1 << 18;
/** Of text, at least so much is readable; the rest may be damage at the edges of what was cut out too wide. */
const READABLE_SHARE = 0.85;
/** So few bytes are readable by chance too often: all of them must be … */
const FEW_BYTES = 12;
/** … and of so few all but those at the edges: what was cut out too wide is damaged nowhere else. */
const SHORT_BYTES = 64;
const EDGE_SHARE = 6;

/** What came of bytes: their text, undefined for none, and whether there was more than may be inflated. */
export interface Said {
  readonly text: string | undefined;
  readonly isCut: boolean;
}

const NOTHING: Said = { text: undefined, isCut: false };

export function said(bytes: Buffer): Said {
  if (bytes.length < 2) return NOTHING;
  const inflate = inflaterOf(bytes);
  if (inflate !== undefined) return inflated(bytes, inflate);
  const text = sayUtf16(bytes) ?? (isReadable(bytes) ? bytes.toString('utf8') : undefined);
  return { text, isCut: false };
}

/** False where `said` finds nothing in the first `length` bytes, told without making anything: nearly all that look encoded are names. */
export function mayBeSaid(bytes: Uint8Array, length: number): boolean {
  if (length < 2) return false;
  if (bytes[0] === 0x1f || bytes[0] === 0x78) return true;
  // UTF-16.
  for (let index = 0; index < length; index++) if (bytes[index] === 0) return true;
  return isReadable(bytes, length);
}

type Inflate = (bytes: Buffer, options: { maxOutputLength: number }) => Buffer;

/** By their first bytes: gzip, and the zlib headers that compressors write. */
function inflaterOf(bytes: Buffer): Inflate | undefined {
  if (bytes.length < 8) return undefined;
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return gunzipSync;
  if (bytes[0] === 0x78 && bytes.readUInt16BE(0) % 31 === 0) return inflateSync;
  return undefined;
}

function inflated(bytes: Buffer, inflate: Inflate): Said {
  try {
    const out = inflate(bytes, { maxOutputLength: INFLATED_BYTES_MAX });
    return { text: isReadable(out) ? out.toString('utf8') : undefined, isCut: false };
  } catch (error) {
    return {
      text: undefined,
      isCut: (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE',
    };
  }
}

/** Compressed without a header: tried only for bytes that are nothing else. */
export function saidRaw(bytes: Buffer): Said {
  for (const inflate of [inflateRawSync, brotliDecompressSync]) {
    const one = inflated(bytes, inflate);
    if (one.text !== undefined && one.text.length > FEW_BYTES) return one;
  }
  return NOTHING;
}

/** Every second byte of Latin text in UTF-16 is zero. */
function sayUtf16(bytes: Buffer): string | undefined {
  const most = Math.min(bytes.length & ~1, 64);
  let [even, odd] = [0, 0];
  for (let index = 0; index < most; index += 2) {
    if (bytes[index] === 0) even++;
    if (bytes[index + 1] === 0) odd++;
  }
  const whole = bytes.subarray(0, bytes.length & ~1);
  if (odd * 10 >= most * 4 && even === 0) return whole.toString('utf16le');
  if (even * 10 >= most * 4 && odd === 0) return Buffer.from(whole).swap16().toString('utf16le');
  return undefined;
}

/** Letters that can be read, in a share that random bytes do not reach; looks no further once too much cannot. */
export function isReadable(bytes: Uint8Array, length = bytes.length): boolean {
  const allowed = length <= FEW_BYTES ? 0 : Math.floor(length * (1 - READABLE_SHARE));
  const wide = Math.ceil(length / EDGE_SHARE);
  const [middle, edge] = length <= SHORT_BYTES ? [wide, length - wide] : [length, 0];
  let [unreadable, words] = [0, 0];
  for (let index = 0; index < length && unreadable <= allowed; ) {
    const byte = bytes[index]!;
    const before = unreadable;
    if (byte >= 0x20 && byte < 0x7f) {
      if (byte >= 0x30 || byte === 0x20) words++;
      index++;
    } else if (byte < 0x80) {
      if (byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) unreadable++;
      index++;
    } else {
      const sequence = sequenceLength(bytes, index, length);
      if (sequence === 0) unreadable++;
      else words += sequence;
      index += Math.max(sequence, 1);
    }
    if (unreadable > before && index > middle && index <= edge) return false;
  }
  return unreadable <= allowed && words * 2 >= length;
}

/** Of the UTF-8 sequence that begins here; 0 where it is none. */
function sequenceLength(bytes: Uint8Array, index: number, end: number): number {
  const lead = bytes[index]!;
  const length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (index + length > end) return 0;
  for (let at = 1; at < length; at++) if ((bytes[index + at]! & 0xc0) !== 0x80) return 0;
  return length;
}
