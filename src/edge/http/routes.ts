/**
 * Paths and methods of the listener: the only map from a URL to what answers it.
 *
 * The head is copied first, whatever follows. What is decided here is decided in the tick of the request, so a body
 * that is not wanted is never read.
 */

import { isIP } from 'node:net';
import { type Auth, metadataOf, metadataPath } from '../../auth/auth.ts';
import { stopwatch } from '../../lib/stopwatch.ts';
import { refuse } from '../../protocol/refusal.ts';
import type { ListenConfig } from '../config.ts';
import type { Gateway, Route } from '../contract.ts';
import { Door } from './door.ts';
import { Exchange } from './exchange.ts';
import { corsHeaders, Guard, preflightHeaders } from './guard.ts';
import { Head, type ProxyHeaders } from './head.ts';
import type { Lobby } from './lobby.ts';
import { callerOf, Mcp, refuseMethod } from './mcp.ts';
import type { HttpRequest, HttpResponse } from './uws-api.ts';

const TEXT = ['content-type', 'text/plain; charset=utf-8'];
const ROUTE_LENGTH_MAX = 256;
/** Nobody hears it: there is no answer that could not be taken for that of another request. */
const MISFRAMED = refuse('invalid_request', 'Where the body ends could be read in two ways.');

type Endpoint = 'mcp' | 'sse' | 'messages';

interface Place {
  readonly endpoint: Endpoint;
  readonly name: string;
}

export class Routes {
  readonly #gateway: Gateway;
  readonly #lobby: Lobby;
  readonly #guard: Guard;
  readonly #mcp: Mcp;
  readonly #auth: Auth;
  readonly #door: Door;

  constructor(config: ListenConfig, gateway: Gateway, auth: Auth, lobby: Lobby) {
    this.#gateway = gateway;
    this.#lobby = lobby;
    this.#guard = new Guard(config);
    this.#mcp = new Mcp(gateway, this.#guard, config);
    this.#auth = auth;
    this.#door = new Door(auth);
  }

  /** One request. */
  handle(res: HttpResponse, req: HttpRequest, proxy: ProxyHeaders | null) {
    if (stopwatch.isOn) stopwatch.start();
    const isFull = this.#lobby.isFull;
    const exchange = new Exchange(res, new Head(req, !this.#auth.isOpen, proxy), this.#lobby);
    if (exchange.head.isMisframed) {
      this.#lobby.turnedAway(exchange, MISFRAMED, 'null');
      exchange.cut();
    } else exchange.guard(() => this.#route(exchange, isFull));
    if (stopwatch.isOn) stopwatch.pause();
  }

  #route(exchange: Exchange, isFull: boolean) {
    const { path } = exchange.head;
    if (path === '/healthz') return this.#health(exchange);
    if (path === '/readyz') return this.#ready(exchange);
    if (this.#lobby.isDraining) return exchange.refuse(refuse('draining'), true);
    if (isFull) return exchange.refuse(refuse('busy'), true);
    if (metadataPath(path)) return this.#metadata(exchange);
    const place = placeOf(path);
    if (place === undefined) return exchange.refuse(refuse('unknown_route'), hasBody(exchange));
    const refusal = this.#guard.refuse(exchange.head);
    if (refusal !== undefined) return exchange.refuse(refusal, hasBody(exchange));
    if (!isAddressRight(exchange.head)) {
      const words = 'The header of the proxy holds no address.';
      return exchange.refuse(refuse('invalid_request', words), hasBody(exchange));
    }
    if (exchange.head.method === 'options') return this.#preflight(exchange);
    exchange.addHeaders(corsHeaders(exchange.head));
    // Before the route is looked up: what there is, is for callers to know.
    const caller = this.#door.admit(exchange, hasBody(exchange));
    if (caller === undefined) return;
    if (!(caller instanceof Promise)) return this.#serve(exchange, place);
    if (exchange.head.method === 'post') exchange.readAhead();
    this.#door.settle(exchange, caller, () => this.#serve(exchange, place));
  }

  #serve(exchange: Exchange, place: Place) {
    const caller = callerOf(exchange);
    if (this.#lobby.isCrowdedBy(caller)) return exchange.refuse(refuse('busy'), hasBody(exchange));
    if (place.endpoint === 'messages') return this.#messages(exchange);
    const route = this.#gateway.route(place.name, caller);
    if (route === undefined) return exchange.refuse(refuse('unknown_route'), hasBody(exchange));
    if (place.endpoint === 'sse') this.#sse(exchange, route);
    else this.#endpoint(exchange, route);
  }

  #endpoint(exchange: Exchange, route: Route) {
    switch (exchange.head.method) {
      case 'post':
        return this.#mcp.post(exchange, route);
      case 'get':
        return this.#mcp.get(exchange, route);
      case 'delete':
        return this.#mcp.delete(exchange, route);
      default:
        refuseMethod(exchange, 'GET, POST, DELETE, OPTIONS');
    }
  }

  #sse(exchange: Exchange, route: Route) {
    // A client that tries Streamable HTTP first needs the 405 to fall back (2025-03-26 transports, compatibility).
    if (exchange.head.method === 'get') this.#mcp.openOldSse(exchange, route);
    else refuseMethod(exchange, 'GET, OPTIONS');
  }

  #messages(exchange: Exchange) {
    if (exchange.head.method === 'post') this.#mcp.postOldSse(exchange);
    else refuseMethod(exchange, 'POST, OPTIONS');
  }

  /** RFC 9728: for whoever does not know yet where to get a token. */
  #metadata(exchange: Exchange) {
    const refusal = this.#guard.refuse(exchange.head);
    if (refusal !== undefined) return exchange.refuse(refusal, hasBody(exchange));
    if (exchange.head.method === 'options') return this.#preflight(exchange);
    exchange.addHeaders(corsHeaders(exchange.head));
    if (!isRead(exchange)) return refuseMethod(exchange, 'GET, HEAD, OPTIONS');
    const metadata = metadataOf(this.#auth.config);
    if (metadata === undefined) exchange.refuse(refuse('unknown_route'));
    else exchange.send(200, Buffer.from(JSON.stringify(metadata)));
  }

  #preflight(exchange: Exchange) {
    exchange.addHeaders(preflightHeaders(exchange.head));
    exchange.send(204, null);
  }

  /** Alive. No Host check: probes address the machine by whatever name they have, and there is nothing to read. */
  #health(exchange: Exchange) {
    if (!isRead(exchange)) return refuseMethod(exchange, 'GET, HEAD');
    exchange.send(200, Buffer.from('ok\n'), TEXT);
  }

  /** Fit to serve. The servers' names are for those who address this gateway by its name: see Guard. */
  #ready(exchange: Exchange) {
    if (!isRead(exchange)) return refuseMethod(exchange, 'GET, HEAD');
    const { ready, ...state } = this.#gateway.readiness();
    const isReady = ready && !this.#lobby.isDraining;
    const isKnown = this.#guard.refuse(exchange.head) === undefined;
    const body = isKnown ? { ready: isReady, ...state } : { ready: isReady };
    exchange.send(isReady ? 200 : 503, Buffer.from(JSON.stringify(body)));
  }
}

/** A proxy that says anything but an address is not configured as we believe; what it says of certificates may be as wrong. */
function isAddressRight({ clientAddress }: Head): boolean {
  return clientAddress === '' || isIP(clientAddress) !== 0;
}

function isRead({ head }: Exchange): boolean {
  return head.method === 'get' || head.method === 'head';
}

/** A refused body is not read; the connection cannot be used again. */
function hasBody({ head }: Exchange): boolean {
  return head.method !== 'get' && head.method !== 'head' && head.contentLength !== '0';
}

/** `/mcp`, `/mcp/NAME`, `/mcp/v/NAME`, `/sse`, `/sse/NAME`, `/messages`. Exact: no normalising of slashes or dots. */
function placeOf(path: string): Place | undefined {
  if (path === '/mcp') return { endpoint: 'mcp', name: '' };
  if (path === '/sse') return { endpoint: 'sse', name: '' };
  if (path === '/messages') return { endpoint: 'messages', name: '' };
  if (path.length > ROUTE_LENGTH_MAX) return undefined;
  if (path.startsWith('/mcp/')) return named('mcp', path.slice(5));
  if (path.startsWith('/sse/')) return named('sse', path.slice(5));
  return undefined;
}

function named(endpoint: Endpoint, raw: string): Place | undefined {
  // No name needs an escape, and a proxy with rules for paths might read one differently than we do.
  return raw === '' || raw.includes('%') ? undefined : { endpoint, name: raw };
}
