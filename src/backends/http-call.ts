/**
 * One request of a Streamable HTTP link, from its POST to its answer, over as many connections as that takes.
 *
 * Legacy servers may drop the stream before the answer and have it resumed by GET with Last-Event-ID after `retry`
 * (2025-11-25 basic/transports, polling). Without an event id, and in the modern era, a broken stream is the end.
 */

import type { IncomingHttpHeaders } from 'node:http';
import type { Waiter } from '../lib/timer-wheel.ts';
import type { SseEvent } from '../protocol/sse.ts';
import { DEADLINES } from './deadlines.ts';
import { clampRetry } from './event-stream.ts';
import { HttpExchange, type Listener, type Over } from './http-exchange.ts';

/** What the SDKs wait when the server does not say. */
const RETRY_MS = 1000;
/** Resumptions in a row that brought nothing new. */
const RESUMES_MAX = 5;
/** The answer is here: the server may end the stream by itself for this long, which keeps the connection. */
const LINGER_MS = 1000;

export interface CallHost {
  onCallHead(call: HttpCall, status: number, headers: IncomingHttpHeaders): void;
  onCallMessage(call: HttpCall, data: Buffer): void;
  /** No answer came and none will. */
  onCallOver(call: HttpCall, over: Over): void;
  /** Sends the GET that resumes the stream; false where this era has none. */
  resume(exchange: HttpExchange, lastEventId: string): boolean;
}

export class HttpCall implements Listener, Waiter {
  wheelPrev: Waiter | null = null;
  wheelNext: Waiter | null = null;
  wheelRounds = 0;
  readonly id: number;

  readonly #host: CallHost;
  readonly #bodyBytesMax: number;
  #exchange: HttpExchange;
  #lastEventId = '';
  #retryMs = RETRY_MS;
  #resumes = 0;
  #isReleased = false;

  constructor(id: number, host: CallHost, bodyBytesMax: number) {
    this.id = id;
    this.#host = host;
    this.#bodyBytesMax = bodyBytesMax;
    this.#exchange = new HttpExchange(this, bodyBytesMax);
  }

  /** The server took the request: it began to answer. */
  get wasAccepted(): boolean {
    return this.#lastEventId !== '';
  }

  get exchange(): HttpExchange {
    return this.#exchange;
  }

  /** The answer is here or no longer wanted. */
  release(atOnce: boolean): void {
    this.#isReleased = true;
    DEADLINES.drop(this);
    if (atOnce) this.#exchange.abort();
    else this.#exchange.abortAfter(LINGER_MS);
  }

  onHead(status: number, headers: IncomingHttpHeaders): void {
    if (!this.#isReleased) this.#host.onCallHead(this, status, headers);
  }

  onBody(body: Buffer): void {
    if (!this.#isReleased) this.#host.onCallMessage(this, body);
  }

  onEvent(event: SseEvent): void {
    if (this.#isReleased) return;
    if (event.id !== undefined && event.id !== this.#lastEventId) {
      this.#lastEventId = event.id;
      this.#resumes = 0;
    }
    if (event.retry !== undefined) this.#retryMs = clampRetry(event.retry);
    // An event without data primes the stream: it only brings an id to resume from.
    if (event.event === 'message' && event.data.length > 0) {
      this.#host.onCallMessage(this, event.data);
    }
  }

  onOver(over: Over): void {
    if (this.#isReleased) return;
    const isBroken = over.status < 300 && this.#lastEventId !== '';
    if (isBroken && this.#resumes < RESUMES_MAX) {
      this.#resumes += 1;
      DEADLINES.add(this, this.#retryMs);
    } else {
      // What resumes an answer may find no connection, but the request was sent long before.
      const wasSent = over.wasSent || this.wasAccepted;
      this.#host.onCallOver(this, { ...over, wasSent });
    }
  }

  onDue(): void {
    this.#exchange = new HttpExchange(this, this.#bodyBytesMax);
    if (!this.#host.resume(this.#exchange, this.#lastEventId)) {
      const fault = 'the stream broke';
      const body = Buffer.alloc(0);
      this.#host.onCallOver(this, { status: 0, fault, body, wasSent: true, isMalformed: false });
    }
  }
}
