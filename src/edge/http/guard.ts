/**
 * May this request be read at all? Host, Origin and media types, before a byte of the body counts.
 *
 * Host: a page that rebinds its DNS name to 127.0.0.1 is same-origin with us for the browser, but sends its own name.
 * Origin: any other page sends its origin. Both are checked on every request to an MCP endpoint (2026-07-28
 * basic/transports, security warning). Also says what CORS tells an allowed origin. Who calls is not decided here.
 */

import { type Refusal, refuse } from '../../protocol/refusal.ts';
import type { Head } from './head.ts';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);
/** Wildcards name no host; browsers let pages reach 0.0.0.0 as if it were loopback. */
const WILDCARDS = new Set(['0.0.0.0', '::', '[::]', '']);

export interface GuardConfig {
  readonly host: string;
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
}

export class Guard {
  readonly #hosts = new Set<string>(LOOPBACK);
  readonly #origins: ReadonlySet<string>;
  /** The last good values: one client sends the same ones each time. */
  #lastHost = '';
  #lastAccept = '';

  constructor(config: GuardConfig) {
    const listen = config.host.includes(':') ? `[${config.host}]` : config.host;
    if (!WILDCARDS.has(config.host)) this.#hosts.add(listen.toLowerCase());
    for (const host of config.allowedHosts) this.#hosts.add(host.toLowerCase());
    this.#origins = new Set(config.allowedOrigins.map((origin) => origin.toLowerCase()));
  }

  refuse(head: Head): Refusal | undefined {
    if (head.isAmbiguous) {
      return refuse('invalid_request', 'A header that must be single was sent twice.');
    }
    if (!this.isHostAllowed(head.host)) return refuse('bad_host');
    if (head.origin !== '' && !this.#isOriginAllowed(head.origin)) return refuse('bad_origin');
    return undefined;
  }

  isHostAllowed(host: string): boolean {
    if (host === this.#lastHost && host !== '') return true;
    const lower = host.toLowerCase();
    const isAllowed = this.#hosts.has(lower) || this.#hosts.has(withoutPort(lower));
    if (isAllowed) this.#lastHost = host;
    return isAllowed;
  }

  #isOriginAllowed(origin: string): boolean {
    const lower = origin.toLowerCase();
    if (this.#origins.has(lower)) return true;
    const match = /^https?:\/\/([^/]*)$/.exec(lower);
    return match !== null && LOOPBACK.has(withoutPort(match[1]!));
  }

  /** A POST must take both forms of answer, because we choose after the call has begun. */
  refusePostMedia(head: Head): Refusal | undefined {
    const refusal = this.refuseContentType(head);
    if (refusal !== undefined) return refusal;
    if (head.accept === this.#lastAccept) return undefined;
    if (
      !accepts(head.accept, 'application', 'json') ||
      !accepts(head.accept, 'text', 'event-stream')
    ) {
      return refuse('not_acceptable');
    }
    this.#lastAccept = head.accept;
    return undefined;
  }

  refuseContentType(head: Head): Refusal | undefined {
    const isRead = isJson(head.contentType) && isPlain(head.contentEncoding);
    return isRead ? undefined : refuse('unsupported_media');
  }

  refuseStreamMedia(head: Head): Refusal | undefined {
    return accepts(head.accept, 'text', 'event-stream')
      ? undefined
      : refuse('not_acceptable', 'Accept must list text/event-stream.');
  }
}

/** CORS headers (name, value, name, value…) for an answer to an origin that the guard let through. */
export function corsHeaders(head: Head): string[] {
  if (head.origin === '') return [];
  return [
    'access-control-allow-origin',
    head.origin,
    'vary',
    'Origin',
    'access-control-expose-headers',
    'Mcp-Session-Id, MCP-Protocol-Version, WWW-Authenticate, Retry-After',
  ];
}

const CLIENT_HEADERS =
  'Content-Type, Accept, Authorization, Mcp-Session-Id, MCP-Protocol-Version, Last-Event-ID, Mcp-Method, Mcp-Name';

/** The answer to a preflight. `Mcp-Param-*` have no wildcard in CORS, so those asked for are named back. */
export function preflightHeaders(head: Head): string[] {
  const params = head.requestedHeaders
    .split(',')
    .map((name) => name.trim())
    .filter((name) => /^mcp-param-[a-z0-9_-]{1,64}$/i.test(name))
    .slice(0, 32);
  return [
    ...corsHeaders(head),
    'access-control-allow-methods',
    'GET, POST, DELETE',
    'access-control-allow-headers',
    [CLIENT_HEADERS, ...params].join(', '),
    'access-control-max-age',
    '600',
  ];
}

function withoutPort(host: string): string {
  return host.replace(/:\d{1,5}$/, '');
}

function isJson(contentType: string): boolean {
  if (contentType === 'application/json') return true;
  return (contentType.split(';', 1)[0] ?? '').trim().toLowerCase() === 'application/json';
}

function isPlain(contentEncoding: string): boolean {
  return contentEncoding === '' || contentEncoding.toLowerCase() === 'identity';
}

/** RFC 9110 12.5.1: absent admits everything, ranges admit their members, q=0 excludes. */
function accepts(accept: string, type: string, subtype: string): boolean {
  if (accept === '') return true;
  return accept.split(',').some((part) => {
    const [range = '', ...parameters] = part.split(';');
    if (parameters.some((parameter) => /^\s*q\s*=\s*0(\.0*)?\s*$/i.test(parameter))) return false;
    const [rangeType, rangeSubtype] = range.trim().toLowerCase().split('/');
    return (
      (rangeType === type || rangeType === '*') &&
      (rangeSubtype === subtype || rangeSubtype === '*')
    );
  });
}
