/**
 * The headers of requests to an HTTP server, as undici takes them: name, value, name, value…
 *
 * Configured headers come first and cannot replace what the protocol sets. Values of clients (names of tools,
 * Mcp-Param-*) are encoded, so that none can break out of its header.
 */

import type { Era } from '../protocol/eras.ts';
import { encodeHeaderValue, PARAM_PREFIX } from '../protocol/headers.ts';
import type { Mirror } from './link.ts';

/** Set by the protocol or by the HTTP client; configured values for them are left out. */
const OURS = new Set([
  'accept',
  'accept-encoding',
  'connection',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'last-event-id',
  'mcp-method',
  'mcp-name',
  'mcp-protocol-version',
  'mcp-session-id',
  'traceparent',
  'tracestate',
  'transfer-encoding',
  'upgrade',
]);

/** Session ids are visible ASCII (2025-11-25 basic/transports); the length is ours. */
const SESSION_ID = /^[\x21-\x7e]{1,1024}$/;

export function configuredHeaders(headers: Readonly<Record<string, string>>): string[] {
  const list: string[] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (!OURS.has(name.toLowerCase())) list.push(name, value);
  }
  return list;
}

export function postHeaders(configured: readonly string[]): string[] {
  return [
    ...configured,
    'content-type',
    'application/json',
    'accept',
    'application/json, text/event-stream',
  ];
}

export function streamHeaders(configured: readonly string[]): string[] {
  return [...configured, 'accept', 'text/event-stream', 'cache-control', 'no-cache'];
}

/** What a request of a modern server repeats from its body. */
export function mirrorHeaders(version: string, mirror: Mirror): string[] {
  const list = ['mcp-protocol-version', version, 'mcp-method', encodeHeaderValue(mirror.method)];
  if (mirror.name !== '') list.push('mcp-name', encodeHeaderValue(mirror.name));
  for (let at = 0; at + 1 < mirror.params.length; at += 2) {
    const name = mirror.params[at]!;
    if (name.startsWith(PARAM_PREFIX)) list.push(name, mirror.params[at + 1]!);
  }
  return list;
}

/** What requests of a legacy session carry; the version only from the end of the handshake on. */
export function sessionHeaders(era: Era | null, version: string, sessionId: string): string[] {
  const list: string[] = [];
  if (era === 'legacy') list.push('mcp-protocol-version', version);
  if (sessionId !== '') list.push('mcp-session-id', sessionId);
  return list;
}

export function isSessionId(value: unknown): value is string {
  return typeof value === 'string' && SESSION_ID.test(value);
}
