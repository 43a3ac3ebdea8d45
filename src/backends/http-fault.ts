/**
 * What an HTTP status of a server means for the request that got it.
 *
 * Words are for callers and name no address and nothing the server wrote; the status goes along in `data`, because a
 * caller can act on 429 otherwise than on 401.
 */

import { survey } from '../protocol/canonical.ts';
import { DEPTH_MAX } from '../protocol/json-rpc.ts';
import { type Refusal, refuse } from '../protocol/refusal.ts';
import type { Over } from './http-exchange.ts';
import type { Ran } from './link.ts';

export const SESSION_LOST = refuse(
  'backend_unavailable',
  undefined,
  undefined,
  'the server no longer knows the session',
);

/** Whether this is how servers that are down, or hidden behind a proxy that cannot reach them, fail. */
export function isOutage(over: Over): boolean {
  if (over.status === 0) return over.fault !== '' && !over.isMalformed;
  return over.status >= 502 && over.status <= 504;
}

/** Whether a request that ended so may have been served: not without a connection. */
export function ranBy(over: Over): Ran {
  return over.wasSent ? 'maybe' : 'no';
}

export function lost(over: Over): Refusal {
  if (over.fault !== '') return refuse('backend_unavailable', undefined, undefined, over.fault);
  if (over.status < 300) {
    return refuse('backend_unavailable', undefined, undefined, 'the response held no answer');
  }
  return refuse(
    'backend_unavailable',
    statusWords(over.status),
    { status: over.status },
    `HTTP status ${over.status}`,
  );
}

function statusWords(status: number): string {
  if (status < 400) return 'The server behind this call redirects, which is not followed.';
  if (status === 401 || status === 403) {
    return "The server behind this call does not accept the gateway's credentials.";
  }
  if (status === 407) {
    return 'The proxy in front of the server behind this call wants other credentials.';
  }
  if (status === 429) return 'The server behind this call takes no more requests for now.';
  return `The server behind this call answered with HTTP status ${status}.`;
}

/** The JSON-RPC error in the body of an error status, under our id; undefined where there is none. */
export function errorAnswer(id: number, body: Buffer): Buffer | undefined {
  const error = errorIn(body);
  if (error === undefined) return undefined;
  // The id may be null (the server refused before it read the request): the status belongs to this request.
  return Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, error }));
}

/**
 * Whether an error status says that the session is gone: 404 by the specification (2025-11-25 basic/transports);
 * server-everything and others of its kind say 400 and name the session.
 */
export function isSessionLost(over: Over): boolean {
  if (over.status === 404) return true;
  if (over.status !== 400) return false;
  const message = errorIn(over.body)?.message;
  return typeof message === 'string' && /session/i.test(message);
}

function errorIn(body: Buffer): { code: number; message: unknown } | undefined {
  if (body.length === 0) return undefined;
  const text = body.toString();
  // JSON.parse takes any depth, and JSON.stringify overflows the stack at some thousands.
  if (survey(text).depth > DEPTH_MAX) return undefined;
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    const isError = typeof error === 'object' && error !== null && 'code' in error;
    return isError && Number.isInteger(error.code)
      ? (error as { code: number; message: unknown })
      : undefined;
  } catch {
    return undefined;
  }
}
