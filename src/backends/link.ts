/**
 * One conversation with one backend, whatever carries it: a child's pipes, Streamable HTTP, HTTP+SSE.
 *
 * A link owns the ids towards its server (a counter), matches answers to requests, and attributes what the server
 * says to the request that caused it where the transport can tell. It knows no client and no session: those who
 * send through it pass a `Receiver`; those who own it pass a `LinkOwner`.
 */

import type { Era } from '../protocol/eras.ts';
import type { Message } from '../protocol/message.ts';
import type { Refusal } from '../protocol/refusal.ts';
import type { Spliced } from '../protocol/splice.ts';
import type { CrowdLimit } from './crowd-limit.ts';
import type { Endpoint } from './endpoints.ts';

/**
 * Whether a request that failed may have reached what serves it. `no` is certain: it was never written, the connection
 * was refused, the session was not known, we had no room. Everything else is `maybe`, and only a request that may
 * safely run twice is made again then.
 */
export type Ran = 'no' | 'maybe';

/** What one caller has in flight at one server. */
export interface InFlight {
  inFlight: number;
}

/** What a server did that it should not have, and what came to nothing. */
export interface Counters {
  /** Answers whose request was answered, cancelled or given up before. */
  late: number;
  /** Answers and progress for ids that were never ours. */
  unknown: number;
  /** Bytes that are no message. */
  faults: number;
  /** Messages that this era or this moment does not allow. */
  unexpected: number;
}

/** Takes what the server says about one request. After `onReply` or `onFail` nothing more comes. */
export interface Receiver {
  /** Where the link counts this request while it is in flight. */
  readonly share?: InFlight | null;
  /** The answer: a result or an error, with our id still in it. */
  onReply(reply: Message): void;
  /** There will be no answer. */
  onFail(refusal: Refusal, ran: Ran): void;
  /** Progress for this request (our token still in it); over HTTP also anything else on the request's own stream. */
  onMessage(message: Message): void;
}

/** Takes what the server says about no request in particular. */
export interface LinkOwner {
  /** Where all links of one server count; without it each link counts for itself. */
  readonly counters?: Counters;
  /** Whether the server waits for somebody on our side: then its silence says nothing. */
  readonly isAsking?: boolean;
  /** A notification, or a request of a legacy server (ping is answered by the link itself). */
  onMessage(link: Link, message: Message): void;
  /**
   * The conversation is over, by either side, and takes no more requests. Those in flight have failed, but for a link
   * that was left (`Sink.onLeave`): there each still has its own end. Called once.
   */
  onClose(link: Link, why: string): void;
  /** A request was answered, cancelled or given up: there is room for another. */
  onSettled?(link: Link): void;
}

/** What HTTP needs beside the bytes of a modern request: mirrored headers (2026-07-28 transports). */
export interface Mirror {
  readonly method: string;
  /** Value for Mcp-Name, decoded; '' for none. */
  readonly name: string;
  /** `Mcp-Param-*` headers of the client, forwarded as they came: name, value, name, value… */
  readonly params: readonly string[];
  /** Headers that say to which trace the request belongs: name, value, …; left out where nobody traces it. */
  readonly trace?: readonly string[];
}

export interface Link {
  readonly era: Era;
  /** The protocol revision spoken with this server. */
  readonly version: string;
  /** The DiscoverResult or InitializeResult. */
  readonly hello: Record<string, unknown>;
  readonly owner: LinkOwner;
  /** Requests sent and not yet answered, but for the stream of changes, which waits for nobody. */
  readonly inFlight: number;
  /** Requests sent since the link was made. */
  readonly sent: number;
  /** Messages that the server has sent since then, be they valid or not. */
  readonly heard: number;
  /** The child process; undefined where there is none. */
  readonly pid: number | undefined;
  readonly isLive: boolean;
  /** Milliseconds since the epoch of the last request; for idle expiry. Set back by who asks in nobody's name. */
  usedAt: number;
  /** Set by an owner that bounds what the server holds; the link tells it what is sent and settled from then on. */
  crowd: CrowdLimit | null;
  /** The place that this link was meant for, where that failed and it runs at another; null otherwise. */
  readonly astrayFrom: Endpoint | null;

  /** The id for the next request. The caller splices it into the bytes, as id and as progress token. */
  nextId(): number;
  /**
   * Sends one request whose id is `id`. `timeoutMs` bounds the wait for the answer: then `onFail(deadline_exceeded)`,
   * the server is told to cancel, and a late answer is dropped. Never throws; a dead link fails the receiver in a later tick.
   */
  send(
    id: number,
    bytes: Buffer | Spliced,
    receiver: Receiver,
    timeoutMs: number,
    mirror: Mirror,
  ): void;
  /** Gives a request in flight so long from now, in place of what was left of its time. */
  prolong(id: number, timeoutMs: number): void;
  /** Sends a notification, or the answer to a server's request. */
  post(bytes: Buffer): void;
  /** The caller no longer wants the answer: tells the server as its era and transport say; the receiver hears nothing more. */
  cancel(id: number, reason: string): void;
  /** Ends the conversation in order: stdin closed, SIGTERM, SIGKILL; session DELETE. Resolves when it is over. */
  close(): Promise<void>;
  /** The same for a server that no longer answers: requests in flight fail with this at once. */
  abandon(refusal: Refusal): Promise<void>;
}
