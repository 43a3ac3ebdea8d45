/**
 * Which CPU runs what: the relay under test and its server on one, the generator on another.
 *
 * Without pinning, the scheduler moves both and a run measures its mood. Where `taskset` or a second CPU is missing the
 * suite runs unpinned, and every report says so.
 */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

export interface Cpus {
  /** undefined: not pinned. */
  readonly target?: string;
  readonly generator?: string;
  /** One sentence for the report. */
  readonly words: string;
}

export function layOut(): Cpus {
  const allowed = allowedCpus();
  if (allowed.length < 2)
    return { words: 'not pinned: fewer than two CPUs, figures include contention' };
  if (spawnSync('taskset', ['-V']).error !== undefined) {
    return { words: `not pinned: no taskset here; ${availableParallelism()} CPUs for everything` };
  }
  const [target, ...rest] = allowed.map(String);
  const generator = rest.at(-1)!;
  return {
    target: target!,
    generator,
    words: `relay and its server on CPU ${target}, generator on CPU ${generator}`,
  };
}

/** The command that runs `command` on a CPU; taskset replaces itself, so the pid is the command's. */
export function pinned(
  cpu: string | undefined,
  command: string,
  args: readonly string[],
): [string, string[]] {
  return cpu === undefined ? [command, [...args]] : ['taskset', ['-c', cpu, command, ...args]];
}

/** Moves the calling process, for the drivers that run inside the suite. */
export function moveSelf(cpu: string | undefined): void {
  if (cpu !== undefined) spawnSync('taskset', ['-a', '-c', '-p', cpu, String(process.pid)]);
}

function allowedCpus(): number[] {
  let list: string;
  try {
    const status = readFileSync('/proc/self/status', 'utf8');
    list = /^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1] ?? '';
  } catch {
    return [];
  }
  return list.split(',').flatMap((part) => {
    const [first = 0, last = first] = part.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}
