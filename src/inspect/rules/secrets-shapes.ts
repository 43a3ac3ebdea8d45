/**
 * Formats without a literal to look for: they are recognised by length and alphabet of a run of letters and digits.
 *
 * One pass finds the runs; each is held against the shapes of its length. Everything here has a checksum or a structure
 * that a digest or an id does not have by chance.
 */

import { Finds } from '../finds.ts';
import type { Detector, Finding, Leaf, Reading, View } from '../rule.ts';
import { unitsOf } from '../units.ts';
import { isWif } from './checksums.ts';
import { isKnownWord, isPasswordLike } from './named.ts';
import { isMixed, isPlaceholder, isTokenLike } from './plausible.ts';

/** Shorter runs are nothing here; longer ones are no token. */
const [RUN_MIN, RUN_MAX] = [18, 80];

export const SHAPES: Detector = {
  class: 'secret',
  in: ['request', 'response', 'definition'],
  examine({ views }: Reading): Finding[] {
    const finds = new Finds('secret');
    for (const { leaf, views: readings } of views) {
      for (const view of readings) {
        if (view.form !== 'exact' && view.form !== 'compact') continue;
        runs(view, leaf, finds);
      }
    }
    return finds.all();
  },
};

export const USER_INFO: Detector = {
  class: 'secret',
  in: ['request', 'response', 'definition'],
  anchors: ['://'],
  forms: ['exact'],
  examine({ views }: Reading): Finding[] {
    const finds = new Finds('secret');
    for (const { leaf, views: readings } of views)
      for (const view of readings) if (view.form === 'exact') userInfo(view, leaf, finds);
    return finds.all();
  },
};

/** Of each unit, whether it is a letter or digit. */
const alnum = new Uint8Array(0x10000);
for (let code = 0; code < 128; code++)
  if (/[0-9A-Za-z]/.test(String.fromCharCode(code))) alnum[code] = 1;

/** Of eighteen characters in a row one is the eighteenth: only those are looked at, until one is in a run. */
function runs(view: View, leaf: Leaf, finds: Finds): void {
  const { text } = view;
  const units = unitsOf(text);
  const { length: end } = text;
  let done = 0;
  for (let at = RUN_MIN - 1; at < end; at += RUN_MIN) {
    if (alnum[units[at]!] === 0) continue;
    let start = at;
    while (start > done && alnum[units[start - 1]!] === 1) start--;
    while (at < end && alnum[units[at]!] === 1) at++;
    done = at;
    // The letter of an escaped line break is no part of what follows it.
    if (text[start - 1] === '\\' && /[nrt]/.test(text[start]!)) start++;
    const length = at - start;
    if (length < RUN_MIN || length > RUN_MAX || finds.isFull) continue;
    const rule = shapeOf(text, start, at);
    if (rule !== undefined)
      finds.add(`secret.${rule[0]}`, 'high', { view, leaf }, rule[1], rule[2]);
  }
}

/** The rule and the place of what the run from `start` to `end` is, or is the middle of. */
function shapeOf(text: string, start: number, end: number): [string, number, number] | undefined {
  const length = end - start;
  const first = text.charCodeAt(start);
  // Twilio: SK and 32 hexadecimal digits.
  if (length === 34 && first === 83 && text.charCodeAt(start + 1) === 75) {
    const run = text.slice(start, end);
    if (/^SK[0-9a-f]{32}$/.test(run) && isTokenLike(run)) return ['twilio', start, end];
  }
  if ((length === 51 || length === 52) && /[5KLc9]/.test(text[start]!))
    if (isWif(text.slice(start, end))) return ['bitcoin-key', start, end];
  // TrueNAS: number, dash, 64 letters and digits that are no digest.
  if (length === 64 && text[start - 1] === '-') {
    const id = /(?:^|[^0-9A-Za-z]|\\[nrt])([0-9]{1,3})-$/.exec(
      text.slice(Math.max(0, start - 6), start),
    );
    const run = text.slice(start, end);
    if (id !== null && isMixed(run) && isTokenLike(run))
      return ['truenas', start - id[1]!.length - 1, end];
  }
  // Discord: id of the bot in base64, moment, HMAC.
  if (
    (first === 77 || first === 78 || first === 79) &&
    text[end] === '.' &&
    length >= 23 &&
    length <= 28
  ) {
    const token = /^[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,40}/.exec(
      text.slice(start, start + 80),
    )?.[0];
    if (token !== undefined && isDiscord(token))
      return ['discord-bot', start, start + token.length];
  }
  return undefined;
}

function isDiscord(token: string): boolean {
  const id = Buffer.from(token.slice(0, token.indexOf('.')), 'base64').toString('latin1');
  return /^[0-9]{17,20}$/.test(id) && !isPlaceholder(token);
}

const USER_INFO_MAX = 300;

/** `https://user:password@host`. Schemes of databases have a rule of their own; here it is any scheme. */
function userInfo(view: View, leaf: Leaf, finds: Finds): void {
  const { text } = view;
  for (let at = text.indexOf('://'); at >= 0; at = text.indexOf('://', at + 3)) {
    const start = at + 3;
    const authority = /^[^\s/?#"'<>\\`]*/.exec(text.slice(start, start + USER_INFO_MAX))![0];
    const end = authority.lastIndexOf('@');
    const colon = authority.indexOf(':');
    if (end < 0 || (colon > end && colon >= 0)) continue;
    // A token may stand where the name of the user should: https://TOKEN@host.
    const [from, to] = colon < 0 ? [0, end] : [colon + 1, end];
    const [user, value] = [authority.slice(0, Math.max(colon, 0)), authority.slice(from, to)];
    const isSecret =
      colon < 0 ? value.length >= 20 && isTokenLike(value) : isCredential(user, value);
    if (isSecret)
      finds.add('secret.url-userinfo', 'high', { view, leaf }, start + from, start + to);
  }
}

function isCredential(user: string, value: string): boolean {
  const isOther = value.toLowerCase() !== user.toLowerCase() && !/^[A-Z_]+$|[{}<>$]|^%/.test(value);
  return isOther && !isKnownWord(value) && isPasswordLike(value, 5);
}
