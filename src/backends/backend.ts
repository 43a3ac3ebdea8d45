/**
 * One configured MCP server: its shared links, its leases, and what it offers.
 *
 * Shared links carry everything that needs nothing from the client; they are opened at start, kept, and opened again
 * with back-off when they die. Leases (see `lease.ts`) carry the rest. A server that dies keeps its last good
 * inventory, marked stale: tools that vanish from a list without a word are worse than tools that answer
 * "not available".
 */

import type { Logger } from 'pino';
import { backoffMs } from '../lib/backoff.ts';
import { isRefusal } from '../model.ts';
import type { Era } from '../protocol/eras.ts';
import { Kind, type Message } from '../protocol/message.ts';
import { type Refusal, refuse } from '../protocol/refusal.ts';
import { ask, notSupported } from './ask.ts';
import type { ServerConfig } from './config.ts';
import { connect, type Known } from './handshake.ts';
import { Inventories } from './inventories.ts';
import { type Inventory, takeInventory } from './inventory.ts';
import { type Lease, NOBODY } from './lease.ts';
import { LeasePool } from './lease-pool.ts';
import type { Link, LinkOwner } from './link.ts';
import { NO_PROFILE, type Profile } from './profile.ts';
import { CallPolicies } from './tool-policy.ts';
import { LIST_CHANGES, Watch } from './watch.ts';

/** What a backend tells the gateway of its own accord. */
export interface BackendListener {
  /** `method` is notifications/{tools,prompts,resources}/list_changed. */
  onListChanged(backend: Backend, method: string): void;
  onUpdated(backend: Backend, message: Message): void;
  /** An inventory was taken anew, or its server came or went: catalogues built before are out of date. */
  onInventory(backend: Backend): void;
}

/** What every backend of a gateway is given. */
export interface BackendHost {
  readonly listener: BackendListener;
  readonly log: Logger;
  /** What children inherit from, as far as it is safe. */
  readonly environment: NodeJS.ProcessEnv;
}

export type Status = 'starting' | 'ready' | 'down' | 'disabled';

const RESTART_MAX_MS = 30_000;
/** A server that answers no ping is not waited for longer than this. */
const PING_MS = 1_000;
export class Backend implements LinkOwner {
  readonly name: string;
  readonly config: ServerConfig;
  /** How its calls are treated. */
  readonly policies: CallPolicies;
  readonly #listener: BackendListener;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #log: Logger;
  readonly #links: Link[] = [];
  readonly #leases: LeasePool;
  readonly #inventories: Inventories;
  readonly #watch: Watch;
  #known: Known | undefined;
  #hello: Record<string, unknown> | undefined;
  #opening: Promise<Link | Refusal> | null = null;
  #failures = 0;
  #retryAt = 0;
  #retryTimer: NodeJS.Timeout | null = null;
  #fault: Refusal | undefined;
  #closed = false;
  #started: Promise<void> | null = null;
  /** Whether the first attempt to reach the server is over. */
  hasStarted = false;

  constructor(name: string, config: ServerConfig, host: BackendHost) {
    this.name = name;
    this.config = config;
    this.policies = new CallPolicies(name, config);
    this.#listener = host.listener;
    this.#environment = host.environment;
    this.#log = host.log.child({ server: name });
    this.#leases = new LeasePool(name, config.pool, config.startMs, {
      connect: (profile, lease) => this.#connectLease(profile, lease),
      onListChanged: (method, profile) => this.#listChanged(method, profile),
      sharedCount: () => this.#links.length,
    });
    this.#inventories = new Inventories((taken) => this.#taken(taken));
    this.#watch = new Watch((message) => this.onMessage(null, message), this.#log);
  }

  get era(): Era | undefined {
    return this.#known?.era;
  }

  /** The DiscoverResult or InitializeResult of the last connection; undefined before the first. */
  get hello(): Record<string, unknown> | undefined {
    return this.#hello;
  }

  get fault(): Refusal | undefined {
    return this.#fault;
  }

  get version(): string | undefined {
    return this.#links[0]?.version;
  }

  get status(): Status {
    if (this.config.disabled) return 'disabled';
    if (this.#links.length > 0) return 'ready';
    return this.#fault === undefined ? 'starting' : 'down';
  }

  /** True on a pipe: there, logs of two requests cannot be told apart in either era. */
  get isPipe(): boolean {
    return 'command' in this.config;
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
    const link = await this.#openShared();
    if (!isRefusal(link)) await this.settle(NO_PROFILE);
  }

  /** The live shared link with the fewest requests in flight; undefined while there is none. */
  sharedLink(): Link | undefined {
    const links = this.#links;
    let best = links[0];
    for (let i = 1; i < links.length; i++) {
      const link = links[i]!;
      if (link.inFlight < best!.inFlight) best = link;
    }
    return best;
  }

  /** A shared link, opened if need be; while restarting is backed off, refuses at once. */
  async openShared(): Promise<Link | Refusal> {
    const link = this.sharedLink();
    if (link !== undefined) return link;
    if (this.#opening === null && Date.now() < this.#retryAt) return this.#unavailable();
    return this.#openShared();
  }

  #openShared(): Promise<Link | Refusal> {
    this.#opening ??= this.#connectShared().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  async #connectShared(): Promise<Link | Refusal> {
    if (this.#closed) return this.#unavailable();
    const link = await this.#connect(NO_PROFILE, this);
    if (isRefusal(link)) {
      this.#fail(link);
      return this.#unavailable();
    }
    if (this.#closed || !link.isLive) {
      void link.close();
      return this.#unavailable();
    }
    this.#failures = 0;
    this.#fault = undefined;
    this.#hello = link.hello;
    this.#links.push(link);
    if (this.#links.length === 1) {
      this.#watch.follow(link);
      this.#inventories.expire();
      this.#listener.onInventory(this);
    }
    this.#log.info({ era: link.era, version: link.version }, 'server connected');
    if (this.#links.length < this.config.pool.size) setImmediate(() => void this.#openShared());
    return link;
  }

  async #connect(profile: Profile, owner: LinkOwner): Promise<Link | Refusal> {
    const { capabilities } = profile;
    const link = await connect(
      this.name,
      this.config,
      capabilities,
      owner,
      this.#known,
      this.#log,
      this.#environment,
    );
    if (!isRefusal(link)) this.#known = link.known;
    return link;
  }

  async #connectLease(profile: Profile, lease: Lease): Promise<Link | Refusal> {
    const link = await this.#connect(profile, lease);
    // Servers that want roots ask right after the handshake and go on by the answer. What they say stands in order,
    // so once a ping is answered, the question has been heard.
    if (!isRefusal(link) && link.era === 'legacy' && Object.hasOwn(profile.capabilities, 'roots')) {
      await ask(link, 'ping', {}, PING_MS);
    }
    return link;
  }

  #fail(refusal: Refusal): void {
    const delay = backoffMs(this.#failures, 250, RESTART_MAX_MS, Math.random());
    this.#failures += 1;
    this.#fault = refusal;
    this.#retryAt = Date.now() + delay;
    this.#log.warn(
      { code: refusal.code, why: refusal.words, detail: refusal.detail, retryInMs: delay },
      'server is not available',
    );
    this.#retrySoon(delay);
  }

  #retrySoon(delayMs: number): void {
    if (this.#closed || this.#retryTimer !== null) return;
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = null;
      if (this.#closed || this.#links.length >= this.config.pool.size) return;
      // Take the inventory in the background, so that the first list after a restart is not the slow one.
      void this.#openShared().then((link) => {
        if (!isRefusal(link)) void this.settle(NO_PROFILE);
      });
    }, delayMs);
    this.#retryTimer.unref();
  }

  #unavailable(): Refusal {
    const waitMs = Math.max(0, this.#retryAt - Date.now());
    const why = this.#fault === undefined ? '' : ` ${this.#fault.words}`;
    return refuse('backend_unavailable', `The server "${this.name}" is not available.${why}`, {
      server: this.name,
      retryAfterMs: waitMs,
    });
  }

  // === what shared links say ===

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

  onClose(link: Link, why: string): void {
    const at = this.#links.indexOf(link);
    if (at < 0) return;
    this.#links.splice(at, 1);
    if (this.#links.length === 0) {
      this.#fault = refuse('backend_unavailable', `The connection ended: ${why}.`);
      this.#inventories.expire();
      this.#listener.onInventory(this);
    } else if (at === 0) {
      this.#watch.follow(this.#links[0]!);
    }
    if (this.#closed) return;
    this.#log.warn({ why }, 'server connection ended');
    this.#retrySoon(backoffMs(this.#failures, 50, RESTART_MAX_MS, Math.random()));
  }

  #listChanged(method: string, profile: Profile): void {
    if (this.#inventories.changed(this.#keyOf(profile))) void this.settle(profile);
    this.#listener.onListChanged(this, method);
  }

  subscribe(uri: string): void {
    this.#watch.subscribe(uri);
  }

  unsubscribe(uri: string): void {
    this.#watch.unsubscribe(uri);
  }

  // === inventories ===

  /** A modern server answers every profile alike; a legacy one fixes its lists by what `initialize` declared. */
  #keyOf(profile: Profile): string {
    const alike = this.era === 'modern' || this.config.pool.mode === 'shared';
    return alike ? '' : profile.key;
  }

  /** The last good inventory for this profile; undefined before the first. */
  inventory(profile: Profile): Inventory | undefined {
    return this.#inventories.current(this.#keyOf(profile));
  }

  /** Whether this profile, and not only clients without capabilities, was ever listed. */
  hasListed(profile: Profile): boolean {
    return this.#inventories.has(this.#keyOf(profile));
  }

  /** Whether what `inventory` gives is known to be of the running server. */
  isFresh(profile: Profile): boolean {
    return this.#inventories.isFresh(this.#keyOf(profile));
  }

  /** Takes the inventory if there is none or it may have changed; resolves when that is over, well or not. */
  async settle(profile: Profile): Promise<void> {
    if (this.config.disabled || this.#closed || this.isFresh(profile)) return;
    // One that is known to be down is not waited for: its next start goes on in the background.
    if (this.hasStarted && this.#links.length === 0) {
      void this.openShared();
      return;
    }
    if (this.era === undefined) await this.openShared();
    const key = this.#keyOf(profile);
    await this.#inventories.settle(key, () => this.#take(key === '' ? NO_PROFILE : profile));
  }

  async #take(profile: Profile): Promise<Inventory | Refusal | undefined> {
    const lease = profile === NO_PROFILE ? undefined : await this.lease(profile, '');
    if (isRefusal(lease)) return undefined;
    lease?.hold(NOBODY);
    const link = lease === undefined ? await this.openShared() : lease.link;
    if (isRefusal(link)) return undefined;
    const inventory = await takeInventory(
      link,
      this.config.timeoutMs,
      this.config.lists.ttlMs,
    ).catch((error: unknown) => {
      // Taken in the background, where nobody catches, from what a stranger wrote.
      this.#log.error({ err: error }, 'lists could not be read, by a bug of the gateway');
      return refuse('backend_unavailable', "The server's lists could not be read.");
    });
    // Not kept for a client: this process was told that nobody answers its questions, and some ask only once.
    if (lease !== undefined) this.end(lease);
    return inventory;
  }

  #taken(taken: Inventory | Refusal): void {
    if (isRefusal(taken)) {
      this.#fault = taken;
      this.#log.warn({ why: taken.words }, 'lists could not be taken; the last good ones stay');
      return;
    }
    // Connected again is said elsewhere; here only the lists can have been at fault.
    if (this.#links.length > 0) this.#fault = undefined;
    this.#listener.onInventory(this);
  }

  // === leases ===

  /** A link for one holder alone. */
  lease(profile: Profile, callerId: string): Promise<Lease | Refusal> {
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

  /** Ends leases that nobody has used for `pool.idleMs`. Called by the gateway's sweep. */
  sweep(now: number): void {
    this.#leases.sweep(now);
  }

  // === the end ===

  /** Closes once the requests in flight have been answered or have run out of time. */
  async retire(): Promise<void> {
    const until = Date.now() + this.config.timeoutMs;
    const calls = () => {
      const shared = this.#links.reduce((sum, link) => sum + link.inFlight, 0);
      // Our own stream of changes is in flight for ever and waits for nobody.
      return shared + this.#leases.inFlight - (this.#watch.isListening ? 1 : 0);
    };
    while (Date.now() < until && calls() > 0) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await this.close();
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#retryTimer !== null) clearTimeout(this.#retryTimer);
    const links = this.#links.splice(0);
    await Promise.all([...links.map((link) => link.close()), this.#leases.close()]);
  }
}
