/**
 * What is kept, and for how long: retention by days, legal holds, and a writer that dies under its records.
 */

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Audit, query, readHolds, verify } from '../../src/audit/audit.ts';
import { auditSchema } from '../../src/audit/config.ts';
import { indexOf, writeIndex } from '../../src/audit/index-file.ts';
import { Ledger, ownLine } from '../../src/audit/ledger.ts';
import { pruneRecord } from '../../src/audit/prune.ts';
import { newKeys, signerOf, verifierOf } from '../../src/audit/seal.ts';
import { segmentsIn } from '../../src/audit/segments.ts';
import { createLog } from '../../src/telemetry/telemetry.ts';
import { type Json, until } from '../e2e/running-gateway.ts';
import { runProcess } from '../support/spawn.ts';
import { compiled, temporaryFolder } from '../support/temp.ts';

const DAY_MS = 86_400_000;
const EVERYTHING = { from: '', to: '', text: '', conditions: [] };

async function opened(t: TestContext, dir: string, rest: Json = {}): Promise<Audit> {
  const config = auditSchema.parse({ dir, flushMs: 5, ...rest });
  const audit = await Audit.open(config, createLog({ log: 'silent' }));
  t.after(() => audit.close(0));
  return audit;
}

const daysAgo = (days: number) => Date.now() - days * DAY_MS;
const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** A sealed segment for each of these ages, as a gateway of that time has left it. */
function aged(...days: number[]): string {
  const dir = temporaryFolder();
  const limits = { rotateBytes: 1 << 30, rotateMs: 1 << 30 };
  for (const age of days) {
    const now = daysAgo(age);
    const ledger = new Ledger({ dir, signer: null, ...limits, instance: 'old' }, now);
    ledger.append([ownLine(now, { kind: 'call', age })]);
    ledger.commit();
    ledger.end(now);
  }
  return dir;
}

async function records(dir: string): Promise<Json[]> {
  const found: Json[] = [];
  for await (const { record } of query(dir, EVERYTHING)) found.push(record);
  return found;
}

async function ages(dir: string): Promise<number[]> {
  return (await records(dir)).flatMap(({ age }) => (age === undefined ? [] : Number(age)));
}

/** Whether so many are left; while they are deleted, one that was listed may be gone when it is opened. */
const hasLeft = (dir: string, count: number) =>
  until(async () => (await ages(dir).catch(() => [])).length === count);

async function broken(dir: string) {
  return (await verify(dir, { keys: [], anchors: [] })).broken;
}

function sluice(cwd: string, ...args: string[]) {
  return runProcess(process.execPath, [compiled('src/main.js'), 'audit', ...args], { cwd });
}

describe('the retention of an audit log', { timeout: 180_000 }, () => {
  it('deletes segments that are older than so many days, says so, and leaves the rest provable', async (t) => {
    const dir = aged(100, 50, 31, 29, 5);
    const audit = await opened(t, dir, { retentionDays: 30 });
    await hasLeft(dir, 2);
    await audit.close(10_000);
    assert.deepEqual(await ages(dir), [29, 5]);
    assert.deepEqual((await records(dir)).find(({ kind }) => kind === 'prune')?.segments, [1, 3]);
    const { broken: fault, notes } = await verify(dir, { keys: [], anchors: [] });
    assert.equal(fault, null);
    assert.match(notes.join(), /the log begins with segment 4, /);
  });

  it('is obeyed by the command as well, which says first what would go', async () => {
    const dir = aged(100, 50, 5);
    const dry = await sluice(dir, 'prune', '-d', dir, '--days', '30', '--dry-run');
    assert.equal(dry.status, 0, dry.stderr);
    assert.match(dry.stdout, /^2 segments are older than 30 days and not held$/m);
    assert.deepEqual(await ages(dir), [100, 50, 5]);
    const done = await sluice(dir, 'prune', '-d', dir, '--days', '30');
    assert.equal(done.status, 0, done.stderr);
    assert.deepEqual(await ages(dir), [5]);
    assert.equal(await broken(dir), null);
  });

  it('spares what a legal hold covers and what is newer, until it is released; the log has both', async (t) => {
    const dir = aged(100, 50, 40, 5);
    const [from, to] = [dayOf(daysAgo(51)), dayOf(daysAgo(49))];
    const hold = (...args: string[]) => sluice(dir, 'hold', '-d', dir, ...args);
    const set = await hold('case-17', '--reason', 'a court', '--from', from, '--to', to);
    assert.equal(set.status, 0, set.stderr);
    assert.match((await hold()).stdout, /case-17/);

    const held = await opened(t, dir, { retentionDays: 30 });
    await hasLeft(dir, 3);
    await held.close(10_000);
    assert.deepEqual(await ages(dir), [50, 40, 5]);
    const [first] = (await records(dir)).filter(({ kind }) => kind === 'holds');
    assert.match(JSON.stringify(first), /"name":"case-17","reason":"a court"/);

    const released = await hold('case-17', '--release');
    assert.equal(released.status, 0, released.stderr);
    assert.deepEqual(readHolds(dir), []);
    const free = await opened(t, dir, { retentionDays: 30 });
    await hasLeft(dir, 1);
    await free.close(10_000);
    assert.deepEqual(await ages(dir), [5]);
    assert.equal(await broken(dir), null);
  });

  it('is a number of days: what is none deletes nothing, nor does a hold cover nothing', async () => {
    const dir = aged(100, 5);
    for (const days of ['', ' ', '-1', '1e3', 'x', '0x1e', 'Infinity']) {
      const { status, stderr } = await sluice(dir, 'prune', '-d', dir, `--days=${days}`);
      assert.equal(status, 64, days);
      assert.match(stderr, /--days COUNT/);
    }
    const times = ['--from', '2026-11-02', '--to', '2026-11-01'];
    assert.equal((await sluice(dir, 'hold', 'none', '-d', dir, ...times)).status, 64);
    assert.equal(
      (await sluice(dir, 'hold', 'late', '-d', dir, '--from', '2026-11-01T10:00')).status,
      64,
    );
    assert.deepEqual(readHolds(dir), []);
    assert.deepEqual(await ages(dir), [100, 5]);
  });

  it('is not deceived by an index that makes a segment older than it is', async (t) => {
    const dir = aged(100, 5, 4);
    const young = segmentsIn(dir)[1]!;
    const old = '2001-01-01T00:00:00.000Z';
    writeIndex(dir, { ...(await indexOf(young)), from: old, to: old });
    const audit = await opened(t, dir, { retentionDays: 30 });
    await hasLeft(dir, 2);
    await audit.close(10_000);
    assert.deepEqual(await ages(dir), [5, 4]);
    assert.deepEqual((await records(dir)).find(({ kind }) => kind === 'prune')?.segments, [1, 1]);
  });

  it('is for what crashes have left of records as well', async () => {
    const dir = aged(100, 5);
    writeFileSync(join(dir, '00000001.torn-1'), 'half a record');
    writeFileSync(join(dir, '00000002.torn-1'), 'half a record');
    const done = await sluice(dir, 'prune', '-d', dir, '--days', '30');
    assert.equal(done.status, 0, done.stderr);
    const torn = readdirSync(dir).filter((name) => name.includes('.torn-'));
    assert.deepEqual(torn, ['00000002.torn-1']);
  });

  it('is told by a record that anybody can write until it is sealed, which verifying says', async () => {
    const dir = aged(100, 5);
    const key = newKeys();
    const limits = { rotateBytes: 1 << 30, rotateMs: 1 << 30 };
    const signer = signerOf(key.privateKey);
    const now = Date.now();
    for (const { path } of segmentsIn(dir)) rmSync(path);
    const before = new Ledger({ dir, signer, ...limits, instance: 'a' }, now);
    before.append([ownLine(now, { kind: 'call' })]);
    before.commit();
    before.end(now);
    const [first] = segmentsIn(dir);
    const about = await pruneRecord([first!]);
    const forged = new Ledger({ dir, signer, ...limits, instance: 'a' }, now);
    forged.append([ownLine(now, about)]);
    forged.commit();
    forged.close();
    rmSync(first!.path);
    const check = () => verify(dir, { keys: [verifierOf(key.publicKey)], anchors: [] });
    assert.match((await check()).notes.join(), /pruned is said by a record that is not sealed yet/);
    new Ledger({ dir, signer, ...limits, instance: 'a' }, now).end(now);
    const { broken: fault, notes } = await check();
    assert.equal(fault, null);
    assert.doesNotMatch(notes.join(), /not sealed yet/);
  });

  it('deletes nothing where a hold says not what it covers', async () => {
    const dir = aged(100, 5);
    writeFileSync(join(dir, 'holds.json'), '[{"name":"case","to":"2026-12-01T00:00:00.000Z"}]');
    const pruned = await sluice(dir, 'prune', '-d', dir, '--days', '30');
    assert.equal(pruned.status, 69, pruned.stdout);
    assert.deepEqual(await ages(dir), [100, 5]);
  });

  it('deletes nothing where the holds cannot be read', async () => {
    const dir = aged(100, 5);
    await sluice(dir, 'hold', 'all', '-d', dir, '--reason', 'x');
    const file = join(dir, 'holds.json');
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, -5));
    const pruned = await sluice(dir, 'prune', '-d', dir, '--days', '30');
    assert.equal(pruned.status, 69, pruned.stdout);
    assert.match(pruned.stderr, /^Nothing was deleted: /);
    assert.deepEqual(await ages(dir), [100, 5]);
  });
});

it('a query goes on where a segment that it has listed is compressed or deleted', async () => {
  const dir = aged(9, 8, 7, 6);
  const path = (number: number) => join(dir, `0000000${number}.jsonl`);
  const found: Json[] = [];
  for await (const { record } of query(dir, EVERYTHING)) {
    found.push(record);
    if (record.age !== 9) continue;
    writeFileSync(`${path(2)}.gz`, gzipSync(readFileSync(path(2))));
    rmSync(path(2));
    rmSync(path(3));
  }
  const left = found.flatMap(({ age }) => (age === undefined ? [] : Number(age)));
  assert.deepEqual(left, [9, 8, 6]);
});

describe('an audit log', { timeout: 180_000 }, () => {
  it('loses nothing and stays one chain where the thread that writes it dies', async (t) => {
    const workers: Worker[] = [];
    const take = (worker: Worker) => workers.push(worker);
    process.on('worker', take);
    t.after(() => process.off('worker', take));
    const dir = temporaryFolder();
    const audit = await opened(t, dir, { rotateBytes: 65_536 });
    let count = 0;
    const write = () =>
      audit.write(`"time":"${new Date().toISOString()}","kind":"call","n":${count++}`);
    const writing = setInterval(() => {
      for (let i = 0; i < 20; i++) write();
    }, 1);
    t.after(() => clearInterval(writing));
    for (let death = 0; death < 5; death++) {
      const { written } = audit.report;
      await until(() => audit.report.written > written + 50);
      await workers.at(-1)!.terminate();
      assert.equal(audit.report.state, 'stalled');
      assert.notEqual(audit.refuse(), undefined, 'no call begins meanwhile');
      await until(() => audit.report.state === 'writing');
    }
    clearInterval(writing);
    await audit.close(10_000);
    assert.equal(workers.length, 6);
    // A record that was on disk and still in the buffer is there twice.
    const found = (await records(dir)).flatMap(({ n }) => (n === undefined ? [] : Number(n)));
    assert.deepEqual(
      [...new Set(found)],
      Array.from({ length: count }, (_, n) => n),
    );
    assert.equal(await broken(dir), null);
    assert.ok(segmentsIn(dir).length > 1);
  });

  it('has of what strangers cause a bounded number of records, and the count of the others', async (t) => {
    const dir = temporaryFolder();
    const audit = await opened(t, dir);
    const second = () => Math.floor(Date.now() / 1000);
    const from = second();
    for (let n = 0; n < 3000; n++) {
      const refusal = n % 3 === 0 ? 'origin_not_allowed' : 'unauthenticated';
      const time = new Date().toISOString();
      const members = `"kind":"turned_away","refusal":"${refusal}"`;
      audit.writeBounded(`"time":"${time}",${members}`, members);
    }
    const seconds = second() - from + 1;
    await audit.close(10_000);
    const all = (await records(dir)).filter(({ kind }) => kind === 'turned_away');
    const single = all.filter(({ count }) => count === undefined);
    assert.ok(single.length >= 100 && single.length <= 100 * seconds, `${single.length}`);
    assert.ok(all.length <= single.length + 2 * (seconds + 1));
    const sum = (refusal: string) =>
      all
        .filter((one) => one.refusal === refusal)
        .reduce((total, { count }) => total + Number(count ?? 1), 0);
    assert.deepEqual([sum('origin_not_allowed'), sum('unauthenticated')], [1000, 2000]);
  });
});

describe('upkeep', { timeout: 180_000 }, () => {
  it('sees to the other segments where one cannot be read', async (t) => {
    const dir = temporaryFolder();
    const config = auditSchema.parse({ dir, flushMs: 5, rotateBytes: 65_536 });
    const log = createLog({ log: 'silent' });
    const first = await Audit.open(config, log);
    while (first.report.segment < 4) {
      for (let i = 0; i < 300; i++)
        first.write(
          `"time":"${new Date().toISOString()}","kind":"call","pad":"${'x'.repeat(200)}"`,
        );
      await until(() => first.report.durable === first.report.taken);
    }
    await first.close(10_000);
    const at = (name: string) => join(dir, name);
    const [one, two] = segmentsIn(dir);
    assert.ok(one !== undefined && two !== undefined);
    rmSync(one.path);
    rmSync(at('00000001.index'), { force: true });
    writeFileSync(at('00000001.jsonl.gz'), 'no gzip');
    if (two.isGzip) {
      writeFileSync(at('00000002.jsonl'), gunzipSync(readFileSync(two.path)));
      rmSync(two.path);
    }
    rmSync(at('00000002.index'), { force: true });
    const again = await Audit.open(config, log);
    t.after(() => again.close(10_000));
    await until(() => segmentsIn(dir).find(({ number }) => number === 2)?.isGzip === true);
    assert.ok(existsSync(at('00000002.index')));
    assert.equal(readFileSync(at('00000001.jsonl.gz'), 'utf8'), 'no gzip');
  });
});
