/**
 * The resources that one legacy session is subscribed to.
 *
 * Where the session has a process of its own, that is the one whose resources it sees and changes, so the subscription is
 * there, and moves to the next process when that one has gone. Otherwise it is an interest at the shared link.
 * Updates are written anew: the server's own may carry the id of a stream of the gateway, or a URI that the client
 * does not know.
 */

import type { Backend, Lease } from '../backends/backends.ts';
import type { Interests } from './interests.ts';

interface Subscription {
  readonly uri: string;
  readonly backend: Backend;
  /** The URI as the server knows it. */
  readonly original: string;
  /** Whence it was asked for. */
  readonly address: string;
  lease: Lease | null;
  /** Ends the interest at the shared link, where there is one. */
  leave: (() => void) | null;
}

export type Wanted = Pick<Subscription, 'uri' | 'backend' | 'original' | 'address'>;

/** Resources that one session may be subscribed to. */
export const SUBSCRIPTIONS_MAX = 1_000;

export class Subscriptions {
  readonly #tell: (update: Buffer) => void;
  readonly #byUri = new Map<string, Subscription>();

  constructor(tell: (update: Buffer) => void) {
    this.#tell = tell;
  }

  /** False where there are too many. `lease` is the session's own link to the server, if it has one. */
  add(
    { uri, backend, original, address }: Wanted,
    lease: Lease | null,
    interests: Interests,
  ): boolean {
    this.remove(uri);
    if (this.#byUri.size >= SUBSCRIPTIONS_MAX) return false;
    lease?.subscribe(original);
    const leave =
      lease === null ? interests.add(backend, original, () => this.#tell(updateOf(uri))) : null;
    this.#byUri.set(uri, { uri, backend, original, address, lease, leave });
    return true;
  }

  remove(uri: string): void {
    const subscription = this.#byUri.get(uri);
    if (subscription === undefined) return;
    this.#byUri.delete(uri);
    subscription.leave?.();
    if (subscription.lease?.isLive === true) subscription.lease.unsubscribe(subscription.original);
  }

  /** Ends those that may no longer be. */
  recheck(isAllowed: (wanted: Wanted) => boolean): void {
    for (const subscription of [...this.#byUri.values()]) {
      if (!isAllowed(subscription)) this.remove(subscription.uri);
    }
  }

  /** The session has a new link to this server: what it is subscribed to there is asked for on it. */
  move(backend: Backend, lease: Lease): void {
    for (const subscription of this.#byUri.values()) {
      if (subscription.backend !== backend) continue;
      subscription.leave?.();
      subscription.leave = null;
      subscription.lease = lease;
      lease.subscribe(subscription.original);
    }
  }

  /** A resource has changed at the session's own process. */
  updated(lease: Lease, original: string): void {
    for (const subscription of this.#byUri.values()) {
      const isMeant = subscription.lease === lease && subscription.original === original;
      if (isMeant) this.#tell(updateOf(subscription.uri));
    }
  }

  end(): void {
    for (const { leave } of this.#byUri.values()) leave?.();
    this.#byUri.clear();
  }
}

function updateOf(uri: string): Buffer {
  const params = JSON.stringify({ uri });
  return Buffer.from(
    `{"jsonrpc":"2.0","method":"notifications/resources/updated","params":${params}}`,
  );
}
