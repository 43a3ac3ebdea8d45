/**
 * From what a token says to the caller.
 *
 * An agent that acts for somebody (`act`, RFC 8693 4.1) is not that somebody: it is a caller of its own, so that it shares
 * no session, process or kept result with the person. Every part of a caller's name comes from one issuer and starts with
 * that issuer's name, so that no issuer can name the callers of another. Each function takes plain data; no clock, no I/O.
 */

import type { Caller } from '../model.ts';
import type { ClaimNames } from './config.ts';
import { hasControlCharacter } from './text.ts';

export type Claims = Readonly<Record<string, unknown>>;

const TEXT_MAX = 256;
const LIST_MAX = 256;

/** The caller, or why these claims name none. `issuer`: the id of the entry in the file. */
export function callerOf(
  claims: Claims,
  issuer: string,
  by: 'jwt' | 'introspection',
  names: ClaimNames,
): Caller | string {
  const subject = textAt(claims, names.caller);
  if (subject === undefined) return `it has no usable ${names.caller.join(' or ')}`;
  const actor = actorOf(claims);
  if (actor === null) return 'its act names nobody';
  const id = `${issuer}:${part(subject)}${actor === undefined ? '' : ` by ${part(actor)}`}`;
  const agent = textAt(claims, names.agent) ?? '';
  const user = textAt(claims, names.user) ?? '';
  const roles = listAt(claims, names.roles);
  const scopes = listAt(claims, names.scopes);
  if (roles === undefined || scopes === undefined)
    return 'its roles or scopes are not lists of text';
  return Object.freeze({
    id,
    by,
    agent,
    // A program that calls for itself: the provider names the client as the subject.
    user: user === agent ? '' : user,
    roles,
    scopes,
    tenant: textAt(claims, names.tenant) ?? '',
    credential: typeof claims.jti === 'string' ? claims.jti.slice(0, TEXT_MAX) : '',
    until: typeof claims.exp === 'number' ? claims.exp * 1000 : Number.POSITIVE_INFINITY,
  });
}

/** Who acts, undefined where nobody acts for another, null where the claim says that and not who. */
function actorOf(claims: Claims): string | undefined | null {
  if (!Object.hasOwn(claims, 'act')) return undefined;
  const sub = textAt(claims, ['act.sub']);
  if (sub === undefined) return null;
  const issuer = textAt(claims, ['act.iss']);
  return issuer === undefined || issuer === claims.iss ? sub : `${issuer} ${sub}`;
}

/** Without the blank that separates the parts of a caller's name. */
function part(text: string): string {
  return text.replace(/[% ]/g, (one) => (one === '%' ? '%25' : '%20'));
}

function textAt(claims: Claims, paths: readonly string[]): string | undefined {
  const value = firstAt(claims, paths);
  if (typeof value !== 'string' || value === '' || value.length > TEXT_MAX) return undefined;
  return hasControlCharacter(value) ? undefined : value;
}

/** undefined: something is there that is no list of texts. */
function listAt(claims: Claims, paths: readonly string[]): readonly string[] | undefined {
  const value = firstAt(claims, paths);
  if (value === undefined) return [];
  const all = typeof value === 'string' ? value.split(' ').filter((one) => one !== '') : value;
  if (!Array.isArray(all) || all.length > LIST_MAX) return undefined;
  const isText = (one: unknown) => typeof one === 'string' && one.length <= TEXT_MAX;
  return all.every(isText) ? Object.freeze(all as string[]) : undefined;
}

function firstAt(claims: Claims, paths: readonly string[]): unknown {
  for (const path of paths) {
    const value = at(claims, path);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** A name may hold dots (`https://example.com/roles`), so the whole is looked for first. */
function at(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let here: unknown = claims;
  for (const key of path.split('.')) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, key)) return undefined;
    here = (here as Claims)[key];
  }
  return here;
}
