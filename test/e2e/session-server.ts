/**
 * A legacy server over HTTP with sessions that it can forget, and with ways to fail, for end-to-end tests. Its tool
 * `echo` answers with its argument; each run of it is counted.
 */

import type { ServerResponse } from 'node:http';
import { type Got, json, result, ScriptedHttp } from '../backends/scripted-http.ts';
import type { Json } from './running-gateway.ts';

/** What becomes of a request: true where it was dealt with. */
export type Trick = (got: Got, response: ServerResponse) => boolean;

export class SessionServer {
  readonly runs = new Map<string, number>();
  readonly sessions = new Set<string>();
  readonly http: ScriptedHttp;
  initialized = 0;
  /** Looked at first, for each request. */
  trick: Trick = () => false;

  private constructor(http: ScriptedHttp) {
    this.http = http;
  }

  static async start(port = 0): Promise<SessionServer> {
    let server: SessionServer | undefined;
    const answer = (got: Got, response: ServerResponse) => server?.answer(got, response);
    const http = await ScriptedHttp.start(answer, undefined, port);
    server = new SessionServer(http);
    return server;
  }

  get url(): string {
    return this.http.url;
  }

  get got(): readonly Got[] {
    return this.http.got;
  }

  stop(): void {
    this.http.stop();
  }

  answer(got: Got, response: ServerResponse): void {
    const { rpc, method, headers } = got;
    if (this.trick(got, response)) return;
    if (rpc.method === 'server/discover') response.writeHead(400).end();
    else if (rpc.method === 'initialize') this.#initialize(rpc, response);
    else if (!this.sessions.has(String(headers['mcp-session-id']))) response.writeHead(404).end();
    else if (method !== 'POST') response.writeHead(405).end();
    else if (rpc.id === undefined) response.writeHead(202).end();
    else json(response, result(rpc.id, this.#result(rpc)));
  }

  #initialize(rpc: Json, response: ServerResponse): void {
    this.initialized += 1;
    const session = `session-${this.initialized}`;
    this.sessions.add(session);
    const hello = {
      protocolVersion: '2025-06-18',
      capabilities: { tools: {} },
      serverInfo: { name: 'sessions', version: '1' },
    };
    json(response, result(rpc.id, hello), 200, { 'mcp-session-id': session });
  }

  #result({ method, params }: Json): Json {
    if (method === 'tools/list') {
      return { tools: [{ name: 'echo', inputSchema: { type: 'object' } }] };
    }
    if (method !== 'tools/call') return {};
    const text = String((params as { arguments?: Json }).arguments?.message);
    this.runs.set(text, (this.runs.get(text) ?? 0) + 1);
    return { content: [{ type: 'text', text }] };
  }
}
