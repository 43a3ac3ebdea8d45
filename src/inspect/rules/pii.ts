/**
 * Personal data: addresses, numbers of people, of cards and of accounts. Off unless a configuration asks for it.
 *
 * None of it has a literal to look for, so it is one detector: it finds the candidates by their characters, each in one
 * pass, and what has check digits must pass them. What is weak alone needs a word beside it.
 */

import { Finds } from '../finds.ts';
import type { Detector, Finding, Leaf, Reading, TextRule, View } from '../rule.ts';
import { isCard, isIban, NATIONAL_IDS } from './pii-numbers.ts';

/** Characters before and after a number in which a word may say what it is. */
const NEAR = 48;
/** Parts of candidates that are looked at in one text; after that each is judged as a whole only. */
const PIECES_MAX = 1000;
/** A number, its joints included, is no longer than that. */
const NUMBER_MAX = 44;

export const PII_RULES: readonly TextRule[] = [];

export const PII: Detector = {
  class: 'pii',
  in: ['request', 'response'],
  examine({ views }: Reading): Finding[] {
    const finds = new Finds('pii');
    for (const { leaf, views: readings } of views) {
      if (leaf.isKey) continue;
      for (const view of readings) {
        if (view.form !== 'exact') continue;
        addresses(view, leaf, finds);
        numbers(view, leaf, finds);
      }
    }
    return finds.all();
  },
};

const LOCAL = /[A-Za-z0-9._%+'-]/;
const DOMAIN = /^(?:[A-Za-z0-9-]{1,63}\.){1,5}[A-Za-z]{2,24}(?![A-Za-z0-9-])/;

/** RFC 5321 in its everyday part; hosts that are set aside for examples (RFC 2606) belong to nobody. */
function addresses(view: View, leaf: Leaf, finds: Finds): void {
  const { text } = view;
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    let start = at;
    while (start > 0 && at - start < 64 && LOCAL.test(text[start - 1]!)) start--;
    const local = text.slice(start, at);
    const domain = start === at ? undefined : DOMAIN.exec(text.slice(at + 1, at + 256))?.[0];
    if (local === '' || domain === undefined || finds.isFull) continue;
    if (/(?:^|\.)(?:example\.(?:com|org|net)|example|invalid|test|localhost)$/i.test(domain))
      continue;
    // `git@github.com:` and `icon@2x.png` are no one's.
    if (/^(?:git|svn|hg)$/i.test(local) || /\.(?:png|jpe?g|gif|svg|webp|js|css)$/i.test(domain))
      continue;
    finds.add('pii.email', 'high', { view, leaf }, at - local.length, at + 1 + domain.length);
  }
}

/** Digits and capitals with the joints that numbers are written with. */
const NUMBER = /\+?[A-Z0-9(][A-Z0-9 .()/+-]{5,42}[A-Z0-9)]/g;

function numbers(view: View, leaf: Leaf, finds: Finds): void {
  const { text } = view;
  let left = PIECES_MAX;
  for (const match of text.matchAll(NUMBER)) {
    if (!/[0-9]{2}/.test(match[0])) continue;
    for (const [start, end] of pieces(text, match.index, match.index + match[0].length)) {
      const name = nameOf(text, start, end);
      if (name === undefined && left-- > 0) continue;
      if (name === undefined) break;
      finds.add(`pii.${name}`, 'high', { view, leaf }, start, end);
      break;
    }
  }
}

/** The candidate itself, and what it is without the words or numbers at its ends. */
function* pieces(text: string, from: number, to: number): Generator<[number, number]> {
  yield [from, to];
  const stops = [from - 1];
  for (let at = from; at < to; at++) if (text[at] === ' ' || text[at] === '(') stops.push(at);
  stops.push(to);
  // At most the blanks of 44 characters squared; ids of more than five groups do not exist but for IBAN.
  for (let first = 0; first < Math.min(stops.length - 1, 10); first++)
    for (let last = Math.min(stops.length - 1, first + 9); last > first; last--)
      yield [stops[first]! + 1, stops[last]!];
}

function nameOf(text: string, start: number, end: number): string | undefined {
  // What goes on is a part of something else: an id, a digest, a fraction.
  if (end - start < 7 || end - start > NUMBER_MAX) return undefined;
  if (/[A-Za-z0-9_]/.test(text[start - 1] ?? '') || /[A-Za-z0-9_]/.test(text[end] ?? ''))
    return undefined;
  const written = text.slice(start, end);
  const id = written.replace(/[ .()/+-]/g, '');
  const isDigits = /^[0-9]+$/.test(id);
  if (!isDigits && isIban(id)) return 'iban';
  if (isDigits && id.length >= 13 && id.length <= 19 && isCard(id) && isGrouped(written))
    return 'card';
  let context: string | undefined;
  for (const { name, shape, isValid, near, written: usual } of NATIONAL_IDS) {
    if (!shape.test(id) || !isValid(id)) continue;
    if (near === undefined || usual?.test(written)) return name;
    context ??= text.slice(Math.max(0, start - NEAR), start) + text.slice(end, end + NEAR / 2);
    if (near.test(context)) return name;
  }
  return isPhone(written, id, text, start) ? 'phone' : undefined;
}

/** Cards are written in one piece or in groups of four to six. */
const isGrouped = (written: string): boolean =>
  /^[0-9]{13,19}$|^(?:[0-9]{4,7}[ -]){2,4}[0-9]{1,7}$/.test(written);

/** With a country's prefix, or with a word beside it, or as North America writes them. */
function isPhone(written: string, id: string, text: string, start: number): boolean {
  if (!/^[0-9]{7,15}$/.test(id) || /^(.)\1*$/.test(id)) return false;
  if (/^\+[1-9]/.test(written)) return id.length >= 8;
  if (/^\(?[2-9][0-9]{2}\)?[ .-][2-9][0-9]{2}[.-][0-9]{4}$/.test(written))
    return !/^...555/.test(id);
  return /(?:phone|mobile|cell|fax|tel|telefon|téléphone|teléfono|call|whatsapp|sms)\b[^\n]{0,12}$/i.test(
    text.slice(Math.max(0, start - 24), start),
  );
}
