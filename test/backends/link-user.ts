/**
 * Uses a link as the gateway does, for tests: opens it to a real server, sends requests, and keeps what it hears.
 */

import assert from 'node:assert/strict';
import { serverSchema } from '../../src/backends/config.ts';
import { connect, doorOf, type Known } from '../../src/backends/handshake.ts';
import type { JsonRpcLink } from '../../src/backends/json-rpc-link.ts';
import type { Link, LinkOwner, Ran, Receiver } from '../../src/backends/link.ts';
import type { Log } from '../../src/backends/link-log.ts';
import { isRefusal } from '../../src/model.ts';
import { META } from '../../src/protocol/eras.ts';
import type { Message } from '../../src/protocol/message.ts';
import type { Refusal } from '../../src/protocol/refusal.ts';

export { fixture, reference, script } from '../support/servers.ts';

export type Json = Record<string, unknown>;

export interface Line {
  readonly level: string;
  readonly message: string;
  readonly fields: Json;
}

export class Lines implements Log {
  readonly lines: Line[] = [];

  debug(fields: object, message: string): void {
    this.lines.push({ level: 'debug', message, fields: fields as Json });
  }

  info(fields: object, message: string): void {
    this.lines.push({ level: 'info', message, fields: fields as Json });
  }

  warn(fields: object, message: string): void {
    this.lines.push({ level: 'warn', message, fields: fields as Json });
  }

  get text(): string {
    return JSON.stringify(this.lines);
  }
}

/** What came of one request: the reply as JSON, or the refusal. */
export interface Outcome {
  readonly reply?: Json;
  readonly refusal?: Refusal;
  /** Whether a request that was refused may have run. */
  readonly ran?: Ran;
  readonly messages: Json[];
}

export interface Sent {
  readonly id: number;
  readonly outcome: Promise<Outcome>;
  /** What has come before the answer so far. */
  readonly messages: Json[];
}

interface Waiting {
  readonly until: () => boolean;
  readonly resolve: () => void;
}

export class User implements LinkOwner {
  readonly heard: Json[] = [];
  readonly closed: string[] = [];
  readonly log = new Lines();
  /** Answers requests of the server that come beside any request; undefined leaves them unanswered. */
  answer: ((message: Json) => Json | undefined) | undefined;
  link!: JsonRpcLink;
  /** Where proxies are named, and what children inherit from. */
  environment: NodeJS.ProcessEnv = process.env;
  #waiting: Waiting[] = [];

  static async open(entry: Json, capabilities: Json = {}, known?: Known): Promise<User> {
    const user = new User();
    const link = await user.connect(entry, capabilities, known);
    assert.ok(!isRefusal(link), isRefusal(link) ? JSON.stringify(link) : undefined);
    return user;
  }

  async connect(
    entry: Json,
    capabilities: Json = {},
    known?: Known,
  ): Promise<JsonRpcLink | Refusal> {
    const config = serverSchema.parse(entry);
    const door = doorOf('fixture', config, this.log, this.environment);
    for (const endpoint of door.endpoints.all) endpoint.known = known;
    const link = await connect(door, capabilities, this);
    if (!isRefusal(link)) this.link = link;
    return link;
  }

  onMessage(link: Link, message: Message): void {
    this.#hear(link, message, this.heard);
  }

  onClose(_link: Link, why: string): void {
    this.closed.push(why);
    this.#check();
  }

  /** Resolves once this holds; looked at whenever something is heard. */
  async until(holds: () => boolean, timeoutMs = 20_000): Promise<void> {
    if (holds()) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`did not come about: ${holds}; heard ${JSON.stringify(this.heard)}`));
      }, timeoutMs);
      const done = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#waiting.push({ until: holds, resolve: done });
    });
  }

  send(
    method: string,
    params: Json = {},
    timeoutMs = 20_000,
    name = '',
    headers: string[] = [],
  ): Sent {
    const id = this.link.nextId();
    const meta: Json = { progressToken: id, ...(params._meta as Json | undefined) };
    if (this.link.era === 'modern') {
      meta[`${META}protocolVersion`] = this.link.version;
      meta[`${META}clientCapabilities`] = {};
    }
    const body = { jsonrpc: '2.0', id, method, params: { ...params, _meta: meta } };
    const messages: Json[] = [];
    const outcome = new Promise<Outcome>((resolve) => {
      let isOver = false;
      const end = (result: Outcome) => {
        assert.ok(!isOver, 'a receiver hears its end once');
        isOver = true;
        resolve(result);
      };
      const receiver: Receiver = {
        onReply: (reply) => end({ reply: JSON.parse(reply.bytes.toString()) as Json, messages }),
        onFail: (refusal, ran) => end({ refusal, ran, messages }),
        onMessage: (message) => this.#hear(this.link, message, messages),
      };
      const mirror = { method, name, params: headers };
      this.link.send(id, Buffer.from(JSON.stringify(body)), receiver, timeoutMs, mirror);
    });
    return { id, outcome, messages };
  }

  ask(method: string, params: Json = {}, timeoutMs = 20_000): Promise<Outcome> {
    return this.send(method, params, timeoutMs).outcome;
  }

  call(name: string, args: Json = {}, timeoutMs = 20_000): Sent {
    return this.send('tools/call', { name, arguments: args }, timeoutMs, name);
  }

  /** The text of a tool's answer. */
  async text(name: string, args: Json = {}): Promise<string> {
    const outcome = await this.call(name, args).outcome;
    return textOf(outcome);
  }

  #hear(link: Link, message: Message, list: Json[]): void {
    const heard = JSON.parse(message.bytes.toString()) as Json;
    list.push(heard);
    const answer = heard.id === undefined ? undefined : this.answer?.(heard);
    if (answer !== undefined) {
      link.post(Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: heard.id, result: answer })));
    }
    this.#check();
  }

  #check(): void {
    const met = this.#waiting.filter(({ until }) => until());
    this.#waiting = this.#waiting.filter((waiting) => !met.includes(waiting));
    for (const { resolve } of met) resolve();
  }
}

export function textOf(outcome: Outcome): string {
  const result = outcome.reply?.result as { content?: { text?: string }[] } | undefined;
  assert.ok(result?.content, JSON.stringify(outcome));
  return String(result.content[0]?.text);
}
