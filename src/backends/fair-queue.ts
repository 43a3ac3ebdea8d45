/**
 * Calls that wait for room at one server, served in turn by caller.
 *
 *   ring    ann ──> bob ──> carl ──┐      each caller a first-in-first-out list of its own
 *            ^─────────────────────┘      served by deficit round robin (Shreedhar and Varghese, 1995)
 *
 * Each visit gives a caller credit for one small request; a large one costs as many visits as it has 16 KiB pieces, at
 * most `COST_MAX`. So a caller with one request waits for one turn of the ring, however many the others have queued.
 *
 * Turns are not enough where calls take long: a caller whose calls never end would keep what it got in its turns. So a
 * caller gets another only while it has fewer in flight than `FACTOR` times what is free (dynamic thresholds, Choudhury
 * and Hahne, 1998). Alone it gets four fifths of the room, n greedy ones leave 1/(1+4n) of it to newcomers.
 */

import type { Waiter } from '../lib/timer-wheel.ts';
import type { Refusal } from '../protocol/refusal.ts';
import { DEADLINES } from './deadlines.ts';
import type { Link } from './link.ts';

const FACTOR = 4;
const PIECE_BITS = 14;
const COST_MAX = 16;
/** Callers that are remembered between their calls; beyond, those with nothing under way are forgotten. */
const IDLE_SHARES_MAX = 10_000;

/** What one caller has at one server. */
export class Share {
  readonly key: string;
  /** Requests sent and not settled; kept by the link. */
  inFlight = 0;
  waiting = 0;
  deficit = 0;
  isInRing = false;
  next: Share | null = null;
  first: Place | null = null;
  last: Place | null = null;

  constructor(key: string) {
    this.key = key;
  }
}

/** Whoever waits: exactly one of the two is called, unless its place was left. */
export interface Queued {
  onRoom(link: Link): void;
  onNoRoom(refusal: Refusal): void;
}

/** One place in the queue. */
export class Place implements Waiter {
  wheelPrev: Waiter | null = null;
  wheelNext: Waiter | null = null;
  wheelRounds = 0;
  prev: Place | null = null;
  next: Place | null = null;
  isLeft = false;
  readonly queued: Queued;
  readonly share: Share;
  readonly cost: number;
  readonly #queue: FairQueue;

  constructor(queued: Queued, share: Share, bytes: number, queue: FairQueue) {
    this.queued = queued;
    this.share = share;
    this.cost = Math.min(COST_MAX, 1 + (bytes >> PIECE_BITS));
    this.#queue = queue;
  }

  onDue(): void {
    this.#queue.expire(this);
  }

  /** The call no longer wants its turn. */
  leave(): void {
    this.#queue.drop(this);
  }
}

export interface QueueLimits {
  readonly queueMax: number;
  readonly queuePerCallerMax: number;
}

export class FairQueue {
  readonly #limits: QueueLimits;
  readonly #onExpired: (place: Place) => void;
  readonly #shares = new Map<string, Share>();
  #head: Share | null = null;
  #tail: Share | null = null;
  #ring = 0;
  #forgetAt = IDLE_SHARES_MAX;
  size = 0;

  constructor(limits: QueueLimits, onExpired: (place: Place) => void) {
    this.#limits = limits;
    this.#onExpired = onExpired;
  }

  /** The caller's share; the same object as long as anything of it is under way. */
  share(key: string): Share {
    const known = this.#shares.get(key);
    if (known !== undefined) return known;
    if (this.#shares.size >= this.#forgetAt) this.forget();
    const share = new Share(key);
    this.#shares.set(key, share);
    return share;
  }

  /** Forgets callers with nothing under way. */
  forget(): void {
    for (const [key, share] of this.#shares) {
      if (share.inFlight === 0 && !share.isInRing) this.#shares.delete(key);
    }
    this.#forgetAt = Math.max(IDLE_SHARES_MAX, this.#shares.size * 2);
  }

  /** Undefined where the queue, or this caller's part of it, is full. */
  push(queued: Queued, share: Share, bytes: number, waitMs: number): Place | undefined {
    const { queueMax, queuePerCallerMax } = this.#limits;
    if (this.size >= queueMax || share.waiting >= queuePerCallerMax) return undefined;
    const place = new Place(queued, share, bytes, this);
    place.prev = share.last;
    if (share.last === null) share.first = place;
    else share.last.next = place;
    share.last = place;
    share.waiting += 1;
    this.size += 1;
    if (!share.isInRing) this.#append(share);
    DEADLINES.add(place, waitMs);
    return place;
  }

  /**
   * The place whose turn it is while `free` more requests may be sent, taken out of the queue; undefined where everybody who
   * waits has as much in flight as is fair.
   */
  next(free: number): Place | undefined {
    for (let skipped = 0; skipped < this.#ring; ) {
      const share = this.#shift();
      const place = share.first;
      if (place === null) {
        share.deficit = 0;
        continue;
      }
      if (!mayHave(share, free)) {
        skipped += 1;
        this.#append(share);
        continue;
      }
      skipped = 0;
      share.deficit += 1;
      const isServed = share.deficit >= place.cost;
      if (isServed) {
        share.deficit -= place.cost;
        this.#unlink(place);
      }
      if (share.first === null) share.deficit = 0;
      else this.#append(share);
      if (isServed) return place;
    }
    return undefined;
  }

  drop(place: Place): void {
    if (place.isLeft) return;
    this.#unlink(place);
    // Callers whose places were all left stay in the ring until their turn; without anybody waiting there is none.
    if (this.size === 0) while (this.#ring > 0) this.#shift().deficit = 0;
  }

  expire(place: Place): void {
    if (place.isLeft) return;
    this.drop(place);
    this.#onExpired(place);
  }

  /** Everybody out, in no particular order. */
  *drain(): Iterable<Place> {
    for (const share of this.#shares.values()) {
      while (share.first !== null) {
        const place = share.first;
        this.drop(place);
        yield place;
      }
    }
  }

  #unlink(place: Place): void {
    place.isLeft = true;
    DEADLINES.drop(place);
    const { share } = place;
    if (place.prev === null) share.first = place.next;
    else place.prev.next = place.next;
    if (place.next === null) share.last = place.prev;
    else place.next.prev = place.prev;
    share.waiting -= 1;
    this.size -= 1;
  }

  #append(share: Share): void {
    share.isInRing = true;
    share.next = null;
    if (this.#tail === null) this.#head = share;
    else this.#tail.next = share;
    this.#tail = share;
    this.#ring += 1;
  }

  #shift(): Share {
    const share = this.#head!;
    this.#head = share.next;
    if (this.#head === null) this.#tail = null;
    share.isInRing = false;
    share.next = null;
    this.#ring -= 1;
    return share;
  }
}

/** Whether a caller may have another request in flight while `free` more may be sent at all. */
export function mayHave(share: Share, free: number): boolean {
  return share.inFlight < FACTOR * free;
}
