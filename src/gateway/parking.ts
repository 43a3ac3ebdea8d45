/**
 * Calls of modern clients that wait for the client's answer to a question of a legacy server.
 *
 * The server's process holds the call open meanwhile, so the number of them and the time are bounded; a call that is
 * not taken up again is cancelled at the server and its lease ended.
 */

import { randomBytes } from 'node:crypto';
import { STATE_TTL_MS } from './bridge/request-state.ts';
import type { Relay } from './relay.ts';

const PARKED_MAX = 1_000;
/** One caller cannot fill the car park. */
const PARKED_PER_CALLER_MAX = 100;

interface Place {
  readonly relay: Relay;
  readonly expiresAt: number;
}

export class Parking {
  readonly #places = new Map<string, Place>();

  get size(): number {
    return this.#places.size;
  }

  /** The place's key; undefined where there is no room. */
  park(relay: Relay, now: number): string | undefined {
    if (this.#places.size >= PARKED_MAX) return undefined;
    let own = 0;
    for (const place of this.#places.values()) {
      if (place.relay.call.caller.id === relay.call.caller.id) own += 1;
    }
    if (own >= PARKED_PER_CALLER_MAX) return undefined;
    const key = randomBytes(16).toString('base64url');
    this.#places.set(key, { relay, expiresAt: now + STATE_TTL_MS });
    return key;
  }

  /** Takes a relay out again: a state works once. */
  leave(key: string): Relay | undefined {
    const place = this.#places.get(key);
    this.#places.delete(key);
    return place?.relay;
  }

  /** Ends those that are meant. */
  abandon(isMeant: (relay: Relay) => boolean): void {
    for (const [key, { relay }] of this.#places) {
      if (!isMeant(relay)) continue;
      this.#places.delete(key);
      relay.abandon('the operator has stopped it');
    }
  }

  sweep(now: number): void {
    for (const [key, { relay, expiresAt }] of this.#places) {
      if (expiresAt > now) continue;
      this.#places.delete(key);
      relay.abandon('the client did not answer in time');
    }
  }

  close(): void {
    for (const { relay } of this.#places.values()) relay.abandon('the gateway is shutting down');
    this.#places.clear();
  }
}
