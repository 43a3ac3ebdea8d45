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
  /** How it proved who it is. */
  readonly by: 'anonymous' | 'api_key' | 'jwt' | 'introspection' | 'mtls' | 'stdio';
  /** The program that acts, where the credential tells it apart from the user; '' where it does not. */
  readonly agent: string;
  /** On whose behalf; '' where nobody is named. */
  readonly user: string;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  /** '' for none. */
  readonly tenant: string;
  /** Which of its credentials: the id of an API key, the `jti` of a token; '' where it has no name. No secret. */
  readonly credential: string;
  /** When that credential ends, in ms since the epoch; Infinity where it does not say. */
  readonly until: number;
}

/** The caller where no authentication is configured: everybody on the loopback interface. */
export const ANONYMOUS: Caller = Object.freeze({
  id: 'anonymous',
  by: 'anonymous',
  agent: '',
  user: '',
  roles: [],
  scopes: [],
  tenant: '',
  credential: '',
  until: Number.POSITIVE_INFINITY,
});

export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'code' in value && 'words' in value;
}
