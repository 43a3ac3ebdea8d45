/**
 * One legacy client's session: what it declared, what it has in flight, and what servers ask of it.
 *
 * Bound to its caller and route; the id authenticates nobody (2025-11-25 security best practices). Whatever a server
 * asks of the client goes out on exactly one stream and is answered to exactly that server.
 */

import { randomUUID } from 'node:crypto';
import {
  type Backend,
  type Lease,
  type LeaseHolder,
  notSupported,
  type Profile,
} from '../backends/backends.ts';
import { TextTable } from '../lib/text-table.ts';
import { type Caller, isRefusal } from '../model.ts';
import { Kind, type Message } from '../protocol/message.ts';
import { type Refusal, refuse } from '../protocol/refusal.ts';
import { withId } from '../protocol/splice.ts';
import { type About, Asks, CAPABILITY } from './asks.ts';
import type { Call } from './call.ts';
import type { FoundBeside } from './happening.ts';
import { digested, openLease } from './lease-call.ts';
import type { Relay } from './relay.ts';
import { InOrder, isShown, type Noting, type Reviewed, reviewSaid } from './review.ts';
import type { RouteView } from './route.ts';
import { Subscriptions } from './subscriptions.ts';

/** Requests of one session in flight. */
export const CALLS_MAX = 1_024;
const STOPPED = 'The operator has stopped it.';

export class Session implements LeaseHolder {
  /** 122 random bits, visible ASCII (2025-11-25 basic/transports). */
  readonly id = randomUUID();
  /** Another one of the same path after a reload. */
  route: RouteView;
  /** As it was when the session began. */
  readonly caller: Caller;
  /** As it was with its last request: of the same id, perhaps with another token. */
  presented: Caller;
  /** The negotiated legacy revision. */
  readonly version: string;
  readonly profile: Profile;
  /** The client's own name for itself, as JSON text, for servers that are told who asks. */
  readonly clientInfo: string;
  readonly openedAt: number;
  usedAt: number;
  /** Set by logging/setLevel; '' until then. */
  logLevel = '';
  /** Set by the edge while it has somewhere to put messages that belong to no request in flight. */
  stream: ((message: Buffer) => void) | null = null;
  /** Set by the edge while the client holds a stream of the session open: it is there, though it may be silent. */
  isAttached = false;
  /** Set by the gateway: hears what is found in messages that belong to no call. */
  onFound: ((found: FoundBeside) => void) | null = null;
  readonly onEnd = new Set<() => void>();
  /** Requests in flight by the client's id (raw JSON text). */
  readonly calls = new TextTable<Call>();
  /** Relays in flight on leases of this session, oldest first. */
  readonly relays = new Set<Relay>();
  readonly subscriptions = new Subscriptions((update) => this.announce(update));
  readonly #leases = new Map<Backend, Promise<Lease | Refusal>>();
  /** Whose leases they are. */
  readonly #servers = new WeakMap<Lease, string>();
  readonly #reviews = new InOrder();
  /** What servers ask of the client. */
  readonly asks = new Asks((message, about) => this.say(message, about));
  isEnded = false;

  constructor(
    route: RouteView,
    caller: Caller,
    version: string,
    profile: Profile,
    clientInfo: string,
    now: number,
  ) {
    this.route = route;
    this.caller = caller;
    this.presented = caller;
    this.version = version;
    this.profile = profile;
    this.clientInfo = clientInfo;
    this.openedAt = now;
    this.usedAt = now;
  }

  /** Whether the client said that it can be asked this. */
  can(method: string): boolean {
    const capability = CAPABILITY.get(method) ?? method.slice(0, method.indexOf('/'));
    // Own members only: a server may ask for "constructor/x".
    return Object.hasOwn(this.profile.capabilities, capability);
  }

  /** This session's own link to a server, opened at its first use and kept until the session ends. */
  lease(backend: Backend): Promise<Lease | Refusal> {
    const kept = this.#leases.get(backend);
    if (kept !== undefined) return kept;
    const opening = this.#open(backend);
    this.#leases.set(backend, opening);
    return opening;
  }

  async #open(backend: Backend): Promise<Lease | Refusal> {
    // Under its own id, unless configured otherwise: what another client of the same caller left in a process is not
    // this session's.
    const holder = backend.config.pool.mode === 'caller' ? this.caller.id : this.id;
    const lease = await openLease(backend, this.profile, holder, this.logLevel);
    if ('code' in lease) {
      this.#leases.delete(backend);
      return lease;
    }
    // It ended while it was told the log level, when nobody held it who would have heard.
    if (!lease.isLive) {
      this.#leases.delete(backend);
      return refuse('backend_unavailable', undefined, { server: backend.name });
    }
    if (!this.isEnded) {
      this.#servers.set(lease, backend.name);
      lease.hold(this);
      lease.listen();
      this.subscriptions.move(backend, lease);
      // A server that asks for roots right after the handshake answers its first call by them.
      if (this.asks.hasOf(lease)) {
        await this.asks.quiet();
        await digested(lease);
      }
    }
    if (!this.isEnded) return lease;
    backend.end(lease);
    return refuse('unknown_session');
  }

  /** Servers that were stopped: they ask nothing more and hear nothing more, also not what was asked before. */
  leave(isStopped: (server: string) => boolean): void {
    for (const [backend, opening] of this.#leases) {
      if (!isStopped(backend.name)) continue;
      this.#leases.delete(backend);
      void opening.then((lease) => {
        if (isRefusal(lease)) return;
        this.asks.dropOf(lease, STOPPED);
        backend.end(lease);
      });
    }
  }

  /** Every lease that is open or opening. */
  get leases(): Iterable<[Backend, Promise<Lease | Refusal>]> {
    return this.#leases;
  }

  // === what the servers of its leases say ===

  onLeaseMessage(lease: Lease, message: Message): void {
    const { inspection } = this.route;
    if (!inspection.readsResponses || !isShown(message)) {
      this.take(lease, message, null);
      return;
    }
    const server = this.#servers.get(lease) ?? '';
    // What nothing in flight on this link could have caused has a record of its own.
    const noting = this.#lastRelay(lease)?.call ?? this.noting(server, message.method);
    const reviewed = reviewSaid(inspection, message, { server, original: '' }, noting);
    const take = (said: Reviewed) => {
      if (!isRefusal(said)) this.take(lease, said, null);
      // A notification is left out; who asks must hear that nobody will answer.
      else if (message.kind === Kind.request && lease.isLive)
        lease.link.post(notSupported(message));
    };
    if (!(reviewed instanceof Promise) && !this.#reviews.isBusy) take(reviewed);
    else this.#reviews.take(reviewed, take, () => {});
  }

  /** For what is found in a message that belongs to no call. */
  noting(server: string, method: string): Noting {
    return (found) => {
      const { id: session, presented: caller, route } = this;
      const about = { session, caller, route: route.path, server, method, call: 0 };
      this.onFound?.({ kind: 'found', ...about, found });
    };
  }

  /** What passed inspection; `about` is the request that it is known to be about. */
  take(lease: Lease, message: Message, about: Relay | null): void {
    if (message.kind === Kind.request) {
      this.#forward(lease, message, about);
    } else if (message.method === 'notifications/cancelled') {
      const id = message.text(message.requestIdStart, message.requestIdEnd);
      this.asks.withdraw(lease, id, this.#soleRelay(lease));
    } else if (message.method === 'notifications/resources/updated') {
      this.subscriptions.updated(lease, message.uri);
    } else {
      this.say(message.bytes, about ?? this.#soleRelay(lease));
    }
  }

  onLeaseClose(lease: Lease): void {
    for (const [backend, opening] of this.#leases) {
      void opening.then((held) => {
        if (held === lease) this.#leases.delete(backend);
      });
    }
    this.asks.dropOf(lease, 'the server has gone');
  }

  /** Passes a server's request to the client under an id of ours, and the client's answer back under the server's. */
  #forward(lease: Lease, message: Message, about: Relay | null): void {
    const serverId = message.id;
    const no = (code: number, why: string) => {
      const error = JSON.stringify({ code, message: why });
      if (lease.isLive) {
        lease.link.post(Buffer.from(`{"jsonrpc":"2.0","id":${serverId},"error":${error}}`));
      }
    };
    if (!this.can(message.method)) {
      no(-32601, 'The client did not declare the capability for this request.');
      return;
    }
    for (const relay of this.relays) if (relay.lease === lease) relay.pause();
    const resume = () => {
      for (const relay of this.relays) if (relay.lease === lease) relay.resumeDeadline();
    };
    const asked = this.asks.ask(
      withId(message, this.asks.nextId).toBuffer(),
      about ?? this.#soleRelay(lease),
      {
        answer: (reply) => {
          resume();
          if (lease.isLive) lease.link.post(withId(reply, serverId).toBuffer());
        },
        fail: (why) => {
          resume();
          no(-32603, why);
        },
        refused: () => {
          resume();
          no(-32603, 'The answer of the client is not passed on.');
        },
        speaker: {
          server: this.#servers.get(lease) ?? '',
          original: (about ?? this.#soleRelay(lease))?.target.original ?? '',
        },
        lease,
        serverId,
      },
    );
    if (!asked) {
      resume();
      no(-32603, 'Too many requests wait for this client.');
    }
  }

  isAsking(lease: Lease): boolean {
    return this.asks.hasOf(lease);
  }

  canSpare(lease: Lease): boolean {
    if (this.isAttached) return false;
    if (this.isAsking(lease)) return false;
    return ![...this.relays].some((relay) => relay.lease === lease);
  }

  // === where messages go ===

  /**
   * Sends one message on exactly one stream: that of the request it is about; else that of the request that came last,
   * which is the likeliest cause and whose client is surely listening; else the session's own.
   */
  say(message: Buffer, about: About | null): void {
    const cause = about ?? [...this.relays].at(-1);
    if (cause !== undefined && !cause.call.isDone) cause.call.push(message);
    else this.announce(message);
  }

  /** Sends a message that no request caused. */
  announce(message: Buffer): void {
    this.stream?.(message);
  }

  /** The only request in flight on a lease: then whatever the server says there is about it. */
  #soleRelay(lease: Lease): Relay | null {
    let sole: Relay | null = null;
    for (const relay of this.relays) {
      if (relay.lease !== lease) continue;
      if (sole !== null) return null;
      sole = relay;
    }
    return sole;
  }

  #lastRelay(lease: Lease): Relay | undefined {
    return [...this.relays].findLast((relay) => relay.lease === lease);
  }

  /** Ends everything that belongs to the session. */
  end(): void {
    if (this.isEnded) return;
    this.isEnded = true;
    for (const call of this.calls.values()) {
      const cancel = call.onCancel;
      call.refuse(refuse('unknown_session'));
      cancel?.('the session has ended');
    }
    this.asks.end('The client has gone.');
    this.subscriptions.end();
    for (const [backend, opening] of this.#leases) {
      void opening.then((lease) => {
        if (!('code' in lease)) backend.leave(lease);
      });
    }
    this.#leases.clear();
    for (const ended of this.onEnd) ended();
    this.stream = null;
  }
}
