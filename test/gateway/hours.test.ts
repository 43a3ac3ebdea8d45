/** What clients are told when hours open and close, and what they hear no more. The clock is the only thing that is not real. */

import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Gateway, Route, Session } from '../../src/gateway/gateway.ts';
import type { Caller } from '../../src/model.ts';
import { LATEST_LEGACY } from '../../src/protocol/eras.ts';
import { callerNamed } from '../support/caller.ts';
import type { RpcMessage } from '../support/mcp-exchange.ts';
import { Answer, fixture, gatewayOf, messageOf, modernMessage } from './in-process.ts';

const HOUR_MS = 3_600_000;
/** What the gateway looks at the clock by: docs/access.md says ten seconds. */
const LOOK_MS = 10_000;
const BEFORE = Date.UTC(2026, 10, 27, 7, 59, 30);
const HOURS = { from: '08:00', to: '18:00' };
const WATCHED = 'test://watched-resource';
const LISTS = ['tools', 'prompts', 'resources'].map((one) => `notifications/${one}/list_changed`);
/** Of the role with hours, and without. */
const ann = callerNamed('ann', { roles: ['day'] });
const bob = callerNamed('bob');

/** A gateway half a minute before eight, behind which anything may be called from eight until six. */
async function early(t: TestContext): Promise<Gateway> {
  t.mock.timers.enable({ apis: ['Date', 'setInterval'], now: BEFORE });
  const gateway = gatewayOf({
    servers: { dual: fixture('dual', 'stdio') },
    access: {
      default: 'deny',
      roles: { day: { allow: ['dual.*'], hours: HOURS } },
      callers: { bob: { allow: ['dual.*'] } },
    },
  });
  t.after(() => gateway.close(0));
  await gateway.start();
  return gateway;
}

function pass(t: TestContext, ms: number): void {
  t.mock.timers.setTime(Date.now() + ms);
  t.mock.timers.tick(LOOK_MS);
}

function routeFor(gateway: Gateway, caller: Caller): Route {
  const route = gateway.route('dual', caller);
  assert.ok(route !== undefined);
  return route;
}

/** For what comes after a few turns of the loop; the clock that this looks at is not the one of the test. */
async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!holds()) {
    assert.ok(performance.now() < deadline, `never came about: ${holds}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function listen(gateway: Gateway, caller: Caller, filter: object): Promise<Answer> {
  const answer = new Answer();
  const message = modernMessage(
    'subscriptions/listen',
    `"notifications":${JSON.stringify(filter)}`,
  );
  gateway.modern(routeFor(gateway, caller), caller, message, null, answer);
  await until(() => answer.pushed.length > 0);
  assert.deepEqual(answer.pushed[0]?.params?.notifications, filter);
  return answer;
}

/** A legacy session; what it hears beside answers comes into `heard`. */
async function sessionOf(gateway: Gateway, caller: Caller, heard: RpcMessage[]): Promise<Session> {
  const clientInfo = { name: 't', version: '1' };
  const params = { protocolVersion: LATEST_LEGACY, capabilities: {}, clientInfo };
  const message = messageOf(
    JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }),
  );
  const answer = new Answer();
  const opened = new Promise<Session>((resolve) =>
    gateway.initialize(routeFor(gateway, caller), caller, message, answer, resolve),
  );
  await answer.ended;
  const session = await opened;
  // As with a client that holds a stream open: else it would have gone away within the ten hours.
  session.isAttached = true;
  session.stream = (bytes) => heard.push(JSON.parse(bytes.toString()) as RpcMessage);
  return session;
}

async function ask(gateway: Gateway, session: Session, method: string, params: object) {
  const answer = new Answer();
  const message = messageOf(JSON.stringify({ jsonrpc: '2.0', id: 2, method, params }));
  gateway.legacy(session, message, answer);
  return (await answer.ended).result;
}

/** The methods of the last three, once there are so many: the lists are told of one after the other. */
async function lists(messages: readonly RpcMessage[], count: number) {
  await until(() => messages.length >= count);
  return messages.slice(count - LISTS.length).map(({ method }) => method);
}

describe('when hours open and close', { timeout: 180_000 }, () => {
  it('sessions and listen streams hear that lists have changed, once each time', async (t) => {
    const gateway = await early(t);
    const heard: RpcMessage[] = [];
    const session = await sessionOf(gateway, ann, heard);
    const stream = await listen(gateway, ann, {
      toolsListChanged: true,
      promptsListChanged: true,
      resourcesListChanged: true,
    });
    pass(t, 10_000);
    assert.equal(heard.length + stream.pushed.length, 1, 'it is not eight yet');
    const tools = async () => {
      const result = await ask(gateway, session, 'tools/list', {});
      return (result?.tools as object[] | undefined)?.length ?? -1;
    };
    const seen = [await tools()];
    for (const [turn, afterMs] of [30_000, 10 * HOUR_MS].entries()) {
      pass(t, afterMs);
      const count = (turn + 1) * LISTS.length;
      assert.deepEqual(await lists(heard, count), LISTS);
      assert.deepEqual(await lists(stream.pushed, 1 + count), LISTS);
      pass(t, 60_000);
      seen.push(await tools());
    }
    assert.ok(seen[0] === 0 && seen[1]! > 0 && seen[2] === 0, String(seen));
    assert.equal(heard.length, 2 * LISTS.length);
  });

  it('nobody hears any more of a resource that may not be read any more', async (t) => {
    const gateway = await early(t);
    const [annHeard, bobHeard]: [RpcMessage[], RpcMessage[]] = [[], []];
    const annSession = await sessionOf(gateway, ann, annHeard);
    const bobSession = await sessionOf(gateway, bob, bobHeard);
    pass(t, 30_000);
    for (const session of [annSession, bobSession]) {
      assert.deepEqual(await ask(gateway, session, 'resources/subscribe', { uri: WATCHED }), {});
    }
    const wanted = { resourceSubscriptions: [WATCHED] };
    const stream = await listen(gateway, ann, wanted);
    const others = [
      await listen(gateway, bob, wanted),
      await listen(gateway, ann, { toolsListChanged: true }),
    ];
    const update = async (times: number) => {
      await ask(gateway, bobSession, 'tools/call', { name: 'test_update_watched', arguments: {} });
      const isUpdate = ({ method }: RpcMessage) => method === 'notifications/resources/updated';
      await until(() => bobHeard.filter(isUpdate).length >= times);
      return [annHeard, stream.pushed].map((messages) => messages.filter(isUpdate).length);
    };
    assert.deepEqual(await update(1), [1, 1]);
    pass(t, 10 * HOUR_MS);
    assert.ok((await stream.ended).result);
    await lists(annHeard, 2 * LISTS.length + 1);
    assert.deepEqual(await update(2), [1, 1]);
    for (const { status } of others) assert.equal(status, 0);
  });
});
