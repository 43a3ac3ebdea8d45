/**
 * What counting and tracing a call cost, and what a scrape does to the loop.
 *
 * `bytes` is what a call leaves for the garbage collector. A scrape is read as fast as it is written; `longest slice` is the
 * longest time for which it keeps everything else waiting.
 */

import { build } from 'hdr-histogram-js';
import { read } from '../../src/protocol/json-rpc.ts';
import type { Message } from '../../src/protocol/message.ts';
import type { Trace, TraceHeaders } from '../../src/protocol/trace-context.ts';
import { type EndedCall, Metrics, type Outcome } from '../../src/telemetry/metrics.ts';
import type { Spans } from '../../src/telemetry/otlp.ts';
import { Tracer } from '../../src/telemetry/tracer.ts';
import { litter, time } from '../stopwatch.ts';

const OTLP = { url: '', headers: {}, sample: 1, followParents: true, service: 'sluice' };
const NO_TRACE: TraceHeaders = { traceparent: '', tracestate: '', baggage: '' };
const SPANNED = {
  id: '1',
  route: { path: '' },
  caller: { id: 'anonymous', agent: '', tenant: '' },
  session: null,
};
const TRAIL = {
  attempts: 1,
  cache: '',
  rule: '',
  approval: null,
  body: null,
  bodyStart: 0,
  bodyEnd: 0,
};

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
const tracing = (sample: number) => new Tracer({ ...OTLP, sample }, spans);
const spans = { add: (span: string) => span } as unknown as Spans;
const message = read(
  Buffer.from(
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"tool0","arguments":{}}}',
  ),
) as Message;
const begun = { message, outlet: {}, trail: { trace: null } };
const told = {
  ...begun,
  outlet: { trace: { ...NO_TRACE, traceparent: `00-${'4b'.repeat(16)}-${'00f0'.repeat(4)}-00` } },
};
const root = { message, outlet: {}, trail: { ...ten[0]!.trail, trace: null as Trace | null } };
tracing(1).begun(root);
const ended = { ...ten[0]!, ...root, ...SPANNED, trail: { ...root.trail, ...TRAIL } };
const seldom = tracing(0.01);
const always = tracing(1);
rows.push(
  ['a call of which 1 % are traced', () => seldom.begun(begun)],
  ['a call whose parent is not sampled', () => seldom.begun(told)],
  ['a call that is traced: begin', () => always.begun(begun)],
  ['a call that is traced: span', () => always.ended(ended)],
);
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
