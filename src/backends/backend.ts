/**
 * One configured MCP server: its shared links, its leases, and what it offers.
 *
 * Shared links carry everything that needs nothing from the client; they are opened at start, kept, and opened again
 * with back-off when they die. Leases (see `lease.ts`) carry the rest. A server that dies keeps its last good
 * inventory, marked stale: tools that vanish from a list without a word are worse than tools that answer
 * "not available".
 */

import type { Logger } from 'pino';
import { isRefusal } from '../model.ts';
import type { Era } from '../protocol/eras.ts';
import { Kind, type Message } from '../protocol/message.ts';
import type { Refusal } from '../protocol/refusal.ts';
import { ask, notSupported } from './ask.ts';
import { CallerLinks } from './caller-links.ts';
import type { ServerConfig } from './config.ts';
import type { BackendHost, BackendListener, BackendStats, Status } from './contract.ts';
import { CrowdLimit } from './crowd-limit.ts';
import type { Endpoint, EndpointReport } from './endpoints.ts';
import type { Place, Queued, Share } from './fair-queue.ts';
import { connect, type Door, doorOf } from './handshake.ts';
import { Health } from './health.ts';
import { Inventories } from './inventories.ts';
import type { Inventory } from './inventory.ts';
import type { Known } from './known.ts';
import type { Lease } from './lease.ts';
import { LeasePool } from './lease-pool.ts';
import type { Counters, Link, LinkOwner } from './link.ts';
import { probeLink } from './prober.ts';
import { NO_PROFILE, type Profile } from './profile.ts';
import { Recycling } from './recycling.ts';
import { type SharedHost, SharedPool } from './shared-pool.ts';
import { CallPolicies } from './tool-policy.ts';
import { LIST_CHANGES, Watch } from './watch.ts';

/** A server that answers no ping is not waited for longer than this. */
const PING_MS = 1_000;
const SHARED_PART = 0.75;

export class Backend {
  readonly name: string;
  readonly config: ServerConfig;
  /** How its calls are treated. */
  readonly policies: CallPolicies;
  readonly #listener: BackendListener;
  readonly #door: Door;
  readonly #log: Logger;
  readonly #counters: Counters = { late: 0, unknown: 0, faults: 0, unexpected: 0 };
  readonly #shared: SharedPool;
  readonly #leases: LeasePool;
  /** One link for each caller; null in the modes that have none. */
  readonly #callers: CallerLinks | null;
  readonly #recycling: Recycling;
  readonly #health: Health;
  readonly #inventories: Inventories;
  readonly #watch: Watch;
  #known: Known | undefined;
  #hello: Record<string, unknown> | undefined;
  /** Why lists could not be taken. */
  #listFault: Refusal | undefined;
  #hung = 0;
  #closed = false;
  #started: Promise<void> | null = null;
  /** Whether the first attempt to reach the server is over. */
  hasStarted = false;

  constructor(name: string, config: ServerConfig, host: BackendHost) {
    this.name = name;
    this.config = config;
    this.policies = new CallPolicies(name, config);
    this.#listener = host.listener;
    this.#log = host.log.child({ server: name });
    this.#door = doorOf(name, config, this.#log, host.environment);
    this.#recycling = new Recycling(config.pool.recycle, (link, why) => {
      this.#shared.wearOut(link, why);
    });
    this.#shared = new SharedPool(name, config, this.#sharedHost(), this.#log);
    this.#leases = new LeasePool(name, config.pool, config.pool.waitMs, {
      connect: (profile, lease) => this.#connectLease(profile, lease),
      onListChanged: (method, profile) => this.#listChanged(method, profile),
      sharedCount: () => this.#shared.count,
      makeRoom: () => this.#shared.makeRoom(),
      isWornOut: (lease) => this.#recycling.isWornOut(lease.link, lease.openedAt, Date.now()),
      counters: this.#counters,
    });
    this.#callers =
      config.pool.mode === 'caller'
        ? new CallerLinks(name, config, this.#leases, this.#log, (lease) =>
            this.#recycling.isWornOut(lease.link, lease.openedAt, Date.now()),
          )
        : null;
    const { silentMs = config.timeoutMs, answerMs } = config.pool;
    this.#health = new Health(
      () => this.#allLinks(),
      this.isPipe ? silentMs : 0,
      answerMs,
      (link) => this.#onHang(link),
    );
    const review =
      host.review ?? ((_server: string, inventory: Inventory) => Promise.resolve(inventory));
    this.#inventories = new Inventories(
      this,
      this.#log,
      (taken) => review(name, taken),
      (taken) => this.#taken(taken),
    );
    this.#watch = new Watch((message) => this.onMessage(null, message), this.#log);
  }

  #sharedHost(): SharedHost {
    const { pool } = this.config;
    // Personal links keep a quarter of the room, however many calls queue for shared ones.
    const sharedMax = pool.mode === 'shared' ? pool.max : Math.ceil(pool.max * SHARED_PART);
    return {
      counters: this.#counters,
      connect: (owner, only) => this.#connect(NO_PROFILE, owner, only),
      onMessage: (link, message) => this.onMessage(link, message),
      onFirst: (link, wasThere) => this.#onFirst(link, wasThere),
      onRestarted: () => void this.settle(NO_PROFILE),
      hasRoom: () => {
        const { count } = this.#shared;
        return count < sharedMax && count + this.#leases.count < pool.max;
      },
    };
  }

  get era(): Era | undefined {
    return this.#known?.era;
  }

  /** The DiscoverResult or InitializeResult of the last connection; undefined before the first. */
  get hello(): Record<string, unknown> | undefined {
    return this.#hello;
  }

  get fault(): Refusal | undefined {
    return this.#shared.fault ?? this.#listFault;
  }

  get version(): string | undefined {
    return this.#shared.first?.version;
  }

  get status(): Status {
    if (this.config.disabled) return 'disabled';
    if (this.#shared.first !== undefined) return 'ready';
    return this.#shared.fault === undefined ? 'starting' : 'down';
  }

  /** Where the server can be had, and which of these places fail; empty where there is only one. */
  get endpoints(): readonly EndpointReport[] {
    const { all } = this.#door.endpoints;
    return all.length < 2 ? [] : all.map((one) => one.report());
  }

  /** True on a pipe: there, logs of two requests cannot be told apart in either era. */
  get isPipe(): boolean {
    return this.config.kind === 'stdio';
  }

  /** Opens the shared links and takes the inventory. Resolves when the first attempt is over, well or not. */
  start(): Promise<void> {
    this.#started ??= this.#start().finally(() => {
      this.hasStarted = true;
    });
    return this.#started;
  }

  async #start(): Promise<void> {
    if (this.config.disabled) return;
    this.#health.start();
    const link = await this.#shared.open();
    if (isRefusal(link)) return;
    const { mode } = this.config.pool;
    if (mode === 'session' || mode === 'caller') this.#leases.warmUp();
    await this.settle(NO_PROFILE);
  }

  // === links for calls ===

  /** What this caller has in flight and waiting here. `key` tells apart those who are to be served fairly. */
  share(key: string, callerId: string): Share {
    return this.#callers === null ? this.#shared.share(key) : this.#callers.share(key, callerId);
  }

  /** A link for a call that needs nothing of its client, if one has room for it now. */
  take(share: Share, callerId: string): Link | undefined {
    return this.#callers === null ? this.#shared.take(share) : this.#callers.take(share, callerId);
  }

  /** A place in the queue for such a link, or why there is none. */
  queue(queued: Queued, share: Share, callerId: string, bytes: number): Place | Refusal {
    return this.#callers === null
      ? this.#shared.queue(queued, share, bytes)
      : this.#callers.queue(queued, share, callerId, bytes);
  }

  /** How long until a process that has just failed is started again, where there is no other; 0 where calls can go. */
  get backOffMs(): number {
    return this.#shared.isBackedOff ? this.#shared.restarts.waitMs(Date.now()) : 0;
  }

  /** Whether a call has to wait for a link to be opened before it can so much as queue. */
  mustOpen(callerId: string): boolean {
    return this.#callers !== null && !this.#callers.isOpen(callerId);
  }

  /** Opens what calls of this caller run on. */
  async open(callerId: string): Promise<Refusal | undefined> {
    if (this.#callers === null) return undefined;
    const link = this.#shared.isBackedOff
      ? this.#shared.unavailable()
      : await this.#callers.open(callerId);
    return isRefusal(link) ? link : undefined;
  }

  /** A shared link for what the gateway itself asks, whatever its load; while restarting is backed off, refuses at once. */
  openShared(): Promise<Link | Refusal> {
    return this.#shared.open();
  }

  async #connect(profile: Profile, owner: LinkOwner, only?: Endpoint): Promise<Link | Refusal> {
    const link = await connect(this.#door, profile.capabilities, owner, only);
    if (isRefusal(link)) return link;
    this.#known = link.known;
    if (this.config.probe !== undefined) probeLink(link, this.config.probe);
    return link;
  }

  async #connectLease(profile: Profile, lease: Lease): Promise<Link | Refusal> {
    const link = await this.#connect(profile, lease);
    // Such a lease may become a link of its caller, on which many calls run at a time.
    if (!isRefusal(link) && this.#callers !== null && profile === NO_PROFILE) {
      link.crowd = new CrowdLimit(this.config.pool.pending, Date.now);
    }
    // Servers that want roots ask right after the handshake and go on by the answer. What they say stands in order,
    // so once a ping is answered, the question has been heard.
    if (!isRefusal(link) && link.era === 'legacy' && Object.hasOwn(profile.capabilities, 'roots')) {
      await ask(link, 'ping', {}, PING_MS);
    }
    return link;
  }

  // === what shared links say ===

  /** The link on which changes are heard is another one, the first again, or gone. */
  #onFirst(link: Link | undefined, wasThere: boolean): void {
    if (link !== undefined) {
      this.#hello = link.hello;
      this.#watch.follow(link);
    }
    if (link !== undefined && wasThere) return;
    this.#inventories.expire();
    this.#listener.onInventory(this);
  }

  onMessage(link: Link | null, message: Message): void {
    if (message.kind === Kind.request) {
      // A shared link declared no capabilities, so a server has nothing to ask of it.
      link?.post(notSupported(message));
      return;
    }
    if (LIST_CHANGES.has(message.method)) {
      this.#listChanged(message.method, NO_PROFILE);
    } else if (message.method === 'notifications/resources/updated') {
      this.#listener.onUpdated(this, message);
    }
  }

  #listChanged(method: string, profile: Profile): void {
    if (this.#inventories.changed(profile)) void this.settle(profile);
    this.#listener.onListChanged(this, method);
  }

  subscribe(uri: string): void {
    this.#watch.subscribe(uri);
  }

  unsubscribe(uri: string): void {
    this.#watch.unsubscribe(uri);
  }

  // === inventories ===

  /** The last good inventory for this profile; undefined before the first. */
  inventory(profile: Profile): Inventory | undefined {
    return this.#inventories.current(profile);
  }

  /** Whether this profile, and not only clients without capabilities, was ever listed. */
  hasListed(profile: Profile): boolean {
    return this.#inventories.has(profile);
  }

  /** Whether what `inventory` gives is known to be of the running server. */
  isFresh(profile: Profile): boolean {
    return this.#inventories.isFresh(profile);
  }

  /** What the server says of how to use it, as far as it is shown; '' before its lists were reviewed. */
  get instructions(): string {
    return this.#inventories.current(NO_PROFILE)?.instructions ?? '';
  }

  /** What counts in a review has changed. */
  async reviewAgain(): Promise<void> {
    await this.#inventories.reviewAgain();
    this.#listener.onInventory(this);
  }

  /** Takes the inventory if there is none or it may have changed; resolves when that is over, well or not. */
  async settle(profile: Profile): Promise<void> {
    if (this.config.disabled || this.#closed || this.isFresh(profile)) return;
    const isDown = this.hasStarted && this.#shared.first === undefined;
    // One that fails again and again is not waited for: its next start goes on in the background.
    if (isDown && this.#shared.isBackedOff) {
      void this.openShared();
      return;
    }
    if (this.era === undefined) await this.openShared();
    await this.#inventories.settle(profile);
  }

  #taken(taken: Inventory | Refusal): void {
    if (isRefusal(taken)) {
      this.#listFault = taken;
      this.#log.warn({ why: taken.words }, 'lists could not be taken; the last good ones stay');
      return;
    }
    this.#listFault = undefined;
    this.#listener.onInventory(this);
  }

  // === leases ===

  /** A link for one holder alone. */
  lease(profile: Profile, callerId: string): Promise<Lease | Refusal> {
    // A server that fails again and again is not started for each call.
    if (this.#shared.isBackedOff) return Promise.resolve(this.#shared.unavailable());
    return this.#leases.take(profile, callerId);
  }

  /** Puts a lease back for the next call of the same caller. */
  release(lease: Lease): void {
    this.#leases.release(lease);
  }

  /** Ends a lease whose state must not outlive its holder. */
  end(lease: Lease): void {
    this.#leases.end(lease);
  }

  /**
   * The end of a session that held this lease. In mode `caller` the next session of the same caller gets it, unless its
   * server has learnt roots or a log level, which are of the client that has gone.
   */
  leave(lease: Lease): void {
    const isKept = this.#callers !== null && lease.isLive && lease.inFlight === 0;
    const knowsClient = lease.logLevel !== '' || Object.hasOwn(lease.profile.capabilities, 'roots');
    if (isKept && !knowsClient) this.release(lease);
    else this.end(lease);
  }

  // === upkeep ===

  /** Ends what nobody has used for `pool.idleMs` and replaces what is worn out. Called by the gateway's sweep. */
  sweep(now: number): void {
    this.#shared.sweep(now);
    this.#callers?.sweep(now);
    this.#leases.sweep(now);
    void this.#recycling.weigh(this.#allLinks());
  }

  *#allLinks(): Iterable<Link> {
    yield* this.#shared.all();
    for (const lease of this.#leases.all) yield lease.link;
  }

  #onHang(link: Link): void {
    this.#hung += 1;
    this.#log.warn({ pid: link.pid, inFlight: link.inFlight }, 'server hangs and is replaced');
  }

  get stats(): BackendStats {
    const shared = this.#shared;
    const { late, unknown, faults, unexpected } = this.#counters;
    return {
      processes: shared.count + this.#leases.count,
      personal: this.#leases.count - this.#leases.spares,
      spares: this.#leases.spares,
      inFlight: shared.inFlight + this.#leases.inFlight,
      queued: this.#queued + this.#leases.waiting,
      restarts: shared.restarts.count,
      crashLoop: shared.restarts.isLooping,
      hung: this.#hung,
      late,
      unknown,
      invalid: faults,
      unexpected,
    };
  }

  get #queued(): number {
    return this.#shared.queued + (this.#callers?.waiting ?? 0);
  }

  // === the end ===

  /** Closes once the requests in flight have been answered or have run out of time. */
  async retire(): Promise<void> {
    const until = Date.now() + this.config.timeoutMs;
    const calls = () => this.#shared.inFlight + this.#queued + this.#leases.inFlight;
    while (Date.now() < until && calls() > 0) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await this.close();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#health.stop();
    this.#callers?.close(this.#shared.unavailable());
    await Promise.all([this.#shared.close(), this.#leases.close()]);
  }
}
