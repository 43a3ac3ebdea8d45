/** Quotas: windows of the calendar, and a journal that outlives its process. */

import assert from 'node:assert/strict';
import {
  appendFileSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Journal } from '../../src/limits/journal.ts';
import { Quota, windowOf } from '../../src/limits/quota.ts';
import { temporaryFolder } from '../support/temp.ts';

const DAY_MS = 86_400_000;
const NOON = Date.UTC(2026, 1, 28, 12);
const silent = () => {};
const fail = (error: Error) => assert.fail(error);

describe('a window', () => {
  it('holds its moment, and is followed by the next', () => {
    const periods = fc.constantFrom('hour', 'day', 'month');
    const moments = fc.integer({ min: 0, max: Date.UTC(2100, 0) });
    fc.assert(
      fc.property(periods, moments, (period, at) => {
        const { start, end } = windowOf(period, at);
        assert.ok(start <= at && at < end);
        assert.equal(windowOf(period, end).start, end);
        assert.equal(windowOf(period, start).start, start);
      }),
    );
  });

  it('of a month is that of the calendar', () => {
    const { start, end } = windowOf('month', NOON);
    assert.deepEqual([start, end], [Date.UTC(2026, 1, 1), Date.UTC(2026, 2, 1)]);
  });
});

describe('a quota', () => {
  it('is used up by its number, for each key, until its window ends', () => {
    const quota = new Quota(1, 3, 'day', 64, silent);
    for (let n = 0; n < 3; n++) {
      assert.equal(quota.waitMs(5, 1, NOON + n), 0);
      quota.charge(5, 1, NOON + n);
    }
    assert.equal(quota.waitMs(5, 1, NOON), DAY_MS / 2);
    assert.equal(quota.waitMs(6, 1, NOON), 0);
    assert.equal(quota.waitMs(5, 1, NOON + DAY_MS / 2), 0);
  });

  it('is not given anew by a clock that is set back', () => {
    const quota = new Quota(1, 1, 'day', 64, silent);
    quota.charge(5, 1, NOON);
    assert.ok(quota.waitMs(5, 1, NOON - DAY_MS) > 0);
  });
});

describe('the journal', () => {
  const open = (folder: string, count = 10) => {
    const journal = new Journal(folder, fail);
    const quota = new Quota(77, count, 'day', 1024, (one, key) => journal.note(one, key));
    journal.restore(quota, NOON);
    journal.watch([quota]);
    return { journal, quota };
  };

  it('gives the next process the counts and the seed of this one', async () => {
    const folder = temporaryFolder('journal');
    const first = open(folder);
    for (let key = 1; key <= 500; key++) first.quota.charge(key, key % 9, NOON);
    await first.journal.close();
    const second = open(folder);
    assert.equal(second.journal.seed, first.journal.seed);
    for (let key = 1; key <= 500; key++) assert.equal(second.quota.used(key), key % 9);
    await second.journal.close();
  });

  it('forgets a window that has ended', async () => {
    const folder = temporaryFolder('journal');
    const { journal, quota } = open(folder);
    quota.charge(1, 5, NOON);
    await journal.close();
    const next = new Journal(folder, fail);
    const later = new Quota(77, 10, 'day', 1024, silent);
    next.restore(later, NOON + DAY_MS);
    assert.equal(later.used(1), 0);
    await next.close();
  });

  it('is read up to a record that was torn, wherever that was', async () => {
    const folder = temporaryFolder('journal');
    const { journal, quota } = open(folder);
    for (let key = 1; key <= 20; key++) quota.charge(key, 3, NOON);
    await journal.close();
    const path = join(folder, 'quotas.journal');
    const whole = readFileSync(path);
    for (let cut = whole.length - 40; cut < whole.length; cut++) {
      writeFileSync(path, whole);
      truncateSync(path, cut);
      if (cut % 2 === 0) appendFileSync(path, Buffer.alloc(17, 0xa5));
      const next = new Journal(folder, fail);
      const read = new Quota(77, 10, 'day', 1024, silent);
      next.restore(read, NOON);
      const used = Array.from({ length: 20 }, (_, key) => read.used(key + 1));
      assert.ok(used.filter((count) => count === 3).length >= 18, `${cut}: ${used}`);
      assert.ok(used.every((count) => count === 0 || count === 3));
      await next.close();
    }
  });

  it('stays small however often a count changes', async () => {
    const folder = temporaryFolder('journal');
    const { journal, quota } = open(folder, 1_000_000);
    const path = join(folder, 'quotas.journal');
    for (let round = 0; round < 40; round++) {
      for (let key = 1; key <= 1000; key++) quota.charge(key, 1, NOON);
      await journal.flushed();
    }
    assert.ok(statSync(path).size < 17_500 * 36, String(statSync(path).size));
    await journal.close();
    const next = open(folder, 1_000_000);
    for (let key = 1; key <= 1000; key++) assert.equal(next.quota.used(key), 40);
    await next.journal.close();
  });

  it('is not shared with another process, nor made of a file that is something else', async () => {
    const folder = temporaryFolder('journal');
    // The parent of this process lives and is not this process.
    writeFileSync(join(folder, 'quotas.lock'), `${process.ppid}\n`);
    assert.throws(() => new Journal(folder, fail), /counts quotas here/);
    const other = temporaryFolder('journal');
    writeFileSync(join(other, 'quotas.journal'), 'a shopping list, and a long one at that');
    assert.throws(() => new Journal(other, fail), /is not a journal of quotas/);
    assert.equal(readFileSync(join(other, 'quotas.journal'), 'utf8').slice(0, 10), 'a shopping');
  });

  it('takes a folder over whose owner is gone', async () => {
    const folder = temporaryFolder('journal');
    writeFileSync(join(folder, 'quotas.lock'), '999999999\n');
    const { journal } = open(folder);
    await journal.close();
  });

  it('says once that the disk fails, and counts on', async () => {
    const folder = temporaryFolder('journal');
    const faults: Error[] = [];
    const journal = new Journal(folder, (error) => faults.push(error));
    const quota = new Quota(77, 10, 'day', 1024, (one, key) => journal.note(one, key));
    journal.watch([quota]);
    await journal.flushed();
    rmSync(folder, { recursive: true });
    writeFileSync(folder, 'no folder any more');
    journal.watch([quota]);
    for (let n = 0; n < 3; n++) {
      quota.charge(1, 1, NOON);
      journal.watch([quota]);
      await journal.flushed();
    }
    assert.equal(faults.length, 1);
    assert.equal(quota.used(1), 3);
    rmSync(folder);
  });
});
