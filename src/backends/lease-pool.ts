/**
 * The leases of one server: how many there may be, who gets the next, and which one must make room.
 *
 * Bounded by `pool.max` together with the shared links. A full pool first takes away the lease unused for longest whose
 * holder has nothing under way and whose client holds no stream: clients go without a word, and their sessions would
 * keep the newcomers out. Otherwise the newcomer waits, in order, for a bounded time.
 */

import { isRefusal } from '../model.ts';
import { type Refusal, refuse } from '../protocol/refusal.ts';
import { Lease } from './lease.ts';
import type { Link } from './link.ts';
import type { Profile } from './profile.ts';

/** What a pool needs of the server that it belongs to. */
export interface LeaseSource {
  connect(profile: Profile, lease: Lease): Promise<Link | Refusal>;
  onListChanged(method: string, profile: Profile): void;
  /** Shared links: they count against `pool.max` too. */
  sharedCount(): number;
}

interface Limits {
  readonly max: number;
  readonly idleMs: number;
}

interface Waiter {
  readonly profile: Profile;
  readonly callerId: string;
  readonly answer: (lease: Lease | Refusal) => void;
  readonly timer: NodeJS.Timeout;
}

const WAITERS_MAX = 256;

export class LeasePool {
  readonly #name: string;
  readonly #limits: Limits;
  readonly #waitMs: number;
  readonly #source: LeaseSource;
  readonly #leases = new Set<Lease>();
  /** Leases without a holder, oldest first; reused only by their own caller and profile. */
  readonly #idle: Lease[] = [];
  readonly #waiters: Waiter[] = [];
  #connecting = 0;
  #isClosed = false;

  constructor(name: string, limits: Limits, waitMs: number, source: LeaseSource) {
    this.#name = name;
    this.#limits = limits;
    this.#waitMs = waitMs;
    this.#source = source;
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
    return this.#hasRoom() ? this.#open(profile, callerId) : this.#wait(profile, callerId);
  }

  async #open(profile: Profile, callerId: string): Promise<Lease | Refusal> {
    const lease = new Lease(profile, callerId, this.#source.onListChanged, (closed) =>
      this.#forget(closed),
    );
    this.#connecting += 1;
    const link = await this.#source.connect(profile, lease);
    this.#connecting -= 1;
    if (isRefusal(link) || this.#isClosed) {
      if (!isRefusal(link)) void link.close();
      this.#serveNext();
      const why = isRefusal(link) ? link.words : 'It is being stopped.';
      const words = `The server "${this.#name}" is not available. ${why}`;
      return refuse('backend_unavailable', words, { server: this.#name });
    }
    lease.connected(link);
    this.#leases.add(lease);
    return lease;
  }

  #wait(profile: Profile, callerId: string): Promise<Lease | Refusal> {
    if (this.#waiters.length >= WAITERS_MAX || this.#isClosed) return Promise.resolve(this.#full());
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
    this.#idle.push(lease);
    this.#serveNext();
  }

  /** Ends a lease whose state must not outlive its holder. */
  end(lease: Lease): void {
    lease.letGo();
    this.#forget(lease);
    void lease.link.close();
  }

  #forget(lease: Lease): void {
    this.#leases.delete(lease);
    const at = this.#idle.indexOf(lease);
    if (at >= 0) this.#idle.splice(at, 1);
    this.#serveNext();
  }

  /** Gives the first who waits what has just become free. */
  #serveNext(): void {
    const waiter = this.#waiters[0];
    if (waiter === undefined || this.#isClosed) return;
    const own = this.#idle.some(
      (lease) => lease.profile.key === waiter.profile.key && lease.callerId === waiter.callerId,
    );
    if (!own && !this.#hasRoom()) return;
    this.#waiters.shift();
    clearTimeout(waiter.timer);
    void this.take(waiter.profile, waiter.callerId).then(waiter.answer);
  }

  /** True when one more fits, if need be because another one was taken away. */
  #hasRoom(): boolean {
    const used = this.#source.sharedCount() + this.#leases.size + this.#connecting;
    if (used < this.#limits.max) return true;
    let oldest: Lease | undefined;
    for (const lease of this.#leases) {
      if (!lease.isSpare) continue;
      if (oldest === undefined || lease.link.usedAt < oldest.link.usedAt) oldest = lease;
    }
    if (oldest === undefined) return false;
    this.#takeAway(oldest, 'another client needs its place');
    return used - 1 < this.#limits.max;
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
      if (!isUsed) this.#takeAway(lease, 'it was idle');
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const waiter of this.#waiters.splice(0)) {
      clearTimeout(waiter.timer);
      waiter.answer(this.#full());
    }
    const links = [...this.#leases].map((lease) => lease.link);
    this.#leases.clear();
    this.#idle.length = 0;
    await Promise.all(links.map((link) => link.close()));
  }
}
