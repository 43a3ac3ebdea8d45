/**
 * Counts what happened, slice by slice, and adds up the counts of several processes.
 *
 * A call belongs to the slice in which it should have been sent. Every slice has a histogram of its own, made before the
 * run, so that nothing is allocated, encoded or reset while the clock runs. Values are nanoseconds.
 */

import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
} from 'hdr-histogram-js';
import { DURATION_MS_MAX } from './plan.ts';

const SLICES_MIN = 20;
const SLICES_MAX = 60;
const SLICE_MS_MIN = 5;
/** A run with its warm-up, its measurement and one more hour of waiting. */
const NS_MAX = 3 * DURATION_MS_MAX * 1e6;
const KINDS_MAX = 64;
const SAMPLE_CHARS_MAX = 200;

/** What a process sends home. Histograms are HdrHistogram V2, compressed, base64. */
export interface TallyData {
  readonly sliceMs: number;
  readonly slices: readonly { readonly calls: number; readonly histogram: string }[];
  readonly warmupCalls: number;
  readonly good: number;
  readonly errors: Readonly<Record<string, number>>;
  readonly samples: Readonly<Record<string, string>>;
  readonly late: string;
}

export function newHistogram(): Histogram {
  return build({ highestTrackableValue: NS_MAX, numberOfSignificantValueDigits: 3 });
}

export function decode(histogram: string): Histogram {
  return decodeFromCompressedBase64(histogram);
}

export function sliceMsOf(durationMs: number): number {
  const count = Math.min(SLICES_MAX, Math.max(SLICES_MIN, Math.round(durationMs / 500)));
  return Math.max(SLICE_MS_MIN, durationMs / count);
}

export class Tally {
  readonly #sliceMs: number;
  readonly #histograms: Histogram[];
  readonly #calls: Float64Array;
  readonly #late = newHistogram();
  readonly #errors = new Map<string, number>();
  readonly #samples = new Map<string, string>();
  #good = 0;
  #warmupCalls = 0;

  constructor(durationMs: number) {
    this.#sliceMs = sliceMsOf(durationMs);
    const count = Math.max(1, Math.ceil(durationMs / this.#sliceMs - 1e-9));
    this.#histograms = Array.from({ length: count }, newHistogram);
    this.#calls = new Float64Array(count);
  }

  /** Calls of the measurement so far. */
  get calls(): number {
    return this.#calls.reduce((sum, count) => sum + count, 0);
  }

  get bad(): number {
    return this.calls - this.#good;
  }

  warmup(): void {
    this.#warmupCalls++;
  }

  /** `atMs`: from the start of the measurement. `latencyMs` undefined: the call has none to speak of. */
  record(atMs: number, latencyMs: number | undefined, kind: string, words: string): void {
    const slice = Math.min(this.#calls.length - 1, Math.floor(atMs / this.#sliceMs));
    this.#calls[slice]!++;
    if (latencyMs !== undefined) {
      const ns = Math.round(latencyMs * 1e6);
      this.#histograms[slice]!.recordValue(Math.min(Math.max(ns, 1), NS_MAX));
    }
    if (kind === '') this.#good++;
    else this.#count(kind, words);
  }

  late(ms: number): void {
    this.#late.recordValue(Math.max(0, Math.round(ms * 1e6)));
  }

  data(): TallyData {
    const slices = this.#histograms.map((histogram, at) => ({
      calls: this.#calls[at]!,
      histogram: encodeIntoCompressedBase64(histogram),
    }));
    return {
      sliceMs: this.#sliceMs,
      slices,
      warmupCalls: this.#warmupCalls,
      good: this.#good,
      errors: Object.fromEntries(this.#errors),
      samples: Object.fromEntries(this.#samples),
      late: encodeIntoCompressedBase64(this.#late),
    };
  }

  #count(kind: string, words: string): void {
    // A server chooses its error codes; beyond a number of kinds they are one.
    if (!this.#errors.has(kind) && this.#errors.size >= KINDS_MAX) kind = 'more kinds';
    this.#errors.set(kind, (this.#errors.get(kind) ?? 0) + 1);
    if (words !== '' && !this.#samples.has(kind)) {
      this.#samples.set(kind, words.slice(0, SAMPLE_CHARS_MAX));
    }
  }
}

/** The sum of several tallies of the same plan. */
export function sum(tallies: readonly TallyData[]) {
  const first = tallies[0]!;
  const errors: Record<string, number> = {};
  for (const tally of tallies) {
    for (const [kind, count] of Object.entries(tally.errors)) {
      errors[kind] = (errors[kind] ?? 0) + count;
    }
  }
  const slices = first.slices.map((_, at) => {
    const histogram = newHistogram();
    for (const tally of tallies) histogram.add(decode(tally.slices[at]!.histogram));
    const calls = tallies.reduce((total, tally) => total + tally.slices[at]!.calls, 0);
    return { calls, histogram };
  });
  const whole = newHistogram();
  for (const { histogram } of slices) whole.add(histogram);
  const late = newHistogram();
  for (const tally of tallies) late.add(decode(tally.late));
  return {
    sliceMs: first.sliceMs,
    slices,
    whole,
    late,
    errors,
    samples: Object.assign({}, ...tallies.map(({ samples }) => samples).reverse()),
    good: tallies.reduce((total, tally) => total + tally.good, 0),
    warmupCalls: tallies.reduce((total, tally) => total + tally.warmupCalls, 0),
  };
}
