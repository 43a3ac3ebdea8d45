/**
 * Everything that is open at this edge: counts it, gives it a coarse clock, ends it in order.
 *
 * One sweep serves every deadline (body, keep-alive, stalled reader), so that a request that is over in a millisecond
 * never pays for a timer. The clock moves only with the sweep: deadlines are kept to one `SWEEP_MS`, never early.
 */

import type { Caller } from '../../model.ts';
import type { Refusal } from '../../protocol/refusal.ts';
import type { TurnedAway } from '../contract.ts';
import type { Exchange } from './exchange.ts';

/** A second is fine for deadlines of ten seconds and more; shorter ones (tests) get a finer sweep. */
const SWEEP_MS = 1000;

/** Bodies held at one time, in the largest that one may have; small ones never come near the least of it. */
const BODIES_MAX = 64;
const BODIES_BYTES_MIN = 64 * 1024 * 1024;

/** Of what a stranger wrote; routes and ids of ours are shorter. */
const PATH_KEPT_MAX = 256;
const SESSION_KEPT_MAX = 64;

export interface LobbyLimits {
  readonly bodyBytesMax: number;
  readonly bodyMs: number;
  readonly keepAliveMs: number;
  readonly streamBufferBytesMax: number;
  readonly connectionsMax: number;
}

export class Lobby {
  readonly limits: LobbyLimits;
  readonly onBug: (error: unknown) => void;
  readonly #onTurnedAway: (refused: TurnedAway) => void;
  /** Milliseconds, as of the last sweep. */
  now = 0;
  isDraining = false;
  /** Bytes of all bodies that are arriving or whose request is not answered yet: connections times bodies is no bound. */
  #bodyBytes = 0;
  /** Each exchange knows its seat: a Set that grows and shrinks with every request is made anew all the time. */
  readonly #open: Exchange[] = [];
  /** How many of them each caller has; null while more than half of the room is free, and nobody need be counted. */
  #byCaller: Map<string, number> | null = null;
  readonly #sweep: NodeJS.Timeout;
  #onEmpty: (() => void) | null = null;

  constructor(
    limits: LobbyLimits,
    onBug: (error: unknown) => void,
    onTurnedAway: (refused: TurnedAway) => void,
  ) {
    this.limits = limits;
    this.onBug = onBug;
    this.#onTurnedAway = onTurnedAway;
    const shortest = Math.min(limits.bodyMs, limits.keepAliveMs);
    const every = Math.max(10, Math.min(SWEEP_MS, Math.floor(shortest / 4)));
    this.#sweep = setInterval(() => this.#tick(), every).unref();
    this.#tick();
  }

  get isFull(): boolean {
    return this.#open.length >= this.limits.connectionsMax;
  }

  get size(): number {
    return this.#open.length;
  }

  /**
   * Whether this caller, whose request has just come in, has more open than there is room left. However much it opens and
   * never ends, streams before all, there is as much left for others (Choudhury and Hahne's dynamic thresholds). Who need not
   * say who he is cannot be told from his neighbours. Asked once for each exchange.
   */
  isCrowdedBy({ id, by }: Caller): boolean {
    const free = this.limits.connectionsMax - this.#open.length;
    const isNamed = by !== 'anonymous';
    if (this.#byCaller === null && (!isNamed || this.#open.length <= free)) return false;
    // From here on each is counted as it comes and goes; counting all of them each time would be slow just when it matters.
    if (this.#byCaller === null) this.#byCaller = countOf(this.#open);
    else this.#byCaller.set(id, (this.#byCaller.get(id) ?? 0) + 1);
    return isNamed && (this.#byCaller.get(id) ?? 0) > Math.max(1, free);
  }

  get bodyBytes(): number {
    return this.#bodyBytes;
  }

  /** Makes room for so many bytes of a body; false where there is none. */
  hold(bytes: number): boolean {
    const bytesMax = Math.max(BODIES_BYTES_MIN, BODIES_MAX * this.limits.bodyBytesMax);
    if (this.#bodyBytes + bytes > bytesMax) return false;
    this.#bodyBytes += bytes;
    return true;
  }

  letGo(bytes: number): void {
    this.#bodyBytes -= bytes;
  }

  /** For the record, while there is still a connection to ask for its address. */
  turnedAway(exchange: Exchange, refusal: Refusal, id: string): void {
    const { caller, peer: address, head } = exchange;
    const path = head.path.slice(0, PATH_KEPT_MAX);
    const about = { path, method: head.mcpMethod.slice(0, PATH_KEPT_MAX), id };
    const session = head.sessionId.slice(0, SESSION_KEPT_MAX);
    this.#onTurnedAway({ kind: 'turned_away', refusal, caller, address, ...about, session });
  }

  enter(exchange: Exchange): void {
    exchange.seat = this.#open.push(exchange) - 1;
  }

  leave(exchange: Exchange): void {
    const last = this.#open.pop();
    if (last !== undefined && last !== exchange) {
      this.#open[exchange.seat] = last;
      last.seat = exchange.seat;
    }
    if (this.#byCaller !== null && exchange.caller !== null) this.#countOut(exchange.caller);
    if (this.#open.length === 0) this.#onEmpty?.();
  }

  #countOut({ id }: Caller): void {
    const left = (this.#byCaller?.get(id) ?? 1) - 1;
    if (left > 0) this.#byCaller?.set(id, left);
    else this.#byCaller?.delete(id);
  }

  /** Cuts whatever is open for these callers: calls, streams, and bodies that are still arriving. */
  endCallers(isEnded: (caller: Caller) => boolean): void {
    for (const exchange of [...this.#open]) {
      if (exchange.caller !== null && isEnded(exchange.caller)) exchange.cut();
    }
  }

  /** Ends standing streams at once, waits for the others to `deadlineMs`, then cuts them. */
  async drain(deadlineMs: number): Promise<void> {
    this.isDraining = true;
    for (const exchange of [...this.#open]) if (exchange.isStanding) exchange.finish();
    if (this.#open.length > 0) await this.#untilEmpty(deadlineMs);
    for (const exchange of [...this.#open]) exchange.cut();
    clearInterval(this.#sweep);
  }

  #untilEmpty(deadlineMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, deadlineMs);
      this.#onEmpty = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #tick(): void {
    this.now = performance.now();
    if (this.#open.length * 2 <= this.limits.connectionsMax) this.#byCaller = null;
    for (const exchange of [...this.#open]) exchange.tick(this.now);
  }
}

function countOf(open: readonly Exchange[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { caller } of open) {
    if (caller !== null) counts.set(caller.id, (counts.get(caller.id) ?? 0) + 1);
  }
  return counts;
}
