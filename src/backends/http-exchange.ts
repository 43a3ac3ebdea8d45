/**
 * One HTTP request to a server and what comes back: a JSON body, an event stream, or an error status.
 *
 * It keeps every size bounded and reports `onOver` exactly once, unless it was aborted: then it is silent from that
 * moment on. What the messages mean, and whether to try again, is decided by whoever made it.
 */

import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { Pile } from '../lib/pile.ts';
import type { Waiter } from '../lib/timer-wheel.ts';
import { type SseEvent, SseParser } from '../protocol/sse.ts';
import type { HttpServerConfig } from './config.ts';
import { DEADLINES } from './deadlines.ts';
import { reasonOf } from './http-reason.ts';

/** An error page is read this far for a JSON-RPC error in it. */
const ERROR_BYTES_MAX = 64 * 1024;

export interface Over {
  /** 0 where no response came. */
  readonly status: number;
  /** What broke, for the operator; '' where the response ended in order. */
  readonly fault: string;
  /** The body of an error status. */
  readonly body: Buffer;
  /** False where not a byte was written: there was no connection. */
  readonly wasSent: boolean;
  /** The request itself could not be written, which says nothing about the server. */
  readonly isMalformed: boolean;
}

export interface Listener {
  onHead(status: number, headers: IncomingHttpHeaders): void;
  /** The whole JSON body of a 2xx answer. */
  onBody(body: Buffer): void;
  onEvent(event: SseEvent): void;
  onOver(over: Over): void;
}

type Mode = 'head' | 'json' | 'stream' | 'error' | 'nothing';

export class HttpExchange implements Dispatcher.DispatchHandler, Waiter {
  wheelPrev: Waiter | null = null;
  wheelNext: Waiter | null = null;
  wheelRounds = 0;

  readonly #listener: Listener;
  readonly #bodyBytesMax: number;
  #controller: Dispatcher.DispatchController | null = null;
  #mode: Mode = 'head';
  #status = 0;
  readonly #body = new Pile();
  #sse: SseParser | null = null;
  #breaksWhenDue = false;
  #isOver = false;
  #isMalformed = false;

  constructor(listener: Listener, bodyBytesMax: number) {
    this.#listener = listener;
    this.#bodyBytesMax = bodyBytesMax;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Nothing more is wanted; where the response has not ended, its connection is cut. */
  abort(): void {
    DEADLINES.drop(this);
    if (this.#isOver) return;
    this.#isOver = true;
    this.#body.clear();
    this.#cut();
  }

  /** Lets the response end by itself for a while, which keeps the connection, and then aborts. */
  abortAfter(delayMs: number): void {
    this.#breaksWhenDue = false;
    if (!this.#isOver) DEADLINES.add(this, delayMs);
  }

  /** Reports a fault if the response has not ended by then. */
  breakAfter(delayMs: number): void {
    this.#breaksWhenDue = true;
    if (!this.#isOver) DEADLINES.add(this, delayMs);
  }

  /** Takes `abortAfter` or `breakAfter` back. */
  stay(): void {
    DEADLINES.drop(this);
  }

  onDue(): void {
    if (this.#breaksWhenDue) this.#break('no response in time');
    else this.abort();
  }

  /** Called right before the request is written. A second time would be a second call of the same tool. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#controller !== null) this.#finish('the connection broke', EMPTY);
    this.#controller = controller;
    if (this.#isOver) controller.abort(new Error('aborted'));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    if (status < 200 || this.#isOver) return;
    this.#status = status;
    this.#mode = modeOf(status, headers);
    this.#listener.onHead(status, headers);
    const announced = Number(headers['content-length'] ?? 0);
    if (this.#mode === 'json' && announced > this.#bodyBytesMax) this.#tooLarge();
    if (this.#mode === 'stream') this.#sse = new SseParser(this.#bodyBytesMax);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isOver) return;
    if (this.#mode === 'stream') this.#feed(chunk);
    else if (this.#mode === 'json') this.#gather(chunk);
    else if (this.#mode === 'error' && this.#body.length < ERROR_BYTES_MAX) this.#gather(chunk);
  }

  onResponseEnd(): void {
    if (this.#isOver) return;
    const body = this.#body.take();
    // The listener may abort from within.
    if (this.#mode === 'json') this.#listener.onBody(body);
    this.#finish('', this.#mode === 'error' ? body : EMPTY);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#isMalformed = (error as { code?: string }).code === 'UND_ERR_INVALID_ARG';
    // Headers that are none fail within `dispatch`, when whoever sends does not expect to hear yet.
    if (this.#controller === null) setImmediate(() => this.#finish(reasonOf(error), EMPTY));
    else this.#finish(reasonOf(error), EMPTY);
  }

  #feed(chunk: Buffer): void {
    const events = this.#parse(chunk);
    for (const event of events ?? []) {
      if (this.#isOver) return;
      this.#listener.onEvent(event);
    }
    if (events === undefined) this.#break('an event of the stream is larger than bodyBytesMax');
  }

  /** Apart from the delivery: an exception of a listener is a bug and must not pass for a large event. */
  #parse(chunk: Buffer): SseEvent[] | undefined {
    try {
      return this.#sse!.feed(chunk);
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }

  #gather(chunk: Buffer): void {
    const length = this.#body.length + chunk.length;
    if (this.#mode === 'json' && length > this.#bodyBytesMax) this.#tooLarge();
    else this.#body.push(chunk, false);
  }

  #tooLarge(): void {
    this.#break('the answer is larger than bodyBytesMax');
  }

  #break(fault: string): void {
    this.#finish(fault, EMPTY);
    this.#cut();
  }

  /**
   * Not within a callback of the response: Node's HTTP/2 corrupts its memory where a stream is closed while it is read
   * (nodejs/node#65093; seen here as an abort of the process in 8 of 12 runs, and in none of 18 since).
   */
  #cut(): void {
    const controller = this.#controller;
    if (controller !== null) setImmediate(() => controller.abort(new Error('aborted')));
  }

  #finish(fault: string, body: Buffer): void {
    if (this.#isOver) return;
    this.#isOver = true;
    DEADLINES.drop(this);
    this.#body.clear();
    this.#listener.onOver({
      status: this.#status,
      fault,
      body,
      wasSent: this.#controller !== null,
      isMalformed: this.#isMalformed,
    });
  }
}

export interface Poster {
  onPostOver(exchange: HttpExchange, over: Over): void;
}

/** A message of whose answer nothing counts but how it ended. */
export function postExchange(
  poster: Poster,
  { bodyBytesMax, timeoutMs }: HttpServerConfig,
): HttpExchange {
  const exchange: HttpExchange = new HttpExchange(
    {
      onHead: () => {},
      onBody: () => {},
      onEvent: () => {},
      onOver: (over) => poster.onPostOver(exchange, over),
    },
    bodyBytesMax,
  );
  exchange.breakAfter(timeoutMs);
  return exchange;
}

const EMPTY = Buffer.alloc(0);

function modeOf(status: number, headers: IncomingHttpHeaders): Mode {
  if (status >= 300) return 'error';
  const type = String(headers['content-type'] ?? '')
    .split(';', 1)[0]!
    .trim()
    .toLowerCase();
  if (type === 'text/event-stream') return 'stream';
  return type === 'application/json' ? 'json' : 'nothing';
}
