/**
 * The inventories of one server, one per capability profile, and how fresh each is.
 *
 * A stale inventory is shown until a better one is there, and a failed attempt never replaces a good one: a list that
 * could not be taken is no reason to believe that there are no tools. Takes each at most once at a time.
 */

import { isRefusal } from '../model.ts';
import type { Refusal } from '../protocol/refusal.ts';
import type { Inventory } from './inventory.ts';

interface Slot {
  /** As the server gave it. */
  taken: Inventory | undefined;
  /** The same as it is shown. */
  current: Inventory | undefined;
  /** False from list_changed, expiry or reconnect until taken anew. */
  isFresh: boolean;
  taking: Promise<void> | null;
  /** After a failure it is not taken again before. */
  retryAt: number;
}

/** Distinct capability profiles that one server is listed for; each costs a process once. */
const PROFILES_MAX = 16;
/** A server whose lists fail is left alone for so long. */
const RETRY_MS = 5_000;
/** A server that announces changes all the time is listed in the background no more often; calls and lists still look. */
const RELIST_MS = 1_000;

export class Inventories {
  readonly #slots = new Map<string, Slot>();
  readonly #review: (taken: Inventory) => Promise<Inventory>;
  readonly #onTaken: (taken: Inventory | Refusal) => void;

  /** `review` says what of it is shown; `onTaken` hears of every attempt that reached the server. */
  constructor(
    review: (taken: Inventory) => Promise<Inventory>,
    onTaken: (taken: Inventory | Refusal) => void,
  ) {
    this.#review = review;
    this.#onTaken = onTaken;
  }

  /** The last good one of this profile, else of clients without capabilities; undefined before the first. */
  current(key: string): Inventory | undefined {
    return (this.#slots.get(key) ?? this.#slots.get(''))?.current;
  }

  /** Whether this profile, and not only clients without capabilities, was ever listed. */
  has(key: string): boolean {
    return this.#slots.get(key)?.current !== undefined;
  }

  isFresh(key: string): boolean {
    const slot = this.#slots.get(key);
    if (slot?.current === undefined || !slot.isFresh) return false;
    return Date.now() - slot.current.takenAt < slot.current.ttlMs;
  }

  /** The server says that its lists have changed. True: they may be taken again in the background now. */
  changed(key: string): boolean {
    const slot = this.#slots.get(key);
    if (slot === undefined) return false;
    slot.isFresh = false;
    return Date.now() - (slot.current?.takenAt ?? 0) > RELIST_MS;
  }

  /** Nothing is known to be current any more: the server was connected anew, or has gone. */
  expire(): void {
    for (const slot of this.#slots.values()) {
      slot.isFresh = false;
      // What failed on the last link says nothing of the next.
      slot.retryAt = 0;
    }
  }

  /** Takes the inventory by `take` unless that is under way, or failed a moment ago; undefined: it could not be tried. */
  async settle(key: string, take: () => Promise<Inventory | Refusal | undefined>): Promise<void> {
    const slot = this.#slot(key);
    if (Date.now() < slot.retryAt) return;
    slot.taking ??= this.#take(slot, take).finally(() => {
      slot.taking = null;
    });
    await slot.taking;
  }

  async #take(slot: Slot, take: () => Promise<Inventory | Refusal | undefined>): Promise<void> {
    // A change announced while the list is being taken makes it stale again, so set this first.
    slot.isFresh = true;
    const taken = await take();
    if (taken === undefined || isRefusal(taken)) slot.isFresh = false;
    if (taken === undefined) return;
    if (isRefusal(taken)) slot.retryAt = Date.now() + RETRY_MS;
    else {
      slot.current = await this.#review(taken);
      slot.taken = taken;
    }
    this.#onTaken(taken);
  }

  /** What counts in a review has changed: everything is reviewed again as it was taken. */
  async reviewAgain(): Promise<void> {
    for (const slot of this.#slots.values()) {
      const { taken } = slot;
      if (taken === undefined) continue;
      const reviewed = await this.#review(taken);
      // Taken anew meanwhile, it was reviewed by what counts now.
      if (slot.taken === taken) slot.current = reviewed;
    }
  }

  #slot(key: string): Slot {
    const kept = this.#slots.get(key);
    if (kept !== undefined) return kept;
    if (this.#slots.size >= PROFILES_MAX) this.#forgetOldest();
    const slot = { taken: undefined, current: undefined, isFresh: false, taking: null, retryAt: 0 };
    this.#slots.set(key, slot);
    return slot;
  }

  /** Forgets the profile listed longest ago, but never what clients without capabilities see. */
  #forgetOldest(): void {
    for (const key of this.#slots.keys()) {
      if (key === '') continue;
      this.#slots.delete(key);
      return;
    }
  }
}
