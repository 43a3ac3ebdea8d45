/**
 * Correlation: which request a message of a server belongs to. Shared by all transports.
 *
 * Our ids count up from 1 and are never used again, so an answer that comes late or twice can only miss. Every
 * receiver hears exactly one of onReply and onFail, unless its request was cancelled, then nothing more.
 * A server is not trusted to keep the protocol: what matches nothing is dropped and counted.
 *
 * It does not know what carries the bytes (`wire.ts`) and does not agree on a revision (`handshake.ts`).
 */

import { IdTable } from '../lib/id-table.ts';
import type { Waiter } from '../lib/timer-wheel.ts';
import type { Era } from '../protocol/eras.ts';
import { isFault, read } from '../protocol/json-rpc.ts';
import { type Fault, Kind, type Message } from '../protocol/message.ts';
import { type Refusal, refuse } from '../protocol/refusal.ts';
import type { Spliced } from '../protocol/splice.ts';
import type { CrowdLimit } from './crowd-limit.ts';
import { DEADLINES } from './deadlines.ts';
import type { Endpoint } from './endpoints.ts';
import type { Known } from './known.ts';
import type { Counters, Link, LinkOwner, Mirror, Ran, Receiver } from './link.ts';
import type { LinkLog } from './link-log.ts';
import type { Sink, Wire } from './wire.ts';

/** A guard, not a policy: concurrency limits stand before the links. */
const IN_FLIGHT_MAX = 16_384;
/** The stream of changes: a request that is answered when it ends. */
const LISTEN = 'subscriptions/listen';

/** One request in flight. */
class Pending implements Waiter {
  wheelPrev: Waiter | null = null;
  wheelNext: Waiter | null = null;
  wheelRounds = 0;
  readonly id: number;
  readonly receiver: Receiver;
  readonly isListen: boolean;
  readonly #link: JsonRpcLink;

  constructor(id: number, receiver: Receiver, isListen: boolean, link: JsonRpcLink) {
    this.id = id;
    this.receiver = receiver;
    this.isListen = isListen;
    this.#link = link;
  }

  onDue(): void {
    this.#link.expire(this);
  }
}

export class JsonRpcLink implements Link, Sink {
  readonly name: string;
  readonly owner: LinkOwner;
  readonly counters: Counters;
  usedAt = Date.now();
  sent = 0;
  heard = 0;
  crowd: CrowdLimit | null = null;
  astrayFrom: Endpoint | null = null;

  readonly #log: LinkLog;
  /** Where the server was reached; hears when the link breaks. */
  readonly #endpoint: Endpoint | null;
  readonly #pending = new IdTable<Pending>();
  #wire: Wire | null = null;
  #lastId = 0;
  #listening = 0;
  #isLive = true;
  #isReady = false;
  #era: Era = 'legacy';
  #version = '';
  #hello: Record<string, unknown> = {};
  #endedWhy = '';
  #leftWhy = '';
  #known: Known | undefined;

  constructor(name: string, owner: LinkOwner, log: LinkLog, endpoint: Endpoint | null = null) {
    this.name = name;
    this.owner = owner;
    this.counters = owner.counters ?? { late: 0, unknown: 0, faults: 0, unexpected: 0 };
    this.#log = log;
    this.#endpoint = endpoint;
  }

  get era(): Era {
    return this.#era;
  }

  get version(): string {
    return this.#version;
  }

  get hello(): Record<string, unknown> {
    return this.#hello;
  }

  get inFlight(): number {
    return this.#pending.size - this.#listening;
  }

  get pid(): number | undefined {
    return this.#wire?.pid;
  }

  get isLive(): boolean {
    return this.#isLive;
  }

  /** Why the conversation ended; '' while it goes on. */
  get endedWhy(): string {
    return this.#endedWhy;
  }

  /** What the handshake found out about this server, so that the next link need not. */
  get known(): Known | undefined {
    return this.#known;
  }

  /** Puts the link on its wire; both need the other, so this comes right after making them. */
  carry(wire: Wire): void {
    this.#wire = wire;
  }

  /** The handshake succeeded: from now on the owner hears what belongs to no request. */
  ready(known: Known, version: string, hello: Record<string, unknown>): void {
    const { era } = known;
    this.#known = known;
    this.#era = era;
    this.#version = version;
    this.#hello = hello;
    // What is left of the handshake: the question whose answer was not waited for.
    for (const { id } of this.#pending) this.cancel(id, '');
    this.#isReady = true;
    this.#wire?.speak(era, version);
    this.#wire?.ready();
  }

  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  /** A `timeoutMs` of 0 or Infinity sets no deadline: for subscriptions, which stay open. */
  send(
    id: number,
    bytes: Buffer | Spliced,
    receiver: Receiver,
    timeoutMs: number,
    mirror: Mirror,
  ): void {
    this.usedAt = Date.now();
    if (!this.#isLive || this.#wire === null) {
      failLater(receiver, this.#unavailable(this.#endedWhy || this.#leftWhy));
      return;
    }
    if (this.#pending.size >= IN_FLIGHT_MAX) {
      failLater(receiver, refuse('busy'));
      return;
    }
    const pending = new Pending(id, receiver, mirror.method === LISTEN, this);
    this.#pending.add(pending);
    this.sent += 1;
    if (pending.isListen) this.#listening += 1;
    else if (this.crowd !== null) this.crowd.sent(id, this.usedAt);
    if (receiver.share) receiver.share.inFlight += 1;
    if (timeoutMs > 0 && Number.isFinite(timeoutMs)) DEADLINES.add(pending, timeoutMs);
    const refusal = this.#wire.request(id, bytes, mirror);
    if (refusal !== undefined && this.#settle(id, false) !== undefined)
      failLater(receiver, refusal);
  }

  prolong(id: number, timeoutMs: number): void {
    const pending = this.#pending.get(id);
    if (pending !== undefined) DEADLINES.add(pending, timeoutMs);
  }

  post(bytes: Buffer): void {
    if (this.#isLive) this.#wire?.post(bytes);
  }

  cancel(id: number, reason: string): void {
    if (this.#settle(id, false) === undefined) return;
    this.#wire?.release(id, this.#isReady ? cancelledBytes(id, reason) : null);
  }

  close(): Promise<void> {
    this.#isLive = false;
    return this.#wire?.close() ?? Promise.resolve();
  }

  abandon(refusal: Refusal): Promise<void> {
    this.#end(refusal.detail ?? refusal.words, refusal);
    return this.#wire?.abandon?.() ?? this.close();
  }

  /** The deadline of a request has passed. */
  expire(pending: Pending): void {
    // Another deadline of the same tick may have closed the link and failed this request already.
    if (this.#pending.get(pending.id) !== pending) return;
    this.cancel(pending.id, 'The deadline has passed.');
    pending.receiver.onFail(refuse('deadline_exceeded'), 'maybe');
  }

  onBytes(bytes: Buffer, of: number): void {
    this.heard += 1;
    if (this.#endedWhy !== '') return;
    const message = read(bytes);
    if (isFault(message)) {
      this.#onFault(message, of);
      return;
    }
    try {
      this.#onMessage(message, of);
    } catch (error) {
      // We are in a callback of a pipe or a socket: what a server says must not be able to end the process.
      const stack = this.#log.clean(String((error as Error).stack));
      this.#log.warn('a message of the server met a bug of the gateway', { stack });
    }
  }

  #onMessage(message: Message, of: number): void {
    switch (message.kind) {
      case Kind.result:
      case Kind.error:
        this.#onAnswer(message, of);
        break;
      case Kind.request:
        this.#onRequest(message, of);
        break;
      default:
        this.#onNotification(message, of);
    }
  }

  onTooLong(): void {
    this.counters.faults += 1;
    // Whose answer it was stands in the part that was dropped: certain only while one request waits. With more,
    // the others must not suffer for it, and the one runs into its deadline.
    if (this.#pending.size !== 1) return;
    const [pending] = this.#pending;
    const words = 'The answer of the server behind this call is larger than this gateway accepts.';
    this.onRequestLost(pending!.id, refuse('backend_unavailable', words), 'maybe');
  }

  onRequestLost(id: number, refusal: Refusal, ran: Ran): void {
    this.#settle(id)?.receiver.onFail(refusal, ran);
  }

  onEnd(why: string): void {
    this.#end(why, this.#unavailable(why));
  }

  #end(why: string, refusal: Refusal): void {
    if (this.#endedWhy !== '') return;
    this.#endedWhy = why;
    if (this.#isLive && this.#isReady) this.#endpoint?.failed(why);
    this.#isLive = false;
    const lost = [...this.#pending];
    for (const pending of lost) this.#settle(pending.id);
    for (const pending of lost) pending.receiver.onFail(refusal, 'maybe');
    if (this.#isReady && this.#leftWhy === '') this.owner.onClose(this, why);
  }

  onLeave(why: string, isFault: boolean): void {
    if (!this.#isLive) return;
    this.#isLive = false;
    this.#leftWhy = why;
    if (isFault) this.#endpoint?.failed(why);
    this.owner.onClose(this, why);
  }

  #onAnswer(message: Message, of: number): void {
    const id = plainInteger(message.bytes, message.idStart, message.idEnd);
    // On a request's own stream only its own answer is believed.
    const pending = of !== 0 && id !== of ? undefined : this.#settle(id);
    if (pending === undefined) {
      if (id > 0 && id <= this.#lastId) this.counters.late += 1;
      else this.counters.unknown += 1;
      return;
    }
    this.#wire?.release(id, null);
    try {
      pending.receiver.onReply(message);
    } catch (error) {
      // Its caller still waits.
      pending.receiver.onFail(refuse('internal'), 'maybe');
      throw error;
    }
  }

  #onRequest(message: Message, of: number): void {
    // 2026-07-28: "The server MUST NOT write JSON-RPC requests".
    if (this.#isReady && this.#era === 'modern') {
      this.counters.unexpected += 1;
      return;
    }
    if (message.method === 'ping') {
      this.post(Buffer.from(`{"jsonrpc":"2.0","id":${message.id},"result":{}}`));
      return;
    }
    this.#deliver(message, of);
  }

  #onNotification(message: Message, of: number): void {
    if (message.method === 'notifications/progress') {
      this.#deliverTo(plainInteger(message.bytes, message.tokenStart, message.tokenEnd), message);
    } else if (message.subscriptionStart >= 0 && of === 0) {
      this.#deliverTo(ourId(message, message.subscriptionStart, message.subscriptionEnd), message);
    } else if (message.method === 'notifications/cancelled' && this.#era === 'modern') {
      this.#onSubscriptionCancelled(message);
    } else {
      this.#deliver(message, of);
    }
  }

  /** 2026-07-28 basic/patterns/cancellation: a server may end a subscription this way, and nothing else. */
  #onSubscriptionCancelled(message: Message): void {
    const id = ourId(message, message.requestIdStart, message.requestIdEnd);
    const pending = this.#settle(id);
    if (pending === undefined) {
      this.counters.unknown += 1;
      return;
    }
    this.#wire?.release(id, null);
    pending.receiver.onFail(this.#unavailable('the server cancelled the request'), 'maybe');
  }

  #deliverTo(id: number, message: Message): void {
    const pending = this.#pending.get(id);
    if (pending !== undefined) pending.receiver.onMessage(message);
    else if (id > 0 && id <= this.#lastId) this.counters.late += 1;
    else this.counters.unknown += 1;
  }

  #deliver(message: Message, of: number): void {
    if (of !== 0) this.#deliverTo(of, message);
    else if (this.#isReady) this.owner.onMessage(this, message);
    // Before the handshake is over there is nobody to ask and nothing to be notified about.
    else this.counters.unexpected += 1;
  }

  #onFault(fault: Fault, of: number): void {
    this.counters.faults += 1;
    this.#log.warn('the server sent bytes that are no valid message', { why: fault.why });
    const bytes = Buffer.from(fault.id);
    const id = plainInteger(bytes, 0, bytes.length);
    // A bad notification on a request's own stream says nothing about the answer that may follow.
    if (of !== 0 && id !== of) return;
    const pending = this.#settle(id);
    if (pending === undefined) return;
    this.#wire?.release(id, null);
    const words = 'The answer of the server behind this call is not valid.';
    pending.receiver.onFail(refuse('backend_unavailable', words, undefined, fault.why), 'maybe');
  }

  /** Takes a request out of the books; undefined where it is not there (any more). */
  #settle(id: number, isAnswer = true): Pending | undefined {
    const pending = this.#pending.take(id);
    if (pending === undefined) return undefined;
    DEADLINES.drop(pending);
    if (pending.isListen) this.#listening -= 1;
    else if (this.crowd !== null) this.crowd.settled(id, isAnswer);
    const { share } = pending.receiver;
    if (share) share.inFlight -= 1;
    this.owner.onSettled?.(this);
    return pending;
  }

  #unavailable(detail: string): Refusal {
    return refuse('backend_unavailable', undefined, undefined, detail);
  }
}

/** Nothing was sent. */
function failLater(receiver: Receiver, refusal: Refusal): void {
  setImmediate(() => receiver.onFail(refusal, 'no'));
}

function cancelledBytes(id: number, reason: string): Buffer {
  const params = `{"requestId":${id},"reason":${JSON.stringify(reason)}}`;
  return Buffer.from(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":${params}}`);
}

/** The id in a span, as we sent it or as a string: what names a subscription is copied by hand in some servers. */
function ourId(message: Message, start: number, end: number): number {
  if (start >= 0 && message.bytes[start] === 0x22) {
    return plainInteger(message.bytes, start + 1, end - 1);
  }
  return plainInteger(message.bytes, start, end);
}

/** A positive integer as we write them, straight from the bytes; -1 for anything else (`1.0`, `01`, `"1"`). */
export function plainInteger(bytes: Uint8Array, start: number, end: number): number {
  if (start < 0 || end <= start || end - start > 15 || bytes[start] === 0x30) return -1;
  let value = 0;
  for (let at = start; at < end; at += 1) {
    const digit = bytes[at]! - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
