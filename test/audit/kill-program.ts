/**
 * Writes records into several logs until it is killed: `ledger LOGS` the logs on disk alone, each by a thread of its own;
 * `audit LOGS` with ring and thread. LOGS is JSON, of each its folder and where its records count on from. After each sync it says
 * which record of which log is the last that must survive, and how large the file then is.
 */

import { writeSync } from 'node:fs';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { Ledger, ownLine } from '../../src/audit/ledger.ts';

/** `at`: which of them it is. */
interface Log {
  readonly at: number;
  readonly dir: string;
  readonly from: number;
}

function say({ at }: Log, durable: number, segment: number, bytes: number): void {
  writeSync(1, `${at} ${durable} ${segment} ${bytes}\n`);
}

function ledger(log: Log): void {
  const limits = { rotateBytes: 20_000, rotateMs: 1 << 30 };
  const options = { dir: log.dir, signer: null, ...limits, instance: 'kill' };
  const ledger = new Ledger(options, Date.now());
  for (let n = log.from; ; ) {
    const count = 1 + (n % 40);
    for (let i = 0; i < count; i++) {
      ledger.append([ownLine(Date.now(), { kind: 'call', n: n++, pad: 'x'.repeat(n % 500) })]);
    }
    ledger.commit();
    if (ledger.isDue(Date.now())) ledger.rotate(Date.now());
    ledger.sync();
    say(log, n - 1, ledger.segment, ledger.bytes);
  }
}

async function audit(log: Log): Promise<void> {
  const [{ Audit }, { auditSchema }, { createLog }] = await Promise.all([
    import('../../src/audit/audit.ts'),
    import('../../src/audit/config.ts'),
    import('../../src/telemetry/telemetry.ts'),
  ]);
  const config = auditSchema.parse({ dir: log.dir, rotateBytes: 65_536, flushMs: 1 });
  const audit = await Audit.open(config, createLog({ log: 'silent' }));
  let n = log.from;
  setInterval(() => {
    for (let i = 0; i < 50; i++) {
      audit.write(`"time":"${new Date().toISOString()}","kind":"call","n":${n++}`);
    }
    const { durable, segment } = audit.report;
    if (durable > 0) say(log, log.from + durable - 1, segment, 0);
  }, 1);
}

if (isMainThread) {
  const [mode, text] = process.argv.slice(2) as [string, string];
  for (const log of JSON.parse(text) as Log[]) {
    if (mode === 'ledger') new Worker(new URL(import.meta.url), { workerData: log });
    else void audit(log);
  }
} else ledger(workerData as Log);
