/**
 * The fixtures misbehave as they say, so that a test of the gateway tests what its name says.
 */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Json, RpcMessage } from './mcp-exchange.ts';
import { ModernClient } from './modern-client.ts';
import { remote } from './servers.ts';
import { StdioClient } from './stdio-client.ts';
import { compiled } from './temp.ts';

async function open(fixture: string, args: string[], capabilities: Json = {}) {
  const program = compiled(`test/support/fixtures/${fixture}.js`);
  const client = await StdioClient.start(process.execPath, [program, ...args], { capabilities });
  await client.initialize();
  return client;
}

function call(client: StdioClient, name: string, args: Json = {}): Promise<RpcMessage> {
  return client.request('tools/call', { name, arguments: args });
}

function said(response: RpcMessage): string {
  const content = response.result?.content as { text: string }[] | undefined;
  return content?.[0]?.text ?? JSON.stringify(response);
}

async function names(client: StdioClient, cursor?: string): Promise<string[]> {
  const page = await client.request('tools/list', cursor === undefined ? {} : { cursor });
  const tools = page.result?.tools as { name: string }[];
  const next = page.result?.nextCursor;
  const rest = typeof next === 'string' && Number(next) < 40 ? await names(client, next) : [];
  return [...tools.map(({ name }) => name), ...rest];
}

describe('the stateful fixture', () => {
  it('shares what it remembers among all who talk to one process', async () => {
    const one = await open('stateful', []);
    const other = await open('stateful', []);
    await call(one, 'remember', { value: 'secret' });
    assert.equal(said(await call(one, 'recall')), 'secret');
    assert.equal(said(await call(other, 'recall')), '(nothing)');
    assert.equal(JSON.parse(said(await call(one, 'whoami'))).pid, one.process.pid);
    await Promise.all([one.end(), other.end()]);
  });

  it('lists tools by the capabilities of the client', async () => {
    const client = await open('stateful', [], { sampling: {}, roots: {} });
    const listed = ['remember', 'recall', 'whoami', 'needs_sampling', 'needs_roots'];
    assert.deepEqual(await names(client), listed);
    await client.end();
  });
});

describe('the slow fixture', () => {
  it('stops a cancelled call and counts it', async () => {
    const client = await open('slow', ['stdio']);
    const params = { name: 'sleep', arguments: { ms: 60_000 } };
    client.send({ jsonrpc: '2.0', id: 'nap', method: 'tools/call', params });
    await sleep(100);
    const cancel = { requestId: 'nap', reason: 'enough' };
    client.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: cancel });
    let counted = '';
    while (!counted.includes('"cancelled":1')) counted = said(await call(client, 'cancelled'));
    assert.equal(counted, '{"cancelled":1,"running":0}');
    await client.end();
  });

  it('takes a closed response stream for a cancellation in the modern era', async () => {
    const slow = await remote('slow');
    const client = new ModernClient(slow.ready);
    const gone = new AbortController();
    const args = { ms: 60_000, steps: 600 };
    const options = { meta: { progressToken: 'p' }, signal: gone.signal };
    const nap = client.call('sleep', args, options).catch(() => 'gone');
    await sleep(300);
    gone.abort();
    assert.equal(await nap, 'gone');
    let counted = '';
    while (!counted.includes('"cancelled":1')) {
      counted = said((await client.call('cancelled')).response ?? {});
    }
    assert.equal(counted, '{"cancelled":1,"running":0}');
    await slow.stop();
  });

  it('reports progress while it sleeps', async () => {
    const client = await open('slow', ['stdio']);
    const _meta = { progressToken: 7 };
    const args = { name: 'sleep', arguments: { ms: 40, steps: 4 }, _meta };
    const response = await client.request('tools/call', args);
    assert.equal(said(response), 'slept 40 ms');
    const progress = client.messages.filter(({ method }) => method === 'notifications/progress');
    assert.deepEqual(
      progress.map(({ params }) => params?.progress),
      [1, 2, 3, 4],
    );
    await client.end();
  });
});

describe('the echo fixture', () => {
  it('answers many messages of one chunk', async () => {
    const client = await open('echo', []);
    const all = Array.from({ length: 200 }, (_, at) => call(client, 'echo', { message: `m${at}` }));
    const answers = (await Promise.all(all)).map(said);
    assert.deepEqual(
      answers,
      Array.from({ length: 200 }, (_, at) => `m${at}`),
    );
    assert.equal(await client.end(), 0);
  });
});

describe('the hostile fixture', () => {
  const WORKING = [
    'not_json',
    'foreign_id',
    'twice',
    'invalid_utf8',
    'lone_surrogate',
    'stderr_flood',
    'notification_flood',
    'unknown_request',
    'foreign_progress',
  ];
  for (const name of WORKING) {
    it(`answers ${name}, and goes on`, async () => {
      const client = await open('hostile', []);
      assert.ok((await call(client, name)).result);
      assert.equal(said(await call(client, 'echo', { message: 'still here' })), 'still here');
      await client.end();
    });
  }

  it('answers calls that it was not asked', async () => {
    const client = await open('hostile', []);
    assert.equal(said(await call(client, 'guess_ids')), 'mine');
    // A client that takes an answer before it asked is fooled; this one is, and a gateway must not be.
    assert.equal(said(await call(client, 'echo', { message: 'mine' })), 'stolen');
    await client.end();
  });

  it('sends a line as long as it is told', async () => {
    const client = await open('hostile', []);
    const bytes = 8 * 1024 * 1024;
    assert.equal(said(await call(client, 'long_line', { bytes })).length, bytes);
    await client.end();
  });

  for (const [name, status] of [
    ['crash', 3],
    ['crash_half_way', 4],
  ] as const) {
    it(`ends with ${status} on ${name}`, async () => {
      const client = await open('hostile', []);
      client.send({ jsonrpc: '2.0', id: 'x', method: 'tools/call', params: { name } });
      assert.equal(await client.process.exited, status);
    });
  }

  it('lists 2500 tools in pages of 100', async () => {
    const client = await open('hostile', ['big-list']);
    const listed = await names(client);
    assert.equal(new Set(listed).size, 2500);
    await client.end();
  });

  it('lists odd names', async () => {
    const client = await open('hostile', ['odd-names']);
    const listed = await names(client);
    for (const odd of ['with space', '__proto__', '', 'a'.repeat(100)])
      assert.ok(listed.includes(odd));
    await client.end();
  });

  it('never ends a list when asked so', async () => {
    const client = await open('hostile', ['endless-list']);
    assert.equal((await names(client)).length, 40);
    await client.end();
  });

  it('ignores SIGTERM when asked so', async () => {
    const client = await open('hostile', ['ignore-sigterm']);
    client.process.child.kill('SIGTERM');
    assert.equal(said(await call(client, 'echo', { message: 'no' })), 'no');
    assert.equal(await client.process.stop(200), 'SIGKILL');
  });

  it('exits at once when asked so', async () => {
    const program = compiled('test/support/fixtures/hostile.js');
    const client = await StdioClient.start(process.execPath, [program, 'exit-at-start']);
    assert.equal(await client.process.exited, 2);
  });

  it('closes its input and lives on', async () => {
    const client = await open('hostile', []);
    assert.equal(said(await call(client, 'close_stdin')), 'closing');
    client.send({ jsonrpc: '2.0', id: 'late', method: 'ping' });
    await sleep(200);
    assert.equal(client.process.child.exitCode, null);
    assert.ok(!client.messages.some(({ id }) => id === 'late'));
    await client.process.stop(1000);
  });
});
