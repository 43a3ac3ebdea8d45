/**
 * Calls on a few links of one server: at once while there is room, else in turn by caller.
 *
 *   take(share)    a link at once: one has room, and the caller less than its fair part of it     no promise, no allocation
 *   queue(…)       otherwise a place in the fair queue, or a refusal where that is full
 *   serve()        room came about: the next in turn is sent in the same tick
 *
 * Whoever opens and ends the links keeps their list and says when there is room; this only reads it.
 */

import type { Logger } from 'pino';
import { type Refusal, refuse } from '../protocol/refusal.ts';
import type { ServerConfig } from './config.ts';
import { PULSE_MS } from './crowd-limit.ts';
import { FairQueue, mayHave, type Place, type Queued, type Share } from './fair-queue.ts';
import type { Link } from './link.ts';

/** What a caller that was refused for want of room is told to wait. */
const RETRY_MS = 1_000;

export class Turns {
  readonly #name: string;
  readonly #pending: number;
  readonly #links: readonly Link[];
  readonly #onChosen: ((link: Link) => void) | null;
  readonly #log: Logger;
  readonly #queue: FairQueue;
  #pulseTimer: NodeJS.Timeout | null = null;
  #isServing = false;

  /** Every link in `links` has a `crowd`. `onChosen` hears of each before it is sent one more request. */
  constructor(
    name: string,
    { pool }: ServerConfig,
    links: readonly Link[],
    onChosen: ((link: Link) => void) | null,
    log: Logger,
  ) {
    this.#name = name;
    this.#pending = pool.pending;
    this.#links = links;
    this.#onChosen = onChosen;
    this.#log = log;
    const limits = { queueMax: pool.queue, queuePerCallerMax: pool.queuePerCaller };
    this.#queue = new FairQueue(limits, (place) => {
      const words = `The server "${name}" had no room for this call in time.`;
      place.queued.onNoRoom(this.#busy(words));
    });
  }

  /** Calls that wait. */
  get waiting(): number {
    return this.#queue.size;
  }

  share(key: string): Share {
    return this.#queue.share(key);
  }

  /**
   * A link with room for one more request of this caller, unless it has others waiting. Nobody is overtaken: whoever waits
   * while there is room has as much in flight as is fair, or it would have been served when the room came about.
   */
  take(share: Share): Link | undefined {
    if (share.waiting > 0) return undefined;
    const link = this.#roomiest();
    if (link === undefined || !mayHave(share, this.free())) return undefined;
    if (this.#onChosen !== null) this.#onChosen(link);
    return link;
  }

  /** The one with the fewest in flight of those whose server can use another. */
  #roomiest(): Link | undefined {
    let best: Link | undefined;
    for (const link of this.#links) {
      const isFewer = best === undefined || link.inFlight < best.inFlight;
      if (isFewer && link.isLive && link.crowd!.room > 0) best = link;
    }
    return best;
  }

  /**
   * What `pending` leaves free, be it of use to the servers now or not. Callers' parts and the number of links go by this:
   * long calls, which the servers' limits do not count, are bounded by it.
   */
  free(): number {
    let free = 0;
    for (const link of this.#links) {
      if (link.isLive) free += Math.max(0, this.#pending - link.inFlight);
    }
    return free;
  }

  /** A place in the queue, from which `queued` is served or refused later; or why there is none. */
  queue(queued: Queued, share: Share, bytes: number, waitMs: number): Place | Refusal {
    const place = this.#queue.push(queued, share, bytes, waitMs);
    if (place === undefined) {
      return this.#busy(`Too many calls wait for the server "${this.#name}".`);
    }
    this.#pulse();
    return place;
  }

  /** While calls wait, the limits of links are told that time passes: where nothing is answered, nothing else does. */
  #pulse(): void {
    if (this.#pulseTimer !== null || this.#queue.size === 0) return;
    this.#pulseTimer = setTimeout(() => {
      this.#pulseTimer = null;
      for (const link of this.#links) link.crowd!.pulse();
      this.serve();
      this.#pulse();
    }, PULSE_MS).unref();
  }

  serve(): void {
    if (this.#isServing) return;
    this.#isServing = true;
    while (this.#queue.size > 0) {
      const link = this.#roomiest();
      const place = link === undefined ? undefined : this.#queue.next(this.free());
      if (link === undefined || place === undefined) break;
      if (this.#onChosen !== null) this.#onChosen(link);
      try {
        place.queued.onRoom(link);
      } catch (error) {
        // We are in the callback of another call's answer, which must not be lost by this.
        this.#log.error({ err: error }, 'a queued call could not be sent, by a bug of the gateway');
        place.queued.onNoRoom(refuse('internal'));
      }
    }
    this.#isServing = false;
  }

  #busy(words: string): Refusal {
    return refuse('busy', words, { server: this.#name, retryAfterMs: RETRY_MS });
  }

  /** Everybody who waits is told so. */
  refuse(refusal: Refusal): void {
    for (const place of this.#queue.drain()) place.queued.onNoRoom(refusal);
  }

  /** Forgets callers with nothing under way. */
  forget(): void {
    this.#queue.forget();
  }

  close(refusal: Refusal): void {
    if (this.#pulseTimer !== null) clearTimeout(this.#pulseTimer);
    this.refuse(refusal);
  }
}
