/** Calls that the person behind a client must approve, with clients of both eras that can be asked, and with some that cannot. */

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  Client as ClientV2,
  StreamableHTTPClientTransport as HttpV2,
} from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { LegacyClient } from '../support/legacy-client.ts';
import { madeUp, URL64 } from '../support/made-up.ts';
import { ModernClient } from '../support/modern-client.ts';
import { compiled, temporaryFolder } from '../support/temp.ts';
import {
  answering,
  ORDERS,
  questionIn,
  rawCall,
  recordsOf,
  refusalIn,
  sender,
} from './approving.ts';
import { fixture, type Json, RunningGateway, textOf, until } from './running-gateway.ts';

const SECRET = `glpat-${madeUp(URL64, 20)}`;
const INFO = { name: 'e2e', version: '1.0.0' };
const FORMS = { capabilities: { elicitation: { form: {} } } };

const server = sender();
const started: RunningGateway[] = [];

async function start(approvals: Json, inspect: Json = {}, more: Json = {}) {
  const servers = { s: server.entry };
  const audit = { flushMs: 5 };
  const gateway = await RunningGateway.start({ servers, approvals, inspect, audit, ...more });
  started.push(gateway);
  await gateway.settled();
  return gateway;
}

after(async () => {
  for (const gateway of started) await gateway.stop();
});

/** A session of the official client, whose person is asked by `ask`. */
async function sdk(to: string | object, ask: (message: string) => Promise<string> | string) {
  const client = new ClientV1(INFO, FORMS);
  client.setRequestHandler(ElicitRequestSchema, async ({ params }) => ({
    action: (await ask(params.message)) as 'accept',
  }));
  const transport = typeof to === 'string' ? new HttpV1(new URL(to)) : to;
  await client.connect(transport as Transport);
  const call = async (name: string, args: Json = {}) => ({
    result: (await client.callTool({ name, arguments: args })) as Json,
  });
  return { call, close: () => client.close() };
}

describe('approval by the person behind a legacy client', { timeout: 180_000 }, () => {
  let gateway: RunningGateway;
  before(async () => {
    gateway = await start({}, { ...ORDERS, session: { taint: 'approve' } });
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
      new StdioV1(stdio),
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

describe('approval by the person behind a modern client', { timeout: 180_000 }, () => {
  let gateway: RunningGateway;
  let client: ModernClient;
  before(async () => {
    gateway = await start({ tools: ['s.send'], waitingPerCallerMax: 100 });
    client = new ModernClient(gateway.route('s'), FORMS);
  });

  it('is asked for by a result, and what was approved is sent once', async () => {
    const first = await client.call('send', { to: 'ada' });
    const { message } = questionIn(first.result);
    assert.match(message, /approvals\.tools has "s\.send"/);
    const more = answering(first.result, 'accept');
    const before = server.sent();
    assert.equal(textOf(await client.call('send', { to: 'ada' }, { more })), 'sent {"to":"ada"}');
    const again = await client.call('send', { to: 'ada' }, { more });
    assert.equal(again.error?.data?.code, 'bad_request_state');
    assert.equal(server.sent(), before + 1);
    const records = await recordsOf(
      gateway,
      ({ method, request }) => method === 'tools/call' && Number(request) <= 3,
      3,
    );
    const outcomes = records.map(({ outcome, approval }) => [outcome, (approval as Json)?.outcome]);
    assert.deepEqual(outcomes, [
      ['ok', 'asked'],
      ['ok', 'granted'],
      ['refused', undefined],
    ]);
  });

  it('is for the call that was asked about and no other', async () => {
    const before = server.sent();
    const ask = async () =>
      answering((await client.call('send', { n: 1, to: 'ada' })).result, 'accept');
    for (const [what, args] of [
      ['other arguments', { n: 1, to: 'eve' }],
      ['more arguments', { n: 1, to: 'ada', cc: 'eve' }],
      ['another order', { to: 'ada', n: 1 }],
    ] as const) {
      const answer = await client.call('send', args, { more: await ask() });
      assert.equal(answer.error?.data?.code, 'bad_request_state', what);
    }
    const moved = await client.call('send_mail', { n: 1, to: 'ada' }, { more: await ask() });
    assert.equal(moved.error?.data?.code, 'bad_request_state');
    const forged = await ask();
    forged.requestState = `${String(forged.requestState).slice(0, -4)}AAAA`;
    const answer = await client.call('send', { n: 1, to: 'ada' }, { more: forged });
    assert.equal(answer.error?.data?.code, 'bad_request_state');
    assert.equal(server.sent(), before);
  });

  it('is for the bytes that were asked about: equal numbers that a server could read otherwise are others', async () => {
    const url = gateway.route('s');
    const before = server.sent();
    const asked = await rawCall(url, 'send', '{"id":1}');
    const more = answering(asked?.result, 'accept');
    const changed = await rawCall(url, 'send', '{"id":1.0}', more);
    assert.equal(changed?.error?.data?.code, 'bad_request_state');
    assert.equal(server.sent(), before);
    const whole = await rawCall(url, 'send', '{"id":1.0}');
    const right = answering(whole?.result, 'accept');
    const sent = await rawCall(url, 'send', '{"id":1.0}', right);
    assert.equal(textOf(sent!), 'sent {"id":1.0}');
  });

  it('is not given by declining, dismissing, or silence, which asks again', async () => {
    const before = server.sent();
    for (const [action, outcome] of [
      ['decline', 'denied'],
      ['cancel', 'cancelled'],
    ] as const) {
      const more = answering((await client.call('send', {})).result, action);
      assert.equal(refusalIn(await client.call('send', {}, { more })).approval, outcome);
      // The same state with a better answer.
      const other = { ...more, inputResponses: { approval: { action: 'accept' } } };
      const second = await client.call('send', {}, { more: other });
      assert.equal(second.error?.data?.code, 'bad_request_state');
    }
    const { requestState } = questionIn((await client.call('send', {})).result);
    for (const inputResponses of [{}, { approval: true }, { approval: { action: 'yes' } }]) {
      const state = questionIn((await client.call('send', {})).result).requestState;
      questionIn(
        (await client.call('send', {}, { more: { requestState: state, inputResponses } })).result,
      );
    }
    questionIn((await client.call('send', {}, { more: { requestState } })).result);
    assert.equal(server.sent(), before);
  });

  it('is asked for and given through the official client', async () => {
    const asked: string[] = [];
    const mode = { pin: '2026-07-28' } as const;
    const official = new ClientV2(INFO, { ...FORMS, versionNegotiation: { mode } });
    official.setRequestHandler('elicitation/create', ({ params }) => {
      asked.push(String((params as Json).message));
      return { action: 'accept' };
    });
    await official.connect(new HttpV2(new URL(gateway.route('s'))));
    const answer = await official.callTool({ name: 'send', arguments: { to: 'ada' } });
    assert.match(JSON.stringify(answer), /sent \{\\"to\\":\\"ada\\"\}/);
    assert.equal(asked.length, 1);
    await official.close();
  });
});

describe('what a person is shown', { timeout: 180_000 }, () => {
  it('has no secret in it, whether secrets pass or are taken out', async () => {
    for (const request of ['off', 'flag', 'redact'] as const) {
      const gateway = await start({ tools: ['s.send'] }, { secrets: { request, response: 'off' } });
      const client = new ModernClient(gateway.route('s'), FORMS);
      const args = { token: SECRET, to: 'ada' };
      const first = await client.call('send', args);
      const { message } = questionIn(first.result);
      assert.match(message, /"to":"ada"/, request);
      assert.ok(!message.includes(SECRET), request);
      const more = answering(first.result, 'accept');
      const sent = textOf(await client.call('send', args, { more }));
      assert.equal(sent.includes(SECRET), request !== 'redact', sent);
    }
  });

  it('cannot be written by the arguments', async () => {
    const gateway = await start({ tools: ['s.send'] }, { mode: 'off' });
    const client = new ModernClient(gateway.route('s'), FORMS);
    const to = 'x\u2028Tool: "harmless"\u202e\u200b\nWhy: none';
    const { message } = questionIn(
      (await client.call('send', { to, long: 'y'.repeat(5_000) })).result,
    );
    assert.equal(message.split('\n').length, 4);
    assert.match(message, /\(5\d\d\d bytes\).*\\u2028Tool.*\\u\{202e\}\\u\{200b\}.*… \(cut\)$/);
    assert.doesNotMatch(message, /[\u2028\u202e\u200b]/);
  });
});

describe('an approval that nobody gives in time', { timeout: 180_000 }, () => {
  let gateway: RunningGateway;
  before(async () => {
    gateway = await start({ tools: ['s.send'], deadlineMs: 1000, waitingPerCallerMax: 1 });
  });

  it('refuses the call of a legacy client, whose question is taken back', async () => {
    const answers = { 'elicitation/create': () => new Promise<Json>(() => {}) };
    const before = server.sent();
    const client = await LegacyClient.open(gateway.route('s'), { ...FORMS, answers });
    const answer = await client.call('send', {});
    assert.match(textOf(answer), /^approval_required: Nobody answered in time/);
    assert.equal(refusalIn(answer).approval, 'expired');
    const methods = client.received.map(({ method }) => method);
    assert.deepEqual(methods, ['elicitation/create', 'notifications/cancelled']);
    await client.close();
    assert.equal(server.sent(), before);
  });

  it('refuses the late retry of a modern client, whose place others may have by then', async () => {
    const client = new ModernClient(gateway.route('s'), FORMS);
    const before = server.sent();
    const more = answering((await client.call('send', {})).result, 'accept');
    await until(async () => {
      const one = await client.call('send', { other: true });
      return one.error === undefined;
    }, 'there is room again');
    const late = await client.call('send', {}, { more });
    assert.equal(refusalIn(late).approval, 'expired');
    assert.equal(server.sent(), before);
  });
});

describe('where approvals are configured', { timeout: 180_000 }, () => {
  it('no more wait than may, of one caller', async () => {
    const gateway = await start({ tools: ['s.send'], waitingPerCallerMax: 1 });
    const client = new ModernClient(gateway.route('s'), FORMS);
    const more = answering((await client.call('send', {})).result, 'accept');
    assert.equal((await client.call('send', {})).error?.data?.code, 'busy');
    assert.equal(textOf(await client.call('send', {}, { more })), 'sent {}');
    questionIn((await client.call('send', {})).result);
  });

  it('a reload changes what must be approved, and who has said no has said no', async () => {
    const gateway = await start({ tools: ['s.send'] });
    const client = new ModernClient(gateway.route('s'), FORMS);
    const more = answering((await client.call('send', {})).result, 'decline');
    const file = JSON.parse(readFileSync(gateway.file, 'utf8')) as Json;
    gateway.write({ ...file, approvals: { tools: ['s.read'] } });
    await gateway.logs(/"msg":"configuration reloaded"/);
    questionIn((await client.call('read', {})).result);
    const before = server.sent();
    assert.equal(refusalIn(await client.call('send', {}, { more })).approval, 'denied');
    assert.equal(server.sent(), before);
    assert.equal(textOf(await client.call('send', {})), 'sent {}');
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

describe('an approved call whose server asks something', { timeout: 180_000 }, () => {
  let gateway: RunningGateway;
  before(async () => {
    const servers = { dual: fixture('dual', 'stdio'), legacy: fixture('legacy', 'stdio') };
    gateway = await start({ tools: ['*'] }, {}, { servers });
  });

  const FILLED = {
    action: 'accept',
    content: { name: 'ada', username: 'ada', email: 'a@b.example', color: 'red' },
  };
  async function answered(client: ModernClient, name: string, args: Json) {
    let more: Json = {};
    const states: Json[] = [];
    for (let asked = 0; ; asked++) {
      const exchange = await client.call(name, args, { more });
      const { result } = exchange;
      if (result?.resultType !== 'input_required' || asked === 8) return { exchange, states };
      const keys = Object.keys((result.inputRequests ?? {}) as Json);
      const inputResponses = Object.fromEntries(keys.map((key) => [key, FILLED]));
      more = { requestState: result.requestState, inputResponses };
      states.push({ keys, ...more });
    }
  }

  it('is not asked about again, nor made again by an old state', async () => {
    const client = new ModernClient(gateway.url, FORMS);
    for (const [name, args] of [
      ['dual__test_input_required_result_elicitation', {}],
      ['dual__test_input_required_result_multi_round', {}],
      ['legacy__test_elicitation', { message: 'm' }],
    ] as const) {
      const { exchange, states } = await answered(client, name, args);
      assert.equal(exchange.result?.resultType, 'complete', JSON.stringify(exchange.messages));
      assert.deepEqual(
        states.map(({ keys }) => (keys as string[]).includes('approval')),
        states.map((_, at) => at === 0),
        name,
      );
      assert.ok(states.length > 1, name);
      for (const { requestState, inputResponses } of states) {
        const old = await client.call(name, args, { more: { requestState, inputResponses } });
        assert.equal(old.error?.data?.code, 'bad_request_state', name);
      }
    }
  });

  it('goes on with the bytes that were approved, also where it waits at a legacy server', async () => {
    const name = 'legacy__test_elicitation';
    for (const [n, code] of [
      ['1', undefined],
      ['1.0', 'bad_request_state'],
    ] as const) {
      const args = (text: string) => `{"message":"m","n":${text}}`;
      const first = await rawCall(gateway.url, name, args('1'));
      const more = answering(first?.result, 'accept');
      const { result } = (await rawCall(gateway.url, name, args('1'), more))!;
      const { requestState } = result as Json;
      const inputResponses = { 'input-1': FILLED };
      const last = await rawCall(gateway.url, name, args(n), { requestState, inputResponses });
      assert.equal(last?.error?.data?.code, code, JSON.stringify(last));
    }
  });

  it('is the same call where a secret was taken out of its arguments', async () => {
    const servers = { dual: fixture('dual', 'stdio') };
    const inspect = { secrets: { request: 'redact' } };
    for (const approvals of [{}, { tools: ['*'] }]) {
      const taking = await start(approvals, inspect, { servers });
      const client = new ModernClient(taking.url, FORMS);
      const args = { note: SECRET };
      const { exchange } = await answered(client, 'test_input_required_result_multi_round', args);
      assert.equal(exchange.result?.resultType, 'complete', JSON.stringify(exchange.messages));
    }
  });
});
