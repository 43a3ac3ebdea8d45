/**
 * A link that belongs to one session or one call alone.
 *
 * On a legacy link, and for logs on any pipe, what the server says carries no reference to the request that caused
 * it, so two clients on one link could be shown each other's prompts and logs. Whatever needs the client (sampling,
 * elicitation, roots, logs, tasks) therefore runs on a lease.
 */

import { Kind, type Message } from '../protocol/message.ts';
import { notSupported } from './ask.ts';
import type { Counters, Link, LinkOwner } from './link.ts';
import type { Profile } from './profile.ts';
import { LIST_CHANGES, Watch } from './watch.ts';

/** Who holds a lease: takes what its server says about no request in particular. */
export interface LeaseHolder {
  onLeaseMessage(lease: Lease, message: Message): void;
  onLeaseClose(lease: Lease, why: string): void;
  /** A request was answered or given up: there is room for another. */
  onLeaseSettled?(lease: Lease): void;
  /** Whether a question of the server waits for the client: until it is answered the server owes nothing. */
  isAsking(lease: Lease): boolean;
  /** Whether the link may be taken away for somebody who needs one now: nothing is under way and nobody listens. */
  canSpare(lease: Lease): boolean;
}

export class Lease implements LinkOwner {
  readonly profile: Profile;
  readonly counters: Counters;
  readonly openedAt = Date.now();
  #callerId: string;
  readonly #onListChanged: (method: string, profile: Profile) => void;
  readonly #onClosed: (lease: Lease) => void;
  readonly #onSettled: (lease: Lease) => void;
  readonly #watch = new Watch((message) => this.onMessage(this.link, message), null);
  #link: Link | null = null;
  #holder: LeaseHolder | null = null;
  /** What the server said before anybody held the lease: some ask for roots right after the handshake. */
  #early: Message[] | null = [];
  /** The level that the server was told to log at; '' for its default. */
  logLevel = '';

  constructor(
    profile: Profile,
    callerId: string,
    counters: Counters,
    onListChanged: (method: string, profile: Profile) => void,
    onClosed: (lease: Lease) => void,
    onSettled: (lease: Lease) => void,
  ) {
    this.profile = profile;
    this.#callerId = callerId;
    this.counters = counters;
    this.#onListChanged = onListChanged;
    this.#onClosed = onClosed;
    this.#onSettled = onSettled;
  }

  /** Whose it is; '' while it is kept ready for whoever comes. */
  get callerId(): string {
    return this.#callerId;
  }

  /** Nobody has used it: it becomes this caller's. */
  adopt(callerId: string): void {
    this.#callerId = callerId;
  }

  /** The link; set once, right after it was connected with this lease as its owner. */
  get link(): Link {
    if (this.#link === null) throw new Error('a lease is used before it is connected');
    return this.#link;
  }

  connected(link: Link): void {
    this.#link = link;
  }

  get holder(): LeaseHolder | null {
    return this.#holder;
  }

  /** From now on this holder hears what the server says, beginning with what it has said already. */
  hold(holder: LeaseHolder): void {
    this.#holder = holder;
    const early = this.#early ?? [];
    this.#early = null;
    for (const message of early) holder.onLeaseMessage(this, message);
  }

  /** Hears of changes, for a holder that stays: this process may be the only one in which they happen. */
  listen(): void {
    this.#watch.follow(this.link);
  }

  subscribe(uri: string): void {
    this.#watch.subscribe(uri);
  }

  unsubscribe(uri: string): void {
    this.#watch.unsubscribe(uri);
  }

  get inFlight(): number {
    return this.link.inFlight;
  }

  letGo(): void {
    this.#holder = null;
  }

  get isLive(): boolean {
    return this.#link?.isLive === true;
  }

  /** Nobody holds it, or its holder has nothing under way. */
  get isSpare(): boolean {
    if (this.#link === null || this.inFlight > 0) return false;
    return this.#holder === null ? this.#early === null : this.#holder.canSpare(this);
  }

  onMessage(link: Link, message: Message): void {
    if (LIST_CHANGES.has(message.method)) this.#onListChanged(message.method, this.profile);
    else if (this.#holder !== null) this.#holder.onLeaseMessage(this, message);
    else if (this.#early !== null && this.#early.length < EARLY_MAX) this.#early.push(message);
    // Nobody is there to ask: a server left waiting would hold its call open for ever.
    else if (message.kind === Kind.request) link.post(notSupported(message));
  }

  get isAsking(): boolean {
    return this.#holder?.isAsking(this) === true;
  }

  onSettled(): void {
    if (this.#link === null) return;
    this.#holder?.onLeaseSettled?.(this);
    this.#onSettled(this);
  }

  onClose(_link: Link, why: string): void {
    this.#onClosed(this);
    this.#holder?.onLeaseClose(this, why);
    this.#holder = null;
  }
}

const EARLY_MAX = 64;

/** Holds a lease on which the gateway only asks for lists: there is no client to ask. */
export const NOBODY: LeaseHolder = {
  onLeaseMessage: (lease, message) => {
    if (message.kind === Kind.request) lease.link.post(notSupported(message));
  },
  onLeaseClose: () => {},
  isAsking: () => false,
  canSpare: () => false,
};
