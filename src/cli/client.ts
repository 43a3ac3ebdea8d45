/**
 * A small MCP client for the commands that talk to a running gateway: 2026-07-28 over HTTP, one request at a time.
 *
 * It declares no capabilities, follows no redirects, and reads an answer within bounds, be it JSON or an event stream.
 * What goes wrong comes back as a value.
 */

import type { Agent } from 'undici';
import { jsonOf } from '../lib/json.ts';
import { LATEST_MODERN, META } from '../protocol/eras.ts';
import { encodeHeaderValue } from '../protocol/headers.ts';
import { NAME, VERSION } from '../protocol/identity.ts';
import { mirrorHeaders, paramMirrors } from '../protocol/param-mirror.ts';
import { SseParser } from '../protocol/sse.ts';

export interface RemoteTool {
  readonly name: string;
  readonly description?: string;
  readonly inputSchema?: Readonly<Record<string, unknown>>;
}

export interface Offer {
  readonly tools: readonly RemoteTool[];
  /** Servers that the list lacks, as the gateway says: they could not be asked. */
  readonly missing: readonly string[];
}

export type Failure =
  /** Nobody answered, or not as an MCP endpoint does. */
  | { readonly ok: false; readonly kind: 'unreachable'; readonly words: string }
  /** The JSON-RPC error. `code` is the refusal's name where it is one of ours. */
  | {
      readonly ok: false;
      readonly kind: 'refused';
      readonly words: string;
      readonly code: string;
    };

export type Answer<T> = { readonly ok: true; readonly value: T } | Failure;

const ANSWER_BYTES_MAX = 64 * 1024 * 1024;
const PAGES_MAX = 1000;
const CONNECT_MS = 5000;

export class Client {
  readonly #url: string;
  readonly #timeoutMs: number;
  #agent: Agent | null = null;
  #id = 0;

  readonly #credential: readonly string[];

  /** `token`: sent as a bearer token; '' for none. */
  constructor(url: string, timeoutMs: number, token = '') {
    this.#credential = token === '' ? [] : ['authorization', `Bearer ${token}`];
    this.#url = url;
    this.#timeoutMs = timeoutMs;
  }

  async tools(): Promise<Answer<Offer>> {
    const tools: RemoteTool[] = [];
    const missing = new Set<string>();
    let cursor: string | undefined;
    for (let page = 0; page < PAGES_MAX; page++) {
      const params = cursor === undefined ? {} : { cursor };
      const answer = await this.#ask('tools/list', params, []);
      if (!answer.ok) return answer;
      const result = answer.value as { tools?: RemoteTool[]; nextCursor?: string };
      tools.push(...(result.tools ?? []));
      for (const name of missingIn(answer.value)) missing.add(name);
      if (result.nextCursor === undefined) {
        return { ok: true, value: { tools, missing: [...missing] } };
      }
      cursor = result.nextCursor;
    }
    return unreachable(`The list of tools has more than ${PAGES_MAX} pages.`);
  }

  call(tool: RemoteTool, args: Record<string, unknown>): Promise<Answer<Record<string, unknown>>> {
    const mirrors = mirrorHeaders(paramMirrors(tool.inputSchema), args);
    const headers = ['mcp-name', encodeHeaderValue(tool.name), ...mirrors];
    return this.#ask('tools/call', { name: tool.name, arguments: args }, headers);
  }

  async close(): Promise<void> {
    await this.#agent?.destroy();
  }

  async #ask(
    method: string,
    params: Record<string, unknown>,
    headers: readonly string[],
  ): Promise<Answer<Record<string, unknown>>> {
    const id = ++this.#id;
    const message = { jsonrpc: '2.0', id, method, params: { ...params, _meta: requestMeta() } };
    // Loaded here: no other command asks anybody, and this is much to load. Alone, as in admin-client.ts.
    const { default: request } = await import('undici/lib/api/api-request.js');
    const { default: Agent } = await import('undici/lib/dispatcher/agent.js');
    this.#agent ??= new Agent({ connect: { timeout: CONNECT_MS } });
    try {
      const { origin, pathname, search } = new URL(this.#url);
      const response = await request.call(this.#agent, {
        origin,
        path: pathname + search,
        method: 'POST',
        headers: [...requestHeaders(method), ...this.#credential, ...headers],
        body: JSON.stringify(message),
        signal: AbortSignal.timeout(this.#timeoutMs),
        headersTimeout: this.#timeoutMs,
        bodyTimeout: this.#timeoutMs,
      });
      const type = String(response.headers['content-type'] ?? '');
      const reply = await readReply(response.body, type.startsWith('text/event-stream'), id);
      return judge(reply, response.statusCode, this.#url);
    } catch (error) {
      return unreachable(words(this.#url, this.#timeoutMs, error));
    }
  }
}

function missingIn({ _meta: meta }: Record<string, unknown>): string[] {
  const { 'dev.sluice/missing': names } = (meta ?? {}) as { 'dev.sluice/missing'?: unknown };
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
}

/** `_meta` of every modern request (2026-07-28 basic/index). */
export function requestMeta(): Record<string, unknown> {
  return {
    [`${META}protocolVersion`]: LATEST_MODERN,
    [`${META}clientCapabilities`]: {},
    [`${META}clientInfo`]: { name: `${NAME}-cli`, version: VERSION },
  };
}

/** The headers of every modern request (2026-07-28 basic/transports/streamable-http): name, value, name, value… */
export function requestHeaders(method: string): string[] {
  return [
    ...['content-type', 'application/json'],
    ...['accept', 'application/json, text/event-stream'],
    ...['mcp-protocol-version', LATEST_MODERN],
    ...['mcp-method', method],
  ];
}

async function readReply(
  body: AsyncIterable<Buffer>,
  isStream: boolean,
  id: number,
): Promise<unknown> {
  const parser = new SseParser(ANSWER_BYTES_MAX);
  const chunks: Buffer[] = [];
  let length = 0;
  let reply: unknown;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > ANSWER_BYTES_MAX) throw new Error('the answer is too large');
    if (!isStream) chunks.push(chunk);
    else for (const { data } of parser.feed(chunk)) reply ??= answerIn(data, id);
    if (reply !== undefined) return reply;
  }
  return isStream ? undefined : jsonOf(Buffer.concat(chunks).toString('utf8'));
}

/** The answer to `id`; progress and log messages before it are nobody's business here. */
function answerIn(data: Buffer, id: number): unknown {
  const message = jsonOf(data.toString('utf8')) as { id?: unknown; method?: unknown } | undefined;
  return message?.id === id && message.method === undefined ? message : undefined;
}

function judge(reply: unknown, status: number, url: string): Answer<Record<string, unknown>> {
  const { result, error } = (reply ?? {}) as {
    result?: Record<string, unknown>;
    error?: { code?: unknown; message?: unknown; data?: { code?: unknown } };
  };
  if (typeof result === 'object' && result !== null) return { ok: true, value: result };
  if (typeof error !== 'object' || error === null) {
    return unreachable(`What answers at ${url} is not an MCP endpoint (HTTP ${status}).`);
  }
  const code = String(error.data?.code ?? error.code ?? '');
  return { ok: false, kind: 'refused', words: String(error.message ?? 'No reason given.'), code };
}

function unreachable(words: string): Failure {
  return { ok: false, kind: 'unreachable', words };
}

/** Somebody who is slow is not taken for nobody: a list waits for servers that are starting. */
function words(url: string, timeoutMs: number, error: unknown): string {
  const { code, name, message } = error as { code?: string; name?: string; message?: string };
  if (name === 'TimeoutError') return `${url} did not answer in ${timeoutMs} ms (--timeout).`;
  return `There is no gateway at ${url} (${code ?? message ?? 'no answer'}).`;
}
