/**
 * Starts the edge on a front end, and speaks HTTP to it over raw sockets, so that nothing is tidied on the way.
 */

import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { Auth } from '../../src/auth/auth.ts';
import { authSchema } from '../../src/auth/config.ts';
import { type ListenConfig, listenSchema } from '../../src/edge/config.ts';
import { type Edge, startEdge } from '../../src/edge/edge.ts';
import { skipOf } from '../support/fronts.ts';
import { EchoGateway } from './echo-gateway.ts';

export const FRONTS = ['uws', 'node'] as const;
export type FrontName = (typeof FRONTS)[number];

/** No test here should take more than a second or two; this only keeps a broken one from hanging the run. */
const TEST_MS_MAX = 40_000;

export interface World {
  readonly gateway: EchoGateway;
  /** Open to all unless the test says otherwise. */
  readonly auth: Auth;
  readonly edge: Edge;
  readonly bugs: object[];
  /** Sends bytes on a new connection. */
  raw(bytes: string | Buffer, where?: number | string): Client;
  /** One request on a new connection, and its whole answer. */
  ask(
    method: string,
    path: string,
    headers?: Record<string, string>,
    body?: string,
  ): Promise<Answer>;
}

/** Declares one test per front end. */
export function onBothFronts(
  name: string,
  run: (world: World, t: TestContext) => Promise<void>,
  config: Partial<ListenConfig> = {},
  auth: object | (() => object) = {},
): void {
  for (const front of FRONTS) {
    test(`${front}: ${name}`, { timeout: TEST_MS_MAX }, async (t) => {
      const why = skipOf(front);
      if (why !== false) return t.skip(why);
      const world = await startWorld(front, config, t, typeof auth === 'function' ? auth() : auth);
      await run(world, t);
    });
  }
}

export async function startWorld(
  front: FrontName,
  config: Partial<ListenConfig>,
  t: TestContext,
  entry: object = {},
): Promise<World> {
  const gateway = new EchoGateway();
  const bugs: object[] = [];
  const log = { info() {}, error: (fields: object) => bugs.push(fields) };
  const auth = new Auth(
    { ...authSchema.parse(entry), anonymous: Object.keys(entry).length === 0 },
    { info() {}, warn() {} },
  );
  await auth.start();
  const listen = listenSchema.parse({ port: 0, ...config, front });
  const edge = await startEdge(listen, gateway, auth, log);
  const clients: Client[] = [];
  t.after(async () => {
    for (const client of clients) client.socket.destroy();
    auth.close();
    await edge.close(0);
  });
  const raw = (bytes: string | Buffer, where: number | string = edge.port) => {
    const client = new Client(where, bytes);
    clients.push(client);
    return client;
  };
  return {
    gateway,
    auth,
    edge,
    bugs,
    raw,
    ask: async (method, path, headers = {}, body) => {
      const client = raw(request(method, path, headers, body));
      const answer = await client.answer();
      client.socket.destroy();
      return answer;
    },
  };
}

/** The bytes of a request; a Host and a Content-Length are added unless given ('' leaves one out). */
export function request(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
): string {
  const all: Record<string, string> = { host: 'localhost' };
  if (body !== undefined) all['content-length'] = String(Buffer.byteLength(body));
  Object.assign(all, headers);
  const lines = Object.entries(all)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body ?? ''}`;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The body as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: answers are of many shapes, and a wrong one fails the test.
  readonly json: any;
}

/** One connection that keeps all it has received. */
export class Client {
  readonly socket: Socket;
  isClosed = false;
  /** Received since the last `forget`. */
  bytes = 0;
  #chunks: Buffer[] = [];
  #wake: (() => void)[] = [];

  /** `where`: a port of this machine, or the path of a unix socket. */
  constructor(where: number | string, bytes: string | Buffer) {
    const to = typeof where === 'number' ? { port: where, host: '127.0.0.1' } : { path: where };
    this.socket = connect(to);
    // At once: what a test writes next, connected or not yet, must come after it.
    this.socket.write(bytes);
    this.socket.on('data', (chunk) => {
      this.#chunks.push(chunk);
      this.bytes += chunk.length;
      this.#woken();
    });
    this.socket.on('error', () => {});
    this.socket.on('close', () => {
      this.isClosed = true;
      this.#woken();
    });
  }

  get received(): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0] ?? Buffer.alloc(0);
  }

  forget(): void {
    this.#chunks = [];
    this.bytes = 0;
  }

  #woken(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  async until(isMet: () => boolean): Promise<void> {
    while (!isMet()) {
      if (this.isClosed) throw new Error(`closed after ${JSON.stringify(this.text.slice(0, 500))}`);
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  /** Until this text has come. */
  saw(text: string): Promise<void> {
    return this.until(() => this.received.includes(text));
  }

  async closed(): Promise<void> {
    while (!this.isClosed) await new Promise<void>((resolve) => this.#wake.push(resolve));
  }

  get text(): string {
    return this.received.toString();
  }

  /** The first whole answer: by length, by chunks, or until the connection closes. */
  async answer(): Promise<Answer> {
    let answer = parse(this.received, this.isClosed);
    while (answer === undefined) {
      if (this.isClosed) throw new Error(`no answer: ${JSON.stringify(this.text.slice(0, 500))}`);
      await new Promise<void>((resolve) => this.#wake.push(resolve));
      answer = parse(this.received, this.isClosed);
    }
    return answer;
  }
}

function parse(bytes: Buffer, isClosed: boolean): Answer | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [start = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const at = line.indexOf(':');
    headers[line.slice(0, at).toLowerCase()] = line.slice(at + 1).trim();
  }
  const rest = bytes.subarray(end + 4);
  const body = bodyOf(rest, headers, isClosed);
  if (body === undefined) return undefined;
  return {
    status: Number(start.split(' ')[1]),
    headers,
    body,
    get json() {
      return JSON.parse(body);
    },
  };
}

function bodyOf(rest: Buffer, headers: Record<string, string>, isClosed: boolean) {
  if (headers['transfer-encoding'] === 'chunked') return unchunk(rest);
  const length = headers['content-length'];
  if (length === undefined) return isClosed || rest.length === 0 ? rest.toString() : undefined;
  return rest.length < Number(length) ? undefined : rest.toString('utf8', 0, Number(length));
}

function unchunk(bytes: Buffer): string | undefined {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    at = lineEnd + 2;
    if (size === 0) return Buffer.concat(parts).toString();
    if (at + size + 2 > bytes.length) return undefined;
    parts.push(bytes.subarray(at, at + size));
    at += size + 2;
  }
}

/** The events of a stream's body: id and data, comments left out. */
export function events(body: string): { id?: string; event?: string; data: string }[] {
  const found = [];
  for (const block of body.split('\n\n')) {
    const fields = new Map(
      block
        .split('\n')
        .filter((line) => line.includes(': ') && !line.startsWith(':'))
        .map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]),
    );
    const data = fields.get('data');
    if (data === undefined) continue;
    const [id, event] = [fields.get('id'), fields.get('event')];
    found.push({
      data,
      ...(id === undefined ? {} : { id }),
      ...(event === undefined ? {} : { event }),
    });
  }
  return found;
}

export const JSON_POST = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
};

/** Headers and body of a modern tools/call (or another method). */
export function modern(
  name: string,
  { method = 'tools/call', id = 1 }: { method?: string; id?: number } = {},
) {
  const version = '2026-07-28';
  const headers: Record<string, string> = {
    ...JSON_POST,
    'mcp-protocol-version': version,
    'mcp-method': method,
    ...(name === '' ? {} : { 'mcp-name': name }),
  };
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': version,
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const params = name === '' ? { _meta } : { name, arguments: {}, _meta };
  return { headers, body: JSON.stringify({ jsonrpc: '2.0', id, method, params }) };
}

export function call(name: string, id: number | string = 1): string {
  return JSON.stringify({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: { name, arguments: {} },
  });
}

export const INITIALIZE = JSON.stringify({
  jsonrpc: '2.0',
  id: 'init',
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 't', version: '1' },
  },
});

/** Opens a legacy session and returns the headers of its requests. */
export async function openSession({ ask }: World, path = '/mcp'): Promise<Record<string, string>> {
  const answer = await ask('POST', path, JSON_POST, INITIALIZE);
  return {
    ...JSON_POST,
    'mcp-session-id': answer.headers['mcp-session-id'] ?? '',
    'mcp-protocol-version': answer.json.result.protocolVersion,
  };
}
