/**
 * kill -9 of a whole gateway at work, again and again: what is missing from its audit log is at most the end of each life, the
 * log is never broken, and every next gateway goes on with it.
 */

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { newKeys, query, verifierOf, verify } from '../../src/audit/audit.ts';
import { ModernClient } from '../support/modern-client.ts';
import { type StartedProcess, startProcess } from '../support/spawn.ts';
import { compiled, temporaryFolder } from '../support/temp.ts';
import { fixture, type Json, until } from './running-gateway.ts';

const KILLS = Number(process.env.GATEWAY_KILLS ?? 6);
const CALLERS = 4;
const SIGN = newKeys();
const TRACKED = { from: '', to: '', text: '', conditions: [] };

function start(folder: string): Promise<StartedProcess> {
  const file = join(folder, 'sluice.yaml');
  const config = {
    listen: { port: 0 },
    servers: { all: fixture('legacy') },
    audit: { dir: 'audit', signKey: SIGN.privateKey, rotateBytes: 65_536, payloads: 'full' },
    inspect: 'off',
  };
  writeFileSync(file, JSON.stringify(config));
  const args = [compiled('src/main.js'), 'start', '-c', file, '--no-watch'];
  return startProcess(process.execPath, args, { readyLine: /^listening on (\S+)$/, cwd: folder });
}

/** One call after the other until the gateway is gone; how many were answered. */
async function callOn(url: string, life: number, caller: number, answered: number[]) {
  const client = new ModernClient(url);
  for (let n = 0; ; n++) {
    const answer = await client
      .call('test_echo', { message: `${life}.${caller}.${n}` })
      .catch(() => undefined);
    if (answer?.error !== undefined || answer === undefined) return;
    answered[caller] = n + 1;
  }
}

/** `life.caller` to the numbers of its calls, in the order of the log. */
async function recorded(dir: string): Promise<Map<string, number[]>> {
  const found = new Map<string, number[]>();
  for await (const { record } of query(dir, TRACKED)) {
    const message = (record.arguments as Json | undefined)?.message;
    if (typeof message !== 'string') continue;
    const [life, caller, n] = message.split('.');
    const key = `${life}.${caller}`;
    found.set(key, [...(found.get(key) ?? []), Number(n)]);
  }
  return found;
}

describe('kill -9 of a gateway', { timeout: 600_000 }, () => {
  it(`${KILLS} times under calls leaves one log that can be proven`, async () => {
    const folder = temporaryFolder('kills');
    const dir = join(folder, 'audit');
    const lives: number[][] = [];
    for (let life = 0; life < KILLS; life++) {
      const gateway = await start(folder);
      const answered = Array.from({ length: CALLERS }, () => 0);
      lives.push(answered);
      const calling = answered.map((_, caller) => callOn(gateway.ready, life, caller, answered));
      await until(() => answered.every((count) => count >= 20 + 10 * life));
      gateway.child.kill('SIGKILL');
      await gateway.exited;
      await Promise.all(calling);
      const keys = [verifierOf(SIGN.publicKey)];
      assert.equal((await verify(dir, { keys, anchors: [] })).broken, null, `after ${life + 1}`);
    }
    const last = await start(folder);
    assert.equal(await last.stop(), 0);
    const found = await recorded(dir);
    for (const [life, answered] of lives.entries()) {
      for (const [caller, count] of answered.entries()) {
        const numbers = found.get(`${life}.${caller}`) ?? [];
        // Nothing in between is missing; the last calls may be, and one more may have been under way.
        assert.deepEqual(numbers, [...numbers.keys()], `life ${life}, caller ${caller}`);
        assert.ok(numbers.length > 0 && numbers.length <= count + 1);
      }
    }
    const { broken, notes, sealed } = await verify(dir, {
      keys: [verifierOf(SIGN.publicKey)],
      anchors: [],
    });
    assert.equal(broken, null);
    assert.ok(sealed > KILLS, `${sealed} seals; ${notes.join()}`);
  });
});
