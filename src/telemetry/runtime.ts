/**
 * How the process itself is: the delay of its loop, pauses of the garbage collector, memory, processor time.
 */

import { constants, PerformanceObserver, performance } from 'node:perf_hooks';
import type { Histogram, Put, Registry } from './registry.ts';
import type { MetricName } from './table.ts';

const LOOK_MS = 20;

const KINDS: readonly (readonly [number, string])[] = [
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weak'],
];

export class Runtime {
  readonly #observer: PerformanceObserver;
  readonly #timer: NodeJS.Timeout;

  constructor(registry: Registry<MetricName>) {
    const pauses = new Map<unknown, Histogram>(
      KINDS.map(([kind, name]) => [kind, registry.histogram('sluice_gc_pause_seconds', name)]),
    );
    this.#observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const { kind } = (entry as { detail?: { kind?: unknown } }).detail ?? {};
        pauses.get(kind)?.observe(entry.duration / 1000);
      }
    });
    this.#observer.observe({ entryTypes: ['gc'] });
    const delay = registry.histogram('sluice_event_loop_delay_seconds');
    let due = performance.now() + LOOK_MS;
    // Not perf_hooks.monitorEventLoopDelay: its percentiles are of all time or of one scraper, and cannot be added up.
    this.#timer = setInterval(() => {
      const now = performance.now();
      delay.observe(Math.max(0, now - due) / 1000);
      due = now + LOOK_MS;
    }, LOOK_MS).unref();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#observer.disconnect();
  }
}

export function putProcess(put: Put<MetricName>): void {
  const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
  put('sluice_heap_bytes', heapUsed, 'used');
  put('sluice_heap_bytes', heapTotal, 'reserved');
  put('sluice_external_bytes', external);
  put('process_resident_memory_bytes', rss);
  const { user, system } = process.cpuUsage();
  put('process_cpu_seconds', (user + system) / 1e6);
  put('process_start_time_seconds', performance.timeOrigin / 1000);
  put('sluice_event_loop_busy_seconds', performance.eventLoopUtilization().active / 1000);
}
