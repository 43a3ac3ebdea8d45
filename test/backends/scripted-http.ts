/** An HTTP server whose every answer is written by the test, and which keeps what it was sent. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Json } from './link-user.ts';

export interface Got {
  readonly method: string;
  readonly headers: IncomingMessage['headers'];
  readonly rpc: Json;
  /** Counts connections from 1: which of them carried this. */
  readonly connection: number;
  /** Name in the client's certificate; '' without one. */
  readonly peer: string;
  /** '1.1' or '2.0'. */
  readonly version: string;
}

export interface Secure extends ServerOptions {
  readonly http2?: boolean;
}

type Answer = (got: Got, response: ServerResponse) => void;

export class ScriptedHttp {
  readonly got: Got[] = [];
  readonly #server: Server;
  #answer: Answer;

  readonly #sockets: Socket[] = [];

  private constructor(answer: Answer, secure: Secure | undefined) {
    this.#answer = answer;
    const listener = (request: IncomingMessage, response: ServerResponse) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const rpc = text === '' ? {} : (JSON.parse(text) as Json);
        const socket = request.socket as TLSSocket;
        const got = {
          method: request.method ?? '',
          headers: request.headers,
          rpc,
          connection: this.#sockets.findIndex((one) => one.remotePort === socket.remotePort) + 1,
          peer: String(socket.getPeerCertificate?.().subject?.CN ?? ''),
          version: request.httpVersion,
        };
        this.got.push(got);
        this.#answer(got, response);
      });
    };
    this.#server =
      secure === undefined
        ? createServer(listener)
        : secure.http2 === true
          ? createSecureServer(secure, listener as never)
          : createTlsServer(secure, listener);
    this.#server.on('connection', (socket: Socket) => this.#sockets.push(socket));
  }

  /** At this port, for one that comes back; 0 for any. */
  static async start(answer: Answer, secure?: Secure, port = 0): Promise<ScriptedHttp> {
    const made = new ScriptedHttp(answer, secure);
    await new Promise<void>((resolve) => made.#server.listen(port, '127.0.0.1', resolve));
    return made;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/mcp`;
  }

  /** Connections accepted so far. */
  get connections(): number {
    return this.#sockets.length;
  }

  /** Cuts every connection; new ones are welcome. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  stop(): void {
    this.#server.close();
    this.cut();
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
