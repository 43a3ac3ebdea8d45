/** Arguments that do not fit, as clients of each revision hear of it; nothing of them reaches a server. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { LegacyClient } from '../support/legacy-client.ts';
import { ModernClient } from '../support/modern-client.ts';
import { runProcess } from '../support/spawn.ts';
import { compiled, temporaryFolder } from '../support/temp.ts';
import {
  type Json,
  type Lasting,
  type RunningGateway,
  script,
  starter,
  textOf,
  UNINSPECTED,
} from './running-gateway.ts';

const MARK = 'dev.sluice/refusal';
const SCHEMA = {
  type: 'object',
  properties: { count: { type: 'integer' } },
  required: ['count'],
};
const HOSTILE = { type: 'object', properties: { a: { $ref: 'https://elsewhere.example/' } } };
const tools = [
  { name: 'count', inputSchema: SCHEMA },
  { name: 'odd', inputSchema: HOSTILE },
  { name: 'part', inputSchema: { properties: { a: { pattern: '(?=a)b' } }, type: 'object' } },
];
/** Answers how many calls have reached it. */
const SERVER = `
let calls = 0;
require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method } = JSON.parse(line);
  if (id === undefined) return;
  const results = {
    initialize: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } },
    'tools/list': { tools: ${JSON.stringify(tools)} },
  };
  if (method === 'tools/call') calls += 1;
  const result = results[method] ?? { content: [{ type: 'text', text: 'call ' + calls }] };
  console.log(JSON.stringify({ jsonrpc: '2.0', id, result }));
});`;

const started = starter();

function start(more: Json, lasting?: Lasting): Promise<RunningGateway> {
  const state = { dir: join(temporaryFolder('validate'), 'state') };
  return started({ ...UNINSPECTED, servers: { s: script(SERVER) }, state, ...more }, lasting);
}

describe('arguments that do not fit', { timeout: 180_000 }, () => {
  let gateway: RunningGateway;

  before(async () => {
    gateway = await start({}, 'file');
  });

  it('are a result for the model from 2025-11-25 on, and an error before', async () => {
    const modern = new ModernClient(gateway.route('s'));
    const legacy = await LegacyClient.open(gateway.route('s'));
    for (const answer of [await modern.call('count', {}), await legacy.call('count', {})]) {
      assert.equal(answer.status, 200);
      assert.equal(answer.result?.isError, true);
      assert.equal(textOf(answer), 'invalid_arguments: The arguments lack "count".');
      const meta = answer.result?._meta as Json | undefined;
      assert.deepEqual(meta?.[MARK], { code: 'invalid_arguments' });
    }
    for (const version of ['2025-06-18', '2025-03-26']) {
      const older = await LegacyClient.open(gateway.route('s'), { version });
      const { error } = await older.call('count', { count: 'one' });
      assert.deepEqual([error?.code, error?.data?.code], [-32602, 'invalid_arguments']);
      assert.match(error!.message, /"count" must be integer, not string/);
      await older.close();
    }
    // None of the four has reached it.
    assert.equal(textOf(await modern.call('count', { count: 1 })), 'call 1');
    await legacy.close();
  });

  it('are let through where the schema cannot be used, which the log says once', async () => {
    const client = new ModernClient(gateway.route('s'));
    for (let n = 0; n < 3; n++) assert.match(textOf(await client.call('odd', { a: n })), /^call/);
    await gateway.logs(/the input schema of a tool is not checked/);
    assert.equal(gateway.process.stderr().match(/"tool":"odd"|tool.*odd/g)?.length, 1);
  });

  it('are seen not to be checked in the list of `sluice tools`, which says why', async () => {
    const list = [compiled('src/main.js'), 'tools', '--url', gateway.route('s')];
    const shown = await runProcess(process.execPath, list);
    assert.equal(shown.status, 0, shown.stderr);
    const lines = shown.stdout.trimEnd().split('\n');
    assert.match(String(lines.at(-2)), /^not checked {2}odd: .*elsewhere\.example/);
    assert.match(String(lines.at(-1)), /^not checked {2}part: a pattern that RE2 does not know$/);
    const json = await runProcess(process.execPath, [...list, '--json']);
    const gaps = (JSON.parse(json.stdout) as Json[]).map(({ unchecked }) => unchecked);
    assert.deepEqual([gaps[0], gaps[2]], [undefined, ['a pattern that RE2 does not know']]);
  });

  it('are refused there when strict, and never looked at when off', async () => {
    const strict = new ModernClient((await start({ validate: 'strict' })).route('s'));
    assert.match(textOf(await strict.call('odd', {})), /schema of this tool cannot be used/);
    assert.equal(textOf(await strict.call('count', { count: 1 })), 'call 1');
    const off = new ModernClient((await start({ validate: 'off' })).route('s'));
    assert.equal(textOf(await off.call('count', {})), 'call 1');
  });

  it('give back the place in flight that their call had taken', async () => {
    const limits = [{ id: 'one', concurrent: 1, tools: ['s.*'] }];
    const client = new ModernClient((await start({ limits })).route('s'));
    for (let n = 0; n < 3; n++) {
      assert.match(textOf(await client.call('count', {})), /^invalid_arguments/);
    }
    assert.equal(textOf(await client.call('count', { count: 1 })), 'call 1');
  });
});
