/**
 * A configuration that changes under a running gateway, and its end: what did not change does not notice, what is in
 * flight finishes, and nothing is left behind.
 */

import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { isAlive } from '../../src/lib/process-id.ts';
import { Authority, type Certificate, serialAt } from '../support/certificates.ts';
import { LegacyClient } from '../support/legacy-client.ts';
import { ModernClient } from '../support/modern-client.ts';
import { temporaryFolder } from '../support/temp.ts';
import { CAPABILITIES } from './answering.ts';
import {
  fixture,
  type Json,
  namesOf,
  RunningGateway,
  recorded,
  recorder,
  textOf,
  UNINSPECTED,
  until,
} from './running-gateway.ts';

interface Set {
  gateway: RunningGateway;
  files: { kept: string; other: string };
  servers: Json;
}

async function running(t: TestContext, more: Json = {}, args: string[] = []): Promise<Set> {
  const folder = temporaryFolder('reload');
  const files = { kept: join(folder, 'kept'), other: join(folder, 'other') };
  const servers = { kept: recorder(files.kept), other: fixture('slow', 'stdio') };
  const gateway = await RunningGateway.start({ ...UNINSPECTED, servers, ...more }, args);
  t.after(() => gateway.stop());
  await gateway.settled();
  return { gateway, files, servers };
}

async function pidOf(client: ModernClient | LegacyClient, name = 'kept__pid'): Promise<number> {
  return Number(textOf(await client.call(name)));
}

/** Writes and waits until it is in force. */
async function reload(gateway: RunningGateway, config: Json): Promise<void> {
  const seen = gateway.process.stderr().length;
  gateway.write({ ...UNINSPECTED, ...config });
  await gateway.logs(/"configuration loaded"/, seen);
}

describe('a changed configuration', { timeout: 180_000 }, () => {
  it('adds and removes servers, and leaves the others their processes and sessions', async (t) => {
    const { gateway, files, servers } = await running(t);
    const modern = new ModernClient(gateway.url);
    const plain = await LegacyClient.open(gateway.url);
    const able = await LegacyClient.open(gateway.url, { capabilities: CAPABILITIES });
    const stream = await plain.listen();
    const listener = await modern.listen({ toolsListChanged: true });
    const pids = [await pidOf(modern), await pidOf(able)];
    const { other: _, ...rest } = servers;
    await reload(gateway, { servers: { ...rest, fresh: fixture('echo') } });
    assert.deepEqual([await pidOf(modern), await pidOf(able)], pids);
    assert.equal(await pidOf(plain), pids[0]);
    const started = recorded(files.kept).pids;
    assert.ok(pids.every((pid) => started.includes(pid)));
    const isChange = ({ method }: { method?: string }) =>
      method === 'notifications/tools/list_changed';
    await Promise.all([stream.until(isChange), listener.until(isChange)]);
    for (const client of [modern, plain, able]) {
      const names = namesOf(await client.request('tools/list'));
      assert.ok(names.includes('fresh__echo'));
      assert.ok(!names.some((name) => name.startsWith('other__')));
      assert.equal(textOf(await client.call('fresh__echo', { message: 'new' })), 'new');
      assert.equal(
        (await client.call('other__sleep', { ms: 1 })).error?.data?.code,
        'unknown_tool',
      );
    }
    assert.equal(
      (await new ModernClient(gateway.route('other')).request('tools/list')).status,
      404,
    );
    await Promise.all([plain.close(), able.close(), listener.close()]);
  });

  it('lets a call in flight on a removed server finish, in either era', async (t) => {
    const { gateway, servers } = await running(t);
    const { other: _, ...rest } = servers;
    const modern = new ModernClient(gateway.url);
    const legacy = await LegacyClient.open(gateway.url);
    const naps = [
      modern.call('other__sleep', { ms: 2500 }),
      legacy.call('other__sleep', { ms: 2500 }),
    ];
    const counts = async () => textOf(await modern.call('other__cancelled'));
    await until(async () => (await counts()).includes('"running":2'));
    await reload(gateway, { servers: rest });
    for (const nap of naps) assert.equal(textOf(await nap), 'slept 2500 ms');
    await legacy.close();
  });

  it('starts a server anew whose entry changed, and only that one', async (t) => {
    const { gateway, files, servers } = await running(t);
    const client = await LegacyClient.open(gateway.url);
    await reload(gateway, {
      servers: { ...servers, other: recorder(files.other, 'one_more') },
    });
    assert.equal(recorded(files.kept).pids.length, 1);
    const names = namesOf(await client.request('tools/list'));
    assert.ok(names.includes('other__one_more') && !names.includes('other__sleep'));
    const first = await pidOf(client, 'other__pid');
    await reload(gateway, { servers: { ...servers, other: recorder(files.other) } });
    assert.notEqual(await pidOf(client, 'other__pid'), first);
    await until(() => !isAlive(first));
    await client.close();
  });

  it('ends what was listened to and may not be any more, and leaves the rest', async (t) => {
    const servers = { one: fixture('dual', 'stdio') };
    const uri = 'test://watched-resource';
    const allowed = { default: 'allow' };
    const gateway = await RunningGateway.start({ ...UNINSPECTED, servers, access: allowed });
    t.after(() => gateway.stop());
    await gateway.settled();
    const url = gateway.route('one');
    const modern = new ModernClient(url);
    const watching = await modern.listen({ resourceSubscriptions: [uri] });
    const listing = await modern.listen({ toolsListChanged: true });
    const legacy = await LegacyClient.open(url);
    const stream = await legacy.listen();
    assert.deepEqual((await legacy.request('resources/subscribe', { uri })).result, {});
    const isUpdate = ({ method }: { method?: string }) =>
      method === 'notifications/resources/updated';
    await modern.call('test_update_watched');
    await watching.until(isUpdate);
    await stream.until(isUpdate);

    await reload(gateway, { servers, access: { ...allowed, deny: ['one.test://*'] } });
    // With a result: its client can ask again, and is told what it may hear.
    await watching.ended;
    assert.ok(watching.messages.at(-1)?.result !== undefined);
    const before = stream.messages.filter(isUpdate).length;
    await modern.call('test_update_watched');
    // What comes after it in the same stream says that it is not on its way.
    const seen = stream.messages.length;
    await reload(gateway, { servers, access: { ...allowed, deny: ['one.test://*', 'one.none'] } });
    await stream.until((message) => stream.messages.indexOf(message) >= seen);
    assert.equal(stream.messages.filter(isUpdate).length, before);
    await listing.until(({ method }) => method === 'notifications/tools/list_changed');
    await listing.close();
    await stream.close();
  });

  it('ends the session of a caller for whom its route is there no more', async (t) => {
    const servers = { one: fixture('dual', 'stdio') };
    const gateway = await RunningGateway.start({
      ...UNINSPECTED,
      servers,
      access: { default: 'allow' },
    });
    t.after(() => gateway.stop());
    await gateway.settled();
    const client = await LegacyClient.open(gateway.route('one'));
    const stream = await client.listen();
    const listening = await new ModernClient(gateway.route('one')).listen({
      toolsListChanged: true,
    });
    await reload(gateway, { servers, access: { default: 'deny', allow: ['two.*'] } });
    await Promise.all([stream.ended, listening.ended]);
  });

  it('of certificates counts for the connections after that', async (t) => {
    const authority = new Authority();
    const folder = temporaryFolder('reload-tls');
    const tls = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
    const place = ({ cert, key }: Certificate) => {
      copyFileSync(key, tls.key);
      copyFileSync(cert, tls.cert);
    };
    place(authority.issue('localhost'));
    const gateway = await RunningGateway.start({ servers: {}, listen: { tls } });
    t.after(() => gateway.stop());
    const port = Number(new URL(gateway.url).port);
    const first = await serialAt(port, authority.ca);
    place(authority.issue('localhost'));
    await until(async () => (await serialAt(port, authority.ca)) !== first, 'a new certificate');
  });

  it('is taken on SIGHUP where the file is not watched', async (t) => {
    const { gateway, servers } = await running(t, {}, ['--no-watch']);
    const seen = gateway.process.stderr().length;
    gateway.write({ ...UNINSPECTED, servers: { ...servers, fresh: fixture('echo') } });
    gateway.process.child.kill('SIGHUP');
    await gateway.logs(/"configuration loaded"/, seen);
    const client = new ModernClient(gateway.url);
    assert.equal(textOf(await client.call('fresh__echo', { message: 'hup' })), 'hup');
  });

  it('changes nothing when it cannot be used, and says why in the log', async (t) => {
    const { gateway, servers } = await running(t);
    const client = await LegacyClient.open(gateway.url);
    const pid = await pidOf(client);
    for (const bad of ['servers: [', '{"servers":{"kept":{"comand":"x"}}}', '']) {
      const seen = gateway.process.stderr().length;
      gateway.write(bad);
      await gateway.logs(/the old one serves on/, seen);
      assert.equal(await pidOf(client), pid);
      assert.ok(namesOf(await client.request('tools/list')).includes('other__sleep'));
    }
    await reload(gateway, { servers: { ...servers, fresh: fixture('echo') } });
    assert.equal(await pidOf(client), pid);
    assert.equal(textOf(await client.call('fresh__echo', { message: 'mended' })), 'mended');
    await client.close();
  });

  it('follows a server through a change of its name, and a virtual server that comes and goes', async (t) => {
    const { gateway, servers } = await running(t);
    const virtual = { v: { tools: ['kept.*'] } };
    await reload(gateway, { servers, virtual });
    const client = await LegacyClient.open(gateway.route('v/v'));
    assert.deepEqual(namesOf(await client.request('tools/list')), ['echo', 'pid', 'hang']);
    await reload(gateway, {
      servers: { renamed: servers.kept },
      virtual: { w: { tools: ['*.*'] } },
    });
    const { error } = await client.request('tools/list');
    assert.equal(error?.data?.code, 'unknown_route');
    const names = namesOf(await new ModernClient(gateway.route('renamed')).request('tools/list'));
    assert.deepEqual(names, ['echo', 'pid', 'hang']);
  });
});

describe('the end of the gateway', { timeout: 180_000 }, () => {
  it('lets a call in flight finish, refuses new ones, and leaves no process behind', async (t) => {
    const { gateway, files } = await running(t);
    const modern = new ModernClient(gateway.url);
    const able = await LegacyClient.open(gateway.url, { capabilities: CAPABILITIES });
    await Promise.all([pidOf(modern), pidOf(able)]);
    const naps = [
      modern.call('other__sleep', { ms: 2000 }),
      able.call('other__sleep', { ms: 2000 }),
    ];
    await until(async () => textOf(await modern.call('other__cancelled')).includes('"running":2'));
    const listener = await modern.listen({ toolsListChanged: true });
    await listener.until(({ method }) => method === 'notifications/subscriptions/acknowledged');
    gateway.process.child.kill('SIGTERM');
    await gateway.logs(/calls in flight may finish/);
    const refused = await modern.request('tools/list').then(
      ({ status }) => status === 503,
      () => true,
    );
    assert.ok(refused);
    for (const nap of naps) assert.equal(textOf(await nap), 'slept 2000 ms');
    await listener.ended;
    // A stream that ends in order ends with a result.
    assert.ok(listener.messages.at(-1)?.result !== undefined);
    assert.equal(await gateway.process.exited, 0);
    const { pids } = recorded(files.kept);
    assert.ok(pids.length >= 2);
    assert.ok(!pids.some(isAlive));
  });

  it('comes at once on a second signal', async (t) => {
    const { gateway, files } = await running(t, { listen: { drainMs: 600_000 } });
    const client = new ModernClient(gateway.url);
    await pidOf(client);
    const hanging = client.call('kept__hang').then(
      (exchange) => exchange.error !== undefined,
      () => true,
    );
    await until(() => recorded(files.kept).lines.some((line) => line.includes('"hang"')));
    gateway.process.child.kill('SIGTERM');
    await gateway.logs(/calls in flight may finish/);
    gateway.process.child.kill('SIGTERM');
    assert.equal(await gateway.process.exited, 143);
    assert.ok(await hanging);
    await until(() => !recorded(files.kept).pids.some(isAlive));
  });

  it('does not wait longer than drainMs for a call that never ends', async (t) => {
    const { gateway, files } = await running(t, { listen: { drainMs: 300 } });
    const client = new ModernClient(gateway.url);
    const hanging = client.call('kept__hang').catch(() => undefined);
    await until(() => recorded(files.kept).lines.some((line) => line.includes('"hang"')));
    gateway.process.child.kill('SIGTERM');
    assert.equal(await gateway.process.exited, 0);
    await hanging;
    assert.ok(!recorded(files.kept).pids.some(isAlive));
  });
});
