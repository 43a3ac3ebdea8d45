/**
 * What happens beside calls and is recorded as they are: requests that never became a call, sessions, what was
 * found in messages between calls, and what the operator does.
 */

import type { Caller } from '../model.ts';
import type { Refusal } from '../protocol/refusal.ts';
import type { Found } from './review.ts';

export type Happening = TurnedAway | SessionChange | FoundBeside | Operation;

/** A request that was refused before it became a call. */
export interface TurnedAway {
  readonly kind: 'turned_away';
  readonly refusal: Refusal;
  /** Null where nobody knows who calls. */
  readonly caller: Caller | null;
  /** '' where the transport has none. */
  readonly address: string;
  /** The path of the listener over HTTP, that of the route elsewhere; as the client wrote it, bounded. */
  readonly path: string;
  /** Of JSON-RPC; '' where it could not be read. */
  readonly method: string;
  /** The client's id as raw JSON text; 'null' where it could not be read. */
  readonly id: string;
  /** The id of the legacy session that it is in, '' for none. */
  readonly session: string;
}

export interface SessionChange {
  readonly kind: 'session';
  readonly what: 'begun' | 'ended';
  readonly id: string;
  readonly caller: Caller;
  readonly route: string;
  /** The negotiated revision. */
  readonly version: string;
  /** What the client calls itself, as JSON text of at most 4 KiB: a claim. */
  readonly client: string;
}

/**
 * What inspection found in a message of a session that belongs to no call (a server's notification, a client's answer), or
 * when the call that it belongs to was over.
 */
export interface FoundBeside {
  readonly kind: 'found';
  /** '' for a modern request. */
  readonly session: string;
  readonly caller: Caller;
  readonly route: string;
  readonly server: string;
  /** '' for an answer. */
  readonly method: string;
  /** See `Trail.serial`; 0 for none. */
  readonly call: number;
  readonly found: Found;
}

/** Something that the operator did, or had the gateway do. */
export interface Operation {
  readonly kind: 'operation';
  /** `start`, `end`, `reload`, `relock`, `stop`, or a verb of the admin API. */
  readonly action: string;
  /** Who: 'file' and 'signal' for what came by these, else the name of an administrator. */
  readonly by: string;
  /** '' where it did not come over a network. */
  readonly address: string;
  /** On what; '' for the gateway. */
  readonly target: string;
  readonly outcome: 'ok' | 'refused' | 'failed';
  /** Small, and without secrets. */
  readonly details: Readonly<Record<string, unknown>>;
}
