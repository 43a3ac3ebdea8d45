/** Servers that hang while one session has them for itself: what that session sees of it, and what others do not. */

import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import process from 'node:process';
import { afterEach, describe, it } from 'node:test';
import { LegacyClient } from '../support/legacy-client.ts';
import { compiled } from '../support/temp.ts';
import { type Json, RunningGateway, textOf, UNINSPECTED, until } from './running-gateway.ts';
import { SessionServer } from './session-server.ts';

const QUICK = { silentMs: 150, answerMs: 300 };

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

async function gatewayOf(entry: Json): Promise<RunningGateway> {
  const gateway = await RunningGateway.start({ ...UNINSPECTED, servers: { far: entry } });
  stops.push(() => gateway.stop());
  await gateway.settled();
  return gateway;
}

function stateful(pool: Json): Json {
  const args = [compiled('test/support/fixtures/stateful.js')];
  return { command: process.execPath, args, pool };
}

async function pidOf(client: LegacyClient): Promise<number> {
  return (JSON.parse(textOf(await client.call('whoami', {}))) as { pid: number }).pid;
}

async function loadOf(gateway: RunningGateway): Promise<Json> {
  const far = (await gateway.readiness()).body.servers.far as { load: Json };
  return far.load;
}

/**
 * Asks its client before it answers, and reads nothing but the answer meanwhile. `stop` ends the reading for good.
 */
const BLOCKING = `
const say = (o) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...o }) + '\\n');
let call, isDeaf = false;
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params, result } = JSON.parse(line);
  if (call !== undefined) {
    if (id !== 'q') return;
    say({ id: call, result: { content: [{ type: 'text', text: result.action }] } });
    call = undefined;
  } else if (isDeaf || id === undefined) return;
  else if (method === 'initialize') say({ id, result: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'blocking', version: '1' } } });
  else if (method === 'ping') say({ id, result: {} });
  else if (method === 'tools/list') say({ id, result: { tools: ['ask', 'stop'].map((name) => ({ name, inputSchema: { type: 'object' } })) } });
  else if (params?.name === 'stop') isDeaf = true;
  else if (params?.name === 'ask') {
    call = id;
    say({ id: 'q', method: 'elicitation/create', params: { message: 'well?', requestedSchema: { type: 'object', properties: {} } } });
  } else say({ id, error: { code: -32601, message: 'no' } });
});`;

describe('a session whose own server hangs', { timeout: 180_000 }, () => {
  for (const mode of ['session', 'caller']) {
    it(`is told so at once and gets another, in mode ${mode}`, async () => {
      const gateway = await gatewayOf(stateful({ mode, ...QUICK }));
      const client = await LegacyClient.open(gateway.url);
      const pid = await pidOf(client);
      process.kill(pid, 'SIGSTOP');
      const { error } = await client.call('whoami', {});
      assert.match(String(error?.message), /stopped answering and is being replaced/);
      assert.notEqual(await pidOf(client), pid);
      assert.equal((await loadOf(gateway)).hung, 1);
    });
  }

  it('costs the other sessions nothing', async () => {
    const gateway = await gatewayOf(stateful({ mode: 'session', ...QUICK }));
    const [ann, bob] = [await LegacyClient.open(gateway.url), await LegacyClient.open(gateway.url)];
    const [hung, well] = [await pidOf(ann), await pidOf(bob)];
    await bob.call('remember', { value: 'kept' });
    process.kill(hung, 'SIGSTOP');
    assert.ok((await ann.call('whoami', {})).error !== undefined);
    assert.equal(await pidOf(bob), well);
    assert.equal(textOf(await bob.call('recall', {})), 'kept');
  });

  it('is not taken for hung while it waits for its client', async () => {
    const entry = { command: process.execPath, args: ['-e', BLOCKING], pool: QUICK };
    const gateway = await gatewayOf(entry);
    let answer: (result: Json) => void = () => {};
    let isAsked = false;
    const patient = await LegacyClient.open(gateway.url, {
      capabilities: { elicitation: {} },
      answers: {
        'elicitation/create': () => {
          isAsked = true;
          return new Promise((resolve) => {
            answer = resolve;
          });
        },
      },
    });
    const asked = patient.call('ask', {});
    await until(() => isAsked);
    // Begun later and found out: had the other been taken for hung, it would have been by now.
    const other = await LegacyClient.open(gateway.url, { capabilities: { elicitation: {} } });
    assert.match(String((await other.call('stop', {})).error?.message), /stopped answering/);
    answer({ action: 'accept', content: {} });
    assert.equal(textOf(await asked), 'accept');
    assert.equal((await loadOf(gateway)).hung, 1);
  });
});

describe('a session of its own with a remote server', { timeout: 180_000 }, () => {
  it('is probed, and opened anew when the server says nothing', async () => {
    const far = await SessionServer.start();
    stops.push(() => far.stop());
    const probe = { intervalMs: 100, timeoutMs: 300, failuresMax: 2 };
    const gateway = await gatewayOf({ url: far.url, probe, pool: { mode: 'session' } });
    const client = await LegacyClient.open(gateway.url);
    assert.equal(textOf(await client.call('echo', { message: 'one' })), 'one');
    const own = [...far.sessions].at(-1);
    const silent: ServerResponse[] = [];
    far.trick = ({ headers }, response) => {
      if (headers['mcp-session-id'] !== own) return false;
      silent.push(response);
      return true;
    };
    const { error } = await client.call('echo', { message: 'two' });
    assert.match(String(error?.message), /gave no sign of life and is being replaced/);
    assert.equal(textOf(await client.call('echo', { message: 'three' })), 'three');
    assert.equal((await loadOf(gateway)).personal, 1);
  });

  it('ends when nobody used it for idleMs, probed or not', async () => {
    const far = await SessionServer.start();
    stops.push(() => far.stop());
    const probe = { intervalMs: 100, timeoutMs: 5000, failuresMax: 2 };
    const pool = { mode: 'session', idleMs: 1000 };
    const gateway = await gatewayOf({ url: far.url, probe, pool });
    const client = await LegacyClient.open(gateway.url);
    await client.call('echo', { message: 'one' });
    assert.equal((await loadOf(gateway)).personal, 1);
    await until(async () => (await loadOf(gateway)).personal === 0);
  });
});
