/**
 * The gateway's process seen from outside, through /proc: its children, its descriptors, its memory after collection.
 */

import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { until } from '../e2e/running-gateway.ts';

/** False where there is no /proc as Linux has it. */
export const HAS_PROC = existsSync('/proc/self/stat') && existsSync('/proc/self/fd');

interface Seen {
  readonly pid: number;
  readonly parent: number;
  /** R, S, T for stopped, Z for gone but not waited for. */
  readonly state: string;
  readonly command: string;
}

function look(pid: number): Seen | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name stands in parentheses and may hold any byte.
    const [state = '', parent = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
    return { pid, parent: Number(parent), state, command };
  } catch {
    return undefined;
  }
}

/** Every process whose command line holds `mark`. */
export function processesWith(mark: string): Seen[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids
    .map((pid) => look(Number(pid)))
    .filter((seen) => seen !== undefined)
    .filter(({ command, state }) => state !== 'Z' && command.includes(mark));
}

export function descriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Bytes in use after a collection, of a process that was started with the memory probe. */
export async function liveBytes(pid: number, file: string): Promise<number> {
  rmSync(file, { force: true });
  process.kill(pid, 'SIGUSR2');
  await until(() => existsSync(file), 'the memory probe answers');
  const { heapUsed, external } = JSON.parse(readFileSync(file, 'utf8')) as NodeJS.MemoryUsage;
  return heapUsed + external;
}
