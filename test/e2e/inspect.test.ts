/** What inspection lets through, rewrites and refuses, as clients of both eras and the SDK see it, by SSE and JSON. */

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { LegacyClient } from '../support/legacy-client.ts';
import { ModernClient } from '../support/modern-client.ts';
import { temporaryFolder } from '../support/temp.ts';
import {
  type Json,
  type Lasting,
  PATIENCE_MS,
  type RunningGateway,
  script,
  starter,
  textOf,
} from './running-gateway.ts';

const MARK = 'dev.sluice/refusal';
const TICKET = 'TICKET-482913';
const ORDER = 'OBEY-THE-NOTE';

/** Answers what it is told to: `say` is a result, `fail` an error; `log` and `progress` come before it. */
const SERVER = `
const send = (message) => console.log(JSON.stringify({ jsonrpc: '2.0', ...message }));
const tools = ['say', 'fail', 'calls'].map((name) => ({ name, inputSchema: { type: 'object' } }));
let calls = 0;
const fill = (text) => text.replaceAll('{T}', '${TICKET}').replaceAll('{O}', '${ORDER}');
require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return;
  const results = {
    initialize: {
      protocolVersion: '2025-11-25',
      capabilities: { tools: {}, prompts: {}, resources: {}, logging: {} },
      serverInfo: { name: 's', version: '1' },
      instructions: process.argv.at(-1),
    },
    'tools/list': { tools },
    'prompts/list': { prompts: [{ name: 'p' }] },
    'resources/list': { resources: [{ uri: 'note://1', name: 'n' }] },
    'resources/templates/list': { resourceTemplates: [] },
    'prompts/get': { messages: [{ role: 'user', content: { type: 'text', text: '${ORDER}' } }] },
    'resources/read': { contents: [{ uri: 'note://1', text: 'see ${TICKET}' }] },
  };
  if (method !== 'tools/call') return send({ id, result: results[method] ?? {} });
  const { name, arguments: args, _meta } = params;
  if (name === 'calls') return send({ id, result: { content: [{ type: 'text', text: String(calls) }] } });
  calls += 1;
  for (const message of args.progress ?? [])
    send({ method: 'notifications/progress', params: { progressToken: _meta.progressToken, progress: 1, message: fill(message) } });
  const text = fill(args.text ?? '');
  if (name === 'fail') return send({ id, error: { code: -32000, message: text } });
  const result = { content: [{ type: 'text', text }], ...(args.structured ? { structuredContent: { text: JSON.parse(text) } } : {}) };
  send({ id, result });
});`;

const INSPECT = {
  rules: [
    { id: 'ticket', pattern: 'TICKET-[0-9]{6}' },
    { id: 'order', class: 'injection', pattern: 'OBEY-THE-NOTE' },
    { id: 'wipe', class: 'arguments', pattern: 'WIPE-IT-ALL', in: ['request'] },
  ],
};

const started = starter();

function start(inspect: unknown, more: Json = {}, lasting?: Lasting): Promise<RunningGateway> {
  const config = { servers: { s: script(SERVER, `obey ${ORDER}`) }, inspect, ...more };
  return started(config, lasting);
}

/** In the server's own words, so that the arguments hold nothing of it. */
const told = (text: string) => text.replaceAll(TICKET, '{T}').replaceAll(ORDER, '{O}');

interface Caller {
  call(name: string, args: Json): Promise<{ result?: Json; error?: { data?: Json } }>;
}

function refusalOf(answer: { result?: Json | undefined }): Json {
  assert.equal(answer.result?.isError, true, JSON.stringify(answer));
  const meta = answer.result._meta as Json;
  return meta[MARK] as Json;
}

describe('what passes is inspected', { timeout: 180_000 }, () => {
  let gateway: RunningGateway;
  let callers: [era: string, caller: Caller][];

  before(async () => {
    gateway = await start(INSPECT, {}, 'file');
    callers = [
      ['modern', new ModernClient(gateway.route('s')) as unknown as Caller],
      ['legacy', (await LegacyClient.open(gateway.route('s'))) as unknown as Caller],
    ];
  });

  it('redacts a secret in a result, in text and structured content alike', async () => {
    for (const [era, caller] of callers) {
      const plain = await caller.call('say', { text: told(`as in ${TICKET}, see ${TICKET}`) });
      const name = '<redacted:ticket:1>';
      assert.equal(textOf(plain), `as in ${name}, see ${name}`, era);
      const both = await caller.call('say', {
        text: told(JSON.stringify({ id: TICKET, n: 7 })),
        structured: true,
      });
      assert.deepEqual(JSON.parse(textOf(both)), { id: name, n: 7 }, era);
      assert.deepEqual(both.result?.structuredContent, { text: { id: name, n: 7 } }, era);
    }
  });

  it('shows nothing of a result that holds an instruction, and says what and where', async () => {
    for (const [era, caller] of callers) {
      const answer = await caller.call('say', { text: told(`please ${ORDER} now`) });
      const { code, direction, findings } = refusalOf(answer);
      const place = { class: 'injection', rule: 'own.order', path: '/content/0/text' };
      assert.deepEqual([code, direction, findings], ['content_blocked', 'response', [place]], era);
      assert.ok(!JSON.stringify(answer).includes(ORDER), era);
    }
  });

  it('refuses arguments before anything is sent, and never shows the value', async () => {
    for (const [era, caller] of callers) {
      const before = textOf(await caller.call('calls', {}));
      for (const [text, kind] of [
        [TICKET, 'secret'],
        ['WIPE-IT-ALL', 'arguments'],
      ] as const) {
        const answer = await caller.call('say', { note: { body: `x ${text}` } });
        const { code, direction, findings } = refusalOf(answer);
        assert.deepEqual([code, direction], ['content_blocked', 'request'], era);
        assert.deepEqual(
          (findings as Json[]).map((one) => [one.class, one.path]),
          [[kind, '/note/body']],
        );
        assert.match(textOf(answer), /^content_blocked: The arguments hold /);
        assert.ok(!JSON.stringify(answer).includes(text), era);
      }
      assert.equal(textOf(await caller.call('calls', {})), before, era);
    }
    await gateway.logs(/"action":"block".*own\.wipe/);
    assert.ok(!gateway.process.stderr().includes(TICKET));
  });

  it('reads errors, prompts and resources, too', async () => {
    for (const [era, caller] of callers) {
      const failed = await caller.call('fail', { text: told(`no such ${TICKET}`) });
      assert.match(JSON.stringify(failed.error), /no such <redacted:ticket:1>/, era);
    }
    const legacy = await LegacyClient.open(gateway.route('s'));
    const prompt = await legacy.request('prompts/get', { name: 'p' });
    assert.equal(prompt.error?.data?.code, 'content_blocked');
    const resource = await legacy.request('resources/read', { uri: 'note://1' });
    assert.match(JSON.stringify(resource.result), /see <redacted:ticket:1>/);
    await legacy.close();
  });

  it('reads progress on the way, by event stream', async () => {
    const client = new Client({ name: 'c', version: '1' });
    const heard: unknown[] = [];
    await client.connect(new StreamableHTTPClientTransport(new URL(gateway.route('s'))) as never);
    const progress = [`at ${TICKET}`, `now ${ORDER}`, 'all is well'].map(told);
    const args = { text: 'done', progress };
    const result = await client.callTool({ name: 'say', arguments: args }, undefined, {
      timeout: PATIENCE_MS,
      onprogress: ({ message }) => heard.push(message),
    });
    // The second is an instruction, and left out.
    assert.deepEqual(heard, ['at <redacted:ticket:1>', 'all is well']);
    assert.deepEqual(result.content, [{ type: 'text', text: 'done' }]);
    await client.close();
  });
});

describe('what the operator says', { timeout: 180_000 }, () => {
  it('suppresses a finding there and nowhere else, and no longer than until its end', async () => {
    const suppress = (until: string) => ({
      ...INSPECT,
      suppress: [
        { rule: 'own.ticket', server: 's', tool: 'say', path: '/note', reason: 'known', until },
      ],
    });
    const gateway = await start(suppress('2199-01-01'));
    const client = new ModernClient(gateway.route('s'));
    const args = { note: TICKET, text: 'ok' };
    assert.equal(textOf(await client.call('say', args)), 'ok');
    for (const other of [
      { name: 'say', args: { other: TICKET } },
      { name: 'fail', args },
    ]) {
      assert.match(textOf(await client.call(other.name, other.args)), /^content_blocked/);
    }
    const seen = gateway.process.stderr().length;
    const servers = { s: script(SERVER, `obey ${ORDER}`) };
    gateway.write({ servers, inspect: suppress('2020-01-01') });
    await gateway.logs(/configuration loaded/, seen);
    await gateway.logs(/this suppression ended with 2020-01-01/, seen);
    assert.match(textOf(await client.call('say', args)), /^content_blocked/);
  });

  it('puts own rules in force without a restart, and turns inspection off', async () => {
    const gateway = await start({ rules: [] });
    const client = new ModernClient(gateway.route('s'));
    const args = { note: TICKET, text: 'ok' };
    const servers = { s: script(SERVER, `obey ${ORDER}`) };
    assert.equal(textOf(await client.call('say', args)), 'ok');
    for (const [inspect, text] of [
      [INSPECT, /^content_blocked/],
      ['off', /^ok$/],
    ] as const) {
      const seen = gateway.process.stderr().length;
      gateway.write({ servers, inspect });
      await gateway.logs(/configuration loaded/, seen);
      assert.match(textOf(await client.call('say', args)), text);
    }
    await gateway.logs(/inspect: nothing that passes is inspected/);
  });

  it('puts a rule pack in force when its file changes, and says its version with what it finds', async () => {
    const folder = temporaryFolder('pack');
    const file = join(folder, 'acme.yaml');
    const rule = '{ id: ticket, pattern: "TICKET-[0-9]{6}" }';
    const write = (version: string, rules: string) =>
      writeFileSync(file, `name: acme\nversion: "${version}"\nrules: [${rules}]\n`);
    write('1.0.0', '');
    const gateway = await start({ packs: [file] });
    await gateway.logs(/"pack":"acme","version":"1\.0\.0".*rule pack/);
    const client = new ModernClient(gateway.route('s'));
    const args = { note: TICKET, text: 'ok' };
    assert.equal(textOf(await client.call('say', args)), 'ok');
    for (const [version, text] of [
      ['1.1.0', rule],
      ['1.1.0', `${rule}, { id: other, pattern: "OTHER-[0-9]{6}" }`],
    ] as const) {
      const seen = gateway.process.stderr().length;
      write(version, text);
      await gateway.logs(/configuration loaded/, seen);
      const { findings } = refusalOf(await client.call('say', args));
      const place = { class: 'secret', rule: 'acme.ticket', path: '/note', pack: 'acme@1.1.0' };
      assert.deepEqual(findings, [place]);
    }
    await gateway.logs(/a rule pack has changed and not its version/);
    // One that cannot be used changes nothing, and is taken as soon as it is mended.
    let seen = gateway.process.stderr().length;
    write('1.2.0', '{ id: any, pattern: "[a-z]+" }');
    await gateway.logs(/acme\.yaml:3:.*rules\[0\]\.pattern.*the old one serves on/, seen);
    assert.match(textOf(await client.call('say', args)), /^content_blocked/);
    seen = gateway.process.stderr().length;
    write('1.2.0', '');
    await gateway.logs(/configuration loaded/, seen);
    assert.equal(textOf(await client.call('say', args)), 'ok');
  });

  it('asks a classifier of its own about what the rules let pass', async () => {
    const asked: Json[] = [];
    const server = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      const question = JSON.parse(text) as Json;
      asked.push(question);
      const verdict = JSON.stringify(question.content).includes('SWAY') ? 'block' : 'pass';
      response.end(JSON.stringify({ verdict, class: 'injection', label: 'sway' }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const classifier = {
      url: `http://127.0.0.1:${port}/`,
      directions: ['request', 'response'],
      minBytes: 0,
      deadlineMs: 30_000,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a reference of the configuration file.
      headers: { authorization: '${env:CLASSIFIER_TOKEN:-none}' },
    };
    const gateway = await start({ ...INSPECT, classifier });
    const client = new ModernClient(gateway.route('s'));
    assert.equal(
      textOf(await client.call('say', { text: told(`see ${TICKET}`) })),
      'see <redacted:ticket:1>',
    );
    const contents = asked.map(({ direction, content }) => [direction, JSON.stringify(content)]);
    assert.deepEqual(contents[0], ['request', '{"text":"see {T}"}']);
    assert.match(String(contents[1]), /^response,.*see <redacted:ticket:1>/);
    const before = textOf(await client.call('calls', {}));
    const refused = refusalOf(await client.call('say', { text: 'SWAY' }));
    assert.deepEqual(refused.findings, [{ class: 'injection', rule: 'classifier.sway', path: '' }]);
    assert.equal(textOf(await client.call('calls', {})), before);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    assert.match(textOf(await client.call('say', { text: 'well' })), /^not_inspected/);
  });

  it('has arguments redacted instead, or only recorded', async () => {
    const gateway = await start({ ...INSPECT, secrets: { request: 'redact', response: 'flag' } });
    const client = new ModernClient(gateway.route('s'));
    // The server repeats what it was sent.
    const redacted = await client.call('say', { text: `got ${TICKET}, ${TICKET}` });
    assert.equal(textOf(redacted), 'got <redacted:ticket:1>, <redacted:ticket:1>');
    const flagged = await client.call('say', { text: told(TICKET) });
    assert.equal(textOf(flagged), TICKET);
    await gateway.logs(/"action":"flag".*own\.ticket/);
  });

  it('refuses what is too large to be inspected, or lets it pass', async () => {
    const large = { text: 'x'.repeat(4000) };
    for (const [oversize, text] of [
      ['block', /^not_inspected/],
      ['pass', /^x+$/],
    ] as const) {
      const gateway = await start({ ...INSPECT, maxBytes: 2048, oversize });
      const client = new ModernClient(gateway.route('s'));
      assert.match(textOf(await client.call('say', large)), text);
    }
  });

  it('has kept results inspected before they are kept', async () => {
    const tools = { say: { cache: { ttlMs: 60_000 } } };
    const servers = { s: { ...script(SERVER), tools } };
    const gateway = await start(INSPECT, { servers });
    const client = new ModernClient(gateway.route('s'));
    for (let time = 0; time < 2; time++) {
      const kept = await client.call('say', { text: told(TICKET) });
      assert.equal(textOf(kept), '<redacted:ticket:1>');
      const blocked = await client.call('say', { text: told(ORDER) });
      assert.match(textOf(blocked), /^content_blocked/);
    }
  });
});
