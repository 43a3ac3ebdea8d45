/** Whether a single word with digits is a word in leet, or the name of something: told by where its digits stand. */

const isLetter = (unit: number) => (unit | 0x20) >= 0x61 && (unit | 0x20) <= 0x7a;

/** Digits, and what joins words where it is no letter of one. */
const isSign = (unit: number) =>
  (unit >= 0x30 && unit <= 0x39) || unit === 0x21 || unit === 0x2b || unit === 0x7c;

/** Digits that no word has so many of in a row, and letters that it has at least. */
const DIGITS_IN_ROW = 3;
const LETTERS_LEAST = 3;
/** That have fewer, and order about as well. */
const SHORT = new Set(['all', 'any', 'the', 'your']);
const [SHORT_LEAST, SHORT_MOST] = [3, 4];
const SHORT_FIRST = new Set([...SHORT].map((word) => word.charCodeAt(0)));

/**
 * Whether a word has digits as no name has: before its letters or among them, and few. Names are sha256, i18n, 3rd, H264,
 * addresses of mail, and digests.
 */
export function isNoName(units: Uint16Array, from: number, to: number): boolean {
  let [letters, row, within, beyondF] = [0, 0, 0, 0];
  for (let at = from; at < to; at++) {
    const unit = units[at]!;
    if (isSign(unit)) {
      if (++row > DIGITS_IN_ROW) return false;
      continue;
    }
    // In upper case but for the first letter: R2D2, Int32Array.
    if (!isLetter(unit) || ((unit & 0x20) === 0 && at > from)) return false;
    letters++;
    if ((unit | 0x20) > 0x66) beyondF++;
    within += row;
    row = 0;
  }
  return within > 0 && within <= letters + 1 && letters >= LETTERS_LEAST && beyondF > 0;
}

/** `letters`: which each ASCII character stands for. */
export function isShort(
  units: Uint16Array,
  from: number,
  to: number,
  letters: Uint16Array,
): boolean {
  const letterAt = (at: number) => (units[at]! < letters.length ? letters[units[at]!]! : 0);
  const first = letterAt(from) | 0x20;
  if (to - from < SHORT_LEAST || to - from > SHORT_MOST || !SHORT_FIRST.has(first)) return false;
  let word = '';
  for (let at = from; at < to; at++) word += String.fromCharCode(letterAt(at));
  return SHORT.has(word.toLowerCase());
}
