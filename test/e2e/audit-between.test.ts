/** What inspection finds in messages that belong to no call has a record of its own, and counts in the metrics. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { freePort } from '../../bench/free-port.ts';
import { query } from '../../src/audit/audit.ts';
import { LegacyClient } from '../support/legacy-client.ts';
import { type Json, RunningGateway, script, until } from './running-gateway.ts';

const TICKET = 'TICKET-482913';

/** Says something of its own accord some time after it has answered `later`: so often as it is told. */
const SERVER = `
const send = (message) => console.log(JSON.stringify({ jsonrpc: '2.0', ...message }));
require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return;
  const results = {
    initialize: { protocolVersion: '2025-11-25', capabilities: { tools: {}, logging: {} }, serverInfo: { name: 's', version: '1' } },
    'tools/list': { tools: [{ name: 'later', inputSchema: { type: 'object' } }] },
    'tools/call': { content: [{ type: 'text', text: 'done' }] },
  };
  send({ id, result: results[method] ?? {} });
  if (method !== 'tools/call') return;
  setTimeout(() => {
    for (let i = 0; i < params.arguments.times; i++)
      send({ method: 'notifications/message', params: { level: 'error', data: 'see ${TICKET}' } });
  }, 100);
});`;

describe('a message between calls', { timeout: 180_000 }, () => {
  let gateway: RunningGateway;
  let client: LegacyClient;
  let metrics: string;

  before(async () => {
    const port = await freePort();
    metrics = `http://127.0.0.1:${port}/metrics`;
    gateway = await RunningGateway.start({
      servers: { s: script(SERVER) },
      inspect: { rules: [{ id: 'ticket', pattern: 'TICKET-[0-9]{6}' }] },
      audit: { dir: 'audit', flushMs: 5 },
      admin: { port, metrics: 'open' },
    });
    await gateway.settled();
    client = await LegacyClient.open(gateway.url, { capabilities: { elicitation: {}, roots: {} } });
  });
  after(() => gateway?.stop());

  async function found(): Promise<Json[]> {
    const conditions = [{ field: 'kind', operator: '=' as const, value: 'found' }];
    const all: Json[] = [];
    const question = { from: '', to: '', text: '', conditions };
    for await (const { record } of query(join(gateway.folder, 'audit'), question)) all.push(record);
    return all;
  }
  const total = (all: Json[]) => all.reduce((sum, { count }) => sum + Number(count ?? 1), 0);

  it('of a server is recorded with what was found and done, and without its words', async () => {
    await client.call('later', { times: 1 });
    await until(async () => (await found()).length > 0);
    const [record] = await found();
    const { seq: _, prev: __, time: ___, caller, session, ...rest } = record!;
    assert.equal((caller as Json).id, 'anonymous');
    assert.equal(session, client.sessionId);
    assert.deepEqual(rest, {
      ...{ kind: 'found', server: 's', route: '', method: 'notifications/message' },
      findings: [
        {
          action: 'redact',
          direction: 'response',
          findings: [{ class: 'secret', rule: 'own.ticket', path: '/data' }],
        },
      ],
    });
    assert.ok(!JSON.stringify(record).includes(TICKET));
    const text = await (await fetch(metrics)).text();
    assert.match(
      text,
      /^sluice_findings_total\{class="secret",direction="response",action="redact"\} 1$/m,
    );
  });

  it('of a client is recorded as well', async () => {
    const before = (await found()).length;
    await client.notify('notifications/roots/list_changed', { _meta: { 'x/y': TICKET } });
    await until(async () => (await found()).length > before);
    const record = (await found()).at(-1)!;
    assert.equal(record.method, 'notifications/roots/list_changed');
    assert.match(JSON.stringify(record.findings), /"action":"block","direction":"request"/);
  });

  it('is counted where a server says more than a log should hold', async () => {
    const before = total(await found());
    await client.call('later', { times: 2000 });
    await until(async () => total(await found()) === before + 2000);
    assert.ok((await found()).some(({ count }) => Number(count) > 1));
  });
});
