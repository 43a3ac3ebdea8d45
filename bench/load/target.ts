/**
 * What the processes under test have used, from /proc (Linux). Elsewhere, or for processes that are gone: nothing.
 */

import { readFileSync } from 'node:fs';

/** USER_HZ: 100 on every Linux that Node.js runs on. The error is 10 ms for each reading and process. */
const TICK_US = 10_000;
const KB = 1024;

export interface Usage {
  readonly cpuUs: number;
  readonly rssBytes: number;
}

/** The sum over the processes; undefined when one of them cannot be read. */
export function usageOf(pids: readonly number[]): Usage | undefined {
  let cpuUs = 0;
  let rssBytes = 0;
  if (pids.length === 0) return undefined;
  for (const pid of pids) {
    const usage = one(pid);
    if (usage === undefined) return undefined;
    cpuUs += usage.cpuUs;
    rssBytes += usage.rssBytes;
  }
  return { cpuUs, rssBytes };
}

function one(pid: number): Usage | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name, in brackets, may hold blanks and brackets; what follows the last one is numbers (proc_pid_stat(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const rss = /^VmRSS:\s+(\d+) kB/m.exec(status);
    const ticks = Number(fields[11]) + Number(fields[12]);
    return { cpuUs: ticks * TICK_US, rssBytes: Number(rss?.[1] ?? 0) * KB };
  } catch {
    return undefined;
  }
}
