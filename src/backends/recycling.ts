/**
 * Which links are worn out: by the requests they served, by age, by the memory of their process.
 */

import type { Link } from './link.ts';
import { residentMb } from './process-memory.ts';

export interface RecycleLimits {
  readonly calls?: number | undefined;
  readonly ageMs?: number | undefined;
  readonly memoryMb?: number | undefined;
}

export class Recycling {
  readonly #limits: RecycleLimits;
  readonly #onHeavy: (link: Link, why: string) => void;
  readonly #heavy = new WeakSet<Link>();
  #isWeighing = false;

  constructor(limits: RecycleLimits, onHeavy: (link: Link, why: string) => void) {
    this.#limits = limits;
    this.#onHeavy = onHeavy;
  }

  isWornOut(link: Link, openedAt: number, now: number): boolean {
    const { calls, ageMs } = this.#limits;
    if (calls !== undefined && link.sent >= calls) return true;
    if (ageMs !== undefined && now - openedAt > ageMs) return true;
    return this.#heavy.has(link);
  }

  /** Looks at the memory of every process, one after the other. */
  async weigh(links: Iterable<Link>): Promise<void> {
    const { memoryMb } = this.#limits;
    if (memoryMb === undefined || this.#isWeighing) return;
    this.#isWeighing = true;
    for (const link of [...links]) {
      const mb = link.pid === undefined ? undefined : await residentMb(link.pid);
      if (mb === undefined || mb <= memoryMb || this.#heavy.has(link)) continue;
      this.#heavy.add(link);
      this.#onHeavy(link, `it holds ${Math.round(mb)} MB, more than recycle.memoryMb`);
    }
    this.#isWeighing = false;
  }
}
