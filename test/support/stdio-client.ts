/**
 * A JSON-RPC client over the pipes of a child process for tests, in either era: sends lines, keeps every message that
 * comes back, answers the server's requests by the handlers given.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LATEST_LEGACY, LATEST_MODERN, META } from '../../src/protocol/eras.ts';
import { Inbox } from './inbox.ts';
import type { Answer } from './legacy-client.ts';
import type { Json, RpcMessage } from './mcp-exchange.ts';
import { type StartedProcess, startProcess } from './spawn.ts';
import { compiled, temporaryFolder } from './temp.ts';

export interface StdioOptions {
  capabilities?: Json;
  answers?: Record<string, Answer>;
  env?: Record<string, string>;
}

export class StdioClient {
  readonly process: StartedProcess;
  /** Lines that are not JSON. */
  readonly noise: string[] = [];
  #options: StdioOptions;
  #tail = '';
  #id = 0;
  readonly #inbox = new Inbox();

  private constructor(process: StartedProcess, options: StdioOptions) {
    this.process = process;
    this.#options = options;
    process.child.stdout?.on('data', (chunk: string) => this.#read(chunk));
  }

  static async start(
    command: string,
    args: readonly string[],
    options: StdioOptions = {},
  ): Promise<StdioClient> {
    const env = options.env === undefined ? {} : { env: options.env };
    return new StdioClient(await startProcess(command, args, env), options);
  }

  /** The gateway over its pipes, with this configuration or that in a file. */
  static gateway(config: Json | string, ...args: string[]): Promise<StdioClient> {
    const isFile = typeof config === 'string';
    const file = isFile ? config : join(temporaryFolder('stdio'), 'sluice.yaml');
    if (!isFile) writeFileSync(file, JSON.stringify(config));
    const main = compiled('src/main.js');
    return StdioClient.start(process.execPath, [main, 'stdio', '-c', file, ...args]);
  }

  /** Everything that the server sent, in order. */
  get messages(): readonly RpcMessage[] {
    return this.#inbox.messages;
  }

  #read(chunk: string): void {
    const lines = (this.#tail + chunk).split('\n');
    this.#tail = lines.pop() ?? '';
    for (const line of lines) if (line !== '') this.#take(line);
  }

  #take(line: string): void {
    let message: RpcMessage;
    try {
      message = JSON.parse(line) as RpcMessage;
    } catch {
      this.noise.push(line);
      return;
    }
    this.#inbox.add(message);
    if (message.method !== undefined && message.id !== undefined) void this.#answer(message);
  }

  async #answer({ id, method, params }: RpcMessage): Promise<void> {
    const answer = method === 'ping' ? () => ({}) : this.#options.answers?.[method ?? ''];
    const error = { code: -32601, message: `No ${method}` };
    if (answer === undefined) this.send({ jsonrpc: '2.0', id, error });
    else this.send({ jsonrpc: '2.0', id, result: await answer(params ?? {}) });
  }

  /** Writes one line: a message, or raw text. */
  send(message: unknown): void {
    const line = typeof message === 'string' ? message : JSON.stringify(message);
    this.process.child.stdin?.write(`${line}\n`);
  }

  /** Resolves with the first message, past or to come, that `matches`. */
  until(matches: (message: RpcMessage) => boolean): Promise<RpcMessage> {
    return this.#inbox.until(matches, () => this.process.stderr());
  }

  /** Sends a request as given and resolves with its response. */
  async request(method: string, params: Json = {}): Promise<RpcMessage> {
    const id = ++this.#id;
    this.send({ jsonrpc: '2.0', id, method, params });
    return this.until((message) => message.method === undefined && message.id === id);
  }

  /** The legacy handshake. */
  async initialize(version: string = LATEST_LEGACY): Promise<RpcMessage> {
    const response = await this.request('initialize', {
      protocolVersion: version,
      capabilities: this.#options.capabilities ?? {},
      clientInfo: { name: 'test-client', version: '1.0.0' },
    });
    this.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    return response;
  }

  /** A request of the modern era: `_meta` as 2026-07-28 asks for. */
  modern(method: string, params: Json = {}, meta: Json = {}): Promise<RpcMessage> {
    const _meta = {
      [`${META}protocolVersion`]: LATEST_MODERN,
      [`${META}clientCapabilities`]: this.#options.capabilities ?? {},
      ...meta,
    };
    return this.request(method, { ...params, _meta });
  }

  /** A modern tools/call, answering whatever the tool asks until it is done, at most eight times. */
  async modernCall(name: string, args: Json = {}, meta: Json = {}): Promise<RpcMessage> {
    let more: Json = {};
    for (let round = 0; ; round++) {
      const response = await this.modern('tools/call', { name, arguments: args, ...more }, meta);
      if (response.result?.resultType !== 'input_required' || round === 8) return response;
      const inputResponses: Json = {};
      const asked = (response.result.inputRequests ?? {}) as Record<string, RpcMessage>;
      for (const [key, { method, params }] of Object.entries(asked)) {
        inputResponses[key] = await this.#options.answers?.[method ?? '']?.(params ?? {});
      }
      const { requestState } = response.result;
      more = requestState === undefined ? { inputResponses } : { inputResponses, requestState };
    }
  }

  /** Ends the input, as a polite client does, and resolves with how the process went. */
  end(): Promise<number | string> {
    this.process.child.stdin?.end();
    const timer = setTimeout(() => void this.process.stop(), 5000);
    return this.process.exited.finally(() => clearTimeout(timer));
  }
}
