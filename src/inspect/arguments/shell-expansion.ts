/** What a shell makes of one word before it runs it: brackets matched, braces expanded, escapes read. */

/** Words that one word may become. */
export const EXPANSION_MAX = 64;

export interface Word {
  text: string;
  /** Some of it was quoted, escaped or expanded. */
  isDisguised: boolean;
  /** It holds something that only a run would tell. */
  isOpen: boolean;
  isQuoted: boolean;
}

/** Variables that every shell has, as attackers cut letters out of them: ${HOME:0:1} is a slash. */
export const KNOWN: Readonly<Record<string, string>> = {
  HOME: '/root',
  PWD: '/root',
  OLDPWD: '/',
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  SHELL: '/bin/bash',
  BASH: '/bin/bash',
  LS_COLORS: 'rs=0:di=01;34',
};

/** The bracket that closes the one at `open`, quotes and nesting respected; the end of the text where there is none. */
export function closing(text: string, open: number): number {
  const [opener, closer] = text[open] === '(' ? ['(', ')'] : ['{', '}'];
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    const character = text[at];
    if (character === '\\') at++;
    else if (character === "'") {
      const end = text.indexOf("'", at + 1);
      if (end > 0) at = end;
    } else if (character === opener) depth++;
    else if (character === closer && --depth === 0) return at;
  }
  return text.length;
}

/** {rm,-rf,/} is three words; /bin/{rm,} two. One level, which is what is used to hide. */
export function braces(word: Word): Word[] {
  const { text } = word;
  const open = text.indexOf('{');
  const close = open < 0 ? -1 : text.indexOf('}', open);
  if (
    close < 0 ||
    text.length > 2048 ||
    word.isQuoted ||
    !text.slice(open, close).includes(',') ||
    text[open - 1] === '$'
  )
    return [word];
  const [head, tail] = [text.slice(0, open), text.slice(close + 1)];
  return text
    .slice(open + 1, close)
    .split(',', EXPANSION_MAX)
    .map((part) => ({ ...word, isDisguised: true, text: head + part + tail }))
    .filter((one, index) => index === 0 || one.text !== head + tail || head === '');
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '',
  b: '',
  e: '\x1b',
  f: '',
  v: '',
};

/** Escapes of $'…', printf and echo -e: octal, hexadecimal, Unicode, letters. */
export function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(
    /\\(?:x([0-9a-f]{1,2})|u([0-9a-f]{1,4})|U([0-9a-f]{1,6})|0?([0-7]{1,3})|(.))/gis,
    (_, hex?: string, short?: string, long?: string, octal?: string, letter?: string) => {
      const code = hex ?? short ?? long;
      if (code !== undefined) return codePoint(Number.parseInt(code, 16));
      if (octal !== undefined) return codePoint(Number.parseInt(octal, 8) & 0xff);
      return ESCAPES[letter!] ?? letter!;
    },
  );
}

const codePoint = (code: number): string => (code <= 0x10ffff ? String.fromCodePoint(code) : '');

/** `?` and one `*`, which is what names are hidden with. */
export function matchesGlob(pattern: string, name: string): boolean {
  const star = pattern.indexOf('*');
  const [head, tail] = star < 0 ? [pattern, ''] : [pattern.slice(0, star), pattern.slice(star + 1)];
  const fits = (part: string, text: string) =>
    [...part].every((character, at) => character === '?' || character === text[at]);
  if (star < 0) return pattern.length === name.length && fits(pattern, name);
  return (
    head.length + tail.length <= name.length &&
    head.length + tail.length > 1 &&
    fits(head, name) &&
    fits(tail, name.slice(name.length - tail.length))
  );
}
