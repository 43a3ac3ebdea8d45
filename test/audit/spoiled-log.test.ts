/** Sinks of a log into which somebody has written: they are sent every record that is left, and nothing else. */

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createTcp } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { pino } from 'pino';
import { freePort } from '../../bench/free-port.ts';
import { Audit } from '../../src/audit/audit.ts';
import { auditSchema } from '../../src/audit/config.ts';
import { segmentsIn } from '../../src/audit/segments.ts';
import { type Json, until } from '../e2e/running-gateway.ts';
import { temporaryFolder } from '../support/temp.ts';
import { count, framesOf, Hook, numbers, opened, put, servers, textOf } from './receivers.ts';

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
  return hook.logRecords.map(({ body }) => String((body as Json).stringValue));
}

describe('a sink', { timeout: 180_000 }, () => {
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
});
