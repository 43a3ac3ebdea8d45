/**
 * Streamable HTTP, both eras: a POST per message, its answer as JSON or as an event stream.
 *
 * Modern (2026-07-28): stateless, mirrored headers, closing the response is cancellation. Legacy: a session id, a GET
 * stream for what belongs to no request, resumable answers, DELETE at the end. Configured headers go to the
 * configured origin only and appear in no error and no log.
 */

import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { IdTable } from '../lib/id-table.ts';
import type { Era } from '../protocol/eras.ts';
import type { Refusal } from '../protocol/refusal.ts';
import { bufferOf, type Spliced } from '../protocol/splice.ts';
import type { HttpServerConfig } from './config.ts';
import { EventStream, type StreamHost } from './event-stream.ts';
import { type CallHost, HttpCall } from './http-call.ts';
import { HttpExchange, type Over, type Poster, postExchange } from './http-exchange.ts';
import { errorAnswer, isOutage, isSessionLost, lost, ranBy, SESSION_LOST } from './http-fault.ts';
import {
  configuredHeaders,
  isSessionId,
  mirrorHeaders,
  postHeaders,
  sessionHeaders,
  streamHeaders,
} from './http-headers.ts';
import { Origin, type Site } from './http-origin.ts';
import type { Mirror } from './link.ts';
import type { LinkLog } from './link-log.ts';
import type { Sink, Wire } from './wire.ts';

/** A server that is going away anyway gets this long to take the DELETE. */
const DELETE_MS = 2000;
/** Notifications and answers that wait for a connection or their 202. */
const POSTS_MAX = 1024;
/** The request of the modern era that stays open; only its silence is bounded by `idleMs`. */
const LISTEN = 'subscriptions/listen';
type Method = Dispatcher.HttpMethod;

export class HttpBackend implements Wire, CallHost, StreamHost, Poster {
  readonly #config: HttpServerConfig;
  readonly #sink: Sink;
  readonly #log: LinkLog;
  readonly #origin: Origin;
  readonly #path: string;
  readonly #post: readonly string[];
  readonly #calls = new IdTable<HttpCall>();
  readonly #posts = new Set<HttpExchange>();
  readonly #stream: EventStream;
  #postedWaiters: (() => void)[] = [];
  #era: Era | null = null;
  #version = '';
  #sessionId = '';
  /** The server gave a session, known to it still or not. */
  #hasSession = false;
  #isReady = false;
  /** Takes no more requests and ends with the last of those in flight. */
  #isLeaving = false;
  /** Requests in a row that met an outage. */
  #outages = 0;
  #isClosed = false;
  /** The status of the last response to a request; the handshake chooses the transport by it. */
  status = 0;

  constructor(site: Site, sink: Sink, log: LinkLog) {
    const { config, url } = site;
    this.#config = config;
    this.#sink = sink;
    this.#log = log;
    this.#origin = new Origin(site);
    this.#path = url.pathname + url.search;
    this.#post = postHeaders(configuredHeaders(config.headers));
    this.#stream = new EventStream(this, config.bodyBytesMax);
  }

  speak(era: Era, version: string): void {
    this.#era = era;
    this.#version = version;
  }

  ready(): void {
    this.#isReady = true;
    if (this.#era === 'legacy') this.#stream.open();
  }

  posted(): Promise<void> {
    if (this.#posts.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#postedWaiters.push(resolve));
  }

  request(id: number, bytes: Buffer | Spliced, mirror: Mirror): Refusal | undefined {
    const call = new HttpCall(id, this, this.#config.bodyBytesMax);
    this.#calls.add(call);
    const headers =
      this.#era === 'modern'
        ? [...this.#post, ...mirrorHeaders(this.#version, mirror)]
        : [...this.#post, ...this.#session()];
    if (mirror.trace !== undefined) headers.push(...mirror.trace);
    const idleMs = mirror.method === LISTEN ? this.#config.idleMs : 0;
    this.#dispatch('POST', headers, bufferOf(bytes), call.exchange, idleMs);
    return undefined;
  }

  post(bytes: Buffer): void {
    if (this.#isClosed || this.#isLeaving) return;
    if (this.#posts.size >= POSTS_MAX) {
      this.#log.warn('a message was dropped: the server takes none');
      return;
    }
    const exchange = postExchange(this, this.#config);
    this.#posts.add(exchange);
    this.#dispatch('POST', [...this.#post, ...this.#session()], bytes, exchange);
  }

  release(id: number, cancelled: Buffer | null): void {
    const call = this.#calls.take(id);
    // 2026-07-28: closing the response is cancel. Before, a disconnect is not, and has to be said.
    call?.release(cancelled !== null && this.#era === 'modern');
    if (cancelled !== null && this.#era === 'legacy') this.post(cancelled);
    if (this.#isLeaving) this.#endIfIdle();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    const sessionId = this.#sessionId;
    this.#end('the gateway closed it');
    if (sessionId !== '') await this.#delete(sessionId);
    await this.#origin.release();
  }

  // === what calls and the stream need ===

  onCallHead(_call: HttpCall, status: number, headers: IncomingHttpHeaders): void {
    this.status = status;
    if (status < 500) this.#outages = 0;
    if (this.#isReady || this.#era !== 'legacy' || status >= 300) return;
    const id = headers['mcp-session-id'];
    if (!isSessionId(id)) return;
    this.#sessionId = id;
    this.#hasSession = true;
  }

  onCallMessage(call: HttpCall, data: Buffer): void {
    this.#sink.onBytes(data, call.id);
  }

  onCallOver(call: HttpCall, over: Over): void {
    if (this.#calls.get(call.id) !== call) return;
    this.status = over.status;
    if (this.#isReady && this.#hasSession && isSessionLost(over)) {
      this.#calls.take(call.id);
      // Left before this request fails: what makes it again must not find this link.
      this.onSessionLost();
      this.#sink.onRequestLost(call.id, SESSION_LOST, call.wasAccepted ? 'maybe' : 'no');
      this.#endIfIdle();
      return;
    }
    const answer = errorAnswer(call.id, over.body);
    if (answer !== undefined) {
      this.#sink.onBytes(answer, call.id);
      return;
    }
    this.#calls.take(call.id);
    if (isOutage(over)) this.#onOutage(over);
    this.#sink.onRequestLost(call.id, lost(over), ranBy(over));
    this.#endIfIdle();
  }

  resume(exchange: HttpExchange, lastEventId: string): boolean {
    if (this.#era !== 'legacy' || this.#isClosed) return false;
    this.#get(exchange, lastEventId, 0);
    return true;
  }

  openStream(exchange: HttpExchange, lastEventId: string): void {
    this.#get(exchange, lastEventId, this.#config.idleMs);
  }

  onStreamMessage(data: Buffer): void {
    this.#sink.onBytes(data, 0);
  }

  onSessionLost(): void {
    this.#sessionId = '';
    this.#leave('the server no longer knows the session', false);
  }

  #onOutage(over: Over): void {
    this.#outages += 1;
    const { failuresMax, urls } = this.#config;
    // Where nothing listens, one request is proof enough to go and look elsewhere.
    const isGone = !over.wasSent && urls.length > 1;
    const enough = isGone ? 1 : failuresMax;
    if (!this.#isReady || failuresMax === 0 || this.#outages < enough) return;
    this.#leave(isGone ? over.fault : `${failuresMax} requests in a row failed`, true);
  }

  #leave(why: string, isFault: boolean): void {
    if (this.#isClosed || this.#isLeaving) return;
    this.#isLeaving = true;
    this.#stream.close();
    this.#sink.onLeave(why, isFault);
    // Later: who leaves may have a request to fail in its own words first.
    setImmediate(() => this.#endIfIdle());
  }

  /** After the link was left, each request that was in flight comes to its own end. */
  #endIfIdle(): void {
    if (this.#isLeaving && this.#calls.size === 0) void this.close();
  }

  onPostOver(exchange: HttpExchange, over: Over): void {
    this.#posts.delete(exchange);
    if (this.#posts.size === 0) {
      const waiters = this.#postedWaiters;
      this.#postedWaiters = [];
      for (const resolve of waiters) resolve();
    }
    if (this.#isClosed || (over.fault === '' && over.status < 300)) return;
    if (this.#hasSession && this.#isReady && isSessionLost(over)) this.onSessionLost();
    else
      this.#log.warn('the server did not take a message', { status: over.status, why: over.fault });
  }

  /** Everything under way is dropped; requests in flight fail through the sink. */
  #end(why: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#stream.close();
    this.#sink.onEnd(why);
    for (const call of this.#calls) call.release(true);
    for (const exchange of this.#posts) exchange.abort();
    this.#calls.clear();
    this.#posts.clear();
    for (const resolve of this.#postedWaiters.splice(0)) resolve();
  }

  #delete(sessionId: string): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, DELETE_MS);
      const over = () => {
        clearTimeout(timer);
        resolve();
      };
      const exchange = new HttpExchange(
        { onHead: over, onBody: () => {}, onEvent: () => {}, onOver: over },
        this.#config.bodyBytesMax,
      );
      const headers = [...this.#post, ...sessionHeaders('legacy', this.#version, sessionId)];
      this.#dispatch('DELETE', headers, null, exchange);
    });
  }

  #session(): string[] {
    return sessionHeaders(this.#isReady ? this.#era : null, this.#version, this.#sessionId);
  }

  #get(exchange: HttpExchange, lastEventId: string, idleMs: number): void {
    const headers = [...streamHeaders(configuredHeaders(this.#config.headers)), ...this.#session()];
    if (lastEventId !== '') headers.push('last-event-id', lastEventId);
    this.#dispatch('GET', headers, null, exchange, idleMs);
  }

  #dispatch(
    method: Method,
    headers: string[],
    body: Buffer | null,
    exchange: HttpExchange,
    bodyTimeout = 0,
  ): void {
    // A stream may have nothing to say at first, and some servers send its head with the first event.
    const headersTimeout = method === 'POST' ? this.#config.headersMs : 0;
    const path = this.#path;
    this.#origin.dispatch(
      { path, method, headers, body, headersTimeout, bodyTimeout, idempotent: false },
      exchange,
    );
  }
}
