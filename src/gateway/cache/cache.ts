/**
 * Results of the tools whose results the operator lets us keep: answered from memory while they are fresh, fetched once
 * for all who ask at one time, and shown marked when the server cannot answer.
 *
 * A result that was fetched for one caller reaches another one only where the operator says `scope: public` and the
 * server does not say `private`. Everything kept is bounded by `cache.maxBytes`.
 */

import type { CachePolicy, Entry } from '../../backends/backends.ts';
import { ByteLru } from '../../lib/byte-lru.ts';
import { isRefusal } from '../../model.ts';
import { Kind, type Message } from '../../protocol/message.ts';
import { type Refusal, refuse } from '../../protocol/refusal.ts';
import { withId } from '../../protocol/splice.ts';
import { toLegacy } from '../bridge/results.ts';
import { type Call, replyStatus } from '../call.ts';
import type { CacheConfig } from '../config.ts';
import type { Parking } from '../parking.ts';
import { Relay } from '../relay.ts';
import { Flight } from './flight.ts';
import { keyOf } from './key.ts';
import { KeptResult, termsOf } from './result.ts';

/** Where an old result is better than none: the server did not get to answer. */
const UNANSWERED: ReadonlySet<string> = new Set([
  'backend_unavailable',
  'circuit_open',
  'deadline_exceeded',
  'busy',
]);

export class ResultCache {
  readonly #kept: ByteLru<KeptResult>;
  readonly #flights = new Map<string, Flight>();

  constructor({ maxBytes }: CacheConfig) {
    this.#kept = new ByteLru(maxBytes);
  }

  get report(): { results: number; bytes: number } {
    return { results: this.#kept.size, bytes: this.#kept.bytes };
  }

  /** A new configuration: what was kept under the old one is forgotten. */
  configure({ maxBytes }: CacheConfig): void {
    this.#kept.clear();
    this.#kept.resize(maxBytes);
  }

  /** One call of a tool whose results may be kept. */
  call(call: Call, entry: Entry, policy: CachePolicy, parking: Parking): Promise<void> | undefined {
    const key = keyOf(call, policy);
    if (key === undefined) return new Relay(call, entry, parking).start();
    const { counters } = entry.backend.policies;
    const kept = this.#kept.get(key);
    if (kept !== undefined && Date.now() < kept.freshUntil) {
      counters.hits += 1;
      call.backend = entry.backend;
      call.trail.kept('hit', kept.body);
      call.answer(kept.answer(call.id, call.isModern), 200);
      return undefined;
    }
    const flight = this.#flights.get(key);
    if (flight !== undefined) {
      counters.joined += 1;
      call.trail.cache = 'joined';
      flight.join(call);
      return undefined;
    }
    counters.misses += 1;
    call.trail.cache = 'miss';
    return this.#fetch(key, call, entry, policy, parking);
  }

  #fetch(
    key: string,
    call: Call,
    entry: Entry,
    policy: CachePolicy,
    parking: Parking,
  ): Promise<void> | undefined {
    const flight: Flight = new Flight(call, entry, parking, (landed) => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
      const calls = [...flight.waiting];
      flight.waiting.clear();
      if (landed === null) return;
      if (isRefusal(landed)) this.#failed(key, landed, calls, entry, policy, parking);
      else this.#landed(key, landed, flight.callerId, calls, entry, policy, parking);
    });
    this.#flights.set(key, flight);
    flight.join(call);
    return flight.start();
  }

  #landed(
    key: string,
    reply: Message,
    callerId: string,
    calls: readonly Call[],
    entry: Entry,
    policy: CachePolicy,
    parking: Parking,
  ): void {
    const terms = termsOf(reply);
    for (const call of calls) {
      const isHis = !terms.isPrivate || call.caller.id === callerId;
      if (terms.isComplete && isHis) answer(call, reply);
      else alone(call, entry, parking);
    }
    if (!terms.isComplete || terms.isFailure || (policy.isPublic && terms.isPrivate)) return;
    this.#keep(key, reply, Math.min(policy.ttlMs, terms.ttlMs), policy);
  }

  #keep(key: string, reply: Message, ttlMs: number, { maxBytes, staleMs }: CachePolicy): void {
    const length = reply.bodyEnd - reply.bodyStart;
    if (length > maxBytes || (ttlMs <= 0 && staleMs === 0)) return;
    const kept = new KeptResult(reply, Date.now(), ttlMs);
    this.#kept.set(key, kept, kept.weight);
  }

  #failed(
    key: string,
    refusal: Refusal,
    calls: readonly Call[],
    entry: Entry,
    { staleMs }: CachePolicy,
    parking: Parking,
  ): void {
    if (refusal.code === 'missing_capability') {
      for (const call of calls) alone(call, entry, parking);
      return;
    }
    const now = Date.now();
    const kept = staleMs > 0 && UNANSWERED.has(refusal.code) ? this.#kept.get(key) : undefined;
    const isUsable = kept !== undefined && now - kept.takenAt <= staleMs;
    for (const call of calls) {
      if (!isUsable) {
        if (refusal.code === 'content_blocked') call.block(refusal);
        else call.refuse(refusal);
        continue;
      }
      entry.backend.policies.counters.stale += 1;
      call.trail.kept('stale', kept.body);
      call.answer(kept.staleAnswer(call.id, call.isModern, now), 200);
    }
  }
}

/** The answer in the words of the client's era. */
function answer(call: Call, reply: Message): void {
  call.trail.answered(reply);
  if (!call.isModern) call.answer(toLegacy(reply, call.id), 200);
  else call.answer(withId(reply, call.id), reply.kind === Kind.error ? replyStatus(reply) : 200);
}

/** Each by itself: the tool needs its client, or what it said is for one caller only. */
function alone(call: Call, entry: Entry, parking: Parking): void {
  if (call.isDone) return;
  call.onCancel = null;
  new Relay(call, entry, parking).start()?.catch((error: Error) => {
    call.refuse(refuse('internal', undefined, undefined, String(error.stack)));
  });
}
