/** Letters that are written as words or signs: Morse code, the spelling alphabet, names of characters. */

import type { Writer } from './writer.ts';

/** Fewer letters in a row spell no sentence and no key. */
const LETTERS_LEAST = 8;

const MORSE =
  '.-a -...b -.-.c -..d .e ..-.f --.g ....h ..i .---j -.-k .-..l --m -.n ---o .--.p --.-q .-.r ...s -t ..-u ...-v .--w -..-x -.--y --..z -----0 .----1 ..---2 ...--3 ....-4 .....5 -....6 --...7 ---..8 ----.9 .-.-.-. --..--, ..--..? -..-./ ---...: -....-- -...-= .--.-.@ ..--.-_';
const morseLetters = new Map(
  MORSE.split(' ').map((entry) => [entry.slice(0, -1), entry.slice(-1)] as const),
);
/** Letters one blank apart; words by a slash, a bar, a line end or more blanks. */
const MORSE_SIGN = '[.-]';
const MORSE_GAP = '(?:[ \\t]*[/|\\n][ \\t]*|[ \\t]{1,8})';
const MORSE_ROW = new RegExp(
  `(?<![^\\s"'\`(:>])${MORSE_SIGN}{1,6}(?:${MORSE_GAP}${MORSE_SIGN}{1,6}){${LETTERS_LEAST - 1},}(?![^\\s"'\`),<])`,
  'g',
);
/** In every sentence a letter that ends in a dash stands before one that begins with a dot. */
export const MAY_BE_MORSE = /- \./;

/** `.. --. -. --- .-. .`: of rules and tables drawn in ASCII hardly any sign is a letter, or all are the same one. */
export function unmorse(text: string, writer: Writer): boolean {
  return replaced(text, writer, MORSE_ROW, (row) => {
    let said = '';
    let unknown = 0;
    for (const [, gap = '', signs = ''] of row.matchAll(/(\s*[/|\n]\s*|\s*)([.-]+)/g)) {
      const letter = morseLetters.get(signs);
      if (letter === undefined) unknown++;
      said += (gap.length > 1 || /[/|\n]/.test(gap) ? ' ' : '') + (letter ?? '');
    }
    return unknown * 8 <= said.length && new Set(said).size >= LETTERS_LEAST / 2
      ? said.trim()
      : undefined;
  });
}

const SPELLING =
  'alfa alpha bravo charlie delta echo foxtrot golf hotel india juliett juliet kilo lima mike november oscar papa quebec romeo sierra tango uniform victor whiskey whisky xray x-ray yankee zulu zero one two three four five six seven eight nine';
const FIGURES = 'zero one two three four five six seven eight nine'.split(' ');
const SPELT = `(?:${SPELLING.split(' ').join('|')})`;
const SPELLING_ROW = new RegExp(
  `\\b${SPELT}(?:[\\s,./|;-]{1,4}${SPELT}){${LETTERS_LEAST - 1},}\\b`,
  'gi',
);
/** Told by single literals, which are searched for many times as fast as one of several: no sentence is without an e. */
export const MAY_BE_SPELLING = /echo/;
const OTHERS = ['tango', 'oscar', 'india', 'november', 'romeo', 'sierra'];

/** `india golf november`; words are apart by what is more than a blank. */
export function unspell(text: string, writer: Writer): boolean {
  if (OTHERS.filter((word) => text.includes(word)).length < 2) return false;
  return replaced(text, writer, SPELLING_ROW, (row) => {
    let said = '';
    for (const [, gap = '', word = ''] of row.matchAll(/([\s,./|;]*)([a-z]+(?:-ray)?)/gi)) {
      const figure = FIGURES.indexOf(word.toLowerCase());
      if (said !== '' && (/[/|\n;]/.test(gap) || gap.length > 2)) said += ' ';
      said += figure < 0 ? word.charAt(0).toLowerCase() : String(figure);
    }
    return said;
  });
}

const NAMED_ROW =
  /\\N\{(?:LATIN (?:CAPITAL|SMALL) LETTER [A-Z]|DIGIT [A-Z]{3,5}|SPACE|FULL STOP|HYPHEN-MINUS|SOLIDUS|COLON|COMMA|LOW LINE)\}/g;
export const MAY_BE_NAMED = /\\N\{/;
const SIGNS: Readonly<Record<string, string>> = {
  ...{ SPACE: ' ', 'FULL STOP': '.', 'HYPHEN-MINUS': '-', SOLIDUS: '/', COLON: ':', COMMA: ',' },
  'LOW LINE': '_',
};

/** `\N{LATIN SMALL LETTER I}`, as Python and Perl name a character. */
export function unname(text: string, writer: Writer): boolean {
  return replaced(text, writer, NAMED_ROW, (whole) => {
    const name = whole.slice(3, -1);
    const letter = name.charAt(name.length - 1);
    if (name.startsWith('LATIN SMALL')) return letter.toLowerCase();
    if (name.startsWith('LATIN')) return letter;
    return SIGNS[name] ?? String(FIGURES.indexOf(name.slice(6).toLowerCase()));
  });
}

/** Each match for which something is said is replaced by that. */
export function replaced(
  text: string,
  writer: Writer,
  expression: RegExp,
  say: (match: string) => string | undefined,
): boolean {
  let written = 0;
  for (const match of text.matchAll(expression)) {
    const said = say(match[0]);
    if (said === undefined) continue;
    const end = match.index + match[0].length;
    if (written < match.index) writer.keep(written, match.index);
    writer.decoded(said, match.index, end);
    written = end;
  }
  if (written === 0) return false;
  if (written < text.length) writer.keep(written, text.length);
  return true;
}
