/**
 * The entrance to this folder: what the gateway says about itself.
 *
 * `log.ts` for the operator, `stopwatch.ts` for measurements. Metrics and traces come beside it.
 */

import type { StopwatchReport } from './stopwatch.ts';

export { LOG_LEVELS } from './config.ts';
export { createLog, type Logger } from './log.ts';

/** See stopwatch.ts, which is loaded only where it is wanted. */
export async function startStopwatch(): Promise<() => StopwatchReport> {
  return (await import('./stopwatch.ts')).startStopwatch();
}
