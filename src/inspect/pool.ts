/**
 * The threads in which large messages are inspected.
 *
 * They share the tables of the automata, and give way to the thread that serves (low-priority.ts). One of them is kept from the
 * largest messages, so that others need not wait until these are done. What waits is bounded in messages and bytes, and
 * each message has a deadline, from when there is a thread: past it the thread that is busy with it stops, or is ended. All but the
 * first end when they are idle, as what they have compiled is dear; nothing keeps the process alive.
 */

import { availableParallelism } from 'node:os';
import { clockMs } from './deadline.ts';
import type { Finding } from './rule.ts';
import type { RuleSet } from './rule-set.ts';
import type { Task } from './task.ts';
import { Thread } from './thread.ts';
import type { Order, Setup } from './worker.ts';

/** The main thread has a core of its own, where there are several; beyond some threads it is the limit. */
const THREADS_MAX = Math.max(2, Math.min(4, availableParallelism() - 1));
const WAITING_MAX = 256;
/** Of all messages that wait or are looked at: four of the largest that can be configured by default. */
export const WAITING_BYTES_MAX = 64 << 20;
/** Larger ones keep a thread for long: they never have all of them. */
const LARGE_BYTES = 64 << 10;
/** A thread stops by itself when the time is over, between two pieces of work; one that does not is ended. */
const GRACE_MS = 2000;
/** Longer than what it takes to start one is worth. */
const IDLE_MS = 600_000;

/** What threads have to do at this moment. */
export interface PoolLoad {
  /** Messages that wait or are looked at, and their bytes. */
  readonly waiting: number;
  readonly waitingBytes: number;
  readonly threads: number;
}

export const NO_LOAD: PoolLoad = { waiting: 0, waitingBytes: 0, threads: 0 };

/** A message that waits for a thread. */
interface Waiting {
  readonly size: number;
  take(by: Thread): void;
}

export class Pool {
  readonly #threads: readonly Thread[];
  /** In the order in which they came; whom no free thread may have is passed by. */
  readonly #queue: Waiting[] = [];
  #waiting = 0;
  #waitingBytes = 0;

  constructor(rules: RuleSet) {
    const setup: Setup = { operator: rules.operator, tables: rules.tables };
    const idleMs = (at: number) => (at === 0 ? Number.POSITIVE_INFINITY : IDLE_MS);
    this.#threads = Array.from({ length: THREADS_MAX }, (_, at) => new Thread(setup, idleMs(at)));
  }

  /** Findings in the value that stands in [start, end). Rejects where it was not inspected to the end. */
  async look(
    bytes: Uint8Array,
    start: number,
    end: number,
    about: Task,
    deadlineMs: number,
  ): Promise<Finding[]> {
    const size = end - start;
    if (this.#waiting === WAITING_MAX || this.#waitingBytes + size > WAITING_BYTES_MAX)
      throw new Error('too many messages wait to be inspected');
    this.#waiting += 1;
    this.#waitingBytes += size;
    // A copy that is given away: the message's own memory may be part of a larger one, and is still to be sent.
    const own = new Uint8Array(bytes.subarray(start, end));
    const { direction, tool, definition } = about;
    const copy = definition === null ? null : new Uint8Array(definition);
    try {
      const open = this.#threadsFor(size);
      // Else its start would be at the cost of the message that needs it, whose time could be over before it is looked at.
      if (!open.some(({ isReady }) => isReady)) await open[0]!.start();
      const until = clockMs() + deadlineMs;
      const order = { bytes: own, start, about: { direction, tool, definition: copy }, until };
      const stop = AbortSignal.timeout(deadlineMs + GRACE_MS);
      const thread = open.find(({ isFree }) => isFree);
      return await (thread?.look(order, stop) ?? this.#turn(order, stop, deadlineMs));
    } finally {
      this.#waiting -= 1;
      this.#waitingBytes -= size;
      this.#next();
    }
  }

  /** Whom a message of this size may have; the first is the one that is there for good. */
  #threadsFor(size: number): readonly Thread[] {
    return size > LARGE_BYTES ? this.#threads.slice(0, -1) : this.#threads;
  }

  /** `stop`: when a thread that is still busy with it is ended; it waits for one no longer than the deadline. */
  #turn(order: Order, stop: AbortSignal, deadlineMs: number): Promise<Finding[]> {
    const signal = AbortSignal.timeout(deadlineMs);
    const size = order.bytes.length;
    // All that run are busy: with another there is less to wait for, next time.
    this.#start(this.#threadsFor(size).findLast(({ isRunning }) => !isRunning));
    return new Promise((resolve, reject) => {
      const waiting = { size, take: (by: Thread) => resolve(by.look(order, stop)) };
      this.#queue.push(waiting);
      signal.addEventListener('abort', () => {
        const at = this.#queue.indexOf(waiting);
        if (at < 0) return;
        this.#queue.splice(at, 1);
        reject(new DOMException('No thread was free in time.', 'AbortError'));
      });
    });
  }

  /** Gives those that wait what is free. */
  #next(): void {
    for (let at = 0; at < this.#queue.length; ) {
      const waiting = this.#queue[at]!;
      const open = this.#threadsFor(waiting.size);
      const thread = open.find(({ isFree }) => isFree);
      if (thread === undefined) {
        at += 1;
        // One that took too long may have taken the thread along.
        if (!open.some(({ isRunning }) => isRunning)) this.#start(open[0]);
      } else {
        this.#queue.splice(at, 1);
        waiting.take(thread);
      }
    }
  }

  /** Beside what else goes on; who needs one that does not start, is told when it is over. */
  #start(thread: Thread | undefined): void {
    const next = () => this.#next();
    thread?.start().then(next, () => {});
  }

  get load(): PoolLoad {
    const threads = this.#threads.filter(({ isRunning }) => isRunning).length;
    return { waiting: this.#waiting, waitingBytes: this.#waitingBytes, threads };
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}

/** A configuration that is gone takes its threads with it. */
const pools = new WeakMap<RuleSet, Pool>();
const orphans = new FinalizationRegistry<Pool>((pool) => void pool.close());

export function poolOf(rules: RuleSet): Pool {
  const known = pools.get(rules);
  if (known !== undefined) return known;
  const pool = new Pool(rules);
  pools.set(rules, pool);
  orphans.register(rules, pool);
  return pool;
}

/** Without making threads where none were needed yet. */
export function loadOf(rules: RuleSet): PoolLoad {
  return pools.get(rules)?.load ?? NO_LOAD;
}
