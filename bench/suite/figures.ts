/**
 * What one run of the load generator said, reduced to the figures that reports compare.
 *
 * Rounds alternate between subjects, so a ratio is taken within a round and the median over rounds: drift of a shared
 * machine then hits both sides of a ratio alike. Nothing here measures.
 */

import type { Report } from '../load/load.ts';

/** How many errors of a kind, and one of them in words. */
export interface Wrong {
  readonly count: number;
  readonly words: string;
}

export interface Figures {
  readonly calls: number;
  readonly errors: number;
  /** What went wrong, by kind; absent where nothing did, and in runs recorded before there was this. */
  readonly wrong?: Readonly<Record<string, Wrong>>;
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

export type Figure = Exclude<keyof Figures, 'wrong'>;

export function figuresOf(report: Report): Figures {
  const { latencyUs, target, errors, samples } = report;
  const wrong = Object.entries(errors).map(([kind, count]) => {
    return [kind, { count, words: samples[kind] ?? '' }] as const;
  });
  return {
    calls: report.calls,
    errors: wrong.reduce((sum, [, { count }]) => sum + count, 0),
    ...(wrong.length === 0 ? {} : { wrong: Object.fromEntries(wrong) }),
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
  /** The errors of all rounds. */
  readonly wrong: readonly string[];
}

/** What a row says of everything that was measured for it. */
export interface Errors {
  readonly errors: number;
  /** `12 x rpc 5031: words`, for each kind; runs recorded before there was this have none. */
  readonly wrong?: readonly string[];
}

export function errorsOf(all: readonly Figures[]): Required<Errors> {
  const kinds = new Map<string, Wrong>();
  for (const { wrong = {} } of all) {
    for (const [kind, { count, words }] of Object.entries(wrong)) {
      const known = kinds.get(kind);
      kinds.set(kind, { count: (known?.count ?? 0) + count, words: known?.words ?? words });
    }
  }
  return {
    errors: all.reduce((sum, { errors }) => sum + errors, 0),
    wrong: [...kinds].map(([kind, { count, words }]) => `${count} x ${kind}: ${words}`),
  };
}

/** A fault, if there was any error. */
export function faultsOf(what: string, { errors, wrong = [] }: Errors): string[] {
  return errors === 0 ? [] : [`${what}: ${errors} errors (${wrong.join('; ')})`];
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
