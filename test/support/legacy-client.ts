/**
 * A client of 2025-11-25 and before for tests: initialize, a session, and answers to the server's own requests by the
 * handlers given; without one the server gets "method not found".
 */

import { LATEST_LEGACY } from '../../src/protocol/eras.ts';
import {
  ACCEPT,
  type CallOptions,
  type ClientOptions,
  collect,
  type Exchange,
  headersOf,
  type Json,
  OpenStream,
  type RpcMessage,
  signalOf,
} from './mcp-exchange.ts';

/** Answers a server's request: a result, or an error by throwing. */
export type Answer = (params: Json) => Json | Promise<Json>;

export interface LegacyOptions extends ClientOptions {
  version?: string;
  /** By method, for instance `{ 'sampling/createMessage': () => ({ … }) }`. */
  answers?: Record<string, Answer>;
}

export class LegacyClient {
  readonly url: string;
  readonly initialized: Exchange;
  readonly sessionId: string | undefined;
  /** Every request and notification that the server sent on any stream. */
  readonly received: RpcMessage[] = [];
  #options: LegacyOptions;
  #version: string;
  #id = 0;

  private constructor(url: string, options: LegacyOptions, initialized: Exchange) {
    this.url = url;
    this.#options = options;
    this.initialized = initialized;
    this.sessionId = initialized.headers.get('mcp-session-id') ?? undefined;
    this.#version = String(initialized.result?.protocolVersion ?? LATEST_LEGACY);
  }

  /** Initializes a session. A refusal is not an error: look at `initialized`. */
  static async open(url: string, options: LegacyOptions = {}): Promise<LegacyClient> {
    const params = {
      protocolVersion: options.version ?? LATEST_LEGACY,
      capabilities: options.capabilities ?? {},
      clientInfo: { name: 'test-client', version: '1.0.0' },
    };
    const response = await fetch(url, {
      method: 'POST',
      headers: headersOf(ACCEPT, options.headers),
      body: JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params }),
      signal: signalOf({}),
    });
    const client = new LegacyClient(url, options, await collect(response, 0, () => {}));
    if (client.initialized.result !== undefined) await client.notify('notifications/initialized');
    return client;
  }

  #headers(options: CallOptions): Headers {
    const session = {
      ...ACCEPT,
      'mcp-session-id': this.sessionId,
      'mcp-protocol-version': this.#version,
    };
    return headersOf(session, this.#options.headers, options.headers);
  }

  /** Posts any message as it is. */
  async post(message: unknown, options: CallOptions = {}): Promise<Exchange> {
    const response = await fetch(this.url, {
      method: 'POST',
      headers: this.#headers(options),
      body: JSON.stringify(message),
      signal: signalOf(options),
    });
    return collect(response, (message as RpcMessage).id ?? null, (other) => this.#hear(other));
  }

  async request(method: string, params: Json = {}, options: CallOptions = {}): Promise<Exchange> {
    const id = ++this.#id;
    const body = options.meta === undefined ? params : { ...params, _meta: options.meta };
    return this.post({ jsonrpc: '2.0', id, method, params: body }, options);
  }

  call(name: string, args: Json = {}, options: CallOptions = {}): Promise<Exchange> {
    return this.request('tools/call', { name, arguments: args }, options);
  }

  notify(method: string, params: Json = {}): Promise<Exchange> {
    return this.post({ jsonrpc: '2.0', method, params });
  }

  /** Opens the GET stream; `lastEventId` resumes an earlier one. */
  async listen(lastEventId?: string): Promise<OpenStream> {
    const abort = new AbortController();
    const headers = this.#headers({
      headers: {
        accept: 'text/event-stream',
        'content-type': undefined,
        'last-event-id': lastEventId,
      },
    });
    const response = await fetch(this.url, { headers, signal: abort.signal });
    return new OpenStream(response, abort, (message) => this.#hear(message));
  }

  /** Ends the session. */
  async close(): Promise<number> {
    const headers = this.#headers({});
    return (await fetch(this.url, { method: 'DELETE', headers, signal: signalOf({}) })).status;
  }

  #hear(message: RpcMessage): void {
    if (message.method === undefined) return;
    this.received.push(message);
    if (message.id === undefined) return;
    // Not awaited: the answer goes out on its own POST while this stream is read on.
    void this.#answer(message).catch(() => {});
  }

  async #answer({ id, method, params }: RpcMessage): Promise<void> {
    const answer = method === 'ping' ? () => ({}) : this.#options.answers?.[method ?? ''];
    if (answer === undefined) {
      const error = { code: -32601, message: `No ${method}` };
      await this.post({ jsonrpc: '2.0', id, error });
      return;
    }
    try {
      await this.post({ jsonrpc: '2.0', id, result: await answer(params ?? {}) });
    } catch (error) {
      const body = { code: -32603, message: String(error) };
      await this.post({ jsonrpc: '2.0', id, error: body });
    }
  }
}
