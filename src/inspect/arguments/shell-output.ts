/** What a command prints, where that can be told without running it: text handed through filters. */

import { unescaped } from './shell-expansion.ts';
import type { Command } from './shell-words.ts';

const OUTPUT_MAX = 16_384;
const PIPE_MAX = 8;

/** Undefined where only a run would tell. */
export function outputOf(command: Command, depth = 0): string | undefined {
  if (depth > PIPE_MAX) return undefined;
  const [name = '', ...args] = command.words;
  const program = baseName(name);
  if (program === 'echo') return echo(args);
  if (program === 'printf') return printf(args);
  const input = inputOf(command, depth);
  if (input === undefined) return undefined;
  return filtered(program, args, input.slice(0, OUTPUT_MAX));
}

/** What it reads: a here-string, or the output of the command before it in the pipe. */
export function inputOf(command: Command, depth = 0): string | undefined {
  const here = command.redirects.find(([operator]) => operator === '<<<');
  if (here !== undefined) return here[1];
  return command.from === undefined ? undefined : outputOf(command.from, depth + 1);
}

export const baseName = (word: string): string =>
  word
    .slice(Math.max(word.lastIndexOf('/'), word.lastIndexOf('\\')) + 1)
    .toLowerCase()
    .replace(/\.(?:exe|com|bat|cmd)$/, '');

function echo(args: readonly string[]): string {
  let at = 0;
  let escapes = false;
  while (/^-[neE]+$/.test(args[at] ?? '')) escapes ||= args[at++]!.includes('e');
  const text = args.slice(at).join(' ');
  // Not every echo needs -e for that (dash, sh of macOS).
  return escapes || /\\(?:x[0-9a-f]|0?[0-7]{2})/i.test(text) ? unescaped(text) : text;
}

function printf(args: readonly string[]): string {
  const [format = '', ...values] = args[0] === '--' ? args.slice(1) : args;
  let used = 0;
  const once = () =>
    unescaped(format).replace(/%(?:[sbqdcux%])/g, (what) =>
      what === '%%'
        ? '%'
        : what === '%b'
          ? unescaped(values[used++] ?? '')
          : (values[used++] ?? ''),
    );
  let text = once();
  // The format is used again until no value is left: printf %s r m.
  while (used > 0 && used < values.length && text.length < OUTPUT_MAX) {
    const before = used;
    text += once();
    if (used === before) break;
  }
  return text;
}

function filtered(program: string, args: readonly string[], input: string): string | undefined {
  const has = (...flags: string[]) => args.some((arg) => flags.includes(arg));
  if (program === 'cat' || program === 'tee') return input;
  if (program === 'rev') return [...input].reverse().join('');
  if (program === 'base64' || program === 'openssl')
    return has('-d', '-D', '--decode', '-di', '-dw0')
      ? Buffer.from(input, 'base64').toString('utf8')
      : undefined;
  if (program === 'xxd') return has('-r', '-rp', '-r-p') ? fromHex(input) : undefined;
  if (program === 'tr') return translated(args, input);
  return undefined;
}

const fromHex = (text: string): string =>
  Buffer.from(text.replace(/[^0-9a-f]/gi, ''), 'hex').toString('utf8');

/** tr -d SET, and the two rotations: ROT13 and swapping cases. Others are not told. */
function translated(args: readonly string[], input: string): string | undefined {
  if (args[0] === '-d' && args[1] !== undefined) {
    const set = unescaped(args[1]).replace(/[[\]]/g, '');
    return [...input].filter((character) => !set.includes(character)).join('');
  }
  const [from = '', to = ''] = args;
  if (/^\[?a-z\]?$/i.test(from) && /^\[?a-z\]?$/i.test(to))
    return from.includes('A') ? input.toLowerCase() : input.toUpperCase();
  if (/a-z/i.test(from) && /n-z/i.test(to))
    return input.replace(/[a-z]/gi, (letter) => {
      const base = letter <= 'Z' ? 65 : 97;
      return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base);
    });
  return undefined;
}
