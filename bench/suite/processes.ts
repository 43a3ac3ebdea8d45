/**
 * The processes that a run starts: found ready, asked for their memory and CPU, and gone when the run is.
 *
 * Each is the leader of its own group, so that what it started goes with it, shells included. However the suite ends
 * (done, fault, Ctrl-C), every group is killed.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { pinned } from './cpus.ts';

/** A gateway's report of itself is one line, of some 10 KB with everything on. */
const STDERR_CHARS_MAX = 64 * 1024;
const LEAVE_MS = 2000;
/** Clock ticks of /proc: 100 per second on every Linux that Node.js runs on. */
const US_PER_TICK = 10_000;

const alive = new Set<ChildProcess>();

process.on('exit', () => {
  for (const child of alive) killGroup(child, 'SIGKILL');
});
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  process.once(signal, () => process.exit(code));
}

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Running {
  readonly pid: number;
  readonly child: ChildProcess;
  readonly stderr: () => string;
  readonly hasEnded: () => boolean;
  stop(): Promise<void>;
}

export function launch(program: Program, cpu: string | undefined): Running {
  const [command, args] = pinned(cpu, program.command, program.args);
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, ...program.env },
  });
  alive.add(child);
  let words = '';
  const note = (chunk: Buffer) => {
    words = (words + chunk.toString('latin1')).slice(-STDERR_CHARS_MAX);
  };
  child.stderr.on('data', note);
  child.stdin.on('error', () => {});
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      note(Buffer.from(error.message));
      resolve();
    });
    child.once('exit', () => resolve());
  }).then(() => {
    // What the leader leaves behind must not share the CPU with the next subject.
    killGroup(child, 'SIGKILL');
    alive.delete(child);
  });
  return {
    pid: child.pid ?? -1,
    child,
    stderr: () => words,
    hasEnded: () => !alive.has(child),
    async stop() {
      if (!alive.has(child)) return;
      killGroup(child, 'SIGTERM');
      await Promise.race([ended, sleep(LEAVE_MS, undefined, { ref: false })]);
      killGroup(child, 'SIGKILL');
      await ended;
    },
  };
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Already gone.
  }
}

/** CPU time that a process and its threads have used, in microseconds; NaN where there is no /proc. */
export function cpuUs(pid: number): number {
  try {
    // The second field is the name in parentheses and may hold blanks.
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * US_PER_TICK;
  } catch {
    return Number.NaN;
  }
}
