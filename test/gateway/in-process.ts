/**
 * The gateway without an edge, for tests of its parts: made from a configuration as the file gives it, and spoken to in
 * bytes. The test stands where an edge would, so an `Answer` collects what the edge would send.
 */

import assert from 'node:assert/strict';
import { namingSchema, serversSchema, virtualSchema } from '../../src/backends/config.ts';
import {
  approvalsSchema,
  cacheSchema,
  sessionsSchema,
  stateSchema,
} from '../../src/gateway/config.ts';
import { Gateway, type Outlet, type Recorder, type Route } from '../../src/gateway/gateway.ts';
import { inspectSchema } from '../../src/inspect/config.ts';
import { limitsSchema } from '../../src/limits/config.ts';
import { ANONYMOUS } from '../../src/model.ts';
import { type AccessConfig, accessSchema } from '../../src/policy/config.ts';
import { LATEST_LEGACY, LATEST_MODERN, META } from '../../src/protocol/eras.ts';
import { isFault, read } from '../../src/protocol/json-rpc.ts';
import type { Message } from '../../src/protocol/message.ts';
import { bufferOf, type Spliced } from '../../src/protocol/splice.ts';
import { createLog } from '../../src/telemetry/telemetry.ts';
import { validateSchema } from '../../src/validate/config.ts';
import type { RpcMessage } from '../support/mcp-exchange.ts';

export { fixture } from '../support/servers.ts';

export type Json = Record<string, unknown>;

export interface Slices {
  servers?: Json;
  naming?: Json;
  virtual?: Json;
  sessions?: Json;
  cache?: Json;
  limits?: Json[];
  state?: Json;
  access?: Json;
  validate?: 'on' | 'off' | 'strict';
  inspect?: Json | 'off';
  approvals?: Json;
}

export function configOf({ servers = {}, ...rest }: Slices) {
  const { naming, virtual, sessions, cache, limits, state, access, validate, inspect, approvals } =
    rest;
  return {
    servers: serversSchema.parse(servers),
    naming: namingSchema.parse(naming),
    virtual: virtualSchema.parse(virtual),
    sessions: sessionsSchema.parse(sessions),
    cache: cacheSchema.parse(cache),
    limits: limitsSchema.parse(limits),
    state: stateSchema.parse(state),
    access: accessOf({ default: 'allow', ...access }),
    validate: validateSchema.parse(validate),
    approvals: approvalsSchema.parse(approvals),
    // No test of anything else should fail because a busy machine took long to look.
    inspect: inspectSchema.parse(inspect === 'off' ? inspect : { deadlineMs: 60_000, ...inspect }),
  };
}

/** As config/ completes it. */
export function accessOf(access: Json): AccessConfig {
  const { default: otherwise = 'deny', ...rest } = accessSchema.parse(access);
  return { ...rest, default: otherwise };
}

export function gatewayOf(slices: Slices = {}, recorders: Recorder[] = []): Gateway {
  return new Gateway(configOf(slices), createLog({ log: 'silent' }), process.env, recorders);
}

export function routeOf(gateway: Gateway, path = ''): Route {
  const route = gateway.route(path, ANONYMOUS);
  assert.ok(route !== undefined, `there is a route ${path}`);
  return route;
}

/** A legacy server that answers each method with a fixed result, given as JSON text. */
export function answering(results: Record<string, string>, capabilities: Json = {}): Json {
  const hello = JSON.stringify({
    protocolVersion: LATEST_LEGACY,
    capabilities,
    serverInfo: { name: 'answering', version: '1' },
  });
  const source = `
const results = ${JSON.stringify({ initialize: hello, ping: '{}', ...results })};
require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method } = JSON.parse(line);
  if (id === undefined) return;
  const body = Object.hasOwn(results, method)
    ? '"result":' + results[method]
    : '"error":{"code":-32601,"message":"no"}';
  console.log('{"jsonrpc":"2.0","id":' + JSON.stringify(id) + ',' + body + '}');
});`;
  return { command: process.execPath, args: ['-e', source] };
}

export function messageOf(text: string): Message {
  const message = read(Buffer.from(text));
  assert.ok(!isFault(message), JSON.stringify(message));
  return message;
}

/** A modern request; `params` is JSON text without braces, '' for none. */
export function modernMessage(method: string, params = '', capabilities: Json = {}): Message {
  const meta = JSON.stringify({
    [`${META}protocolVersion`]: LATEST_MODERN,
    [`${META}clientCapabilities`]: capabilities,
  });
  const rest = params === '' ? '' : `,${params}`;
  return messageOf(
    `{"jsonrpc":"2.0","id":1,"method":${JSON.stringify(method)},"params":{"_meta":${meta}${rest}}}`,
  );
}

export class Answer implements Outlet {
  onAbort: (() => void) | null = null;
  readonly pushed: RpcMessage[] = [];
  readonly ended: Promise<RpcMessage>;
  status = 0;
  #end: (answer: RpcMessage) => void = () => {};

  constructor() {
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  push(message: Buffer): void {
    this.pushed.push(JSON.parse(message.toString()) as RpcMessage);
  }

  drop(): void {
    assert.equal(this.status, 0, 'an exchange ends once');
    this.status = -1;
  }

  end(answer: Buffer | Spliced, status: number): void {
    assert.equal(this.status, 0, 'an exchange ends once');
    this.status = status;
    this.#end(JSON.parse(bufferOf(answer).toString()) as RpcMessage);
  }
}
