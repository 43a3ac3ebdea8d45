/**
 * One link for each caller (`pool.mode: caller`): kept between calls and sessions of that caller, several requests at a
 * time on it, no other caller's ever.
 *
 * Only for what needs nothing of the client; the rest of a caller's calls run on leases that only the same caller gets
 * next. Bounded with them by `pool.max`: the link unused for longest gives way to a newcomer. What one link has no room for
 * queues as it does for shared ones, fairly among the sessions of that caller. A link that ends while calls wait for it is
 * opened again for them, unless it has ended early more than once.
 */

import type { Logger } from 'pino';
import { isRefusal } from '../model.ts';
import { Kind, type Message } from '../protocol/message.ts';
import { type Refusal, refuse } from '../protocol/refusal.ts';
import { notSupported } from './ask.ts';
import type { ServerConfig } from './config.ts';
import type { Place, Queued, Share } from './fair-queue.ts';
import type { Lease, LeaseHolder } from './lease.ts';
import type { LeasePool } from './lease-pool.ts';
import type { Link } from './link.ts';
import { NO_PROFILE } from './profile.ts';
import { Restarts } from './restarts.ts';
import { Turns } from './turns.ts';

/** What one caller has at this server. */
interface Own {
  readonly callerId: string;
  readonly turns: Turns;
  readonly restarts: Restarts;
  /** The link, or none. */
  readonly links: Link[];
  lease: Lease | null;
  opening: Promise<Link | Refusal> | null;
}

export class CallerLinks implements LeaseHolder {
  readonly #name: string;
  readonly #config: ServerConfig;
  readonly #pool: LeasePool;
  readonly #log: Logger;
  readonly #isWornOut: (lease: Lease) => boolean;
  readonly #owns = new Map<string, Own>();

  /** The leases of `pool` without capabilities have a `crowd`. */
  constructor(
    name: string,
    config: ServerConfig,
    pool: LeasePool,
    log: Logger,
    isWornOut: (lease: Lease) => boolean,
  ) {
    this.#name = name;
    this.#config = config;
    this.#pool = pool;
    this.#log = log;
    this.#isWornOut = isWornOut;
  }

  #own(callerId: string): Own {
    const known = this.#owns.get(callerId);
    if (known !== undefined) return known;
    const links: Link[] = [];
    const turns = new Turns(this.#name, this.#config, links, null, this.#log);
    const own = {
      ...{ callerId, turns, links, restarts: new Restarts() },
      ...{ lease: null, opening: null },
    };
    this.#owns.set(callerId, own);
    return own;
  }

  /** Whether this caller has a link. */
  isOpen(callerId: string): boolean {
    return this.#owns.get(callerId)?.links[0]?.isLive === true;
  }

  /** Calls that wait for room on the links of their callers. */
  get waiting(): number {
    let sum = 0;
    for (const { turns } of this.#owns.values()) sum += turns.waiting;
    return sum;
  }

  share(key: string, callerId: string): Share {
    return this.#own(callerId).turns.share(key);
  }

  take(share: Share, callerId: string): Link | undefined {
    return this.#owns.get(callerId)?.turns.take(share);
  }

  queue(queued: Queued, share: Share, callerId: string, bytes: number): Place | Refusal {
    const own = this.#own(callerId);
    const { startMs, pool } = this.#config;
    const isOpen = this.isOpen(callerId);
    if (!isOpen && own.opening === null) return this.#unavailable(own);
    return own.turns.queue(queued, share, bytes, isOpen ? pool.waitMs : startMs + pool.waitMs);
  }

  /** This caller's link, opened if need be. */
  async open(callerId: string): Promise<Link | Refusal> {
    const own = this.#own(callerId);
    const [link] = own.links;
    if (link?.isLive === true) return link;
    if (own.restarts.waitMs(Date.now()) > 0) return this.#unavailable(own);
    return this.#open(own);
  }

  #open(own: Own): Promise<Link | Refusal> {
    own.opening ??= this.#connect(own).finally(() => {
      own.opening = null;
      own.turns.serve();
    });
    return own.opening;
  }

  async #connect(own: Own): Promise<Link | Refusal> {
    const lease = await this.#pool.take(NO_PROFILE, own.callerId);
    if (isRefusal(lease)) {
      own.turns.refuse(lease);
      return lease;
    }
    if (!lease.isLive) {
      own.turns.refuse(this.#unavailable(own));
      return this.#unavailable(own);
    }
    own.lease = lease;
    own.links[0] = lease.link;
    lease.hold(this);
    lease.listen();
    return lease.link;
  }

  #unavailable(own: Own): Refusal {
    const { restarts } = own;
    const loop = restarts.isLooping ? ` It has failed ${restarts.failures} times in a row.` : '';
    const words = `The caller's process of the server "${this.#name}" has ended.${loop}`;
    const retryAfterMs = restarts.waitMs(Date.now());
    return refuse('backend_unavailable', words, { server: this.#name, retryAfterMs });
  }

  /** Lets go of those that are worn out and have nothing under way, and forgets callers that have nothing here. */
  sweep(now: number): void {
    for (const own of [...this.#owns.values()]) {
      const { lease, turns, opening, restarts, callerId } = own;
      turns.forget();
      if (turns.waiting > 0 || opening !== null) continue;
      if (lease === null) {
        if (restarts.waitMs(now) === 0) this.#owns.delete(callerId);
      } else if (lease.inFlight === 0 && this.#isWornOut(lease)) {
        this.#owns.delete(callerId);
        this.#pool.end(lease);
      }
    }
  }

  close(refusal: Refusal): void {
    for (const { turns } of this.#owns.values()) turns.close(refusal);
  }

  onLeaseMessage(lease: Lease, message: Message): void {
    // It declared no capabilities; a log or an update reaches clients by leases and shared links only.
    if (message.kind === Kind.request) lease.link.post(notSupported(message));
  }

  onLeaseSettled(lease: Lease): void {
    this.#owns.get(lease.callerId)?.turns.serve();
  }

  onLeaseClose(lease: Lease): void {
    const own = this.#owns.get(lease.callerId);
    if (own === undefined || own.lease !== lease) return;
    own.lease = null;
    own.links.length = 0;
    // One that lives was taken away, as nobody used it.
    if (lease.isLive) return;
    const now = Date.now();
    const livedMs = now - lease.openedAt;
    own.restarts.ended(now, livedMs);
    if (own.turns.waiting === 0) return;
    if (own.restarts.waitMs(now) > 0) own.turns.refuse(this.#unavailable(own));
    else void this.#open(own);
  }

  isAsking(): boolean {
    return false;
  }

  canSpare(lease: Lease): boolean {
    return this.#owns.get(lease.callerId)?.turns.waiting === 0;
  }
}
