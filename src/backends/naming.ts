/**
 * Names of tools and prompts on a route: stable, unique, and valid for every client.
 *
 * Clients accept [A-Za-z0-9_-], at most 64 characters. Whether names carry their server's is decided by the
 * configuration alone (how many servers the route joins), never by which servers happen to be up: a name must not change
 * because another server came or went. Where two names still meet, the server first in the file keeps it and the
 * other gets a suffix made from what it is, so that it too is the same on every start.
 */

import { hash } from 'node:crypto';
import type { NamingConfig } from './config.ts';

export const NAME_MAX = 64;
const VALID = /^[A-Za-z0-9_-]{1,64}$/;
const SUFFIX_LENGTH = 8;

/** The name to show: prefixed or not, made valid, and unique among `taken`. */
export function exposedName(
  server: string,
  original: string,
  prefix: boolean,
  separator: string,
  taken: ReadonlyMap<string, unknown>,
): string {
  const plain = prefix ? `${server}${separator}${original}` : original;
  if (VALID.test(plain) && !taken.has(plain)) return plain;
  // Without a prefix a second server's tool of the same name is told apart by its server, which reads best.
  const named = `${server}${separator}${original}`;
  if (!prefix && VALID.test(original) && VALID.test(named) && !taken.has(named)) return named;
  return suffixed(plain, `${server}\n${original}`);
}

/** Replaces what clients refuse, cuts to length, and marks the loss with a hash of the true name. */
function suffixed(name: string, identity: string): string {
  const stem = name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, NAME_MAX - SUFFIX_LENGTH - 1);
  return `${stem}_${hash('sha256', identity, 'hex').slice(0, SUFFIX_LENGTH)}`;
}

/** `auto` prefixes as soon as a route joins two servers. */
export function wantsPrefix(naming: NamingConfig, serverCount: number): boolean {
  if (naming.prefix === 'auto') return serverCount > 1;
  return naming.prefix === 'always';
}
