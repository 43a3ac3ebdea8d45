/**
 * No child outlives the gateway, and none lingers.
 *
 * Every child leads its own process group, so that grandchildren (npx → node, a shell → a server) get the same
 * signals. A process that makes a session of its own escapes; that is what containers are for. When the gateway cannot
 * do it any more because it was killed, the watchdog does.
 */

import { dismiss, tellEnded, tellStarted } from './watchdog.ts';

/** Leaders of the groups that were started and have not been seen to end. */
const groups = new Set<number>();
let isHooked = false;

export function guard(pid: number): void {
  if (!isHooked) {
    isHooked = true;
    // Synchronous and last: also after a crash, when nobody waits for an orderly end.
    process.on('exit', () => {
      for (const group of groups) signalGroup(group, 'SIGKILL');
      dismiss();
    });
  }
  groups.add(pid);
  tellStarted(pid, groups);
}

/** The leader has ended: whatever it left behind in its group goes too. */
export function sweep(pid: number): void {
  if (!groups.delete(pid)) return;
  signalGroup(pid, 'SIGKILL');
  tellEnded(pid);
}

export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // ESRCH: nobody is left in the group, which is what was wanted. EPERM: a member changed its user; out of reach.
  }
}
