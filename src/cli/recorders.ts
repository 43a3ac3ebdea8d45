/**
 * Who keeps records of what a gateway does, as the configuration says.
 */

import { type Config, opensAdmin } from '../config/config.ts';
import type { RecentCalls, Recorder } from '../gateway/gateway.ts';
import type { Logger } from '../telemetry/telemetry.ts';
import type { Terminal } from './terminal.ts';

/** The last calls, where somebody could look at them; null where nobody can. */
export async function recentCalls({ admin, audit }: Config): Promise<RecentCalls | null> {
  if (!opensAdmin(admin) || admin.calls === 0) return null;
  const { RecentCalls } = await import('../gateway/gateway.ts');
  return new RecentCalls(admin.calls, audit);
}

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
