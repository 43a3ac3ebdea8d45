/**
 * /metrics as text: what OpenMetrics 1.0 and the older format ask for, and that a scrape is written in slices.
 */

import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { formatFor } from '../../src/telemetry/exposition.ts';
import { type EndedCall, Metrics } from '../../src/telemetry/metrics.ts';
import { OTHER, Registry, SERIES_MAX, Sheet } from '../../src/telemetry/registry.ts';
import { METRICS } from '../../src/telemetry/table.ts';
import { endedCall, read, type Sample, sampleOf } from './scraped.ts';
import { turnsDuring } from './turns.ts';

const OPENMETRICS = 'application/openmetrics-text; version=1.0.0';

describe('the text of metrics', () => {
  const metrics = new Metrics();
  after(() => metrics.close());

  it('is OpenMetrics 1.0 for who asks for it, every family whole and named once', async () => {
    metrics.ended(endedCall({ server: 'files', tool: 'read', outcome: 'ok' }));
    metrics.ask((put) => put('sluice_sessions', 3));
    const { contentType, text, families } = await read(metrics, OPENMETRICS);
    assert.equal(contentType, 'application/openmetrics-text; version=1.0.0; charset=utf-8');
    assert.ok(text.endsWith('\n# EOF\n'));
    assert.equal(families.get('sluice_calls')?.type, 'counter');
    assert.equal(sampleOf(families, 'sluice_calls_total', { tool: 'read' }), 1);
    assert.equal(sampleOf(families, 'sluice_sessions', {}), 3);
  });

  it('is what older scrapers read for everybody else, without an end mark', async () => {
    const { contentType, text, families } = await read(metrics, '*/*');
    assert.equal(contentType, 'text/plain; version=0.0.4; charset=utf-8');
    assert.ok(!text.includes('# EOF'));
    assert.equal(families.get('sluice_calls_total')?.type, 'counter');
  });

  it('counts buckets upwards, to what the count says', async () => {
    for (const ms of [0.01, 3, 70_000]) {
      metrics.ended(endedCall({ server: 'slow', tool: 'x', outcome: 'ok', ms }));
    }
    const { families } = await read(metrics, OPENMETRICS);
    const all = families.get('sluice_call_duration_seconds')!.samples;
    const own = all.filter(({ labels }) => labels.server === 'slow');
    const buckets = own.filter(({ name }) => name.endsWith('_bucket'));
    const counts = buckets.map(({ value }) => value);
    assert.deepEqual(
      counts,
      counts.toSorted((a, b) => a - b),
    );
    assert.equal(buckets.at(-1)!.labels.le, '+Inf');
    assert.equal(counts[0], 1);
    assert.equal(counts.at(-2), 2);
    assert.equal(counts.at(-1), 3);
    const sum = (end: string) => own.find(({ name }) => name.endsWith(end))!.value;
    assert.equal(sum('_count'), 3);
    assert.ok(Math.abs(sum('_sum') - 70.00301) < 1e-6);
  });

  it('escapes what a server calls its tools', async () => {
    const name = 'a"b\\c\nd';
    metrics.ended(endedCall({ server: 'odd', tool: name, outcome: 'ok' }));
    const { families } = await read(metrics, OPENMETRICS);
    assert.equal(sampleOf(families, 'sluice_calls_total', { server: 'odd', tool: name }), 1);
  });

  it('has names that are too long, or no text, in one series where they are written alike', async () => {
    const [long, odd] = ['x'.repeat(200), 'odd\ud800'];
    for (const tool of [`${long}a`, `${long}b`, odd, 'odd\ud801'])
      metrics.ended(endedCall({ server: 'long', tool, outcome: 'ok' }));
    const { families } = await read(metrics, OPENMETRICS);
    const calls = families
      .get('sluice_calls')!
      .samples.filter(({ labels }) => labels.server === 'long');
    assert.deepEqual(
      calls.map(({ labels, value }) => [labels.tool, value]),
      [
        [long.slice(0, 128), 2],
        ['odd\ufffd', 2],
      ],
    );
  });

  it('comes in slices, with turns of the loop between them', async () => {
    for (let server = 0; server < 20; server++) {
      for (let tool = 0; tool < 10; tool++) {
        metrics.ended(endedCall({ server: `s${server}`, tool: `t${tool}`, outcome: 'ok' }));
      }
    }
    const sizes: number[] = [];
    const turns = await turnsDuring(async () => {
      for await (const slice of metrics.exposition('').slices) sizes.push(slice.length);
    });
    assert.ok(sizes.length > 5);
    assert.ok(Math.max(...sizes) < 32 * 1024, String(sizes));
    assert.ok(turns >= sizes.length - 1);
  });
});

describe('the choice of a format', () => {
  const cases: [string, string][] = [
    ['', 'plain'],
    ['*/*', 'plain'],
    ['text/html,application/xhtml+xml,*/*;q=0.8', 'plain'],
    ['application/openmetrics-text', 'openmetrics'],
    [
      'application/openmetrics-text;version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
      'openmetrics',
    ],
    // As Prometheus 2.42 and 3.x ask.
    [
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
      'openmetrics',
    ],
    ['text/plain;q=0.9, application/openmetrics-text;q=0.2', 'plain'],
    ['application/openmetrics-text;version=7.0.0', 'plain'],
    ['application/openmetrics-text;q=0', 'plain'],
    ['application/openmetrics-text;q=x', 'plain'],
  ];
  for (const [accept, format] of cases) {
    it(`is ${format} for ${accept || 'no header'}`, () => assert.equal(formatFor(accept), format));
  }
});

describe('the number of series', () => {
  it('is bounded: what comes later is counted under other', () => {
    const registry = new Registry(METRICS);
    for (let tool = 0; tool < SERIES_MAX + 50; tool++) {
      registry.counter('sluice_calls', 'files', `tool${tool}`, 'ok').add();
    }
    const series = [...registry.family('sluice_calls').all()];
    assert.equal(series.length, SERIES_MAX + 1);
    assert.equal(registry.counter('sluice_calls', 'files', OTHER, 'ok').value, 50);
  });

  it('is bounded for what is looked up at a scrape', () => {
    const sheet = new Sheet(METRICS);
    for (let server = 0; server < SERIES_MAX + 50; server++) {
      sheet.put('sluice_server_up', 1, `server${server}`);
    }
    assert.equal(sheet.of('sluice_server_up')?.size, SERIES_MAX);
  });

  it('does not grow with methods that clients make up, nor with the URIs of resources', async () => {
    const metrics = new Metrics();
    for (let at = 0; at < 30; at++) {
      metrics.ended(endedCall({ method: `made/up${at}`, server: null, outcome: 'refused' }));
      const read: Partial<EndedCall> = { original: `file:///${at}` };
      metrics.ended({
        ...endedCall({ method: 'resources/read', server: 'f', outcome: 'ok' }),
        ...read,
      });
    }
    const { families } = await read(metrics, OPENMETRICS);
    metrics.close();
    const requests = families.get('sluice_requests')!.samples as Sample[];
    assert.deepEqual(
      requests.map(({ labels, value }) => [labels.method, value]),
      [
        [OTHER, 30],
        ['resources/read', 30],
      ],
    );
    const calls = families.get('sluice_calls')!.samples;
    assert.deepEqual(
      calls.map(({ labels }) => labels.tool),
      ['resources/read'],
    );
  });
});
