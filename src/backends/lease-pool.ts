/**
 * The leases of one server: how many there may be, who gets the next, and which one must make room.
 *
 * Bounded by `pool.max` together with the shared links. A full pool first takes away the lease unused for longest whose
 * holder has nothing under way and whose client holds no stream: clients go without a word, and their sessions would
 * keep the newcomers out. Spares (`spares.ts`) go before those. Otherwise the newcomer waits, in order, for a bounded time.
 */

import { isRefusal } from '../model.ts';
import { type Refusal, refuse } from '../protocol/refusal.ts';
import { Lease } from './lease.ts';
import type { Counters, Link } from './link.ts';
import { NO_PROFILE, type Profile } from './profile.ts';
import { Spares } from './spares.ts';

/** What a pool needs of the server that it belongs to. */
export interface LeaseSource {
  connect(profile: Profile, lease: Lease): Promise<Link | Refusal>;
  onListChanged(method: string, profile: Profile): void;
  /** Shared links: they count against `pool.max` too. */
  sharedCount(): number;
  /** Ends a shared link that nobody needs, if there is one. */
  makeRoom(): boolean;
  /** Why this lease is not handed on: worn out. */
  isWornOut(lease: Lease): boolean;
  readonly counters: Counters;
}

interface Limits {
  readonly max: number;
  readonly idleMs: number;
  /** Spares; see `spares.ts`. */
  readonly warm: number;
}

interface Waiter {
  readonly profile: Profile;
  readonly callerId: string;
  readonly answer: (lease: Lease | Refusal) => void;
  readonly timer: NodeJS.Timeout;
}

const WAITERS_MAX = 256;
const WAITERS_PER_CALLER_MAX = 64;

export class LeasePool {
  readonly #name: string;
  readonly #limits: Limits;
  readonly #waitMs: number;
  readonly #source: LeaseSource;
  readonly #leases = new Set<Lease>();
  /** Leases without a holder, oldest first; reused only by their own caller and profile. */
  readonly #idle: Lease[] = [];
  readonly #waiters: Waiter[] = [];
  readonly #spares: Spares;
  #connecting = 0;
  #isClosed = false;
  #isServing = false;

  constructor(name: string, limits: Limits, waitMs: number, source: LeaseSource) {
    this.#name = name;
    this.#limits = limits;
    this.#waitMs = waitMs;
    this.#source = source;
    const hasRoom = () => this.#used < limits.max && this.#waiters.length === 0;
    this.#spares = new Spares(limits.warm, (profile) => this.#connect(profile, ''), hasRoom);
  }

  /** Processes or connections, spares and those being opened included. */
  get #used(): number {
    return this.#source.sharedCount() + this.count;
  }

  get count(): number {
    return this.#leases.size + this.#spares.count + this.#connecting;
  }

  get spares(): number {
    return this.#spares.count;
  }

  get waiting(): number {
    return this.#waiters.length;
  }

  get all(): Iterable<Lease> {
    return this.#leases;
  }

  /** Keeps spares for clients without capabilities from the start. */
  warmUp(): void {
    this.#spares.expect(NO_PROFILE);
    void this.#spares.refill();
  }

  get inFlight(): number {
    let sum = 0;
    for (const lease of this.#leases) sum += lease.inFlight;
    return sum;
  }

  /** An idle lease of the same caller and profile, or a new one, at once or when there is room. */
  take(profile: Profile, callerId: string): Promise<Lease | Refusal> {
    const at = this.#idle.findIndex(
      (lease) => lease.profile.key === profile.key && lease.callerId === callerId,
    );
    const idle = this.#idle[at];
    if (idle !== undefined) {
      this.#idle.splice(at, 1);
      return Promise.resolve(idle);
    }
    const spare = this.#spares.take(profile);
    setImmediate(() => void this.#spares.refill());
    if (spare !== undefined) {
      spare.adopt(callerId);
      this.#leases.add(spare);
      return Promise.resolve(spare);
    }
    return this.#hasRoom() ? this.#open(profile, callerId) : this.#wait(profile, callerId);
  }

  async #open(profile: Profile, callerId: string): Promise<Lease | Refusal> {
    const lease = await this.#connect(profile, callerId);
    if (isRefusal(lease)) this.#serveNext();
    else this.#leases.add(lease);
    return lease;
  }

  async #connect(profile: Profile, callerId: string): Promise<Lease | Refusal> {
    const { counters, onListChanged } = this.#source;
    const forget = (closed: Lease) => this.#forget(closed);
    const lease = new Lease(profile, callerId, counters, onListChanged, forget, this.#onSettled);
    this.#connecting += 1;
    const link = await this.#source.connect(profile, lease);
    this.#connecting -= 1;
    if (isRefusal(link) || this.#isClosed) {
      if (!isRefusal(link)) void link.close();
      const why = isRefusal(link) ? link.words : 'It is being stopped.';
      const words = `The server "${this.#name}" is not available. ${why}`;
      return refuse('backend_unavailable', words, { server: this.#name });
    }
    lease.connected(link);
    return lease;
  }

  #wait(profile: Profile, callerId: string): Promise<Lease | Refusal> {
    const own = this.#waiters.filter((waiter) => waiter.callerId === callerId).length;
    const isFull = this.#waiters.length >= WAITERS_MAX || own >= WAITERS_PER_CALLER_MAX;
    if (isFull || this.#isClosed) return Promise.resolve(this.#full());
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        resolve(this.#full());
      }, this.#waitMs);
      const waiter = { profile, callerId, answer: resolve, timer };
      this.#waiters.push(waiter);
    });
  }

  #full(): Refusal {
    const words = `The server "${this.#name}" has no free process for this call (pool.max is ${this.#limits.max}).`;
    return refuse('busy', words, { server: this.#name, retryAfterMs: 1000 });
  }

  /** Puts a lease back for the next call of the same caller. */
  release(lease: Lease): void {
    lease.letGo();
    if (!lease.isLive || this.#isClosed) return;
    if (this.#source.isWornOut(lease)) {
      this.end(lease);
      return;
    }
    this.#idle.push(lease);
    this.#serveNext();
  }

  /** A lease may have nothing under way any more, and give way to somebody who waits. */
  readonly #onSettled = (lease: Lease): void => {
    // In a later turn: whoever was answered is still to be taken off the books of its session.
    if (this.#waiters.length > 0 && lease.inFlight === 0) setImmediate(() => this.#serveNext());
  };

  /** Ends a lease whose state must not outlive its holder. */
  end(lease: Lease): void {
    lease.letGo();
    this.#forget(lease);
    void lease.link.close();
  }

  #forget(lease: Lease): void {
    this.#leases.delete(lease);
    this.#spares.forget(lease);
    const at = this.#idle.indexOf(lease);
    if (at >= 0) this.#idle.splice(at, 1);
    this.#serveNext();
  }

  /** Who holds the fewest comes first, and among those who has waited for longest: a flood waits for the others. */
  #next(): Waiter | undefined {
    const held = new Map<string, number>();
    for (const { callerId } of this.#leases) held.set(callerId, (held.get(callerId) ?? 0) + 1);
    const heldBy = ({ callerId }: Waiter) => held.get(callerId) ?? 0;
    let next = this.#waiters[0];
    for (const waiter of this.#waiters) if (heldBy(waiter) < heldBy(next!)) next = waiter;
    return next;
  }

  /** Gives the next who waits what has just become free. */
  #serveNext(): void {
    // Taking a lease away to make room ends its link, which comes back here before the room is used.
    if (this.#waiters.length === 0 || this.#isClosed || this.#isServing) return;
    const waiter = this.#next()!;
    const own = this.#idle.some(
      (lease) => lease.profile.key === waiter.profile.key && lease.callerId === waiter.callerId,
    );
    this.#isServing = true;
    const hasRoom = own || this.#hasRoom();
    this.#isServing = false;
    if (!hasRoom) return;
    this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
    clearTimeout(waiter.timer);
    void this.take(waiter.profile, waiter.callerId).then(waiter.answer);
  }

  /** True when one more fits, if need be because another one was taken away. */
  #hasRoom(): boolean {
    const used = this.#used;
    if (used < this.#limits.max) return true;
    const spare = this.#spares.evict();
    if (spare !== undefined) void spare.link.close();
    if (spare !== undefined || this.#source.makeRoom()) return used - 1 < this.#limits.max;
    let oldest: Lease | undefined;
    for (const lease of this.#leases) {
      if (!lease.isSpare) continue;
      if (oldest === undefined || lease.link.usedAt < oldest.link.usedAt) oldest = lease;
    }
    if (oldest === undefined) return false;
    this.#takeAway(oldest, 'another client needs its place');
    // Somebody who waited may have been given it already.
    return this.#used < this.#limits.max;
  }

  /** The holder hears of it and gets another link when it next needs one. */
  #takeAway(lease: Lease, why: string): void {
    const { holder } = lease;
    lease.letGo();
    this.#leases.delete(lease);
    const at = this.#idle.indexOf(lease);
    if (at >= 0) this.#idle.splice(at, 1);
    holder?.onLeaseClose(lease, why);
    void lease.link.close();
  }

  sweep(now: number): void {
    for (const lease of [...this.#leases]) {
      const isUsed = lease.inFlight > 0 || now - lease.link.usedAt <= this.#limits.idleMs;
      const isLeft = lease.inFlight === 0 && lease.holder === null && this.#idle.includes(lease);
      if (!isUsed) this.#takeAway(lease, 'it was idle');
      else if (isLeft && this.#source.isWornOut(lease)) this.#takeAway(lease, 'it was worn out');
    }
    void this.#spares.refill();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const waiter of this.#waiters.splice(0)) {
      clearTimeout(waiter.timer);
      waiter.answer(this.#full());
    }
    const links = [...this.#leases, ...this.#spares.close()].map((lease) => lease.link);
    this.#leases.clear();
    this.#idle.length = 0;
    await Promise.all(links.map((link) => link.close()));
  }
}
