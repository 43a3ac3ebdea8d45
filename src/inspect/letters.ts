/** Characters beyond ASCII: which are parts of words, and what they are in lower case. Asked of Unicode once. */

const PLANE = 0x10000;
const PART_OF_WORD = /[\p{L}\p{N}\p{M}]/u;

interface Known {
  readonly isLetter: Uint8Array;
  readonly lower: Uint16Array;
}

let known: Known | undefined;

/** Of the first plane: 8 ms, when the first text or rule needs it. */
function knownOf(): Known {
  if (known !== undefined) return known;
  const isLetter = new Uint8Array(PLANE);
  const lower = new Uint16Array(PLANE);
  for (let code = 0x80; code < PLANE; code++) {
    lower[code] = code;
    const character = String.fromCharCode(code);
    if (!PART_OF_WORD.test(character)) continue;
    isLetter[code] = 1;
    const small = character.toLowerCase();
    if (small.length === 1) lower[code] = small.charCodeAt(0);
  }
  known = { isLetter, lower };
  return known;
}

const further = new Map<number, boolean>();
const FURTHER_MAX = 8192;

/** Whether a character beyond ASCII is part of a word: a letter, a number, a mark. */
export function isLetter(code: number): boolean {
  if (code < PLANE) return knownOf().isLetter[code] === 1;
  const answer = further.get(code) ?? PART_OF_WORD.test(String.fromCodePoint(code));
  if (further.size === FURTHER_MAX) further.clear();
  further.set(code, answer);
  return answer;
}

/** In lower case, if that is one character of the first plane; itself otherwise. */
export function lowerOf(code: number): number {
  return knownOf().lower[code]!;
}
