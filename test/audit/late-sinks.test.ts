/** Sinks that are behind: how far, what they skip, and that whoever writes notices nothing of it. */

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import { Audit } from '../../src/audit/audit.ts';
import { auditSchema } from '../../src/audit/config.ts';
import { until } from '../e2e/running-gateway.ts';
import { temporaryFolder } from '../support/temp.ts';
import {
  audits,
  count,
  Hook,
  inOrder,
  numbers,
  opened,
  put,
  putPadded,
  textOf,
} from './receivers.ts';

describe('a sink', { timeout: 180_000 }, () => {
  it('that is too far behind skips what is older, says so, and goes on with the rest', async () => {
    const dir = temporaryFolder();
    const hook = new Hook();
    const url = await hook.listen();
    hook.status = 503;
    const sinks = [{ id: 'late', kind: 'webhook', url, batchMax: 10_000 }];
    const words: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => words.push(line) });
    const config = auditSchema.parse({
      ...{ dir, sinks, flushMs: 5, rotateBytes: 1 << 20, sinkLagBytesMax: 1 << 20 },
    });
    // Segments that are compressed count as they lie: what cannot be compressed keeps its size.
    const audit = await Audit.open(config, log);
    audits.push(audit);
    const from = count;
    put(audit, 1);
    await until(() => hook.attempts >= 1);
    while (audit.report.segment < 8) {
      for (let i = 0; i < 200; i++) {
        putPadded(audit, randomBytes(3000).toString('base64'));
      }
      await until(() => audit.report.waitingBytes < audit.report.bufferBytes / 4);
    }
    const sink = () => audit.report.sinks[0]!;
    await until(() => audit.report.durable === audit.report.taken);
    // What is tried now was looked for when all of it was there: an attempt from before could skip once more behind it.
    const { attempts } = hook;
    await until(() => hook.attempts >= attempts + 2);
    await until(() => sink().skipped > 0 && sink().behindBytes > 0);
    hook.status = 200;
    await until(() => numbers(hook.lines).at(-1) === count - 1);
    const found = numbers(hook.lines);
    assert.ok(found[0]! > from && inOrder(found), `${found[0]} is the first of ${found.length}`);
    assert.ok(found.length < count - from);
    assert.match(words.join(), /too far behind: segments 1 to \d+ are skipped/);
  });

  it('that takes all it gets, and slowly, is told how far behind it is, and skips what is too old', async () => {
    const hook = new Hook();
    const url = await hook.listen();
    hook.delayMs = 40;
    const sinks = [{ id: 'slow', kind: 'webhook', url, batchMax: 1 }];
    const limits = { rotateBytes: 1 << 20, sinkLagBytesMax: 1 << 20 };
    const audit = await opened(temporaryFolder(), sinks, limits);
    const sink = () => audit.report.sinks[0]!;
    const from = count;
    const pad = (bytes: number) => randomBytes(bytes).toString('base64');
    const write = (many: number) => {
      for (let i = 0; i < many; i++) {
        putPadded(audit, pad(3000));
      }
    };
    write(100);
    // It has begun with these, and is not through them when the others come.
    await until(() => sink().taken > 3);
    write(100);
    await until(() => sink().behindBytes > 500_000);
    assert.match(audit.faults.map(({ words }) => words).join(), /sink slow lags: it is 0\.\d MiB/);
    while (audit.report.segment < 5) {
      write(100);
      await until(() => audit.report.waitingBytes < audit.report.bufferBytes / 4);
    }
    await until(() => sink().skipped > 0);
    hook.delayMs = 0;
    await until(() => sink().behindBytes === 0 && numbers(hook.lines).at(-1) === count - 1);
    const found = numbers(hook.lines);
    assert.equal(found[0], from);
    assert.ok(found.length < count - from && !inOrder(found));
    assert.equal(sink().failures, 0);
    assert.doesNotMatch(audit.faults.map(({ words }) => words).join(), /lags/);
  });

  it('that comes back when what it has not got was deleted says how much it has skipped', async () => {
    const dir = temporaryFolder();
    const first = await opened(dir, [], { rotateBytes: 65_536 });
    while (first.report.segment < 4) {
      put(first, 400);
      await until(() => first.report.durable === first.report.taken);
    }
    await first.close(10_000);
    for (const name of readdirSync(dir)) if (/^0000000[12]\./.test(name)) rmSync(join(dir, name));
    mkdirSync(join(dir, 'sinks'), { recursive: true });
    writeFileSync(join(dir, 'sinks', 'back.json'), '{"segment":1,"offset":100}');
    const hook = new Hook();
    const url = await hook.listen();
    const audit = await opened(dir, [{ id: 'back', kind: 'webhook', url }]);
    const last = count;
    put(audit, 1);
    await until(() => numbers(hook.lines).at(-1) === last);
    assert.ok(inOrder(numbers(hook.lines)));
    assert.equal(audit.report.sinks[0]!.skipped, 2);
    assert.deepEqual(
      audit.faults.map(({ words }) => words),
      ['sink back has skipped 2 segments since the start'],
    );
  });

  it('whose place was lost gets the whole log again, rather than a part of it not at all', async () => {
    const dir = temporaryFolder();
    const from = count;
    const first = await opened(dir, []);
    put(first, 10);
    await first.close(10_000);
    mkdirSync(join(dir, 'sinks'), { recursive: true });
    writeFileSync(join(dir, 'sinks', 'lost.json'), '');
    const path = join(dir, 'copy.jsonl');
    const audit = await opened(dir, [{ id: 'lost', kind: 'file', path }]);
    put(audit, 5);
    await until(() => textOf(path).includes(`"n":${count - 1},`));
    const found = numbers(textOf(path).trimEnd().split('\n'));
    assert.equal(found[0], from);
    assert.ok(inOrder(found));
  });
});
