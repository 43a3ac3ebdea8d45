/** An HTTP server whose every answer is written by the test, and which keeps what it was sent. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Json } from './link-user.ts';

export interface Got {
  readonly method: string;
  readonly headers: IncomingMessage['headers'];
  readonly rpc: Json;
}

type Answer = (got: Got, response: ServerResponse) => void;

export class ScriptedHttp {
  readonly got: Got[] = [];
  readonly #server: Server;
  #answer: Answer;

  private constructor(answer: Answer) {
    this.#answer = answer;
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const rpc = text === '' ? {} : (JSON.parse(text) as Json);
        const got = { method: request.method ?? '', headers: request.headers, rpc };
        this.got.push(got);
        this.#answer(got, response);
      });
    });
  }

  static async start(answer: Answer): Promise<ScriptedHttp> {
    const made = new ScriptedHttp(answer);
    await new Promise<void>((resolve) => made.#server.listen(0, '127.0.0.1', resolve));
    return made;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/mcp`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

export function json(
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Json = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...(headers as object) });
  response.end(JSON.stringify(body));
}

export function stream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
}

export function result(id: unknown, value: unknown): Json {
  return { jsonrpc: '2.0', id, result: value };
}

/** The handshake of a legacy server; false where the request is something else. */
export function legacyHello({ method, rpc }: Got, response: ServerResponse): boolean {
  const hello = {
    protocolVersion: '2025-06-18',
    capabilities: {},
    serverInfo: { name: 's', version: '1' },
  };
  if (rpc.method === 'server/discover') response.writeHead(400).end();
  else if (rpc.method === 'initialize') {
    json(response, result(rpc.id, hello), 200, { 'mcp-session-id': 'session-1' });
  } else if (method === 'POST' && (rpc.id === undefined || rpc.method === undefined)) {
    response.writeHead(202).end();
  } else if (method === 'DELETE') response.writeHead(200).end();
  else return false;
  return true;
}

/** The handshake of a modern server. */
export function modernHello({ rpc }: Got, response: ServerResponse): boolean {
  if (rpc.method !== 'server/discover') return false;
  const hello = { supportedVersions: ['2026-07-28'], capabilities: {}, resultType: 'complete' };
  json(response, result(rpc.id, hello));
  return true;
}
