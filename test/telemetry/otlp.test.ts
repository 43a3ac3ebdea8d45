/**
 * Spans on their way to a collector that is slow, full, mistaken or gone.
 */

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { telemetrySchema } from '../../src/telemetry/config.ts';
import { Spans } from '../../src/telemetry/otlp.ts';
import { createLog } from '../../src/telemetry/telemetry.ts';
import { until } from '../e2e/running-gateway.ts';
import { Collector } from './collector.ts';

function span(name: string): string {
  const [traceId, spanId] = ['1'.repeat(32), '2'.repeat(16)];
  const [startTimeUnixNano, endTimeUnixNano] = ['1800000000000000000', '1800000000001000000'];
  const rest = { flags: 257, kind: 2, attributes: [], events: [], status: {} };
  return JSON.stringify({ traceId, spanId, name, startTimeUnixNano, endTimeUnixNano, ...rest });
}

describe('spans for a collector', { timeout: 180_000 }, () => {
  let collector: Collector;
  let spans: Spans;

  beforeEach(async () => {
    collector = await Collector.start();
    spans = spansFor(collector.url);
  });
  afterEach(async () => {
    await spans.close();
    collector.stop();
    assert.deepEqual(collector.faults.map(String), []);
  });

  function spansFor(url: string): Spans {
    const { otlp } = telemetrySchema.parse({ otlp: { url } });
    return new Spans(otlp!, createLog({ log: 'silent' }));
  }

  function counts(): Record<string, number> {
    const all: Record<string, number> = {};
    spans.collect((name, value, ...labels) => {
      all[labels[0] ?? name] = value;
    });
    return all;
  }

  it('are sent in batches of 512, without waiting for the clock', async () => {
    for (let at = 0; at < 1030; at++) spans.add(span(`span${at}`));
    await until(() => collector.spans.length === 1030, 'all spans');
    assert.deepEqual(
      collector.spans.map(({ name }) => name),
      Array.from({ length: 1030 }, (_, at) => `span${at}`),
    );
    assert.deepEqual(
      collector.requests.map(({ body }) => body.split('"name":"span').length - 1),
      [512, 512, 6],
    );
    await until(() => counts().sent === 1030, 'counted');
  });

  it('are sent again where the collector may take them later', async () => {
    collector.answers.push((response) => response.writeHead(503).end());
    collector.answers.push((response) => response.writeHead(429, { 'retry-after': '1' }).end());
    collector.answers.push((response) => response.destroy());
    spans.add(span('patient'));
    await until(() => collector.spans.length === 1, 'the span');
    assert.equal(collector.requests.length, 4);
    await until(() => counts().sent === 1, 'counted');
  });

  it('are given up where it says that they are wrong', async () => {
    collector.answers.push((response) => response.writeHead(400).end());
    spans.add(span('wrong'));
    await until(() => counts().failed === 1, 'given up');
    assert.equal(collector.requests.length, 1);
  });

  it('are counted where it takes only some', async () => {
    const body = JSON.stringify({ partialSuccess: { rejectedSpans: '1', errorMessage: 'x' } });
    collector.answers.push((response) => response.writeHead(200).end(body));
    for (const name of ['a', 'b', 'c']) spans.add(span(name));
    await until(() => counts().sent === 2, 'the rest');
    assert.equal(counts().rejected, 1);
  });

  it('are dropped beyond a bound while it hangs', async () => {
    collector.answers.push(() => {});
    for (let at = 0; at < 512; at++) spans.add(span('first'));
    await until(() => collector.requests.length === 1, 'the first batch');
    for (let at = 0; at < 3000; at++) spans.add(span('more'));
    assert.deepEqual([counts().sluice_spans_waiting, counts().dropped], [2048, 952]);
    collector.stop();
  });

  it('are sent at the end', async () => {
    spans.add(span('last'));
    await spans.close();
    assert.deepEqual(
      collector.spans.map(({ name }) => name),
      ['last'],
    );
  });

  it('keep nobody where there is no collector', async () => {
    const lost = spansFor('http://127.0.0.1:9/v1/traces');
    lost.add(span('lost'));
    await lost.close();
  });
});
