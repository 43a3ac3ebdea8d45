/**
 * The threads in which large messages are inspected.
 *
 * They share the automaton's tables; an expression is compiled by a thread when it first needs it, as most never are
 * (all of them are a second and a hundred megabytes: bench/micro/inspect.ts). The queue is bounded in messages and bytes, and each message has a deadline, from when there is a thread: past
 * it the thread that is busy with it is ended, and another takes its place. Threads end when they are idle; nothing keeps the process alive.
 */

import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import type { Finding } from './rule.ts';
import type { RuleSet } from './rule-set.ts';
import type { Task } from './task.ts';
import type { Order, Setup } from './worker.ts';

/** The main thread has a core of its own; beyond some threads it is the limit. */
const THREADS_MAX = Math.max(1, Math.min(4, availableParallelism() - 1));
const WAITING_MAX = 256;
/** Of all messages that wait or are looked at: four of the largest that can be configured by default. */
export const WAITING_BYTES_MAX = 64 << 20;
const IDLE_MS = 60_000;
/** Of a thread until it can look; three seconds on a machine that others keep busy. */
const START_MS = 30_000;
/** What 16 MB of dense text and its readings need, with room to spare. */
const LIMITS = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 64, stackSizeMb: 4 };

/** What threads have to do at this moment. */
export interface PoolLoad {
  /** Messages that wait or are looked at, and their bytes. */
  readonly waiting: number;
  readonly waitingBytes: number;
  readonly threads: number;
}

export const NO_LOAD: PoolLoad = { waiting: 0, waitingBytes: 0, threads: 0 };

export class Pool {
  readonly #piscina: Piscina<Order | null, Finding[]>;
  #starting: Promise<unknown> | null = null;
  #waiting = 0;
  #waitingBytes = 0;

  constructor(rules: RuleSet) {
    const setup: Setup = { operator: rules.operator, tables: rules.automaton.tables };
    this.#piscina = new Piscina({
      filename: new URL('./worker.js', import.meta.url).href,
      // No environment: what is read there comes from servers, and secrets have no business beside it.
      env: {},
      workerData: setup,
      minThreads: 0,
      maxThreads: THREADS_MAX,
      idleTimeout: IDLE_MS,
      recordTiming: false,
      resourceLimits: LIMITS,
    });
  }

  /**
   * Findings in the value that stands in [start, end). Rejects where it was not inspected to the end. The bounds are kept
   * here: piscina's `maxQueue` let a thousand messages wait that came in one turn.
   */
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
      // Else its start would be at the cost of the message that needs it, whose time could be over before it is looked at.
      if (this.#piscina.threads.length === 0 || this.#starting !== null) await this.#start();
      return await this.#piscina.run(
        { bytes: own, start, about: { direction, tool, definition: copy } },
        { transferList: [own.buffer], signal: AbortSignal.timeout(deadlineMs) },
      );
    } finally {
      this.#waiting -= 1;
      this.#waitingBytes -= size;
    }
  }

  #start(): Promise<unknown> {
    this.#starting ??= this.#piscina
      .run(null, { signal: AbortSignal.timeout(START_MS) })
      .finally(() => {
        this.#starting = null;
      });
    return this.#starting;
  }

  get load(): PoolLoad {
    const threads = this.#piscina.threads.length;
    return { waiting: this.#waiting, waitingBytes: this.#waitingBytes, threads };
  }

  close(): Promise<void> {
    return this.#piscina.destroy();
  }
}

/** A configuration that is gone takes its threads with it as soon as they are idle. */
const pools = new WeakMap<RuleSet, Pool>();

export function poolOf(rules: RuleSet): Pool {
  const known = pools.get(rules);
  if (known !== undefined) return known;
  const pool = new Pool(rules);
  pools.set(rules, pool);
  return pool;
}

/** Without making threads where none were needed yet. */
export function loadOf(rules: RuleSet): PoolLoad {
  return pools.get(rules)?.load ?? NO_LOAD;
}
