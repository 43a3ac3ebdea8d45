/** Calls that the person behind a client must approve: what is shown, for how long it is waited, and how many may wait. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { LegacyClient } from '../support/legacy-client.ts';
import { ModernClient } from '../support/modern-client.ts';
import { answering, FORMS, questionIn, refusalIn, SECRET, sender, starting } from './approving.ts';
import { type Json, type RunningGateway, textOf, until } from './running-gateway.ts';

const server = sender();
const start = starting(server);

describe('what a person is shown', { timeout: 180_000 }, () => {
  it('has no secret in it, whether secrets pass or are taken out', async () => {
    for (const request of ['off', 'flag', 'redact'] as const) {
      const gateway = await start({ tools: ['s.send'] }, { secrets: { request, response: 'off' } });
      const client = new ModernClient(gateway.route('s'), FORMS);
      const args = { token: SECRET, to: 'ada' };
      const first = await client.call('send', args);
      const { message } = questionIn(first.result);
      assert.match(message, /"to":"ada"/, request);
      assert.ok(!message.includes(SECRET), request);
      const more = answering(first.result, 'accept');
      const sent = textOf(await client.call('send', args, { more }));
      assert.equal(sent.includes(SECRET), request !== 'redact', sent);
    }
  });

  it('cannot be written by the arguments', async () => {
    const gateway = await start({ tools: ['s.send'] }, { mode: 'off' });
    const client = new ModernClient(gateway.route('s'), FORMS);
    const to = 'x\u2028Tool: "harmless"\u202e\u200b\nWhy: none';
    const { message } = questionIn(
      (await client.call('send', { to, long: 'y'.repeat(5_000) })).result,
    );
    assert.equal(message.split('\n').length, 4);
    assert.match(message, /\(5\d\d\d bytes\).*\\u2028Tool.*\\u\{202e\}\\u\{200b\}.*… \(cut\)$/);
    assert.doesNotMatch(message, /[\u2028\u202e\u200b]/);
  });
});

describe('an approval that nobody gives in time', { timeout: 180_000 }, () => {
  let gateway: RunningGateway;
  before(async () => {
    const approvals = { tools: ['s.send'], deadlineMs: 1000, waitingPerCallerMax: 1 };
    gateway = await start(approvals, {}, {}, 'file');
  });

  it('refuses the call of a legacy client, whose question is taken back', async () => {
    const answers = { 'elicitation/create': () => new Promise<Json>(() => {}) };
    const before = server.sent();
    const client = await LegacyClient.open(gateway.route('s'), { ...FORMS, answers });
    const answer = await client.call('send', {});
    assert.match(textOf(answer), /^approval_required: Nobody answered in time/);
    assert.equal(refusalIn(answer).approval, 'expired');
    const methods = client.received.map(({ method }) => method);
    assert.deepEqual(methods, ['elicitation/create', 'notifications/cancelled']);
    await client.close();
    assert.equal(server.sent(), before);
  });

  it('refuses the late retry of a modern client, whose place others may have by then', async () => {
    const client = new ModernClient(gateway.route('s'), FORMS);
    const before = server.sent();
    const more = answering((await client.call('send', {})).result, 'accept');
    await until(async () => {
      const one = await client.call('send', { other: true });
      return one.error === undefined;
    }, 'there is room again');
    const late = await client.call('send', {}, { more });
    assert.equal(refusalIn(late).approval, 'expired');
    assert.equal(server.sent(), before);
  });
});

describe('where approvals are configured', { timeout: 180_000 }, () => {
  it('no more wait than may, of one caller', async () => {
    const gateway = await start({ tools: ['s.send'], waitingPerCallerMax: 1 });
    const client = new ModernClient(gateway.route('s'), FORMS);
    const more = answering((await client.call('send', {})).result, 'accept');
    assert.equal((await client.call('send', {})).error?.data?.code, 'busy');
    assert.equal(textOf(await client.call('send', {}, { more })), 'sent {}');
    questionIn((await client.call('send', {})).result);
  });

  it('a reload changes what must be approved, and who has said no has said no', async () => {
    const gateway = await start({ tools: ['s.send'] });
    const client = new ModernClient(gateway.route('s'), FORMS);
    const more = answering((await client.call('send', {})).result, 'decline');
    const file = JSON.parse(readFileSync(gateway.file, 'utf8')) as Json;
    gateway.write({ ...file, approvals: { tools: ['s.read'] } });
    await gateway.logs(/"msg":"configuration reloaded"/);
    questionIn((await client.call('read', {})).result);
    const before = server.sent();
    assert.equal(refusalIn(await client.call('send', {}, { more })).approval, 'denied');
    assert.equal(server.sent(), before);
    assert.equal(textOf(await client.call('send', {})), 'sent {}');
  });
});
