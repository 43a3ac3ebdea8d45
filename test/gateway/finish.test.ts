/**
 * Where calls end: whatever becomes of a request, each recorder hears of it once.
 */

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Gateway, Happening, Recorder, Route } from '../../src/gateway/gateway.ts';
import { ANONYMOUS } from '../../src/model.ts';
import { refuse } from '../../src/protocol/refusal.ts';
import { until } from '../e2e/running-gateway.ts';
import { Answer, fixture, gatewayOf, messageOf, modernMessage, routeOf } from './in-process.ts';

type Ended = Parameters<NonNullable<Recorder['ended']>>[0];

const ended: Ended[] = [];
const happened: Happening[] = [];
let isShut = false;
const recorder: Recorder = {
  wantsTimes: true,
  refuse: () => (isShut ? refuse('busy') : undefined),
  ended: (call) => ended.push(call),
  happened: (happening) => happened.push(happening),
};

const SLICES = {
  servers: {
    all: fixture('legacy'),
    late: { ...fixture('slow', 'stdio'), tools: { sleep: { timeoutMs: 300 } } },
  },
  access: { rules: [{ id: 'no-images', tools: ['all.test_image_content'], when: 'true' }] },
};

describe('the end of calls', { timeout: 180_000 }, () => {
  let gateway: Gateway;
  let route: Route;

  before(async () => {
    gateway = gatewayOf(SLICES, [recorder]);
    await gateway.start();
    route = routeOf(gateway);
  });
  after(() => gateway.close(0));
  beforeEach(() => {
    ended.length = 0;
    happened.length = 0;
  });

  async function call(params: string, method = 'tools/call'): Promise<Ended> {
    const answer = new Answer();
    gateway.modern(route, ANONYMOUS, modernMessage(method, params), null, answer);
    await answer.ended;
    assert.equal(ended.length, 1, 'one end');
    return ended[0]!;
  }

  it('says ok, with every stage in order, and what was answered', async () => {
    const { trail, refusal, answerBytes } = await call('"name":"all__test_simple_text"');
    assert.equal(trail.outcome(refusal), 'ok');
    const { arrivedAt, decidedAt, sentAt, answeredAt, finishedAt } = trail;
    const stages = [arrivedAt, decidedAt, sentAt, answeredAt, finishedAt];
    assert.deepEqual(
      stages,
      stages.toSorted((a, b) => a - b),
    );
    assert.ok(arrivedAt > 0 && answerBytes > 0);
    assert.equal(trail.attempts, 1);
    const body = trail.body?.utf8Slice(trail.bodyStart, trail.bodyEnd);
    assert.match(String(body), /^\{.*simple text response.*\}$/s);
  });

  it('tells a tool that failed, an error of the server and a refusal apart', async () => {
    const failing = await call('"name":"all__test_error_handling"');
    assert.equal(failing.trail.outcome(failing.refusal), 'tool_error');
    ended.length = 0;
    const erring = await call('"uri":"test://no-such-resource"', 'resources/read');
    assert.match(erring.trail.outcome(erring.refusal), /^(?:tool_error|refused)$/);
    ended.length = 0;
    const denied = await call('"name":"all__test_image_content"');
    assert.equal(denied.trail.outcome(denied.refusal), 'refused');
    assert.equal(denied.trail.rule, 'rules.no-images');
    assert.equal(denied.trail.attempts, 0);
  });

  it('hears of lists, and of methods that nobody knows', async () => {
    const listed = await call('', 'tools/list');
    assert.equal(listed.trail.outcome(listed.refusal), 'ok');
    ended.length = 0;
    const unknown = await call('', 'no/such');
    assert.equal(unknown.refusal?.code, 'unknown_method');
  });

  it('says failed where the server does not answer in time', async () => {
    const late = await call('"name":"late__sleep","arguments":{"ms":60000}');
    assert.equal(late.trail.outcome(late.refusal), 'failed');
    assert.equal(late.refusal?.code, 'deadline_exceeded');
  });

  it('says cancelled where the client has gone', async () => {
    const answer = new Answer();
    const message = modernMessage('tools/call', '"name":"all__test_tool_with_logging"');
    gateway.modern(route, ANONYMOUS, message, null, answer);
    answer.onAbort?.();
    assert.equal(ended.length, 1);
    assert.equal(ended[0]!.trail.outcome(ended[0]!.refusal), 'cancelled');
  });

  it('hears of sessions and of what is refused before it is a call', async () => {
    const params =
      '{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}';
    const hello = messageOf(`{"jsonrpc":"2.0","id":0,"method":"initialize","params":${params}}`);
    const answer = new Answer();
    gateway.initialize(route, ANONYMOUS, hello, answer, (session) => {
      setImmediate(() => gateway.end(session as never));
    });
    await answer.ended;
    await until(() => happened.length === 2);
    assert.deepEqual(
      happened.map((one) => one.kind === 'session' && [one.what, one.version, one.client]),
      [
        ['begun', '2025-11-25', '{"name":"t","version":"1"}'],
        ['ended', '2025-11-25', '{"name":"t","version":"1"}'],
      ],
    );
    happened.length = 0;
    ended.length = 0;
    isShut = true;
    const shut = new Answer();
    gateway.modern(route, ANONYMOUS, modernMessage('tools/list'), null, shut);
    isShut = false;
    assert.equal((await shut.ended).error?.data?.code, 'busy');
    assert.equal(ended.length, 0);
    assert.ok(happened[0]?.kind === 'turned_away' && happened[0].refusal.code === 'busy');
    assert.equal(happened[0].method, 'tools/list');
  });
});
