/**
 * The loop that makes the load, in the process that it runs in.
 *
 * Closed: each connection calls again as soon as it is answered. Open: call n is due at start + n / rate, whatever the
 * answers do; a call that finds no connection free waits, first come first served, and its wait counts, because a
 * latency is measured from when the call was due. Nothing can be left out of the figures by a server that stalls.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { Judge } from './answer.ts';
import { Arrival, LoadError } from './arrival.ts';
import { Crew } from './crew.ts';
import type { Lane, LaneOwner } from './lane.ts';
import { type Plan, planFault, TIMEOUT_MS } from './plan.ts';
import { Tally, type TallyData } from './tally.ts';
import { type Usage, usageOf } from './target.ts';
import { Turns } from './turns.ts';
import { type Call, callOf } from './wire.ts';

/** After the end, calls in flight may still be answered, and those that are due may still leave. */
const DRAIN_MS = 10_000;
const BACKLOG_MS = 1000;
const STOPPED_DRAIN_MS = 1000;
const SWEEP_MS = 50;
/** A server that refuses connections must not be asked for them as fast as a loop can turn. */
const REST_MS = 50;
/** Timers of Node.js are a millisecond late or more; what is due sooner is polled for. */
const POLL_MS = 2;

export interface Share {
  /** Which process of how many this is. */
  readonly index: number;
  readonly count: number;
}

/** What one process found. */
export interface Result {
  readonly startedAt: string;
  readonly era: 'modern' | 'legacy';
  readonly measuredMs: number;
  readonly tally: TallyData;
  readonly bytes: { readonly sent: number; readonly received: number };
  readonly connectionsUsed: number;
  /** CPU time for each millisecond of the measurement. */
  readonly generatorUsPerMs: number;
  readonly target?: { readonly cpuUsPerMs: number; readonly rssBytes: number };
}

interface Snapshot {
  readonly at: number;
  readonly cpu: NodeJS.CpuUsage;
  readonly target: Usage | undefined;
  readonly sent: number;
  readonly received: number;
}

export class Generator implements LaneOwner {
  readonly judge = new Judge();
  readonly #plan: Plan;
  readonly #calls: readonly Call[];
  readonly #share: Share;
  readonly #tally: Tally;
  readonly #crew: Crew;
  readonly #free: Lane[] = [];
  readonly #turns: Turns;
  #inFlight = 0;
  #isGenerating = false;
  #measureAt = 0;
  #endAt = 0;
  #startAt = 0;
  #started = 0;
  #sent = 0;
  #received = 0;
  #wake: () => void = () => {};

  private constructor(plan: Plan, share: Share, arrival: Arrival, calls: readonly Call[]) {
    this.#plan = plan;
    this.#share = share;
    this.#calls = calls;
    this.#crew = new Crew(plan, arrival, calls, this);
    this.#tally = new Tally(plan.durationMs);
    this.#turns = new Turns(calls, share.index);
  }

  /** Finds the endpoint, opens sessions and connections. Throws a LoadError where that is impossible. */
  static async prepare(plan: Plan, share: Share = { index: 0, count: 1 }): Promise<Generator> {
    const fault = planFault(plan);
    if (fault !== undefined) throw new LoadError('plan', fault);
    const arrival = await Arrival.at(plan);
    try {
      // Only 2026-07-28 has arguments that travel in headers too, and only the tool's schema tells which.
      const isModernCall = arrival.era === 'modern' && plan.mix.some(({ tool }) => tool);
      const tools = isModernCall ? ((await arrival.tools()) ?? []) : [];
      const calls = plan.mix.map((step) => callOf(step, arrival, tools));
      const generator = new Generator(plan, share, arrival, calls);
      await generator.#muster();
      return generator;
    } catch (error) {
      await arrival.leave();
      throw error;
    }
  }

  /** Calls and errors of the measurement so far. */
  get progress(): { calls: number; errors: number } {
    return { calls: this.#tally.calls, errors: this.#tally.bad };
  }

  async run(signal?: AbortSignal): Promise<Result> {
    const { warmupMs, durationMs } = this.#plan;
    const startedAt = new Date(Date.now() + warmupMs).toISOString();
    this.#startAt = performance.now();
    this.#measureAt = this.#startAt + warmupMs;
    // As `#dueAt` adds, so that a rounding never makes one call more.
    this.#endAt = this.#startAt + (warmupMs + durationMs);
    this.#isGenerating = true;
    const sweeper = setInterval(() => this.#sweep(), SWEEP_MS);
    const begin = this.#snapshotAt(this.#measureAt, signal);
    if (this.#plan.rate === undefined) for (const lane of [...this.#crew.lanes]) this.#next(lane);
    else this.#tick();
    const before = await begin;
    const after = await this.#snapshotAt(this.#endAt, signal);
    if (signal?.aborted === true) this.#endAt = Math.min(this.#endAt, performance.now());
    await this.#drain(signal?.aborted === true ? STOPPED_DRAIN_MS : DRAIN_MS);
    clearInterval(sweeper);
    this.#isGenerating = false;
    await this.#crew.leave();
    return this.#result(startedAt, before, after);
  }

  /** Ends without a measurement. */
  async abandon(): Promise<void> {
    await this.#crew.leave();
  }

  /** An open loop opens what it turns out to need, beyond what is needed for sure. */
  async #muster(): Promise<void> {
    const { rate, connections } = this.#plan;
    await this.#crew.muster(rate === undefined ? connections : 1);
    if (rate !== undefined) this.#free.push(...this.#crew.lanes);
  }

  // === what lanes tell

  ended(lane: Lane, kind: string, words: string, at: number): void {
    this.#inFlight--;
    const { expectsError } = this.#calls[lane.step]!;
    if (expectsError) {
      if (kind === '') kind = 'unexpected';
      else if (kind === 'tool' || kind.startsWith('rpc ')) kind = '';
    }
    const hasLatency = kind !== 'connect' && kind !== 'reset';
    this.#record(lane.intended, hasLatency ? at - lane.intended : undefined, kind, words);
    if (kind === 'connect') this.#rest(lane);
    else this.#release(lane);
  }

  opened(lane: Lane, isOpen: boolean): void {
    if (this.#crew.opened(lane)) return;
    if (isOpen) this.#release(lane);
    else this.#rest(lane);
  }

  sent(bytes: number): void {
    this.#sent += bytes;
  }

  received(bytes: number): void {
    this.#received += bytes;
  }

  #record(intended: number, latency: number | undefined, kind: string, words: string): void {
    if (intended < this.#measureAt) this.#tally.warmup();
    else this.#tally.record(intended - this.#measureAt, latency, kind, words);
  }

  #rest(lane: Lane): void {
    setTimeout(() => this.#release(lane), REST_MS);
  }

  #release(lane: Lane): void {
    if (this.#plan.rate === undefined) this.#next(lane);
    else if (!this.#startDue(lane, false)) this.#free.push(lane);
    if (this.#inFlight === 0) this.#wake();
  }

  // === closed loop

  #next(lane: Lane): void {
    if (!this.#isGenerating) return;
    const now = performance.now();
    if (now < this.#endAt) this.#start(lane, now, now);
  }

  // === open loop

  /** When call n of this process is due. */
  #dueAt(n: number): number {
    const { index, count } = this.#share;
    return this.#startAt + ((n * count + index) * 1000) / this.#plan.rate!;
  }

  /** Starts what is due, as far as there are connections, and comes back when more is. */
  #tick(): void {
    if (!this.#isGenerating) return;
    while (this.#free.length > 0 && this.#startDue(this.#free.at(-1)!, true)) this.#free.pop();
    const now = performance.now();
    const due = this.#dueAt(this.#started);
    if (due >= this.#endAt && now >= this.#endAt) return;
    if (due <= now && this.#free.length === 0) this.#grow(now);
    const gap = due - now;
    // With no connection free it is the next answer that starts what is due.
    if (gap > POLL_MS) setTimeout(() => this.#tick(), gap - POLL_MS / 2);
    else if (gap > 0 || this.#free.length > 0) setImmediate(() => this.#tick());
    else setTimeout(() => this.#tick(), 1);
  }

  /** False when nothing is due. */
  #startDue(lane: Lane, isOnTime: boolean): boolean {
    if (!this.#isGenerating) return false;
    const due = this.#dueAt(this.#started);
    const now = performance.now();
    if (due > now || due >= this.#endAt) return false;
    this.#started++;
    if (isOnTime && due >= this.#measureAt) this.#tally.late(now - due);
    this.#start(lane, due, now);
    return true;
  }

  /** Opens as many connections as there are calls that wait, within the bounds. */
  #grow(now: number): void {
    const perMs = this.#plan.rate! / this.#share.count / 1000;
    const waiting = Math.ceil((now - this.#dueAt(this.#started)) * perMs) + 1;
    this.#crew.grow(waiting);
  }

  /** What no connection could be found for until the end. */
  #countUnsent(): void {
    if (this.#plan.rate === undefined) return;
    const now = performance.now();
    for (let due = this.#dueAt(this.#started); due < this.#endAt; ) {
      this.#record(due, now - due, 'unsent', 'no connection was free');
      due = this.#dueAt(++this.#started);
    }
  }

  // === both

  #start(lane: Lane, intended: number, now: number): void {
    const step = this.#turns.pick();
    const identity = this.#crew.identityOf(lane);
    this.#inFlight++;
    lane.intended = intended;
    lane.call(identity, step, this.#calls[step]!.isTool, this.#turns.nextId(), now);
  }

  #sweep(): void {
    const { timeoutMs = TIMEOUT_MS } = this.#plan;
    const limit = performance.now() - timeoutMs;
    for (const lane of this.#crew.lanes) {
      if (lane.isBusy && lane.sentAt < limit) lane.fail('timeout', `no answer in ${timeoutMs} ms`);
    }
  }

  async #drain(ms: number): Promise<void> {
    const { rate, timeoutMs = TIMEOUT_MS } = this.#plan;
    const now = performance.now();
    const isBehind = () => rate !== undefined && this.#dueAt(this.#started) < this.#endAt;
    while (isBehind() && performance.now() < now + Math.min(ms, BACKLOG_MS)) await sleep(5);
    this.#isGenerating = false;
    this.#countUnsent();
    if (this.#inFlight > 0) {
      const idle = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      await Promise.race([
        idle,
        sleep(Math.min(ms, timeoutMs + SWEEP_MS), undefined, { ref: false }),
      ]);
    }
    for (const lane of this.#crew.lanes) {
      if (lane.isBusy) lane.fail('timeout', 'no answer until the end of the run');
    }
  }

  async #snapshotAt(at: number, signal?: AbortSignal): Promise<Snapshot> {
    await sleep(Math.max(0, at - performance.now()), undefined, signal ? { signal } : {}).catch(
      () => undefined,
    );
    const { index } = this.#share;
    const target = index === 0 ? usageOf(this.#plan.pids ?? []) : undefined;
    const [sent, received] = [this.#sent, this.#received];
    return { at: performance.now(), cpu: process.cpuUsage(), target, sent, received };
  }

  #result(startedAt: string, before: Snapshot, after: Snapshot): Result {
    const ms = Math.max(1e-3, after.at - before.at);
    const spent = process.cpuUsage(before.cpu);
    const late = process.cpuUsage(after.cpu);
    const cpuUs = spent.user + spent.system - late.user - late.system;
    const target =
      before.target === undefined || after.target === undefined
        ? {}
        : {
            target: {
              cpuUsPerMs: (after.target.cpuUs - before.target.cpuUs) / ms,
              rssBytes: after.target.rssBytes,
            },
          };
    return {
      startedAt,
      era: this.#crew.era,
      measuredMs: Math.max(0, this.#endAt - this.#measureAt),
      tally: this.#tally.data(),
      bytes: { sent: after.sent - before.sent, received: after.received - before.received },
      connectionsUsed: this.#crew.lanes.length,
      generatorUsPerMs: cpuUs / ms,
      ...target,
    };
  }
}
