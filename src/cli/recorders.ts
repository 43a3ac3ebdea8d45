/**
 * Who keeps records of what a gateway does, as the configuration says.
 */

import type { Config } from '../config/config.ts';
import type { Recorder } from '../gateway/gateway.ts';
import type { Logger } from '../telemetry/telemetry.ts';
import type { Terminal } from './terminal.ts';

/** Undefined, and said, where what must be recorded cannot be. */
export async function openRecorders(
  { audit }: Config,
  log: Logger,
  terminal: Terminal,
): Promise<Recorder[] | undefined> {
  if (audit === undefined) return [];
  const [{ Audit }, { AuditRecorder }] = await Promise.all([
    import('../audit/audit.ts'),
    import('../gateway/gateway.ts'),
  ]);
  try {
    return [new AuditRecorder(await Audit.open(audit, log))];
  } catch (error) {
    terminal.err(`The audit log cannot be written: ${(error as Error).message}`);
    return undefined;
  }
}
