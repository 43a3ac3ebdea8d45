/**
 * A client of 2026-07-28 for tests: stateless, everything in `_meta` and mirrored in headers. Sends what the
 * specification asks for unless told otherwise.
 */

import { LATEST_MODERN, META } from '../../src/protocol/eras.ts';
import {
  ACCEPT,
  type CallOptions,
  type ClientOptions,
  collect,
  type Exchange,
  headersOf,
  type Json,
  OpenStream,
  signalOf,
} from './mcp-exchange.ts';

/** The header that names what a request is about, encoded when a header cannot carry it. */
function headerName(method: string, params: Json): string | undefined {
  const value = method === 'resources/read' ? params.uri : params.name;
  const isNamed = ['tools/call', 'prompts/get', 'resources/read'].includes(method);
  if (!isNamed || typeof value !== 'string') return undefined;
  if (/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(value)) return value;
  return `=?base64?${Buffer.from(value).toString('base64')}?=`;
}

export class ModernClient {
  readonly url: string;
  #options: ClientOptions;
  #id = 0;

  constructor(url: string, options: ClientOptions = {}) {
    this.url = url;
    this.#options = options;
  }

  #prepare(method: string, params: Json, options: CallOptions) {
    const id = ++this.#id;
    const meta = {
      [`${META}protocolVersion`]: LATEST_MODERN,
      [`${META}clientCapabilities`]: this.#options.capabilities ?? {},
      [`${META}clientInfo`]: { name: 'test-client', version: '1.0.0' },
      ...options.meta,
    };
    const usual = {
      ...ACCEPT,
      'mcp-protocol-version': LATEST_MODERN,
      'mcp-method': method,
      'mcp-name': headerName(method, params),
    };
    const headers = headersOf(usual, this.#options.headers, options.headers);
    const body = JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta: meta } });
    return { id, init: { method: 'POST', headers, body } };
  }

  async request(method: string, params: Json = {}, options: CallOptions = {}): Promise<Exchange> {
    const { id, init } = this.#prepare(method, params, options);
    const response = await fetch(this.url, { ...init, signal: signalOf(options) });
    return collect(response, id, () => {});
  }

  call(name: string, args: Json = {}, options: CallOptions & { more?: Json } = {}) {
    return this.request('tools/call', { name, arguments: args, ...options.more }, options);
  }

  /** Opens `subscriptions/listen` with a filter such as `{ toolsListChanged: true }`. */
  async listen(notifications: Json, options: CallOptions = {}): Promise<OpenStream> {
    const { init } = this.#prepare('subscriptions/listen', { notifications }, options);
    const abort = new AbortController();
    return new OpenStream(await fetch(this.url, { ...init, signal: abort.signal }), abort);
  }
}
