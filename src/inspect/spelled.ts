/**
 * Text that a message spells in numbers: `[105, 103, 110 …]`, where a server or a model reads characters.
 *
 * Numbers are mostly measurements, and those that happen to be codes of characters spell nothing: of what is text, three
 * quarters are letters, digits and the signs of paths, or stand beside a character of the same script. Windows of a long
 * row are judged one by one, so that a sentence between other numbers is found. All is linear in the numbers.
 */

/** Fewer spell no sentence and no key. */
export const CODES_MIN = 8;
/** A sentence of twice as many characters holds a whole window. */
const WINDOW = 32;
const CODE_MAX = 0x10ffff;
const BYTE_MAX = 0xff;
/** Each is an argument of one call, and those lie on the stack. */
const PIECE = 8192;

const isText = new Uint8Array(128);
for (const sign of ' /.-_:\'"=') isText[sign.charCodeAt(0)] = 1;
for (const blank of [9, 10, 13]) isText[blank] = 1;
for (let code = 0x30; code < 0x7b; code++)
  if (/[0-9A-Za-z]/.test(String.fromCharCode(code))) isText[code] = 1;

/** The number in bytes[from, to) as the code of a character, also where it is written 105.0 or 1.05e2; -1 where it is none. */
export function codeIn(bytes: Buffer, from: number, to: number): number {
  let code = 0;
  let at = from;
  for (; at < to && isDigit(bytes[at]!); at++) code = Math.min(code * 10 + bytes[at]! - 0x30, 2e9);
  if (at === to) return code <= CODE_MAX ? code : -1;
  if (at === from || to - from > EXPONENT_CHARACTERS) return -1;
  // Of measurements most are told by the first digit behind the point.
  if (bytes[at] === POINT && bytes[at + 1] !== 0x30 && !hasExponent(bytes, at, to)) return -1;
  const value = Number(bytes.latin1Slice(from, to));
  return Number.isInteger(value) && value >= 0 && value <= CODE_MAX ? value : -1;
}

/** Longer than any spelling of a code that is not made longer on purpose; the rest is a measurement. */
const EXPONENT_CHARACTERS = 32;
const POINT = 0x2e;
const isDigit = (byte: number) => byte >= 0x30 && byte <= 0x39;
function hasExponent(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if ((bytes[at]! | 0x20) === 0x65) return true;
  return false;
}

/** The texts that codes[from, to) spell, with some of what stands around them. */
export function spelled(codes: readonly number[], from: number, to: number): string[] {
  if (to - from < CODES_MIN) return [];
  const read = asUtf8(codes.slice(from, to));
  const { length } = read;
  if (length <= 2 * WINDOW) return isSpelled(read, 0, length) ? [textOf(read)] : [];
  const texts: string[] = [];
  let start = -1;
  for (let at = 0; ; at += WINDOW) {
    const isMore = at < length && isSpelled(read, at, Math.min(at + WINDOW, length));
    if (isMore && start < 0) start = at;
    if (!isMore && start >= 0) {
      texts.push(textOf(read.slice(Math.max(0, start - WINDOW), at + WINDOW)));
      start = -1;
    }
    if (at >= length) return texts;
  }
}

function isSpelled(codes: readonly number[], from: number, to: number): boolean {
  let [letters, characters, last] = [0, 0, 0];
  for (let at = from; at < to; at++) {
    const code = codes[at]!;
    if (code < 0x20 && isText[code] === 0) continue;
    characters++;
    if (isOfText(code, last)) letters++;
    last = code;
  }
  return characters >= CODES_MIN / 2 && letters * 4 >= characters * 3;
}

function isOfText(code: number, last: number): boolean {
  if (code < 0x80) return isText[code] === 1;
  // Latin letters with accents stand in words; what else has one byte is no letter.
  if (code <= BYTE_MAX) return code >= 0xc0 && last < 0x80 && isText[last] === 1;
  return scriptOf(code) === scriptOf(last) || (last < 0x80 && isText[last] === 1);
}

/** Blocks of 128, and all ideographs and syllables of the East as one: text stays within one for a while. */
const scriptOf = (code: number) => (code >= 0x3000 && code < 0xd800 ? 0x3000 : code >> 7);

function textOf(codes: readonly number[]): string {
  let text = '';
  for (let at = 0; at < codes.length; at += PIECE)
    text += String.fromCodePoint(...codes.slice(at, at + PIECE));
  return text;
}

/** Bytes are read as UTF-8 where they are that, and each by itself where they are not. */
function asUtf8(codes: readonly number[]): readonly number[] {
  if (!codes.some((code) => code > 0x7f) || codes.some((code) => code > BYTE_MAX)) return codes;
  const read: number[] = [];
  for (let at = 0; at < codes.length; at++) {
    const lead = codes[at]!;
    const more = lead < 0xc2 || lead > 0xf4 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    const rest = codes.slice(at + 1, at + 1 + more);
    if (more === 0 || rest.length < more || rest.some((byte) => byte >> 6 !== 2)) read.push(lead);
    else {
      const high = lead & (0x3f >> more);
      read.push(
        Math.min(
          CODE_MAX,
          rest.reduce((code, byte) => (code << 6) | (byte & 0x3f), high),
        ),
      );
      at += more;
    }
  }
  return read;
}
