/**
 * The whole of it: the real program, a real authorization server, real clients, and what a server behind sees of it.
 */

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { ClientCredentialsProvider } from '@modelcontextprotocol/sdk/client/auth-extensions.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { freePort } from '../../bench/free-port.ts';
import { makeKey as makeApiKey } from '../../src/auth/auth.ts';
import { AGENT, AuthorizationServer, GATEWAY } from '../support/authorization-server.ts';
import { LegacyClient } from '../support/legacy-client.ts';
import { ModernClient } from '../support/modern-client.ts';
import { runProcess } from '../support/spawn.ts';
import { StdioClient } from '../support/stdio-client.ts';
import { compiled, temporaryFolder } from '../support/temp.ts';
import { makeKey } from '../support/tokens.ts';
import {
  fixture,
  type Json,
  namesOf,
  RunningGateway,
  recorded,
  recorder,
  remote,
  UNINSPECTED,
  until,
} from './running-gateway.ts';

const OPAQUE = 'https://gateway.example/opaque';

async function running(t: TestContext, config: Json): Promise<RunningGateway> {
  const gateway = await RunningGateway.start({
    ...UNINSPECTED,
    access: { default: 'allow' },
    ...config,
  });
  t.after(() => gateway.stop());
  await gateway.settled();
  return gateway;
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

/** Both eras with one credential: statuses of a list each. */
async function statuses(url: string, token: string): Promise<number[]> {
  const modern = await new ModernClient(url, bearer(token)).request('tools/list');
  const { initialized } = await LegacyClient.open(url, bearer(token));
  return [modern.status, initialized.status];
}

function sluice(folder: string, ...args: string[]) {
  return runProcess(process.execPath, [compiled('src/main.js'), ...args], { cwd: folder });
}

describe('with a real authorization server', { timeout: 180_000 }, () => {
  let provider: AuthorizationServer;
  let port: number;
  let resource: string;
  before(async () => {
    port = await freePort();
    resource = `http://127.0.0.1:${port}/mcp`;
    provider = await AuthorizationServer.start({ [resource]: 'jwt', [OPAQUE]: 'opaque' });
  });
  after(() => provider.stop());
  const config = (more: Json = {}): Json => ({
    listen: { port },
    servers: { one: fixture('dual', 'stdio') },
    auth: {
      resource,
      jwt: [{ id: 'idp', issuer: provider.issuer, refreshMs: 1000 }],
      introspection: [
        {
          ...{ id: 'op', endpoint: `${provider.issuer}/token/introspection`, audience: OPAQUE },
          ...GATEWAY,
          // The server names no subject where a program speaks for itself.
          claims: { caller: 'client_id' },
        },
      ],
      attempts: { burst: 10_000 },
      ...more,
    },
  });

  it('a client of the SDK finds its way from the 401 to a call by itself', async (t) => {
    const gateway = await running(t, config());
    const authProvider = new ClientCredentialsProvider({
      ...AGENT,
      expectedIssuer: provider.issuer,
    });
    const client = new Client({ name: 'test', version: '1.0.0' });
    const transport = new StreamableHTTPClientTransport(new URL(gateway.url), { authProvider });
    await client.connect(transport as Parameters<typeof client.connect>[0]);
    assert.ok((await client.listTools()).tools.length > 0);
    await client.close();
  });

  it('JWT and opaque tokens are let in, each where it is meant for', async (t) => {
    const gateway = await running(t, config());
    const jwt = await provider.token(resource);
    assert.equal(jwt.split('.').length, 3);
    assert.deepEqual(await statuses(gateway.url, jwt), [200, 200]);
    const opaque = await provider.token(OPAQUE);
    assert.ok(!opaque.includes('.'));
    assert.deepEqual(await statuses(gateway.url, opaque), [200, 200]);
    assert.deepEqual(await statuses(gateway.url, `${opaque}x`), [401, 401]);
  });

  it('tokens of a key that was rotated away are let in no more, those of the new one at once', async (t) => {
    const gateway = await running(t, config());
    const old = await provider.token(resource);
    assert.deepEqual(await statuses(gateway.url, old), [200, 200]);
    provider.rotate(makeKey('ES256'));
    const fresh = await provider.token(resource);
    await until(async () => (await statuses(gateway.url, fresh)).join() === '200,200');
    await until(async () => (await statuses(gateway.url, old)).join() === '401,401');
    assert.deepEqual(await statuses(gateway.url, fresh), [200, 200]);
  });
});

describe('a revocation', { timeout: 180_000 }, () => {
  it('ends sessions, streams and calls of a key at once, and nothing of the others', async (t) => {
    const keys = { ann: makeApiKey(), bob: makeApiKey() };
    const apiKeys = Object.entries(keys).map(([id, { sha256 }]) => ({ id, sha256 }));
    const gateway = await running(t, {
      servers: { slow: fixture('slow', 'stdio') },
      auth: { apiKeys, revocations: 'revoked.jsonl' },
    });
    const ann = await LegacyClient.open(gateway.url, bearer(keys.ann.key));
    const bob = await LegacyClient.open(gateway.url, bearer(keys.bob.key));
    const [stream, others] = [await ann.listen(), await bob.listen()];
    const modern = new ModernClient(gateway.url, bearer(keys.ann.key));
    const subscription = await modern.listen({ toolsListChanged: true });
    const { status, stdout } = await sluice(gateway.folder, 'revoke', '--key', 'ann');
    assert.equal(status, 0, stdout);
    await stream.ended;
    await subscription.ended;
    assert.equal((await ann.request('tools/list')).status, 401);
    assert.equal((await modern.request('tools/list')).status, 401);
    assert.equal((await bob.request('tools/list')).status, 200);
    await others.close();
    // And it outlives the gateway.
    await gateway.stop();
    assert.match(
      readFileSync(join(gateway.folder, 'revoked.jsonl'), 'utf8'),
      /^\{"key":"ann","at":"/,
    );
  });

  it('that cannot be read takes nothing back, and keeps a gateway from starting', async (t) => {
    const key = makeApiKey();
    const config = {
      servers: { one: fixture('dual', 'stdio') },
      auth: { apiKeys: [{ id: 'ann', sha256: key.sha256 }], revocations: 'revoked.jsonl' },
    };
    const gateway = await running(t, config);
    const file = join(gateway.folder, 'revoked.jsonl');
    const isOut = async () => (await statuses(gateway.url, key.key)).join() === '401,401';
    await sluice(gateway.folder, 'revoke', '--caller', 'ann');
    await until(isOut);
    const seen = gateway.process.stderr().length;
    writeFileSync(file, '{"coller":"ann"}\n');
    await gateway.logs(/cannot be read; the old ones stand/, seen);
    assert.ok(await isOut());
    const again = await sluice(gateway.folder, 'start', '-c', 'sluice.yaml');
    assert.deepEqual([again.status, /revocations cannot be used/.test(again.stderr)], [64, true]);
    const refused = await sluice(gateway.folder, 'revoke', '--caller', 'bob');
    assert.equal(refused.status, 69);
  });
});

describe('the end of a credential', { timeout: 180_000 }, () => {
  const LIFE_MS = 15_000;
  it('ends the streams that it opened, in every transport, and not those of one that goes on', async (t) => {
    const [short, long] = [makeApiKey(), makeApiKey()];
    const expires = new Date(Date.now() + LIFE_MS).toISOString();
    const entries = [
      { id: 'short', caller: 'ann', sha256: short.sha256, expires },
      { id: 'long', caller: 'ann', sha256: long.sha256 },
    ];
    const gateway = await running(t, {
      servers: { one: fixture('dual', 'stdio') },
      auth: { apiKeys: entries },
    });
    const open = async ({ key }: { key: string }) => {
      const legacy = await LegacyClient.open(gateway.url, bearer(key));
      const modern = new ModernClient(gateway.url, bearer(key));
      const streams = [await legacy.listen(), await modern.listen({ toolsListChanged: true })];
      const old = await fetch(`${gateway.origin}/sse`, {
        headers: { ...bearer(key).headers, accept: 'text/event-stream' },
      });
      assert.equal(old.status, 200);
      return { legacy, streams, old };
    };
    const ending = await open(short);
    const lasting = await open(long);
    await Promise.all(ending.streams.map((stream) => stream.ended));
    // Cut, not closed: an event stream over HTTP/1.1 that loses its connection fails to be read to its end.
    await ending.old.text().catch(() => {});
    assert.ok(Date.now() >= Date.parse(expires), 'never before its end');
    assert.equal((await ending.legacy.request('tools/list')).status, 401);
    // Another credential of the same caller goes on, and so do the streams that it opened.
    assert.equal((await lasting.legacy.request('tools/list')).status, 200);
    const ended = await Promise.race([
      ...lasting.streams.map((stream) => stream.ended.then(() => 'ended')),
      new Promise((resolve) => setImmediate(() => resolve('open'))),
    ]);
    assert.equal(ended, 'open');
    await Promise.all(lasting.streams.map((stream) => stream.close()));
    await lasting.old.body?.cancel();
  });
});

describe('a key', { timeout: 180_000 }, () => {
  it('made by `sluice key` is let in by the entry printed with it, until the file has it no more', async (t) => {
    const made = await sluice(temporaryFolder('key'), 'key', '--id', 'ci', '--days', '1', '--json');
    const { key, entry } = JSON.parse(made.stdout);
    const other = makeApiKey();
    const rest = { id: 'other', sha256: other.sha256 };
    const servers = { one: fixture('dual', 'stdio') };
    const gateway = await running(t, { servers, auth: { apiKeys: [entry, rest] } });
    assert.deepEqual(await statuses(gateway.url, key), [200, 200]);
    const client = await LegacyClient.open(gateway.url, bearer(key));
    const stream = await client.listen();
    gateway.write({ ...UNINSPECTED, servers, auth: { apiKeys: [rest] } });
    await stream.ended;
    assert.deepEqual(await statuses(gateway.url, key), [401, 401]);
    assert.deepEqual(await statuses(gateway.url, other.key), [200, 200]);
  });

  it('reaches no server, no log and no answer', async (t) => {
    const { key, sha256 } = makeApiKey();
    const file = join(temporaryFolder('seen'), 'lines');
    const mirror = await remote('dual');
    t.after(() => mirror.stop());
    const gateway = await running(t, {
      servers: { stdio: recorder(file, 'pid'), http: { url: mirror.ready } },
      auth: { apiKeys: [{ id: 'ci', sha256 }] },
      telemetry: { log: 'trace' },
    });
    const modern = new ModernClient(gateway.url, bearer(key));
    const legacy = await LegacyClient.open(gateway.url, bearer(key));
    const answers = [
      await modern.call('stdio__pid'),
      await legacy.call('stdio__pid'),
      await modern.call('http__test_simple_text'),
      await legacy.call('http__test_simple_text'),
    ];
    for (const { status } of answers) assert.equal(status, 200);
    const lines = recorded(file).lines.map(String).join('\n');
    assert.ok(existsSync(file) && lines.includes('tools/call'));
    const places = [lines, gateway.process.stderr(), mirror.stderr(), JSON.stringify(answers)];
    for (const place of places) assert.ok(!place.includes(key) && !place.includes(sha256));
  });
});

describe('over stdio', () => {
  it('the caller is whoever has started the program', { timeout: 180_000 }, async (t) => {
    const { sha256 } = makeApiKey();
    const config = {
      servers: { one: fixture('dual', 'stdio') },
      auth: { apiKeys: [{ id: 'ci', sha256 }], stdio: { id: 'me', roles: ['owner'] } },
      access: { roles: { owner: { allow: ['*'] } } },
    };
    const client = await StdioClient.gateway(config);
    t.after(() => client.end());
    assert.ok(namesOf(await client.modern('tools/list')).length > 0);
  });
});
