/**
 * What lines of calls have alike, so that an index need not parse each: of the same caller, session, tool and outcome there are
 * thousands in a row, and parsing one with its payloads costs ten times as much as comparing this.
 *
 *   {"seq":…,"prev":"…","time":"…","kind":"call","id":"…","method":"…","request":…,"caller":{…},…,"bytesIn":…}
 *                                                 └─────────────────┘            └──────────────┘
 *
 * All fields that an index lists stand in these two parts, but for `refusal`, which follows them. A line that is written in
 * another way is parsed. `verify` parses all of them and compares.
 */

import { TIME } from './record.ts';

const CALL = Buffer.from('","kind":"call","id":"');
const METHOD = Buffer.from('","method":');
const REQUEST = Buffer.from(',"request":');
const CALLER = Buffer.from(',"caller":');
const END = Buffer.from(',"bytesIn":');
const REFUSAL = Buffer.from(',"refusal":');
const COMMA = 0x2c;
const QUOTE = 0x22;
/** The time stands behind the hash of the line before, and that behind a number of so many digits. */
const PREV = Buffer.from(',"prev":"');
const DIGITS_MAX = 15;
const SEQ_BYTES = '{"seq":'.length;
const HASH_BYTES = 64;
const TIME_KEY = Buffer.from('","time":"');
const TIME_BYTES = 24;

/** Where the time stands in a line that begins as all do; -1 in any other. */
export function timeAt(line: Buffer): number {
  let at = SEQ_BYTES;
  while (at < SEQ_BYTES + DIGITS_MAX && line[at] !== COMMA) at += 1;
  if (!standsAt(line, PREV, at)) return -1;
  const key = at + PREV.length + HASH_BYTES;
  return standsAt(line, TIME_KEY, key) ? key + TIME_KEY.length : -1;
}

/** The time that stands there; undefined where that is none. */
export function timeOf(line: Buffer, at: number): string | undefined {
  if (at < 0) return undefined;
  const time = line.latin1Slice(at, at + TIME_BYTES);
  return TIME.test(time) ? time : undefined;
}

/**
 * Two lines of calls with the same text here have the same in all fields that are listed; undefined where that is not known.
 * `at` is where the time stands.
 */
export function alikeOf(line: Buffer, at: number): string | undefined {
  const kind = at + TIME_BYTES;
  if (!standsAt(line, CALL, kind)) return undefined;
  let method = kind + CALL.length;
  while (method < line.length && line[method] !== QUOTE) method += 1;
  if (!standsAt(line, METHOD, method)) return undefined;
  const request = line.indexOf(REQUEST, method);
  const caller = request < 0 ? -1 : line.indexOf(CALLER, request);
  const end = caller < 0 ? -1 : line.indexOf(END, caller);
  if (end < 0 || line.indexOf(REFUSAL, end) >= 0) return undefined;
  return line.latin1Slice(method, request) + line.latin1Slice(caller, end);
}

/** Compared byte by byte: there are few, and each call into native code costs more. */
function standsAt(line: Buffer, part: Buffer, at: number): boolean {
  let same = 0;
  while (same < part.length && line[at + same] === part[same]) same += 1;
  return same === part.length;
}
