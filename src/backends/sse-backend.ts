/**
 * HTTP+SSE of 2024-11-05: one GET whose stream brings everything, and POSTs to the address that its first event names.
 *
 * That address must be of the same origin: a server must not make the gateway send its credentials, or anything,
 * elsewhere. The stream is the conversation: when it ends, so does the link.
 */

import type { Dispatcher } from 'undici';
import type { Refusal } from '../protocol/refusal.ts';
import { bufferOf, type Spliced } from '../protocol/splice.ts';
import type { SseEvent } from '../protocol/sse.ts';
import type { HttpServerConfig } from './config.ts';
import { HttpExchange, type Over, type Poster, postExchange } from './http-exchange.ts';
import { errorAnswer, lost, ranBy } from './http-fault.ts';
import { configuredHeaders, postHeaders, streamHeaders } from './http-headers.ts';
import { Origin, type Site } from './http-origin.ts';
import type { Mirror } from './link.ts';
import type { LinkLog } from './link-log.ts';
import type { Sink, Wire } from './wire.ts';

const POSTS_MAX = 1024;

export class SseBackend implements Wire, Poster {
  readonly #config: HttpServerConfig;
  readonly #sink: Sink;
  readonly #log: LinkLog;
  readonly #url: URL;
  readonly #origin: Origin;
  readonly #stream: HttpExchange;
  readonly #posts = new Map<HttpExchange, number>();
  readonly #opened: Promise<void>;
  #resolveOpened: () => void = () => {};
  #postedWaiters: (() => void)[] = [];
  #endpoint = '';
  #isClosed = false;
  /** The status of the stream's response. */
  status = 0;

  constructor(site: Site, sink: Sink, log: LinkLog) {
    const { config } = site;
    this.#config = config;
    this.#sink = sink;
    this.#log = log;
    this.#url = site.url;
    this.#origin = new Origin(site);
    this.#opened = new Promise((resolve) => {
      this.#resolveOpened = resolve;
    });
    this.#stream = new HttpExchange(
      {
        onHead: (status) => {
          this.status = status;
        },
        onBody: () => {},
        onEvent: (event) => this.#onEvent(event),
        onOver: (over) => this.#onStreamOver(over),
      },
      config.bodyBytesMax,
    );
    this.#open();
  }

  /** Resolves when requests can be sent, or when it is over (then the sink knows why). */
  opened(): Promise<void> {
    return this.#opened;
  }

  request(id: number, bytes: Buffer | Spliced, mirror: Mirror): Refusal | undefined {
    this.#send(id, bufferOf(bytes), mirror.trace);
    return undefined;
  }

  post(bytes: Buffer): void {
    if (this.#posts.size < POSTS_MAX) this.#send(0, bytes);
    else this.#log.warn('a message was dropped: the server takes none');
  }

  release(_id: number, cancelled: Buffer | null): void {
    if (cancelled !== null) this.post(cancelled);
  }

  speak(): void {}

  ready(): void {}

  posted(): Promise<void> {
    if (this.#posts.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#postedWaiters.push(resolve));
  }

  async close(): Promise<void> {
    this.#end('the gateway closed it');
    await this.#origin.release();
  }

  #open(): void {
    // Its endpoint event must come while the server may still be starting, and not for ever.
    this.#stream.breakAfter(this.#config.startMs);
    const path = this.#url.pathname + this.#url.search;
    const headers = streamHeaders(configuredHeaders(this.#config.headers));
    this.#dispatch('GET', path, headers, null, this.#stream);
  }

  #onEvent(event: SseEvent): void {
    if (event.event === 'message') {
      this.#sink.onBytes(event.data, 0);
    } else if (event.event === 'endpoint' && this.#endpoint === '') {
      this.#onEndpoint(event.data.toString());
    }
  }

  #onEndpoint(address: string): void {
    const url = URL.canParse(address, this.#url.href) ? new URL(address, this.#url) : null;
    if (url?.origin !== this.#url.origin) {
      this.#end('the server named an endpoint of another origin');
      return;
    }
    this.#endpoint = url.pathname + url.search;
    this.#stream.stay();
    this.#resolveOpened();
  }

  #send(id: number, bytes: Buffer, trace: readonly string[] = []): void {
    const exchange = postExchange(this, this.#config);
    this.#posts.set(exchange, id);
    const headers = [...postHeaders(configuredHeaders(this.#config.headers)), ...trace];
    this.#dispatch('POST', this.#endpoint, headers, bytes, exchange);
  }

  onPostOver(exchange: HttpExchange, over: Over): void {
    const id = this.#posts.get(exchange) ?? 0;
    this.#posts.delete(exchange);
    if (this.#posts.size === 0) {
      for (const resolve of this.#postedWaiters.splice(0)) resolve();
    }
    if (this.#isClosed || (over.fault === '' && over.status < 300)) return;
    const answer = id === 0 ? undefined : errorAnswer(id, over.body);
    if (answer !== undefined) this.#sink.onBytes(answer, 0);
    else if (id !== 0) this.#sink.onRequestLost(id, lost(over), ranBy(over));
    else
      this.#log.warn('the server did not take a message', { status: over.status, why: over.fault });
  }

  #onStreamOver(over: Over): void {
    if (over.status >= 300) this.#end(`HTTP status ${over.status}`);
    else this.#end(over.fault === '' ? 'the server closed its stream' : over.fault);
    void this.#origin.release();
  }

  #end(why: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#stream.abort();
    this.#sink.onEnd(why);
    for (const exchange of this.#posts.keys()) exchange.abort();
    this.#posts.clear();
    for (const resolve of this.#postedWaiters.splice(0)) resolve();
    this.#resolveOpened();
  }

  #dispatch(
    method: Dispatcher.HttpMethod,
    path: string,
    headers: string[],
    body: Buffer | null,
    exchange: HttpExchange,
  ): void {
    // Silence on the stream is not its end: here the stream is the conversation, and servers may have nothing to say.
    const { headersMs } = this.#config;
    this.#origin.dispatch(
      { path, method, headers, body, headersTimeout: headersMs, bodyTimeout: 0, idempotent: false },
      exchange,
    );
  }
}
