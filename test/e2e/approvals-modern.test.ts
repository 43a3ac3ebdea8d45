/** Calls that the person behind a client of the modern era must approve: asked by a result, answered by a retry. */

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { ModernClient } from '../support/modern-client.ts';
import {
  answering,
  FORMS,
  questionIn,
  rawCall,
  recordsOf,
  refusalIn,
  SECRET,
  sender,
  starting,
} from './approving.ts';
import { fixture, type Json, type RunningGateway, textOf } from './running-gateway.ts';

const server = sender();
const start = starting(server);

describe('approval by the person behind a modern client', { timeout: 180_000 }, () => {
  let gateway: RunningGateway;
  let client: ModernClient;
  before(async () => {
    gateway = await start({ tools: ['s.send'], waitingPerCallerMax: 100 }, {}, {}, 'file');
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
    const official = new Client(
      { name: 'e2e', version: '1.0.0' },
      { ...FORMS, versionNegotiation: { mode } },
    );
    official.setRequestHandler('elicitation/create', ({ params }) => {
      asked.push(String((params as Json).message));
      return { action: 'accept' };
    });
    await official.connect(new StreamableHTTPClientTransport(new URL(gateway.route('s'))));
    const answer = await official.callTool({ name: 'send', arguments: { to: 'ada' } });
    assert.match(JSON.stringify(answer), /sent \{\\"to\\":\\"ada\\"\}/);
    assert.equal(asked.length, 1);
    await official.close();
  });
});

describe('an approved call whose server asks something', { timeout: 180_000 }, () => {
  let gateway: RunningGateway;
  before(async () => {
    const servers = { dual: fixture('dual', 'stdio'), legacy: fixture('legacy', 'stdio') };
    gateway = await start({ tools: ['*'] }, {}, { servers }, 'file');
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
