/** What the admin API tells and does, through the real program, and that its document says so. */

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { ROUTES } from '../../src/admin/routes.ts';
import { isAlive } from '../../src/lib/process-id.ts';
import {
  fixture,
  type Json,
  namesOf,
  recorded,
  recorder,
  script,
  textOf,
  until,
} from '../e2e/running-gateway.ts';
import { LegacyClient } from '../support/legacy-client.ts';
import { ModernClient } from '../support/modern-client.ts';
import { temporaryFolder } from '../support/temp.ts';
import { AdminClient, AdminUnderTest, answered, TOKENS } from './admin-under-test.ts';

const folder = temporaryFolder('admin');
/** Lists `look`, whose words are what a file says. */
const WORDS = join(folder, 'words');
const CHANGING = `
const { readFileSync, watch } = require('fs');
const words = () => readFileSync(${JSON.stringify(WORDS)}, 'utf8');
const send = (message) => console.log(JSON.stringify({ jsonrpc: '2.0', ...message }));
let last = words();
setInterval(() => {
  if (words() === last) return;
  last = words();
  send({ method: 'notifications/tools/list_changed' });
}, 20);
require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method } = JSON.parse(line);
  if (id === undefined) return;
  const inputSchema = { type: 'object', properties: JSON.parse(words()) };
  const result = {
    initialize: { protocolVersion: '2025-11-25', capabilities: { tools: { listChanged: true } }, serverInfo: { name: 'c', version: '1' } },
    'tools/list': { tools: [{ name: 'look/at', description: 'Looks.', inputSchema }] },
    'tools/call': { content: [{ type: 'text', text: 'seen' }] },
  }[method] ?? {};
  send({ id, result });
});`;

const PASSWORD = 'hunter2-is-not-a-password';
const config = (more: Json = {}): Json => ({
  servers: {
    files: recorder(join(folder, 'files'), 'read_note', 'write_note'),
    slow: fixture('slow', 'stdio'),
    changing: script(CHANGING),
    single: { ...recorder(join(folder, 'single'), 'read_note'), pool: { max: 1 } },
    off: { ...fixture('slow', 'stdio'), disabled: true, env: { PASSWORD } },
  },
  limits: [
    { id: 'rate', rate: '100/h', burst: 50 },
    { id: 'day', quota: '1000/day' },
    { id: 'wide', key: ['tool'], rate: '1000/s' },
    { id: 'few', concurrent: 9 },
  ],
  ...more,
});

let admin: AdminUnderTest;
let started: Json;
before(async () => {
  writeFileSync(WORDS, '{"path":{"type":"string"}}');
  admin = await AdminUnderTest.start(config(), {}, { SOME_TOKEN: PASSWORD });
  started = JSON.parse(readFileSync(admin.gateway.file, 'utf8')) as Json;
});
after(() => admin.stop());

const statusOf = async (name: string) =>
  (await admin.as.viewer.get(`/api/servers/${name}`)).body as {
    status: string;
    drained: boolean;
    switched: boolean;
    load: { inFlight: number };
  };
const pid = async (client: ModernClient) => textOf(await client.call('files__pid'));

describe('the admin API', { timeout: 300_000 }, () => {
  it('tells what runs, how it is, and how every server is', async () => {
    const { as } = admin;
    const { body: version } = await as.viewer.get('/api/version');
    assert.equal(version.pid, admin.gateway.process.pid);
    const { body: health } = await as.viewer.get('/api/health');
    assert.deepEqual(
      [health.ready, health.draining, health.degraded, health.stopped],
      [true, false, [], 0],
    );
    const { body } = await as.viewer.get('/api/servers');
    const states = (body.servers as Json[]).map(({ name, status }) => [name, status]);
    assert.deepEqual(states, [
      ['files', 'ready'],
      ['slow', 'ready'],
      ['changing', 'ready'],
      ['single', 'ready'],
      ['off', 'disabled'],
    ]);
    assert.equal((await as.viewer.get('/api/servers/nobody')).status, 404);
  });

  it('restarts a server: calls go on, in another process', async () => {
    const client = new ModernClient(admin.gateway.url);
    const before = await pid(client);
    const { status, body } = await admin.as.operator.post('/api/servers/files/restart');
    assert.deepEqual([status, body.status], [200, 'ready']);
    assert.notEqual(await pid(client), before);
    assert.equal((await admin.as.operator.post('/api/servers/nobody/restart')).status, 404);
  });

  it('ends a server that must not run twice before it starts it anew', async () => {
    const client = new ModernClient(admin.gateway.url);
    const old = Number(textOf(await client.call('single__pid')));
    await admin.as.operator.post('/api/servers/single/restart');
    assert.ok(!isAlive(old));
    const { pids } = recorded(join(folder, 'single'));
    assert.equal(pids.length, 2);
    assert.equal(Number(textOf(await client.call('single__pid'))), pids[1]);
    assert.equal((await statusOf('single')).drained, false);
  });

  it('drains a server: what is in flight finishes, new calls are refused, it stays listed', async () => {
    const client = new ModernClient(admin.gateway.url);
    const running = client.call('slow__sleep', { ms: 1500 });
    await until(async () => (await statusOf('slow')).load.inFlight > 0);
    const { body } = await admin.as.operator.post('/api/servers/slow/drain');
    assert.equal(body.drained, true);
    const refused = await client.call('slow__sleep', { ms: 1 });
    assert.equal((refused.error?.data as Json | undefined)?.code, 'stopped');
    assert.ok(namesOf(await client.request('tools/list')).includes('slow__sleep'));
    assert.equal((await running).error, undefined);
    const { body: health } = await admin.as.viewer.get('/api/health');
    assert.deepEqual(health.degraded, ['slow']);
    const { body: readiness } = await admin.gateway.readiness();
    assert.deepEqual((readiness as unknown as Json).degraded, ['slow']);
    assert.equal((await admin.as.operator.post('/api/servers/slow/enable')).body.drained, false);
    assert.equal((await client.call('slow__sleep', { ms: 1 })).error, undefined);
  });

  it('disables a server, also over a reload, and enables one that the file disables', async () => {
    const client = new ModernClient(admin.gateway.url);
    const names = async () => namesOf(await client.request('tools/list'));
    await admin.as.operator.post('/api/servers/slow/disable');
    assert.deepEqual(await statusOf('slow').then(({ status }) => status), 'disabled');
    assert.ok(!(await names()).some((name) => name.startsWith('slow__')));
    await admin.as.admin.post('/api/config/reload');
    assert.equal((await statusOf('slow')).status, 'disabled');
    await admin.as.operator.post('/api/servers/slow/enable');
    assert.deepEqual(await statusOf('slow').then(({ status, switched }) => [status, switched]), [
      'ready',
      false,
    ]);
    assert.ok((await names()).includes('slow__sleep'));
    const { body } = await admin.as.operator.post('/api/servers/off/enable');
    assert.deepEqual([body.status, body.switched], ['ready', true]);
    await admin.as.operator.post('/api/servers/off/disable');
  });

  it('shows a tool that has changed, and approves it as it was looked at and not otherwise', async () => {
    const client = new ModernClient(admin.gateway.url);
    const path = '/api/servers/changing/tools';
    const tool = `${path}/${encodeURIComponent('look/at')}`;
    const { body: first } = await admin.as.viewer.get(tool);
    assert.deepEqual([first.lock, first.isShown, first.why], ['approved', true, '']);
    writeFileSync(WORDS, '{"path":{"type":"string"},"password":{"type":"string"}}');
    await until(async () => (await admin.as.viewer.get(tool)).body.isShown === false);
    const { body: list } = await admin.as.viewer.get(`${path}?limit=10`);
    assert.equal(list.total, 1);
    const { body: changed } = await admin.as.viewer.get(tool);
    assert.equal(changed.lock, 'changed');
    assert.match(String(changed.why), /changed since it was approved/);
    assert.match(JSON.stringify(changed.definition), /password/);
    const listed = async () => namesOf(await client.request('tools/list'));
    assert.ok(!(await listed()).includes('changing__look/at'));
    const stale = await admin.as.admin.post(`${tool}/approve`, { sha256: first.sha256 });
    assert.deepEqual([stale.status, stale.body.code], [409, 'conflict']);
    const { body } = await admin.as.admin.post(`${tool}/approve`, { sha256: changed.sha256 });
    assert.deepEqual([body.lock, body.isShown], ['approved', true]);
    assert.ok((await listed()).some((name) => name.startsWith('changing__')));
    assert.ok(readFileSync(join(admin.gateway.folder, 'sluice.lock'), 'utf8').includes('look/at'));
    assert.equal((await admin.as.viewer.get(`${path}/none`)).status, 404);
    const none = await admin.as.admin.post(`${path}/none/approve`, { sha256: changed.sha256 });
    assert.equal(none.status, 404);
  });

  it('lists callers and sessions, and ends them', async () => {
    const session = await LegacyClient.open(admin.gateway.url);
    const { body } = await admin.as.viewer.get('/api/sessions');
    const [found] = body.sessions as Json[];
    assert.equal(found?.client, 'test-client 1.0.0');
    assert.ok(!JSON.stringify(body).includes(session.sessionId!), 'the id is told to nobody');
    const callers = (await admin.as.viewer.get('/api/callers')).body.callers as Json[];
    assert.deepEqual(
      callers.map(({ id, sessions }) => [id, sessions]),
      [['anonymous', 1]],
    );
    const ended = await admin.as.operator.delete(`/api/sessions/${found?.handle}`);
    assert.deepEqual(ended.body, { ended: 1 });
    assert.equal((await session.request('tools/list')).status, 404);
    assert.equal((await admin.as.operator.delete(`/api/sessions/${found?.handle}`)).status, 404);
    await LegacyClient.open(admin.gateway.url);
    const { body: all } = await admin.as.operator.delete('/api/callers/anonymous');
    assert.deepEqual(all, { ended: 1 });
    assert.equal((await admin.as.viewer.get('/api/sessions')).body.total, 0);
    assert.equal((await admin.as.operator.delete('/api/callers/anonymous')).status, 404);
  });

  it('tells what is left of limits, and changes nothing by that', async () => {
    const session = await LegacyClient.open(admin.gateway.url);
    const limits = async () =>
      (await admin.as.viewer.get('/api/callers/anonymous/limits')).body.limits as Json[];
    const before = (await limits()) as unknown as { rate: { left: number } }[];
    assert.deepEqual(
      (await limits()).map(({ id }) => id),
      ['rate', 'day', 'few'],
    );
    const used = async () => Number(((await limits())[1]?.quota as Json | undefined)?.used);
    const usedBefore = await used();
    await session.call('files__read_note');
    assert.equal(await used(), usedBefore + 1);
    const [after] = (await limits()) as unknown as { rate: { left: number } }[];
    assert.ok(after!.rate.left < before[0]!.rate.left);
    const { body } = await admin.as.viewer.get('/api/limits');
    assert.deepEqual(
      (body.limits as Json[]).map(({ id }) => id),
      ['rate', 'day', 'wide', 'few'],
    );
    assert.equal((await admin.as.viewer.get('/api/callers/eve/limits')).status, 404);
    await session.close();
  });

  it('shows the last calls, what was said in them only as the audit log may have it', async (t) => {
    const client = new ModernClient(admin.gateway.url);
    await client.call('files__write_note', { text: 'nobody kept this' });
    await client.call('files__nothing');
    const { body, text } = await admin.as.auditor.get('/api/calls?limit=2');
    const [unknown, written] = body.calls as Json[];
    assert.deepEqual([unknown?.outcome, unknown?.refusal], ['refused', 'unknown_tool']);
    assert.deepEqual(
      [written?.server, written?.tool, written?.outcome, written?.arguments],
      ['files', 'write_note', 'ok', null],
    );
    assert.ok(!text.includes('nobody kept this'));
    const filtered = await admin.as.auditor.get('/api/calls?server=files&outcome=ok&limit=1');
    assert.equal((filtered.body.calls as Json[])[0]?.tool, 'write_note');
    assert.deepEqual((await admin.as.auditor.get('/api/calls?caller=eve')).body, { calls: [] });

    const secret = `ghp_${'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'}`;
    const inspect = { secrets: { request: 'flag' } };
    const audited = await AdminUnderTest.start(
      { servers: { files: recorder(join(folder, 'audited'), 'write_note') }, audit: {}, inspect },
      { calls: 3 },
    );
    t.after(() => audited.stop());
    const other = new ModernClient(audited.gateway.url);
    for (const word of ['first', 'second', secret, 'last']) {
      await other.call('write_note', { text: word });
      await other.call('files__write_note', { text: word });
    }
    const kept = await audited.as.admin.get('/api/calls');
    const calls = (kept.body.calls as Json[]).filter(({ server }) => server === 'files');
    assert.equal((kept.body.calls as Json[]).length, 3);
    assert.equal(calls[0]?.arguments, '{"text":"last"}');
    assert.ok(!kept.text.includes(secret));
  });

  it('gives metrics to a scraper in the form that it takes, and percentiles of tools', async () => {
    const client = new ModernClient(admin.gateway.url);
    await client.call('files__write_note');
    const { body } = await admin.as.viewer.get('/api/latency');
    const tools = (body.latency as Json[]).map(({ server, tool }) => `${server}.${tool}`);
    assert.ok(tools.includes('files.write_note'));
    const plain = await admin.as.viewer.get('/metrics');
    assert.match(plain.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
    assert.match(plain.text, /\nsluice_calls_total\{[^}]*tool="write_note"/);
    const accept = { accept: 'application/openmetrics-text; version=1.0.0' };
    const scraper = new AdminClient(admin.url, TOKENS.viewer.key, accept);
    const open = await scraper.get('/metrics');
    assert.match(open.headers.get('content-type') ?? '', /^application\/openmetrics-text/);
    assert.ok(open.text.endsWith('# EOF\n'));
  });

  it('shows calls that wait for an operator, who approves one and denies the other', async (t) => {
    const waiting = await AdminUnderTest.start({
      servers: { files: recorder(join(folder, 'waiting'), 'write_note') },
      approvals: { tools: ['files.*'], by: 'operator' },
    });
    t.after(() => waiting.stop());
    const client = new ModernClient(waiting.gateway.url);
    const calls = ['approve', 'deny'].map((verb) => client.call('write_note', { verb }));
    let list: Json[] = [];
    await until(async () => {
      list = (await waiting.as.operator.get('/api/approvals')).body.approvals as Json[];
      return list.length === 2;
    });
    for (const { id, arguments: args } of list) {
      const { verb } = JSON.parse(String(args)) as Json;
      const { status } = await waiting.as.operator.post(`/api/approvals/${id}/${verb}`);
      assert.equal(status, 200);
    }
    const [approved, denied] = await Promise.all(calls);
    assert.notEqual(approved?.result?.isError, true);
    assert.match(textOf(denied!), /^approval_required/);
    assert.equal((await waiting.as.admin.post('/api/approvals/nobody/deny')).status, 404);
  });

  it('stops and resumes, by the same file as `sluice stop`', async () => {
    const client = new ModernClient(admin.gateway.url);
    const { as, gateway } = admin;
    const stop = { kind: 'tool', name: 'files.read_*' };
    const { body } = await as.operator.post('/api/stops', stop);
    assert.equal((body.stopped as Json[])[0]?.name, 'files.read_*');
    assert.equal(
      ((await client.call('files__read_note')).error?.data as Json | undefined)?.code,
      'stopped',
    );
    const file = join(gateway.folder, '.sluice/stopped.json');
    assert.match(readFileSync(file, 'utf8'), /files\.read_\*/);
    assert.deepEqual((await as.viewer.get('/api/stops')).body, body);
    const typo = await as.operator.post('/api/stops', { kind: 'server', name: 'fils' });
    assert.deepEqual([typo.status, typo.body.code], [400, 'bad_request']);
    const query = 'kind=tool&name=files.read_*';
    assert.deepEqual((await as.operator.delete(`/api/stops?${query}`)).body, { stopped: [] });
    assert.equal((await client.call('files__read_note')).error, undefined);
    assert.equal((await as.operator.delete(`/api/stops?${query}`)).status, 404);
  });

  it('shows the configuration and what a reload would change, without secrets', async () => {
    const { as, gateway } = admin;
    const { body, text } = await as.auditor.get('/api/config');
    assert.ok(!text.includes(PASSWORD));
    const { servers } = body.config as { servers: Record<string, Json> };
    assert.deepEqual(Object.keys(servers), ['files', 'slow', 'changing', 'single', 'off']);
    const next = config({ limits: [], telemetry: { log: 'debug' } }) as { servers: Json };
    const { slow: _, ...others } = next.servers;
    const secret = { url: `https://example.com/mcp?key=${PASSWORD}` };
    const fresh = { ...secret, disabled: true, headers: { 'x-thing': PASSWORD } };
    const args = ['--password', PASSWORD, '-e', `API_KEY=${PASSWORD}`];
    const headers = ['--header', `X-Key: ${PASSWORD}`, `--token=${PASSWORD}`];
    const started = { command: 'x', disabled: true, args: [...args, ...headers] };
    gateway.write(withAdmin({ ...next, servers: { ...others, fresh, started } }));
    const { body: diff, text: said } = await as.auditor.get('/api/config/diff');
    assert.ok(!said.includes(PASSWORD), said);
    assert.deepEqual(diff.faults, []);
    assert.deepEqual(diff.servers, {
      started: ['fresh', 'started'],
      ended: ['slow'],
      replaced: [],
    });
    const paths = (diff.changes as Json[]).map(({ path }) => path);
    for (const path of ['servers.slow', 'servers.fresh', 'limits', 'telemetry.log']) {
      assert.ok(paths.includes(path), `${path} in ${paths}`);
    }
    const reloaded = await as.admin.post('/api/config/reload');
    assert.deepEqual([reloaded.body.ok, reloaded.body.hash], [true, diff.hash]);
    const { body: none } = await as.auditor.get('/api/config/diff');
    assert.deepEqual(none.changes, []);
    gateway.write(`nonsense: ${PASSWORD}`);
    const { body: bad } = await as.auditor.get('/api/config/diff');
    assert.equal(bad.hash, null);
    const refused = await as.admin.post('/api/config/reload');
    assert.equal(refused.body.ok, false);
    assert.match(String((refused.body.faults as string[])[0]), /sluice\.yaml:1/);
    assert.equal((await as.viewer.get('/api/servers/files')).body.status, 'ready');
    gateway.write(withAdmin(config()));
    assert.equal((await as.admin.post('/api/config/reload')).body.ok, true);
  });

  it('says in its document what it does, in valid OpenAPI 3.1', async () => {
    const { body } = await admin.as.viewer.get('/api/openapi.json');
    const { valid, errors } = await new Validator().validate(body);
    assert.ok(valid, JSON.stringify(errors));
    assert.equal(body.openapi, '3.1.0');
    const operations = Object.values(body.paths as Record<string, Json>).flatMap((path) =>
      Object.values(path).map((one) => (one as Json).operationId),
    );
    assert.deepEqual(operations.toSorted(), ROUTES.map(({ id }) => id).toSorted());
  });

  it('has answered every operation, each as its schema says', () => {
    const missing = ROUTES.filter(({ id }) => !answered.has(id)).map(({ id }) => id);
    assert.deepEqual(missing, []);
  });

  it('records every change and every refusal, with who and on what', async () => {
    await admin.as.viewer.post('/api/servers/files/restart');
    const expected = [
      { who: 'the-operator', action: 'restartServer', subject: 'files', outcome: 'done' },
      { who: 'the-operator', action: 'restartServer', subject: 'nobody', outcome: 'not_found' },
      { who: 'the-admin', action: 'approveTool', subject: 'changing.look/at', outcome: 'conflict' },
      { who: 'the-admin', action: 'approveTool', subject: 'changing.look/at', outcome: 'done' },
      { who: 'the-operator', action: 'stop', subject: 'tool files.read_*', outcome: 'done' },
      { who: 'the-operator', action: 'resume', subject: 'tool files.read_*', outcome: 'done' },
      { who: 'the-auditor', action: 'getConfig', subject: '', outcome: 'done' },
      { who: 'the-admin', action: 'reloadConfig', subject: '', outcome: 'done' },
      { who: 'the-viewer', action: 'restartServer', subject: '', outcome: 'forbidden' },
    ];
    // The log of another process arrives when it does.
    const missing = () => {
      const deeds = new Set(admin.deeds().map((one) => JSON.stringify(one)));
      return expected.filter((deed) => !deeds.has(JSON.stringify(deed)));
    };
    await until(
      () => missing().length === 0,
      () => `${JSON.stringify(missing())} in ${JSON.stringify(admin.deeds())}`,
    );
  });
});

/** The file as it was started with, but for `config`. */
function withAdmin(next: Json): Json {
  const { admin: own, listen } = started;
  return { ...next, admin: own, listen };
}
