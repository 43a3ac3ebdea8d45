/**
 * What the edge keeps of a request's head: copied before anything asynchronous, because the front end's request object
 * is gone after the handler returns.
 *
 * A header that must be single and came twice marks the head: two readers of such a request (a proxy and this gateway)
 * may each pick another of the two, which is how requests are smuggled. It judges nothing else.
 */

import { PARAM_PREFIX } from '../../protocol/headers.ts';
import type { HttpRequest } from './uws-api.ts';

/** Total of the Mcp-Param-* headers of one request; the front ends bound the whole head, this bounds what is kept. */
const PARAMS_MAX = 32;
const NO_PARAMS: string[] = [];
/** Its bit among the headers seen. */
const TRANSFER_ENCODING = 8;

/** Names, in lower case, of headers that count over a proxy's socket, and are headers like any other elsewhere. */
export interface ProxyHeaders {
  readonly certificateHeader: string;
  readonly addressHeader?: string | undefined;
}

export class Head {
  readonly method: string;
  readonly path: string;
  /** Of /messages, and where it is asked for: no other path has one that says anything. */
  readonly query: string;
  host = '';
  origin = '';
  accept = '';
  contentType = '';
  contentEncoding = '';
  contentLength = '';
  transferEncoding = '';
  authorization = '';
  sessionId = '';
  lastEventId = '';
  /** MCP-Protocol-Version, Mcp-Method and Mcp-Name: the MirrorHeaders of the protocol. */
  version = '';
  mcpMethod = '';
  mcpName = '';
  /** Mcp-Param-*: lower-case name, value, name, value… */
  params: string[] = NO_PARAMS;
  /** Of W3C: whose trace the request belongs to. One that came twice says nothing. */
  traceparent = '';
  tracestate = '';
  baggage = '';
  /** What the proxy in front says of its client; '' everywhere else. */
  certificate = '';
  clientAddress = '';
  requestedHeaders = '';
  requestedMethod = '';
  /** A single-valued header came twice, or more is there than is kept. */
  isAmbiguous = false;
  /**
   * Where the body ends could be read in two ways. What follows may then be a request to one reader and a body to another,
   * and an answer with `connection: close` comes too late: uWebSockets.js serves what it has already received.
   */
  isMisframed = false;
  /** One bit per field. Empty ones count: of `Mcp-Name:` and `Mcp-Name: x` another reader may take the first. */
  #seen = 0;

  constructor(request: HttpRequest, wantsQuery = false, proxy: ProxyHeaders | null = null) {
    this.method = request.getMethod();
    this.path = request.getUrl();
    this.query = wantsQuery || this.path === '/messages' ? (request.getQuery() ?? '') : '';
    request.forEach((name, value) => {
      this.#copy(name, value);
      if (proxy !== null) this.#copyProxied(proxy, name, value);
    });
    const { transferEncoding: coding } = this;
    // uWebSockets.js takes every coding for chunked (measured); a proxy in front of it may not.
    // An empty one says that the body is not framed by its length, and not how (RFC 9112 6.3: to be refused, and cut).
    const isCoded = (this.#seen & TRANSFER_ENCODING) !== 0;
    if (isCoded && coding.toLowerCase() !== 'chunked') this.isMisframed = true;
    if (isCoded && this.contentLength !== '') this.isMisframed = true;
  }

  /** A switch, not a table of fields: a lookup would first have to make each name a known string of the engine. */
  #copy(name: string, value: string): void {
    switch (name) {
      case 'host':
        if (this.#isFirst(1)) this.host = value;
        break;
      case 'accept':
        // Accept is a list header: two lines are one list (RFC 9110 5.3).
        this.accept = this.accept === '' ? value : `${this.accept}, ${value}`;
        break;
      case 'content-type':
        if (this.#isFirst(2)) this.contentType = value;
        break;
      case 'content-length':
        if (this.#isFirst(4, true)) this.contentLength = value;
        break;
      case 'transfer-encoding':
        if (this.#isFirst(TRANSFER_ENCODING, true)) this.transferEncoding = value;
        break;
      case 'mcp-session-id':
        if (this.#isFirst(16)) this.sessionId = value;
        break;
      case 'mcp-protocol-version':
        if (this.#isFirst(32)) this.version = value;
        break;
      case 'mcp-method':
        if (this.#isFirst(64)) this.mcpMethod = value;
        break;
      case 'mcp-name':
        if (this.#isFirst(128)) this.mcpName = value;
        break;
      case 'authorization':
        if (this.#isFirst(256)) this.authorization = value;
        break;
      case 'origin':
        if (this.#isFirst(512)) this.origin = value;
        break;
      case 'content-encoding':
        if (this.#isFirst(1024)) this.contentEncoding = value;
        break;
      case 'last-event-id':
        if (this.#isFirst(2048)) this.lastEventId = value;
        break;
      case 'access-control-request-headers':
        if (this.#isFirst(4096)) this.requestedHeaders = value;
        break;
      case 'access-control-request-method':
        if (this.#isFirst(8192)) this.requestedMethod = value;
        break;
      case 'traceparent':
        this.traceparent = this.traceparent === '' ? value : 'twice';
        break;
      case 'tracestate':
        this.tracestate = this.tracestate === '' ? value : `${this.tracestate},${value}`;
        break;
      case 'baggage':
        this.baggage = this.baggage === '' ? value : `${this.baggage},${value}`;
        break;
      default:
        if (name.startsWith(PARAM_PREFIX)) this.#param(name, value);
    }
  }

  #copyProxied({ certificateHeader, addressHeader }: ProxyHeaders, name: string, value: string) {
    if (name === certificateHeader && this.#isFirst(16384)) this.certificate = value;
    if (name === addressHeader && this.#isFirst(32768)) this.clientAddress = value;
  }

  /** `bit` stands for the header. `isFraming`: it says where the body ends. */
  #isFirst(bit: number, isFraming = false): boolean {
    const isFirst = (this.#seen & bit) === 0;
    this.#seen |= bit;
    if (!isFirst) this.isAmbiguous = true;
    if (!isFirst && isFraming) this.isMisframed = true;
    return isFirst;
  }

  #param(name: string, value: string): void {
    if (this.params === NO_PARAMS) this.params = [];
    const { params } = this;
    let isSecond = false;
    for (let i = 0; i < params.length; i += 2) isSecond ||= params[i] === name;
    if (params.length >= PARAMS_MAX * 2 || isSecond) this.isAmbiguous = true;
    else params.push(name, value);
  }
}
