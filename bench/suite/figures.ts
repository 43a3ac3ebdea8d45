/**
 * What one run of the load generator said, reduced to the figures that reports compare.
 *
 * Rounds alternate between subjects, so a ratio is taken within a round and the median over rounds: drift of a shared
 * machine then hits both sides of a ratio alike. Nothing here measures.
 */

import type { Report } from '../load/load.ts';

export interface Figures {
  readonly calls: number;
  readonly errors: number;
  readonly rps: number;
  /** CPU time of the relay's own process per call; null where the process is not ours to look at. */
  readonly cpuUs: number | null;
  readonly generatorUs: number;
  /** Near 1 in a closed loop: the generator was the limit, and calls/s say nothing about the relay. */
  readonly generatorCores: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  readonly rssBytes: number | null;
}

export type Figure = keyof Figures;

export function figuresOf(report: Report): Figures {
  const { latencyUs, target } = report;
  return {
    calls: report.calls,
    errors: Object.values(report.errors).reduce((sum, count) => sum + count, 0),
    rps: report.rps,
    cpuUs: target?.cpuUsPerCall ?? null,
    generatorUs: report.generator.cpuUsPerCall,
    generatorCores: report.generator.cores,
    p50: latencyUs.p50,
    p90: latencyUs.p90,
    p99: latencyUs.p99,
    p999: latencyUs.p999,
    max: latencyUs.max,
    rssBytes: target?.rssBytes ?? null,
  };
}

/** All rounds of one subject in one scenario, in the order in which they were run. */
export interface Cell {
  readonly scenario: string;
  readonly subject: string;
  readonly rounds: readonly Figures[];
  /** One error of each kind that occurred, in words. */
  readonly wrong: readonly string[];
}

/** `rpc 5031: words`, for each kind of error. */
export function wrongIn({ errors, samples }: Report): string[] {
  return Object.keys(errors).map((kind) => `${kind}: ${samples[kind] ?? ''}`);
}

export function median(values: readonly number[]): number {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  const { length } = sorted;
  if (length === 0) return Number.NaN;
  const upper = sorted[length >> 1]!;
  return length % 2 === 1 ? upper : (upper + sorted[(length >> 1) - 1]!) / 2;
}

const values = (cell: Cell, figure: Figure) =>
  cell.rounds.map((round) => round[figure] ?? Number.NaN);

export function middle(cell: Cell, figure: Figure): number {
  return median(values(cell, figure));
}

/** Median over rounds of `compare(a, b)` within the round. */
export function paired(
  a: Cell,
  b: Cell,
  figure: Figure,
  compare: (a: number, b: number) => number,
): number {
  const theirs = values(b, figure);
  return median(
    values(a, figure).map((value, round) => compare(value, theirs[round] ?? Number.NaN)),
  );
}

export const ratio = (a: number, b: number): number => a / b;
export const difference = (a: number, b: number): number => a - b;
