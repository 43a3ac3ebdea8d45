/**
 * May this request be read at all? Before its credential counts.
 *
 * A web page can send requests here with a browser's help: under its own name by rebinding DNS (so Host must be a name of
 * ours), from another origin (so Origin must be our own, and no answer ever carries a CORS header), or as a form (so what
 * changes something must be JSON, which no form sends, and which makes a browser ask first and hear no).
 */

import type { IncomingMessage } from 'node:http';
import type { AdminConfig } from './config.ts';
import { type Fault, fault } from './fault.ts';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];
const WILDCARDS = new Set(['0.0.0.0', '::']);
/** Joined or dropped by node:http where they come twice, and then two readers see two requests. */
const SINGLE = new Set(['host', 'origin', 'authorization', 'content-type', 'content-length']);

export class Guard {
  readonly #hosts: ReadonlySet<string>;
  readonly #scheme: string;

  constructor({ host, allowedHosts, tls }: AdminConfig) {
    const own = host.includes(':') ? `[${host}]` : host;
    const all = [...LOOPBACK, ...(WILDCARDS.has(host) ? [] : [own]), ...allowedHosts];
    this.#hosts = new Set(all.map((name) => name.toLowerCase()));
    this.#scheme = tls === undefined ? 'http' : 'https';
  }

  refuse(request: IncomingMessage): Fault | undefined {
    if (hasDoubles(request.rawHeaders)) {
      return fault('bad_request', 'A header that must be single was sent twice.');
    }
    const host = (request.headers.host ?? '').toLowerCase();
    if (!this.#hosts.has(host) && !this.#hosts.has(host.replace(/:\d{1,5}$/, ''))) {
      return fault('bad_host');
    }
    const { origin } = request.headers;
    const isOwn = origin === undefined || origin.toLowerCase() === `${this.#scheme}://${host}`;
    if (!isOwn) return fault('bad_origin');
    const site = request.headers['sec-fetch-site'];
    const isForeign = site === 'cross-site' || site === 'same-site';
    return isForeign ? fault('bad_origin') : undefined;
  }

  /** Of what changes something, be there a body or not. */
  refuseMedia({ headers }: IncomingMessage): Fault | undefined {
    const type = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
    const encoding = headers['content-encoding'] ?? 'identity';
    const isRead = type === 'application/json' && encoding === 'identity';
    return isRead ? undefined : fault('unsupported_media');
  }
}

function hasDoubles(rawHeaders: readonly string[]): boolean {
  const seen = new Set<string>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? '';
    if (!SINGLE.has(name)) continue;
    if (seen.has(name)) return true;
    seen.add(name);
  }
  return false;
}
