/**
 * What of a configuration may be shown to people: everything but what could be a secret.
 *
 * Hidden is what stands where secrets stand, whatever it looks like; what looks like one, wherever it stands; and every
 * text that holds what a file or a variable with such a name holds. Whether it changed may be told, what it is may not.
 */

import { namedArgument } from '../lib/named-argument.ts';
import { looksSecret } from './secret.ts';

export const HIDDEN = '(hidden)';

/** Groups of which every value is hidden: their names are anybody's. */
const GROUPS = new Set(['env', 'headers']);
const NAMES =
  /^(?:knownValues|sha256|jwks)$|token|secret|passw|passphrase|credential|authorization|cookie|private|sign(?:ing)?Key|api[-_]?key/i;
/** Shorter ones stand in half of all words. */
const KNOWN_CHARS_MIN = 6;

export function shown(value: unknown, secrets: readonly string[]): unknown {
  const known = secrets.filter((secret) => secret.length >= KNOWN_CHARS_MIN);
  return show(value, '', known);
}

/** `name`: of the key that it stands under, in lists that of the list. */
function show(value: unknown, name: string, known: readonly string[]): unknown {
  if (typeof value === 'string') return isHidden(value, name, known) ? HIDDEN : bare(value);
  if (Array.isArray(value)) {
    return value.map((one, at) =>
      name === 'args' && typeof one === 'string'
        ? argument(one, String(value[at - 1] ?? ''), known)
        : show(one, name, known),
    );
  }
  if (typeof value !== 'object' || value === null) return value;
  const all = GROUPS.has(name);
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => {
      return [key, all && typeof one === 'string' ? HIDDEN : show(one, key, known)];
    }),
  );
}

function argument(text: string, before: string, known: readonly string[]): string {
  const { lead, name, value } = namedArgument(text, before);
  const isSecret = name !== '' && looksSecret(name, value);
  return isSecret || isHidden(value, name, known) ? lead + HIDDEN : bare(text);
}

function isHidden(value: string, name: string, known: readonly string[]): boolean {
  if (NAMES.test(name) && value !== '') return true;
  return looksSecret('', value) || known.some((secret) => value.includes(secret));
}

/** What follows "?" in a URL is often a key, and what stands before "@" always one. */
function bare(text: string): string {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text) || !URL.canParse(text)) return text;
  const url = new URL(text);
  if (url.search === '' && url.username === '' && url.password === '') return text;
  if (url.search !== '') url.search = `?${HIDDEN}`;
  if (url.username !== '') url.username = HIDDEN;
  if (url.password !== '') url.password = HIDDEN;
  return url.href;
}
