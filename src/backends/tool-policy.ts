/**
 * How calls of one server are treated: their deadline, whether they may run twice, breaker, cache. Joined once from the
 * configuration and what the server says of the tool, and carried by the catalogue's entries, so that a call reads
 * fields and matches no patterns.
 *
 * Annotations are the server's own claim. They decide here only about what harms that server's own callers; an
 * operator can override them both ways.
 */

import { hash } from 'node:crypto';
import { matches } from '../lib/glob.ts';
import { Breaker, type BreakerState, termsOf } from './breaker.ts';
import type { ServerConfig } from './config.ts';
import { Gate } from './gate.ts';
import type { Definition } from './inventory.ts';
import type { ToolConfig, ToolsConfig } from './policy-config.ts';
import { RetryBudget } from './retry-budget.ts';

/** How results of one tool are kept. */
export interface CachePolicy {
  /** Different for every definition of every tool of every backend: what was kept of another one is never found. */
  readonly key: string;
  readonly ttlMs: number;
  readonly isPublic: boolean;
  readonly maxBytes: number;
  /** How old a result may be that answers where the server cannot; 0 for none. */
  readonly staleMs: number;
}

export interface CallPolicy {
  readonly timeoutMs: number;
  readonly progressResetsDeadline: boolean;
  /** Whether a call that may have run can be made again. */
  readonly isSafe: boolean;
  /** Changes nothing, as the operator or else the server says. */
  readonly isReadOnly: boolean;
  readonly gate: Gate | null;
  readonly cache: CachePolicy | null;
}

/** What became of the calls of one server, for its report. */
export interface CallCounters {
  calls: number;
  retries: number;
  /** Not made again because the budget was spent. */
  retriesWithheld: number;
  /** Refused by a breaker. */
  circuitRefused: number;
  hits: number;
  misses: number;
  /** Answered by a call that was under way already. */
  joined: number;
  /** Answered with a marked, older result. */
  stale: number;
}

export interface BreakerReport {
  /** '' for the server's own. */
  readonly tool: string;
  readonly state: BreakerState;
  readonly why: string;
  readonly retryInMs: number;
  readonly openings: number;
}

/** A server that lists ever new names could otherwise make us keep ever new breakers. */
const TOOL_BREAKERS_MAX = 4096;
/** Breakers in one report. */
const REPORTED_MAX = 20;
let serial = 0;

export class CallPolicies {
  readonly counters: CallCounters = {
    calls: 0,
    retries: 0,
    retriesWithheld: 0,
    circuitRefused: 0,
    hits: 0,
    misses: 0,
    joined: 0,
    stale: 0,
  };
  /** For requests that change nothing by their nature: reads, prompts, completions. */
  readonly reading: CallPolicy;
  /** For everything of which nothing is known. */
  readonly plain: CallPolicy;
  readonly #name: string;
  readonly #config: ServerConfig;
  readonly #budget: RetryBudget;
  readonly #server: Breaker | null;
  readonly #tools = new Map<string, Breaker>();
  readonly #byDefinition = new WeakMap<Definition, CallPolicy>();
  readonly #serial = ++serial;

  constructor(name: string, config: ServerConfig) {
    const { breaker, retry, timeoutMs, progressResetsDeadline } = config;
    this.#name = name;
    this.#config = config;
    this.#budget = new RetryBudget(retry, Date.now());
    this.#server = breaker.enabled ? new Breaker(termsOf(breaker)) : null;
    const gate = breaker.enabled ? this.#gate('', null) : null;
    this.plain = {
      timeoutMs,
      progressResetsDeadline,
      isSafe: false,
      isReadOnly: false,
      gate,
      cache: null,
    };
    this.reading = { ...this.plain, isSafe: true, isReadOnly: true };
  }

  /** Whether one more call may reach the server a second time. */
  takeRetry(now: number): boolean {
    const { counters } = this;
    if (this.#budget.take(now, counters.calls)) return true;
    counters.retriesWithheld += 1;
    return false;
  }

  of(definition: Definition): CallPolicy {
    let policy = this.#byDefinition.get(definition);
    if (policy === undefined) {
      policy = this.#join(definition);
      this.#byDefinition.set(definition, policy);
    }
    return policy;
  }

  #join(definition: Definition): CallPolicy {
    const { timeoutMs, progressResetsDeadline, tools } = this.#config;
    const own = configOf(definition.key, tools);
    const isReadOnly = own.readOnly ?? definition.hints.readOnly;
    return {
      timeoutMs: own.timeoutMs ?? timeoutMs,
      progressResetsDeadline: own.progressResetsDeadline ?? progressResetsDeadline,
      isSafe: own.retry ?? (isReadOnly || definition.hints.idempotent),
      isReadOnly,
      gate: this.#gateOf(definition.key, own),
      cache: this.#cacheOf(definition, own, isReadOnly),
    };
  }

  #gateOf(tool: string, { breaker: own }: ToolConfig): Gate | null {
    const { breaker } = this.#config;
    const isEnabled = own?.enabled ?? breaker.enabled;
    if (!isEnabled) return null;
    let kept = this.#tools.get(tool);
    if (kept === undefined && this.#tools.size < TOOL_BREAKERS_MAX) {
      kept = new Breaker(termsOf(breaker, own));
      this.#tools.set(tool, kept);
    }
    return this.#gate(tool, kept ?? null);
  }

  #gate(tool: string, breaker: Breaker | null): Gate {
    return new Gate(this.#name, tool, this.#server, breaker, () => {
      this.counters.circuitRefused += 1;
    });
  }

  #cacheOf(definition: Definition, own: ToolConfig, isReadOnly: boolean): CachePolicy | null {
    const { cache, stale } = own;
    if (cache === undefined || (cache.ifReadOnly && !isReadOnly)) return null;
    return {
      key: `${this.#serial} ${hash('sha256', definition.bytes, 'base64url')}`,
      ttlMs: cache.ttlMs,
      isPublic: cache.scope === 'public',
      maxBytes: cache.maxBytes,
      staleMs: isReadOnly ? (stale?.maxAgeMs ?? 0) : 0,
    };
  }

  /** The breakers that are not closed, the server's own first. */
  breakers(now: number): BreakerReport[] {
    const all: [string, Breaker][] = [...this.#tools];
    if (this.#server !== null) all.unshift(['', this.#server]);
    return all
      .filter(([, { isClosed }]) => !isClosed)
      .slice(0, REPORTED_MAX)
      .map(([tool, breaker]) => {
        const { state, why, openings } = breaker;
        return { tool, state, why, openings, retryInMs: breaker.retryInMs(now) };
      });
  }
}

/** The settings for one tool: of every pattern that matches, those with more letters over those with fewer. */
function configOf(name: string, tools: ToolsConfig): ToolConfig {
  const found = Object.entries(tools)
    .filter(([pattern]) => matches(pattern, name))
    .sort(([a], [b]) => letters(a) - letters(b));
  return Object.assign({}, ...found.map(([, given]) => withoutGaps(given))) as ToolConfig;
}

/** An exact name beats a pattern with as many letters. */
function letters(pattern: string): number {
  return pattern.replaceAll('*', '').length + (pattern.includes('*') ? 0 : 0.5);
}

function withoutGaps(given: ToolConfig): Partial<ToolConfig> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
