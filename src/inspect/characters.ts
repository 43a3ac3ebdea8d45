/** Sets of characters (code points) as an expression in RE2 syntax names them. */

/** Sorted and apart from each other: first, last, first, last … */
export type Ranges = readonly number[];

export const LAST_CODE = 0x10ffff;
export const ALL: Ranges = [0, LAST_CODE];
export const NOT_NEWLINE: Ranges = [0, 0x09, 0x0b, LAST_CODE];
export const WORD: Ranges = [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a];
export const NEWLINE: Ranges = [0x0a, 0x0a];

const DIGIT: Ranges = [0x30, 0x39];
const SPACE: Ranges = [0x09, 0x0a, 0x0c, 0x0d, 0x20, 0x20];

/** By the letter behind the backslash. */
export const CLASSES: Readonly<Record<string, Ranges>> = { d: DIGIT, s: SPACE, w: WORD };
/** By the name within [: and :]. */
export const NAMED_CLASSES: Readonly<Record<string, Ranges>> = {
  alnum: [0x30, 0x39, 0x41, 0x5a, 0x61, 0x7a],
  alpha: [0x41, 0x5a, 0x61, 0x7a],
  ascii: [0x00, 0x7f],
  blank: [0x09, 0x09, 0x20, 0x20],
  cntrl: [0x00, 0x1f, 0x7f, 0x7f],
  digit: DIGIT,
  graph: [0x21, 0x7e],
  lower: [0x61, 0x7a],
  print: [0x20, 0x7e],
  punct: [0x21, 0x2f, 0x3a, 0x40, 0x5b, 0x60, 0x7b, 0x7e],
  space: [0x09, 0x0d, 0x20, 0x20],
  upper: [0x41, 0x5a],
  word: WORD,
  xdigit: [0x30, 0x39, 0x41, 0x46, 0x61, 0x66],
};

/** Of ranges in any order, which may overlap. */
export function union(ranges: readonly number[]): Ranges {
  const pairs: [number, number][] = [];
  for (let at = 0; at < ranges.length; at += 2) pairs.push([ranges[at]!, ranges[at + 1]!]);
  pairs.sort((a, b) => a[0] - b[0]);
  const all: number[] = [];
  for (const [first, last] of pairs) {
    const end = all.length - 1;
    if (end > 0 && first <= all[end]! + 1) all[end] = Math.max(all[end]!, last);
    else all.push(first, last);
  }
  return all;
}

export function inverse(ranges: Ranges): Ranges {
  const all: number[] = [];
  let next = 0;
  for (let at = 0; at < ranges.length; at += 2) {
    if (ranges[at]! > next) all.push(next, ranges[at]! - 1);
    next = ranges[at + 1]! + 1;
  }
  if (next <= LAST_CODE) all.push(next, LAST_CODE);
  return all;
}

export function sizeOf(ranges: Ranges): number {
  let size = 0;
  for (let at = 0; at < ranges.length; at += 2) size += ranges[at + 1]! - ranges[at]! + 1;
  return size;
}

/** With all that differs from them by case only, as Unicode folds single characters: K is the Kelvin sign too. */
export function folded(ranges: Ranges): Ranges {
  const all = [...ranges];
  for (let at = 0; at < ranges.length; at += 2)
    for (const character of casedWithin(ranges[at]!, ranges[at + 1]!))
      all.push(...orbitOf(character));
  return union(all);
}

const foldedCodes = new Map<number, Ranges>();

/** The same of one character: rules are letters for the most part, and few different ones. */
export function foldedCode(code: number): Ranges {
  const known = foldedCodes.get(code);
  if (known !== undefined) return known;
  const made = folded([code, code]);
  foldedCodes.set(code, made);
  return made;
}

/** Beyond, no character has case. */
const CASED_END = 0x20000;
/** A longer range is looked up in the list of all that have case, which takes some milliseconds to make. */
const SHORT = 256;
const AT_ONCE = 4096;
let allCased: string | undefined;
const orbits = new Map<string, Ranges>();

function casedWithin(first: number, last: number): string[] {
  if (last - first < SHORT)
    return Array.from({ length: last - first + 1 }, (_, at) =>
      String.fromCodePoint(first + at),
    ).filter((one) => one.toLowerCase() !== one || one.toUpperCase() !== one);
  return [...casedOf()].filter(
    (one) => first <= one.codePointAt(0)! && one.codePointAt(0)! <= last,
  );
}

/** Those of the engine's own Unicode tables; lone surrogates among them have no case. */
function casedOf(): string {
  if (allCased !== undefined) return allCased;
  allCased = '';
  for (let first = 0; first < CASED_END; first += AT_ONCE) {
    const codes = Array.from({ length: AT_ONCE }, (_, at) => first + at);
    const cased = String.fromCodePoint(...codes).match(/\p{Changes_When_Casemapped}/gu);
    allCased += cased?.join('') ?? '';
  }
  return allCased;
}

function orbitOf(character: string): Ranges {
  if (character < '\x80') return asciiOrbit(character.toLowerCase().charCodeAt(0));
  const known = orbits.get(character);
  if (known !== undefined) return known;
  const all = casedOf().match(new RegExp(character, 'giu')) ?? [];
  const orbit = all.flatMap((one) => [one.codePointAt(0)!, one.codePointAt(0)!]);
  orbits.set(character, orbit);
  return orbit;
}

/** Two letters beyond ASCII fold to one in it; for these alone the tables need not be read. */
function asciiOrbit(lower: number): Ranges {
  const both = [lower - 0x20, lower - 0x20, lower, lower];
  if (lower === 0x6b) both.push(0x212a, 0x212a);
  if (lower === 0x73) both.push(0x017f, 0x017f);
  return both;
}
