/** Calls that wait until an operator has decided over them, by the admin API and its command line. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { AdminUnderTest, TOKENS } from '../admin/admin-under-test.ts';
import { run } from '../cli/sluice.ts';
import { LegacyClient } from '../support/legacy-client.ts';
import { ModernClient } from '../support/modern-client.ts';
import { temporaryFolder } from '../support/temp.ts';
import { recordsOf, refusalIn, SECRET, sender } from './approving.ts';
import { type Json, textOf, until } from './running-gateway.ts';

const server = sender();
const started: AdminUnderTest[] = [];

async function start(approvals: Json = {}, more: Json = {}): Promise<AdminUnderTest> {
  const admin = await AdminUnderTest.start({
    servers: { s: server.entry },
    approvals: { tools: ['s.send'], by: 'operator', ...approvals },
    inspect: { secrets: { request: 'flag', response: 'off' } },
    audit: { flushMs: 5 },
    ...more,
  });
  started.push(admin);
  return admin;
}

after(async () => {
  for (const admin of started) await admin.stop();
});

const listed = async ({ as }: AdminUnderTest) =>
  (await as.operator.get('/api/approvals')).body.approvals as Json[];

/** What waits, once as many do. */
async function waiting(admin: AdminUnderTest, count = 1): Promise<Json[]> {
  let found: Json[] = [];
  await until(async () => {
    found = await listed(admin);
    return found.length === count;
  }, `${count} wait`);
  return found;
}

const isSend = ({ method, original }: Json) => method === 'tools/call' && original === 'send';

describe('a call that waits for an operator', { timeout: 180_000 }, () => {
  let admin: AdminUnderTest;
  let modern: ModernClient;
  before(async () => {
    admin = await start({ waitingPerCallerMax: 2 });
    modern = new ModernClient(admin.gateway.route('s'));
  });

  it('is shown without secrets, and goes on when it is approved, which is recorded with who', async () => {
    const legacy = await LegacyClient.open(admin.gateway.route('s'));
    for (const client of [modern, legacy]) {
      const calling = client.call('send', { to: 'ada', token: SECRET });
      const [one] = await waiting(admin);
      assert.deepEqual(
        [one!.caller, one!.server, one!.tool, one!.why],
        ['anonymous', 's', 'send', 'approvals.tools has "s.send"'],
      );
      assert.match(String(one!.arguments), /"to":"ada"/);
      assert.ok(!JSON.stringify(one).includes(SECRET));
      assert.equal(one!.argumentsBytes, JSON.stringify({ to: 'ada', token: SECRET }).length);
      const path = `/api/approvals/${one!.id}/approve`;
      assert.equal((await admin.as.operator.post(path)).status, 200);
      assert.ok(textOf(await calling).includes(SECRET));
      assert.equal((await admin.as.operator.post(path)).status, 404);
      assert.deepEqual(await listed(admin), []);
    }
    await legacy.close();
    const records = await recordsOf(admin.gateway, isSend, 2);
    for (const { approval } of records) {
      const { ms, ...rest } = approval as Json;
      assert.ok(Number(ms) >= 0);
      assert.deepEqual(rest, { by: 'operator', outcome: 'granted', who: 'the-operator' });
    }
    const [deed] = await recordsOf(admin.gateway, ({ action }) => action === 'approveCall', 3);
    assert.deepEqual([deed!.by, deed!.outcome], ['the-operator', 'ok']);
    const { text } = await admin.as.viewer.get('/metrics');
    assert.match(text, /\nsluice_approvals_total\{by="operator",outcome="granted"\} 2\n/);
    assert.match(text, /\nsluice_approvals_waiting\{by="operator"\} 0\n/);
    const { body } = await admin.as.auditor.get('/api/calls?tool=send');
    assert.deepEqual(
      (body.calls as Json[]).map(({ approval }) => approval),
      ['granted', 'granted'],
    );
  });

  it('is refused when it is denied, and nothing is sent', async () => {
    const before = server.sent();
    const calling = modern.call('send', {});
    const [one] = await waiting(admin);
    const { body } = await admin.as.admin.post(`/api/approvals/${one!.id}/deny`);
    assert.equal(body.id, one!.id);
    const answer = await calling;
    assert.match(textOf(answer), /^approval_required: An operator of this gateway has denied/);
    const refusal = { code: 'approval_required', approval: 'denied', by: 'operator' };
    assert.deepEqual(refusalIn(answer), refusal);
    assert.equal(server.sent(), before);
  });

  it('is given up when its client goes, so that nobody can approve it any more', async () => {
    const before = server.sent();
    const abort = new AbortController();
    const calling = modern.call('send', { to: 'nobody' }, { signal: abort.signal });
    const [one] = await waiting(admin);
    abort.abort();
    await assert.rejects(calling);
    await waiting(admin, 0);
    assert.equal((await admin.as.admin.post(`/api/approvals/${one!.id}/approve`)).status, 404);
    const [record] = await recordsOf(
      admin.gateway,
      (record) => isSend(record) && record.outcome === 'cancelled',
      1,
    );
    assert.equal((record!.approval as Json).outcome, 'cancelled');
    assert.equal(server.sent(), before);
  });

  it('is given up when its session ends', async () => {
    const before = server.sent();
    const legacy = await LegacyClient.open(admin.gateway.route('s'));
    const calling = legacy.call('send', {});
    const [one] = await waiting(admin);
    await legacy.close();
    assert.equal((await calling).error?.data?.code, 'unknown_session');
    assert.equal((await admin.as.admin.post(`/api/approvals/${one!.id}/approve`)).status, 404);
    assert.equal(server.sent(), before);
  });

  it('is one of few: more of one caller are refused at once', async () => {
    const calls = [modern.call('send', { at: 1 }), modern.call('send', { at: 2 })];
    const waits = await waiting(admin, 2);
    assert.equal((await modern.call('send', { at: 3 })).error?.data?.code, 'busy');
    for (const { id } of waits) await admin.as.operator.post(`/api/approvals/${id}/deny`);
    for (const answer of await Promise.all(calls)) refusalIn(answer);
  });

  it('ends by the emergency stop, and is not let through when it was stopped meanwhile', async () => {
    const before = server.sent();
    const calling = modern.call('send', {});
    await waiting(admin);
    await admin.as.operator.post('/api/stops', { kind: 'tool', name: 's.send' });
    assert.equal((await calling).error?.data?.code, 'stopped');
    assert.deepEqual(await listed(admin), []);
    await admin.as.operator.delete('/api/stops?kind=tool&name=s.send');
    const drained = modern.call('send', {});
    const [one] = await waiting(admin);
    await admin.as.operator.post('/api/servers/s/drain');
    await admin.as.operator.post(`/api/approvals/${one!.id}/approve`);
    assert.equal((await drained).error?.data?.code, 'stopped');
    await admin.as.operator.post('/api/servers/s/enable');
    assert.equal(server.sent(), before);
  });

  it('is listed and decided by `sluice admin approvals`', async () => {
    const folder = temporaryFolder('approvals');
    const env = { SLUICE_ADMIN_TOKEN: TOKENS.operator.key, SLUICE_ADMIN_URL: admin.url };
    const ask = (...args: string[]) => run({ folder, env }, 'admin', 'approvals', ...args);
    assert.match((await ask()).stdout, /No call waits/);
    const first = modern.call('send', { to: 'cli' });
    const [one] = await waiting(admin);
    assert.match((await ask()).stdout, /^ID .*\n[0-9a-f]{16} .* s\.send .*"to":"cli"/);
    assert.equal((await ask('approve', String(one!.id))).code, 0);
    assert.equal(textOf(await first), 'sent {"to":"cli"}');
    const second = modern.call('send', { to: 'cli' });
    const [other] = await waiting(admin);
    assert.equal((await ask('deny', String(other!.id))).code, 0);
    assert.equal(refusalIn(await second).approval, 'denied');
    const gone = await ask('deny', String(other!.id));
    assert.equal(gone.code, 1);
    assert.match(gone.stderr, /\[not_found\]/);
  });
});

describe('a call that no operator decides over', { timeout: 180_000 }, () => {
  it('is refused after its time', async () => {
    const admin = await start({ deadlineMs: 1000 });
    const before = server.sent();
    const answer = await new ModernClient(admin.gateway.route('s')).call('send', {});
    assert.match(textOf(answer), /^approval_required: No operator of this gateway decided in time/);
    assert.equal(refusalIn(answer).approval, 'expired');
    assert.equal(server.sent(), before);
  });

  it('is refused at once when the gateway ends', async () => {
    const admin = await start({ deadlineMs: 600_000 });
    const before = server.sent();
    const calling = new ModernClient(admin.gateway.route('s')).call('send', {});
    await waiting(admin);
    const ended = admin.stop();
    assert.equal((await calling).error?.data?.code, 'draining');
    assert.equal(await ended, 0);
    assert.equal(server.sent(), before);
  });

  it('has its arguments shown to no operator where the audit log may not keep them', async () => {
    const admin = await start({}, { audit: { payloads: 'hash' } });
    const calling = new ModernClient(admin.gateway.route('s')).call('send', { to: 'ada' });
    const [one] = await waiting(admin);
    assert.deepEqual([one!.arguments, one!.argumentsBytes], [null, 12]);
    await admin.as.operator.post(`/api/approvals/${one!.id}/approve`);
    assert.equal(textOf(await calling), 'sent {"to":"ada"}');
  });
});
