/**
 * What the edge needs of a gateway, and no more: the class in `gateway/` fits it, and so does a small one in a test.
 *
 * Sessions and routes are handles here: the edge passes them back as it got them. Outlets are the other half of the
 * contract (`gateway/outlet.ts`).
 */

import type { Outlet, TurnedAway } from '../gateway/gateway.ts';
import type { Caller } from '../model.ts';
import type { Message } from '../protocol/message.ts';

export type { Outlet, TurnedAway };

/** One endpoint that a client can connect to. */
export interface Route {
  /** '' for all servers, 'NAME' for one, 'v/NAME' for a virtual server: what follows /mcp/ in the path. */
  readonly path: string;
}

/** One legacy client's session. */
export interface Session {
  readonly id: string;
  /** The negotiated legacy revision. */
  readonly version: string;
  /** Set by the edge while it has somewhere to put messages that belong to no request in flight. */
  stream: ((message: Buffer) => void) | null;
  /** Set by the edge while the client holds a stream of the session open: it is there, though it may be silent. */
  isAttached: boolean;
  /** Called once when the session ends, by whomever. */
  readonly onEnd: Set<() => void>;
}

export interface Gateway {
  /** The endpoint at this path, if there is one for this caller. */
  route(path: string, caller: Caller): Route | undefined;
  /** One modern request; version and standard headers are checked. `params`: Mcp-Param-* headers, or null. */
  modern(
    route: Route,
    caller: Caller,
    message: Message,
    params: readonly string[] | null,
    outlet: Outlet,
  ): void;
  /** `opened` is called before the answer is sent, and not at all on refusal. */
  initialize(
    route: Route,
    caller: Caller,
    message: Message,
    outlet: Outlet,
    opened: (session: Session) => void,
  ): void;
  /** The live session of this id, if it is this caller's and on this route. */
  session(id: string, caller: Caller, route: Route): Session | undefined;
  legacy(session: Session, message: Message, outlet: Outlet): void;
  /** One notification or response from a legacy client. */
  take(session: Session, message: Message): void;
  end(session: Session): void;
  /** A request that was refused before it reached the gateway: for the record. */
  happened(refused: TurnedAway): void;
  readiness(): {
    ready: boolean;
    /** Servers that do not serve as they should. */
    degraded: readonly string[];
    servers: Readonly<Record<string, unknown>>;
    /** What the operator has stopped; left out where nothing is. */
    stopped?: readonly unknown[];
  };
}
