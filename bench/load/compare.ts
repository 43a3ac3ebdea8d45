/**
 * Two runs side by side: the ratio of their slices' medians, and how sure one can be of it.
 *
 * Slices of one run are drawn again, with replacement, two thousand times (bootstrap); the middle 95 % of the ratios are
 * the interval. An interval that holds 1 means: no difference was shown. It covers the noise within the two runs, not
 * what changed on the machine between them.
 */

import type { Report, Slice } from './report.ts';

const DRAWS = 2000;
export const SLICES_MIN = 10;
const SEED = 0x2545f491;

export interface Difference {
  readonly metric: 'rps' | 'p50' | 'p99';
  /** This run's median over slices, and that of the other one. */
  readonly value: number;
  readonly other: number;
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

/** Empty where a run has too few slices with calls. */
export function compare(report: Report, other: Report): Difference[] {
  const mine = slicesOf(report);
  const theirs = slicesOf(other);
  if (mine.length < SLICES_MIN || theirs.length < SLICES_MIN) return [];
  const metrics = [
    { metric: 'rps', of: (slice: Slice, ms: number) => (slice.calls * 1000) / ms },
    { metric: 'p50', of: (slice: Slice) => slice.p50 },
    { metric: 'p99', of: (slice: Slice) => slice.p99 },
  ] as const;
  return metrics.map(({ metric, of }) => {
    const a = mine.map((slice) => of(slice, report.sliceMs));
    const b = theirs.map((slice) => of(slice, other.sliceMs));
    const [low, high] = interval(a, b);
    const [value, base] = [median(a), median(b)];
    return { metric, value, other: base, ratio: value / base, low, high };
  });
}

/** The last slice may be cut short. */
function slicesOf(report: Report): Slice[] {
  return report.timeline.filter(
    ({ t, calls }) => calls > 0 && t + report.sliceMs <= report.measuredMs + 1,
  );
}

function interval(a: readonly number[], b: readonly number[]): [number, number] {
  const random = randomFrom(SEED);
  const draw = (values: readonly number[]) =>
    median(values.map(() => values[Math.floor(random() * values.length)]!));
  const ratios = Array.from({ length: DRAWS }, () => draw(a) / draw(b)).sort((x, y) => x - y);
  return [ratios[Math.floor(DRAWS * 0.025)]!, ratios[Math.ceil(DRAWS * 0.975) - 1]!];
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((x, y) => x - y);
  const upper = sorted[sorted.length >> 1]!;
  return sorted.length % 2 === 1 ? upper : (upper + sorted[(sorted.length >> 1) - 1]!) / 2;
}

/** Seeded, so that the same two files give the same interval. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4294967296;
  };
}
