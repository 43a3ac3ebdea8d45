/**
 * What a server could make of a parameter before it uses it.
 *
 * Other hiding (base64, look-alikes, markup) is undone by the views; this is what web servers, file systems and shells
 * undo by themselves: percent-encoding, several times over and in its broken dialects (`%u2215`, overlong UTF-8,
 * `%%32%66`), full-width letters that a best fit turns to ASCII, invisible characters that a filter drops, exotic blanks.
 * The dialects are general: every overlong form of an ASCII character is decoded, however many bytes it is spread over.
 */

/** Three is what proxies in a row undo. */
const ROUNDS_MAX = 5;

export interface Undone {
  readonly text: string;
  /** A byte sequence that no honest encoder writes was among what was undone. */
  readonly isOverlong: boolean;
  /** Nothing is left to undo. */
  readonly isLast: boolean;
}

const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu;
const BLANKS = /[\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/g;
/** Characters that Windows' best-fit tables turn into a separator or a dot, and that NFKC leaves alone. */
const BEST_FIT: Readonly<Record<string, string>> = {
  '\u2215': '/',
  '\u2044': '/',
  '\u29f8': '/',
  '\u2216': '\\',
  '\u29f5': '\\',
  '\uefc8': '\\',
  '\uf025': '/',
  '\u3002': '.',
  '\u2018': "'",
  '\u2019': "'",
  '\u02bc': "'",
  '\u201c': '"',
  '\u201d': '"',
};
const BEST_FIT_ANY =
  /[\u2215\u2044\u29f8\u2216\u29f5\uefc8\uf025\u3002\u02bc\u2018\u2019\u201c\u201d]/g;

/** The text and every step on the way to its plainest form, each once. */
export function readings(text: string): Undone[] {
  let current = text;
  const all = [current];
  let overlongFrom = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const decoded = percent(current);
    const next = folded(decoded.text);
    if (decoded.isOverlong) overlongFrom = Math.min(overlongFrom, all.length);
    if (next === current) break;
    all.push(next);
    current = next;
  }
  return all.map((one, at) => ({
    text: one,
    isOverlong: at >= overlongFrom,
    isLast: at === all.length - 1,
  }));
}

interface Decoded {
  readonly text: string;
  readonly isOverlong: boolean;
}

const isAscii = (text: string): boolean => !/[^\0-\x7f]/.test(text);

function folded(text: string): string {
  if (isAscii(text)) return text;
  return text
    .replace(INVISIBLE, '')
    .replace(BLANKS, ' ')
    .normalize('NFKC')
    .replace(BEST_FIT_ANY, (character) => BEST_FIT[character] ?? character);
}

const hexOf = (code: number): number => {
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
};

/** The byte behind a percent sign at `index`, or -1. */
function byteAt(text: string, index: number): number {
  if (text.charCodeAt(index) !== 37) return -1;
  const high = hexOf(text.charCodeAt(index + 1));
  const low = hexOf(text.charCodeAt(index + 2));
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/** One round of percent-decoding, as the most obliging server does it. */
function percent(text: string): Decoded {
  if (!text.includes('%')) return { text, isOverlong: false };
  let [out, at, isOverlong] = ['', 0, false];
  while (at < text.length) {
    const next = text.indexOf('%', at);
    if (next < 0) break;
    out += text.slice(at, next);
    at = next;
    const wide = wideAt(text, at);
    const byte = wide === undefined ? byteAt(text, at) : -1;
    if (wide !== undefined) [out, at] = [out + wide, at + 6];
    else if (byte < 0) [out, at] = [`${out}%`, at + 1];
    else if (byte < 0x80) [out, at] = [out + String.fromCharCode(byte), at + 3];
    else {
      const sequence = sequenceAt(text, at, byte);
      isOverlong ||= sequence.isOverlong;
      [out, at] = [out + sequence.text, sequence.end];
    }
  }
  return { text: out + text.slice(at), isOverlong };
}

/** `%uXXXX`, which IIS and old browsers read. */
function wideAt(text: string, at: number): string | undefined {
  if ((text.charCodeAt(at + 1) | 32) !== 117) return undefined;
  const hex = text.slice(at + 2, at + 6);
  return /^[0-9a-f]{4}$/i.test(hex) ? String.fromCharCode(Number.parseInt(hex, 16)) : undefined;
}

/** How many bytes follow a first byte, in UTF-8 as it was first defined (RFC 2279). */
const followers = (byte: number): number =>
  byte < 0xc0 ? 0 : byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : byte < 0xf8 ? 3 : byte < 0xfc ? 4 : 5;

/**
 * A character of several bytes. Lenient decoders do not look whether a following byte is one (`%c0%2f`, `%e0%40%ae`), so
 * both readings count: its six bits, and, where that is no separator, the byte itself.
 */
function sequenceAt(text: string, at: number, first: number): Decoded & { end: number } {
  const count = followers(first);
  const bytes: number[] = [];
  for (let end = at + 3; bytes.length < count; end += 3) {
    const byte = byteAt(text, end);
    if (byte < 0) break;
    bytes.push(byte);
  }
  if (first <= 0xc1 && first >= 0xc0 && bytes.length === 0) {
    // `%c0ae`: the second sign was left out.
    const byte = byteAt(`%${text.slice(at + 3, at + 5)}`, 0);
    if (byte >= 0x80 && SEPARATORS.includes(((first & 3) << 6) | (byte & 0x3f)))
      return {
        text: String.fromCharCode(((first & 3) << 6) | (byte & 0x3f)),
        end: at + 5,
        isOverlong: true,
      };
  }
  const end = at + 3 + 3 * bytes.length;
  const last = bytes.at(-1);
  const isWhole = bytes.length === count && last !== undefined;
  let code = first & (0x3f >> count);
  for (const byte of bytes) code = (code << 6) | (byte & 0x3f);
  const isProper = isWhole && bytes.every((byte) => byte >> 6 === 2);
  if (isWhole && code < 0x80) {
    // An ASCII character in more than one byte: forbidden by RFC 3629 because it hides it from filters.
    const plain = SEPARATORS.includes(code) ? code : SEPARATORS.includes(last) ? last : code;
    const isLatin = bytes[0] === 0x20;
    if (isProper || SEPARATORS.includes(plain) || (first <= 0xc1 && !isLatin))
      return { text: String.fromCharCode(plain), end, isOverlong: true };
  }
  if (isProper && first < 0xf8 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff))
    return { text: String.fromCodePoint(code), end, isOverlong: false };
  // `%c0%9v`, `%c1%pc`: what IIS made of them was a separator. In Latin-1, a letter.
  const isBroken =
    (first === 0xc0 || first === 0xc1) && /^%[0-9a-z]{2}/i.test(text.slice(end, end + 3));
  if (isBroken && byteAt(text, end) < 0) return { text: '/', end: end + 3, isOverlong: true };
  return { text: String.fromCharCode(first), end: at + 3, isOverlong: false };
}

/** . / \ */
const SEPARATORS: readonly number[] = [0x2e, 0x2f, 0x5c];
