/**
 * The thread in which schemas are compiled, and arguments are checked where that could take long.
 *
 * One job at a time, each with a deadline; a job that takes longer, or more memory or stack than a job may, costs the
 * thread its life and nobody else anything: the next job has a new one. Started when it is needed, ended when idle.
 */

import { Worker } from 'node:worker_threads';
import type { Done, Job } from './worker.ts';

interface Waiting {
  readonly job: Job;
  readonly deadlineMs: number;
  readonly resolve: (done: Done | Failure) => void;
}

/** Why a job has no result. */
export type Failure = 'deadline' | 'full' | 'broken';

const QUEUE_MAX = 256;
const IDLE_MS = 20_000;
const LIMITS = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 };

export class Workshop {
  readonly #queue: Waiting[] = [];
  #worker: Worker | null = null;
  #isReady = false;
  #current: Waiting | null = null;
  #timer: NodeJS.Timeout | null = null;

  get waiting(): number {
    return this.#queue.length + (this.#current === null ? 0 : 1);
  }

  /** `deadlineMs` counts from when the job is begun. */
  run(job: Job, deadlineMs: number): Promise<Done | Failure> {
    if (this.#queue.length >= QUEUE_MAX) return Promise.resolve('full');
    return new Promise((resolve) => {
      this.#queue.push({ job, deadlineMs, resolve });
      this.#next();
    });
  }

  close(): void {
    for (const { resolve } of this.#queue.splice(0)) resolve('broken');
    this.#end('broken');
  }

  #next(): void {
    if (this.#current !== null || this.#queue.length === 0) return;
    if (this.#worker === null) this.#start();
    if (!this.#isReady) return;
    this.#current = this.#queue.shift() ?? null;
    if (this.#current === null) return;
    this.#arm(this.#current.deadlineMs, () => this.#end('deadline'));
    this.#worker?.ref();
    this.#worker?.postMessage(this.#current.job);
  }

  #start(): void {
    const url = new URL('./worker.js', import.meta.url);
    // No environment: what is compiled there comes from servers, and secrets have no business beside it.
    const worker = new Worker(url, { env: {}, resourceLimits: LIMITS, name: 'schemas' });
    this.#worker = worker;
    this.#isReady = false;
    worker.on('message', (done: Done) => {
      if (this.#worker === worker) this.#take(done);
    });
    worker.on('error', () => {
      if (this.#worker === worker) this.#end('broken');
    });
  }

  #take(done: Done): void {
    if (done.kind === 'ready') {
      this.#isReady = true;
    } else {
      const current = this.#current;
      this.#current = null;
      // Nobody waits for it: the process may end.
      if (this.#queue.length === 0) this.#worker?.unref();
      this.#arm(IDLE_MS, () => this.#end('broken'));
      current?.resolve(done);
    }
    this.#next();
  }

  /** Ends the thread; whoever waits for its present job hears why, the others have the next thread. */
  #end(why: Failure): void {
    const worker = this.#worker;
    const current = this.#current;
    const wasReady = this.#isReady;
    this.#worker = null;
    this.#current = null;
    this.#isReady = false;
    if (this.#timer !== null) clearTimeout(this.#timer);
    void worker?.terminate();
    current?.resolve(why);
    // A thread that does not even start would be started for ever.
    if (!wasReady) for (const { resolve } of this.#queue.splice(0)) resolve('broken');
    this.#next();
  }

  #arm(ms: number, onDue: () => void): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(onDue, ms).unref();
  }
}
