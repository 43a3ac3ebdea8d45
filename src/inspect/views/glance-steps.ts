/**
 * The machine of glance.ts: it steps from character to character and knows of those before only what the next one needs,
 *
 *   the last one, and whether one of a word stands before it     ig**nore, ig<b></b>nore
 *   how long the run of letters, digits and +/_- is, up to 12,
 *   whether it is no word, and whether that was told             camelCase, sha256
 *   whether the word has one character or more                   i g n o r e
 *
 * which comes to some two hundred states. A step tells what is seen with the character by which it is taken.
 */

/** Kinds of characters: all that have the same steps from each state. */
const [LOWER, UPPER, NUMERAL, JOIN, UNDERSCORE, SLASH, BEYOND, OTHER] = [0, 1, 2, 3, 4, 5, 6, 7];
const [BANG, LESS, STAR, TILDE, BACKTICK, APOSTROPHE, QUOTE] = [8, 9, 10, 11, 12, 13, 14];
export const BLANK = 15;
export const KINDS_BITS = 4;
export const KINDS_MASK = (1 << KINDS_BITS) - 1;

/** A step is the state after it, as the place where the steps of that begin, with what it tells. */
export const STATES = 0xfff;
/** A run is so long, or so odd, that it may be in an alphabet of its own. */
export const LONG = 1 << 13;
/** Markup stands between two characters of a word. */
export const MARKUP = 1 << 14;
/** A digit or sign stands beside a letter; a number begins. */
export const MIXTURE = 1 << 15;
export const NUMBER = 1 << 16;
/** A quote stands behind what may join strings. */
export const QUOTED_AGAIN = 1 << 17;
/** A word of one character ended. */
export const SINGLE = 1 << 18;

/** Runs are told from so many characters on if they are no word, and in any case from so many. */
const ODD_LEAST = 8;
const LONG_LEAST = 12;

/** Of each unit. */
export function kindsOf(): Uint8Array {
  const kinds = new Uint8Array(0x10000).fill(BEYOND);
  kinds.fill(OTHER, 0, 0x80).fill(BLANK, 0, 0x21);
  kinds.fill(LOWER, 0x61, 0x7b).fill(UPPER, 0x41, 0x5b).fill(NUMERAL, 0x30, 0x3a);
  const signs = '+-_/!<*~`\'"';
  const of = [JOIN, JOIN, UNDERSCORE, SLASH, BANG, LESS, STAR, TILDE, BACKTICK, APOSTROPHE, QUOTE];
  for (let at = 0; at < signs.length; at++) kinds[signs.charCodeAt(at)] = of[at]!;
  return kinds;
}

const isLetter = (kind: number) => kind === LOWER || kind === UPPER;
const isAlphanumeric = (kind: number) => kind <= NUMERAL;
const isWord = (kind: number) => kind <= NUMERAL || kind === BEYOND;
const isInRun = (kind: number) => kind <= SLASH;
const isJoint = (kind: number) =>
  kind === UNDERSCORE || kind === SLASH || (kind >= LESS && kind <= QUOTE);

interface State {
  readonly last: number;
  /** Only of joints of interest: whether one of a word stands before. */
  readonly isBehindWord: boolean;
  /** Of the run and of the word that the last character is of; words are counted to 2. */
  readonly run: number;
  readonly word: number;
  readonly isNoWord: boolean;
  readonly isTold: boolean;
}

const FIRST: State = {
  last: BLANK,
  isBehindWord: false,
  run: 0,
  word: 0,
  isNoWord: false,
  isTold: false,
};

function next(state: State, kind: number): State {
  const { last, word } = state;
  const isBehindWord = isJoint(kind) && isWord(last);
  const one = { ...FIRST, last: kind === BANG ? OTHER : kind, isBehindWord };
  if (!isInRun(kind)) return one;
  const run = Math.min(LONG_LEAST, state.run + 1);
  const isNoWord = state.isNoWord || kind === NUMERAL || (kind === UPPER && last === LOWER);
  const isTold = state.isTold || run === LONG_LEAST || (run >= ODD_LEAST && isNoWord);
  return {
    ...one,
    run: isTold ? LONG_LEAST : run,
    word: isAlphanumeric(kind) ? Math.min(2, word + 1) : 0,
    isNoWord: isNoWord || isTold,
    isTold,
  };
}

function told(state: State, kind: number, after: State): number {
  const { last, word } = state;
  let all = 0;
  if (after.isTold && !state.isTold) all |= LONG;
  if (state.isBehindWord && isMarkup(last, kind)) all |= MARKUP;
  if (isMixture(last, kind)) all |= MIXTURE;
  if (kind === NUMERAL && last !== NUMERAL) all |= NUMBER;
  const isQuote = kind >= BACKTICK && kind <= QUOTE;
  if (isQuote && (last === BLANK || last === JOIN || last === OTHER || last === BEYOND))
    all |= QUOTED_AGAIN;
  if (word === 1 && !isAlphanumeric(kind)) all |= SINGLE;
  return all;
}

/** What stands behind a word and is markup by what follows. */
function isMarkup(sign: number, next: number): boolean {
  if (sign === LESS) return isLetter(next) || next === SLASH || next === BANG;
  if (sign === SLASH) return next === STAR;
  return next === sign || (sign === BACKTICK && (isWord(next) || isJoint(next)));
}

function isMixture(last: number, kind: number): boolean {
  if (!isInRun(kind)) return kind !== BLANK && isLetter(last);
  return isAlphanumeric(kind) && isInRun(last) && (kind === NUMERAL) !== (last === NUMERAL);
}

const keyOf = ({ last, isBehindWord, run, word, isNoWord, isTold }: State): number =>
  last |
  (word << 4) |
  (run << 6) |
  (Number(isBehindWord) << 10) |
  (Number(isNoWord) << 11) |
  (Number(isTold) << 12);

export const START = 0;
/** By the state and the kind of the next character. */
export const steps: Int32Array = stepsOfAll();

function stepsOfAll(): Int32Array {
  const states = [FIRST];
  const places = new Map([[keyOf(FIRST), 0]]);
  const all = new Int32Array(STATES + 1);
  for (let index = 0; index < states.length; index++)
    for (let kind = 0; kind <= KINDS_MASK; kind++) {
      const after = next(states[index]!, kind);
      const key = keyOf(after);
      const place = places.get(key) ?? states.push(after) - 1;
      places.set(key, place);
      all[(index << KINDS_BITS) | kind] = (place << KINDS_BITS) | told(states[index]!, kind, after);
    }
  return all;
}
