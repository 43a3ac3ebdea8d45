/**
 * Whether a value looks made by a machine, or written by a person as an example.
 *
 * A format alone is no proof: manuals are full of `sk_test_xxxx`, `ghp_your_token_here` and `abcdef0123456789`. What is
 * judged here holds for any vendor: repetition, alphabetical runs, words of placeholders, and how well the letters
 * follow each other as letters of words do. All of it is one or two passes over a value of bounded length.
 */

const VALUE_MAX = 4096;

/** Bits per character, by Shannon's formula over the characters of the text. */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const letter of text) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= count * Math.log2(count / text.length);
  return text.length === 0 ? 0 : bits / text.length;
}

/**
 * log2(p(b | a) · 26) + 5, rounded and cut to 0..9: row a, column b, of the letters a to z. Counted over 3.3 million
 * letter pairs of English documentation and identifiers (split where their case changes). Letters drawn evenly have a
 * mean of about 2.9, words one of about 6.3.
 */
const PAIRS =
  '14660250513757050767443340733272116607217005527000516030700750650082053740002062268230703420620453410040' +
  '63664531220547254776043530713165008005008006156000405000805570052550066461001170008000700020600427600020' +
  '44655450002658740467040303601080063000005201805440006123942170021543026230102063258202733700720155521050' +
  '75318040730451670050410020506764704044146400774300303456234031356856875564521070047012500641750776520030' +
  '21000010200400100000900000624483506044457205664410405052810560331165036852203060417108700220560656502050' +
  '46446440501657150776100000800090507000025000202000007002602780020660055100600070606102700030170118100260' +
  '6331423040154678056610201172138142703331610230321146';

/** How well its letters follow each other, 0 to 9; undefined where too few letters stand side by side to say. */
export function wordiness(text: string): number | undefined {
  let [sum, count, previous] = [0, 0, -1];
  let wasLower = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const letter = (code | 32) - 97;
    const isLetter = letter >= 0 && letter < 26;
    // A capital begins a word, as in camelCase.
    if (!isLetter || (wasLower && code < 97)) previous = -1;
    if (isLetter) {
      if (previous >= 0) {
        sum += PAIRS.charCodeAt(previous * 26 + letter) - 48;
        count++;
      }
      [previous, wasLower] = [letter, code >= 97];
    } else wasLower = false;
  }
  return count < Math.max(3, text.length * 0.4) ? undefined : sum / count;
}

/** Words that a person writes where a value should stand. Whole or part: none of them is likely in random letters. */
const PLACEHOLDER =
  /example|placeholder|change[-_ ]?(?:me|it|this)|replace|redacted|\bdummy|sample|insert|your|enter[-_]|goes[-_]?here|[-_]here\b|secret[-_]?(?:key|token)?[-_]here|to[-_]?do\b|not[-_]?a[-_]?real|xxx|\*\*\*|\.\.\.|…|•|\$\{|\$\(|\{\{|<%|%\(\w+\)s|<[a-z_ -]+>|process\.env|os\.environ|getenv|qwerty|deadbeef|lorem|foobar/i;

const same = (a: number, b: number) => a === b || (a | 32) === (b | 32);

/** Longest run of one character, and how many characters follow from the one or the two before by counting. */
function regularity(text: string): { run: number; counted: number } {
  let [run, longest, one, two] = [1, 1, 0, 0];
  for (let at = 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const before = text.charCodeAt(at - 1);
    run = code === before ? run + 1 : 1;
    if (run > longest) longest = run;
    if (follows(before, code)) one++;
    if (at > 1 && follows(text.charCodeAt(at - 2), code)) two++;
  }
  return { run: longest, counted: Math.max(one, two) / Math.max(text.length, 1) };
}

/** b, 2 after a, 1; also downwards, and 0 after 9; whatever the case. */
function follows(a: number, b: number): boolean {
  return same(a + 1, b) || same(a - 1, b) || (a === 57 && b === 48);
}

/** Written as an example, a mask, a variable or a sequence, not as a value. */
export function isPlaceholder(value: string): boolean {
  if (value.length > VALUE_MAX) return false;
  if (PLACEHOLDER.test(value)) return true;
  const { run, counted } = regularity(value);
  return (
    run >= 6 ||
    counted > 0.4 ||
    new Set(value.toLowerCase()).size <= Math.min(4, value.length / 2.5)
  );
}

/** How many of lower case, upper case, digits are there. */
function kinds(text: string): number {
  return Number(/[a-z]/.test(text)) + Number(/[A-Z]/.test(text)) + Number(/[0-9]/.test(text));
}

/** Lower case, upper case and digits are all there. */
export const isMixed = (text: string): boolean => kinds(text) === 3;

/** How often neighbours are of different kinds (case, digit, sign), 0 to 1: 0.6 for base62, 0.1 for words. */
export function restlessness(text: string): number {
  let [changes, last] = [0, -1];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const kind = code < 58 && code > 47 ? 0 : code < 91 && code > 64 ? 1 : code > 96 ? 2 : 3;
    if (last >= 0 && kind !== last) changes++;
    last = kind;
  }
  return changes / Math.max(text.length - 1, 1);
}

const HEX = /^[0-9a-fA-F]+$/;

/**
 * The value of a token: no placeholder, and with no more order than chance gives a value of its length.
 * Hexadecimal and long digits have less entropy per character; what is all letters must not read like words.
 */
export function isTokenLike(value: string): boolean {
  if (isPlaceholder(value)) return false;
  const bits = entropy(value);
  if (HEX.test(value)) return bits >= Math.min(2.7, Math.log2(value.length) * 0.72);
  if (bits < Math.min(3.4, Math.log2(value.length) * 0.75)) return false;
  const words = wordiness(value);
  return words === undefined || words < 5.2 || (kinds(value) === 3 && restlessness(value) > 0.3);
}

/** As `isTokenLike`, in a reading without gaps, where any prose is one long run of letters. */
export function isTokenLikeInARun(value: string): boolean {
  return isTokenLike(value) && kinds(value) >= 2 && restlessness(value) > 0.28;
}
