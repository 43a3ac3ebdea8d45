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
import type { StopwatchReport } from './stopwatch.ts';
import { Tracer } from './tracer.ts';
import type { Latency } from './windows.ts';

export { LOG_LEVELS } from './config.ts';
export type { Exposition } from './exposition.ts';
export { createLog, type Logger } from './log.ts';
export { metricsManual } from './manual.ts';
export type { Collector } from './metrics.ts';
export type { Latency } from './windows.ts';

export class Telemetry {
  /** To be hung in where calls end. */
  readonly recorders: (Metrics | Tracer)[] = [];
  /** Null where `telemetry.metrics` is off. */
  readonly #metrics: Metrics | null;
  readonly #spans: Spans | null = null;

  constructor({ metrics, otlp }: TelemetryConfig, log: Logger) {
    this.#metrics = metrics ? new Metrics() : null;
    if (this.#metrics !== null) this.recorders.push(this.#metrics);
    if (otlp === null) return;
    const spans = new Spans(otlp, log);
    this.#spans = spans;
    this.recorders.push(new Tracer(otlp, spans));
    this.collect((put) => spans.collect(put));
  }

  /** Values that are asked for at each scrape. */
  collect(collector: Collector): void {
    this.#metrics?.collect(collector);
  }

  /** What /metrics answers to a scraper with this Accept header; undefined where metrics are off. */
  exposition(accept: string): Exposition | undefined {
    return this.#metrics?.exposition(accept);
  }

  /** Percentiles of the last minute, the busiest tool first. */
  latency(): Latency[] {
    return this.#metrics?.latency() ?? [];
  }

  async close(): Promise<void> {
    this.#metrics?.close();
    await this.#spans?.close();
  }
}

/** See stopwatch.ts, which is loaded only where it is wanted. */
export async function startStopwatch(): Promise<() => StopwatchReport> {
  return (await import('./stopwatch.ts')).startStopwatch();
}
