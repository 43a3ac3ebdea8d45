/**
 * Writes records until it is killed. `ledger DIR N`: the log on disk alone; it says after each sync which record is the last
 * that must survive, and how large the file then is. `audit DIR N`: with ring and thread.
 *
 * N: where records count on from.
 */

import { writeSync } from 'node:fs';
import { Ledger, ownLine } from '../../src/audit/ledger.ts';

const [mode, dir, from] = process.argv.slice(2) as [string, string, string];
let n = Number(from);

function say(durable: number, segment: number, bytes: number): void {
  writeSync(1, `${durable} ${segment} ${bytes}\n`);
}

function ledger(): void {
  const options = { dir, signer: null, rotateBytes: 20_000, rotateMs: 1 << 30, instance: 'kill' };
  const log = new Ledger(options, Date.now());
  for (;;) {
    const count = 1 + (n % 40);
    for (let i = 0; i < count; i++) {
      log.append([ownLine(Date.now(), { kind: 'call', n: n++, pad: 'x'.repeat(n % 500) })]);
    }
    log.commit();
    if (log.isDue(Date.now())) log.rotate(Date.now());
    log.sync();
    say(n - 1, log.segment, log.bytes);
  }
}

async function audit(): Promise<void> {
  const [{ Audit }, { auditSchema }, { createLog }] = await Promise.all([
    import('../../src/audit/audit.ts'),
    import('../../src/audit/config.ts'),
    import('../../src/telemetry/telemetry.ts'),
  ]);
  const config = auditSchema.parse({ dir, rotateBytes: 65_536, flushMs: 1 });
  const log = await Audit.open(config, createLog({ log: 'silent' }));
  const first = n;
  setInterval(() => {
    for (let i = 0; i < 50; i++) {
      log.write(`"time":"${new Date().toISOString()}","kind":"call","n":${n++}`);
    }
    const { durable, segment } = log.report;
    if (durable > 0) say(first + durable - 1, segment, 0);
  }, 1);
}

if (mode === 'ledger') ledger();
else void audit();
