/**
 * Methods that only a careless server takes for something else: a notification sent as a request, a known method in other
 * letters. Such a server acts on the name alone, and the gateway would have judged something else.
 *
 * The server here is as careless as they come; everything else is the real program.
 */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { RunningGateway, textOf } from '../e2e/running-gateway.ts';
import { LegacyClient } from '../support/legacy-client.ts';
import { ModernClient } from '../support/modern-client.ts';

/** Acts on the name whatever its case, its blanks and what stands behind a NUL, and asks for no id. `slow` never ends by itself. */
const CARELESS = `
  const waiting = new Map();
  const say = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n');
  const text = (id, words) => say({ id, result: { content: [{ type: 'text', text: words }] } });
  const tool = (name) => ({ name, inputSchema: { type: 'object' } });
  const prompts = { shown: 'public', hidden: 'secret' };
  require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const { id, method = '', params } = JSON.parse(line);
    const name = method.split('\\0')[0].trim().toLowerCase();
    if (name === 'initialize')
      say({ id, result: { protocolVersion: '2025-11-25', capabilities: { tools: {}, prompts: {}, completions: {} }, serverInfo: { name: 'c', version: '1' } } });
    else if (name === 'tools/list') say({ id, result: { tools: ['slow', 'release', 'denied'].map(tool) } });
    else if (name === 'prompts/list') say({ id, result: { prompts: Object.keys(prompts).map((one) => ({ name: one })) } });
    else if (name === 'completion/complete') {
      // As encoding/json of Go: keys without regard to case, the last one wins.
      const ref = Object.fromEntries(Object.entries(params.ref).map(([key, value]) => [key.toLowerCase(), value]));
      say({ id, result: { completion: { values: [prompts[ref.name]] } } });
    } else if (name === 'notifications/cancelled') {
      for (const each of [params.requestId, String(params.requestId)]) if (waiting.delete(each)) text(Number(each), 'cancelled');
      if (id !== undefined) say({ id, result: {} });
    } else if (name === 'tools/call' && params.name === 'slow') waiting.set(id, true);
    else if (name === 'tools/call') {
      text(id, 'did ' + params.name);
      if (params.name === 'release') for (const each of waiting.keys()) text(each, 'released');
    } else if (id !== undefined) say({ id, error: { code: -32601, message: method } });
  });
  process.stdin.on('end', () => process.exit(0));`;

const LOOK_ALIKES = [
  'Tools/Call',
  'TOOLS/CALL',
  ' tools/call',
  'tools/call ',
  'tools/call\t',
  'tools/call\0x',
  'tools/call\u200b',
  'tool\u017f/call',
];

describe('a method that only a careless server knows', { timeout: 120_000 }, () => {
  let gateway: RunningGateway;

  before(async () => {
    gateway = await RunningGateway.start({
      servers: { careless: { command: process.execPath, args: ['-e', CARELESS] } },
      access: { allow: ['*'], deny: ['careless.denied', 'careless.hidden'] },
    });
    await gateway.settled();
  });
  after(() => gateway?.stop());

  it('is passed on where nobody could take it for another', async () => {
    const client = await LegacyClient.open(gateway.route('careless'));
    const { error } = await client.request('vendor/Method-2.x_$');
    assert.equal(error?.message, 'vendor/Method-2.x_$');
    await client.close();
  });

  it('does not end the call of another by a notification that is sent as a request', async () => {
    const route = gateway.route('careless');
    const victim = await LegacyClient.open(route);
    const attackers = [await LegacyClient.open(route), new ModernClient(route)];
    const pending = victim.call('slow');
    await new Promise((resolve) => setTimeout(resolve, 200));
    for (const attacker of attackers) {
      for (const method of ['notifications/cancelled', 'Notifications/Cancelled']) {
        for (let requestId = 0; requestId < 30; requestId++) {
          const { error } = await attacker.request(method, { requestId });
          assert.equal(error?.code, -32601, method);
        }
      }
    }
    await victim.call('release');
    assert.equal(textOf(await pending), 'released');
    await victim.close();
  });

  for (const method of LOOK_ALIKES) {
    it(`calls no tool: ${JSON.stringify(method)}`, async () => {
      const client = await LegacyClient.open(gateway.route('careless'));
      const { error, result } = await client.request(method, { name: 'denied', arguments: {} });
      assert.equal(error?.code, -32601, JSON.stringify(result));
      await client.close();
    });
  }

  it('completes nothing of a prompt that a second spelling of a key names', async () => {
    const client = await LegacyClient.open(gateway.route('careless'));
    const argument = { name: 'a', value: '' };
    const right = { ref: { type: 'ref/prompt', name: 'shown' }, argument };
    const { result } = await client.request('completion/complete', right);
    assert.deepEqual(result?.completion, { values: ['public'] });
    for (const second of ['Name', 'NAME', 'URI', 'Type']) {
      const ref = { type: 'ref/prompt', name: 'shown', [second]: 'hidden' };
      const answer = await client.request('completion/complete', { ref, argument });
      assert.equal(answer.error?.code, -32602, JSON.stringify(answer.result));
    }
    await client.close();
  });
});
