/**
 * The nouns of Sluice. One idea, one word, everywhere: code, configuration, logs and documents.
 *
 *   caller    who calls: an agent or a person behind one (never user, principal or client)
 *   client    the program at the other end of a connection, as the protocol calls it
 *   route     one endpoint that a client can connect to: all servers, one server, a virtual server
 *   backend   one configured MCP server and everything that reaches it (never upstream)
 *   link      one conversation with a backend: a child process, an HTTP session
 *   tool      something a backend offers; `original` is its name there, `name` its name on a route
 *   call      one request of a caller that a backend answers
 *   refusal   the gateway says no (never error)
 */

import type { Refusal } from './protocol/refusal.ts';

/** Who calls. Bound to sessions, leases and request state: state of one caller is never another's. */
export interface Caller {
  /** Stable and unique among callers. */
  readonly id: string;
}

/** The caller where no authentication is configured: everybody on the loopback interface. */
export const ANONYMOUS: Caller = Object.freeze({ id: 'anonymous' });

export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'code' in value && 'words' in value;
}
