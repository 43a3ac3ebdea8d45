/**
 * Outlets for the exchanges that need no session's memory: modern requests and legacy `initialize`.
 *
 * Lazy: one JSON body if the answer comes first, a stream of events once something precedes it or the call takes so
 * long that proxies would cut a silent connection.
 */

import type { Refusal } from '../../protocol/refusal.ts';
import { bufferOf, type Spliced } from '../../protocol/splice.ts';
import { KEEP_ALIVE, sseEvent } from '../../protocol/sse.ts';
import type { TraceHeaders } from '../../protocol/trace-context.ts';
import type { Outlet } from '../contract.ts';
import type { Answerer, Exchange } from './exchange.ts';

const NONE: readonly string[] = [];

/** 2026-07-28: closing the response stream is cancellation, whichever form the answer would have had. */
export class ModernReply implements Outlet, Answerer {
  onAbort: (() => void) | null = null;
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
    exchange.answerer = this;
  }

  get address(): string {
    return this.#exchange.peer;
  }

  get trace(): TraceHeaders {
    return this.#exchange.head;
  }

  push(message: Buffer): void {
    this.#exchange.push(sseEvent(message));
  }

  end(answer: Buffer | Spliced, status: number, headers: readonly string[] = NONE): void {
    this.#exchange.addHeaders(headers);
    if (this.#exchange.isStreaming) this.#exchange.finish(sseEvent(bufferOf(answer)));
    else this.#exchange.send(status, answer);
  }

  challenge(refusal: Refusal): readonly string[] {
    return this.#exchange.door?.challenge(this.#exchange, refusal) ?? NONE;
  }

  drop(): void {
    if (this.#exchange.isStreaming) this.#exchange.finish();
    else this.#exchange.send(202, null);
  }

  onGone(): void {
    const abort = this.onAbort;
    this.onAbort = null;
    abort?.();
  }

  onSilence(): void {
    this.#exchange.push(KEEP_ALIVE);
  }
}

/**
 * The answer to `initialize`. It stays one body: its headers carry the session's id, which is not known before the
 * answer is. A client that leaves meanwhile does not cancel (2025-11-25 lifecycle: initialize MUST NOT be cancelled).
 */
export class InitializeReply implements Outlet, Answerer {
  onAbort: (() => void) | null = null;
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
    exchange.answerer = this;
  }

  get trace(): TraceHeaders {
    return this.#exchange.head;
  }

  push(): void {}

  end(answer: Buffer | Spliced, status: number, headers: readonly string[] = NONE): void {
    this.#exchange.addHeaders(headers);
    this.#exchange.send(status, answer);
  }

  drop(): void {}

  onGone(): void {}

  onSilence(): void {}
}
