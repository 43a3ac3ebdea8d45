/** Remote servers that lose sessions, vanish, flap or fall silent: what clients of the gateway see of it. */

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, describe, it } from 'node:test';
import { ModernClient } from '../support/modern-client.ts';
import { compiled, temporaryFolder } from '../support/temp.ts';
import {
  fixture,
  type Json,
  RunningGateway,
  textOf,
  UNINSPECTED,
  until,
} from './running-gateway.ts';
import { SessionServer } from './session-server.ts';

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

async function server(port = 0): Promise<SessionServer> {
  const started = await SessionServer.start(port);
  stops.push(() => started.stop());
  return started;
}

async function gatewayOf(entry: Json): Promise<{ gateway: RunningGateway; client: ModernClient }> {
  const gateway = await RunningGateway.start({ ...UNINSPECTED, servers: { far: entry } });
  stops.push(() => gateway.stop());
  await gateway.settled();
  const client = new ModernClient(gateway.url);
  // What is done to a server before its lists were had is another story.
  await until(async () => {
    const { response } = await client.request('tools/list');
    const { tools = [] } = (response?.result ?? {}) as { tools?: unknown[] };
    return tools.length > 0;
  });
  return { gateway, client };
}

async function statusOf(gateway: RunningGateway): Promise<Json> {
  return (await gateway.readiness()).body.servers.far as Json;
}

const isCall = (rpc: Json) => rpc.method === 'tools/call';

describe('a session that the server has lost', { timeout: 180_000 }, () => {
  it('is opened anew once, and a storm of calls has one answer each, run once', async () => {
    const far = await server();
    const { client } = await gatewayOf({ url: far.url });
    const COUNT = 100;
    const held: ServerResponse[] = [];
    far.trick = ({ rpc, headers }, response) => {
      if (!isCall(rpc) || headers['mcp-session-id'] !== 'session-1') return false;
      held.push(response);
      if (held.length === COUNT) {
        far.sessions.clear();
        for (const one of held) one.writeHead(404).end();
      }
      return true;
    };
    const texts = Array.from({ length: COUNT }, (_, n) => `call ${n}`);
    const answers = await Promise.all(texts.map((message) => client.call('echo', { message })));
    assert.deepEqual(answers.map(textOf), texts);
    assert.equal(far.initialized, 2);
    assert.ok(texts.every((text) => far.runs.get(text) === 1));
  });

  it('is opened anew for one that says 400 and names the session', async () => {
    const far = await server();
    const { client } = await gatewayOf({ url: far.url });
    far.sessions.clear();
    far.trick = ({ rpc, headers }, response) => {
      if (!isCall(rpc) || far.sessions.has(String(headers['mcp-session-id']))) return false;
      const error = { code: -32000, message: 'Bad Request: No valid session ID provided' };
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error }));
      return true;
    };
    assert.equal(textOf(await client.call('echo', { message: 'again' })), 'again');
    assert.equal(far.initialized, 2);
  });

  it('while its lists are asked for is opened anew, and the lists are had', async () => {
    const far = await server();
    let lost = 0;
    far.trick = ({ rpc }, response) => {
      if (rpc.method !== 'tools/list' || lost > 0) return false;
      lost += 1;
      far.sessions.clear();
      response.writeHead(404).end();
      return true;
    };
    const { client } = await gatewayOf({ url: far.url });
    assert.equal(textOf(await client.call('echo', { message: 'first' })), 'first');
    assert.equal(lost, 1);
    assert.equal(far.initialized, 2);
  });

  it('over and over is one refusal for each call, not a loop', async () => {
    const far = await server();
    const { client } = await gatewayOf({ url: far.url });
    let tries = 0;
    far.trick = ({ rpc }, response) => {
      if (!isCall(rpc)) return false;
      tries += 1;
      response.writeHead(404).end();
      return true;
    };
    const { error } = await client.call('echo', { message: 'x' });
    assert.ok(error !== undefined);
    assert.equal(tries, 2);
  });
});

it('a tool of a server whose lists cannot be had is not called unknown, prefix or not', {
  timeout: 180_000,
}, async () => {
  const far = await server();
  far.trick = ({ rpc }, response) => {
    if (rpc.method !== 'tools/list') return false;
    response.writeHead(500).end();
    return true;
  };
  for (const [prefix, name] of [
    ['never', 'echo'],
    ['always', 'far__echo'],
  ] as const) {
    const servers = { far: { url: far.url } };
    const gateway = await RunningGateway.start({ servers, naming: { prefix } });
    stops.push(() => gateway.stop());
    const { error } = await new ModernClient(gateway.url).call(name, { message: 'x' });
    assert.equal((error as { data?: Json } | undefined)?.data?.code, 'backend_unavailable', prefix);
  }
});

describe('a server of several URLs', { timeout: 180_000 }, () => {
  it('is called at another when the first is gone, without a failed call', async () => {
    const [first, second] = [await server(), await server()];
    const urls = [{ url: first.url }, { url: second.url, weight: 0 }];
    const { gateway, client } = await gatewayOf({ urls });
    assert.equal(textOf(await client.call('echo', { message: 'one' })), 'one');
    assert.equal(second.got.length, 0);
    first.stop();
    assert.equal(textOf(await client.call('echo', { message: 'two' })), 'two');
    assert.equal(second.runs.get('two'), 1);
    const { status, endpoints } = await statusOf(gateway);
    assert.equal(status, 'ready');
    const states = (endpoints as Json[]).map(({ endpoint, state }) => [endpoint, state]);
    assert.deepEqual(states, [
      [1, 'down'],
      [2, 'up'],
    ]);
  });

  it('that are all gone is down, names no address, and comes back by itself', async () => {
    const [first, second] = [await server(), await server()];
    const { gateway, client } = await gatewayOf({
      urls: [{ url: first.url }, { url: second.url }],
      failuresMax: 1,
    });
    const down: SessionServer['trick'] = (_got, response) => {
      response.writeHead(503).end();
      return true;
    };
    first.trick = down;
    second.trick = down;
    const refused = await client.call('echo', { message: 'x' });
    assert.ok(refused.error !== undefined);
    await until(async () => (await statusOf(gateway)).status === 'down');
    const told = JSON.stringify([refused.error, await statusOf(gateway)]);
    assert.ok(!told.includes(String(first.http.port)) && !told.includes('127.0.0.1'), told);
    second.trick = () => false;
    await until(async () => (await statusOf(gateway)).status === 'ready');
    assert.equal(textOf(await client.call('echo', { message: 'back' })), 'back');
  });

  it('leaves one that greets well and fails every call', async () => {
    const [flapping, good] = [await server(), await server()];
    const urls = [{ url: flapping.url }, { url: good.url, weight: 0 }];
    const { client } = await gatewayOf({ urls, failuresMax: 2 });
    flapping.trick = ({ rpc }, response) => {
      if (!isCall(rpc)) return false;
      response.writeHead(502).end();
      return true;
    };
    for (let n = 0; n < 2; n += 1) await client.call('echo', { message: 'lost' });
    const before = flapping.initialized;
    for (let n = 0; n < 10; n += 1) {
      assert.equal(textOf(await client.call('echo', { message: `${n}` })), `${n}`);
    }
    assert.equal(flapping.initialized, before);
  });

  it('goes back to the first when that is well again, and no call fails for it', async () => {
    const [first, second] = [await server(), await server()];
    const { port } = first.http;
    const urls = [{ url: first.url }, { url: second.url, weight: 0 }];
    const { gateway, client } = await gatewayOf({ urls });
    first.stop();
    assert.equal(textOf(await client.call('echo', { message: 'away' })), 'away');
    const held: (() => void)[] = [];
    second.trick = (got, response) => {
      const { arguments: args } = (got.rpc.params ?? {}) as { arguments?: Json };
      if (args?.message !== 'held' || held.length > 0) return false;
      held.push(() => second.answer(got, response));
      return true;
    };
    const inFlight = client.call('echo', { message: 'held' });
    await until(() => held.length === 1);
    const again = await server(port);
    const sent: string[] = [];
    await until(async () => {
      const message = `call ${sent.length}`;
      sent.push(message);
      assert.equal(textOf(await client.call('echo', { message })), message);
      return again.runs.size > 0;
    });
    held[0]?.();
    assert.equal(textOf(await inFlight), 'held');
    assert.equal(second.runs.get('held'), 1);
    assert.ok(
      sent.every((text) => (again.runs.get(text) ?? 0) + (second.runs.get(text) ?? 0) === 1),
    );
    assert.equal(textOf(await client.call('echo', { message: 'home' })), 'home');
    assert.equal(again.runs.get('home'), 1);
    const { endpoints } = await statusOf(gateway);
    assert.deepEqual(
      (endpoints as Json[]).map(({ state }) => state),
      ['up', 'up'],
    );
    await until(async () => ((await statusOf(gateway)).load as Json).processes === 1);
  });

  it('sends its headers to each of them, and each speaks its own era', async () => {
    const legacy = await server();
    const { url } = legacy;
    const { client } = await gatewayOf({
      urls: [{ url: 'http://127.0.0.1:1/mcp' }, { url, weight: 0 }],
      headers: { authorization: 'Bearer configured' },
    });
    assert.equal(textOf(await client.call('echo', { message: 'x' })), 'x');
    assert.ok(legacy.got.every(({ headers }) => headers.authorization === 'Bearer configured'));
  });
});

describe('a server of several commands', { timeout: 180_000 }, () => {
  it('runs the next where the first cannot be started', async () => {
    const commands = [{ command: '/nonexistent/program' }, { ...fixture('echo'), weight: 0 }];
    const { gateway, client } = await gatewayOf({ commands });
    assert.equal(textOf(await client.call('echo', { message: 'up' })), 'up');
    const { endpoints } = await statusOf(gateway);
    assert.deepEqual(
      (endpoints as Json[]).map(({ state }) => state),
      ['down', 'up'],
    );
  });

  it('goes back to the first once it starts, and lists what that one has', async () => {
    const flag = join(temporaryFolder('commands'), 'may-start');
    const program = compiled('test/support/fixtures/stateful.js');
    const source = `if (!require('node:fs').existsSync(process.argv[1])) process.exit(1); import(process.argv[2]);`;
    const first = { command: process.execPath, args: ['-e', source, flag, program] };
    const commands = [first, { ...fixture('echo'), weight: 0 }];
    const { gateway, client } = await gatewayOf({ commands });
    assert.equal(textOf(await client.call('echo', { message: 'up' })), 'up');
    writeFileSync(flag, '');
    await until(async () => (await client.call('whoami', {})).error === undefined);
    const { tools } = (await client.request('tools/list')).result as { tools: Json[] };
    assert.ok(!tools.some(({ name }) => name === 'echo'), JSON.stringify(tools));
    await until(async () => ((await statusOf(gateway)).load as Json).processes === 1);
  });
});

describe('probes', { timeout: 180_000 }, () => {
  const probe = { intervalMs: 100, timeoutMs: 300, failuresMax: 2 };

  it('take a silent server out, and it comes back by itself', async () => {
    const far = await server();
    const { gateway, client } = await gatewayOf({ url: far.url, probe, startMs: 500 });
    far.trick = () => true;
    const asked = client.call('echo', { message: 'x' });
    await until(async () => (await statusOf(gateway)).status === 'down');
    assert.match(String((await statusOf(gateway)).fault), /sign of life|in time/);
    assert.ok((await asked).error !== undefined);
    far.trick = () => false;
    await until(async () => (await statusOf(gateway)).status === 'ready');
    assert.equal(textOf(await client.call('echo', { message: 'back' })), 'back');
  });

  it('take 401 for a sign of life, and carry the configured credentials only', async () => {
    const far = await server();
    const { gateway } = await gatewayOf({
      url: far.url,
      probe,
      headers: { authorization: 'Bearer configured' },
    });
    const headers = { authorization: 'Bearer of-a-user' };
    const client = new ModernClient(gateway.url, { headers });
    await client.call('echo', { message: 'x' });
    let refusals = 0;
    far.trick = ({ rpc }, response) => {
      if (rpc.method !== 'ping') return false;
      refusals += 1;
      response.writeHead(401).end();
      return true;
    };
    await until(() => refusals > 6);
    assert.equal((await statusOf(gateway)).status, 'ready');
    assert.equal(far.initialized, 1);
    assert.ok(far.got.every((got) => got.headers.authorization === 'Bearer configured'));
  });
});
