/**
 * What SIGUSR2 writes to stderr, of `sluice start` and of `sluice stdio`.
 */

import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Terminal } from './terminal.ts';

/** One line, so that it can be cut out of the log. What the stopwatch shows comes first: the bench suite looks for it. */
export async function sayReport(
  terminal: Terminal,
  telemetry: Telemetry,
  about: object,
  stopwatch?: object,
): Promise<void> {
  const report = await telemetry.report(about);
  terminal.err(JSON.stringify(stopwatch === undefined ? { report } : { stopwatch, report }));
}
