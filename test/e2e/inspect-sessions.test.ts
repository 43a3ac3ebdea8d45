/** What no single message shows: orders that take effect with the next call, and secrets that leave in pieces. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LegacyClient } from '../support/legacy-client.ts';
import { ModernClient } from '../support/modern-client.ts';
import { type Json, type RunningGateway, script, starter, textOf } from './running-gateway.ts';

const SERVER = `
const tool = (name, openWorldHint) => ({ name, inputSchema: { type: 'object' }, annotations: { openWorldHint } });
const NAMES = ['get_secret', 'read_file', 'send_mail', 'post_note', 'piece', 'pieces'];
const PIECES = ['it begins: TICKET', '-4829', '13, and ends'];
const send = (message) => console.log(JSON.stringify({ jsonrpc: '2.0', ...message }));
require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return;
  const results = {
    initialize: { protocolVersion: '2025-11-25', capabilities: { tools: {}, resources: {} }, serverInfo: { name: 's', version: '1' } },
    'tools/list': {
      tools: [tool('read', false), tool('send', true), ...NAMES.map((name) => tool(name, name !== 'post_note'))],
    },
    'resources/list': { resources: [{ uri: 'file:///home/ada/.aws/credentials', name: 'c' }] },
    'resources/templates/list': { resourceTemplates: [] },
    'resources/read': { contents: [{ uri: 'file:///home/ada/.aws/credentials', text: 'none' }] },
  };
  if (params?.name === 'piece') {
    return send({ id, result: { content: [{ type: 'text', text: PIECES[params.arguments.at] }] } });
  }
  if (params?.name === 'pieces') {
    const { progressToken } = params._meta;
    PIECES.forEach((message, at) =>
      send({ method: 'notifications/progress', params: { progressToken, progress: at, message } }));
  }
  const text = params?.name === 'read' && params.arguments.bad ? 'OBEY-THE-NOTE' : 'done';
  console.log(JSON.stringify({ jsonrpc: '2.0', id, result: results[method] ?? { content: [{ type: 'text', text }] } }));
});`;
const RULES = [
  { id: 'order', class: 'injection', pattern: 'OBEY-THE-NOTE' },
  { id: 'ticket', pattern: 'TICKET-[0-9]{6}' },
];

const started = starter();

function start(session: Json, more: Json = {}): Promise<RunningGateway> {
  const inspect = { rules: RULES, injection: { response: 'flag' }, session, ...more };
  return started({ servers: { s: script(SERVER) }, inspect });
}

describe('after an order in an answer', { timeout: 180_000 }, () => {
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

describe('a secret in pieces', { timeout: 180_000 }, () => {
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

describe('a secret in pieces of what a server says', { timeout: 180_000 }, () => {
  it('is not shown over several results, where they are read as one', async () => {
    const gateway = await start({ fragments: 'on' });
    for (const client of [
      await LegacyClient.open(gateway.route('s')),
      new ModernClient(gateway.route('s')),
    ]) {
      assert.match(textOf(await client.call('piece', { at: 0 })), /TICKET$/);
      assert.equal(textOf(await client.call('piece', { at: 1 })), '-4829');
      const last = textOf(await client.call('piece', { at: 2 }));
      assert.match(last, /^content_blocked: What the server answered holds a secret/);
      assert.equal(textOf(await client.call('read', {})), 'done');
    }
    const apart = await start({});
    const client = new ModernClient(apart.route('s'));
    for (const at of [0, 1]) await client.call('piece', { at });
    assert.match(textOf(await client.call('piece', { at: 2 })), /^13/);
  });

  it('is not shown over several events of one call', async () => {
    const gateway = await start({ fragments: 'on' });
    const client = await LegacyClient.open(gateway.route('s'));
    const options = { meta: { progressToken: 7 } };
    assert.equal(textOf(await client.call('pieces', {}, options)), 'done');
    const heard = client.received.map(({ params }) => (params as Json).message);
    assert.deepEqual(heard, ['it begins: TICKET', '-4829']);
    await client.close();
  });
});

describe('after secrets were read', { timeout: 180_000 }, () => {
  const BLOCKED = /^content_blocked: What holds secrets was read before/;
  const reads: [what: string, read: (client: LegacyClient) => Promise<unknown>][] = [
    ['by a tool that is called so', (client) => client.call('get_secret', { name: 'x' })],
    ['by a path', (client) => client.call('read_file', { path: '~/.ssh/id_rsa' })],
    [
      'as a resource',
      (client) => client.request('resources/read', { uri: 'file:///home/ada/.aws/credentials' }),
    ],
    ['by a tool that the operator names', (client) => client.call('read', {})],
  ];
  it('the session may not send out, and others may, and it may do all else', async () => {
    // The paths are let through, so that what follows is what counts.
    const more = { arguments: { request: 'flag' } };
    const gateway = await start({ sequence: 'refuse', sensitive: ['s.read'] }, more);
    for (const [what, read] of reads) {
      const client = await LegacyClient.open(gateway.route('s'));
      const other = await LegacyClient.open(gateway.route('s'));
      await client.call('read_file', { path: 'README.md', note: 'about ~/.ssh/id_rsa' });
      assert.equal(textOf(await client.call('send_mail', {})), 'done', what);
      await read(client);
      assert.match(textOf(await client.call('send_mail', {})), BLOCKED, what);
      // It sends by its name, and says that it reaches nobody outside.
      assert.equal(textOf(await client.call('post_note', {})), 'done', what);
      assert.equal(textOf(await client.call('read_file', { path: 'README.md' })), 'done', what);
      assert.equal(textOf(await other.call('send_mail', {})), 'done', what);
      await client.close();
      await other.close();
    }
  });

  it('what is sent out is only recorded, where the operator says so', async () => {
    const gateway = await start({ sequence: 'flag' });
    const client = new ModernClient(gateway.route('s'));
    await client.call('get_secret', {});
    assert.equal(textOf(await client.call('send_mail', {})), 'done');
    await gateway.logs(/"tool":"send_mail".*session\.sequence/);
  });
});
