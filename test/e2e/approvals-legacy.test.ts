/** Calls that the person behind a client of the legacy era must approve, over each of its transports. */

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { LegacyClient } from '../support/legacy-client.ts';
import { ModernClient } from '../support/modern-client.ts';
import { compiled, temporaryFolder } from '../support/temp.ts';
import { FORMS, ORDERS, recordsOf, refusalIn, sender, starting } from './approving.ts';
import { type Json, type RunningGateway, textOf } from './running-gateway.ts';

const server = sender();
const start = starting(server);

/** A session of the official client, whose person is asked by `ask`. */
async function sdk(to: string | object, ask: (message: string) => Promise<string> | string) {
  const client = new Client({ name: 'e2e', version: '1.0.0' }, FORMS);
  client.setRequestHandler(ElicitRequestSchema, async ({ params }) => ({
    action: (await ask(params.message)) as 'accept',
  }));
  const transport = typeof to === 'string' ? new StreamableHTTPClientTransport(new URL(to)) : to;
  await client.connect(transport as Transport);
  const call = async (name: string, args: Json = {}) => ({
    result: (await client.callTool({ name, arguments: args })) as Json,
  });
  return { call, close: () => client.close() };
}

describe('approval by the person behind a legacy client', { timeout: 180_000 }, () => {
  let gateway: RunningGateway;
  before(async () => {
    gateway = await start({}, { ...ORDERS, session: { taint: 'approve' } }, {}, 'file');
  });

  it('is asked for each call by itself once the session is suspect, and what was approved is sent', async () => {
    const asked: string[] = [];
    const client = await sdk(gateway.route('s'), (message) => {
      asked.push(message);
      return 'accept';
    });
    assert.equal(textOf(await client.call('send', { to: 'a' })), 'sent {"to":"a"}');
    assert.deepEqual(asked, []);
    await client.call('read', { bad: true });
    assert.equal(textOf(await client.call('send', { to: 'ada' })), 'sent {"to":"ada"}');
    assert.equal(textOf(await client.call('send', { to: 'ada' })), 'sent {"to":"ada"}');
    assert.equal(asked.length, 2);
    for (const part of [
      /Tool: "send" of the server "s"/,
      /session\.taint\): injection \(own\.order\) in an answer of s\.read/,
      /\{"to":"ada"\}/,
    ]) {
      assert.match(asked[0]!, part);
    }
    await client.close();
  });

  for (const [action, outcome, words] of [
    ['decline', 'denied', /^approval_required: The person who was asked has declined/],
    ['cancel', 'cancelled', /^approval_required: .*has dismissed the question/],
  ] as const) {
    it(`refuses what the person answers with ${action}, and sends nothing`, async () => {
      const client = await sdk(gateway.route('s'), () => action);
      await client.call('read', { bad: true });
      const before = server.sent();
      const answer = await client.call('send', { to: outcome });
      assert.match(textOf(answer), words);
      const refusal = { code: 'approval_required', approval: outcome, by: 'caller' };
      assert.deepEqual(refusalIn(answer), refusal);
      assert.equal(server.sent(), before);
      assert.equal(textOf(await client.call('read', {})), 'done');
      const [record] = await recordsOf(
        gateway,
        (one) => JSON.stringify(one.arguments) === `{"to":"${outcome}"}`,
        1,
      );
      const { ms, ...approval } = record!.approval as Json;
      assert.ok(Number(ms) >= 0);
      assert.deepEqual(approval, { by: 'caller', outcome });
      assert.deepEqual([record!.outcome, record!.refusal], ['refused', 'approval_required']);
      await client.close();
    });
  }

  it('is asked for over HTTP+SSE and over stdio as well', async () => {
    // A file of its own: the audit log is for one process.
    const { audit: _, ...config } = JSON.parse(readFileSync(gateway.file, 'utf8')) as Json;
    const file = join(temporaryFolder('stdio'), 'sluice.yaml');
    writeFileSync(file, JSON.stringify(config));
    const args = [compiled('src/main.js'), 'stdio', '-c', file];
    const stdio = { command: process.execPath, args, stderr: 'ignore' as const };
    for (const to of [
      new SSEClientTransport(new URL(`${gateway.origin}/sse/s`)),
      new StdioClientTransport(stdio),
    ]) {
      const said = ['accept', 'decline'];
      const client = await sdk(to, () => said.shift()!);
      await client.call('read', { bad: true });
      assert.equal(textOf(await client.call('send', { to: 'ada' })), 'sent {"to":"ada"}');
      assert.equal(refusalIn(await client.call('send', { to: 'ada' })).approval, 'denied');
      await client.close();
    }
  });

  it('is not possible, so that the call is refused, where the client cannot be asked', async () => {
    for (const capabilities of [{}, { elicitation: { url: {} } }, { elicitation: true }]) {
      const legacy = await LegacyClient.open(gateway.route('s'), { capabilities });
      const modern = new ModernClient(gateway.route('s'), { capabilities });
      for (const client of [legacy, modern]) {
        await client.call('read', { bad: true });
        const answer = await client.call('send', {});
        assert.match(textOf(answer), /this client did not ask one.*Use a client that/);
        assert.equal(refusalIn(answer).approval, 'unavailable');
      }
      assert.deepEqual(legacy.received, []);
      await legacy.close();
    }
  });

  it('is not given by an answer that is none', async () => {
    const odd: [string, () => Json][] = [
      ['an error', () => assert.fail('no person here')],
      ['another word', () => ({ action: 'Accept' })],
      ['nothing', () => ({})],
    ];
    for (const [what, answer] of odd) {
      const answers = { 'elicitation/create': answer };
      const client = await LegacyClient.open(gateway.route('s'), { ...FORMS, answers });
      await client.call('read', { bad: true });
      assert.equal(refusalIn(await client.call('send', {})).approval, 'unavailable', what);
      await client.close();
    }
  });

  it('is asked for on the stream of its own call, and taken back when the call is cancelled', async () => {
    let late: (answer: Json) => void = () => {};
    let isAsked = () => {};
    const asked = new Promise<void>((resolve) => {
      isAsked = resolve;
    });
    const answers = {
      'elicitation/create': () => {
        isAsked();
        return new Promise<Json>((resolve) => {
          late = resolve;
        });
      },
    };
    const client = await LegacyClient.open(gateway.route('s'), { ...FORMS, answers });
    await client.call('read', { bad: true });
    const before = server.sent();
    const abort = new AbortController();
    const calling = client
      .post(
        {
          jsonrpc: '2.0',
          id: 'mine',
          method: 'tools/call',
          params: { name: 'send', arguments: { to: 'gone' } },
        },
        { signal: abort.signal },
      )
      .catch(() => undefined);
    await asked;
    await client.notify('notifications/cancelled', { requestId: 'mine' });
    const [record] = await recordsOf(gateway, ({ request }) => request === 'mine', 1);
    assert.deepEqual(
      [record!.outcome, (record!.approval as Json).outcome],
      ['cancelled', 'cancelled'],
    );
    late({ action: 'accept' });
    // Whatever came after the cancellation has come when this is answered.
    assert.equal(textOf(await client.call('read', {})), 'done');
    assert.equal(server.sent(), before);
    abort.abort();
    await calling;
    await client.close();
  });
});

describe('after secrets were read', { timeout: 180_000 }, () => {
  it('what sends out must be approved, and the person is told what was read', async () => {
    const gateway = await start({}, { session: { sequence: 'approve' } });
    const asked: string[] = [];
    const client = await sdk(gateway.route('s'), (message) => {
      asked.push(message);
      return asked.length === 1 ? 'accept' : 'decline';
    });
    await client.call('get_secret', {});
    assert.equal(textOf(await client.call('send_mail', { a: 1 })), 'sent {"a":1}');
    assert.match(textOf(await client.call('send_mail', { a: 1 })), /^approval_required/);
    assert.match(asked[0]!, /session\.sequence\): s\.get_secret/);
    assert.equal(asked.length, 2);
    await client.close();
  });
});
