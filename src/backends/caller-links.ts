/**
 * One link for each caller (`pool.mode: caller`): kept between calls and sessions of that caller, several requests at a
 * time on it, no other caller's ever.
 *
 * Only for what needs nothing of the client; the rest of a caller's calls run on leases that only the same caller gets
 * next. Bounded with them by `pool.max`: the link unused for longest gives way to a newcomer.
 */

import { isRefusal } from '../model.ts';
import { Kind, type Message } from '../protocol/message.ts';
import type { Refusal } from '../protocol/refusal.ts';
import { notSupported } from './ask.ts';
import type { Lease, LeaseHolder } from './lease.ts';
import type { LeasePool } from './lease-pool.ts';
import type { Link } from './link.ts';
import { NO_PROFILE } from './profile.ts';

export class CallerLinks implements LeaseHolder {
  readonly #pool: LeasePool;
  readonly #isWornOut: (lease: Lease) => boolean;
  readonly #leases = new Map<string, Lease>();
  readonly #opening = new Map<string, Promise<Link | Refusal>>();

  constructor(pool: LeasePool, isWornOut: (lease: Lease) => boolean) {
    this.#pool = pool;
    this.#isWornOut = isWornOut;
  }

  /** This caller's link; undefined while there is none. */
  link(callerId: string): Link | undefined {
    const lease = this.#leases.get(callerId);
    return lease?.isLive === true ? lease.link : undefined;
  }

  /** This caller's link, opened if need be. */
  async open(callerId: string): Promise<Link | Refusal> {
    const link = this.link(callerId);
    if (link !== undefined) return link;
    let opening = this.#opening.get(callerId);
    if (opening === undefined) {
      opening = this.#open(callerId).finally(() => this.#opening.delete(callerId));
      this.#opening.set(callerId, opening);
    }
    return opening;
  }

  async #open(callerId: string): Promise<Link | Refusal> {
    const lease = await this.#pool.take(NO_PROFILE, callerId);
    if (isRefusal(lease)) return lease;
    this.#leases.set(callerId, lease);
    lease.hold(this);
    lease.listen();
    return lease.link;
  }

  /** Lets go of those that are worn out and have nothing under way. */
  sweep(): void {
    for (const lease of [...this.#leases.values()]) {
      if (lease.inFlight > 0 || !this.#isWornOut(lease)) continue;
      this.#leases.delete(lease.callerId);
      this.#pool.end(lease);
    }
  }

  onLeaseMessage(lease: Lease, message: Message): void {
    // It declared no capabilities; a log or an update reaches clients by leases and shared links only.
    if (message.kind === Kind.request) lease.link.post(notSupported(message));
  }

  onLeaseClose(lease: Lease): void {
    if (this.#leases.get(lease.callerId) === lease) this.#leases.delete(lease.callerId);
  }

  canSpare(): boolean {
    return true;
  }
}
