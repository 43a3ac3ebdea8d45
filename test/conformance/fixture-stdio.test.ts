/**
 * The stdio form of the fixtures keeps in both eras what the official suites, which speak only HTTP, cannot look at.
 */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { META } from '../../src/protocol/eras.ts';
import type { Json, RpcMessage } from '../support/mcp-exchange.ts';
import { StdioClient } from '../support/stdio-client.ts';
import { compiled } from '../support/temp.ts';

const CAPABILITIES = { sampling: {}, elicitation: { form: {} }, roots: {} };
const FORM = { username: 'ada', email: 'ada@example.com', name: 'Ada', color: 'blue', ok: true };
const ANSWERS = {
  'sampling/createMessage': () => ({
    role: 'assistant',
    content: { type: 'text', text: 'Paris' },
    model: 'test-model',
  }),
  'elicitation/create': () => ({ action: 'accept', content: FORM }),
  'roots/list': () => ({ roots: [{ uri: 'file:///srv/shared', name: 'shared' }] }),
};

/** What each tool that needs the client says in the end. */
const CONVERSATIONS: [name: string, args: Json, said: RegExp][] = [
  ['test_sampling', { prompt: 'capital?' }, /^LLM response: Paris$/],
  ['test_missing_capability', {}, /^LLM response: Paris$/],
  ['test_elicitation', { message: 'who?' }, /^User response: action=accept, content=.*ada/],
  ['test_elicitation_sep1034_defaults', {}, /^Elicitation completed: action=accept, content=/],
  ['test_elicitation_sep1330_enums', {}, /^Elicitation completed: action=accept, content=/],
  ['test_streaming_elicitation', {}, /^Hello, Ada!$/],
  ['test_input_required_result_elicitation', {}, /^Hello, Ada!$/],
  ['test_input_required_result_sampling', {}, /Paris/],
  ['test_input_required_result_list_roots', {}, /file:\/\/\/srv\/shared/],
  ['test_input_required_result_request_state', {}, /state-ok/],
  ['test_input_required_result_multiple_inputs', {}, /Paris Ada, 1 roots/],
  ['test_input_required_result_multi_round', {}, /^Ada likes blue$/],
  ['test_input_required_result_tampered_state', {}, /state-ok/],
  ['test_input_required_result_capabilities', {}, /^Answered/],
];

function textOf(response: RpcMessage): string {
  const content = response.result?.content as { text?: string }[] | undefined;
  return content?.map(({ text }) => text ?? '').join('') ?? JSON.stringify(response.error);
}

const start = (fixture: string, args: string[] = ['stdio']) =>
  StdioClient.start(process.execPath, [compiled(`test/support/fixtures/${fixture}.js`), ...args], {
    capabilities: CAPABILITIES,
    answers: ANSWERS,
  });

for (const [fixture, era] of [
  ['dual', 'modern'],
  ['dual', 'legacy'],
  ['legacy', 'legacy'],
] as const) {
  describe(`the ${fixture} fixture over stdio, ${era} era`, () => {
    let client: StdioClient;
    const call = (name: string, args: Json = {}, meta: Json = {}) =>
      era === 'modern'
        ? client.modernCall(name, args, meta)
        : client.request('tools/call', { name, arguments: args, _meta: meta });

    before(async () => {
      client = await start(fixture);
      if (era === 'legacy') await client.initialize();
    });
    after(() => client.end());

    for (const [name, args, said] of CONVERSATIONS) {
      it(`${name} gets its answers from the client`, async () => {
        assert.match(textOf(await call(name, args)), said);
      });
    }

    it('reports progress three times before the result', async () => {
      const from = client.messages.length;
      const response = await call('test_tool_with_progress', {}, { progressToken: 'p' });
      const seen = client.messages.slice(from, client.messages.indexOf(response));
      const progress = seen.filter(({ method }) => method === 'notifications/progress');
      assert.deepEqual(
        progress.map(({ params }) => params?.progress),
        [0, 50, 100],
      );
    });

    it('logs when the client asked for it', async () => {
      const from = client.messages.length;
      const response = await call('test_tool_with_logging', {}, { [`${META}logLevel`]: 'info' });
      const seen = client.messages.slice(from, client.messages.indexOf(response));
      assert.equal(seen.filter(({ method }) => method === 'notifications/message').length, 3);
    });

    it('ends when its input ends', async () => {
      const other = await start(fixture);
      if (era === 'legacy') await other.initialize();
      else await other.modern('server/discover');
      assert.equal(await other.end(), 0);
    });
  });
}

describe('the dual fixture over stdio, subscriptions', () => {
  const CHANGES: [tool: string, filter: Json, method: string][] = [
    ['test_trigger_tool_change', { toolsListChanged: true }, 'notifications/tools/list_changed'],
    [
      'test_trigger_prompt_change',
      { promptsListChanged: true },
      'notifications/prompts/list_changed',
    ],
    [
      'test_trigger_resource_change',
      { resourcesListChanged: true },
      'notifications/resources/list_changed',
    ],
    [
      'test_update_watched',
      { resourceSubscriptions: ['test://watched-resource'] },
      'notifications/resources/updated',
    ],
  ];

  for (const [tool, notifications, method] of CHANGES) {
    it(`sends ${method} to a modern listener, tagged with its subscription`, async () => {
      const client = await start('dual');
      const _meta = {
        [`${META}protocolVersion`]: '2026-07-28',
        [`${META}clientCapabilities`]: {},
      };
      const params = { notifications, _meta };
      client.send({ jsonrpc: '2.0', id: 'listen-1', method: 'subscriptions/listen', params });
      await client.until((m) => m.method === 'notifications/subscriptions/acknowledged');
      await client.modernCall(tool);
      const change = await client.until((m) => m.method === method);
      const meta = change.params?._meta as Json;
      assert.equal(meta[`${META}subscriptionId`], 'listen-1');
      await client.end();
    });
  }

  for (const fixture of ['dual', 'legacy']) {
    it(`the ${fixture} fixture tells legacy subscribers alone about an update`, async () => {
      const client = await start(fixture);
      await client.initialize();
      await client.request('tools/call', { name: 'test_update_watched', arguments: {} });
      const uri = 'test://watched-resource';
      assert.deepEqual((await client.request('resources/subscribe', { uri })).result, {});
      await client.request('tools/call', { name: 'test_update_watched', arguments: {} });
      await client.until((m) => m.method === 'notifications/resources/updated');
      await client.request('resources/unsubscribe', { uri });
      await client.request('tools/call', { name: 'test_update_watched', arguments: {} });
      const updates = client.messages.filter((m) => m.method === 'notifications/resources/updated');
      assert.equal(updates.length, 1);
      await client.end();
    });
  }
});
