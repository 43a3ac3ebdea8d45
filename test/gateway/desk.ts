/** What tests of kept results share: a desk that makes calls as an edge would, callers, and tools whose results are kept. */

import assert from 'node:assert/strict';
import type { Gateway, Route, Session } from '../../src/gateway/gateway.ts';
import type { Caller } from '../../src/model.ts';
import { LATEST_LEGACY } from '../../src/protocol/eras.ts';
import { pause } from '../e2e/running-gateway.ts';
import { callerNamed } from '../support/caller.ts';
import type { RpcMessage } from '../support/mcp-exchange.ts';
import { Answer, type Json, messageOf, modernMessage, routeOf } from './in-process.ts';

export const ANN: Caller = callerNamed('ann');
export const BOB: Caller = callerNamed('bob');
export const LONG = 3_600_000;
export const ERAS = ['legacy', 'modern'] as const;
type Era = (typeof ERAS)[number];

export const TOOLS = {
  read: { cache: { ttlMs: LONG } },
  write: { cache: { ttlMs: LONG, scope: 'public', maxBytes: 300 } },
  // Fresh for a moment only, so that the next call goes to the server.
  put: { cache: { ttlMs: 1 }, stale: { maxAgeMs: LONG }, readOnly: true },
};

let keys = 0;
/** A key that no call had before. */
export function fresh(): string {
  keys += 1;
  return `key${keys}`;
}

/** Makes calls as an edge would, of any caller and era. */
export class Desk {
  readonly gateway: Gateway;
  readonly route: Route;
  readonly #sessions = new Map<string, Session>();
  #id = 0;

  constructor(gateway: Gateway) {
    this.gateway = gateway;
    this.route = routeOf(gateway);
  }

  async #session(caller: Caller): Promise<Session> {
    const known = this.#sessions.get(caller.id);
    if (known !== undefined) return known;
    const params = JSON.stringify({
      protocolVersion: LATEST_LEGACY,
      capabilities: {},
      clientInfo: { name: 'test', version: '1' },
    });
    const hello = messageOf(`{"jsonrpc":"2.0","id":0,"method":"initialize","params":${params}}`);
    const answer = new Answer();
    let opened: Session | undefined;
    this.gateway.initialize(this.route, caller, hello, answer, (session) => {
      opened = session;
    });
    await answer.ended;
    assert.ok(opened !== undefined);
    this.#sessions.set(caller.id, opened);
    return opened;
  }

  /** `params` is JSON text without braces. */
  async send(era: Era, caller: Caller, params: string): Promise<Answer> {
    const answer = new Answer();
    if (era === 'modern') {
      this.gateway.modern(this.route, caller, modernMessage('tools/call', params), null, answer);
      return answer;
    }
    const session = await this.#session(caller);
    this.#id += 1;
    const text = `{"jsonrpc":"2.0","id":${this.#id},"method":"tools/call","params":{${params}}}`;
    this.gateway.legacy(session, messageOf(text), answer);
    return answer;
  }

  async call(era: Era, caller: Caller, tool: string, args: Json): Promise<RpcMessage> {
    return (await this.send(era, caller, paramsOf(tool, args))).ended;
  }

  counters(): Json {
    return this.gateway.reports()[0]!.calls as unknown as Json;
  }
}

export function paramsOf(tool: string, args: Json): string {
  return `"name":${JSON.stringify(tool)},"arguments":${JSON.stringify(args)}`;
}

export function textOf({ result, error }: RpcMessage): string {
  const content = result?.content as { text: string }[] | undefined;
  assert.ok(content?.[0] !== undefined, JSON.stringify(error));
  return content[0].text;
}

/** Until what is fresh for a millisecond no longer is. */
export async function passed(): Promise<void> {
  const from = Date.now();
  while (Date.now() < from + 5) await pause(1);
}
