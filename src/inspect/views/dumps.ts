/** Bytes as tools print them: dumps with offsets (xxd, hexdump, od), uuencode, and codes that run together without a gap. */

import { isReadable, said } from './bytes.ts';
import { runsOf } from './glance.ts';
import { replaced } from './transcribed.ts';
import type { Writer } from './writer.ts';

const OFFSET = '[ \\t>]{0,8}(?:0x)?[0-9A-Fa-f]{4,8}:?[ \\t]{1,3}';
const BYTES = '(?:[0-9A-Fa-f]{2}|[0-7]{3}|[0-9A-Fa-f]{4})(?![0-9A-Za-z])';
const DUMP_LINE = `${OFFSET}${BYTES}[^\\n]{0,160}`;
const DUMP = new RegExp(`(?<=^|\\n)${DUMP_LINE}(?:\\r?\\n${DUMP_LINE})*`, 'g');
/** In each of its offsets, unless the dump is of more than a megabyte. */
export const MAY_BE_DUMP = /000/;
/** A line has no more: behind them the same stands once more as text. */
const LINE_BYTES = 32;
const DUMP_BYTES_LEAST = 8;

/** `00000000: 4967 6e6f 7265 2061  Ignore a` and the like, lines one below the other. */
export function undump(text: string, writer: Writer): boolean {
  return replaced(text, writer, DUMP, (dump) => {
    const bytes = dump.split('\n').flatMap(bytesOfLine);
    return bytes.length < DUMP_BYTES_LEAST ? undefined : said(Buffer.from(bytes)).text;
  });
}

const HEAD = new RegExp(`^${OFFSET}`);

function bytesOfLine(line: string): number[] {
  const bytes: number[] = [];
  const body = line.replace(HEAD, '');
  const groups = /^(?:[0-9A-Fa-f]{2,4}(?:[ \t]{1,2}|\s*$))+/.exec(body)?.[0].trim().split(/\s+/);
  if (groups === undefined) return bytes;
  const width = groups[0]!.length;
  for (const group of groups) {
    if (bytes.length >= LINE_BYTES || group.length > width) break;
    if (width === 3) bytes.push(Number.parseInt(group, 8) & 0xff);
    else if (group.length % 2 === 0)
      for (let at = 0; at < group.length; at += 2)
        bytes.push(Number.parseInt(group.slice(at, at + 2), 16));
    else break;
  }
  // Sixteen or eight, or what is left at the end.
  return bytes.slice(0, 16);
}

const UU = /(?<=^|\n)begin [0-7]{3,4} [^\r\n]{1,80}\r?\n(?:[!-`][ -`]{1,84}\r?\n?)+/g;
export const MAY_BE_UU = /begin /;

/** uuencode: a line that says how many bytes it has, and four characters for three of them. */
export function unuu(text: string, writer: Writer): boolean {
  return replaced(text, writer, UU, (all) => {
    const bytes: number[] = [];
    for (const line of all.split(/\r?\n/).slice(1)) {
      const count = (line.charCodeAt(0) - 0x20) & 0x3f;
      if (line === '' || line === 'end' || count === 0) break;
      const from = bytes.length;
      for (let at = 1; at < line.length && bytes.length - from < count; at += 4) {
        let three = 0;
        for (let digit = 0; digit < 4; digit++)
          three = (three << 6) | ((((line.charCodeAt(at + digit) || 0x20) - 0x20) & 0x3f) | 0);
        bytes.push(three >> 16, (three >> 8) & 0xff, three & 0xff);
      }
      bytes.length = Math.min(bytes.length, from + count);
    }
    return bytes.length < DUMP_BYTES_LEAST ? undefined : said(Buffer.from(bytes)).text;
  });
}

/** Eight characters of three digits; of binary code that is three. */
const DIGITS_LEAST = 24;
const DIGITS_MAX = 1 << 16;
const DIGITS = /^[0-9]+$/;
const BINARY_LEAST = 6 * 8;

/** `073103110111`: binary, octal or decimal codes of characters without a gap, told by that they all are codes of text. */
export function unrun(text: string, writer: Writer): boolean {
  const runs = runsOf(text);
  let written = 0;
  for (let at = 0; at < runs.length; at += 2) {
    const [from, to] = [runs[at]!, runs[at + 1]!];
    if (to - from < DIGITS_LEAST || to - from > DIGITS_MAX) continue;
    // Most runs are names: the first character tells.
    if (text.charCodeAt(from) > 0x39 || !DIGITS.test(text.slice(from, to))) continue;
    const said = saidBy(text.slice(from, to));
    if (said === undefined) continue;
    if (written < from) writer.keep(written, from);
    writer.decoded(said, from, to);
    written = to;
  }
  if (written === 0) return false;
  if (written < text.length) writer.keep(written, text.length);
  return true;
}

function saidBy(run: string): string | undefined {
  if (/^[01]+$/.test(run)) return run.length < BINARY_LEAST ? undefined : wordsOf(run, 8, 2);
  const [octal, decimal] = [wordsOf(run, 3, 8), wordsOf(run, 3, 10)];
  if (octal !== undefined && decimal !== undefined)
    return lettersIn(octal) >= lettersIn(decimal) ? octal : decimal;
  return octal ?? decimal ?? textOf(ragged(run));
}

function wordsOf(run: string, width: number, base: number): string | undefined {
  if (run.length % width !== 0 || (base === 8 && /[89]/.test(run))) return undefined;
  const codes: number[] = [];
  for (let at = 0; at < run.length; at += width)
    codes.push(Number.parseInt(run.slice(at, at + width), base));
  return textOf(codes);
}

/** Two digits, or three where the first is a one: what is printed of ASCII has no others. */
function ragged(run: string): number[] {
  const codes: number[] = [];
  for (let at = 0; at < run.length; ) {
    const width = run.charAt(at) === '1' ? 3 : 2;
    codes.push(Number(run.slice(at, at + width)));
    at += width;
  }
  return codes;
}

/** Of digits by chance not all are codes of what can be read, and fewer are letters. */
function textOf(codes: readonly number[]): string | undefined {
  if (codes.some((code) => code > 0xff)) return undefined;
  const bytes = Buffer.from(codes);
  if (!isReadable(bytes)) return undefined;
  const text = bytes.toString('utf8');
  return lettersIn(text) * 4 >= text.length * 3 ? text : undefined;
}

const lettersIn = (text: string) => text.match(/[a-z0-9 _/.:-]/gi)?.length ?? 0;
