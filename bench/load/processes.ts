/**
 * Starts generator processes, lets them begin together, and adds up what they found.
 *
 * A process that fails ends the others. None outlives its parent: they notice when it goes.
 */

import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { LoadError } from './arrival.ts';
import type { Result } from './generator.ts';
import type { FromGenerator, ToGenerator } from './generator-process.ts';
import type { Plan } from './plan.ts';

export const PROCESSES_MAX = 256;

const PROGRAM = fileURLToPath(new URL('./generator-process.js', import.meta.url));

export interface ProcessOptions {
  /** How many processes share the plan's connections and rate. Default 1. */
  readonly clients?: number;
  /** As `taskset -c` takes it; without taskset the processes are not pinned. */
  readonly cpus?: string;
  /** Stops early; the report covers what was measured until then. */
  readonly signal?: AbortSignal;
  /** About twice a second: calls and errors of the measurement so far. */
  readonly onProgress?: (calls: number, errors: number) => void;
}

interface Running {
  readonly child: ChildProcess;
  readonly ready: Promise<void>;
  readonly result: Promise<Result>;
}

export async function runProcesses(plan: Plan, options: ProcessOptions): Promise<Result[]> {
  const { clients = 1, cpus, signal, onProgress } = options;
  if (!Number.isInteger(clients) || clients < 1 || clients > PROCESSES_MAX) {
    throw new LoadError('plan', `There can be 1 to ${PROCESSES_MAX} generator processes.`);
  }
  if (clients > plan.connections) {
    throw new LoadError('plan', 'Each generator process needs a connection at least.');
  }
  const sums: [number, number][] = Array.from({ length: clients }, () => [0, 0]);
  const running = sums.map((own, index) => {
    const share = { ...plan, connections: shareOf(plan.connections, index, clients) };
    return start({ kind: 'plan', plan: share, share: { index, count: clients } }, cpus, (at) => {
      own[0] = at.calls;
      own[1] = at.errors;
      onProgress?.(total(sums, 0), total(sums, 1));
    });
  });
  const tellAll = (message: ToGenerator) => {
    for (const { child } of running) if (child.connected) child.send(message, () => {});
  };
  const stop = () => tellAll({ kind: 'stop' });
  signal?.addEventListener('abort', stop);
  try {
    await Promise.all(running.map(({ ready }) => ready));
    tellAll({ kind: 'go' });
    if (signal?.aborted) stop();
    return await Promise.all(running.map(({ result }) => result));
  } finally {
    signal?.removeEventListener('abort', stop);
    for (const { child } of running) child.kill('SIGKILL');
  }
}

const total = (pairs: readonly [number, number][], at: 0 | 1) =>
  pairs.reduce((sum, pair) => sum + pair[at], 0);

/** The remainder goes to the first ones. */
function shareOf(whole: number, index: number, count: number): number {
  return Math.floor(whole / count) + (index < whole % count ? 1 : 0);
}

function start(
  order: ToGenerator,
  cpus: string | undefined,
  onProgress: (progress: { calls: number; errors: number }) => void,
): Running {
  const child = launch(cpus);
  let isReady: () => void = () => {};
  let isDone: (result: Result) => void = () => {};
  let fail: (error: Error) => void = () => {};
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  const ready = new Promise<void>((resolve) => {
    isReady = resolve;
  });
  const result = new Promise<Result>((resolve) => {
    isDone = resolve;
  });
  child.on('message', (message: FromGenerator) => {
    if (message.kind === 'ready') isReady();
    else if (message.kind === 'progress') onProgress(message);
    else if (message.kind === 'result') isDone(message.result);
    else if (message.fault === 'bug') fail(new Error(message.words));
    else fail(new LoadError(message.fault, message.words));
  });
  child.on('error', fail);
  child.on('exit', (code, how) => fail(new Error(`A generator ended with ${code ?? how}.`)));
  child.send(order, () => {});
  const outcome = Promise.race([result, failed]);
  // Where `ready` fails nobody waits for the outcome any more.
  outcome.catch(() => {});
  return { child, ready: Promise.race([ready, failed]), result: outcome };
}

function launch(cpus: string | undefined): ChildProcess {
  if (cpus === undefined || spawnSync('taskset', ['-V']).error !== undefined) {
    return fork(PROGRAM, [], { execArgv: [] });
  }
  // taskset replaces itself by the generator, which so inherits the channel to its parent.
  return spawn('taskset', ['-c', cpus, process.execPath, PROGRAM], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}
