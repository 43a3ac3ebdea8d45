/**
 * One configured limit with its counts.
 *
 * A limit keeps its counts over a reload as long as its entry in the file says the same.
 */

import type { LimitConfig } from './config.ts';
import { type Fingerprints, keyFrom, mix, type Words } from './fingerprint.ts';
import { Gcra } from './gcra.ts';
import { Loops } from './loops.ts';
import { Quota } from './quota.ts';

/** What a limit is asked about. The gateway's Call is one. */
export interface Asker {
  readonly caller: Parameters<Fingerprints['ofCaller']>[0];
  /** Where the client connects from; '' where its transport has none. */
  readonly address: string;
}

/** A tool as limits know it; null for requests of other kinds. */
export interface ToolWords {
  readonly server: Words;
  readonly tool: Words;
}

const NONE: Words = { hi: 0, lo: 0 };

export class Rule {
  readonly config: LimitConfig;
  readonly rate: Gcra | null;
  readonly quota: Quota | null;
  readonly loops: Loops | null;
  /** In flight, by key; as many entries as there are calls in flight at most. */
  readonly #running = new Map<number, number>();
  readonly #words: Words;
  /** What was refused, or, in mode observe, would have been; and how much of it the log has been told of. */
  refused = 0;
  told = 0;

  constructor(
    config: LimitConfig,
    prints: Fingerprints,
    onChange: (quota: Quota, key: number) => void,
  ) {
    const { rate, quota, loop, keysMax } = config;
    this.config = config;
    this.#words = prints.of('limit', JSON.stringify([config.id, config.key, config.unit]));
    this.rate =
      rate === undefined
        ? null
        : new Gcra(rate.count, rate.periodMs, config.burst ?? rate.count, keysMax);
    this.loops = loop === undefined ? null : new Loops(loop.times, loop.windowMs, keysMax);
    // Not the number: a quota that is raised in the middle of a day does not begin anew.
    const name = prints.of(
      'quota',
      JSON.stringify([config.id, config.key, config.unit, quota?.period]),
    );
    this.quota =
      quota === undefined
        ? null
        : new Quota(keyFrom(name.hi, name.lo), quota.count, quota.period, keysMax, onChange);
  }

  /** For everything that its callers do, rather than for some tools: answered at the level of HTTP. */
  get isWhole(): boolean {
    const { tools, key, loop } = this.config;
    const byTool = key.includes('tool') || key.includes('server');
    return tools === undefined && !byTool && loop === undefined;
  }

  /** One number for the combination of what this limit counts by. */
  keyOf(asker: Asker, tool: ToolWords | null, prints: Fingerprints): number {
    let { hi, lo } = this.#words;
    const callers = prints.ofCaller(asker.caller);
    for (const part of this.config.key) {
      let words = NONE;
      if (part === 'address') words = prints.ofAddress(asker.address);
      else if (part === 'server') words = tool?.server ?? NONE;
      else if (part === 'tool') words = tool?.tool ?? NONE;
      else words = callers[part];
      hi = mix(hi, words.hi);
      lo = mix(lo, words.lo);
    }
    return keyFrom(hi, lo);
  }

  /** Whether the caller alone says which count is its own. */
  get isPerCaller(): boolean {
    return this.config.key.every(
      (part) => part !== 'address' && part !== 'server' && part !== 'tool',
    );
  }

  runningFor(key: number): number {
    return this.#running.get(key) ?? 0;
  }

  get limitsRunning(): boolean {
    return this.config.concurrent !== undefined;
  }

  isCrowded(key: number): boolean {
    const { concurrent } = this.config;
    return concurrent !== undefined && (this.#running.get(key) ?? 0) >= concurrent;
  }

  enter(key: number): void {
    this.#running.set(key, (this.#running.get(key) ?? 0) + 1);
  }

  leave(key: number): void {
    const left = (this.#running.get(key) ?? 0) - 1;
    if (left > 0) this.#running.set(key, left);
    else this.#running.delete(key);
  }

  get running(): number {
    return this.#running.size;
  }
}
