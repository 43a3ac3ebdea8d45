/**
 * A server, its callers and the queue before it, in a time of its own: for tests of what a link is given.
 *
 *   callers ──> queue ──> [ room of the limit ] ──> server: `workers` at once, first come, first served
 *
 * Each of the callers calls again as soon as it is answered. Everything is a matter of the seed.
 */

import { CrowdLimit } from '../../src/backends/crowd-limit.ts';

export interface Model {
  /** How many requests the server works on at once. */
  readonly workers: number;
  /** How long it works on the next one, in milliseconds; `random` is from [0, 1). */
  serviceMs(random: () => number): number;
  readonly callers: number;
}

interface Work {
  readonly id: number;
  endsAt: number;
}

export class CrowdModel {
  now = 1_000_000;
  readonly limit: CrowdLimit;
  readonly held: number[] = [];
  answered = 0;
  model: Model;
  readonly #max: number;
  readonly #random: () => number;
  #lastId = 0;
  #waiting = 0;
  #callers = 0;
  #inFlight = 0;
  #backlog: Work[] = [];
  #working: Work[] = [];
  #pulseAt = 0;

  constructor(max: number, model: Model, random: () => number) {
    this.#max = max;
    this.#random = random;
    this.model = model;
    // The clock of the limit has whole milliseconds, as the real one.
    this.limit = new CrowdLimit(max, () => Math.floor(this.now));
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Goes on for so long; what was in flight after each answer is noted in `held`, and answers are counted anew. */
  run(ms: number): this {
    const until = this.now + ms;
    this.held.length = 0;
    this.answered = 0;
    this.#waiting += Math.max(0, this.model.callers - this.#callers);
    this.#callers = Math.max(this.#callers, this.model.callers);
    this.#send();
    while (this.#step(until));
    return this;
  }

  /** After `now` was set back: what the server works on ends as if nothing had happened. */
  restart(): void {
    for (const work of this.#working) work.endsAt = this.now + this.model.serviceMs(this.#random);
    this.#pulseAt = this.now;
  }

  #step(until: number): boolean {
    const next = this.#working.reduce((a, b) => (b.endsAt < a.endsAt ? b : a), NEVER);
    if (this.#pulseAt < Math.min(next.endsAt, until)) {
      this.now = Math.max(this.now, this.#pulseAt);
      this.#pulseAt = this.now + 25;
      if (this.#waiting > 0) this.limit.pulse();
      this.#send();
      return true;
    }
    if (next.endsAt > until) {
      this.now = until;
      return false;
    }
    this.now = next.endsAt;
    this.#working.splice(this.#working.indexOf(next), 1);
    this.#inFlight -= 1;
    this.answered += 1;
    this.limit.settled(next.id, true);
    if (this.#callers > this.model.callers) this.#callers -= 1;
    else this.#waiting += 1;
    this.#send();
    this.held.push(this.#inFlight);
    return true;
  }

  #send(): void {
    while (this.#waiting > 0 && this.limit.room > 0) {
      this.#waiting -= 1;
      this.#inFlight += 1;
      this.#lastId += 1;
      if (this.#inFlight > this.#max) throw new Error('more in flight than pending');
      this.limit.sent(this.#lastId, Math.floor(this.now));
      this.#backlog.push({ id: this.#lastId, endsAt: 0 });
    }
    while (this.#backlog.length > 0 && this.#working.length < this.model.workers) {
      const work = this.#backlog.shift()!;
      work.endsAt = this.now + this.model.serviceMs(this.#random);
      this.#working.push(work);
    }
  }
}

const NEVER: Work = { id: 0, endsAt: Number.POSITIVE_INFINITY };

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}
