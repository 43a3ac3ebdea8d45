/**
 * What a record of a call costs the thread that serves, how many a second the writer takes, and how fast a log of so many
 * records is verified and asked. `node dist/bench/micro/audit.js [RECORDS]`, 1,000,000 unless said otherwise.
 *
 * The call is a real one, made over a gateway with a server; its end is then told to the recorder again and again. Figures of the
 * serving thread are medians of batches of 100, by the clock of that thread where there is one (Node.js 24), else by the wall. What
 * runs alone is measured in CPU time of the process, decompression included. `both threads` is by the wall: two idle cores.
 */

import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Audit,
  conditionOf,
  newKeys,
  query,
  Sums,
  verifierOf,
  verify,
} from '../../src/audit/audit.ts';
import { auditSchema } from '../../src/audit/config.ts';
import { Ledger } from '../../src/audit/ledger.ts';
import { signerOf } from '../../src/audit/seal.ts';
import { AuditRecorder, type Recorder } from '../../src/gateway/gateway.ts';
import { ANONYMOUS } from '../../src/model.ts';
import { createLog } from '../../src/telemetry/telemetry.ts';
import {
  Answer,
  fixture,
  gatewayOf,
  modernMessage,
  routeOf,
} from '../../test/gateway/in-process.ts';

type Ended = Parameters<NonNullable<Recorder['ended']>>[0];

const RECORDS = Number(process.argv[2] ?? 1_000_000);
const BATCH = 100;
const KEYS = newKeys();
const folder = mkdtempSync(join(tmpdir(), 'sluice-audit-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const log = createLog({ log: 'silent' });

function row(what: string, value: string): void {
  console.log(`${what.padEnd(66)}${value.padStart(16)}`);
}

const rate = (count: number, ms: number) =>
  `${Math.round((count / ms) * 1000).toLocaleString('en')}/s`;

function threadUs(): number {
  const { threadCpuUsage } = process as { threadCpuUsage?: () => { user: number; system: number } };
  if (threadCpuUsage === undefined) return performance.now() * 1000;
  const { user, system } = threadCpuUsage.call(process);
  return user + system;
}

/** A call as it ends, with about so many bytes of arguments and as many of result. */
async function callOf(textBytes: number): Promise<Ended> {
  let ended: Ended | undefined;
  const recorder: Recorder = {
    wantsTimes: true,
    ended: (call) => {
      ended = call;
    },
  };
  const gateway = gatewayOf({ servers: { all: fixture('legacy') } }, [recorder]);
  await gateway.start();
  const answer = new Answer();
  const args = JSON.stringify({ message: 'words '.repeat(Math.ceil(textBytes / 6)) });
  gateway.modern(
    routeOf(gateway),
    ANONYMOUS,
    modernMessage('tools/call', `"name":"test_echo","arguments":${args}`),
    null,
    answer,
  );
  await answer.ended;
  await gateway.close(0);
  if (ended === undefined) throw new Error('the call has not ended');
  return ended;
}

/** CPU time of the process in milliseconds. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

async function opened(name: string, rest: object = {}): Promise<Audit> {
  const config = { dir: join(folder, name), signKey: KEYS.privateKey, ...rest };
  return Audit.open(auditSchema.parse(config), log);
}

/** Microseconds per record: told, made, handed over. */
async function costOf(call: Ended, payloads: string): Promise<number> {
  const audit = await opened(`cost-${payloads}-${call.argsBytes}`, { payloads });
  const recorder = new AuditRecorder(audit);
  const times: number[] = [];
  for (let batch = 0; batch < 2_000; batch++) {
    while (audit.report.waitingBytes > audit.report.bufferBytes / 4)
      await new Promise((done) => setTimeout(done, 5));
    const start = threadUs();
    for (let i = 0; i < BATCH; i++) recorder.ended(call);
    await turn();
    times.push((threadUs() - start) / BATCH);
  }
  await recorder.close(60_000);
  return times.toSorted((a, b) => a - b)[times.length >> 1]!;
}

/** Records per second, made as fast as they are taken, until the last one is on disk. */
async function throughputOf(call: Ended, count: number): Promise<number> {
  const audit = await opened('throughput');
  const recorder = new AuditRecorder(audit);
  const start = performance.now();
  for (let put = 0; put < count; ) {
    if (audit.report.waitingBytes > audit.report.bufferBytes / 2) {
      await new Promise((done) => setTimeout(done, 1));
      continue;
    }
    for (let i = 0; i < BATCH; i++) recorder.ended(call);
    put += BATCH;
    await turn();
  }
  while (audit.report.durable < count) await new Promise((done) => setTimeout(done, 1));
  const ms = performance.now() - start;
  await recorder.close(60_000);
  return ms;
}

/** What the writer's thread does, on this one: chain, write, sync every 1,000, seal. */
function ledgerMs(count: number): number {
  const signer = signerOf(KEYS.privateKey);
  const options = {
    dir: join(folder, 'ledger'),
    signer,
    rotateBytes: 64 << 20,
    rotateMs: 1 << 30,
    instance: 'bench',
  };
  const ledger = new Ledger(options, Date.now());
  const line = Buffer.from(
    `"time":"2026-11-28T14:31:02.117Z","kind":"call",${'"pad":"x",'.repeat(70)}"end":1`,
  );
  const start = cpuMs();
  for (let i = 0; i < count; i++) {
    if (ledger.isFull(line.length)) ledger.commit();
    ledger.append([line]);
    if (i % 1_000 === 0) {
      ledger.commit();
      ledger.sync();
      if (ledger.isDue(Date.now())) ledger.rotate(Date.now());
    }
  }
  ledger.end(Date.now());
  return cpuMs() - start;
}

/** A log of calls of 100 callers and 20 tools, and one of each that is seldom. */
async function filled(name: string, count: number): Promise<string> {
  const audit = await opened(name);
  for (let i = 0; i < count; i++) {
    if (i % 200 === 0) {
      await turn();
      while (audit.report.waitingBytes > audit.report.bufferBytes / 2)
        await new Promise((done) => setTimeout(done, 2));
    }
    const caller = i === count >> 1 ? 'seldom' : `agent-${i % 100}`;
    const time = new Date(Date.UTC(2026, 10, 1) + i * 500).toISOString();
    const text = i === count - 5 ? 'the needle' : `text ${i}`;
    audit.write(
      `"time":"${time}","kind":"call","id":"b-${i}","method":"tools/call","request":${i},"caller":{"id":"${caller}","by":"api_key","agent":"","user":"","tenant":"t${i % 7}","roles":["reader"],"scopes":[],"credential":"k"},"address":"10.0.0.${i % 250}","session":"","version":"2026-07-28","route":"","server":"files","tool":"files__read_${i % 20}","original":"read_${i % 20}","target":"tool","outcome":"${i % 50 === 0 ? 'refused' : 'ok'}","rule":"roles.reader.allow","bytesIn":300,"bytesOut":${400 + (i % 90)},"attempts":1,"cache":"","us":{"decide":40,"send":10,"server":${700 + (i % 300)},"total":${800 + (i % 300)}},"arguments":{"path":"/data/${i}","note":"${text}"}`,
    );
  }
  await audit.close(600_000);
  return join(folder, name);
}

async function asked(dir: string, ...conditions: string[]): Promise<{ ms: number; found: number }> {
  const start = cpuMs();
  const text = conditions[0]?.startsWith('text ') === true ? conditions[0].slice(5) : '';
  const parsed = (text === '' ? conditions : []).map((one) => conditionOf(one)!);
  let found = 0;
  for await (const _ of query(dir, { from: '', to: '', text, conditions: parsed })) found += 1;
  return { ms: cpuMs() - start, found };
}

const call = await callOf(300);
for (const payloads of ['none', 'hash', 'redacted', 'full']) {
  const us = await costOf(call, payloads);
  row(`serving thread, payloads ${payloads}, per record`, `${us.toFixed(2)} us`);
}
for (const bytes of [1_000, 2_000]) {
  const us = await costOf(await callOf(bytes), 'redacted');
  row(`the same, redacted, ${bytes} bytes each way`, `${us.toFixed(2)} us`);
}
row('through the ring to the disk, both threads', rate(300_000, await throughputOf(call, 300_000)));
row(
  'the log alone: chain, write, sync, seal (records of 750 bytes)',
  rate(200_000, ledgerMs(200_000)),
);

const dir = await filled('million', RECORDS);
// Compressed and indexed by the next start, as after a night.
const again = await opened('million');
const isDone = () => readdirSync(dir).filter((name) => name.endsWith('.jsonl')).length <= 1;
while (!isDone()) await new Promise((done) => setTimeout(done, 100));
await again.close(60_000);
const bytes = readdirSync(dir).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0);
row(
  `a log of ${RECORDS.toLocaleString('en')} records, compressed`,
  `${Math.round(bytes / 2 ** 20)} MiB`,
);
const start = cpuMs();
const { broken, records } = await verify(dir, { keys: [verifierOf(KEYS.publicKey)], anchors: [] });
if (broken !== null) throw new Error(broken.words);
row('verify all of it', rate(records, cpuMs() - start));
for (const question of [
  ['caller.id=seldom'],
  ['caller.id=nobody'],
  ['text the needle'],
  ['id=b-123456'],
  ['outcome=refused'],
  ['us.total>1098'],
]) {
  const { ms, found } = await asked(dir, ...question);
  row(`query ${question.join(' ')}: ${found} found`, `${ms.toFixed(0)} ms`);
}
const summed = cpuMs();
const sums = new Sums(['caller', 'tool'], []);
for await (const { record } of query(dir, { from: '', to: '', text: '', conditions: [] }))
  sums.add(record);
row(`stats by caller and tool: ${sums.all().length} sums`, `${(cpuMs() - summed).toFixed(0)} ms`);
process.exit(0);
