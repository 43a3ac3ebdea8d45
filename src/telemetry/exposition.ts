/**
 * The metrics as text: OpenMetrics 1.0 for who asks for it, else the older text format of Prometheus.
 *
 * Written in slices with a turn of the loop between them, so that a scrape never holds it up for long; a series is never
 * cut, so that its buckets agree with each other. `_created` lines are left out: they double the series, and counters
 * here begin with the process, which says when that was.
 */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Family, Histogram, Sheet } from './registry.ts';

/** Characters of one slice; bench/micro/telemetry.ts says how long one takes. */
const SLICE = 16 * 1024;

export interface Exposition {
  readonly contentType: string;
  /** To be written one after the other. */
  readonly slices: AsyncIterable<Buffer>;
}

/** Which text a scraper takes, told from its Accept header. */
export type Format = 'openmetrics' | 'plain';

export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  plain: 'text/plain; version=0.0.4; charset=utf-8',
};

/** OpenMetrics only where it is named and nothing else is liked better: browsers and older scrapers read plain text. */
export function formatFor(accept: string): Format {
  let best: Format = 'plain';
  let bestWeight = 0;
  for (const part of accept.slice(0, 1024).split(',')) {
    const [type = '', ...parameters] = part.split(';').map((word) => word.trim().toLowerCase());
    const weight = weightOf(parameters);
    const format = formatOf(type, parameters);
    if (format === undefined || weight <= bestWeight) continue;
    best = format;
    bestWeight = weight;
  }
  return best;
}

function formatOf(type: string, parameters: readonly string[]): Format | undefined {
  if (type === 'text/plain' || type === 'text/*' || type === '*/*') return 'plain';
  if (type !== 'application/openmetrics-text') return undefined;
  const version = parameters.find((word) => word.startsWith('version='));
  // 0.0.1 is what Prometheus called the same text before 1.0.0.
  return /^(?:version="?(?:0\.0\.1|1\.\d+\.\d+)"?)?$/.test(version ?? '')
    ? 'openmetrics'
    : undefined;
}

function weightOf(parameters: readonly string[]): number {
  const q = parameters.find((word) => word.startsWith('q='));
  const weight = q === undefined ? 1 : Number(q.slice(2));
  return Number.isFinite(weight) ? weight : 0;
}

/** `sheet` is asked for when the first slice is. */
export async function* slicesOf<Name extends string>(
  families: Iterable<Family>,
  sheet: () => Promise<Sheet<Name>>,
  format: Format,
): AsyncGenerator<Buffer> {
  const values = await sheet();
  let slice = '';
  for (const family of families) {
    for (const text of textOf(family, values, format)) {
      slice += text;
      if (slice.length < SLICE) continue;
      yield Buffer.from(slice);
      slice = '';
      await nextTurn();
    }
  }
  if (format === 'openmetrics') slice += '# EOF\n';
  if (slice !== '') yield Buffer.from(slice);
}

function* textOf<Name extends string>(
  family: Family,
  values: Sheet<Name>,
  format: Format,
): Generator<string> {
  const { name, metric } = family;
  const isCounter = metric.type === 'counter';
  const sample = isCounter ? `${name}_total` : name;
  // OpenMetrics names the family, the older format the sample.
  const head = isCounter && format === 'plain' ? sample : name;
  let intro = `# HELP ${head} ${metric.help}\n# TYPE ${head} ${metric.type}\n`;
  for (const series of family.all()) {
    const lines =
      'observe' in series
        ? bucketsOf(name, metric.bounds!, series)
        : `${sample}${braced(series.text)} ${series.value}\n`;
    yield intro + lines;
    intro = '';
  }
  for (const [text, value] of values.of(name) ?? []) {
    yield `${intro}${sample}${braced(text)} ${numeral(value)}\n`;
    intro = '';
  }
}

function bucketsOf(name: string, bounds: readonly number[], series: Histogram): string {
  const { text } = series;
  const labels = text === '' ? '' : `${text},`;
  let count = 0;
  let lines = '';
  for (let bucket = 0; bucket < bounds.length; bucket++) {
    count += series.in(bucket);
    lines += `${name}_bucket{${labels}le="${boundText(bounds[bucket]!)}"} ${count}\n`;
  }
  count += series.in(bounds.length);
  return (
    `${lines}${name}_bucket{${labels}le="+Inf"} ${count}\n` +
    `${name}_count${braced(text)} ${count}\n${name}_sum${braced(text)} ${series.sum}\n`
  );
}

/** OpenMetrics wants bounds as floats: `1.0`, so that all writers write the same label. */
function boundText(bound: number): string {
  const text = String(bound);
  return Number.isInteger(bound) ? `${text}.0` : text;
}

function braced(text: string): string {
  return text === '' ? '' : `{${text}}`;
}

function numeral(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value);
}
