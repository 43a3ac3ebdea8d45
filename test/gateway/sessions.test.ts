import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { NO_PROFILE } from '../../src/backends/backends.ts';
import { sessionsSchema } from '../../src/gateway/config.ts';
import { Session } from '../../src/gateway/session.ts';
import { Sessions } from '../../src/gateway/sessions.ts';
import { LATEST_LEGACY } from '../../src/protocol/eras.ts';
import { callerNamed } from '../support/caller.ts';
import { Answer, gatewayOf, messageOf, routeOf } from './in-process.ts';

const NOW = 1_000_000;
const gateway = gatewayOf({ sessions: { max: 3, perCallerMax: 2 } });
const route = routeOf(gateway);

after(() => gateway.close(0));

function made(limits: object, now = NOW) {
  const sessions = new Sessions(sessionsSchema.parse(limits));
  const open = (caller = 'ann', at = now) => {
    const session = new Session(route, callerNamed(caller), LATEST_LEGACY, NO_PROFILE, '{}', at);
    sessions.add(session);
    return session;
  };
  return { sessions, open };
}

describe('sessions', () => {
  it('are refused beyond the number in all, and beyond that of one caller', () => {
    const { sessions, open } = made({ max: 3, perCallerMax: 2 });
    open('ann');
    assert.equal(sessions.refuse('ann', NOW), undefined);
    const second = open('ann');
    assert.equal(sessions.refuse('ann', NOW)?.code, 'busy');
    assert.equal(sessions.refuse('bob', NOW), undefined);
    open('bob');
    assert.equal(sessions.refuse('carl', NOW)?.code, 'busy');
    sessions.end(second);
    assert.equal(sessions.refuse('ann', NOW), undefined);
    assert.equal(sessions.refuse('carl', NOW), undefined);
  });

  it('make room for another of their caller once their client has left them, the longest silent first', () => {
    const { sessions, open } = made({ max: 3, perCallerMax: 2 });
    const attached = open('ann', NOW - 90_000);
    attached.isAttached = true;
    const left = open('ann', NOW - 60_000);
    open('bob', NOW - 90_000);
    assert.equal(sessions.refuse('carl', NOW)?.code, 'busy');
    assert.equal(sessions.refuse('ann', NOW - 1)?.code, 'busy');
    assert.equal(left.isEnded, false);
    assert.equal(sessions.refuse('ann', NOW), undefined);
    assert.equal(left.isEnded, true);
    assert.equal(attached.isEnded, false);
    assert.equal(sessions.refuse('carl', NOW), undefined);
  });

  it('end when they were silent for idleMs, and not a moment sooner', () => {
    const { sessions, open } = made({ idleMs: 5000 });
    const session = open();
    sessions.sweep(NOW + 5000);
    assert.equal(session.isEnded, false);
    sessions.sweep(NOW + 5001);
    assert.equal(session.isEnded, true);
    assert.equal(sessions.get(session.id), undefined);
  });

  it('are not idle while their client holds a stream, but end after absoluteMs all the same', () => {
    const { sessions, open } = made({ idleMs: 1000, absoluteMs: 60_000 });
    const session = open();
    session.isAttached = true;
    sessions.sweep(NOW + 59_000);
    assert.equal(session.isEnded, false);
    session.usedAt = NOW + 60_000;
    sessions.sweep(NOW + 60_001);
    assert.equal(session.isEnded, true);
  });

  it('end with their callers, and only theirs', () => {
    const { sessions, open } = made({});
    const [ann, bob] = [open('ann'), open('bob')];
    sessions.endCallers(({ id }) => id === 'ann');
    assert.deepEqual([ann.isEnded, bob.isEnded], [true, false]);
    assert.equal(sessions.get(ann.id), undefined);
  });

  it('have ids that are long, visible and never the same', () => {
    const { open } = made({});
    const ids = Array.from({ length: 200 }, () => open().id);
    assert.equal(new Set(ids).size, ids.length);
    assert.ok(ids.every((id) => /^[\x21-\x7e]{32,}$/.test(id)));
  });

  it('tell those who wait of their end, once', () => {
    const { sessions, open } = made({});
    const session = open();
    let count = 0;
    session.onEnd.add(() => count++);
    sessions.end(session);
    sessions.end(session);
    sessions.close();
    assert.equal(count, 1);
  });

  it('are counted right whatever comes and goes', () => {
    const step = fc.tuple(fc.constantFrom('ann', 'bob', 'carl'), fc.boolean());
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { sessions, open } = made({ max: 5, perCallerMax: 3 });
        const live: Session[] = [];
        for (const [caller, isOpening] of steps) {
          const own = live.filter((session) => session.caller.id === caller);
          const [first] = own;
          if (isOpening) {
            const mayOpen = live.length < 5 && own.length < 3;
            assert.equal(sessions.refuse(caller, NOW) === undefined, mayOpen);
            if (mayOpen) live.push(open(caller));
          } else if (first !== undefined) {
            sessions.end(first);
            live.splice(live.indexOf(first), 1);
          }
          assert.equal(sessions.size, live.length);
        }
      }),
    );
  });
});

describe('an initialize at the gateway', () => {
  const hello = (params: string) =>
    messageOf(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":${params}}`);
  const plain = `{"protocolVersion":"${LATEST_LEGACY}","capabilities":{},"clientInfo":{"name":"t","version":"1"}}`;

  async function open(caller: string, params = plain) {
    const answer = new Answer();
    let session: Session | undefined;
    gateway.initialize(route, callerNamed(caller), hello(params), answer, (made) => {
      session = made;
    });
    return { reply: await answer.ended, session };
  }

  it('opens a session that answers to its caller and on its route only', async () => {
    const { session, reply } = await open('ann');
    assert.ok(session !== undefined && reply.result !== undefined);
    assert.equal(gateway.session(session.id, callerNamed('ann'), route), session);
    assert.equal(gateway.session(session.id, callerNamed('bob'), route), undefined);
    assert.equal(gateway.session(session.id.toUpperCase(), callerNamed('ann'), route), undefined);
    assert.equal(gateway.session('', callerNamed('ann'), route), undefined);
    assert.equal(gateway.session('__proto__', callerNamed('ann'), route), undefined);
    gateway.end(session);
    assert.equal(gateway.session(session.id, callerNamed('ann'), route), undefined);
  });

  it('goes by the roles that its caller has now, not by those of the first day', async () => {
    const { session } = await open('ann');
    assert.ok(session !== undefined);
    gateway.session(session.id, callerNamed('ann', { roles: ['reader'] }), route);
    assert.deepEqual(session.presented.roles, ['reader']);
    gateway.session(session.id, callerNamed('bob', { roles: ['admin'] }), route);
    assert.deepEqual(session.presented.roles, ['reader']);
    gateway.end(session);
  });

  it('agrees on the version asked for, or else on the latest', async () => {
    for (const [asked, agreed] of [
      ['2024-11-05', '2024-11-05'],
      ['2025-06-18', '2025-06-18'],
      ['1999-01-01', LATEST_LEGACY],
      ['2026-07-28', LATEST_LEGACY],
    ]) {
      const { session, reply } = await open('ann', plain.replace(LATEST_LEGACY, String(asked)));
      assert.equal(reply.result?.protocolVersion, agreed);
      assert.ok(session !== undefined);
      gateway.end(session);
    }
  });

  it('is refused beyond the limits, and opens nothing', async () => {
    const sessions = [(await open('ann')).session, (await open('ann')).session];
    const { reply, session } = await open('ann');
    assert.equal(reply.error?.data?.code, 'busy');
    assert.equal(session, undefined);
    for (const each of sessions) if (each !== undefined) gateway.end(each);
  });

  it('is refused without a version or with capabilities that are none', async () => {
    for (const params of [
      '{}',
      '{"protocolVersion":1,"capabilities":{}}',
      '{"protocolVersion":"2025-11-25","capabilities":[]}',
      '{"protocolVersion":"2025-11-25"}',
    ]) {
      const { reply, session } = await open('ann', params);
      assert.equal(reply.error?.data?.code, 'invalid_params', params);
      assert.equal(session, undefined);
    }
  });
});
