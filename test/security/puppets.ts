/**
 * Servers that say exactly what a test wants, byte by byte: one HTTP server with a puppet at each path, and the source
 * of one over stdio.
 *
 * A script maps a method to the raw text of the answer's `result` (or, with `raw`, of whatever is sent). What it does
 * not name is answered as an honest server would.
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Json } from '../e2e/running-gateway.ts';

interface Asked {
  readonly id: unknown;
  readonly method: string;
  readonly params: Json;
}

/** The text of the result, or a hand on the response itself. */
type Line = string | ((asked: Asked, response: ServerResponse, request: IncomingMessage) => void);
export type Script = Readonly<Record<string, Line>> & { readonly era?: 'modern' | 'legacy' };

const TOOLS = '{"tools":[{"name":"echo","inputSchema":{"type":"object"}}],"resultType":"complete"}';
const HONEST: Readonly<Record<string, string>> = {
  initialize:
    '{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"p","version":"1"}}',
  'server/discover':
    '{"supportedVersions":["2026-07-28"],"capabilities":{"tools":{}},"resultType":"complete"}',
  'tools/list': TOOLS,
  'tools/call': '{"content":[{"type":"text","text":"honest"}],"resultType":"complete"}',
  ping: '{}',
};

function lineOf(script: Script, method: string): Line | undefined {
  const own = (script as Record<string, Line | undefined>)[method];
  if (own !== undefined) return own;
  const isModern = script.era === 'modern';
  if (method === 'server/discover' && !isModern) return undefined;
  if (method === 'initialize' && isModern) return undefined;
  return HONEST[method];
}

export class Puppets {
  /** Every request that any puppet got. */
  readonly got: { path: string; headers: IncomingMessage['headers']; body: string }[] = [];
  readonly scripts = new Map<string, Script>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('error', () => {});
      response.on('error', () => {});
      request.on('end', () => this.#answer(request, response, Buffer.concat(chunks).toString()));
    });
  }

  static async start(): Promise<Puppets> {
    const made = new Puppets();
    await new Promise<void>((resolve) => made.#server.listen(0, '127.0.0.1', resolve));
    return made;
  }

  /** The entry of a server whose puppet plays `script`. */
  play(name: string, script: Script, more: Json = {}): Json {
    this.scripts.set(`/${name}`, script);
    const { port } = this.#server.address() as AddressInfo;
    return { url: `http://127.0.0.1:${port}/${name}`, transport: 'http', ...more };
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #answer(request: IncomingMessage, response: ServerResponse, body: string): void {
    const path = request.url ?? '';
    this.got.push({ path, headers: request.headers, body });
    const script = this.scripts.get(path) ?? {};
    if (request.method !== 'POST') {
      const own = (script as Record<string, Line | undefined>)[`HTTP ${request.method}`];
      if (typeof own === 'function') own({ id: null, method: '', params: {} }, response, request);
      else response.writeHead(request.method === 'DELETE' ? 200 : 405).end();
      return;
    }
    const asked = JSON.parse(body) as Partial<Asked>;
    const line = lineOf(script, asked.method ?? '');
    if (typeof line === 'function') {
      line(
        { id: asked.id, method: asked.method ?? '', params: asked.params ?? {} },
        response,
        request,
      );
      return;
    }
    if (asked.id === undefined || asked.method === undefined) response.writeHead(202).end();
    else sendJson(response, line === undefined ? notFound(asked.id) : answer(asked.id, line));
  }
}

function answer(id: unknown, result: string): string {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`;
}

function notFound(id: unknown): string {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"error":{"code":-32601,"message":"no"}}`;
}

export function sendJson(response: ServerResponse, text: string, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(text);
}

/** An event stream with these messages, and the answer. */
export function sendEvents(
  response: ServerResponse,
  messages: readonly string[],
  last: string,
): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const message of [...messages, last]) response.write(`data: ${message}\n\n`);
  response.end();
}

/**
 * The source of a stdio server for `script()` of running-gateway.ts. `lines` maps a method to what is written for it,
 * `$ID` standing for the request's id.
 */
export function pipePuppet(lines: Readonly<Record<string, readonly string[]>>): string {
  const honest = Object.fromEntries(
    Object.entries(HONEST)
      .filter(([method]) => method !== 'server/discover')
      .map(([method, result]) => [method, [`{"jsonrpc":"2.0","id":$ID,"result":${result}}`]]),
  );
  const plan = JSON.stringify({ ...honest, ...lines });
  return `
    const plan = ${plan};
    let tail = '';
    process.stdin.setEncoding('utf8');
    process.stdin.on('end', () => process.exit(0));
    process.stdin.on('data', (chunk) => {
      const all = (tail + chunk).split('\\n');
      tail = all.pop();
      for (const line of all) {
        if (line === '') continue;
        const { id, method } = JSON.parse(line);
        const said = plan[method];
        if (said === undefined && id !== undefined && method !== undefined)
          process.stdout.write('{"jsonrpc":"2.0","id":' + id + ',"error":{"code":-32601,"message":"no"}}\\n');
        for (const each of said ?? []) process.stdout.write(each.replaceAll('$ID', JSON.stringify(id ?? null)) + '\\n');
      }
    });`;
}
