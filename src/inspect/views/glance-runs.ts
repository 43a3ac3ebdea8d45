/**
 * What a run of letters, digits and +/_- may be: a key, or a text in an alphabet of its own. Of few runs it is asked (glance.ts), so
 * each is read once more, again without a branch on what its characters are.
 */

/** A run of letters, digits, +/_-: of 16, or of 8 that is no word of any language. */
export const RUN = 1 << 13;
/** One of 16 with a digit in it, as keys are. */
export const KEY = 1 << 18;
/** Letters and digits alone: 12 digits of hexadecimal code, 16 of base32 in one case, 16 of base58 that are no word. */
export const HEX = 1 << 19;
export const BASE32 = 1 << 20;
export const BASE58 = 1 << 23;
const RUN_SURE = 16;
const RUN_LEAST = 8;

/** Of each character of a run, of which codes it may be a digit (base32 has one for each case), and what it is. */
const [HEX_DIGIT, UPPER_32, LOWER_32, DIGIT_58] = [1, 2, 4, 8];
const CODES_MASK = 0xf;
const [LOWER, UPPER, NUMERAL, JOIN] = [0x10, 0x20, 0x40, 0x80];
const ofRuns = new Uint8Array(0x10000);
for (const [characters, of] of [
  ['0123456789abcdefABCDEF', HEX_DIGIT],
  ['ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', UPPER_32],
  ['abcdefghijklmnopqrstuvwxyz234567', LOWER_32],
  ['123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz', DIGIT_58],
  ['abcdefghijklmnopqrstuvwxyz', LOWER],
  ['ABCDEFGHIJKLMNOPQRSTUVWXYZ', UPPER],
  ['0123456789', NUMERAL],
  ['+/_-', JOIN],
] as const)
  for (const character of characters) ofRuns[character.charCodeAt(0)]! |= of;

/**
 * Digits in a row of each of the four codes, counted in six bits each, of which five are used: from 16 on the highest of these
 * is set, and what is counted beyond 31 was told before. Of hexadecimal code 12 are enough, so it has four more.
 */
const FIELD = 6;
const ONE_OF_EACH = 0b000001_000001_000001_000001;
const FOUR_OF_HEX = 4;
const masks = new Int32Array(CODES_MASK + 1);
for (let codes = 0; codes <= CODES_MASK; codes++)
  for (let code = 0; code < 4; code++)
    if ((codes & (1 << code)) !== 0) masks[codes]! |= 0b11111 << (FIELD * code);
const [HEX_IS_LONG, UPPER_IS_LONG] = [1 << 4, 1 << (FIELD + 4)];
const [LOWER_IS_LONG, BASE58_IS_LONG] = [1 << (2 * FIELD + 4), 1 << (3 * FIELD + 4)];

/** Of the run around `at`, which is added to `found`: whether it may be a key, is long enough for base64 and no word, or has other digits. */
export function runSigns(units: Uint16Array, length: number, at: number, found: number[]): number {
  let [from, to] = [at, at];
  while (from > 0 && ofRuns[units[from - 1]!] !== 0) from--;
  let [counts, long, all, camel, last] = [0, 0, 0, 0, 0];
  for (to = from; to < length; to++) {
    const one = ofRuns[units[to]!]!;
    if (one === 0) break;
    counts = (counts + ONE_OF_EACH) & masks[one & CODES_MASK]!;
    long |= counts + FOUR_OF_HEX;
    all |= one;
    // Upper case behind lower case.
    camel |= one & (last << 1) & UPPER;
    last = one;
  }
  found.push(from, to);
  let signs = 0;
  if ((long & HEX_IS_LONG) !== 0) signs |= HEX;
  if ((long & (UPPER_IS_LONG | LOWER_IS_LONG)) !== 0) signs |= BASE32;
  if ((long & BASE58_IS_LONG) !== 0) signs |= BASE58;
  const size = to - from;
  if (size >= RUN_SURE) return signs | ((all & NUMERAL) !== 0 ? RUN | KEY : RUN);
  return size >= RUN_LEAST && (camel | (all & NUMERAL)) !== 0 ? signs | RUN : signs;
}
