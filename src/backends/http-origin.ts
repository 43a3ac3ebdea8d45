/**
 * Connections to one HTTP origin, shared by all links that reach it in the same way and closed with the last of them.
 *
 * Sharing is safe because a connection carries no identity but its client certificate, and that is part of the way:
 * credentials and sessions are in each request. A pool is bound to its origin and undici's dispatch follows no
 * redirect, so that configured headers go nowhere else.
 */

import { type Dispatcher, Pool } from 'undici';
import type { HttpServerConfig } from './config.ts';
import { connectorFor } from './http-connector.ts';
import type { HttpExchange } from './http-exchange.ts';
import { proxyAuthorization, proxyFor } from './http-proxy.ts';
import { ConnectFault } from './http-reason.ts';

const HEADER_BYTES_MAX = 64 * 1024;
/** Requests at one time on one HTTP/2 connection: what servers allow by default (RFC 9113 6.5.2 wants 100 at least). */
const STREAMS_MAX = 100;

/** As undici takes it; `path` and `headers` are amended here where a proxy wants them otherwise. */
export interface Request extends Dispatcher.DispatchOptions {
  path: string;
  headers: string[];
  /** Longest silence before the response's head, in milliseconds; 0 for no bound. */
  headersTimeout: number;
  /** Longest silence between pieces of the body, in milliseconds; 0 for no bound. */
  bodyTimeout: number;
  idempotent: boolean;
}

/** One address of a server, and how to reach it. */
export interface Site {
  readonly url: URL;
  readonly config: HttpServerConfig;
  /** Where proxies are named. */
  readonly environment: NodeJS.ProcessEnv;
}

interface Shared {
  readonly pool: Pool;
  /** Set in front of each path: a proxy of plain HTTP is asked for whole URLs (RFC 9112 3.2.2). */
  readonly prefix: string;
  readonly extra: readonly string[];
  links: number;
}

const shared = new Map<string, Shared>();

export class Origin {
  readonly #key: string;
  readonly #shared: Shared;
  readonly #isHttp2: boolean;
  #isHeld = true;

  constructor({ url, config, environment }: Site) {
    const proxy = proxyFor(url, config.proxy, environment);
    const { connectMs, keepAliveMs, connections, http2, tls } = config;
    const way = [url.origin, connectMs, keepAliveMs, connections, http2, tls, proxy];
    this.#key = JSON.stringify(way);
    this.#isHttp2 = http2;
    this.#shared = shared.get(this.#key) ?? open(url, config, proxy);
    this.#shared.links += 1;
    shared.set(this.#key, this.#shared);
  }

  dispatch(request: Request, exchange: HttpExchange): void {
    const { pool, prefix, extra } = this.#shared;
    if (prefix !== '') {
      request.path = prefix + request.path;
      request.headers = request.headers.concat(extra);
    }
    // undici would otherwise give each POST an HTTP/2 connection of its own. It may also send such requests again when
    // a connection breaks, which the exchange refuses.
    if (this.#isHttp2) {
      request.idempotent = true;
      // Node's HTTP/2 must not be written to while it is read (see `HttpExchange`).
      setImmediate(() => pool.dispatch(request, exchange));
    } else pool.dispatch(request, exchange);
  }

  /** Gives the connections up; requests still under way on them are cut when nobody else uses them. */
  async release(): Promise<void> {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#shared.links -= 1;
    if (this.#shared.links > 0) return;
    shared.delete(this.#key);
    if (this.#isHttp2) await new Promise((resolve) => setImmediate(resolve));
    await this.#shared.pool.destroy();
  }
}

function open(url: URL, config: HttpServerConfig, proxy: ReturnType<typeof proxyFor>): Shared {
  const { connectMs, keepAliveMs, http2, tls } = config;
  const connections = http2 ? Math.ceil(config.connections / STREAMS_MAX) : config.connections;
  const options: Pool.Options = {
    connections,
    pipelining: http2 ? STREAMS_MAX : 1,
    allowH2: http2,
    maxHeaderSize: HEADER_BYTES_MAX,
    keepAliveTimeout: keepAliveMs,
    headersTimeout: 0,
    bodyTimeout: 0,
  };
  if (proxy === 'unusable') {
    const fault = new ConnectFault('the proxy that the environment names is no http(s) URL');
    const connect: Pool.Options['connect'] = (_options, callback) => callback(fault, null);
    return { pool: new Pool(url.origin, { ...options, connect }), prefix: '', extra: [], links: 0 };
  }
  if (proxy !== undefined && url.protocol === 'http:') {
    const authorization = proxyAuthorization(proxy);
    const connect = connectorFor({ connectMs, http2: false, tls: {}, tunnel: undefined });
    const extra = ['host', url.host];
    if (authorization !== undefined) extra.push('proxy-authorization', authorization);
    const pool = new Pool(proxy.origin, { ...options, connect });
    return { pool, prefix: url.origin, extra, links: 0 };
  }
  const connect = connectorFor({ connectMs, http2, tls, tunnel: proxy });
  const pool = new Pool(url.origin, { ...options, connect });
  return { pool, prefix: '', extra: [], links: 0 };
}
