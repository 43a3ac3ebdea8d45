/**
 * Limits that a run must keep: `p99<2ms`, `errors=0`, `rps>1000`, `p99<1.2x:baseline.json`.
 *
 * A gate that cannot be read is a fault of the command line, never a gate that passes. A run without a single answer
 * keeps no limit on latency, whatever its zeros say.
 */

import type { Report } from './report.ts';
import { parseBytes, parseNumber, parseUs, sayBytes, sayCount, sayUs } from './units.ts';

type Unit = 'time' | 'count' | 'bytes' | 'share';

interface Metric {
  readonly unit: Unit;
  /** undefined where the run does not know. */
  of(report: Report): number | undefined;
}

const errorsOf = (report: Report) => Object.values(report.errors).reduce((a, b) => a + b, 0);
const latency = (of: (latency: Report['latencyUs']) => number): Metric => ({
  unit: 'time',
  of: (report) => (report.latencyUs.max > 0 ? of(report.latencyUs) : undefined),
});

const METRICS: Readonly<Record<string, Metric>> = {
  mean: latency(({ mean }) => mean),
  p50: latency(({ p50 }) => p50),
  p90: latency(({ p90 }) => p90),
  p99: latency(({ p99 }) => p99),
  p999: latency(({ p999 }) => p999),
  'p99.9': latency(({ p999 }) => p999),
  max: latency(({ max }) => max),
  errors: { unit: 'count', of: errorsOf },
  calls: { unit: 'count', of: ({ calls }) => calls },
  rps: { unit: 'count', of: ({ rps }) => rps },
  cpu: { unit: 'time', of: ({ target }) => target?.cpuUsPerCall },
  rss: { unit: 'bytes', of: ({ target }) => target?.rssBytes },
};

type Comparison = '<' | '<=' | '>' | '>=' | '=';

export interface Gate {
  readonly text: string;
  readonly metric: string;
  readonly comparison: Comparison;
  /** In the metric's own unit; with `baseline` a factor. */
  readonly value: number;
  readonly unit: Unit;
  readonly baseline?: string;
}

export interface Judged {
  readonly gate: string;
  readonly ok: boolean;
  readonly value: number | null;
  readonly limit: number | null;
  /** For people. */
  readonly words: string;
}

/** undefined where the text is no gate. */
export function parseGate(text: string): Gate | undefined {
  const match = /^([a-z0-9.]+)\s*(<=|>=|<|>|==?)\s*(\S+)$/i.exec(text.trim());
  if (match === null) return undefined;
  const metric = match[1]!.toLowerCase();
  if (!Object.hasOwn(METRICS, metric)) return undefined;
  const comparison = (match[2] === '==' ? '=' : match[2]) as Comparison;
  const relative = /^(\d+(?:\.\d+)?)x:(.+)$/.exec(match[3]!);
  const { unit } = METRICS[metric]!;
  if (relative !== null) {
    const [, factor, baseline] = relative;
    return { text, metric, comparison, value: Number(factor), unit, baseline: baseline! };
  }
  const share = metric === 'errors' ? /^(\d+(?:\.\d+)?)%$/.exec(match[3]!) : null;
  if (share !== null) return { text, metric, comparison, value: Number(share[1]), unit: 'share' };
  const value = valueIn(unit, match[3]!);
  return value === undefined ? undefined : { text, metric, comparison, value, unit };
}

/** A time needs its unit: `p99<2` could be anything. */
function valueIn(unit: Unit, text: string): number | undefined {
  if (unit === 'time') return /[a-zµ]$/i.test(text) ? parseUs(text) : undefined;
  return unit === 'bytes' ? parseBytes(text) : parseNumber(text.replace(/\/s$/, ''));
}

/** `baseline` is the report that the gate names, where it names one. */
export function judgeGate(gate: Gate, report: Report, baseline?: Report): Judged {
  const { of } = METRICS[gate.metric]!;
  const base = gate.baseline === undefined ? 1 : baseline && of(baseline);
  const found = of(report);
  const value =
    gate.unit !== 'share' ? found : report.calls > 0 ? (100 * found!) / report.calls : undefined;
  const limit = base === undefined ? undefined : gate.value * base;
  const ok = value !== undefined && limit !== undefined && holds(gate.comparison, value, limit);
  const say = (amount: number | undefined) =>
    amount === undefined ? 'unknown' : sayIn(gate.unit, amount);
  const against = gate.baseline === undefined ? '' : `, limit ${say(limit)}`;
  const words = `${gate.text}: ${say(value)}${against}`;
  return { gate: gate.text, ok, value: value ?? null, limit: limit ?? null, words };
}

function holds(comparison: Comparison, value: number, limit: number): boolean {
  if (comparison === '<') return value < limit;
  if (comparison === '<=') return value <= limit;
  if (comparison === '>') return value > limit;
  return comparison === '>=' ? value >= limit : value === limit;
}

function sayIn(unit: Unit, value: number): string {
  if (unit === 'time') return sayUs(value);
  if (unit === 'bytes') return sayBytes(value);
  return unit === 'share' ? `${value.toFixed(3)} %` : sayCount(value);
}
