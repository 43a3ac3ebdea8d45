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

export class Head {
  readonly method: string;
  readonly path: string;
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

  constructor(request: HttpRequest) {
    this.method = request.getMethod();
    this.path = request.getUrl();
    this.query = request.getQuery() ?? '';
    request.forEach((name, value) => {
      this.#copy(name, value);
    });
    const { transferEncoding: coding } = this;
    // uWebSockets.js takes every coding for chunked (measured); a proxy in front of it may not.
    if (coding !== '' && coding.toLowerCase() !== 'chunked') this.isMisframed = true;
    if (coding !== '' && this.contentLength !== '') this.isMisframed = true;
  }

  #copy(name: string, value: string): void {
    const known = FIELDS[name];
    if (known !== undefined) {
      const { field, bit } = known;
      const isSecond = (this.#seen & bit) !== 0;
      this.#seen |= bit;
      // Accept is a list header: two lines are one list (RFC 9110 5.3).
      if (field === 'accept' && this.accept !== '') this.accept += `, ${value}`;
      else if (field !== 'accept' && isSecond) this.#doubled(field);
      else this[field] = value;
    } else if (name.startsWith(PARAM_PREFIX)) {
      this.#param(name, value);
    }
  }

  #param(name: string, value: string): void {
    if (this.params === NO_PARAMS) this.params = [];
    const { params } = this;
    let isSecond = false;
    for (let i = 0; i < params.length; i += 2) isSecond ||= params[i] === name;
    if (params.length >= PARAMS_MAX * 2 || isSecond) this.isAmbiguous = true;
    else params.push(name, value);
  }

  #doubled(field: Field): void {
    this.isAmbiguous = true;
    if (field === 'contentLength' || field === 'transferEncoding') this.isMisframed = true;
  }
}

type Field =
  | 'host'
  | 'origin'
  | 'accept'
  | 'contentType'
  | 'contentEncoding'
  | 'contentLength'
  | 'transferEncoding'
  | 'authorization'
  | 'sessionId'
  | 'lastEventId'
  | 'version'
  | 'mcpMethod'
  | 'mcpName'
  | 'requestedHeaders'
  | 'requestedMethod';

/** Without a prototype: a header named `constructor` finds nothing. */
const FIELDS: Record<string, { field: Field; bit: number } | undefined> = Object.create(null);
for (const [at, [name, field]] of (
  [
    ['host', 'host'],
    ['origin', 'origin'],
    ['accept', 'accept'],
    ['content-type', 'contentType'],
    ['content-encoding', 'contentEncoding'],
    ['content-length', 'contentLength'],
    ['transfer-encoding', 'transferEncoding'],
    ['authorization', 'authorization'],
    ['mcp-session-id', 'sessionId'],
    ['last-event-id', 'lastEventId'],
    ['mcp-protocol-version', 'version'],
    ['mcp-method', 'mcpMethod'],
    ['mcp-name', 'mcpName'],
    ['access-control-request-headers', 'requestedHeaders'],
    ['access-control-request-method', 'requestedMethod'],
  ] satisfies [string, Field][]
).entries()) {
  FIELDS[name] = { field, bit: 1 << at };
}
