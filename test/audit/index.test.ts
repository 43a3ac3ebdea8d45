/** What an index says of a segment whose lines were mostly compared and not parsed: the same as if each had been. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Indexer, indexOf } from '../../src/audit/index-file.ts';
import { Ledger, ownLine } from '../../src/audit/ledger.ts';
import { recordOf } from '../../src/audit/record.ts';
import { segmentsIn } from '../../src/audit/segments.ts';
import { temporaryFolder } from '../support/temp.ts';

const START = Date.parse('2026-11-01T00:00:00.000Z');
const CALLERS = ['ann', 'bob "the, builder"', 'ü,"bytesIn":1'];
const METHODS = ['tools/call', 'resources/read', 'x","method":"y'];
/** As JSON text. */
const REQUESTS = ['7', '"a"', String.raw`"\",\"caller\":{},\"bytesIn\":"`, '"x,"'];
const OUTCOMES = ['ok', 'tool_error', 'refused', 'failed'];
/** What may follow all that: payloads of callers, with keys as ours. */
const ENDS = [
  '',
  ',"refusal":"forbidden"',
  ',"refusal":"busy","detail":"x"',
  ',"arguments":{"caller":{"id":"eve"},"bytesIn":2,"kind":"seal"}',
  ',"result":{"content":[{"text":",\\"refusal\\":\\"none\\""}],"refusal":"no","method":"z"}',
];

/** One call as the gateway writes it. */
function call(i: number): Buffer {
  const of = <T>(list: readonly T[], every: number) => list[Math.floor(i / every) % list.length]!;
  const caller = { id: of(CALLERS, 1), tenant: of(['', 'acme'], 3), user: '', roles: ['a'] };
  return Buffer.from(
    `"time":"${new Date(START + ((i * 7919) % 5000)).toISOString()}","kind":"call","id":"boot-${i}",` +
      `"method":${JSON.stringify(of(METHODS, 2))},"request":${of(REQUESTS, 5)},` +
      `"caller":${JSON.stringify(caller)},"address":"127.0.0.${i % 3}","session":"s${i % 4}",` +
      `"version":"2025-11-25","route":"/mcp","server":"files","tool":"read${i % 5}","original":"read",` +
      `"outcome":"${of(OUTCOMES, 7)}","rule":"","bytesIn":${i},"bytesOut":3${of(ENDS, 11)}`,
  );
}

test('an index lists what every line holds, also where most lines are not parsed', async () => {
  const dir = temporaryFolder();
  const limits = { rotateBytes: 1 << 30, rotateMs: 1 << 30 };
  const ledger = new Ledger({ dir, signer: null, ...limits, instance: 'test' }, START);
  for (let i = 0; i < 6000; i++) {
    ledger.append([call(i)]);
    // What only one line has, late among those that are alike, and lines of other kinds.
    if (i % 1000 === 999) ledger.append([call(i), Buffer.from(`,"refusal":"only_${i}"`)]);
    if (i % 500 === 499) ledger.append([ownLine(START + i, { kind: 'session', session: `n${i}` })]);
    ledger.commit();
  }
  ledger.rotate(START + 10_000);
  ledger.close();
  const [segment] = segmentsIn(dir);
  const indexer = new Indexer();
  const lines = readFileSync(segment!.path, 'utf8').trimEnd().split('\n');
  for (const line of lines) indexer.add(recordOf(Buffer.from(line))!);
  const index = await indexOf(segment!);
  assert.deepEqual(index, indexer.done(1));
  assert.equal(index.lines, lines.length);
  assert.ok(index.values.refusal!.includes('only_5999'));
});
