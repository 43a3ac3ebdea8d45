/**
 * HTTP status lines. The front end wants them whole; node:http's table has every phrase.
 */

import { STATUS_CODES } from 'node:http';

const LINES = new Map<number, string>();
for (const [code, phrase] of Object.entries(STATUS_CODES)) {
  LINES.set(Number(code), `${code} ${phrase}`);
}

export function statusLine(status: number): string {
  return LINES.get(status) ?? `${status} Unknown`;
}
