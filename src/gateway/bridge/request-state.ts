/**
 * The `requestState` that a modern client carries through a multi-round-trip request.
 *
 * The client is told to echo it and must be assumed to forge it (2026-07-28 basic/patterns), so it is sealed with
 * HMAC-SHA256 under a key that lives as long as the process, and says for whom it is good: caller, route, method,
 * tool, arguments, and until when. A state stolen from another caller, or moved to another call, does not open.
 */

import { createHmac, hash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Message } from '../../protocol/message.ts';
import type { Call } from '../call.ts';

export type Purpose =
  /** The call waits at the gateway with its legacy server's question open. */
  | { readonly kind: 'parked'; readonly park: string }
  /** A modern server's own state, passed back to it; '' where it gave none. `ticket`: the call was approved, and need not be again. */
  | { readonly kind: 'wrapped'; readonly inner: string; readonly ticket?: string | undefined }
  /** The call is simply made again (legacy error -32042: a URL had to be visited first). */
  | { readonly kind: 'again'; readonly ticket?: string | undefined }
  /** The client's person was asked to approve the call, and may answer until then. */
  | { readonly kind: 'approval'; readonly ticket: string; readonly until: number };

interface Sealed {
  readonly purpose: Purpose;
  readonly digest: string;
  readonly expiresAt: number;
}

/** A person answers within this or starts over. */
export const STATE_TTL_MS = 10 * 60_000;
/** States carry a server's own state inside; its size is the server's choice up to this. */
const STATE_BYTES_MAX = 256 * 1024;
const KEY = randomBytes(32);

export function seal(call: Call, purpose: Purpose, now: number): string {
  // What goes through all stages again comes as the client said it; a parked call goes on in the words that were judged.
  const message = purpose.kind === 'parked' ? call.message : call.said;
  const digest = digestOf(call, message);
  const sealed: Sealed = { purpose, digest, expiresAt: now + STATE_TTL_MS };
  const body = Buffer.from(JSON.stringify(sealed)).toString('base64url');
  return `${body}.${mac(body)}`;
}

/** What the state is for; undefined where it is forged, expired or of another call. */
export function unseal(call: Call, now: number): Purpose | undefined {
  const { message } = call;
  if (message.requestStateEnd - message.requestStateStart > STATE_BYTES_MAX) return undefined;
  const state = message.value(message.requestStateStart, message.requestStateEnd);
  if (typeof state !== 'string') return undefined;
  const dot = state.indexOf('.');
  const body = state.slice(0, dot);
  const given = Buffer.from(state.slice(dot + 1));
  const right = Buffer.from(mac(body));
  if (dot < 0 || given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
  const sealed = JSON.parse(Buffer.from(body, 'base64url').toString()) as Sealed;
  if (sealed.expiresAt < now || sealed.digest !== digestOf(call, message)) return undefined;
  return sealed.purpose;
}

function mac(body: string): string {
  return createHmac('sha256', KEY).update(body).digest('base64url');
}

/** Arguments are compared by value: a client may serialise them in another order the second time. */
function digestOf(call: Call, message: Message): string {
  const parts = [
    call.caller.id,
    call.route.path,
    message.method,
    message.name,
    message.uri,
    canonical(message.value(message.argumentsStart, message.argumentsEnd)),
  ];
  return hash('sha256', JSON.stringify(parts), 'base64url');
}

function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, item: unknown) => {
      if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
      const entries = Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1));
      return Object.fromEntries(entries);
    }) ?? ''
  );
}
