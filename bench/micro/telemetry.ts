/**
 * What counting a call costs, and what a scrape does to the loop.
 *
 * `bytes` is what a call leaves for the garbage collector. A scrape is read as fast as it is written; `longest slice` is the
 * longest time for which it keeps everything else waiting.
 */

import { build } from 'hdr-histogram-js';
import { type EndedCall, Metrics, type Outcome } from '../../src/telemetry/metrics.ts';
import { time } from '../stopwatch.ts';

function endedCall(server: string, original: string, outcome: Outcome): EndedCall {
  return {
    message: { method: 'tools/call', bytes: { length: 300 } },
    isModern: true,
    backend: { name: server },
    original,
    refusal: null,
    found: null,
    answerBytes: 2000,
    trail: {
      arrivedAt: 1000,
      decidedAt: 1000.02,
      sentAt: 1000.021,
      answeredAt: 1001.5,
      finishedAt: 1001.51,
      outcome: () => outcome,
    },
  };
}

/** Bytes of the young heap that one run leaves; the count is short enough that nothing is collected between. */
function litter(work: () => unknown): number {
  const runs = 20_000;
  for (let i = 0; i < 5 * runs; i++) work();
  global.gc?.();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < runs; i++) work();
  return (process.memoryUsage().heapUsed - before) / runs;
}

const metrics = new Metrics();
const counter = metrics.registry.counter('sluice_session_changes', 'bench');
const histogram = metrics.registry.histogram('sluice_gc_pause_seconds', 'bench');
const hdr = build({ highestTrackableValue: 1000, numberOfSignificantValueDigits: 2 });
const ten = Array.from({ length: 10 }, (_, at) => endedCall(`server${at}`, `tool${at}`, 'ok'));
let next = 0;
const rows: [string, () => unknown][] = [
  ['a counter', () => counter.add()],
  ['a histogram, tenth bucket', () => histogram.observe(0.2)],
  ['an HDR histogram', () => hdr.recordValue(1500)],
  ['a call, all it counts', () => metrics.ended(ten[0]!)],
  ['the same, of ten servers in turn', () => metrics.ended(ten[next++ % 10]!)],
];
console.log(`${'us'.padEnd(36)}${'each'.padStart(10)}${'bytes'.padStart(10)}`);
for (const [name, work] of rows) {
  const us = time(work);
  console.log(
    `${name.padEnd(36)}${us.toFixed(4).padStart(10)}${litter(work).toFixed(1).padStart(10)}`,
  );
}
metrics.close();

async function scrape(of: Metrics): Promise<{ ms: number; longest: number; bytes: Buffer[] }> {
  const start = performance.now();
  let longest = 0;
  const bytes: Buffer[] = [];
  let from = start;
  for await (const slice of of.exposition('application/openmetrics-text').slices) {
    longest = Math.max(longest, performance.now() - from);
    bytes.push(slice);
    await new Promise((resolve) => setImmediate(resolve));
    from = performance.now();
  }
  return { ms: performance.now() - start, longest, bytes };
}

console.log(
  `\n${'a scrape'.padEnd(16)}${'lines'.padStart(10)}${'KB'.padStart(10)}${'ms'.padStart(10)}${'longest slice, ms'.padStart(20)}`,
);
for (const servers of [1, 19, 200]) {
  const many = new Metrics();
  for (let server = 0; server < servers; server++) {
    for (let tool = 0; tool < 20; tool++) {
      many.ended(endedCall(`server${server}`, `tool${tool}`, tool % 5 === 0 ? 'failed' : 'ok'));
    }
  }
  for (let round = 0; round < 20; round++) await scrape(many);
  const rounds: Awaited<ReturnType<typeof scrape>>[] = [];
  for (let round = 0; round < 15; round++) rounds.push(await scrape(many));
  const median = (of: (one: (typeof rounds)[number]) => number) =>
    rounds.map(of).sort((a, b) => a - b)[7]!;
  const text = Buffer.concat(rounds[0]!.bytes).toString();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
  console.log(
    `${`${servers} servers`.padEnd(16)}${String(lines).padStart(10)}${(text.length / 1024).toFixed(0).padStart(10)}` +
      `${median(({ ms }) => ms)
        .toFixed(1)
        .padStart(10)}${median(({ longest }) => longest)
        .toFixed(2)
        .padStart(20)}`,
  );
  many.close();
}
