/** Correlation, over real stdio servers: which request a message belongs to, and how requests end. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { plainInteger } from '../../src/backends/json-rpc-link.ts';
import { META } from '../../src/protocol/eras.ts';
import { fixture, type Json, reference, script, textOf, User } from './link-user.ts';

const LEGACY = { era: 'legacy', transport: 'stdio' } as const;

describe('plainInteger', () => {
  it('reads positive integers as we write them, and nothing else', () => {
    const read = (text: string) => plainInteger(Buffer.from(text), 0, text.length);
    assert.deepEqual(['1', '42', '999999999999999'].map(read), [1, 42, 999999999999999]);
    for (const text of [
      '',
      '0',
      '01',
      '-1',
      '1.0',
      '1e3',
      '"1"',
      'null',
      '1 ',
      '1000000000000000',
    ]) {
      assert.equal(read(text), -1, text);
    }
  });
});

describe('a link', () => {
  it('answers 200 requests in flight, in whatever order the answers come', async () => {
    const source = `
      const held = [];
      require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
        const m = JSON.parse(line);
        const result = m.method === 'initialize'
          ? { protocolVersion: '2025-06-18', capabilities: {}, serverInfo: { name: 's', version: '1' } }
          : { echoed: m.params?.n };
        if (m.id === undefined) return;
        held.push(JSON.stringify({ jsonrpc: '2.0', id: m.id, result }) + '\\n');
        if (m.method !== 'initialize' && held.length < 200) return;
        held.sort(() => Math.random() - 0.5);
        process.stdout.write(held.splice(0).join(''));
      });`;
    const user = await User.open(script(source), {}, LEGACY);
    const asked = Array.from({ length: 200 }, (_, n) => user.ask('x', { n }));
    assert.equal(user.link.inFlight, 200);
    const outcomes = await Promise.all(asked);
    outcomes.forEach(({ reply }, n) => {
      assert.deepEqual(reply?.result, { echoed: n });
    });
    assert.equal(user.link.inFlight, 0);
    await user.link.close();
  });

  for (const [era, name] of [
    ['legacy', 'legacy'],
    ['modern', 'dual'],
  ] as const) {
    it(`${era}: gives progress to the request that it is about`, async () => {
      const user = await User.open(fixture(name, 'stdio'));
      assert.equal(user.link.era, era);
      const calls = Array.from({ length: 5 }, () => user.call('test_tool_with_progress'));
      for (const { id, outcome } of calls) {
        const { messages } = await outcome;
        assert.equal(messages.length, 3);
        for (const { params } of messages) assert.equal((params as Json).progressToken, id);
      }
      assert.deepEqual(user.heard, []);
      await user.link.close();
    });
  }

  it('gives what belongs to no request to its owner', async () => {
    const user = await User.open(fixture('legacy', 'stdio'));
    const { messages } = await user.call('test_tool_with_logging').outcome;
    assert.deepEqual(messages, []);
    const logs = user.heard.filter(({ method }) => method === 'notifications/message');
    assert.equal(logs.length, 3);
    await user.link.close();
  });

  it('carries a request of a legacy server to its owner, and the answer back', async () => {
    const user = new User();
    user.answer = ({ method }) =>
      method === 'sampling/createMessage'
        ? { role: 'assistant', content: { type: 'text', text: 'Paris' }, model: 'test' }
        : {};
    await user.connect(fixture('legacy', 'stdio'), { sampling: {} });
    assert.match(await user.text('test_sampling', { prompt: 'capital?' }), /Paris/);
    await user.link.close();
  });

  it('answers the ping of a server by itself', async () => {
    const source = `
      const say = (o) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...o }) + '\\n');
      let waiting;
      require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
        const m = JSON.parse(line);
        if (m.method === 'initialize') say({ id: m.id, result: { protocolVersion: '2025-06-18', capabilities: {}, serverInfo: { name: 's', version: '1' } } });
        else if (m.method === 'go') { waiting = m.id; say({ id: 'p-1', method: 'ping' }); }
        else if (m.id === 'p-1') say({ id: waiting, result: { got: m.result } });
      });`;
    const user = await User.open(script(source), {}, LEGACY);
    const { reply } = await user.ask('go');
    assert.deepEqual(reply?.result, { got: {} });
    assert.deepEqual(user.heard, []);
    await user.link.close();
  });

  it('gives subscription notifications to the request that listens', async () => {
    const user = await User.open(fixture('dual', 'stdio'));
    const params = { notifications: { toolsListChanged: true } };
    const listening = user.send('subscriptions/listen', params, 0);
    const heard = (method: string) => listening.messages.some((one) => one.method === method);
    await user.until(() => heard('notifications/subscriptions/acknowledged'));
    await user.call('test_trigger_tool_change').outcome;
    await user.until(() => heard('notifications/tools/list_changed'));
    for (const { params: sent } of listening.messages) {
      const meta = (sent as Json)._meta as Json;
      assert.equal(meta[`${META}subscriptionId`], listening.id);
    }
    user.link.cancel(listening.id, 'enough');
    const before = listening.messages.length;
    await user.call('test_trigger_tool_change').outcome;
    assert.equal(listening.messages.length, before);
    await user.link.close();
  });

  it('tells the server what was cancelled, and its receiver nothing more', async () => {
    const user = await User.open(fixture('slow', 'stdio'));
    let hasHeard = false;
    const call = user.call('sleep', { ms: 30_000, steps: 300 });
    void call.outcome.then(() => {
      hasHeard = true;
    });
    await user.until(() => call.messages.length > 0);
    user.link.cancel(call.id, 'the caller has gone');
    assert.equal(user.link.inFlight, 0);
    let seen = '';
    for (let tries = 0; tries < 100 && !seen.includes('"running":0'); tries += 1) {
      seen = await user.text('cancelled');
    }
    assert.deepEqual(JSON.parse(seen), { cancelled: 1, running: 0 });
    assert.equal(hasHeard, false);
    await user.link.close();
  });

  it('ends a request at its deadline, cancels it, and drops the late answer', async () => {
    const user = await User.open(fixture('hostile'), {}, LEGACY);
    const { refusal } = await user.call('late', { ms: 400 }, 100).outcome;
    assert.equal(refusal?.code, 'deadline_exceeded');
    assert.equal(textOf(await user.call('late', { ms: 600 }).outcome), 'late');
    assert.equal(user.link.counters.late, 1);
    await user.link.close();
  });

  it('cannot be told another answer by a server that guesses ids', async () => {
    const user = await User.open(fixture('hostile'), {}, LEGACY);
    assert.equal(await user.text('guess_ids'), 'mine');
    assert.ok(user.link.counters.unknown + user.link.counters.late >= 8);
    await user.link.close();
  });

  it('fails what is sent after its end in a later turn', async () => {
    const user = await User.open(fixture('echo'), {}, LEGACY);
    await user.link.close();
    let hasFailed = false;
    const sent = user.call('echo').outcome.then(({ refusal }) => {
      hasFailed = true;
      return refusal;
    });
    assert.equal(hasFailed, false);
    assert.equal((await sent)?.code, 'backend_unavailable');
    user.link.cancel(12345, 'unknown');
    user.link.post(Buffer.from('{}'));
    await user.link.close();
  });

  it('carries the reference servers', async () => {
    const user = await User.open(reference('everything', 'stdio'));
    assert.equal(await user.text('echo', { message: 'hi' }), 'Echo: hi');
    const long = user.call('trigger-long-running-operation', { duration: 1, steps: 4 });
    assert.equal((await long.outcome).messages.length, 4);
    await user.link.close();
    const memory = await User.open(reference('memory'));
    assert.match(await memory.text('read_graph'), /entities/);
    await memory.link.close();
  });
});
