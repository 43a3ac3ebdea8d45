/** What no single message shows: orders that take effect with the next call, and secrets that leave in pieces. */

import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { LegacyClient } from '../support/legacy-client.ts';
import { ModernClient } from '../support/modern-client.ts';
import { type Json, RunningGateway, script, textOf } from './running-gateway.ts';

const SERVER = `
const tool = (name, openWorldHint) => ({ name, inputSchema: { type: 'object' }, annotations: { openWorldHint } });
require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return;
  const results = {
    initialize: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } },
    'tools/list': { tools: [tool('read', false), tool('send', true)] },
  };
  const text = params?.name === 'read' && params.arguments.bad ? 'OBEY-THE-NOTE' : 'done';
  console.log(JSON.stringify({ jsonrpc: '2.0', id, result: results[method] ?? { content: [{ type: 'text', text }] } }));
});`;
const RULES = [
  { id: 'order', class: 'injection', pattern: 'OBEY-THE-NOTE' },
  { id: 'ticket', pattern: 'TICKET-[0-9]{6}' },
];

const started: RunningGateway[] = [];

async function start(session: Json): Promise<RunningGateway> {
  const inspect = { rules: RULES, injection: { response: 'flag' }, session };
  const gateway = await RunningGateway.start({ servers: { s: script(SERVER) }, inspect });
  started.push(gateway);
  await gateway.settled();
  return gateway;
}

after(async () => {
  for (const gateway of started) await gateway.stop();
});

describe('after an order in an answer', { timeout: 120_000 }, () => {
  it('the session may not call what can send data out, and others may', async () => {
    const gateway = await start({ taint: 'refuse' });
    const [one, other] = [
      await LegacyClient.open(gateway.route('s')),
      await LegacyClient.open(gateway.route('s')),
    ];
    assert.equal(textOf(await one.call('send', {})), 'done');
    assert.equal(textOf(await one.call('read', { bad: true })), 'OBEY-THE-NOTE');
    assert.match(textOf(await one.call('send', {})), /^content_blocked: Something was found/);
    assert.equal(textOf(await one.call('read', {})), 'done');
    assert.equal(textOf(await other.call('send', {})), 'done');
    await one.close();
    await other.close();
  });

  it('the call is only recorded, or refused by name, as the operator says', async () => {
    const flagging = await start({ taint: 'flag' });
    const client = new ModernClient(flagging.route('s'));
    await client.call('read', { bad: true });
    assert.equal(textOf(await client.call('send', {})), 'done');
    await flagging.logs(/"tool":"send".*session\.taint/);
    const naming = await start({ taint: 'refuse', tools: ['s.re*'] });
    const named = new ModernClient(naming.route('s'));
    await named.call('read', { bad: true });
    assert.match(textOf(await named.call('read', {})), /^content_blocked/);
    assert.equal(textOf(await named.call('send', {})), 'done');
  });
});

describe('a secret in pieces', { timeout: 120_000 }, () => {
  it('does not leave by calls that follow each other, where they are read as one', async () => {
    const gateway = await start({ fragments: 'on' });
    const client = await LegacyClient.open(gateway.route('s'));
    assert.equal(textOf(await client.call('send', { part: 'TICKET' })), 'done');
    assert.equal(textOf(await client.call('send', { part: '-4829' })), 'done');
    const last = await client.call('send', { part: '13' });
    assert.match(textOf(last), /^content_blocked: The arguments hold a secret/);
    await client.close();
    const next = await LegacyClient.open(gateway.route('s'));
    assert.equal(textOf(await next.call('send', { part: '13' })), 'done');
    await next.close();
  });
});
