/**
 * Everything before the first measured call: which address, which era, which tools; later the sessions.
 *
 * Uses an ordinary HTTP client, one request at a time where order matters: none of this is measured. What makes a run
 * impossible is thrown as a `LoadError`.
 */

import { lookup } from 'node:dns/promises';
import { setMaxListeners } from 'node:events';
import { connect } from 'node:net';
import { Agent, request } from 'undici';
import { type Era, isLegacy, LATEST_LEGACY, LATEST_MODERN, META } from '../../src/protocol/eras.ts';
import { NAME, VERSION } from '../../src/protocol/identity.ts';
import { SseParser } from '../../src/protocol/sse.ts';
import { type Plan, tokensOf } from './plan.ts';

const CONNECT_MS = 5000;
const ANSWER_MS = 30_000;
const ANSWER_BYTES_MAX = 64 * 1024 * 1024;
const PAGES_MAX = 100;
const TOGETHER = 32;
const GOODBYE_MS = 2000;

export type LoadFault = 'unreachable' | 'refused' | 'plan';

/** Why nothing could be measured. */
export class LoadError extends Error {
  readonly fault: LoadFault;

  constructor(fault: LoadFault, words: string) {
    super(words);
    this.fault = fault;
  }
}

export interface RemoteTool {
  readonly name: string;
  readonly inputSchema?: Readonly<Record<string, unknown>>;
  readonly annotations?: { readonly readOnlyHint?: unknown; readonly destructiveHint?: unknown };
}

interface Reply {
  readonly status: number;
  readonly session: string | undefined;
  readonly result?: Record<string, unknown>;
  readonly words: string;
}

type Target = Pick<Plan, 'url' | 'era' | 'token' | 'headers'>;

export class Arrival {
  readonly era: Era;
  readonly version: string;
  /** Where every connection goes: names are looked up once. */
  readonly address: string;
  readonly #plan: Target;
  readonly #agent: Agent;
  #id = 0;

  private constructor(plan: Target, agent: Agent, address: string, era: Era, version: string) {
    this.#plan = plan;
    this.#agent = agent;
    this.address = address;
    this.era = era;
    this.version = version;
  }

  static async at(plan: Target): Promise<Arrival> {
    const address = await reach(new URL(plan.url));
    const agent = new Agent({ connect: { timeout: CONNECT_MS }, connections: TOGETHER });
    try {
      return await Arrival.#meet(plan, agent, address);
    } catch (error) {
      await agent.destroy();
      throw error;
    }
  }

  static async #meet(plan: Target, agent: Agent, address: string): Promise<Arrival> {
    const modern = new Arrival(plan, agent, address, 'modern', LATEST_MODERN);
    let words = '';
    if (plan.era !== 'legacy') {
      const found = await modern.#ask('server/discover', {}, 0);
      const versions = found.result?.supportedVersions;
      const isModern = Array.isArray(versions) && versions.includes(LATEST_MODERN);
      if (isModern) return modern;
      // Someone who names the era wants it tried: a server may serve calls and not know how to describe itself.
      if (plan.era === 'modern' && (found.status === 200 || found.status === 404)) return modern;
      words = found.words;
    }
    if (plan.era !== 'modern') {
      const legacy = new Arrival(plan, agent, address, 'legacy', LATEST_LEGACY);
      const hello = await legacy.#hello(0);
      if (typeof hello.result === 'object') {
        const version = String(hello.result.protocolVersion);
        const spoken = isLegacy(version) ? version : LATEST_LEGACY;
        const arrival = new Arrival(plan, agent, address, 'legacy', spoken);
        await arrival.closeSessions([{ token: 0, id: hello.session }]);
        return arrival;
      }
      words = hello.words;
    }
    throw new LoadError('refused', `What answers at ${plan.url} is no MCP endpoint: ${words}`);
  }

  /** Headers of every message: name, value; the caller adds what mirrors the body. */
  headers(token: number, session: string | undefined): [string, string][] {
    const own: [string, string][] = [
      ['content-type', 'application/json'],
      ['accept', 'application/json, text/event-stream'],
      ['mcp-protocol-version', this.version],
    ];
    const bearer = tokensOf(this.#plan)[token];
    if (bearer !== undefined) own.push(['authorization', `Bearer ${bearer}`]);
    if (session !== undefined) own.push(['mcp-session-id', session]);
    const given = Object.entries(this.#plan.headers ?? {});
    const names = new Set(given.map(([name]) => name.toLowerCase()));
    return [...own.filter(([name]) => !names.has(name)), ...given];
  }

  meta(): Record<string, unknown> {
    return {
      [`${META}protocolVersion`]: this.version,
      [`${META}clientCapabilities`]: {},
      [`${META}clientInfo`]: { name: `${NAME}-bench`, version: VERSION },
    };
  }

  /** The id of a new legacy session; undefined where the server keeps none. */
  async openSession(token: number): Promise<string | undefined> {
    const { result, session, words } = await this.#hello(token);
    if (result === undefined) throw new LoadError('refused', `No session could be had: ${words}`);
    await this.#post('notifications/initialized', undefined, token, session);
    return session;
  }

  /** As far as it goes: a server may not let sessions be ended. */
  async closeSessions(
    sessions: readonly { readonly token: number; readonly id: string | undefined }[],
  ): Promise<void> {
    const signal = AbortSignal.timeout(GOODBYE_MS);
    // Each request that is under way and its body listen to it.
    setMaxListeners(2 * TOGETHER, signal);
    const left = sessions.filter(({ id }) => id !== undefined);
    const close = async () => {
      for (let one = left.pop(); one !== undefined && !signal.aborted; one = left.pop()) {
        const headers = Object.fromEntries(this.headers(one.token, one.id));
        const options = { method: 'DELETE', headers, dispatcher: this.#agent, signal } as const;
        await request(this.#plan.url, options).then(
          ({ body }) => body.dump(),
          () => undefined,
        );
      }
    };
    await Promise.all(Array.from({ length: TOGETHER }, close));
  }

  /** All tools; undefined where they cannot be listed. Ends the session that it needs. */
  async tools(): Promise<RemoteTool[] | undefined> {
    const session = this.era === 'legacy' ? await this.openSession(0) : undefined;
    try {
      return await this.#allTools(session);
    } finally {
      await this.closeSessions([{ token: 0, id: session }]);
    }
  }

  async leave(): Promise<void> {
    await this.#agent.destroy();
  }

  async #allTools(session: string | undefined): Promise<RemoteTool[] | undefined> {
    const tools: RemoteTool[] = [];
    let cursor: unknown;
    for (let page = 0; page < PAGES_MAX; page++) {
      const params = cursor === undefined ? {} : { cursor };
      const { result } = await this.#ask('tools/list', params, 0, session);
      if (!Array.isArray(result?.tools)) return undefined;
      tools.push(...(result.tools as RemoteTool[]));
      cursor = result.nextCursor;
      if (cursor === undefined) break;
    }
    return tools.filter((tool) => typeof tool?.name === 'string');
  }

  #hello(token: number): Promise<Reply> {
    const clientInfo = { name: `${NAME}-bench`, version: VERSION };
    const params = { protocolVersion: LATEST_LEGACY, capabilities: {}, clientInfo };
    return this.#post('initialize', params, token);
  }

  #ask(method: string, params: object, token: number, session?: string): Promise<Reply> {
    const meta = this.era === 'modern' ? { _meta: this.meta() } : {};
    return this.#post(method, { ...params, ...meta }, token, session);
  }

  async #post(
    method: string,
    params: object | undefined,
    token: number,
    session?: string,
  ): Promise<Reply> {
    const id = ++this.#id;
    const hasAnswer = params !== undefined;
    const message = { jsonrpc: '2.0', ...(hasAnswer ? { id } : {}), method, params };
    const pairs = this.headers(token, session);
    if (this.era === 'modern') pairs.push(['mcp-method', method]);
    try {
      const response = await request(this.#plan.url, {
        method: 'POST',
        headers: Object.fromEntries(
          pairs.filter(([name]) => method !== 'initialize' || name !== 'mcp-protocol-version'),
        ),
        body: JSON.stringify(message),
        dispatcher: this.#agent,
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      const given = response.headers['mcp-session-id'];
      const isStream = /^text\/event-stream/i.test(String(response.headers['content-type']));
      const read = await readAnswer(response.body, isStream, id);
      const words = read.words ?? `HTTP ${response.statusCode}`;
      const result = read.result === undefined ? {} : { result: read.result };
      const own = typeof given === 'string' ? given : undefined;
      return { status: response.statusCode, session: own, words, ...result };
    } catch (error) {
      const { code, message: why } = error as { code?: string; message?: string };
      throw new LoadError('unreachable', `${this.#plan.url} does not answer: ${code ?? why}`);
    }
  }
}

/** The first address of the host that takes a connection. */
async function reach(url: URL): Promise<string> {
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  let why = 'no address';
  const found = await lookup(host, { all: true }).catch((error: NodeJS.ErrnoException) => {
    why = error.code ?? error.message;
    return [];
  });
  for (const { address } of found) {
    const fault = await knock(address, port);
    if (fault === undefined) return address;
    why = fault;
  }
  throw new LoadError('unreachable', `Nobody answers at ${url.href}: ${why}`);
}

function knock(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: CONNECT_MS });
    const end = (fault?: string) => {
      socket.destroy();
      resolve(fault);
    };
    socket.on('connect', () => end());
    socket.on('timeout', () => end('ETIMEDOUT'));
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });
}

interface Understood {
  readonly result?: Record<string, unknown>;
  readonly words?: string;
}

async function readAnswer(
  body: AsyncIterable<Buffer>,
  isStream: boolean,
  id: number,
): Promise<Understood> {
  const parser = new SseParser(ANSWER_BYTES_MAX);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > ANSWER_BYTES_MAX) return { words: 'the answer is too large' };
    if (!isStream) chunks.push(chunk);
    else {
      for (const { data } of parser.feed(chunk)) {
        const answer = understand(data, id);
        if (answer !== undefined) return answer;
      }
    }
  }
  return understand(Buffer.concat(chunks), id) ?? {};
}

function understand(data: Buffer, id: number): Understood | undefined {
  try {
    const message = JSON.parse(data.toString('utf8')) as Record<string, unknown> | null;
    if (message === null || message.method !== undefined) return undefined;
    const { result, error } = message as { result?: unknown; error?: { message?: unknown } };
    if (error !== undefined) return { words: String(error?.message).slice(0, 200) };
    if (message.id !== id || typeof result !== 'object' || result === null) return undefined;
    return { result: result as Record<string, unknown> };
  } catch {
    return undefined;
  }
}
