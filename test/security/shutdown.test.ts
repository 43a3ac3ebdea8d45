/** What is left behind when the gateway goes, however it goes: nothing. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { isAlive } from '../../src/lib/process-id.ts';
import {
  type Json,
  RunningGateway,
  script,
  textOf,
  UNINSPECTED,
  until,
} from '../e2e/running-gateway.ts';
import { ModernClient } from '../support/modern-client.ts';

/** Starts a child of its own and tells both ids; `-stubborn` ignores the end of its input and every polite signal. */
const PARENT = `
  const stubborn = process.argv.includes('-stubborn');
  const ignore = "for (const s of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(s, () => {});";
  const wait = stubborn ? ignore + 'setInterval(() => {}, 1000); setTimeout(() => process.exit(), 60000)' : "process.stdin.resume().on('end', () => process.exit())";
  if (stubborn) { eval(ignore); setTimeout(() => process.exit(), 60000); }
  const child = require('child_process').spawn(process.execPath, ['-e', wait], { stdio: ['pipe', 'ignore', 'ignore'] });
  let tail = '';
  process.stdin.setEncoding('utf8').on('end', () => { if (!stubborn) process.exit(0); }).on('data', (chunk) => {
    const lines = (tail + chunk).split('\\n');
    tail = lines.pop();
    for (const line of lines) {
      const { id, method } = JSON.parse(line);
      if (id === undefined) continue;
      const results = {
        initialize: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'p', version: '1' } },
        'tools/list': { tools: [{ name: 'pids', inputSchema: { type: 'object' } }] },
        'tools/call': { content: [{ type: 'text', text: process.pid + ' ' + child.pid }] },
      };
      const body = results[method] ? { result: results[method] } : { error: { code: -32601, message: 'no' } };
      process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, ...body }) + '\\n');
    }
  });`;

/** Linux only. */
function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.split(' ').filter(Boolean).map(Number);
}

async function withServers(names: Record<string, Json>): Promise<[RunningGateway, number[]]> {
  const gateway = await RunningGateway.start({
    ...UNINSPECTED,
    servers: names,
    listen: { drainMs: 200 },
  });
  const pids: number[] = [];
  for (const name of Object.keys(names)) {
    const answer = await new ModernClient(gateway.route(name)).call('pids');
    pids.push(...textOf(answer).split(' ').map(Number));
  }
  assert.ok(pids.every(isAlive));
  return [gateway, pids];
}

async function gone(pids: readonly number[]): Promise<void> {
  await until(
    () => !pids.some(isAlive),
    () => `${pids.filter(isAlive)} of ${pids} live on`,
  );
}

describe('when the gateway goes', () => {
  it('on SIGTERM, no server is left, nor its children, however stubborn', async () => {
    const [gateway, pids] = await withServers({
      polite: script(PARENT),
      stubborn: script(PARENT, '-stubborn'),
    });
    gateway.process.child.kill('SIGTERM');
    assert.equal(await gateway.process.exited, 0);
    await gone(pids);
  });

  it('on a second SIGTERM at once, nothing is left either', async () => {
    const [gateway, pids] = await withServers({ stubborn: script(PARENT, '-stubborn') });
    gateway.process.child.kill('SIGTERM');
    await gateway.logs(/"signal"/);
    gateway.process.child.kill('SIGTERM');
    assert.equal(await gateway.process.exited, 143);
    await gone(pids);
  });

  it('by SIGKILL, servers that heed the end of their input go, with their children', async () => {
    const [gateway, pids] = await withServers({ polite: script(PARENT) });
    gateway.process.child.kill('SIGKILL');
    await gateway.process.exited;
    await gone(pids);
  });

  it('by SIGKILL, servers that ignore the end of their input and SIGTERM go, too, with their children', async () => {
    const [gateway, pids] = await withServers({ stubborn: script(PARENT, '-stubborn') });
    gateway.process.child.kill('SIGKILL');
    await gateway.process.exited;
    await gone(pids);
  });

  it('nothing of it stays that watched over them', {
    skip: process.platform !== 'linux',
  }, async () => {
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const [gateway, pids] = await withServers({ stubborn: script(PARENT, '-stubborn') });
      const watchers = childrenOf(gateway.process.pid).filter((pid) => !pids.includes(pid));
      assert.equal(watchers.length, 1);
      gateway.process.child.kill(signal);
      await gateway.process.exited;
      await until(
        () => ![...watchers, ...pids].some(isAlive),
        () => `${[...watchers, ...pids].filter(isAlive)} live on`,
      );
    }
  });
});
