import type { Refusal } from '../protocol/refusal.ts';
import type { Spliced } from '../protocol/splice.ts';
import type { TraceHeaders } from '../protocol/trace-context.ts';

/**
 * Where the messages for one client request go: the edge's side of the contract with the gateway.
 *
 * The gateway calls `push` any number of times and then `end` or `drop` exactly once, or nothing more after the edge
 * has called `onAbort`. The edge decides how that looks on the wire: one JSON body when `end` comes first, an event
 * stream as soon as something is pushed.
 */
export interface Outlet {
  /** Sends a message that precedes the answer: a notification, or (legacy) a request to the client. */
  push(message: Buffer): void;
  /**
   * Sends the answer and ends the exchange. `status` and `headers` (name, value, …) are those of HTTP where the answer
   * is the first thing sent. (Not a method, so that the compiler refuses an outlet that takes Buffers only.)
   */
  readonly end: (answer: Buffer | Spliced, status: number, headers?: readonly string[]) => void;
  /** Where the client connects from; left out where its transport has no such thing. */
  readonly address?: string;
  /** What the transport says of the trace that the request belongs to; left out where it has no such thing. */
  readonly trace?: TraceHeaders;
  /** Headers (name, value, …) by which a client learns how to get what this refusal lacks; left out without HTTP. */
  challenge?(refusal: Refusal): readonly string[];
  /** Ends the exchange without an answer: the client has cancelled the request and expects none. */
  drop(): void;
  /**
   * Set by the gateway; called once by the edge when the client has gone before `end` and, in this transport,
   * that means cancellation (2026-07-28: closing the response stream is cancel; legacy HTTP: it is not).
   */
  onAbort: (() => void) | null;
}
