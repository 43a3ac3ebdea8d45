/** What a character is read as: an ASCII text, a blank, a mark upon the last, or nothing at all. */

import {
  APOSTROPHES,
  BACKSLASHES,
  BACKTICKS,
  BLANK,
  INVISIBLE,
  LIKE_ONE,
  LIKE_SEVERAL,
  MARKS,
  QUOTES,
} from './look-alikes-data.ts';

/** Answers of kindOf that are no ASCII code. */
export const ITSELF = 0;
export const UNSEEN = 1;
export const MARK = 2;
/** From here on: several letters, see lettersOf. */
export const SEVERAL = 0x80;

/** All that the table holds lies below, but for the plane of tags and further variation selectors. */
const CODES = 0x20000;
const kinds = new Uint16Array(CODES);
const several: string[] = [];
const LAST_PLANE = 0xe0000;
const LAST_PLANE_END = 0xe1000;

/** What one code point is read as: one of the above, or an ASCII code. */
export function kindOf(code: number): number {
  if (code < CODES) return kinds[code]!;
  return code >= LAST_PLANE && code < LAST_PLANE_END ? UNSEEN : ITSELF;
}

/** The planes in which any character is something else than itself, by where a part of one begins. */
export const isOfKind = (from: number): boolean =>
  from < CODES || (from >= LAST_PLANE && from < LAST_PLANE_END);

export const lettersOf = (kind: number): string => several[kind - SEVERAL]!;

function fill(ranges: string, kind: number): void {
  let code = 0;
  for (const range of ranges.split(' ')) {
    const [start = '', count = ''] = range.split('.');
    code += Number.parseInt(start, 36);
    const end = code + Number.parseInt(count, 36);
    if (code < CODES) kinds.fill(kind, code, Math.min(end, CODES));
    code = end;
  }
}

function load(): void {
  let code = 0;
  for (const run of LIKE_ONE.split(' ')) {
    const colon = run.indexOf(':');
    code += Number.parseInt(run.slice(0, colon), 36);
    for (let at = colon + 1; at < run.length; at++) kinds[code++] = run.charCodeAt(at);
  }
  for (const entry of LIKE_SEVERAL.split(' ')) {
    const colon = entry.indexOf(':');
    kinds[Number.parseInt(entry.slice(0, colon), 36)] = SEVERAL + several.length;
    several.push(entry.slice(colon + 1));
  }
  fill(APOSTROPHES, 0x27);
  fill(QUOTES, 0x22);
  fill(BACKTICKS, 0x60);
  fill(BACKSLASHES, 0x5c);
  fill(INVISIBLE, UNSEEN);
  fill(BLANK, 0x20);
  fill(MARKS, MARK);
  // Control characters that no writer needs; what is left of them is blank to every form.
  for (let control = 0; control < 0x20; control++) kinds[control] = UNSEEN;
  for (const kept of [0x09, 0x0a, 0x0d]) kinds[kept] = ITSELF;
  kinds[0x7f] = UNSEEN;
}
load();
