/**
 * How long calls occupy the gateway itself: kept while `telemetry.stopwatch` is on, said when it is asked for.
 *
 * Counted are calls over HTTP that go to a server on stdio in the turn in which they arrive, and whose answer is one
 * body: every tool call that needs nothing else. Logic: from the request's head and body, as the web server hands them over, to the bytes queued
 * for the server; and from the server's line to the answer. Writes: this call's part of the flush to the server, and
 * the answer with its head and its system call. What the web server does before and the kernel after is in neither.
 */

import { build, type Histogram } from 'hdr-histogram-js';
import { clockNs, type Lap, stopwatch } from '../lib/stopwatch.ts';

/** Longer than any call may take. */
const NS_MAX = 3.6e12;
const READS = 10_000;

/** Microseconds. */
interface Spread {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export interface StopwatchReport {
  /** Calls since the last report. */
  readonly calls: number;
  /** What one reading of the clock costs here; some eight readings are in each call's figures. */
  readonly clockNs: number;
  readonly logicUs: Spread;
  readonly withWritesUs: Spread;
  /** Medians of what a call consists of, each by itself: they need not add up to the medians above. */
  readonly partsUs: Readonly<Record<Part, number>>;
}

/** What of a lap each part is. The first three are logic. */
const PARTS = {
  head: 'startNs',
  body: 'resumedNs',
  answer: 'endNs',
  toServer: 'flushNs',
  toClient: 'lastWriteNs',
} as const;
type Part = keyof typeof PARTS;
const NAMES = Object.keys(PARTS) as Part[];

/** Turns the stopwatch on. The function returned reports what was counted since it was last called. */
export function startStopwatch(): () => StopwatchReport {
  const logic = histogram();
  const withWrites = histogram();
  const parts = NAMES.map((name) => ({ name, of: PARTS[name], times: histogram() }));
  stopwatch.turnOn((lap: Lap) => {
    const logicNs = lap.startNs + lap.resumedNs + lap.endNs;
    logic.recordValue(Math.round(logicNs));
    withWrites.recordValue(Math.round(logicNs + lap.flushNs + lap.lastWriteNs));
    for (const { of, times } of parts) times.recordValue(Math.round(lap[of]));
  });
  return () => {
    const medians = parts.map(({ name, times }) => [name, spread(times).p50]);
    const report = {
      calls: logic.totalCount,
      clockNs: costOfClock(),
      logicUs: spread(logic),
      withWritesUs: spread(withWrites),
      partsUs: Object.fromEntries(medians) as Record<Part, number>,
    };
    for (const times of [logic, withWrites, ...parts.map((part) => part.times)]) times.reset();
    return report;
  };
}

function histogram(): Histogram {
  return build({ highestTrackableValue: NS_MAX, numberOfSignificantValueDigits: 3 });
}

function spread(times: Histogram): Spread {
  const us = (percentile: number) => times.getValueAtPercentile(percentile) / 1000;
  return { p50: us(50), p99: us(99), p999: us(99.9), max: us(100) };
}

function costOfClock(): number {
  const start = clockNs();
  for (let read = 0; read < READS; read++) clockNs();
  return Math.round((clockNs() - start) / READS);
}
