/** What is found when a call is over, its client gone while a thread still looked, has a record of its own. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Audit, query } from '../../src/audit/audit.ts';
import { auditSchema } from '../../src/audit/config.ts';
import { AuditRecorder, type Gateway, type Recorder } from '../../src/gateway/gateway.ts';
import { ANONYMOUS } from '../../src/model.ts';
import { createLog } from '../../src/telemetry/telemetry.ts';
import { until } from '../e2e/running-gateway.ts';
import { temporaryFolder } from '../support/temp.ts';
import { Answer, answering, gatewayOf, type Json, modernMessage, routeOf } from './in-process.ts';

type Begun = Parameters<NonNullable<Recorder['begun']>>[0];

const TICKET = 'TICKET-482913';
/** More than is looked at in the thread that serves. */
const LONG = 'nothing to see here. '.repeat(2_000);
const TOOLS = JSON.stringify({ tools: [{ name: 'get', inputSchema: { type: 'object' } }] });
const TOLD = JSON.stringify({ content: [{ type: 'text', text: `${LONG} ${TICKET}` }] });

async function recordsOf(dir: string, kind: string): Promise<Json[]> {
  const conditions = [{ field: 'kind', operator: '=' as const, value: kind }];
  const all: Json[] = [];
  for await (const { record } of query(dir, { from: '', to: '', text: '', conditions }))
    all.push(record);
  return all;
}

async function recorded(dir: string, kind: string, count: number): Promise<Json[]> {
  let all = await recordsOf(dir, kind);
  await until(async () => {
    all = await recordsOf(dir, kind);
    return all.length >= count;
  });
  return all;
}

describe('what is found in a call that is over', { timeout: 120_000 }, () => {
  const dir = temporaryFolder('found-late');
  let gateway: Gateway;
  let begun: Begun | undefined;

  before(async () => {
    const audit = await Audit.open(
      auditSchema.parse({ dir, flushMs: 5 }),
      createLog({ log: 'silent' }),
    );
    const watching: Recorder = {
      wantsTimes: true,
      begun: (call) => {
        begun = call;
      },
    };
    const told = answering({ 'tools/list': TOOLS, 'tools/call': TOLD }, { tools: {} });
    gateway = gatewayOf(
      {
        servers: {
          s: told,
          kept: { ...told, tools: { '*': { cache: { ttlMs: 600_000, scope: 'public' } } } },
        },
        naming: { prefix: 'always' },
        inspect: {
          rules: [{ id: 'ticket', pattern: 'TICKET-[0-9]{6}' }],
          secrets: { request: 'flag', response: 'redact' },
        },
      },
      [watching, new AuditRecorder(audit)],
    );
    await gateway.start();
    // The schema of a tool is compiled with its first call, elsewhere, and before anything is looked at.
    await call('s__get', 'first').ended;
    await call('kept__get', 'first').ended;
  });
  after(() => gateway.close(0));

  function call(name: string, text: string, answer = new Answer()): Answer {
    const args = JSON.stringify({ text });
    const message = modernMessage('tools/call', `"name":"${name}","arguments":${args}`);
    gateway.modern(routeOf(gateway), ANONYMOUS, message, null, answer);
    return answer;
  }

  it('is recorded where the client goes while its arguments are looked at', async () => {
    const answer = call('s__get', `${LONG} ${TICKET}`);
    answer.onAbort?.();
    const [record] = await recorded(dir, 'found', 1);
    const { seq: _, prev: __, time: ___, caller: ____, call: of, ...rest } = record!;
    assert.deepEqual(rest, {
      ...{ kind: 'found', session: '', route: '', server: 's', method: 'tools/call' },
      findings: [
        {
          action: 'flag',
          direction: 'request',
          findings: [{ class: 'secret', rule: 'own.ticket', path: '/text' }],
        },
      ],
    });
    const ended = (await recorded(dir, 'call', 3)).at(-1);
    assert.equal(of, ended!.id);
    assert.equal(ended!.outcome, 'cancelled');
    assert.equal(ended!.attempts, 0);
  });

  it('is recorded where the client goes while the answer is looked at', async () => {
    const before = (await recordsOf(dir, 'found')).length;
    const answer = call('s__get', 'x');
    while (begun!.trail.answeredAt === 0) await turn();
    answer.onAbort?.();
    const record = (await recorded(dir, 'found', before + 1)).at(-1)!;
    assert.match(JSON.stringify(record.findings), /"action":"redact","direction":"response"/);
    assert.match(String(record.call), new RegExp(`-${begun!.trail.serial}$`));
  });

  it('is not what is found in time, shared answers included', async () => {
    const before = (await recordsOf(dir, 'found')).length;
    const calls = (await recordsOf(dir, 'call')).length;
    await call('kept__get', TICKET).ended;
    const ended = (await recorded(dir, 'call', calls + 1)).at(-1)!;
    const found = ended.findings as Json[];
    const actions = found.map(({ direction, action }) => `${direction} ${action}`);
    assert.deepEqual(actions, ['request flag', 'response redact']);
    assert.equal((await recordsOf(dir, 'found')).length, before);
  });
});
