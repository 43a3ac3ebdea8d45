/** What a caller may see beside tools: what is listed, got, read, watched and completed is decided alike, in both eras. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Gateway, Route, Session } from '../../src/gateway/gateway.ts';
import { LATEST_LEGACY } from '../../src/protocol/eras.ts';
import { callerNamed } from '../support/caller.ts';
import type { RpcMessage } from '../support/mcp-exchange.ts';
import { Answer, answering, gatewayOf, type Json, messageOf, modernMessage } from './in-process.ts';

/** The server has two of everything; bob may see the open one. */
const NAMES = ['open', 'secret'];
const server = answering(
  {
    'tools/list': JSON.stringify({
      tools: NAMES.map((name) => ({ name, inputSchema: { type: 'object' } })),
    }),
    'prompts/list': JSON.stringify({ prompts: NAMES.map((name) => ({ name })) }),
    'resources/list': JSON.stringify({
      resources: NAMES.map((name) => ({ uri: `doc://${name}`, name })),
    }),
    'resources/templates/list': JSON.stringify({
      resourceTemplates: NAMES.map((name) => ({ uriTemplate: `${name}://{id}`, name })),
    }),
    'tools/call': JSON.stringify({ content: [] }),
    'prompts/get': JSON.stringify({ messages: [] }),
    'resources/read': JSON.stringify({ contents: [] }),
    'resources/subscribe': '{}',
    'completion/complete': JSON.stringify({ completion: { values: [] } }),
  },
  { tools: {}, prompts: {}, resources: { subscribe: true }, completions: {} },
);
const ALLOW = ['s.open', 's.doc://open', 's.open://*'];

/** A question about what has this name. */
const QUESTIONS: Readonly<Record<string, readonly [method: string, (name: string) => Json]>> = {
  'a tool called': ['tools/call', (name) => ({ name, arguments: {} })],
  'a prompt got': ['prompts/get', (name) => ({ name })],
  'a resource read': ['resources/read', (name) => ({ uri: `doc://${name}` })],
  'a resource of a template read': ['resources/read', (name) => ({ uri: `${name}://1` })],
  'a prompt completed': ['completion/complete', (name) => completing({ type: 'ref/prompt', name })],
  'a template completed': [
    'completion/complete',
    (name) => completing({ type: 'ref/resource', uri: `${name}://{id}` }),
  ],
};
const LEGACY_ONLY: typeof QUESTIONS = {
  'a resource watched': ['resources/subscribe', (name) => ({ uri: `doc://${name}` })],
};
const LISTS: readonly [method: string, member: string, key: string, open: string][] = [
  ['tools/list', 'tools', 'name', 'open'],
  ['prompts/list', 'prompts', 'name', 'open'],
  ['resources/list', 'resources', 'uri', 'doc://open'],
  ['resources/templates/list', 'resourceTemplates', 'uriTemplate', 'open://{id}'],
];

function completing(ref: Json): Json {
  return { ref, argument: { name: 'id', value: 'x' } };
}

const bob = callerNamed('bob');
let gateway: Gateway;
let route: Route;
let session: Session;

before(async () => {
  gateway = gatewayOf({ servers: { s: server }, access: { default: 'deny', allow: ALLOW } });
  await gateway.start();
  const found = gateway.route('', bob);
  assert.ok(found !== undefined);
  route = found;
  const clientInfo = { name: 't', version: '1' };
  const hello = { protocolVersion: LATEST_LEGACY, capabilities: {}, clientInfo };
  const answer = new Answer();
  session = await new Promise<Session>((resolve) =>
    gateway.initialize(route, bob, request('initialize', hello), answer, resolve),
  );
  await answer.ended;
});

after(() => gateway?.close(0));

function request(method: string, params: Json) {
  return messageOf(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }));
}

type Ask = (method: string, params?: Json) => Promise<RpcMessage>;

const ASK: Readonly<Record<string, Ask>> = {
  modern(method, params = {}) {
    const answer = new Answer();
    const message = modernMessage(method, JSON.stringify(params).slice(1, -1));
    gateway.modern(route, bob, message, null, answer);
    return answer.ended;
  },
  legacy(method, params = {}) {
    const answer = new Answer();
    gateway.legacy(session, request(method, params), answer);
    return answer.ended;
  },
};

for (const [era, ask] of Object.entries(ASK)) {
  describe(`what a caller may see, ${era}`, { timeout: 180_000 }, () => {
    for (const [method, member, key, open] of LISTS) {
      it(`is all that ${method} shows`, async () => {
        const { result } = await ask(method);
        const shown = (result?.[member] ?? []) as Json[];
        assert.deepEqual(
          shown.map((one) => one[key]),
          [open],
        );
      });
    }

    const questions = era === 'legacy' ? { ...QUESTIONS, ...LEGACY_ONLY } : QUESTIONS;
    for (const [what, [method, paramsOf]] of Object.entries(questions)) {
      it(`is ${what}, and anything else answers as what nobody has`, async () => {
        const open = await ask(method, paramsOf('open'));
        assert.ok(open.result !== undefined, JSON.stringify(open));
        const secret = await ask(method, paramsOf('secret'));
        const absent = await ask(method, paramsOf('absent'));
        assert.ok(secret.error !== undefined);
        const plain = (answer: RpcMessage) => JSON.stringify(answer).replaceAll('secret', 'absent');
        assert.equal(plain(secret), plain(absent));
      });
    }
  });
}
