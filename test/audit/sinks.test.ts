/**
 * Sinks, each with a receiver that speaks its protocol: everything arrives, in order, also what was written while nobody was
 * there, and whoever writes notices nothing of it.
 */

import assert from 'node:assert/strict';
import { createHmac, createPublicKey, randomBytes, verify as verifySignature } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createTcp, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createServer as createTls } from 'node:tls';
import { gunzipSync } from 'node:zlib';
import { pino } from 'pino';
import { freePort } from '../../bench/free-port.ts';
import { Audit } from '../../src/audit/audit.ts';
import { auditSchema } from '../../src/audit/config.ts';
import { segmentsIn } from '../../src/audit/segments.ts';
import { type Json, until } from '../e2e/running-gateway.ts';
import { Authority, pem } from '../support/certificates.ts';
import { temporaryFolder } from '../support/temp.ts';
import {
  audits,
  count,
  framesOf,
  Hook,
  KEYS,
  numbers,
  opened,
  put,
  putPadded,
  servers,
} from './receivers.ts';

/** Without a line that is still being written. */
function textOf(path: string): string {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return text.slice(0, text.lastIndexOf('\n') + 1);
}

function numbersIn(path: string): number[] {
  return numbers(textOf(path).trimEnd().split('\n'));
}

function inOrder(found: readonly number[]): boolean {
  return found.every((n, at) => at === 0 || n === found[at - 1]! + 1);
}

/** What is no record, each in its own way. */
const SPOILED = [
  'this is no JSON',
  `{"seq":4,"prev":"${'0'.repeat(64)}","time":"2026-11-01T00:00:00.000Z","kind":"call",}`,
  `{"seq":4,"prev":"${'0'.repeat(64)}","time":"9999-99-99T99:99:99.999Z","kind":"call"}`,
  '[]',
  '',
];

/** Three segments: five records, the second of which is spoiled; some that cannot be decompressed; and two that are fine. */
async function tampered(dir: string): Promise<void> {
  for (const many of [5, 5, 2]) {
    const audit = await opened(dir, []);
    put(audit, many);
    await audit.close(10_000);
  }
  const [first, second] = segmentsIn(dir);
  const text = (first!.isGzip ? gunzipSync : String)(readFileSync(first!.path)).toString();
  const lines = text.split('\n').toSpliced(2, 1, ...SPOILED);
  rmSync(first!.path);
  writeFileSync(join(dir, '00000001.jsonl'), lines.join('\n'));
  rmSync(second!.path);
  writeFileSync(join(dir, '00000002.jsonl.gz'), 'no gzip');
}

/** A receiver of each kind, and the lines that it has got. */
async function takerOf(
  kind: 'otlp' | 'webhook' | 'syslog' | 'file',
  dir: string,
): Promise<{ config: Json; lines: () => string[] }> {
  if (kind === 'file') {
    const path = join(dir, 'copy');
    return { config: { kind, path }, lines: () => textOf(path).split('\n').slice(0, -1) };
  }
  if (kind === 'syslog') {
    const frames: string[] = [];
    const server = createTcp((socket) => framesOf(socket, (frame) => frames.push(frame)));
    servers.push(server);
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const config = { kind, host: '127.0.0.1', port, tls: false };
    return { config, lines: () => frames.map((frame) => frame.slice(frame.indexOf('{'))) };
  }
  const hook = new Hook();
  const config = { kind, url: await hook.listen() };
  return { config, lines: kind === 'webhook' ? () => hook.lines : () => logged(hook) };
}

/** The bodies of OTLP's log records. */
function logged(hook: Hook): string[] {
  return logRecords(hook).map(({ body }) => String((body as Json).stringValue));
}

function logRecords(hook: Hook): Json[] {
  return hook.batches.flatMap(({ body }) => {
    const { resourceLogs } = JSON.parse(body) as {
      resourceLogs: { scopeLogs: { logRecords: Json[] }[] }[];
    };
    return resourceLogs.flatMap(({ scopeLogs }) => scopeLogs.flatMap((one) => one.logRecords));
  });
}

it('a sink whose URL has a password in it is not taken: it would end up in the log', () => {
  for (const kind of ['webhook', 'otlp']) {
    const sink = (url: string) => auditSchema.safeParse({ sinks: [{ id: 'a', kind, url }] });
    assert.equal(sink('https://example.com/audit?team=red').success, true);
    const { success, error } = sink('https://ann:hunter2@example.com/audit');
    assert.equal(success, false);
    assert.match(error!.message, /without user and password/);
    assert.doesNotMatch(error!.message, /hunter2/);
  }
});

describe('a sink', { timeout: 180_000 }, () => {
  it('of kind webhook gets every record in signed batches, also what was written while it was down', async () => {
    const hook = new Hook();
    const url = await hook.listen();
    const secret = 'a shared secret of a test';
    hook.status = 503;
    const from = count;
    const audit = await opened(temporaryFolder(), [
      { id: 'hook', kind: 'webhook', url, secret, batchMax: 50, headers: { 'x-team': 'red' } },
    ]);
    put(audit, 120);
    await until(() => hook.attempts >= 2);
    assert.equal(hook.batches.length, 0);
    assert.equal(audit.refuse(), undefined, 'calls are not held up by it');
    put(audit, 30);
    hook.status = 200;
    await until(() => numbers(hook.lines).length >= 150);
    const found = numbers(hook.lines);
    assert.deepEqual(
      found,
      Array.from({ length: 150 }, (_, at) => from + at),
    );
    for (const { headers, body } of hook.batches) {
      const [, time, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(
        String(headers['sluice-signature']),
      )!;
      assert.equal(mac, createHmac('sha256', secret).update(`${time}.${body}`).digest('hex'));
      assert.equal(headers['x-team'], 'red');
      const seqs = body
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { seq: number }).seq);
      assert.equal(headers['sluice-batch'], `${seqs[0]}-${seqs.at(-1)}`);
      assert.ok(seqs.length <= 50);
    }
  });

  it('of kind webhook without a secret is signed by the key of the seals', async () => {
    const hook = new Hook();
    const audit = await opened(temporaryFolder(), [
      { id: 'hook', kind: 'webhook', url: await hook.listen() },
    ]);
    put(audit, 3);
    await until(() => hook.batches.length > 0);
    const { headers, body } = hook.batches[0]!;
    const [, time, signature] = /^t=(\d+),ed25519=(\S+)$/.exec(
      String(headers['sluice-signature']),
    )!;
    const key = createPublicKey(KEYS.publicKey);
    const isGood = verifySignature(
      null,
      Buffer.from(`${time}.${body}`),
      key,
      Buffer.from(signature!, 'base64'),
    );
    assert.equal(isGood, true);
  });

  it('goes on where it stopped, over the ends of segments and a restart', async () => {
    const dir = temporaryFolder();
    const copy = join(dir, 'copy.jsonl');
    const sinks = [{ id: 'copy', kind: 'file', path: copy }];
    const from = count;
    for (let run = 0; run < 3; run++) {
      const audit = await opened(dir, sinks, { rotateBytes: 65_536 });
      put(audit, 400);
      await audit.close(30_000);
    }
    // A sink that had no time to take the end of a run takes it in the next; it may get something twice.
    await opened(dir, sinks);
    const lines = () => readFileSync(copy, 'utf8').split('\n').slice(0, -1);
    const found = () => [...new Set(numbers(lines()))];
    await until(() => found().length >= 1200);
    assert.deepEqual(
      found(),
      Array.from({ length: 1200 }, (_, at) => from + at),
    );
    assert.ok(lines().filter((line) => line.includes('"kind":"seal"')).length >= 3);
    assert.ok(existsSync(join(dir, 'sinks', 'copy.json')));
  });

  it('of kind otlp gets log records with attributes', async () => {
    const hook = new Hook();
    const audit = await opened(temporaryFolder(), [
      { id: 'otel', kind: 'otlp', url: await hook.listen() },
    ]);
    put(audit, 4);
    const calls = () =>
      logRecords(hook).filter(({ body }) =>
        String((body as Json).stringValue).includes('"kind":"call"'),
      );
    await until(() => calls().length >= 4);
    const [first] = calls();
    assert.match(String(first!.timeUnixNano), /^\d{19}$/);
    const attributes = first!.attributes as { key: string; value: Json }[];
    assert.deepEqual(attributes.find(({ key }) => key === 'sluice.tool')?.value, {
      stringValue: 't',
    });
    assert.ok([9, 13].includes(Number(first!.severityNumber)));
  });

  it('counts what it has taken and what it has not, and that no other sink waits for it', async () => {
    const [hook, down] = [new Hook(), new Hook()];
    down.status = 503;
    const audit = await opened(temporaryFolder(), [
      { id: 'up', kind: 'webhook', url: await hook.listen() },
      { id: 'down', kind: 'webhook', url: await down.listen() },
    ]);
    put(audit, 30);
    const report = (at: number) => audit.report.sinks[at]!;
    await until(() => report(0).behindBytes === 0 && report(0).taken >= 30);
    await until(() => report(1).failures >= 1 && report(1).behindBytes > 0);
    assert.deepEqual([report(0).id, report(0).failures, report(0).skipped], ['up', 0, 0]);
    assert.deepEqual([report(1).id, report(1).taken], ['down', 0]);
    assert.equal(numbers(hook.lines).length, 30);
    down.status = 200;
    await until(() => report(1).behindBytes === 0 && report(1).taken === report(0).taken);
  });

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
    assert.equal(numbersIn(path)[0], from);
    assert.ok(inOrder(numbersIn(path)));
  });

  for (const kind of ['otlp', 'webhook', 'syslog', 'file'] as const) {
    it(`of kind ${kind} goes on behind what somebody has put into the log, and says what it was not sent`, async (t) => {
      const dir = temporaryFolder();
      const from = count;
      await tampered(dir);
      const words: string[] = [];
      const log = pino({ level: 'warn' }, { write: (line: string) => words.push(line) });
      const taker = await takerOf(kind, dir);
      mkdirSync(join(dir, 'sinks'), { recursive: true });
      writeFileSync(join(dir, 'sinks', 'all.json'), '{"segment":1,"offset":0}');
      const sinks = [{ id: 'all', ...taker.config }];
      const audit = await Audit.open(auditSchema.parse({ dir, sinks, flushMs: 5 }), log);
      t.after(() => audit.close(0));
      put(audit, 5);
      await until(() => numbers(taker.lines()).at(-1) === count - 1);
      const found = numbers(taker.lines());
      const all = Array.from({ length: count - from }, (_, at) => from + at);
      assert.deepEqual(
        found,
        all.filter((n) => n !== from + 1 && (n < from + 5 || n >= from + 10)),
      );
      const { noRecords, skipped, behindBytes, failing } = audit.report.sinks[0]!;
      assert.deepEqual([noRecords, skipped, failing], [SPOILED.length, 1, 0]);
      await until(() => audit.report.sinks[0]!.behindBytes === 0);
      assert.ok(behindBytes >= 0);
      assert.deepEqual(
        audit.faults.map((fault) => fault.words),
        [
          'sink all has skipped 1 segments since the start',
          `sink all was not sent ${SPOILED.length} lines that are no records: "sluice audit verify" names the first`,
        ],
      );
      const about = words.filter((line) => line.includes('"sink":"all"'));
      assert.equal(about.length, 2, about.join());
      assert.match(about[0]!, /segment 1 has lines that are no records/);
      assert.match(about[1]!, /segment 2 cannot be read .*: segments 2 to 2 are skipped/);
    });
  }

  it('of kind file goes on in a new line where half a one was left', async () => {
    const dir = temporaryFolder();
    const path = join(dir, 'copy.jsonl');
    writeFileSync(path, '{"seq":7,"half');
    const from = count;
    const audit = await opened(dir, [{ id: 'torn', kind: 'file', path }]);
    put(audit, 3);
    await until(() => textOf(path).includes(`"n":${count - 1},`));
    const [half, ...whole] = textOf(path).trimEnd().split('\n');
    assert.equal(half, '{"seq":7,"half');
    assert.equal(numbers(whole)[0], from);
  });

  for (const isSecure of [false, true]) {
    it(`of kind syslog gets frames of RFC 5424 over ${isSecure ? 'TLS' : 'TCP'}, and again after a loss of the connection`, async () => {
      const authority = isSecure ? new Authority() : undefined;
      const frames: string[] = [];
      const sockets: Socket[] = [];
      const take = (socket: Socket) => {
        sockets.push(socket);
        framesOf(socket, (frame) => frames.push(frame));
      };
      const port = await freePort();
      const certificate = authority?.issue('localhost');
      const server = certificate ? createTls(pem(certificate), take) : createTcp(take);
      servers.push(server);
      const from = count;
      const audit = await opened(temporaryFolder(), [
        {
          ...{ id: 'log', kind: 'syslog', host: '127.0.0.1', port, tls: isSecure },
          ...(authority === undefined ? {} : { ca: authority.ca }),
        },
      ]);
      // Nobody is there yet.
      put(audit, 20);
      await until(() => audit.report.written >= 20);
      await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
      const bodies = () => frames.map((frame) => frame.slice(frame.indexOf('{')));
      await until(() => numbers(bodies()).length >= 20);
      // 5 is a notice, 4 a warning: by the outcome, and not by what a caller has written.
      const priorityOf = (n: number) =>
        frames.find((one) => one.includes(`"n":${n},`))?.slice(0, 5);
      for (let n = from; n < from + 20; n++) {
        assert.equal(priorityOf(n), n % 3 === 0 ? '<108>' : '<109>');
      }
      assert.match(
        frames.find((frame) => frame.includes('"kind":"call"'))!,
        /^<(?:108|109)>1 \d{4}-\d\d-\d\dT[\d:.]+Z \S+ sluice \d+ call - \{"seq":/,
      );
      for (const socket of sockets) socket.destroy();
      put(audit, 20);
      await until(() => numbers(bodies()).at(-1) === count - 1);
      const found = numbers(bodies());
      assert.ok(inOrder(found.slice(0, 20)) && found[0] === from);
      for (const socket of sockets) socket.destroy();
    });
  }
});
