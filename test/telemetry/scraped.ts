/**
 * Reads what /metrics answers, strictly: what OpenMetrics forbids fails the test that reads it.
 */

import assert from 'node:assert/strict';
import type { Exposition } from '../../src/telemetry/exposition.ts';
import type { EndedCall, Outcome } from '../../src/telemetry/metrics.ts';

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ScrapedFamily {
  readonly type: string;
  readonly help: string;
  readonly samples: Sample[];
}

const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: ['_total'],
  gauge: [''],
  histogram: ['_bucket', '_count', '_sum'],
};

/** The families of a text in either format, by the name in their TYPE line. */
export function parseMetrics(text: string, isOpen: boolean): Map<string, ScrapedFamily> {
  const families = new Map<string, ScrapedFamily>();
  const lines = text.split('\n');
  assert.equal(lines.pop(), '', 'the last line ends');
  if (isOpen) assert.equal(lines.pop(), '# EOF');
  let name = '';
  let help = '';
  for (const line of lines) {
    const meta = /^# (HELP|TYPE) ([a-z_]+) (.+)$/.exec(line);
    if (meta?.[1] === 'HELP') {
      [, , name = '', help = ''] = meta;
      assert.ok(!families.has(name), `${name} comes twice`);
    } else if (meta?.[1] === 'TYPE') {
      assert.equal(meta[2], name);
      families.set(name, { type: meta[3]!, help, samples: [] });
    } else {
      const family = families.get(name);
      assert.ok(family !== undefined, line);
      const sample = parseSample(line);
      const suffixes = isOpen || family.type !== 'counter' ? SUFFIXES[family.type]! : [''];
      assert.ok(
        suffixes.some((suffix) => sample.name === name + suffix),
        line,
      );
      family.samples.push(sample);
    }
  }
  return families;
}

function parseSample(line: string): Sample {
  const whole = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line);
  assert.ok(whole !== null, line);
  const [, name = '', inner = '', value = ''] = whole;
  const labels: Record<string, string> = {};
  let rest = inner;
  while (rest !== '') {
    const label = /^([a-z]+)="((?:[^"\\]|\\[\\"n])*)"(?:,|$)/.exec(rest);
    assert.ok(label !== null, line);
    const [all, key = '', escaped = ''] = label;
    assert.ok(!Object.hasOwn(labels, key), line);
    labels[key] = escaped.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char));
    rest = rest.slice(all.length);
  }
  const number = value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value);
  assert.ok(!Number.isNaN(number), line);
  return { name, labels, value: number };
}

export async function read(of: { exposition(accept: string): Exposition }, accept: string) {
  const { contentType, slices } = of.exposition(accept);
  const bytes: Buffer[] = [];
  for await (const slice of slices) bytes.push(slice);
  const text = Buffer.concat(bytes).toString();
  const families = parseMetrics(text, contentType.startsWith('application/openmetrics-text'));
  return { contentType, text, families };
}

/** The one sample of this name that has these labels. */
export function sampleOf(
  families: ReadonlyMap<string, ScrapedFamily>,
  name: string,
  labels: Readonly<Record<string, string>>,
): number {
  const found = [...families.values()]
    .flatMap(({ samples }) => samples)
    .filter((sample) => sample.name === name)
    .filter((sample) =>
      Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
    );
  assert.equal(found.length, 1, `${name} ${JSON.stringify(labels)}: ${JSON.stringify(found)}`);
  return found[0]!.value;
}

interface Told {
  readonly method?: string;
  readonly server: string | null;
  readonly tool?: string;
  readonly outcome: Outcome;
  readonly ms?: number;
}

/** A call as it is when it has ended. */
export function endedCall({
  method = 'tools/call',
  server,
  tool = '',
  outcome,
  ms = 1,
}: Told): EndedCall {
  return {
    message: { method, bytes: { length: 300 } },
    isModern: true,
    backend: server === null ? null : { name: server },
    original: tool,
    refusal: null,
    found: null,
    answerBytes: 2000,
    trail: {
      arrivedAt: 1000,
      decidedAt: 1000 + ms / 10,
      sentAt: 1000 + ms / 5,
      answeredAt: 1000 + ms / 2,
      finishedAt: 1000 + ms,
      outcome: () => outcome,
    },
  };
}
