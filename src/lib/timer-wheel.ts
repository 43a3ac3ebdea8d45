/**
 * Deadlines for very many short waits: one timer for the whole process instead of one per wait.
 *
 *     slots   [0] [1] [2] … [511]      one slot per tick; a round is SLOTS ticks
 *              |       |
 *              a       c <-> d         each slot a ring through its sentinel: add and drop are O(1)
 *              |
 *              b (rounds 1: a whole turn later)
 *
 * A wait never ends early; it ends up to one tick late, or later when the event loop was busy. The timer exists
 * only while somebody waits. The wheel keeps no order among the waits that end in the same tick.
 */

const SLOTS = 512;
/** 20 ms: the shortest deadline worth setting is a second, and an idle tick costs under a microsecond. */
const TICK_MS = 20;

/** Something that waits. The fields belong to the wheel: make them `null, null, 0` and leave them alone. */
export interface Waiter {
  wheelPrev: Waiter | null;
  wheelNext: Waiter | null;
  wheelRounds: number;
  /** Called once, after the waiter has left the wheel. */
  onDue(): void;
}

export class TimerWheel {
  readonly #now: () => number;
  readonly #slots: Waiter[] = Array.from({ length: SLOTS }, sentinel);
  #waiting = 0;
  /** The last tick that was served, and the time at which it was due. */
  #tick = 0;
  #tickAt = 0;
  #timer: NodeJS.Timeout | null = null;

  /** `now` is a monotonic clock in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  get waiting(): number {
    return this.#waiting;
  }

  add(waiter: Waiter, delayMs: number): void {
    this.drop(waiter);
    if (this.#waiting === 0) this.#tickAt = this.#now();
    const behindMs = this.#now() - this.#tickAt;
    const ticks = Math.max(1, Math.ceil((behindMs + delayMs) / TICK_MS));
    waiter.wheelRounds = Math.floor((ticks - 1) / SLOTS);
    const head = this.#slots[(this.#tick + ticks) % SLOTS]!;
    waiter.wheelPrev = head.wheelPrev;
    waiter.wheelNext = head;
    head.wheelPrev!.wheelNext = waiter;
    head.wheelPrev = waiter;
    this.#waiting += 1;
    if (this.#timer === null) this.#arm();
  }

  /** Takes a waiter out before it is due; nothing happens if it does not wait. */
  drop(waiter: Waiter): void {
    if (waiter.wheelPrev === null) return;
    waiter.wheelPrev.wheelNext = waiter.wheelNext;
    waiter.wheelNext!.wheelPrev = waiter.wheelPrev;
    waiter.wheelPrev = null;
    waiter.wheelNext = null;
    this.#waiting -= 1;
    // The timer is left to run out: calls that come one after the other would arm and clear it each time.
  }

  #arm(): void {
    this.#timer = setTimeout(() => this.#turn(), TICK_MS);
  }

  /** Serves every tick that has passed; more than one when the event loop was held up. */
  #turn(): void {
    this.#timer = null;
    const now = this.#now();
    while (this.#waiting > 0 && this.#tickAt + TICK_MS <= now) {
      this.#tickAt += TICK_MS;
      this.#tick = (this.#tick + 1) % SLOTS;
      this.#serve(this.#slots[this.#tick]!);
    }
    if (this.#waiting > 0 && this.#timer === null) this.#arm();
  }

  /** Due waiters are taken out first: what they do may add to or drop from this very ring. */
  #serve(head: Waiter): void {
    const due: Waiter[] = [];
    for (let at = head.wheelNext!; at !== head; at = at.wheelNext!) {
      if (at.wheelRounds === 0) due.push(at);
      else at.wheelRounds -= 1;
    }
    for (const waiter of due) this.drop(waiter);
    for (const waiter of due) waiter.onDue();
  }
}

function sentinel(): Waiter {
  const head: Waiter = { wheelPrev: null, wheelNext: null, wheelRounds: 0, onDue: () => {} };
  head.wheelPrev = head;
  head.wheelNext = head;
  return head;
}
