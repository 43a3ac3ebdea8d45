/**
 * A disk that is full, as the system has it for one process: a limit on the size of files, which is lifted again.
 *
 * What was answered is in the log, what was not recorded was not done, and the log says how much was refused or is missing.
 */

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { canLimitFiles, limitFiles } from '../../bench/file-limit.ts';
import { query } from '../../src/audit/audit.ts';
import { verify } from '../../src/audit/verify.ts';
import { ModernClient } from '../support/modern-client.ts';
import { type StartedProcess, startProcess } from '../support/spawn.ts';
import { compiled, temporaryFolder } from '../support/temp.ts';
import { fixture, type Json, until } from './running-gateway.ts';

/** Between attempts to write, as in writer.ts. */
const RETRY_MS = 250;
/** 512 bytes each, as POSIX has it. */
const BLOCKS = 128;

async function started(folder: string, audit: Json): Promise<StartedProcess> {
  const file = join(folder, 'sluice.yaml');
  const config = {
    listen: { port: 0 },
    servers: { all: fixture('legacy') },
    audit: { dir: 'audit', flushMs: 5, ...audit },
  };
  writeFileSync(file, JSON.stringify(config));
  const command = `ulimit -S -f ${BLOCKS}; exec "${process.execPath}" "${compiled('src/main.js')}" start -c "${file}" --no-watch`;
  return startProcess('sh', ['-c', command], { readyLine: /^listening on (\S+)$/, cwd: folder });
}

interface Result {
  ok: number;
  refused: number;
}

/** Writes that have failed so far, by the gateway's own report. */
async function failures({ child, stderr }: StartedProcess): Promise<number> {
  child.kill('SIGUSR2');
  await until(() => /^\{"report":.*\}$/m.test(stderr()));
  const line = /^\{"report":.*\}$/m.exec(stderr())![0];
  const { report } = JSON.parse(line) as { report: { metrics: Record<string, number> } };
  return report.metrics.sluice_audit_failures!;
}

/** Calls until `isEnough`, counting by what came back. */
async function callUntil(
  client: ModernClient,
  isEnough: (result: Result) => boolean,
): Promise<Result> {
  const result = { ok: 0, refused: 0 };
  while (!isEnough(result)) {
    const message = 'words '.repeat(1500);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => client.call('test_echo', { message })),
    );
    for (const { error } of answers) {
      if (error === undefined) result.ok += 1;
      else {
        assert.equal(error.data?.code, 'audit_unavailable', JSON.stringify(error));
        result.refused += 1;
      }
    }
  }
  return result;
}

async function counted(dir: string, conditions: string[]): Promise<Json[]> {
  const found: Json[] = [];
  const [field = '', value = ''] = conditions;
  const question = {
    from: '',
    to: '',
    text: '',
    conditions: [{ field, operator: '=' as const, value }],
  };
  for await (const { record } of query(dir, question)) found.push(record);
  return found;
}

describe('a full disk', {
  timeout: 180_000,
  skip: !canLimitFiles() && 'there is no prlimit here',
}, () => {
  async function gatewayWith(t: TestContext, audit: Json) {
    const folder = temporaryFolder('full');
    const startedAt = Date.now();
    const gateway = await started(folder, audit);
    t.after(() => gateway.stop());
    const client = new ModernClient(gateway.ready);
    await until(
      async () => (await client.call('test_echo', { message: 'first' })).error === undefined,
    );
    return { gateway, client, startedAt, dir: join(folder, 'audit') };
  }

  it('has calls refused until it is not full any more, and each that was answered is recorded', async (t) => {
    const { gateway, client, dir } = await gatewayWith(t, {});
    const full = await callUntil(client, ({ refused }) => refused >= 16);
    assert.ok(full.ok > 0);
    const readiness = () => fetch(new URL('/readyz', gateway.ready));
    const unready = await readiness();
    const { ready, unrecorded } = (await unready.json()) as Json;
    assert.deepEqual([unready.status, ready, unrecorded], [503, false, true]);
    limitFiles(gateway.pid, 'unlimited');
    await until(
      async () => (await client.call('test_echo', { message: 'again' })).error === undefined,
    );
    assert.equal((await readiness()).status, 200);
    await gateway.stop();
    assert.equal((await verify(dir, { keys: [], anchors: [] })).broken, null);
    const ok = (await counted(dir, ['outcome', 'ok'])).filter(({ kind }) => kind === 'call');
    // The first and the one after it, too; those before the server was there had an answer as well.
    assert.ok(ok.length >= full.ok + 2, `${ok.length} records of ${full.ok} calls`);
    const gaps = await counted(dir, ['kind', 'gap']);
    const sum = (field: string) => gaps.reduce((total, gap) => total + Number(gap[field]), 0);
    assert.equal(sum('lost'), 0);
    assert.ok(sum('refused') >= full.refused);
  });

  it('has calls go on where that was chosen, and the log says how many records are missing', async (t) => {
    const { gateway, client, dir } = await gatewayWith(t, {
      ...{ onOverflow: 'record-gap', bufferBytes: 1 << 20, payloads: 'full' },
    });
    const full = await callUntil(client, ({ ok }) => ok >= 160);
    assert.equal(full.refused, 0);
    limitFiles(gateway.pid, 'unlimited');
    await until(async () => (await counted(dir, ['kind', 'gap'])).length > 0);
    await gateway.stop();
    const { broken, notes } = await verify(dir, { keys: [], anchors: [] });
    assert.equal(broken, null);
    assert.match(notes.join(), /\d+ records are missing since/);
    const recorded = (await counted(dir, ['method', 'tools/call'])).length;
    const lost = (await counted(dir, ['kind', 'gap'])).reduce(
      (sum, gap) => sum + Number(gap.lost),
      0,
    );
    assert.ok(lost > 0);
    assert.ok(
      recorded + lost >= full.ok + 1,
      `${recorded} recorded and ${lost} lost of ${full.ok}`,
    );
  });

  it('is tried again four times a second at most, however many calls go on meanwhile', async (t) => {
    const { gateway, client, startedAt } = await gatewayWith(t, { onOverflow: 'record-gap' });
    await callUntil(client, ({ ok }) => ok >= 400);
    // Each attempt reads and hashes anew what waits in the buffer, which is not full here.
    const failed = await failures(gateway);
    const attemptsMax = (Date.now() - startedAt) / RETRY_MS;
    assert.ok(failed > 0 && failed <= attemptsMax, `${failed} of ${attemptsMax}`);
    limitFiles(gateway.pid, 'unlimited');
  });
});
