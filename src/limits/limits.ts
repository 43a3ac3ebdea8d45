/**
 * The entrance to this folder: how much may be called.
 *
 *   take(call, plan)   every limit that the call falls under is asked; if all let it through, all are charged
 *   settle(held)       the call has ended, however: its place is free again, and what its result used up is charged
 *
 * A plan is what is known before a call: the limits of one tool, and what a call of it costs. A call under rates alone
 * takes no memory (bench/micro/limits.ts). Clocks are arguments of the constructor and read once per call.
 */

import { randomBytes } from 'node:crypto';
import { matches } from '../lib/glob.ts';
import { type Refusal, refuse } from '../protocol/refusal.ts';
import type { LimitConfig, LimitsConfig } from './config.ts';
import { Fingerprints, keyFrom, mix, type Words } from './fingerprint.ts';
import type { Journal } from './journal.ts';
import type { Quota } from './quota.ts';
import { type Asker, Rule, type ToolWords } from './rule.ts';

export type { LimitsConfig } from './config.ts';
export { Journal } from './journal.ts';
export type { Asker } from './rule.ts';

export interface Clocks {
  /** Milliseconds that never go back. */
  readonly steady: () => number;
  /** Milliseconds since the epoch. */
  readonly wall: () => number;
}

/** One limit for one tool. */
interface Share {
  readonly rule: Rule;
  /** 0 where what is used up is known only afterwards. */
  readonly cost: number;
}

/** The limits of one tool. */
export interface Plan {
  readonly shares: readonly Share[];
  readonly words: ToolWords | null;
  readonly hasQuota: boolean;
  readonly hasLoops: boolean;
  /** Whether something remains to be done when a call ends. */
  readonly isHeld: boolean;
}

/** What must be settled when a call ends. */
export interface Held {
  readonly plan: Plan;
  readonly keys: readonly number[];
}

export interface Refused {
  readonly refusal: Refusal;
  /** About all that the caller does, not about this tool. */
  readonly isWhole: boolean;
}

export interface LimitReport {
  readonly id: string;
  readonly mode: LimitConfig['mode'];
  readonly refused: number;
}

/** One limit as it stands for one caller. */
export interface LimitState extends LimitReport {
  /** What could be charged at once now, of what a full bucket has. */
  readonly rate?: { readonly left: number; readonly burst: number };
  readonly quota?: { readonly used: number; readonly count: number; readonly resetsAt: number };
  readonly concurrent?: { readonly running: number; readonly max: number };
}

/** A place in flight is free when some call ends, which nobody knows; what an agent is told to wait. */
const CROWDED_MS = 1000;
/** Characters of JSON per token of English or code are about four; of other scripts and of base64 fewer. */
const BYTES_PER_TOKEN = 4;
const SYSTEM: Clocks = { steady: () => performance.now(), wall: () => Date.now() };

export class Limits {
  readonly #clocks: Clocks;
  #prints = new Fingerprints(randomBytes(16).toString('hex'));
  #journal: Journal | null = null;
  /** The keys of the call in hand, by its plan's shares. */
  readonly #keys: number[] = [];
  #rules: readonly Rule[] = [];
  #plans = new WeakMap<object, Plan>();
  /** For requests that call no tool. */
  #requests: Plan | null = null;

  constructor(config: LimitsConfig, clocks: Clocks = SYSTEM) {
    this.#clocks = clocks;
    this.configure(config);
  }

  /** Whether some count of this configuration must survive a restart. */
  static needsJournal(config: LimitsConfig): boolean {
    return config.some(({ quota }) => quota !== undefined);
  }

  get hasJournal(): boolean {
    return this.#journal !== null;
  }

  /** Counts on from where the journal ends. What was counted before it was there begins anew: keys are of its seed. */
  keep(journal: Journal, config: LimitsConfig): void {
    this.#journal = journal;
    this.#prints = new Fingerprints(journal.seed);
    this.#rules = [];
    this.configure(config);
  }

  /** A new configuration. Limits whose entries did not change keep their counts, and quotas even where they did. */
  configure(config: LimitsConfig): void {
    const old = new Map(this.#rules.map((rule) => [JSON.stringify(rule.config), rule]));
    const quotas = this.#rules.flatMap(({ quota }) => quota ?? []);
    const onChange = (quota: Quota, key: number) => this.#journal?.note(quota, key);
    this.#rules = config.map(
      (one) => old.get(JSON.stringify(one)) ?? new Rule(one, this.#prints, onChange),
    );
    const now = this.#clocks.wall();
    for (const quota of this.#rules.flatMap((rule) => rule.quota ?? [])) {
      if (quotas.includes(quota)) continue;
      const before = quotas.find(({ name }) => name === quota.name);
      before?.each((key, used) => quota.restore(key, before.windowStart, used, now));
      if (before === undefined) this.#journal?.restore(quota, now);
    }
    this.#journal?.watch(this.#rules.flatMap(({ quota }) => quota ?? []));
    this.#plans = new WeakMap();
    const whole = this.#rules.filter((rule) => rule.isWhole && rule.config.unit !== 'cost');
    this.#requests =
      whole.length === 0
        ? null
        : planOf(
            whole.map((rule) => share(rule, 1)),
            null,
          );
  }

  get isEmpty(): boolean {
    return this.#rules.length === 0;
  }

  /** The limits of one tool; `owner` is what the plan is kept with. */
  planFor(owner: object, server: string, tool: string): Plan {
    let plan = this.#plans.get(owner);
    if (plan === undefined) {
      plan = this.#plan(server, tool);
      this.#plans.set(owner, plan);
    }
    return plan;
  }

  /** The limits of requests that call no tool; null for none. */
  get requestPlan(): Plan | null {
    return this.#requests;
  }

  #plan(server: string, tool: string): Plan {
    const subject = `${server}.${tool}`;
    const matching = this.#rules.filter(({ config: { tools } }) => {
      return tools === undefined || tools.some((pattern) => matches(pattern, subject));
    });
    const shares = matching.map((rule) => share(rule, this.#costOf(rule.config, subject)));
    const words = {
      server: this.#prints.of('server', server),
      tool: this.#prints.of('tool', subject),
    };
    return planOf(shares, words);
  }

  #costOf({ cost }: LimitConfig, subject: string): number {
    const found = Object.entries(cost ?? {})
      .filter(([pattern]) => matches(pattern, subject))
      .sort(([a], [b]) => letters(b) - letters(a));
    return found[0]?.[1] ?? 1;
  }

  /**
   * Whether one more call fits; it is charged if so. `args`: the bytes of its arguments. What is returned besides a
   * refusal must be settled when the call ends; undefined where nothing is left to do.
   */
  take(asker: Asker, plan: Plan, args: Buffer | null): Refused | Held | undefined {
    const { shares } = plan;
    if (shares.length === 0) return undefined;
    const now = this.#clocks.steady();
    const wall = plan.hasQuota ? this.#clocks.wall() : 0;
    const repeated = plan.hasLoops ? this.#prints.of('arguments', args?.latin1Slice() ?? '') : null;
    const keys = this.#keys;
    for (let at = 0; at < shares.length; at++) {
      const { rule, cost } = shares[at]!;
      const key = rule.keyOf(asker, plan.words, this.#prints);
      keys[at] = key;
      const refused = this.#ask(rule, key, cost, now, wall, repeated, plan);
      if (refused === undefined) continue;
      rule.refused += 1;
      if (rule.config.mode === 'enforce') return refused;
      keys[at] = 0;
    }
    for (let at = 0; at < shares.length; at++) {
      const { rule, cost } = shares[at]!;
      const key = keys[at]!;
      // 0: would have been refused, and is not counted, so that what is observed is what would be enforced.
      if (key === 0) continue;
      rule.rate?.charge(key, cost, now);
      rule.quota?.charge(key, cost, wall);
      if (rule.limitsRunning) rule.enter(key);
      if (repeated !== null) rule.loops?.charge(loopKey(key, repeated, plan.words), now);
    }
    return plan.isHeld ? { plan, keys: keys.slice(0, shares.length) } : undefined;
  }

  #ask(
    rule: Rule,
    key: number,
    cost: number,
    now: number,
    wall: number,
    repeated: Words | null,
    plan: Plan,
  ): Refused | undefined {
    if (rule.isCrowded(key)) return crowded(rule);
    const waitMs = rule.rate === null ? 0 : rule.rate.waitMs(key, cost, now);
    const quotaMs = rule.quota === null ? 0 : rule.quota.waitMs(key, cost, wall);
    if (waitMs > 0 || quotaMs > 0) return tooMany(rule, Math.max(waitMs, quotaMs));
    if (rule.loops === null || repeated === null) return undefined;
    const loopMs = rule.loops.waitMs(loopKey(key, repeated, plan.words), now);
    return loopMs > 0 ? looping(rule, loopMs) : undefined;
  }

  /** The end of a call that was let through. `bytes`: how long its answer was. */
  settle({ plan, keys }: Held, bytes: number): void {
    const tokens = Math.ceil(bytes / BYTES_PER_TOKEN);
    for (let at = 0; at < keys.length; at++) {
      const key = keys[at]!;
      const { rule } = plan.shares[at]!;
      if (key === 0) continue;
      if (rule.limitsRunning) rule.leave(key);
      if (rule.config.unit !== 'tokens') continue;
      rule.rate?.charge(key, tokens, this.#clocks.steady());
      rule.quota?.charge(key, tokens, this.#clocks.wall());
    }
  }

  reports(): LimitReport[] {
    return this.#rules.map(({ config: { id, mode }, refused }) => ({ id, mode, refused }));
  }

  /** The limits whose count is told by the caller alone, as they stand for this one. Changes nothing. */
  statesFor(asker: Asker): LimitState[] {
    return this.#rules
      .filter((rule) => rule.isPerCaller)
      .map((rule) => {
        const { id, mode, rate, burst, quota, concurrent } = rule.config;
        const key = rule.keyOf(asker, null, this.#prints);
        const state: { -readonly [K in keyof LimitState]: LimitState[K] } = {
          id,
          mode,
          refused: rule.refused,
        };
        if (rate !== undefined) {
          const left = rule.rate?.left(key, this.#clocks.steady()) ?? 0;
          state.rate = { left, burst: burst ?? rate.count };
        }
        if (quota !== undefined) {
          const now = rule.quota?.state(key, this.#clocks.wall());
          state.quota = { used: now?.used ?? 0, resetsAt: now?.resetsAt ?? 0, count: quota.count };
        }
        if (concurrent !== undefined) {
          state.concurrent = { running: rule.runningFor(key), max: concurrent };
        }
        return state;
      });
  }

  /** What was refused since this was asked last, for the log. */
  news(): LimitReport[] {
    return this.#rules.flatMap((rule) => {
      const fresh = rule.refused - rule.told;
      rule.told = rule.refused;
      const { id, mode } = rule.config;
      return fresh === 0 ? [] : [{ id, mode, refused: fresh }];
    });
  }

  /** Keys with calls in flight, over all limits. */
  get running(): number {
    return this.#rules.reduce((sum, rule) => sum + rule.running, 0);
  }

  async close(): Promise<void> {
    await this.#journal?.close();
  }
}

export function isRefused(taken: Refused | Held): taken is Refused {
  return 'refusal' in taken;
}

function share(rule: Rule, cost: number): Share {
  const { unit } = rule.config;
  if (unit === 'calls') return { rule, cost: 1 };
  return { rule, cost: unit === 'cost' ? cost : 0 };
}

function planOf(shares: readonly Share[], words: ToolWords | null): Plan {
  return {
    shares,
    words,
    hasQuota: shares.some(({ rule }) => rule.quota !== null),
    hasLoops: shares.some(({ rule }) => rule.loops !== null),
    isHeld: shares.some(({ rule }) => rule.limitsRunning || rule.config.unit === 'tokens'),
  };
}

function letters(pattern: string): number {
  return pattern.replaceAll('*', '').length + (pattern.includes('*') ? 0 : 0.5);
}

/** The same arguments of another tool are another call. */
function loopKey(key: number, repeated: Words, words: ToolWords | null): number {
  const tool = words?.tool ?? repeated;
  const hi = mix(mix(Math.floor(key / 0x100000000), repeated.hi), tool.hi);
  return keyFrom(hi, mix(mix(key | 0, repeated.lo), tool.lo));
}

function refusedBy(rule: Rule, words: string, waitMs: number): Refused {
  const retryAfterMs = Math.ceil(waitMs);
  const data = { limit: rule.config.id, retryAfterMs };
  return { refusal: refuse('too_many_requests', words, data), isWhole: rule.isWhole };
}

function tooMany(rule: Rule, waitMs: number): Refused {
  const { id, unit } = rule.config;
  const what = unit === 'calls' ? 'calls' : `calls, counted in ${unit},`;
  const words = `Too many ${what} for the limit "${id}". Try again in ${duration(waitMs)}, not sooner.`;
  return refusedBy(rule, words, waitMs);
}

function crowded(rule: Rule): Refused {
  const { id, concurrent } = rule.config;
  const words =
    `The limit "${id}" lets ${concurrent} run at one time. Wait for one of them to end, ` +
    `or try again in ${duration(CROWDED_MS)}.`;
  return refusedBy(rule, words, CROWDED_MS);
}

function looping(rule: Rule, waitMs: number): Refused {
  const { id, loop } = rule.config;
  const words =
    `This tool was called ${loop?.times} times with the same arguments within ${duration(loop?.windowMs ?? 0)}. ` +
    `Change the arguments or do something else; the limit "${id}" lets the same call through again in ${duration(waitMs)}.`;
  return refusedBy(rule, words, waitMs);
}

/** Whole units, rounded up: an agent that waits for so long finds its turn come. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.max(1, Math.ceil(ms))} ms`;
  if (ms < 120_000) return `${Math.ceil(ms / 1000)} s`;
  if (ms < 7_200_000) return `${Math.ceil(ms / 60_000)} min`;
  if (ms < 172_800_000) return `${Math.ceil(ms / 3_600_000)} h`;
  return `${Math.ceil(ms / 86_400_000)} days`;
}
