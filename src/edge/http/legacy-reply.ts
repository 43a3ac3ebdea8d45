/**
 * Outlets for requests in a legacy session over Streamable HTTP (2025-03-26 to 2025-11-25): one request, or a batch.
 *
 * Disconnecting is not cancelling: the call goes on, and if its stream had begun, so that the client holds an event id,
 * the rest is kept for a GET with Last-Event-ID. An answer that would have been one body to a client that has gone has
 * nowhere to go and is dropped.
 */

import type { Refusal } from '../../protocol/refusal.ts';
import { bufferOf, type Spliced } from '../../protocol/splice.ts';
import { KEEP_ALIVE } from '../../protocol/sse.ts';
import type { TraceHeaders } from '../../protocol/trace-context.ts';
import type { Outlet } from '../contract.ts';
import type { Desk } from './desk.ts';
import type { LoggedStream } from './event-log.ts';
import type { Answerer, Exchange } from './exchange.ts';

const STREAM_FIRST = /^\s*text\/event-stream\b/i;

/** The lazily opened stream of one POST. */
class PostStream implements Answerer {
  readonly exchange: Exchange;
  readonly #desk: Desk;
  #stream: LoggedStream | null = null;
  /** Given the chance to write first what was held back, when the stream opens. */
  onOpen: ((stream: LoggedStream) => void) | null = null;

  constructor(exchange: Exchange, desk: Desk) {
    this.exchange = exchange;
    this.#desk = desk;
    exchange.answerer = this;
    // A client that names event streams first is given one from the start, and can resume from its first event.
    if (desk.primes && STREAM_FIRST.test(exchange.head.accept)) this.open();
  }

  get isOpen(): boolean {
    return this.#stream !== null;
  }

  /** The stream, opened now if need be; null when the client left before it could get an event id. */
  open(): LoggedStream | null {
    if (this.#stream !== null || this.exchange.isOver) return this.#stream;
    const stream = this.#desk.log.open();
    this.#stream = stream;
    if (this.#desk.primes) stream.prime(this.exchange);
    stream.attach(this.exchange, 0);
    this.onOpen?.(stream);
    return stream;
  }

  onGone(): void {
    this.#stream?.detach(this.exchange);
  }

  onSilence(): void {
    this.open();
    this.exchange.push(KEEP_ALIVE);
  }
}

export class LegacyReply extends PostStream implements Outlet {
  onAbort: (() => void) | null = null;

  get address(): string {
    return this.exchange.peer;
  }

  get trace(): TraceHeaders {
    return this.exchange.head;
  }

  push(message: Buffer): void {
    this.open()?.append(message);
  }

  end(answer: Buffer | Spliced, status: number, headers: readonly string[] = NONE): void {
    this.exchange.addHeaders(headers);
    if (this.isOpen) this.open()?.append(bufferOf(answer), true);
    else this.exchange.send(status, answer);
  }

  challenge(refusal: Refusal): readonly string[] {
    return this.exchange.door?.challenge(this.exchange, refusal) ?? NONE;
  }

  /** 202 is what clients read as "nothing to read" (official SDKs). */
  drop(): void {
    if (this.isOpen) this.open()?.conclude();
    else this.exchange.send(202, null);
  }
}

const NONE: readonly string[] = [];
const OPEN = Buffer.from('[');
const COMMA = Buffer.from(',');
const CLOSE = Buffer.from(']');

/** Joins the answers of a batch (2025-03-26 only): one array, or each its own event once a stream has begun. */
export class BatchReply {
  readonly #post: PostStream;
  #answers: Buffer[] = [];
  #pending: number;

  constructor(exchange: Exchange, desk: Desk, requests: number) {
    this.#pending = requests;
    this.#post = new PostStream(exchange, desk);
    this.#post.onOpen = (stream) => {
      for (const answer of this.#answers) stream.append(answer);
      this.#answers = [];
    };
  }

  /** The outlet of one request of the batch. */
  part(): Outlet {
    return {
      push: (message) => this.#post.open()?.append(message),
      end: (answer) => this.#end(bufferOf(answer)),
      drop: () => this.#end(null),
      onAbort: null,
      address: this.#post.exchange.peer,
    };
  }

  #end(answer: Buffer | null): void {
    this.#pending--;
    if (this.#post.isOpen) {
      const stream = this.#post.open();
      if (answer !== null) stream?.append(answer, this.#pending === 0);
      else if (this.#pending === 0) stream?.conclude();
      return;
    }
    if (answer !== null) this.#answers.push(answer);
    if (this.#pending > 0) return;
    if (this.#answers.length === 0) this.#post.exchange.send(202, null);
    else this.#post.exchange.send(200, joined(this.#answers));
  }
}

function joined(answers: readonly Buffer[]): Buffer {
  const parts: Buffer[] = [];
  for (const answer of answers) parts.push(parts.length === 0 ? OPEN : COMMA, answer);
  return Buffer.concat([...parts, CLOSE]);
}
