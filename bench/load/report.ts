/**
 * What a run found, as JSON: stable enough to be kept beside a release and compared with.
 *
 * Times are microseconds, with three significant digits; a call belongs to the moment at which it should have been sent.
 */

import { encodeIntoCompressedBase64, type Histogram } from 'hdr-histogram-js';
import type { Result } from './generator.ts';
import { type Plan, type PlanSummary, summaryOf } from './plan.ts';
import { decode, sum } from './tally.ts';

export interface Latency {
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export interface Slice {
  /** Milliseconds from the start of the measurement. */
  readonly t: number;
  readonly calls: number;
  /** Microseconds; 0 where the slice has no call. */
  readonly p50: number;
  readonly p99: number;
}

export interface Report {
  readonly plan: PlanSummary;
  /** When the measurement began (ISO 8601). */
  readonly startedAt: string;
  /** The era that was spoken. */
  readonly era: 'modern' | 'legacy';
  /** How long was measured: less than planned where the run was stopped. */
  readonly measuredMs: number;
  /** Calls of the measurement that ended, well or badly; those of the warm-up are apart. */
  readonly calls: number;
  readonly warmupCalls: number;
  /**
   * How many calls went wrong, by kind: connect, timeout, reset, `http 503`, `rpc -32601`, tool (isError), parse,
   * unsent (open loop: no connection became free until the end), unexpected (a result where an error was expected).
   */
  readonly errors: Readonly<Record<string, number>>;
  /** The first words of one error of each kind. */
  readonly samples: Readonly<Record<string, string>>;
  /** Good calls per second. */
  readonly rps: number;
  /**
   * From the moment at which a call should have been sent. Counts every call that was answered or waited for in vain;
   * not those whose connection failed, which have no latency to speak of.
   */
  readonly latencyUs: Latency;
  /** The whole distribution in nanoseconds: HdrHistogram V2, compressed, base64. */
  readonly histogram: string;
  readonly sliceMs: number;
  readonly timeline: readonly Slice[];
  readonly bytes: { readonly sent: number; readonly received: number };
  readonly connectionsUsed: number;
  readonly target?: {
    readonly cpuUsPerCall: number;
    /** CPU time per wall time: 1 is one full core. */
    readonly cores: number;
    readonly rssBytes: number;
  };
  /** What the measuring itself cost, so that it can be seen not to be what was measured. */
  readonly generator: {
    readonly processes: number;
    /** Open loop waits for its schedule by polling: there this is the cost of precision, not of a call. */
    readonly cpuUsPerCall: number;
    /** Of one process; near 1 in a closed loop, the generator is the limit. */
    readonly cores: number;
    /** Open loop: how late calls left although a connection was free. The error of every latency above. */
    readonly lateUs?: { readonly p50: number; readonly p99: number; readonly max: number };
  };
}

const US = 1000;

/** One report of what several processes found at the same time. */
export function reportOf(plan: Plan, results: readonly Result[]): Report {
  const first = results[0]!;
  const { sliceMs, slices, whole, late, errors, samples, good, warmupCalls } = sum(
    results.map(({ tally }) => tally),
  );
  const calls = slices.reduce((total, slice) => total + slice.calls, 0);
  const measuredMs = Math.max(...results.map((result) => result.measuredMs));
  const perCall = (usPerMs: number) => (calls === 0 ? 0 : (usPerMs * measuredMs) / calls);
  const total = (of: (result: Result) => number) =>
    results.reduce((amount, result) => amount + of(result), 0);
  const generatorUsPerMs = total((result) => result.generatorUsPerMs);
  const { target } = first;
  return {
    plan: summaryOf(plan),
    startedAt: first.startedAt,
    era: first.era,
    measuredMs,
    calls,
    warmupCalls,
    errors,
    samples,
    rps: measuredMs === 0 ? 0 : (good * 1000) / measuredMs,
    latencyUs: latencyOf(whole),
    histogram: encodeIntoCompressedBase64(whole),
    sliceMs,
    timeline: slices
      .map((slice, at) => ({
        t: at * sliceMs,
        calls: slice.calls,
        p50: slice.histogram.getValueAtPercentile(50) / US,
        p99: slice.histogram.getValueAtPercentile(99) / US,
      }))
      .filter(({ t }) => t < measuredMs),
    bytes: {
      sent: total(({ bytes }) => bytes.sent),
      received: total(({ bytes }) => bytes.received),
    },
    connectionsUsed: total(({ connectionsUsed }) => connectionsUsed),
    ...(target === undefined
      ? {}
      : {
          target: {
            cpuUsPerCall: perCall(target.cpuUsPerMs),
            cores: target.cpuUsPerMs / US,
            rssBytes: target.rssBytes,
          },
        }),
    generator: {
      processes: results.length,
      cpuUsPerCall: perCall(generatorUsPerMs),
      cores: generatorUsPerMs / US / results.length,
      ...(plan.rate === undefined
        ? {}
        : {
            lateUs: {
              p50: late.getValueAtPercentile(50) / US,
              p99: late.getValueAtPercentile(99) / US,
              max: late.maxValue / US,
            },
          }),
    },
  };
}

function latencyOf(histogram: Histogram): Latency {
  if (histogram.totalCount === 0) return { mean: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 };
  const at = (percentile: number) => histogram.getValueAtPercentile(percentile) / US;
  return {
    mean: histogram.mean / US,
    p50: at(50),
    p90: at(90),
    p99: at(99),
    p999: at(99.9),
    max: histogram.maxValue / US,
  };
}

/** The distribution as HdrHistogram's plotters read it, in milliseconds. */
export function hgrmOf(report: Report): string {
  return decode(report.histogram).outputPercentileDistribution(5, 1e6);
}
