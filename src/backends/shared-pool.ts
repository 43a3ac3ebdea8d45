/**
 * The shared links of one server: kept open, opened again with back-off when they end, more of them while calls queue,
 * fewer when they idle, and each replaced when it is worn out, or runs elsewhere than it was meant to. Whose call goes on which is in `turns.ts`.
 *
 * A link is in `#links` while it is given out and in `#draining` from then on until its last request is settled.
 */

import type { Logger } from 'pino';
import { isRefusal } from '../model.ts';
import type { Message } from '../protocol/message.ts';
import { type Refusal, refuse } from '../protocol/refusal.ts';
import type { ServerConfig } from './config.ts';
import { CrowdLimit } from './crowd-limit.ts';
import type { Endpoint } from './endpoints.ts';
import type { Place, Queued, Share } from './fair-queue.ts';
import type { Counters, Link, LinkOwner } from './link.ts';
import { Restarts } from './restarts.ts';
import { Turns } from './turns.ts';
import { WayBack } from './way-back.ts';

/** What the pool needs of the server that it belongs to. */
export interface SharedHost {
  readonly counters: Counters;
  /** At the first endpoint that can be reached, or at this one and no other. */
  connect(owner: LinkOwner, only?: Endpoint): Promise<Link | Refusal>;
  onMessage(link: Link, message: Message): void;
  /** The first link, on which changes are heard, is now another one, or gone. */
  onFirst(link: Link | undefined, wasThere: boolean): void;
  /** A link came back where there was none for a while: lists may have changed. */
  onRestarted(): void;
  /** True where `pool.max` allows one more. */
  hasRoom(): boolean;
}

/** When each link was opened, and whether its successor is under way. */
interface Age {
  readonly openedAt: number;
  isWornOut: boolean;
}

export class SharedPool implements LinkOwner {
  readonly #name: string;
  readonly #config: ServerConfig;
  readonly #host: SharedHost;
  readonly #log: Logger;
  readonly #links: Link[] = [];
  readonly #draining = new Map<Link, NodeJS.Timeout>();
  readonly #ages = new WeakMap<Link, Age>();
  readonly #turns: Turns;
  readonly #wayBack: WayBack;
  readonly #callsMax: number;
  readonly restarts = new Restarts();
  #opening: Promise<Link | Refusal> | null = null;
  #retryTimer: NodeJS.Timeout | null = null;
  #lost = 0;
  #isClosed = false;
  /** Why there is no link. */
  fault: Refusal | undefined;

  constructor(name: string, config: ServerConfig, host: SharedHost, log: Logger) {
    this.#name = name;
    this.#config = config;
    this.#host = host;
    this.#log = log;
    this.#callsMax = config.pool.recycle.calls ?? Number.POSITIVE_INFINITY;
    // Checked as it is used: a process that is busy would be far beyond its calls before the next sweep.
    const onChosen = (link: Link) => {
      if (link.sent >= this.#callsMax) this.wearOut(link, 'it has served recycle.calls requests');
    };
    this.#turns = new Turns(name, config, this.#links, onChosen, log);
    this.#wayBack = new WayBack(
      this.#links,
      (endpoint) => host.connect(this, endpoint),
      (astray, link) => this.#replace(astray, link),
    );
  }

  get counters(): Counters {
    return this.#host.counters;
  }

  get first(): Link | undefined {
    return this.#links[0];
  }

  /** Processes or connections: open, ending and about to be. */
  get count(): number {
    const coming = (this.#opening === null ? 0 : 1) + (this.#wayBack.isConnecting ? 1 : 0);
    return this.#links.length + this.#draining.size + coming;
  }

  get inFlight(): number {
    let sum = 0;
    for (const link of this.all()) sum += link.inFlight;
    return sum;
  }

  get queued(): number {
    return this.#turns.waiting;
  }

  *all(): Iterable<Link> {
    yield* this.#links;
    yield* this.#draining.keys();
  }

  // === calls ===

  share(key: string): Share {
    return this.#turns.share(key);
  }

  /** A link with room for one more request of this caller; undefined where it has to queue. */
  take(share: Share): Link | undefined {
    return this.#turns.take(share);
  }

  /** The live link with the fewest requests in flight, be there room or not. */
  least(): Link | undefined {
    let best: Link | undefined;
    // One that is just dying is still here while its requests fail.
    for (const link of this.#links) {
      if (link.isLive && (best === undefined || link.inFlight < best.inFlight)) best = link;
    }
    return best;
  }

  /** A place in the queue, from which `queued` is served or refused later; or why there is none. */
  queue(queued: Queued, share: Share, bytes: number): Place | Refusal {
    if (this.#isClosed) return this.unavailable();
    if (this.isBackedOff) return this.unavailable();
    // Those that come while the server starts wait for that, too.
    const { startMs, pool } = this.#config;
    const waitMs = this.#links.length === 0 ? startMs + pool.waitMs : pool.waitMs;
    const place = this.#turns.queue(queued, share, bytes, waitMs);
    this.#grow();
    return place;
  }

  // === opening ===

  /** A link, opened if need be, whatever its load; while restarting is backed off, refuses at once. */
  async open(): Promise<Link | Refusal> {
    const link = this.least();
    if (link !== undefined) return link;
    return this.isBackedOff ? this.unavailable() : this.#open();
  }

  #open(): Promise<Link | Refusal> {
    this.#opening ??= this.#connect().finally(() => {
      this.#opening = null;
      this.#turns.serve();
      this.#keep();
    });
    return this.#opening;
  }

  async #connect(): Promise<Link | Refusal> {
    if (this.#isClosed) return this.unavailable();
    const link = await this.#host.connect(this);
    if (isRefusal(link)) {
      this.#fail(link);
      return this.unavailable();
    }
    if (this.#isClosed || !link.isLive) {
      void link.close();
      return this.unavailable();
    }
    this.#add(link);
    this.fault = undefined;
    if (this.#lost > 0) {
      this.#lost -= 1;
      this.restarts.count += 1;
    }
    if (this.#links.length === 1) this.#host.onFirst(link, false);
    this.#retireWornOut();
    this.#wayBack.look();
    return link;
  }

  #add(link: Link): void {
    this.#ages.set(link, { openedAt: Date.now(), isWornOut: false });
    link.crowd = new CrowdLimit(this.#config.pool.pending, Date.now, this.first?.crowd);
    this.#links.push(link);
    this.#log.info({ era: link.era, version: link.version }, 'server connected');
  }

  /** As many as are always kept, and one more while calls wait and find no room. */
  #keep(): void {
    if (this.#isClosed || this.#waitMs() > 0) return;
    const isShort = this.#links.length > 0 && this.#links.length < this.#config.pool.size;
    // In a later turn: whoever waited for the link that was just opened goes first.
    if (isShort) setImmediate(() => void this.#open());
    else this.#grow();
  }

  #grow(): void {
    if (this.#isClosed || this.#opening !== null || this.#turns.waiting === 0) return;
    if (this.#waitMs() > 0) return;
    const isShort = this.#turns.waiting > this.#turns.free() && this.#host.hasRoom();
    if (this.#links.length === 0 || isShort) void this.#open();
  }

  #fail(refusal: Refusal): void {
    const retryInMs = this.restarts.failed(Date.now());
    if (this.#links.length < this.#config.pool.size) this.fault = refusal;
    const { code, words, detail } = refusal;
    this.#log.warn(
      { code, why: words, detail, retryInMs: Math.round(retryInMs) },
      'server is not available',
    );
    if (this.#links.length === 0) this.#turns.refuse(this.unavailable());
    this.#retrySoon(retryInMs);
  }

  #retrySoon(delayMs: number): void {
    if (this.#isClosed || this.#retryTimer !== null) return;
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = null;
      if (this.#isClosed || this.#links.length >= this.#config.pool.size) return;
      // Take the inventory in the background, so that the first list after a restart is not the slow one.
      void this.#open().then((link) => {
        if (!isRefusal(link)) this.#host.onRestarted();
      });
    }, delayMs);
    this.#retryTimer.unref();
  }

  /** There is no link, and it is too early to try for one again. */
  get isBackedOff(): boolean {
    return this.#links.length === 0 && this.#opening === null && this.#waitMs() > 0;
  }

  #waitMs(): number {
    return this.restarts.waitMs(Date.now());
  }

  unavailable(): Refusal {
    const { restarts, fault } = this;
    const why = fault === undefined ? '' : ` ${fault.words}`;
    const loop = restarts.isLooping ? ` It has failed ${restarts.failures} times in a row.` : '';
    return refuse(
      'backend_unavailable',
      `The server "${this.#name}" is not available.${why}${loop}`,
      {
        server: this.#name,
        retryAfterMs: this.#waitMs(),
      },
    );
  }

  // === what links say ===

  onMessage(link: Link, message: Message): void {
    this.#host.onMessage(link, message);
  }

  onSettled(link: Link): void {
    if (this.#turns.waiting > 0) this.#turns.serve();
    if (this.#draining.size > 0 && link.inFlight === 0) this.#drained(link);
  }

  onClose(link: Link, why: string): void {
    const timer = this.#draining.get(link);
    if (timer !== undefined) clearTimeout(timer);
    this.#draining.delete(link);
    const at = this.#links.indexOf(link);
    if (at < 0) return;
    this.#links.splice(at, 1);
    if (this.#links.length === 0)
      this.fault = refuse('backend_unavailable', `The connection ended: ${why}.`);
    if (at === 0) this.#host.onFirst(this.#links[0], true);
    if (this.#isClosed) return;
    this.#lost += 1;
    const now = Date.now();
    // A remote server forgets sessions when it is deployed anew, and is none the worse for it.
    const isLocal = this.#config.kind === 'stdio';
    const livedMs = isLocal ? now - this.#ages.get(link)!.openedAt : SETTLED_MS;
    const retryInMs = this.restarts.ended(now, livedMs);
    this.#log.warn({ why, crashLoop: this.restarts.isLooping }, 'server connection ended');
    if (this.#links.length === 0 && this.restarts.retryAt > now)
      this.#turns.refuse(this.unavailable());
    this.#retrySoon(retryInMs);
    this.#grow();
  }

  // === wearing out, shrinking ===

  /** Has a link replaced: its successor first, then it gets no more requests, then it ends. */
  wearOut(link: Link, why: string): void {
    const age = this.#ages.get(link);
    if (age === undefined || age.isWornOut || this.#isClosed) return;
    age.isWornOut = true;
    this.#log.info({ why }, 'process is replaced');
    if (this.#opening === null && this.#waitMs() === 0) void this.#open();
  }

  /** One is enough for each successor that has come. */
  #retireWornOut(): void {
    const at = this.#links.findIndex((link) => this.#ages.get(link)!.isWornOut);
    if (at >= 0 && this.#links.length > 1) this.#retire(at);
  }

  /** Make before break, for a link that runs elsewhere than it was meant to. */
  #replace(old: Link, link: Link): void {
    const at = this.#links.indexOf(old);
    if (this.#isClosed || !link.isLive || at < 0) {
      void link.close();
      return;
    }
    this.#add(link);
    this.#log.info({}, 'server is back at an endpoint that failed before');
    this.#retire(at, true);
    this.#turns.serve();
  }

  /** No more requests for it; it ends with the last that it has, or when that has run out of time. */
  #retire(at: number, isElsewhere = false): void {
    const [link] = this.#links.splice(at, 1);
    // Elsewhere, lists may be others.
    if (at === 0) this.#host.onFirst(this.#links[0], !isElsewhere);
    if (at === 0 && isElsewhere) this.#host.onRestarted();
    const timer = setTimeout(() => this.#drained(link!), this.#config.timeoutMs);
    this.#draining.set(link!, timer.unref());
    if (link!.inFlight === 0) this.#drained(link!);
  }

  #drained(link: Link): void {
    const timer = this.#draining.get(link);
    if (timer === undefined) return;
    clearTimeout(timer);
    // Counted until it is gone: `max` bounds processes, also those that are slow to leave.
    void link.close().finally(() => this.#draining.delete(link));
  }

  /** Ends one that was opened for a queue and has nothing to do; true if there was one. */
  makeRoom(): boolean {
    const at = this.#links.findLastIndex((link) => link.inFlight === 0);
    if (at < 0 || this.#links.length <= this.#config.pool.size || this.#turns.waiting > 0)
      return false;
    this.#retire(at);
    return true;
  }

  sweep(now: number): void {
    this.#turns.forget();
    const { idleMs, size, recycle } = this.#config.pool;
    for (const link of [...this.#links]) {
      const ageMs = now - this.#ages.get(link)!.openedAt;
      const isIdle = link.inFlight === 0 && now - link.usedAt > idleMs;
      if (isIdle && this.#links.length > size) this.#retire(this.#links.indexOf(link));
      else if (recycle.ageMs !== undefined && ageMs > recycle.ageMs) {
        this.wearOut(link, 'it is older than recycle.ageMs');
      }
      if (ageMs > SETTLED_MS) this.restarts.settled();
    }
    const worn = this.#links.some((link) => this.#ages.get(link)!.isWornOut);
    if (worn && this.#opening === null && this.#waitMs() === 0) void this.#open();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#retryTimer !== null) clearTimeout(this.#retryTimer);
    this.#wayBack.close();
    this.#turns.close(this.unavailable());
    const links = [...this.all()];
    for (const timer of this.#draining.values()) clearTimeout(timer);
    this.#links.length = 0;
    await Promise.all(links.map((link) => link.close()));
  }
}

/** A link that lives so long ends a series of failures. */
const SETTLED_MS = 10_000;
