/**
 * The gateway as the edges see it: routes, modern requests, legacy sessions. (Being written.)
 */
import type { Caller } from '../model.ts';
import type { Message } from '../protocol/message.ts';
import type { Outlet } from './outlet.ts';

/** One endpoint that a client can connect to. */
export interface Route {
  /** '' for all servers, 'NAME' for one, 'v/NAME' for a virtual server: what follows /mcp/ in the path. */
  readonly path: string;
}

/** One legacy client's session. */
export interface Session {
  readonly id: string;
  readonly route: Route;
  readonly caller: Caller;
  /** The negotiated legacy revision. */
  readonly version: string;
  /** Set by the edge while it has somewhere to put messages that belong to no request in flight. */
  stream: ((message: Buffer) => void) | null;
  /** Called once when the session ends, by whomever; the edge drops its streams and event store. */
  readonly onEnd: Set<() => void>;
}

export interface Gateway {
  route(path: string): Route | undefined;
  /**
   * One modern request (never a notification). Version and standard headers are already checked by the edge.
   * `params` are the client's Mcp-Param-* headers (lower-case name, value, name, value…), null where the transport has none.
   */
  modern(
    route: Route,
    caller: Caller,
    message: Message,
    params: readonly string[] | null,
    outlet: Outlet,
  ): void;
  /** A legacy `initialize` request. `opened` is called before the answer is sent, and not at all on refusal. */
  initialize(
    route: Route,
    caller: Caller,
    message: Message,
    outlet: Outlet,
    opened: (session: Session) => void,
  ): void;
  /** The live session of this id, if it belongs to this caller and route; touches its idle clock. */
  session(id: string, caller: Caller, route: Route): Session | undefined;
  /** One request in a legacy session. */
  legacy(session: Session, message: Message, outlet: Outlet): void;
  /** One notification or response from a legacy client. */
  take(session: Session, message: Message): void;
  end(session: Session): void;
  /** Fit to serve? And each server's state, for /readyz. */
  readiness(): { ready: boolean; servers: Record<string, unknown> };
  /** Stops taking requests, waits for calls in flight until `deadlineMs`, ends sessions, closes backends. */
  close(deadlineMs: number): Promise<void>;
}
