/**
 * The test clients see what is on the wire. Run against the fixtures, which the official suites vouch for.
 */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { LegacyClient } from './legacy-client.ts';
import { ModernClient } from './modern-client.ts';
import { exchange, rawPost, requestBytes } from './raw-http.ts';
import { remote } from './servers.ts';
import { runProcess, type StartedProcess, startProcess } from './spawn.ts';

const ANSWERS = {
  'sampling/createMessage': () => ({
    role: 'assistant',
    content: { type: 'text', text: 'Paris' },
    model: 'test-model',
  }),
};

describe('the test clients', () => {
  let fixture: StartedProcess;
  let url: string;
  before(async () => {
    fixture = await remote('dual');
    url = fixture.ready;
  });
  after(() => fixture.stop());

  it('modern: shows status, result and every message of a stream', async () => {
    const client = new ModernClient(url);
    const discovered = await client.request('server/discover');
    assert.equal(discovered.status, 200);
    assert.ok(discovered.result?.supportedVersions);
    const meta = { progressToken: 'p' };
    const progress = await client.call('test_tool_with_progress', {}, { meta });
    assert.equal(progress.messages.length, 4);
  });

  it('modern: shows the code and status of a refusal', async () => {
    const client = new ModernClient(url);
    const missing = await client.call('test_missing_capability');
    assert.deepEqual([missing.status, missing.error?.code], [400, -32021]);
    const headers = { 'mcp-method': 'tools/list' };
    const mismatch = await client.call('test_simple_text', {}, { headers });
    assert.deepEqual([mismatch.status, mismatch.error?.code], [400, -32020]);
  });

  it('modern: keeps a subscription open and closes it', async () => {
    const client = new ModernClient(url);
    const stream = await client.listen({ toolsListChanged: true });
    await stream.until(({ method }) => method === 'notifications/subscriptions/acknowledged');
    await client.call('test_trigger_tool_change');
    await stream.until(({ method }) => method === 'notifications/tools/list_changed');
    await stream.close();
  });

  it('legacy: opens a session, answers the server, ends the session', async () => {
    const capabilities = { sampling: {} };
    const client = await LegacyClient.open(url, { capabilities, answers: ANSWERS });
    assert.match(client.sessionId ?? '', /^[\x21-\x7e]+$/);
    const sampled = await client.call('test_sampling', { prompt: 'capital?' });
    assert.deepEqual(sampled.result?.content, [{ type: 'text', text: 'LLM response: Paris' }]);
    assert.deepEqual(
      client.received.map(({ method }) => method),
      ['sampling/createMessage'],
    );
    assert.equal(await client.close(), 200);
    assert.equal((await client.request('tools/list')).status, 404);
  });

  it('legacy: speaks to a server that knows nothing else', async () => {
    const old = await remote('legacy');
    const capabilities = { sampling: {} };
    const client = await LegacyClient.open(old.ready, { capabilities, answers: ANSWERS });
    const stream = await client.listen();
    const sampled = await client.call('test_sampling', { prompt: 'capital?' });
    assert.deepEqual(sampled.result?.content, [{ type: 'text', text: 'LLM response: Paris' }]);
    await client.call('test_log_unsolicited');
    await stream.until(({ method }) => method === 'notifications/message');
    await stream.close();
    await client.close();
    await old.stop();
  });

  it('legacy: hears changes on the GET stream', async () => {
    const client = await LegacyClient.open(url);
    const stream = await client.listen();
    await client.call('test_trigger_prompt_change');
    await stream.until(({ method }) => method === 'notifications/prompts/list_changed');
    await stream.close();
    await client.close();
  });

  it('speak to the HTTP+SSE fixture through an SDK client', async () => {
    const old = await remote('legacy', 'sse');
    const client = new Client({ name: 'test-client', version: '1.0.0' });
    await client.connect(new SSEClientTransport(new URL(old.ready)));
    const result = await client.callTool({ name: 'test_simple_text' });
    const words = 'This is a simple text response for testing.';
    assert.deepEqual(result.content, [{ type: 'text', text: words }]);
    await client.close();
    await old.stop();
  });

  it('raw: sends headers exactly as given', async () => {
    const body = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
    const evil = await rawPost(url, body, [['Host', 'evil.example']]);
    assert.deepEqual([evil.status, evil.end], [403, 'complete']);
    const { host } = new URL(url);
    const lengths = [
      ['Host', host],
      ['Content-Length', '2'],
      ['Content-Length', '3'],
    ] as const;
    const doubled = await exchange(url, requestBytes('POST', '/mcp', lengths, '{}'));
    assert.equal(doubled.status, 400);
  });
});

describe('child processes of tests', () => {
  it('are told apart from a program that ends before it is ready', async () => {
    const started = startProcess(process.execPath, ['-e', 'console.error("broken")'], {
      readyLine: /ready/,
    });
    await assert.rejects(started, /broken/);
  });

  it('are killed at their deadline', async () => {
    const args = ['-e', 'setInterval(() => {}, 1000)'];
    assert.equal((await runProcess(process.execPath, args, { deadlineMs: 200 })).status, 'SIGKILL');
  });
});
