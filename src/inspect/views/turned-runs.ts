/**
 * Runs in an alphabet of their own that were turned as well: backwards, in ROT13, mirrored. That a long one was, its first digits
 * tell once they are turned back and decoded; short ones are turned as keys are (keys.ts).
 */

import { mayBeSaid, type Said, said } from './bytes.ts';

type Decode = (run: string) => Said | undefined;

const LONG = 256;
/** Digits that are turned before all are. */
const SAMPLE = 64;

/** Of each unit of a byte, what stands for it. */
type Letters = Uint8Array;
const lettersBy = (other: (letter: number) => number): Letters =>
  Uint8Array.from({ length: 0x100 }, (_, unit) => {
    const letter = (unit | 0x20) - 0x61;
    return letter < 0 || letter > 25 || unit > 0x7f ? unit : (unit & 0x60) + 1 + other(letter);
  });
const PLAIN = lettersBy((letter) => letter);
const ROTATED = lettersBy((letter) => (letter + 13) % 26);
const MIRRORED = lettersBy((letter) => 25 - letter);

const TURNS: readonly (readonly [letters: Letters, isBackwards: boolean])[] = [
  [PLAIN, true],
  [ROTATED, false],
  [MIRRORED, false],
  [ROTATED, true],
  [MIRRORED, true],
];

function turned(run: string, letters: Letters, isBackwards: boolean): string {
  const bytes = Buffer.from(run, 'latin1');
  for (let at = 0; at < bytes.length; at++) bytes[at] = letters[bytes[at]!]!;
  return (isBackwards ? bytes.reverse() : bytes).latin1Slice();
}

/** gzip and the headers of zlib in base64: their beginning alone does not say anything. */
export const isCompressed = (run: string, from = 0) =>
  run.startsWith('H4sI', from) ||
  run.startsWith('eJ', from) ||
  run.startsWith('eN', from) ||
  run.startsWith('eA', from);

/** What a long run of base64 or hexadecimal code says once it is turned back. */
export function saidTurned(run: string, decode: Decode): Said | undefined {
  if (run.length < LONG) return undefined;
  for (const [letters, isBackwards] of TURNS) {
    const first = isBackwards ? run.slice(-SAMPLE) : run.slice(0, SAMPLE);
    const sample = turned(first, letters, isBackwards);
    const of = HEX.test(sample) ? hexSaid : decode;
    if (!isVaried(of(sample)?.text) && !isCompressed(sample)) continue;
    const answer = of(turned(run, letters, isBackwards));
    if (answer?.text !== undefined || answer?.isCut === true) return answer;
  }
  return undefined;
}

/** In five turns, what repeats itself may come to something that can be read. */
const VARIED = 8;
const isVaried = (text: string | undefined) => text !== undefined && new Set(text).size >= VARIED;

const HEX = /^[0-9a-f]+$/i;
/** So few bytes may be read either way by chance. */
const HEX_LEAST = 32;
const firstBytes = new Uint8Array(16);

/** What hexadecimal code says, backwards too: it has none of the letters that tell a key (keys.ts). */
export function hexSaid(run: string): Said {
  const answer = said(Buffer.from(run, 'hex'));
  const isNone = answer.text === undefined && !answer.isCut;
  if (!isNone || run.length < HEX_LEAST || !mayBeBackwards(run)) return answer;
  return said(Buffer.from(turned(run, PLAIN, true), 'hex'));
}

/** Told by its last digits: most is no text in either direction. */
function mayBeBackwards(run: string): boolean {
  for (let at = 0, from = run.length - 1; at < firstBytes.length; at++, from -= 2)
    firstBytes[at] = (hexValue(run.charCodeAt(from)) << 4) | hexValue(run.charCodeAt(from - 1));
  return mayBeSaid(firstBytes, firstBytes.length);
}

/** Letters have a bit that digits have not. */
const hexValue = (unit: number) => (unit & 0xf) + (unit >> 6) * 9;
