/**
 * A server with state, behind many callers at once: whatever the mode, nobody reads what another one wrote there.
 *
 * The fixture keeps one value per process, so a caller that reads its own value or none was not mixed with another.
 */

import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { Gateway, Session } from '../../src/gateway/gateway.ts';
import { callerNamed } from '../support/caller.ts';
import {
  Answer,
  fixture,
  gatewayOf,
  type Json,
  messageOf,
  modernMessage,
  routeOf,
} from './in-process.ts';

const gateways: Gateway[] = [];

after(async () => {
  await Promise.all(gateways.map((gateway) => gateway.close(0)));
});

async function started(pool: Json): Promise<Gateway> {
  const gateway = gatewayOf({ servers: { state: { ...fixture('stateful'), pool } } });
  gateways.push(gateway);
  await gateway.start();
  return gateway;
}

type Caller = (tool: string, args: Json) => Promise<string>;

function toolText(answer: { result?: unknown; error?: unknown }): string {
  const result = answer.result as { content?: { text: string }[] } | undefined;
  assert.ok(result?.content !== undefined, JSON.stringify(answer));
  return String(result.content[0]?.text);
}

function modern(gateway: Gateway, id: string, capabilities: Json = {}): Caller {
  return async (name, args) => {
    const answer = new Answer();
    const params = `"name":${JSON.stringify(name)},"arguments":${JSON.stringify(args)}`;
    const message = modernMessage('tools/call', params, capabilities);
    gateway.modern(routeOf(gateway), callerNamed(id), message, [], answer);
    return toolText(await answer.ended);
  };
}

let lastId = 0;

async function legacy(
  gateway: Gateway,
  id: string,
  capabilities: Json = {},
): Promise<{ call: Caller; session: Session }> {
  const answer = new Answer();
  const hello = {
    jsonrpc: '2.0',
    id: 0,
    method: 'initialize',
    params: {
      protocolVersion: '2025-11-25',
      capabilities,
      clientInfo: { name: 'test', version: '1' },
    },
  };
  let session: Session | undefined;
  const message = messageOf(JSON.stringify(hello));
  gateway.initialize(routeOf(gateway), callerNamed(id), message, answer, (opened) => {
    session = opened;
  });
  await answer.ended;
  assert.ok(session !== undefined);
  const own = session;
  const call: Caller = async (name, args) => {
    lastId += 1;
    const params = { name, arguments: args };
    const request = { jsonrpc: '2.0', id: lastId, method: 'tools/call', params };
    const answered = new Answer();
    gateway.legacy(own, messageOf(JSON.stringify(request)), answered);
    return toolText(await answered.ended);
  };
  return { call, session };
}

/** Each writes and reads again and again, all at the same time. Returns how often a value was found again. */
async function mix(callers: ReadonlyMap<string, Caller>, rounds: number): Promise<number> {
  let found = 0;
  const work = [...callers].map(async ([id, call]) => {
    for (let round = 0; round < rounds; round++) {
      await call('remember', { value: `${id} ${round}` });
      const value = await call('recall', {});
      const isOwn = value === '(nothing)' || value.startsWith(`${id} `);
      assert.ok(isOwn, `${id} was told "${value}"`);
      if (value !== '(nothing)') found += 1;
    }
  });
  await Promise.all(work);
  return found;
}

const NAMES = Array.from({ length: 6 }, (_, at) => `caller-${at}`);

describe('state in a server', { timeout: 180_000 }, () => {
  it('is of one caller in mode caller, and kept from call to call', async () => {
    const gateway = await started({ mode: 'caller', max: 16 });
    const callers = new Map(NAMES.map((id) => [id, modern(gateway, id)]));
    assert.equal(await mix(callers, 20), NAMES.length * 20);
    assert.equal(gateway.reports()[0]?.load.personal, NAMES.length);
  });

  it('is of one caller in mode caller, whatever its sessions declare, and outlives them', async () => {
    const gateway = await started({ mode: 'caller', max: 16 });
    for (const capabilities of [{}, { sampling: {} }]) {
      const first = await legacy(gateway, 'ann', capabilities);
      await first.call('remember', { value: 'of ann' });
      const other = await legacy(gateway, 'bob', capabilities);
      assert.equal(await other.call('recall', {}), '(nothing)');
      gateway.end(first.session);
      const second = await legacy(gateway, 'ann', capabilities);
      assert.equal(await second.call('recall', {}), 'of ann');
    }
  });

  it('is of one caller also where processes are fewer than callers', async () => {
    const gateway = await started({ mode: 'caller', max: 4 });
    await mix(new Map(NAMES.map((id) => [id, modern(gateway, id)])), 5);
    assert.ok(Number(gateway.reports()[0]?.load.personal) <= 3);
  });

  it('runs calls of one caller side by side in one process in mode caller', async () => {
    const gateway = await started({ mode: 'caller' });
    const ann = modern(gateway, 'ann');
    const pids = await Promise.all(
      Array.from({ length: 50 }, async () => {
        return (JSON.parse(await ann('whoami', {})) as { pid: number }).pid;
      }),
    );
    assert.equal(new Set(pids).size, 1);
  });

  it('is of one session in mode session, of sessions of the same caller, too', async () => {
    const gateway = await started({ mode: 'session', warm: 2, max: 16 });
    const callers = new Map<string, Caller>();
    for (const id of NAMES) callers.set(id, (await legacy(gateway, 'one caller')).call);
    assert.equal(await mix(callers, 20), NAMES.length * 20);
  });

  it('is of one caller for calls without a session in mode session', async () => {
    const gateway = await started({ mode: 'session', max: 16 });
    await mix(new Map(NAMES.map((id) => [id, modern(gateway, id)])), 10);
  });

  it('is of one session in mode auto for clients with capabilities, and sets never mix', async () => {
    const gateway = await started({ max: 16 });
    const callers = new Map<string, Caller>();
    for (const [at, id] of NAMES.entries()) {
      const declared = at % 2 === 0 ? 'sampling' : 'elicitation';
      const { call } = await legacy(gateway, id, { [declared]: {} });
      const { capabilities } = JSON.parse(await call('whoami', {})) as { capabilities: string[] };
      assert.deepEqual(capabilities, [declared]);
      callers.set(id, call);
    }
    assert.equal(await mix(callers, 20), NAMES.length * 20);
  });
});
