/**
 * The entrance to the load generator: measures any MCP endpoint over HTTP, in this process or in processes of its own.
 *
 * What cannot be measured at all comes back as a thrown `LoadError`; whatever goes wrong in calls is in the report.
 */

import type { Plan } from './plan.ts';
import type { Report } from './report.ts';

export type { Plan, PlanEra, PlanSummary, Step } from './plan.ts';
export type { Latency, Report, Slice } from './report.ts';

export interface ProcessOptions {
  /** As `taskset -c` takes it; without taskset the process is not pinned. */
  readonly cpus?: string;
  /** Stops early; the report covers what was measured until then. */
  readonly signal?: AbortSignal;
}

/** Measures from the calling process. */
export function runLoad(_plan: Plan, _signal?: AbortSignal): Promise<Report> {
  return Promise.reject(new Error('not yet'));
}

/** Measures from a process of its own. */
export function runLoadProcess(_plan: Plan, _options: ProcessOptions = {}): Promise<Report> {
  return Promise.reject(new Error('not yet'));
}
