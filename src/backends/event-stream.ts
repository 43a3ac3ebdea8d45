/**
 * The event stream that a legacy HTTP session keeps open for what belongs to no request (GET), opened again for as
 * long as the session lives.
 *
 * A server may not offer one (405): then the session goes on without. Events missed in between are asked for by the
 * last event id; whether they come is the server's affair.
 */

import { backoffMs } from '../lib/backoff.ts';
import type { Waiter } from '../lib/timer-wheel.ts';
import { DEADLINES } from './deadlines.ts';
import { HttpExchange, type Over } from './http-exchange.ts';

const RETRY_FIRST_MS = 1000;
const RETRY_MAX_MS = 30_000;
/** Refusals other than 405 in a row, after which the server is taken not to offer a stream. */
const REFUSALS_MAX = 4;

export interface StreamHost {
  /** Sends the GET; `lastEventId` is '' at first. */
  openStream(exchange: HttpExchange, lastEventId: string): void;
  onStreamMessage(data: Buffer): void;
  /** The server no longer knows the session. */
  onSessionLost(): void;
}

export class EventStream implements Waiter {
  wheelPrev: Waiter | null = null;
  wheelNext: Waiter | null = null;
  wheelRounds = 0;

  readonly #host: StreamHost;
  readonly #eventBytesMax: number;
  #exchange: HttpExchange | null = null;
  #lastEventId = '';
  #retryMs = RETRY_FIRST_MS;
  #failures = 0;
  #refusals = 0;
  #isClosed = false;

  constructor(host: StreamHost, eventBytesMax: number) {
    this.#host = host;
    this.#eventBytesMax = eventBytesMax;
  }

  open(): void {
    if (this.#isClosed) return;
    this.#exchange = new HttpExchange(
      {
        onHead: (status) => {
          if (status < 300) this.#failures = 0;
        },
        onBody: () => {},
        onEvent: (event) => {
          if (event.id !== undefined) this.#lastEventId = event.id;
          if (event.retry !== undefined) this.#retryMs = clampRetry(event.retry);
          if (event.event === 'message' && event.data.length > 0) {
            this.#host.onStreamMessage(event.data);
          }
        },
        onOver: (over) => this.#onOver(over),
      },
      this.#eventBytesMax,
    );
    this.#host.openStream(this.#exchange, this.#lastEventId);
  }

  close(): void {
    this.#isClosed = true;
    DEADLINES.drop(this);
    this.#exchange?.abort();
  }

  onDue(): void {
    this.open();
  }

  #onOver(over: Over): void {
    if (this.#isClosed) return;
    if (over.status === 404) {
      this.#host.onSessionLost();
      return;
    }
    if (over.status === 405) return;
    if (over.status >= 300) {
      this.#refusals += 1;
      if (this.#refusals >= REFUSALS_MAX) return;
    } else if (over.status !== 0) {
      this.#refusals = 0;
    }
    const wait = backoffMs(this.#failures, this.#retryMs, RETRY_MAX_MS, Math.random());
    this.#failures += 1;
    DEADLINES.add(this, Math.max(wait, this.#retryMs));
  }
}

/** A server says when to come back; not at once in a loop, and not never. */
export function clampRetry(retryMs: number): number {
  return Math.min(Math.max(retryMs, 20), RETRY_MAX_MS);
}
