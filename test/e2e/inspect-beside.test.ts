/** What goes to a server beside the arguments of a tool: nothing of it leaves uninspected, in either era. */

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { LegacyClient } from '../support/legacy-client.ts';
import { ModernClient } from '../support/modern-client.ts';
import { modernRequest } from './answering.ts';
import { recordsOf } from './approving.ts';
import {
  type Json,
  type Lasting,
  type RunningGateway,
  script,
  starter,
  textOf,
} from './running-gateway.ts';

const TICKET = 'TICKET-482913';
const RULES = [{ id: 'ticket', pattern: 'TICKET-[0-9]{6}' }];

/** Tells what it has heard since the last time; `ask` asks its client something first. */
const SERVER = `
const send = (message) => console.log(JSON.stringify({ jsonrpc: '2.0', ...message }));
const tools = ['say', 'heard', 'ask'].map((name) => ({ name, inputSchema: { type: 'object' } }));
let heard = [];
let asking;
require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const message = JSON.parse(line);
  const { id, method, params } = message;
  if (params?.name === 'heard') {
    send({ id, result: { content: [{ type: 'text', text: JSON.stringify(heard) }] } });
    heard = [];
    return;
  }
  heard.push(message);
  if (method === undefined) {
    const text = message.error === undefined ? 'answered' : 'not answered';
    return send({ id: asking, result: { content: [{ type: 'text', text }] } });
  }
  if (id === undefined) return;
  if (params?.name === 'ask') {
    asking = id;
    const schema = { type: 'object', properties: { name: { type: 'string' } } };
    return send({ id: 'q', method: 'elicitation/create', params: { message: 'Who?', requestedSchema: schema } });
  }
  const results = {
    initialize: {
      protocolVersion: '2025-11-25',
      capabilities: { tools: {}, prompts: {}, resources: { subscribe: true }, completions: {} },
      serverInfo: { name: 's', version: '1' },
    },
    'tools/list': { tools },
    'prompts/list': { prompts: [{ name: 'p', arguments: [{ name: 'topic' }] }] },
    'resources/list': { resources: [] },
    'resources/templates/list': { resourceTemplates: [{ uriTemplate: 'note://{name}', name: 'n' }] },
    'prompts/get': { messages: [] },
    'resources/read': { contents: [] },
    'completion/complete': { completion: { values: [] } },
  };
  send({ id, result: results[method] ?? { content: [{ type: 'text', text: 'done' }] } });
});`;

const started = starter();

function start(inspect: Json, lasting?: Lasting): Promise<RunningGateway> {
  // One process for all: what one client's request left there, another can ask for.
  const s = { ...script(SERVER), pool: { mode: 'shared' } };
  const rules = { rules: RULES, ...inspect };
  return started({ servers: { s }, inspect: rules, audit: { dir: 'audit' } }, lasting);
}

interface Refused {
  readonly error?: { readonly data?: Json };
  readonly result?: Json;
}

/** Of a refusal in either form, where it says that something was found. */
function placeOf({ error, result }: Refused): unknown {
  const meta = result?._meta as Json | undefined;
  const said = error?.data ?? (meta?.['dev.sluice/refusal'] as Json | undefined);
  assert.ok(said?.code === 'content_blocked', JSON.stringify({ error, result }));
  assert.equal(said.direction, 'request');
  return (said.findings as Json[])[0]?.path;
}

/** What clients of both eras can say. */
const REQUESTS: [what: string, method: string, params: Json, path: string][] = [
  ['_meta of a call', 'tools/call', { name: 'say', _meta: { note: TICKET } }, '/_meta/note'],
  [
    'a name in _meta',
    'tools/call',
    { name: 'say', arguments: {}, _meta: { [TICKET]: 1 } },
    '/_meta/*',
  ],
  [
    'a member that nobody knows',
    'tools/call',
    { name: 'say', arguments: {}, more: TICKET },
    '/more',
  ],
  ['_meta of a prompt', 'prompts/get', { name: 'p', _meta: { note: TICKET } }, '/_meta/note'],
  ['a URI', 'resources/read', { uri: `note://${TICKET}` }, '/uri'],
  [
    'what is to be completed',
    'completion/complete',
    { ref: { type: 'ref/prompt', name: 'p' }, argument: { name: 'topic', value: TICKET } },
    '/argument/value',
  ],
  ['the name of a method', `acme/${TICKET}`, {}, ''],
  ['a method that only the server knows', 'acme/do', { text: TICKET }, '/text'],
];

describe('a request of which the arguments are clean', { timeout: 180_000 }, () => {
  let gateway: RunningGateway;
  let clients: [era: string, client: ModernClient | LegacyClient][];

  before(async () => {
    gateway = await start({}, 'file');
    clients = [
      ['modern', new ModernClient(gateway.route('s'))],
      ['legacy', await LegacyClient.open(gateway.route('s'))],
    ];
  });

  for (const [what, method, params, path] of REQUESTS) {
    it(`is refused for ${what}, and reaches no server`, async () => {
      for (const [era, client] of clients) {
        const { _meta: meta, ...rest } = params;
        const answer = await client.request(
          method,
          rest,
          meta === undefined ? {} : { meta: meta as Json },
        );
        assert.equal(placeOf(answer as Refused), path, era);
        assert.ok(!JSON.stringify([answer.error, answer.result]).includes(TICKET), era);
        const heard = textOf(await client.call('heard'));
        assert.ok(!heard.includes(TICKET), `${era}: ${heard}`);
      }
    });
  }

  it('is recorded with what was found in the name of its method', async () => {
    const [, client] = clients[0]!;
    await client.request(`acme/${TICKET}`, {});
    const [record] = await recordsOf(
      gateway,
      ({ method, findings }) => String(method).startsWith('acme/') && findings !== undefined,
      1,
    );
    assert.match(JSON.stringify(record!.findings), /"direction":"request"/);
  });

  it('passes where nothing is found, each time, with its progress token', async () => {
    for (const [era, client] of clients) {
      for (const token of [1, 2, 'three']) {
        const options = { meta: { progressToken: token, note: 'all is well' } };
        assert.equal(textOf(await client.call('say', {}, options)), 'done', era);
        assert.match(textOf(await client.call('heard')), /"note":"all is well"/, era);
      }
    }
  });

  it('opens no session for a client that calls itself by a secret', async () => {
    const url = gateway.route('s');
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: TICKET, version: '1' },
    };
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params }),
    });
    assert.equal(response.headers.get('mcp-session-id'), null);
    assert.match(await response.text(), /content_blocked/);
  });

  it('hears of no resource by a URI with a secret in it', async () => {
    const uri = `note://${TICKET}`;
    const [[, modern], [, legacy]] = clients as [[string, ModernClient], [string, LegacyClient]];
    const listening = await modern.request('subscriptions/listen', {
      notifications: { resourceSubscriptions: [uri] },
    });
    const path = '/notifications/resourceSubscriptions/0';
    assert.equal(placeOf(listening as Refused), path);
    assert.equal(
      placeOf((await legacy.request('resources/subscribe', { uri })) as Refused),
      '/uri',
    );
    assert.ok(!textOf(await modern.call('heard')).includes(TICKET));
  });
});

describe('a secret beside the arguments that is to be redacted', { timeout: 180_000 }, () => {
  it('is gone, and the rest is what it was', async () => {
    const gateway = await start({ secrets: { request: 'redact' } });
    const clients: [string, ModernClient | LegacyClient][] = [
      ['modern', new ModernClient(gateway.route('s'))],
      ['legacy', await LegacyClient.open(gateway.route('s'))],
    ];
    for (const [era, client] of clients) {
      const options = { meta: { progressToken: 7, note: `see ${TICKET}` } };
      assert.equal(textOf(await client.call('say', { n: 1 }, options)), 'done', era);
      const heard = JSON.parse(textOf(await client.call('heard'))) as Json[];
      const said = heard.find(({ method }) => method === 'tools/call') as { params: Json };
      const { name, arguments: args, _meta } = said.params;
      assert.deepEqual(
        [name, args, (_meta as Json).note],
        ['say', { n: 1 }, 'see <redacted:ticket:1>'],
        era,
      );
      assert.equal(typeof (_meta as Json).progressToken, 'number', era);
      assert.equal(
        (await client.request('resources/read', { uri: `note://${TICKET}` })).error,
        undefined,
      );
      assert.match(textOf(await client.call('heard')), /note:\/\/<redacted:ticket:1>/, era);
    }
  });
});

describe('the answer to a question of a server', { timeout: 180_000 }, () => {
  const answers = (name: string) => ({
    'elicitation/create': () => ({ action: 'accept', content: { name } }),
  });
  const capabilities = { elicitation: { form: {} } };
  let gateway: RunningGateway;

  before(async () => {
    gateway = await started({ servers: { s: script(SERVER) }, inspect: { rules: RULES } }, 'file');
  });

  it('is inspected on its way from a legacy client', async () => {
    for (const [name, text] of [
      ['Ada', 'answered'],
      [TICKET, 'not answered'],
    ] as const) {
      const client = await LegacyClient.open(gateway.route('s'), {
        capabilities,
        answers: answers(name),
      });
      assert.equal(textOf(await client.call('ask')), text);
      const heard = textOf(await client.call('heard'));
      assert.equal(heard.includes('Ada'), name === 'Ada');
      assert.ok(!heard.includes(TICKET), heard);
      await client.close();
    }
    await gateway.logs(/own\.ticket/);
  });

  it('is inspected on its way from a modern one, whose call then ends', async () => {
    const client = new ModernClient(gateway.route('s'), { capabilities });
    const well = await modernRequest(client, 'tools/call', { name: 'ask' }, answers('Ada'));
    assert.equal(textOf(well), 'answered');
    const bad = await modernRequest(client, 'tools/call', { name: 'ask' }, answers(TICKET));
    assert.match(String(placeOf(bad as Refused)), /^\/inputResponses\/[a-z0-9-]+\/content\/name$/);
  });
});
