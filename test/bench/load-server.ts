/**
 * A small MCP endpoint on node:http for the tests of the load generator: says what it saw, and misbehaves on request.
 *
 * Modern unless told otherwise. `answer` may take any tools/call into its own hands.
 */

import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

export interface Seen {
  readonly method: string;
  readonly id: number | string | undefined;
  readonly params: Record<string, unknown>;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: number;
}

/** True where it has answered, or means not to. */
export type Answering = (seen: Seen, response: ServerResponse, nth: number) => boolean;

export interface Manner {
  readonly era?: 'modern' | 'legacy';
  readonly answer?: Answering;
  readonly tools?: readonly object[];
  /** Answers as an event stream. */
  readonly isStream?: boolean;
  /** Serves https with these, in PEM. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer };
}

const ECHO = {
  name: 'echo',
  inputSchema: {
    type: 'object',
    properties: { message: { type: 'string' } },
    required: ['message'],
  },
};

export class LoadServer {
  readonly seen: Seen[] = [];
  readonly sessions = new Set<string>();
  readonly #manner: Manner;
  readonly #server: Server;
  #opened = 0;
  #url = '';

  private constructor(manner: Manner) {
    this.#manner = manner;
    const listen = (request: IncomingMessage, response: ServerResponse) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        if (request.method === 'DELETE') {
          this.sessions.delete(String(request.headers['mcp-session-id']));
          response.end();
          return;
        }
        const body = Buffer.concat(chunks);
        const { method, id, params = {} } = JSON.parse(body.toString()) as Partial<Seen>;
        const seen = { method: method!, id, params, headers: request.headers, bytes: body.length };
        this.seen.push(seen);
        this.#answer(seen, response);
      });
    };
    const { tls } = manner;
    this.#server = tls === undefined ? createServer(listen) : createSecureServer(tls, listen);
  }

  static async start(t: TestContext, manner: Manner = {}): Promise<LoadServer> {
    const server = new LoadServer(manner);
    server.#server.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.#server.once('listening', resolve));
    const { port } = server.#server.address() as AddressInfo;
    server.#url = `http${manner.tls === undefined ? '' : 's'}://127.0.0.1:${port}/mcp`;
    t.after(() => server.shut());
    return server;
  }

  /** Ends all connections and takes no more. */
  shut(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  get url(): string {
    return this.#url;
  }

  get calls(): Seen[] {
    return this.seen.filter(({ method }) => method === 'tools/call');
  }

  #answer(seen: Seen, response: ServerResponse): void {
    const { answer, isStream } = this.#manner;
    if (seen.method === 'tools/call' && answer?.(seen, response, this.calls.length)) return;
    if (seen.id === undefined) {
      response.writeHead(202).end();
      return;
    }
    const result = this.#resultOf(seen, response);
    const body = result === undefined ? { error: { code: -32601, message: 'no' } } : { result };
    reply(response, { jsonrpc: '2.0', id: seen.id, ...body }, isStream);
  }

  #resultOf({ method, params }: Seen, response: ServerResponse): object | undefined {
    const { era = 'modern', tools = [ECHO] } = this.#manner;
    const isModern = era === 'modern';
    const done = isModern ? { resultType: 'complete' } : {};
    if (method === 'server/discover' && isModern) {
      return { supportedVersions: ['2026-07-28'], capabilities: { tools: {} }, ...done };
    }
    if (method === 'initialize' && !isModern) {
      const session = `session-${String(++this.#opened).padStart(8, '0')}`;
      this.sessions.add(session);
      response.setHeader('mcp-session-id', session);
      const serverInfo = { name: 'load', version: '1' };
      return { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo };
    }
    if (method === 'tools/list') return { tools, ...done };
    if (method === 'ping' && !isModern) return {};
    if (method !== 'tools/call') return undefined;
    const { message = '' } = (params.arguments ?? {}) as { message?: string };
    return { content: [{ type: 'text', text: message }], ...done };
  }
}

export function reply(response: ServerResponse, message: object, isStream = false): void {
  const text = JSON.stringify(message);
  if (!isStream) {
    response.writeHead(200, { 'content-type': 'application/json' }).end(text);
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const progress = { jsonrpc: '2.0', method: 'notifications/progress', params: { progress: 1 } };
  response.write(`: hello\n\nevent: message\ndata: ${JSON.stringify(progress)}\n\n`);
  response.end(`event: message\r\nid: 1\r\ndata: ${text}\r\n\r\n`);
}
