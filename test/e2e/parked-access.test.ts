/**
 * What a parked call may after its rules have changed: its retry goes through no other stage.
 *
 * The server asks its client before it answers whatever is asked of it; everything else is the real program.
 */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Json } from '../support/mcp-exchange.ts';
import { ModernClient } from '../support/modern-client.ts';
import { RunningGateway } from './running-gateway.ts';

const ASKING = `
  const say = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n');
  const results = {
    'tools/call': { content: [{ type: 'text', text: 'the secret' }] },
    'prompts/get': { messages: [{ role: 'user', content: { type: 'text', text: 'the secret' } }] },
    'resources/read': { contents: [{ uri: 'a:secret', text: 'the secret' }] },
  };
  const lists = { 'tools/list': { tools: [{ name: 'secret', inputSchema: { type: 'object' } }] },
    'prompts/list': { prompts: [{ name: 'secret' }] }, 'resources/list': { resources: [{ uri: 'a:secret', name: 'secret' }] } };
  const waiting = new Map();
  let asked = 0;
  require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const { id, method } = JSON.parse(line);
    if (method === 'initialize')
      say({ id, result: { protocolVersion: '2025-11-25', capabilities: { tools: {}, prompts: {}, resources: {} }, serverInfo: { name: 'a', version: '1' } } });
    else if (lists[method]) say({ id, result: lists[method] });
    else if (results[method]) {
      waiting.set('q' + ++asked, { id, result: results[method] });
      say({ id: 'q' + asked, method: 'elicitation/create', params: { message: 'm', requestedSchema: { type: 'object', properties: {} } } });
    } else if (method === undefined && waiting.has(id)) say(waiting.get(id));
    else if (id !== undefined && method !== undefined) say({ id, error: { code: -32601, message: 'no' } });
  });
  process.stdin.on('end', () => process.exit(0));`;

const REQUESTS: readonly (readonly [string, Json, string])[] = [
  ['tools/call', { name: 'secret', arguments: {} }, 'unknown_tool'],
  ['prompts/get', { name: 'secret' }, 'unknown_prompt'],
  ['resources/read', { uri: 'a:secret' }, 'unknown_resource'],
];
const ABLE = { elicitation: {} };
/** Nothing is listed for them when the retry comes. */
const OTHERS = { elicitation: {}, 'x-never-seen-before': {} };

describe('a parked call', { timeout: 120_000 }, () => {
  const config = {
    servers: { asking: { command: process.execPath, args: ['-e', ASKING] } },
    access: { allow: ['*'] },
  };
  let gateway: RunningGateway;

  before(async () => {
    gateway = await RunningGateway.start(config);
    await gateway.settled();
  });
  after(() => gateway?.stop());

  async function parked(method: string, params: Json, capabilities: Json = ABLE) {
    const client = new ModernClient(gateway.route('asking'), { capabilities: ABLE });
    const { result, error } = await client.request(method, params);
    assert.equal(result?.resultType, 'input_required', JSON.stringify(error));
    const answers = Object.keys(result.inputRequests as Json).map((key) => [
      key,
      { action: 'accept', content: {} },
    ]);
    const retry = {
      inputResponses: Object.fromEntries(answers),
      requestState: result.requestState,
    };
    const again = new ModernClient(gateway.route('asking'), { capabilities });
    return () => again.request(method, { ...params, ...retry });
  }

  it('goes on where nothing has changed, also with other capabilities', async () => {
    for (const [method, params] of REQUESTS) {
      for (const capabilities of [ABLE, OTHERS]) {
        const { result, error } = await (await parked(method, params, capabilities))();
        assert.match(JSON.stringify(result), /the secret/, JSON.stringify(error));
      }
    }
  });

  it('is not taken up again when it is denied meanwhile, whatever it asks for', async () => {
    const retries = [];
    for (const [method, params, code] of REQUESTS) {
      retries.push({ method, code, retry: await parked(method, params) });
      retries.push({ method, code, retry: await parked(method, params, OTHERS) });
    }
    const from = gateway.process.stderr().length;
    gateway.write({ ...config, access: { allow: ['*'], deny: ['asking.*secret'] } });
    await gateway.logs(/configuration loaded/, from);
    for (const { method, code, retry } of retries) {
      const { result, error } = await retry();
      assert.equal(error?.data?.code, code, `${method} ${JSON.stringify(result)}`);
    }
  });
});
