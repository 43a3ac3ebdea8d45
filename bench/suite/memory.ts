/**
 * What a subject keeps in memory: per idle session, and after many calls.
 *
 * Runs on subjects of its own, started with the memory probe, and reads what is left after a collection: RSS of a busy
 * process says when the collector last ran. RSS is reported as well, since that is what an operator pays.
 */

import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { closeSession, openSession } from './control.ts';
import type { Cpus } from './cpus.ts';
import { type Player, seat } from './deck.ts';
import { type Backend, folder, MEMORY_PROBE, type Subject } from './roster.ts';

const ANSWER_MS = 10_000;
const AT_ONCE = 16;

export interface Memory {
  /** Heap in use plus buffers outside it, after collection. */
  readonly liveBytes: number;
  readonly rssBytes: number;
}

/** Two of one name may be up at the same time. */
let probes = 0;

export interface Probed extends Player {
  memory(): Promise<Memory>;
}

/** Starts a subject that can be asked what it keeps. */
export async function seatProbed(subject: Subject, backend: Backend, cpus: Cpus): Promise<Probed> {
  const file = join(folder(), `memory-${probes++}.json`);
  const program = subject.program;
  if (program === undefined) throw new Error('not started here');
  const env = { NODE_OPTIONS: `--import=${MEMORY_PROBE}`, BENCH_MEMORY_FILE: file };
  const probed: Subject = {
    ...subject,
    program: (port, behind) => ({ ...program(port, behind), env }),
  };
  const player = await seat(probed, backend, cpus);
  return { ...player, memory: () => ask(player.pids[0]!, file) };
}

async function ask(pid: number, file: string): Promise<Memory> {
  rmSync(file, { force: true });
  process.kill(pid, 'SIGUSR2');
  const deadline = Date.now() + ANSWER_MS;
  while (!existsSync(file)) {
    if (Date.now() > deadline) throw new Error('the memory probe did not answer');
    await sleep(5);
  }
  const { heapUsed, external, rss } = JSON.parse(readFileSync(file, 'utf8')) as NodeJS.MemoryUsage;
  return { liveBytes: heapUsed + external, rssBytes: rss };
}

export interface SessionFigures {
  readonly subject: string;
  readonly sessions: number;
  readonly liveBytesEach: number;
  readonly rssBytesEach: number;
}

/**
 * Bytes per open session without a stream. As many are opened and closed before, so that what the process grows once
 * (compiled code, tables, pools) is not counted as sessions.
 */
export async function idleSessions(player: Probed, count: number): Promise<SessionFigures> {
  const warm = await open(player.url, count);
  await forEach(warm, (session) => closeSession(player.url, session));
  const before = await player.memory();
  await open(player.url, count);
  const after = await player.memory();
  return {
    subject: player.name,
    sessions: count,
    liveBytesEach: (after.liveBytes - before.liveBytes) / count,
    rssBytesEach: (after.rssBytes - before.rssBytes) / count,
  };
}

async function open(url: string, count: number): Promise<string[]> {
  const sessions: string[] = [];
  await forEach(Array.from({ length: count }), async () => {
    sessions.push(await openSession(url));
  });
  if (sessions.includes('')) throw new Error('keeps no sessions');
  return sessions;
}

async function forEach<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items[Symbol.iterator]();
  const worker = async () => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
