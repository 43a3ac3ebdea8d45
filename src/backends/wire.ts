/**
 * What carries a link's bytes, and what it reports back. Correlation, deadlines and counting are not its business.
 *
 * `JsonRpcLink` sits on one wire: a child's pipes, Streamable HTTP, or HTTP+SSE.
 */

import type { Era } from '../protocol/eras.ts';
import type { Refusal } from '../protocol/refusal.ts';
import type { Spliced } from '../protocol/splice.ts';
import type { Mirror, Ran } from './link.ts';

export interface Wire {
  /** The child process behind it, where there is one. */
  readonly pid?: number | undefined;
  /** Sends one request, or says at once why not (then nothing of it was written). Its answer comes through the sink, or its failure does. */
  request(id: number, bytes: Buffer | Spliced, mirror: Mirror): Refusal | undefined;
  /** Sends a notification or an answer. What cannot be sent is dropped and logged. */
  post(bytes: Buffer): void;
  /**
   * The answer to this request arrived or is no longer wanted: whatever is held for it can go.
   * `cancelled` holds the bytes of notifications/cancelled when the server should hear of it, for wires and eras
   * that say it so (2026-07-28 HTTP says it by closing the stream).
   */
  release(id: number, cancelled: Buffer | null): void;
  /** Which revision the next requests are written in; the handshake may call it more than once. */
  speak(era: Era, version: string): void;
  /** The session is agreed: the wire may open what it keeps open beside requests. */
  ready(): void;
  /** Resolves when everything posted so far was taken by the server, or failed. */
  posted(): Promise<void>;
  /** Ends the conversation in order; the sink's `onEnd` is called before it resolves. */
  close(): Promise<void>;
  /** The same where the server no longer answers: what it still writes is not read. */
  abandon?(): Promise<void>;
}

/** Where a wire puts what it receives. */
export interface Sink {
  /** One message. `of` is the request on whose own stream it came, 0 where the wire cannot tell. */
  onBytes(bytes: Buffer, of: number): void;
  /** One request will not be answered. */
  onRequestLost(id: number, refusal: Refusal, ran: Ran): void;
  /** A message was too long and was dropped unread. */
  onTooLong(): void;
  /**
   * No further request can be sent, but those in flight may still be answered: the session is lost, or the server
   * fails too often. `isFault`: this speaks against the endpoint. The wire ends by itself after the last of them.
   */
  onLeave(why: string, isFault: boolean): void;
  /** The conversation is over. */
  onEnd(why: string): void;
}
