/**
 * The entrance to this folder: what the gateway says about itself, and to whom.
 *
 * `log.ts` for the operator, `metrics.ts` for /metrics and /api/latency, `tracer.ts` for collectors, `stopwatch.ts` for
 * measurements. Metrics and traces are recorders (`gateway/finish.ts`): they hear of each call where it ends, and nobody else
 * counts.
 */

import type { TelemetryConfig } from './config.ts';
import type { Exposition } from './exposition.ts';
import type { Logger } from './log.ts';
import { type Collector, Metrics } from './metrics.ts';
import { Spans } from './otlp.ts';
import { type Repeats, repeatsOf } from './repeats.ts';
import { reportOf } from './report.ts';
import { SlowCalls } from './slow-calls.ts';
import type { StopwatchReport } from './stopwatch.ts';
import { Tracer } from './tracer.ts';
import type { Latency } from './windows.ts';

export { LOG_LEVELS } from './config.ts';
export type { Exposition } from './exposition.ts';
export { createLog, type Logger } from './log.ts';
export { metricsManual } from './manual.ts';
export { type Collector, knownMethod } from './metrics.ts';
export { type Repeats, repeatsOf } from './repeats.ts';
export type { Latency } from './windows.ts';

export class Telemetry {
  /** To be hung in where calls end. */
  readonly recorders: (Metrics | Tracer | SlowCalls)[] = [];
  /** Null where `telemetry.metrics` is off. */
  readonly #metrics: Metrics | null;
  readonly #spans: Spans | null = null;

  readonly #repeats: Repeats;

  constructor({ metrics, slowCallMs, otlp }: TelemetryConfig, log: Logger) {
    const repeats = repeatsOf(log);
    this.#repeats = repeats;
    this.#metrics = metrics ? new Metrics() : null;
    if (this.#metrics !== null) this.recorders.push(this.#metrics);
    this.collect((put) => put('sluice_log_repeats', repeats.left));
    if (slowCallMs > 0) {
      const registry = this.#metrics?.registry ?? null;
      this.recorders.push(new SlowCalls(slowCallMs, repeats, registry));
    }
    if (otlp === null) return;
    const spans = new Spans(otlp, log);
    this.#spans = spans;
    this.recorders.push(new Tracer(otlp, spans));
    this.collect((put) => spans.collect(put));
  }

  /** Values that are asked for at each scrape. */
  collect(collector: Collector): void {
    this.#metrics?.ask(collector);
  }

  /** What /metrics answers to a scraper with this Accept header; undefined where metrics are off. */
  exposition(accept: string): Exposition | undefined {
    return this.#metrics?.exposition(accept);
  }

  /** Percentiles of the last minute, the busiest tool first. */
  async latency(): Promise<Latency[]> {
    return (await this.#metrics?.latency()) ?? [];
  }

  /** How the process is, with what others add about themselves; see report.ts. */
  report(about: object): Promise<object> {
    return reportOf(this.#metrics, about);
  }

  async close(): Promise<void> {
    this.#repeats.flush();
    this.#metrics?.close();
    await this.#spans?.close();
  }
}

/** See stopwatch.ts, which is loaded only where it is wanted. */
export async function startStopwatch(): Promise<() => StopwatchReport> {
  return (await import('./stopwatch.ts')).startStopwatch();
}
