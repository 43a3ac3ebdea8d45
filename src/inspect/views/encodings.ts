/**
 * Texts written in an alphabet of their own: base64, base32, base58, base85, hexadecimal. Found as runs of
 * characters of one class; what makes one a find is only that its bytes are a text. Only those runs are looked at
 * that the one pass over the text has found (glance.ts).
 *
 * Decoded in place, so that a text of which a part was encoded reads whole.
 */

import { unitsOf } from '../units.ts';
import { isReadable, mayBeSaid, type Said, said } from './bytes.ts';
import { runsOf, solidsOf } from './glance.ts';
import { hexSaid, isCompressed, saidTurned } from './turned-runs.ts';
import type { Writer } from './writer.ts';

/** Set when something was longer than may be inflated; the driver takes it away. */
export const overflow = { isCut: false };

/** What a run says; undefined for nothing, null where it was not looked at. */
type Decode = (run: string) => Said | undefined | null;

/**
 * Runs that say nothing, as most: paths, names and ids. A message is read in many ways, and each has them all again.
 * Bounded, and forgotten at once when full.
 */
class Mute {
  readonly #runs = new Set<string>();

  decode(run: string, decode: Decode): Said | undefined | null {
    if (run.length > MUTE_CHARACTERS_MAX) return decode(run);
    if (this.#runs.has(run)) return undefined;
    const answer = decode(run);
    if (answer !== null && answer?.text === undefined && answer?.isCut !== true) {
      if (this.#runs.size >= MUTE_MAX) this.#runs.clear();
      // A copy: what was cut out of a text keeps all of that text.
      this.#runs.add(Buffer.from(run, 'latin1').latin1Slice());
    }
    return answer;
  }
}

const MUTE_CHARACTERS_MAX = 128;
const MUTE_MAX = 1024;

const DIGITS = '0123456789';
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LOWER = UPPER.toLowerCase();
const BASE58_DIGITS = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/** Characters of which runs are made, and the shortest that is looked at. */
interface Runs {
  readonly digits: Uint8Array;
  readonly least: number;
  /** Whether a run of units[from, to) is worth making a string of it. */
  readonly isWorth: (units: Uint16Array, from: number, to: number) => boolean;
}

const tableOf = (characters: string): Uint8Array => {
  const table = new Uint8Array(0x10000);
  for (const character of characters) table[character.charCodeAt(0)] = 1;
  return table;
};

/** Each of these runs that says something is replaced by what it says. */
function replaceRuns(
  text: string,
  writer: Writer,
  { digits, least, isWorth }: Runs,
  mute: Mute,
  decode: Decode,
): boolean {
  const longs = runsOf(text);
  const units = unitsOf(text);
  const { length } = text;
  let written = 0;
  for (let index = 0; index < longs.length; index += 2) {
    const end = longs[index + 1]!;
    let from = longs[index]!;
    for (let at = from; at <= end; at++) {
      if (at < end && digits[units[at]!] === 1) continue;
      const run = at - from >= least && isWorth(units, from, at) ? text.slice(from, at) : undefined;
      const answer = run === undefined ? undefined : mute.decode(run, decode);
      if (answer?.isCut) overflow.isCut = true;
      if (answer?.text !== undefined) {
        if (written < from) writer.keep(written, from);
        let to = at;
        while (to < length && units[to] === 0x3d) to++;
        writer.decoded(answer.text, from, to);
        written = to;
      }
      from = at + 1;
    }
  }
  if (written === 0) return false;
  if (written < length) writer.keep(written, length);
  return true;
}

const BASE64_MUTE = new Mute();
const BASE64_LEAST = 8;
/** From here on a run is base64 whatever it looks like; below, it must not look like a word. */
const BASE64_SURE = 16;
const BASE64_RUNS: Runs = {
  digits: tableOf(`${UPPER}${LOWER}${DIGITS}+/_-`),
  least: BASE64_LEAST,
  isWorth: (units, from, to) =>
    to - from >= BASE64_SURE || (isMixedIn(units, from, to) && mayBeBytesOfText(units, from, to)),
};

/** Of each digit its value; those for URLs have the same two. */
const base64Values = new Uint8Array(0x80);
[...`${UPPER}${LOWER}${DIGITS}+/`].forEach((sign, value) => {
  base64Values[sign.charCodeAt(0)] = value;
});
base64Values[0x2d] = 62;
base64Values[0x5f] = 63;

/**
 * Of a run so short that each of its bytes must be readable (`FEW_BYTES`), without making anything of it: most are names in
 * camelCase. UTF-16 and what is compressed may be anything.
 */
function mayBeBytesOfText(units: Uint16Array, from: number, to: number): boolean {
  let [bits, value] = [0, 0];
  for (let at = from; at < to; at++) {
    value = ((value << 6) | base64Values[units[at]!]!) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    const byte = (value >> bits) & 0xff;
    if (at - from < 3 && (byte === 0 || byte === 0x1f || byte === 0x78)) return true;
    if (byte < 0x20 ? byte !== 0x09 && byte !== 0x0a && byte !== 0x0d : byte === 0x7f) return false;
    // No lead of UTF-8, and nothing is before it.
    if (bits === 4 && at - from === 1 && byte >= 0x80 && (byte < 0xc2 || byte > 0xf4)) return false;
  }
  return true;
}

export const unbase64 = (text: string, writer: Writer): boolean =>
  replaceRuns(
    text,
    writer,
    BASE64_RUNS,
    BASE64_MUTE,
    (run) => base64Said(run) ?? saidTurned(run, base64Said),
  );

function base64Said(run: string): Said | undefined {
  const whole = base64At(run, 0);
  if (whole !== undefined || run.length < BASE64_SURE) return whole;
  // Something of the alphabet was glued to it: a path, a dash, or one to three letters.
  const parts = run.split(/[/_+-]/);
  const longest = parts.reduce((best, part) => (part.length > best.length ? part : best), '');
  const before = run.indexOf(longest);
  const inner =
    longest.length < BASE64_SURE || parts.length === 1 ? undefined : base64At(longest, 0);
  if (inner?.text !== undefined)
    return {
      ...inner,
      text: run.slice(0, before) + inner.text + run.slice(before + longest.length),
    };
  for (let skip = 1; skip < 4; skip++) {
    const skipped = base64At(run, skip);
    if (skipped?.text !== undefined) return { ...skipped, text: run.slice(0, skip) + skipped.text };
  }
  return undefined;
}

/** Upper case behind lower case, or digits among both: no word of any language. */
function isMixedIn(units: Uint16Array, from: number, to: number): boolean {
  let [hasLetter, isMixed] = [false, false];
  let isLower = false;
  for (let at = from; at < to; at++) {
    const unit = units[at]!;
    const isUpper = unit >= 0x41 && unit <= 0x5a;
    if (unit >= 0x30 && unit <= 0x39) isMixed = true;
    else if (isUpper && isLower) isMixed = true;
    isLower = unit >= 0x61 && unit <= 0x7a;
    hasLetter ||= isUpper || isLower;
  }
  return hasLetter && isMixed;
}

/** Bytes decoded of a long run before the whole of it is. */
const SAMPLE = 64;

/** Digits that are decoded here: for so few a buffer costs more than what is in it. */
const FEW = 64;
const few = new Uint8Array((FEW / 4) * 3);

/** How many bytes the digits of a run stand for, which are in `few` then. */
function decodeFew(run: string, skip: number): number {
  let [bits, value, length] = [0, 0, 0];
  for (let at = skip; at < run.length; at++) {
    value = ((value << 6) | base64Values[run.charCodeAt(at)]!) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    few[length++] = (value >> bits) & 0xff;
  }
  return length;
}

function base64At(run: string, skip: number): Said | undefined {
  const rest = run.length - skip;
  if (rest % 4 === 1) return base64At(run.slice(0, -1), skip);
  if (rest <= FEW && !mayBeSaid(few, decodeFew(run, skip))) return undefined;
  if (rest > SAMPLE * 2) {
    const sample = said(Buffer.from(run.slice(skip, skip + SAMPLE), 'base64'));
    if (sample.text === undefined && !isCompressed(run, skip)) return undefined;
  }
  const answer = said(Buffer.from(skip === 0 ? run : run.slice(skip), 'base64'));
  return answer.text === undefined && !answer.isCut ? undefined : answer;
}

const HEX_MUTE = new Mute();
const HEX_RUNS: Runs = {
  digits: tableOf(`${DIGITS}abcdefABCDEF`),
  least: 12,
  isWorth: (_, from, to) => (to - from) % 2 === 0,
};

export const unhex = (text: string, writer: Writer): boolean =>
  replaceRuns(text, writer, HEX_RUNS, HEX_MUTE, hexSaid);

const BASE32_MUTE = new Mute();
const BASE32_RUNS: Runs = {
  digits: tableOf(`${UPPER}${LOWER}234567`),
  least: 16,
  isWorth: isInOneCase,
};

export const unbase32 = (text: string, writer: Writer): boolean =>
  replaceRuns(text, writer, BASE32_RUNS, BASE32_MUTE, base32Said);

/** Of letters and digits. */
function isInOneCase(units: Uint16Array, from: number, to: number): boolean {
  let [all, any] = [0xff, 0];
  for (let at = from; at < to; at++) {
    const unit = units[at]!;
    if (unit < 0x40) continue;
    all &= unit;
    any |= unit;
  }
  return ((all ^ any) & 0x20) === 0 || any === 0;
}

function base32Said(run: string): Said | undefined {
  const upper = run.toUpperCase();
  const bytes: number[] = [];
  let [bits, value] = [0, 0];
  for (let index = 0; index < upper.length; index++) {
    const unit = upper.charCodeAt(index);
    value = ((value << 5) | (unit >= 0x41 ? unit - 0x41 : unit - 0x32 + 26)) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    const byte = (value >> bits) & 0xff;
    bytes.push(byte);
    if (bytes.length === LOOKED_AT && !isLikely(Uint8Array.from(bytes))) return undefined;
  }
  return said(Buffer.from(bytes));
}

/** Bytes after which a run that is no text is left. */
const LOOKED_AT = 24;

const isLikely = (bytes: Uint8Array) => bytes[0] === 0x1f || bytes[0] === 0x78 || isReadable(bytes);

const BASE58_MUTE = new Mute();
/** Time grows with the square of the length: so much of one run, and so many runs of one text. */
const BASE58_MOST = 512;
const BASE58_RUNS_MAX = 32;
const BASE58_RUNS: Runs = {
  digits: tableOf(BASE58_DIGITS),
  least: 16,
  isWorth: (units, from, to) => to - from <= BASE58_MOST && isMixedIn(units, from, to),
};

export function unbase58(text: string, writer: Writer): boolean {
  let runs = 0;
  return replaceRuns(text, writer, BASE58_RUNS, BASE58_MUTE, (run) => {
    if (++runs > BASE58_RUNS_MAX) return null;
    let value = 0n;
    for (const digit of run) value = value * 58n + BigInt(BASE58_DIGITS.indexOf(digit));
    const hex = value.toString(16);
    return said(Buffer.from(hex.length % 2 === 1 ? `0${hex}` : hex, 'hex'));
  });
}

const BASE85_MUTE = new Mute();
const BASE85_LEAST = 20;
const Z85_DIGITS = `${DIGITS}${LOWER}${UPPER}.-:+=^!/*?&<>()[]{}@%$#`;
const z85 = new Int8Array(128).fill(-1);
for (let digit = 0; digit < 85; digit++) z85[Z85_DIGITS.charCodeAt(digit)] = digit;
const ascii85 = new Int8Array(128).fill(-1);
for (let digit = 0; digit < 85; digit++) ascii85[33 + digit] = digit;

export function unbase85(text: string, writer: Writer): boolean {
  const solids = solidsOf(text);
  const units = unitsOf(text);
  const { length } = text;
  let written = 0;
  for (const start of solids) {
    let from = start;
    for (let at = start; at <= length; at++) {
      if (at < length && units[at]! > 0x20 && units[at]! < 0x7f) continue;
      const run =
        at - from >= BASE85_LEAST && mayBeBase85(units, from, at)
          ? text.slice(from, at)
          : undefined;
      const answer = run === undefined ? undefined : BASE85_MUTE.decode(run, base85RunSaid);
      if (answer?.isCut) overflow.isCut = true;
      if (answer?.text !== undefined) {
        if (written < from) writer.keep(written, from);
        writer.decoded(answer.text, from, at);
        written = at;
      }
      if (at === length || units[at]! <= 0x20) break;
      from = at + 1;
    }
  }
  if (written === 0) return false;
  if (written < length) writer.keep(written, length);
  return true;
}

function base85RunSaid(run: string): Said | undefined {
  const open = run.indexOf('<~');
  const from = open < 0 ? 0 : open + 2;
  const close = run.indexOf('~>', from);
  const digits = run.slice(from, close < 0 ? run.length : close);
  const answer = base85Said(digits, ascii85) ?? base85Said(digits, z85);
  if (answer?.text === undefined) return answer;
  return { ...answer, text: run.slice(0, Math.max(0, open)) + answer.text };
}

/** Whether a run is worth decoding, without making anything of it: most are URLs and paths. One with marks may be. */
function mayBeBase85(units: Uint16Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (units[at] === 0x7e) return true;
  return mayBeDigits(units, from, to, ascii85) || mayBeDigits(units, from, to, z85);
}

const firstBytes = new Uint8Array(LOOKED_AT);

/** As `base85Said` judges it when it has decoded so much. */
function mayBeDigits(units: Uint16Array, from: number, to: number, values: Int8Array): boolean {
  let [value, count, length] = [0, 0, 0];
  for (let at = from; at < to; at++) {
    const digit = values[units[at]!]!;
    if (digit < 0) return false;
    value = value * 85 + digit;
    if (++count < 5) continue;
    if (value > 0xffffffff) return false;
    if (length < LOOKED_AT) {
      for (let shift = 24; shift >= 0; shift -= 8) firstBytes[length++] = value >>> shift;
      if (length === LOOKED_AT && !isLikely(firstBytes)) return false;
    }
    [value, count] = [0, 0];
  }
  return true;
}

function base85Said(digits: string, values: Int8Array): Said | undefined {
  const bytes: number[] = [];
  let [value, count] = [0, 0];
  const end = Math.ceil(digits.length / 5) * 5;
  for (let index = 0; index < end; index++) {
    const unit = index < digits.length ? digits.charCodeAt(index) : -1;
    const digit = unit < 0 ? 84 : unit < 128 ? values[unit]! : -1;
    if (digit < 0) return undefined;
    value = value * 85 + digit;
    if (++count < 5) continue;
    if (value > 0xffffffff) return undefined;
    bytes.push((value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
    if (bytes.length === LOOKED_AT && !isLikely(Uint8Array.from(bytes))) return undefined;
    [value, count] = [0, 0];
  }
  const padding = end - digits.length;
  const answer = said(Buffer.from(padding === 0 ? bytes : bytes.slice(0, -padding)));
  return answer.text === undefined ? undefined : answer;
}
