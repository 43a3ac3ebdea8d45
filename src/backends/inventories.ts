/**
 * The inventories of one server, one per capability profile: how fresh each is, and over which link it is taken.
 *
 * A stale inventory is shown until a better one is there, and a failed attempt never replaces a good one: a list that
 * could not be taken is no reason to believe that there are no tools. Takes each at most once at a time.
 */

import type { Logger } from 'pino';
import { isRefusal } from '../model.ts';
import type { Era } from '../protocol/eras.ts';
import { type Refusal, refuse } from '../protocol/refusal.ts';
import type { ServerConfig } from './config.ts';
import { type Inventory, takeInventory } from './inventory.ts';
import { type Lease, NOBODY } from './lease.ts';
import type { Link } from './link.ts';
import { NO_PROFILE, type Profile } from './profile.ts';

/** The server, as far as its lists are taken from it. */
interface Listed {
  readonly config: ServerConfig;
  readonly era: Era | undefined;
  openShared(): Promise<Link | Refusal>;
  lease(profile: Profile, callerId: string): Promise<Lease | Refusal>;
  end(lease: Lease): void;
}

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
  readonly #server: Listed;
  readonly #log: Logger;
  readonly #review: (taken: Inventory) => Promise<Inventory>;
  readonly #onTaken: (taken: Inventory | Refusal) => void;

  /** `review` says what of it is shown; `onTaken` hears of every attempt that reached the server. */
  constructor(
    server: Listed,
    log: Logger,
    review: (taken: Inventory) => Promise<Inventory>,
    onTaken: (taken: Inventory | Refusal) => void,
  ) {
    this.#server = server;
    this.#log = log;
    this.#review = review;
    this.#onTaken = onTaken;
  }

  /** A modern server answers every profile alike; a legacy one fixes its lists by what `initialize` declared. */
  #keyOf(profile: Profile): string {
    const alike = this.#server.era === 'modern' || this.#server.config.pool.mode === 'shared';
    return alike ? '' : profile.key;
  }

  /** The last good one of this profile, else of clients without capabilities; undefined before the first. */
  current(profile: Profile): Inventory | undefined {
    return (this.#slots.get(this.#keyOf(profile)) ?? this.#slots.get(''))?.current;
  }

  /** Whether this profile, and not only clients without capabilities, was ever listed. */
  has(profile: Profile): boolean {
    return this.#slots.get(this.#keyOf(profile))?.current !== undefined;
  }

  isFresh(profile: Profile): boolean {
    const slot = this.#slots.get(this.#keyOf(profile));
    if (slot?.current === undefined || !slot.isFresh) return false;
    return Date.now() - slot.current.takenAt < slot.current.ttlMs;
  }

  /** The server says that its lists have changed. True: they may be taken again in the background now. */
  changed(profile: Profile): boolean {
    const slot = this.#slots.get(this.#keyOf(profile));
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

  /** Takes the inventory unless that is under way, or failed a moment ago. */
  async settle(profile: Profile): Promise<void> {
    const key = this.#keyOf(profile);
    const slot = this.#slot(key);
    if (Date.now() < slot.retryAt) return;
    slot.taking ??= this.#fill(slot, key === '' ? NO_PROFILE : profile).finally(() => {
      slot.taking = null;
    });
    await slot.taking;
  }

  async #fill(slot: Slot, profile: Profile): Promise<void> {
    // A change announced while the list is being taken makes it stale again, so set this first.
    slot.isFresh = true;
    const taken = await this.#take(profile);
    if (taken === undefined || isRefusal(taken)) slot.isFresh = false;
    if (taken === undefined) return;
    if (isRefusal(taken)) slot.retryAt = Date.now() + RETRY_MS;
    else {
      slot.current = await this.#review(taken);
      slot.taken = taken;
    }
    this.#onTaken(taken);
  }

  /** Undefined where it could not be tried. */
  async #take(profile: Profile): Promise<Inventory | Refusal | undefined> {
    const lease = profile === NO_PROFILE ? undefined : await this.#server.lease(profile, '');
    if (isRefusal(lease)) return undefined;
    lease?.hold(NOBODY);
    const link = lease === undefined ? await this.#server.openShared() : lease.link;
    if (isRefusal(link)) return undefined;
    let inventory = await this.#listsOf(link);
    // Of one that has ended, as when its session is lost, the server itself is asked again, once.
    if (isRefusal(inventory) && lease === undefined && !link.isLive) {
      const next = await this.#server.openShared();
      if (!isRefusal(next)) inventory = await this.#listsOf(next);
    }
    // Not kept for a client: this process was told that nobody answers its questions, and some ask only once.
    if (lease !== undefined) this.#server.end(lease);
    return inventory;
  }

  #listsOf(link: Link): Promise<Inventory | Refusal> {
    const { timeoutMs, lists } = this.#server.config;
    return takeInventory(link, timeoutMs, lists.ttlMs).catch((error: unknown) => {
      // Taken in the background, where nobody catches, from what a stranger wrote.
      this.#log.error({ err: error }, 'lists could not be read, by a bug of the gateway');
      return refuse('backend_unavailable', "The server's lists could not be read.");
    });
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
