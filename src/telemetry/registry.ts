/**
 * Counts and histograms that any call may add to, and the values that are looked up when somebody asks.
 *
 * A series is resolved once, by the values of its labels; what it counts stands in a typed array, so that adding to it
 * allocates nothing (bench/micro/telemetry.ts). Its label text is written once too. Values that others keep anyway
 * (queues, pools, memory) are no series: collectors put them on a `Sheet` at each scrape, so that what is gone is gone.
 *
 * Bounded: a metric has at most so many series. What comes after these is counted under the value `other` of the label
 * that is open, the one whose values come from outside.
 */

export type MetricType = 'counter' | 'gauge' | 'histogram';

export interface Metric {
  readonly type: MetricType;
  /** One sentence, for /metrics and for docs/metrics.md. */
  readonly help: string;
  readonly labels: readonly string[];
  /** The label whose values come from outside. */
  readonly open?: string;
  /** Upper bounds of a histogram's buckets, rising. */
  readonly bounds?: readonly number[];
}

export const OTHER = 'other';
/** With 10 servers of 100 tools and two outcomes: room, and 400 KB of text at most for one metric. */
export const SERIES_MAX = 2_000;
/** Names of tools may be of any length; this much tells them apart. */
const LABEL_CHARS_MAX = 128;
/** Series per typed array: arrays never move, so that a series is an array and a place in it. */
const CHUNK = 64;

/** What only rises. */
export class Counter {
  readonly text: string;
  readonly #cells: Float64Array;
  readonly #at: number;

  constructor(text: string, cells: Float64Array, at: number) {
    this.text = text;
    this.#cells = cells;
    this.#at = at;
  }

  add(by = 1): void {
    this.#cells[this.#at]! += by;
  }

  get value(): number {
    return this.#cells[this.#at]!;
  }
}

export class Histogram {
  readonly text: string;
  readonly #bounds: readonly number[];
  readonly #cells: Float64Array;
  readonly #at: number;

  /** Cells: one per bound, one for what is above them, one for the sum. */
  constructor(text: string, bounds: readonly number[], cells: Float64Array, at: number) {
    this.text = text;
    this.#bounds = bounds;
    this.#cells = cells;
    this.#at = at;
  }

  observe(value: number): void {
    const bounds = this.#bounds;
    let bucket = 0;
    while (bucket < bounds.length && value > bounds[bucket]!) bucket++;
    this.#cells[this.#at + bucket]! += 1;
    this.#cells[this.#at + bounds.length + 1]! += value;
  }

  /** How many fell into this bucket alone; `bounds.length` is what is above all bounds. */
  in(bucket: number): number {
    return this.#cells[this.#at + bucket]!;
  }

  get sum(): number {
    return this.#cells[this.#at + this.#bounds.length + 1]!;
  }

  /** Percentiles as the bounds of the buckets that they fall into. */
  get summary(): { count: number; sum: number; p50: number; p99: number } {
    const { count, sum } = this;
    return { count, sum, p50: this.#bound(count * 0.5), p99: this.#bound(count * 0.99) };
  }

  #bound(rank: number): number {
    let count = 0;
    for (const [bucket, bound] of this.#bounds.entries()) {
      count += this.in(bucket);
      if (count >= rank) return bound;
    }
    return Number.MAX_VALUE;
  }

  get count(): number {
    let count = 0;
    for (let bucket = 0; bucket <= this.#bounds.length; bucket++) count += this.in(bucket);
    return count;
  }
}

/** One metric and its series. */
export class Family {
  readonly name: string;
  readonly metric: Metric;
  readonly #open: number;
  readonly #stride: number;
  readonly #series = new Map<string, Counter | Histogram>();
  #cells = new Float64Array(0);
  #used = 0;

  constructor(name: string, metric: Metric) {
    this.name = name;
    this.metric = metric;
    this.#open = metric.open === undefined ? -1 : metric.labels.indexOf(metric.open);
    this.#stride = metric.bounds === undefined ? 1 : metric.bounds.length + 2;
  }

  /** The series of these label values, in the order of the metric's labels. Not for every call: keep what it gives. */
  series(values: readonly string[]): Counter | Histogram {
    // By what is written of it: two long names that are cut to the same are one series, or no scraper would take any.
    const text = labelText(this.metric.labels, values);
    const known = this.#series.get(text);
    if (known !== undefined) return known;
    const others = this.#othersOf(values);
    if (others !== undefined) return this.series(others);
    const fresh = this.#make(text);
    this.#series.set(text, fresh);
    return fresh;
  }

  /** What to count these under where there is no room for more. */
  #othersOf(values: readonly string[]): string[] | undefined {
    const isFull = this.#series.size >= SERIES_MAX && this.#open >= 0;
    return isFull && values[this.#open] !== OTHER
      ? values.map((value, at) => (at === this.#open ? OTHER : value))
      : undefined;
  }

  #make(text: string): Counter | Histogram {
    if (this.#used + this.#stride > this.#cells.length) {
      this.#cells = new Float64Array(this.#stride * CHUNK);
      this.#used = 0;
    }
    const at = this.#used;
    this.#used += this.#stride;
    const { bounds } = this.metric;
    return bounds === undefined
      ? new Counter(text, this.#cells, at)
      : new Histogram(text, bounds, this.#cells, at);
  }

  all(): Iterable<Counter | Histogram> {
    return this.#series.values();
  }
}

/** The families of one table of metrics. */
export class Registry<Name extends string> {
  readonly table: Readonly<Record<Name, Metric>>;
  readonly #families = new Map<Name, Family>();

  constructor(table: Readonly<Record<Name, Metric>>) {
    this.table = table;
    for (const [name, metric] of Object.entries<Metric>(table)) {
      this.#families.set(name as Name, new Family(name, metric));
    }
  }

  counter(name: Name, ...values: readonly string[]): Counter {
    return this.family(name).series(values) as Counter;
  }

  histogram(name: Name, ...values: readonly string[]): Histogram {
    return this.family(name).series(values) as Histogram;
  }

  family(name: Name): Family {
    return this.#families.get(name)!;
  }

  families(): Iterable<Family> {
    return this.#families.values();
  }
}

/** Puts one value, that of these labels, on the sheet. */
export type Put<Name extends string> = (
  name: Name,
  value: number,
  ...labels: readonly string[]
) => void;

/** The values of one scrape. */
export class Sheet<Name extends string> {
  readonly #table: Readonly<Record<Name, Metric>>;
  readonly #lines = new Map<string, Map<string, number>>();

  constructor(table: Readonly<Record<Name, Metric>>) {
    this.#table = table;
  }

  readonly put: Put<Name> = (name, value, ...labels) => {
    let lines = this.#lines.get(name);
    if (lines === undefined) {
      lines = new Map();
      this.#lines.set(name, lines);
    }
    const metric = this.#table[name];
    const text = labelText(metric.labels, labels);
    if (lines.has(text) || lines.size < SERIES_MAX) lines.set(text, value);
  };

  of(name: string): ReadonlyMap<string, number> | undefined {
    return this.#lines.get(name);
  }
}

/** `server="files",tool="read"`; '' where there are no labels. */
function labelText(labels: readonly string[], values: readonly string[]): string {
  return labels.map((label, at) => `${label}="${escaped(values[at] ?? '')}"`).join(',');
}

function escaped(value: string): string {
  const short = value.length > LABEL_CHARS_MAX ? value.slice(0, LABEL_CHARS_MAX) : value;
  return short.toWellFormed().replace(/[\\"\n]/g, (char) => (char === '\n' ? '\\n' : `\\${char}`));
}
