/** Each action for each class in each direction, and each place where a server can say something. */

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { LegacyClient } from '../support/legacy-client.ts';
import { ModernClient } from '../support/modern-client.ts';
import { modernRequest } from './answering.ts';
import {
  type Json,
  type Lasting,
  type RunningGateway,
  script,
  starter,
  textOf,
  until,
} from './running-gateway.ts';

/** What is looked for, by class; in the server's own words so that the other direction holds nothing of it. */
const MARKS = {
  secret: 'TICKET-482913',
  injection: 'OBEY-THE-NOTE',
  poisoning: 'TRUST-NOBODY-ELSE',
  arguments: 'WIPE-IT-ALL',
  pii: 'ADA-WITH-HER-AGE',
} as const;
type Kind = keyof typeof MARKS;
const RULES = Object.entries(MARKS).map(([kind, pattern]) => ({ id: kind, class: kind, pattern }));

/** `say` answers with what it is told, `{secret}` and the like filled in, in the place that it is told. */
const SERVER = `
const marks = ${JSON.stringify(MARKS)};
const send = (message) => console.log(JSON.stringify({ jsonrpc: '2.0', ...message }));
const fill = (value) => JSON.parse(JSON.stringify(value).replace(/\\{(\\w+)\\}/g, (whole, kind) => marks[kind] ?? whole));
const tool = (name, description) => ({ name, description, inputSchema: { type: 'object' } });
let asking;
require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (method === undefined) {
    return send({ id: asking, result: { content: [{ type: 'text', text: 'answered' }] } });
  }
  if (id === undefined) return;
  const args = params?.arguments ?? {};
  if (params?.name === 'ask') {
    asking = id;
    const requestedSchema = { type: 'object', properties: { name: { type: 'string' } } };
    return send({ id: 'q', method: 'elicitation/create', params: fill({ message: args.message, requestedSchema }) });
  }
  if (params?.inputResponses) return send({ id, result: { resultType: 'complete', content: [{ type: 'text', text: params.requestState }] } });
  if (params?.name === 'say') {
    if (args.log) send({ method: 'notifications/message', params: fill({ level: 'error', data: args.log }) });
    return send({ id, ...fill({ [args.error ? 'error' : 'result']: args.error ?? args.result ?? { content: [{ type: 'text', text: args.text }] } }) });
  }
  const results = {
    initialize: {
      protocolVersion: '2025-11-25', capabilities: {
        tools: { note: fill('{injection}') }, logging: {}, experimental: { x: { note: fill('{secret}') } },
      },
      serverInfo: { name: 's', version: '1' },
    },
    'tools/list': {
      tools: [
        tool('say', 'Says.'), tool('ask', 'Asks.'),
        ...(process.argv.at(-1) === 'marked' ? Object.keys(marks).map((kind) => tool('with_' + kind, 'Is ' + marks[kind])) : []),
      ],
    },
  };
  if (process.argv.at(-1) === 'modern') {
    delete results.initialize;
    results['server/discover'] = {
      supportedVersions: ['2026-07-28'], capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' },
      resultType: 'complete', ttlMs: 1000, cacheScope: 'private',
    };
    results['tools/list'] = { ...results['tools/list'], resultType: 'complete', ttlMs: 1000, cacheScope: 'private' };
  }
  const result = results[method];
  send(result === undefined ? { id, error: { code: -32601, message: 'unknown' } } : { id, result });
});`;

const started = starter();

function start(inspect: Json, mode = 'plain', lasting?: Lasting): Promise<RunningGateway> {
  const servers = { s: script(SERVER, mode) };
  return started({ servers, inspect: { rules: RULES, ...inspect } }, lasting);
}

const REQUEST: readonly Kind[] = ['secret', 'injection', 'arguments', 'pii'];
const RESPONSE: readonly Kind[] = ['secret', 'injection', 'poisoning', 'pii'];
const ACTIONS = ['block', 'redact', 'flag', 'off'] as const;

describe('what is done', { timeout: 180_000 }, () => {
  for (const action of ACTIONS) {
    const both = { request: action, response: action };
    const inspect = {
      secrets: both,
      injection: both,
      poisoning: { tools: action },
      arguments: { request: action },
      pii: both,
    };

    it(`is ${action} where that is configured, for each class, in arguments and in what comes back`, async () => {
      const gateway = await start(inspect);
      const client = new ModernClient(gateway.route('s'));
      const check = (direction: string, kind: Kind, text: string) => {
        const where = `${direction} ${kind}: ${text}`;
        const isThere = text.includes(MARKS[kind]);
        assert.equal(isThere, action === 'flag' || action === 'off', where);
        if (action === 'block') assert.match(text, /^content_blocked/, where);
        if (action === 'redact') assert.equal(text, `it is <redacted:${kind}:1>.`, where);
      };
      for (const kind of REQUEST) {
        // The server repeats what it was sent: what comes back is not what is tested here, unless it was let through.
        const text = textOf(await client.call('say', { text: `it is ${MARKS[kind]}.` }));
        check('request', kind, text);
      }
      for (const kind of RESPONSE) {
        const text = textOf(await client.call('say', { text: `it is {${kind}}.` }));
        check('response', kind, text);
      }
      const log = gateway.process.stderr();
      for (const kind of RESPONSE) {
        assert.equal(log.includes(`"rule":"own.${kind}"`), action !== 'off', `${kind} in the log`);
      }
      if (action === 'flag') assert.match(log, /"action":"flag"/);
      for (const mark of Object.values(MARKS)) assert.ok(!log.includes(mark));
    });

    it(`is ${action} for definitions`, async () => {
      const gateway = await start(inspect, 'marked');
      const client = new ModernClient(gateway.route('s'));
      const { result = {} } = await client.request('tools/list');
      const tools = new Map(
        (result.tools as Json[]).map(({ name, description }) => [name, String(description)]),
      );
      for (const kind of ['secret', 'injection', 'poisoning'] as const) {
        const description = tools.get(`with_${kind}`);
        const isWhole = description?.includes(MARKS[kind]) === true;
        assert.equal(isWhole, action === 'flag' || action === 'off', kind);
        if (action === 'block') assert.equal(description, undefined, kind);
        if (action === 'redact') assert.equal(description, `Is <redacted:${kind}:1>`);
      }
      const found = /"kind":"tools","name":"with_secret".*(?:"inspection"|"withdrawn")/;
      if (action !== 'off') await gateway.logs(found);
      else assert.doesNotMatch(gateway.process.stderr(), found);
    });
  }

  it('is decided by how sure a finding is, for each class by itself', async () => {
    const rules = [
      { id: 'secret', pattern: MARKS.secret, confidence: 'low' },
      { id: 'injection', class: 'injection', pattern: MARKS.injection, confidence: 'medium' },
      { id: 'pii', class: 'pii', pattern: MARKS.pii, confidence: 'medium' },
    ];
    const gateway = await start({
      rules,
      secrets: { confidence: 'low' },
      injection: { confidence: 'high' },
      pii: { response: 'block' },
    });
    const client = new ModernClient(gateway.route('s'));
    const said = async (kind: Kind) => textOf(await client.call('say', { text: `{${kind}}` }));
    assert.equal(await said('secret'), '<redacted:secret:1>');
    assert.equal(await said('injection'), MARKS.injection);
    assert.match(await said('pii'), /^content_blocked/);
    await gateway.logs(/inspect\.injection\.confidence: what is only likely is recorded/);
  });
});

describe('what a server says', { timeout: 180_000 }, () => {
  let gateway: RunningGateway;
  before(async () => {
    gateway = await start({}, 'plain', 'file');
  });

  const text = (said: string) => ({ type: 'text', text: said });
  const PLACES: [what: string, result: Json][] = [
    ['a text', { content: [text('{injection}')] }],
    ['the second text', { content: [text('well'), text('{injection}')] }],
    ['structured content', { content: [], structuredContent: { a: [{ b: '{injection}' }] } }],
    ['a name in structured content', { content: [], structuredContent: { '{injection}': 1 } }],
    [
      'an embedded resource',
      { content: [{ type: 'resource', resource: { uri: 'x://1', text: '{injection}' } }] },
    ],
    [
      'a link',
      { content: [{ type: 'resource_link', uri: 'x://1', name: 'n', description: '{injection}' }] },
    ],
    ['_meta', { content: [], _meta: { 'x/note': '{injection}' } }],
    ['a member that nobody knows', { content: [], more: '{injection}' }],
    ['texts that are one together', { content: [text('OBEY-THE'), text('-NOTE')] }],
    [
      'what claims to be a question',
      { resultType: 'input_required', content: [text('{injection}')], requestState: 'x' },
    ],
    ['a state that is none', { resultType: 'input_required', requestState: '{injection}' }],
    ['an annotation', { content: [{ ...text('x'), annotations: { note: '{injection}' } }] }],
  ];
  for (const [what, result] of PLACES) {
    it(`is not shown with an order in ${what}, in either era`, async () => {
      for (const client of [
        new ModernClient(gateway.route('s')),
        await LegacyClient.open(gateway.route('s')),
      ]) {
        const answer = await client.call('say', { result });
        assert.match(textOf(answer), /^content_blocked: What the server answered holds/);
        assert.ok(!JSON.stringify(answer.result).includes('OBEY'));
      }
    });
  }

  it('is blocked where a secret is hidden and cannot be taken out, and taken out where it stands openly', async () => {
    const client = new ModernClient(gateway.route('s'));
    const hidden = Buffer.from(`the ticket is ${MARKS.secret}`).toString('base64');
    // Its place is that of the whole segment, which can be taken out; in pieces over two texts it has none.
    const open = textOf(await client.call('say', { text: `see ${hidden} and {secret}` }));
    assert.ok(!open.includes(MARKS.secret) && !open.includes(hidden.slice(0, 16)), open);
    const split = { content: [text('TICKET-4'), text('82913')] };
    assert.match(textOf(await client.call('say', { result: split })), /^content_blocked/);
  });

  it('agrees in text and structured content after a secret was taken out', async () => {
    const client = new ModernClient(gateway.route('s'));
    const json = `{"id":"{secret}","list":["a {secret}"],"n":1.50}`;
    const answer = await client.call('say', {
      result: { content: [text(json)], structuredContent: JSON.parse(json) as Json },
    });
    const shown = JSON.parse(textOf(answer)) as Json;
    assert.deepEqual(shown, answer.result?.structuredContent);
    assert.equal(shown.id, '<redacted:secret:1>');
  });

  it('is inspected in errors, also in their data', async () => {
    const client = new ModernClient(gateway.route('s'));
    const error = { code: -32000, message: 'no', data: { why: ['{injection}', '{secret}'] } };
    const answer = await client.call('say', { error });
    assert.match(textOf(answer), /^content_blocked/);
    const other = await client.call('say', { error: { ...error, data: { why: '{secret}' } } });
    assert.match(JSON.stringify(other.error), /<redacted:secret:1>/);
  });

  it('is inspected in what it says that it can, of which flags stay', async () => {
    const client = await LegacyClient.open(gateway.route('s'));
    const { capabilities } = client.initialized.result as Json;
    assert.deepEqual(capabilities, { tools: { listChanged: true }, logging: {} });
    const discovered = await new ModernClient(gateway.route('s')).request('server/discover');
    assert.ok(!/OBEY|TICKET/.test(JSON.stringify(discovered.result)));
    await client.close();
  });

  it('is inspected in logs', async () => {
    const client = await LegacyClient.open(gateway.route('s'));
    await client.request('logging/setLevel', { level: 'debug' });
    await client.call('say', { log: { note: 'all {secret} is' }, text: 'x' });
    await client.call('say', { log: '{injection}', text: 'x' });
    await client.call('say', { log: 'the last', text: 'x' });
    const logs = () => client.received.map(({ params }) => JSON.stringify((params as Json).data));
    await until(
      () => logs().includes('"the last"'),
      () => `logs: ${logs()}`,
    );
    assert.deepEqual(logs(), ['{"note":"all <redacted:secret:1> is"}', '"the last"']);
    await client.close();
  });

  it('is inspected in questions to the client, which then is not asked', async () => {
    const capabilities = { elicitation: { form: {} } };
    const asked: unknown[] = [];
    const answers = {
      'elicitation/create': (params: Json) => {
        asked.push(params.message);
        return { action: 'accept', content: { name: 'Ada' } };
      },
    };
    const ask = { name: 'ask', arguments: { message: '' } };
    const legacy = await LegacyClient.open(gateway.route('s'), { capabilities, answers });
    const modern = new ModernClient(gateway.route('s'), { capabilities });
    for (const message of ['Who is {secret}?', '{injection}']) {
      const params = { ...ask, arguments: { message } };
      // A question that is not passed on is answered for the client, by an error.
      assert.equal(textOf(await legacy.call('ask', params.arguments)), 'answered');
      assert.equal(textOf(await modernRequest(modern, 'tools/call', params, answers)), 'answered');
    }
    assert.deepEqual(asked, ['Who is <redacted:secret:1>?', 'Who is <redacted:secret:1>?']);
    await legacy.close();
  });
});

describe('a question of a modern server', { timeout: 180_000 }, () => {
  it('is inspected whole, but for the state that nobody is shown', async () => {
    const gateway = await start({ secrets: { response: 'block' } }, 'modern');
    const capabilities = { elicitation: { form: {} } };
    const client = new ModernClient(gateway.route('s'), { capabilities });
    const ask = (message: string) => ({
      q: { method: 'elicitation/create', params: { message, requestedSchema: { type: 'object' } } },
    });
    const asked = (result: Json) =>
      client.call('say', { result: { resultType: 'input_required', ...result } });
    const well = await asked({ inputRequests: ask('Who?'), requestState: '{secret}' });
    assert.equal(well.result?.resultType, 'input_required', JSON.stringify(well));
    assert.ok(!JSON.stringify(well.result).includes(MARKS.secret));
    for (const bad of [
      { inputRequests: ask('{secret}'), requestState: 'x' },
      { inputRequests: ask('Who?'), requestState: 'x', content: [{ text: '{injection}' }] },
      { inputRequests: ask('Who?'), requestState: ['{injection}'] },
    ]) {
      assert.match(textOf(await asked(bad)), /^content_blocked/);
    }
  });

  it('keeps its state where something in it is redacted', async () => {
    const gateway = await start({}, 'modern');
    const client = new ModernClient(gateway.route('s'), { capabilities: { elicitation: {} } });
    const inputRequests = {
      q: { method: 'elicitation/create', params: { message: 'Is it {secret}?' } },
    };
    const result = { resultType: 'input_required', inputRequests, requestState: 'kept' };
    const first = await client.call('say', { result });
    assert.match(JSON.stringify(first.result), /Is it <redacted:secret:1>\?/);
    const { requestState } = first.result as Json;
    // What it was is told to the server, which says it again.
    const more = { inputResponses: { q: { action: 'decline' } }, requestState };
    const again = await client.call('say', { result }, { more });
    assert.equal(textOf(again), 'kept');
  });
});
