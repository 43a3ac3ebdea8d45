/**
 * One thread of the pool, and whether it can look: it is started when it is first needed, and again after it was ended.
 *
 * A pool of piscina's with one thread in it: it ends the thread whose message takes too long, and one that is idle.
 */

import { Piscina } from 'piscina';
import { LATE } from './deadline.ts';
import type { Finding } from './rule.ts';
import type { Order, Setup } from './worker.ts';

/** Until it can look; three seconds on a machine that others keep busy. */
const START_MS = 30_000;
/** What 16 MB of dense text and its readings need, with room to spare. */
const LIMITS = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 64, stackSizeMb: 4 };

export class Thread {
  readonly #piscina: Piscina<Order | null, Finding[] | typeof LATE>;
  #starting: Promise<unknown> | null = null;
  #isBusy = false;

  constructor(setup: Setup, idleMs: number) {
    this.#piscina = new Piscina({
      filename: new URL('./worker.js', import.meta.url).href,
      // No environment: what is read there comes from servers, and secrets have no business beside it.
      env: {},
      workerData: setup,
      // A thread that waits in Atomics.wait does nothing else meanwhile (worker.ts compiles).
      atomics: 'disabled',
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: idleMs,
      recordTiming: false,
      resourceLimits: LIMITS,
    });
    // One that fails with nothing in hand is started again for the next message; who waits for it is told.
    this.#piscina.on('error', () => {});
  }

  get isRunning(): boolean {
    return this.#piscina.threads.length > 0;
  }

  get isReady(): boolean {
    return this.isRunning && this.#starting === null;
  }

  get isFree(): boolean {
    return this.isReady && !this.#isBusy;
  }

  /** Until it can look; at once where it can. */
  async start(): Promise<void> {
    if (this.isReady) return;
    this.#starting ??= this.#piscina
      .run(null, { signal: AbortSignal.timeout(START_MS) })
      .finally(() => {
        this.#starting = null;
      });
    await this.#starting;
  }

  /** The order's bytes are given away. An AbortError after its time; a thread that is still busy when the signal comes is ended. */
  async look(order: Order, signal: AbortSignal): Promise<Finding[]> {
    this.#isBusy = true;
    try {
      const transferList = [order.bytes.buffer as ArrayBuffer];
      const answer = await this.#piscina.run(order, { transferList, signal });
      if (answer === LATE) throw new DOMException('It was not looked at in time.', 'AbortError');
      return answer;
    } finally {
      this.#isBusy = false;
    }
  }

  close(): Promise<void> {
    return this.#piscina.destroy();
  }
}
