/**
 * One request on its way to a server and back, between any two eras.
 *
 *   client   server
 *   legacy   legacy    ids and tokens are swapped; questions go to the client through its session
 *   modern   modern    the same; the server's requestState is wrapped in ours
 *   modern   legacy    a question of the server parks the call and answers input_required; the retry resumes it
 *   legacy   modern    input_required becomes questions through the session, and the call is made again
 *
 * One that failed may be made again, once: where it surely did not run, or may run twice (`#tryAgain`).
 *
 * A call that needs nothing of the client runs on a shared link without a promise or a timer of its own. One that may
 * be asked something holds a lease, and its deadline rests while a question is open: people take longer than servers.
 */

import {
  type Backend,
  type Lease,
  type LeaseHolder,
  LIST_CHANGES,
  type Link,
  notSupported,
  type Place,
  type Queued,
  type Ran,
  type Receiver,
  type Share,
} from '../backends/backends.ts';
import { isRefusal } from '../model.ts';
import { Kind, type Message } from '../protocol/message.ts';
import { type Refusal, refuse } from '../protocol/refusal.ts';
import { type Spliced, splice, withId } from '../protocol/splice.ts';
import { wrapState } from './bridge/input-required.ts';
import { askForUrls, canBeAsked, Questions } from './bridge/questions.ts';
import { mirrorFor, requestFor } from './bridge/request.ts';
import { toLegacy, toModern, urlElicitations } from './bridge/results.ts';
import { Rounds } from './bridge/rounds.ts';
import { type Call, replyStatus } from './call.ts';
import { DIGEST_MS, fairKey, leaseFor, needsLease } from './lease-call.ts';
import { isFailure, isServerFault, isTransient } from './outcome.ts';
import type { Parking } from './parking.ts';
import {
  InOrder,
  isInputRequired,
  isShown,
  type Reviewed,
  reviewReply,
  reviewSaid,
} from './review.ts';
import type { Target } from './target.ts';
import { stamp } from './trail.ts';

/** For calls on a lease the relay keeps the deadline itself; the link's is out of the way. */
const NO_DEADLINE_MS = 2_147_483_647;
/** A server that is started again no sooner has its callers told so, rather than kept waiting. */
const PAUSE_MAX_MS = 2_000;

export class Relay implements Receiver, LeaseHolder, Queued {
  /** The client's request; another one after each retry of a parked call. */
  call: Call;
  readonly target: Target;
  readonly parking: Parking;
  lease: Lease | null = null;
  /** What this caller has in flight there; null on a lease. */
  share: Share | null = null;
  #place: Place | null = null;
  #link: Link | null = null;
  #id = 0;
  #timer: NodeJS.Timeout | null = null;
  #pauses = 0;
  #questions: Questions | null = null;
  #rounds: Rounds | null = null;
  /** The server asked something before it was sent the request; the retry sends it. */
  #isUnsent = false;
  /** What the server has said and is still looked at. */
  #reviews: InOrder | null = null;
  /** When the request was sent, in milliseconds since the epoch, and when it was the first time. */
  #sentAt = 0;
  #firstSentAt = 0;

  constructor(call: Call, target: Target, parking: Parking) {
    this.call = call;
    this.target = target;
    this.parking = parking;
    call.backend = target.backend;
    call.original = target.original;
    target.backend.policies.counters.calls += 1;
  }

  get backend(): Backend {
    return this.target.backend;
  }

  get link(): Link {
    if (this.#link === null) throw new Error('a relay is used before it was sent');
    return this.#link;
  }

  /** Sends at once where a shared link will do and has room; otherwise in its turn, or as soon as a link is there. */
  start(): Promise<void> | undefined {
    const refusal = this.target.policy.gate?.refuse();
    if (refusal !== undefined) {
      this.call.refuse(refusal);
      return undefined;
    }
    return this.#start();
  }

  #start(): Promise<void> | undefined {
    const { call, backend } = this;
    const isOpen = backend.era !== undefined && !needsLease(call, backend);
    if (!isOpen || backend.mustOpen(call.caller.id)) return this.#open();
    this.#enter();
    return undefined;
  }

  #enter(): void {
    const { call, backend } = this;
    const { id } = call.caller;
    const share = backend.share(fairKey(call), id);
    this.share = share;
    const link = backend.take(share, id);
    if (link !== undefined) {
      this.#sendOn(link, '');
      return;
    }
    const place = backend.queue(this, share, id, call.message.bytes.length);
    if (isRefusal(place)) {
      call.refuse(place);
      return;
    }
    this.#place = place;
    call.onCancel = (reason) => this.#cancel(reason);
  }

  onRoom(link: Link): void {
    this.#place = null;
    this.#sendOn(link, '');
  }

  onNoRoom(refusal: Refusal): void {
    this.#place = null;
    this.fail(refusal);
  }

  async #open(): Promise<void> {
    const { call, backend } = this;
    // Connecting also tells the era, and with it whether a lease is needed at all.
    const shared = backend.era === undefined ? await backend.openShared() : undefined;
    if (isRefusal(shared)) return call.refuse(shared);
    if (!needsLease(call, backend)) {
      const refusal = await backend.open(call.caller.id);
      if (refusal !== undefined) call.refuse(refusal);
      else if (!call.isDone) this.#enter();
      return;
    }
    // Known to the session before the lease is: what a new process asks at once goes out on this call's stream.
    call.session?.relays.add(this);
    const lease = await leaseFor(call, backend);
    if (isRefusal(lease) || call.isDone) {
      call.session?.relays.delete(this);
      if (isRefusal(lease)) call.refuse(lease);
      else if (call.session === null) backend.release(lease);
      return;
    }
    this.lease = lease;
    if (call.session === null) {
      this.#link = lease.link;
      call.onCancel = (reason) => this.#cancel(reason);
      lease.hold(this);
      // A server that asks for roots right after the handshake answers its first call by them.
      this.#isUnsent = this.#questions?.isOpen === true;
      if (this.#isUnsent) return;
    }
    this.#sendOn(lease.link, '');
  }

  #sendOn(link: Link, retry: string): void {
    const { call, target } = this;
    this.#link = link;
    this.#id = link.nextId();
    call.onCancel = (reason) => this.#cancel(reason);
    const bytes = requestFor(call, target, link, this.#id, retry);
    let { timeoutMs } = target.policy;
    // Made again, a call has what is left of its time.
    if (this.#firstSentAt > 0) timeoutMs = Math.max(1, this.#firstSentAt + timeoutMs - Date.now());
    if (this.lease !== null) {
      this.#arm(timeoutMs);
      timeoutMs = NO_DEADLINE_MS;
    }
    call.trail.attempts += 1;
    call.trail.sentAt = stamp();
    link.send(this.#id, bytes, this, timeoutMs, mirrorFor(call, target));
    this.#sentAt = link.usedAt;
  }

  /** Makes the same request again with what the client answered (legacy client, modern server). */
  again(members: string): void {
    if (!this.call.isDone) this.#sendOn(this.link, members);
  }

  // === what the server says ===

  onReply(reply: Message): void {
    this.#disarm();
    this.call.trail.answeredAt = stamp();
    this.#settled(isServerFault(reply));
    const { inspection } = this.call.route;
    if (!inspection.readsResponses) {
      this.#answered(reply);
      return;
    }
    const reviewed = reviewReply(inspection, reply, this.target, this.call);
    if (!(reviewed instanceof Promise) && this.#reviews?.isBusy !== true) this.#answered(reviewed);
    else this.#inTurn(reviewed, (late) => this.#answered(late));
  }

  #inTurn(reviewed: Reviewed | Promise<Reviewed>, then: (reviewed: Reviewed) => void): void {
    this.#reviews ??= new InOrder();
    const isTaken = this.#reviews.take(reviewed, then, (bug) => {
      this.fail(refuse('internal', undefined, undefined, String((bug as Error).stack)));
    });
    if (!isTaken) this.fail(refuse('busy', 'The server says more than can be inspected.'));
  }

  #answered(reply: Reviewed): void {
    const { call } = this;
    if (isRefusal(reply)) {
      this.#leave(true);
      call.block(reply);
      return;
    }
    call.trail.answered(reply);
    const sameEra = call.isModern === (this.link.era === 'modern');
    if (call.isDone && this.#questions !== null) {
      // The server gave up on its question; the retry will be answered with this.
      this.#questions.early = reply;
      return;
    }
    if (isInputRequired(reply) && this.link.era === 'modern') {
      if (call.isModern) this.#finish(wrapState(call, reply), 200);
      else this.#nextRound(reply);
      return;
    }
    if (sameEra) this.#finish(withId(reply, call.id), call.isModern ? replyStatus(reply) : 200);
    else if (call.isModern) this.#finishModern(reply);
    else this.#finish(toLegacy(reply, call.id), 200);
  }

  #finishModern(reply: Message): void {
    const { call } = this;
    const urls = urlElicitations(reply);
    if (urls !== undefined && !canBeAsked(call, 'elicitation')) {
      this.fail(refuse('missing_capability', 'The server needs the client to visit a URL first.'));
      return;
    }
    if (urls !== undefined) {
      this.#finish(askForUrls(call, urls), 200);
      return;
    }
    const { method, uri } = call.message;
    this.#finish(toModern(reply, call.id, method, uri), replyStatus(reply));
  }

  #finish(answer: Buffer | Spliced, status: number): void {
    this.#leave(true);
    this.call.answer(answer, status);
  }

  #nextRound(reply: Message): void {
    this.#rounds ??= new Rounds(this);
    const refusal = this.#rounds.next(reply);
    if (refusal !== undefined) this.fail(refusal);
  }

  onFail(refusal: Refusal, ran: Ran): void {
    this.#disarm();
    this.call.trail.answeredAt = stamp();
    if (refusal.code !== 'busy') this.#settled(isFailure(refusal));
    if (this.call.isDone && this.#questions !== null) this.#questions.early = refusal;
    else if (this.#mayTryAgain(refusal, ran)) this.#tryAgain(refusal);
    else this.fail(refusal);
  }

  /** On a lease the client may have been asked, and people are slow. */
  #settled(failed: boolean): void {
    this.target.policy.gate?.settled(this.#sentAt, failed, this.lease === null);
  }

  /**
   * Once, while there is time, and only where the client has seen and been asked nothing yet: progress that starts anew
   * would go backwards. What may have run is made again where that does no harm and the server's budget allows it.
   */
  #mayTryAgain(refusal: Refusal, ran: Ran): boolean {
    const { call } = this;
    const { isSafe, timeoutMs } = this.target.policy;
    if (this.#firstSentAt > 0 || call.isDone || call.hasPushed || !isTransient(refusal))
      return false;
    if (this.#questions !== null || this.#rounds !== null) return false;
    const now = Date.now();
    if (now >= this.#sentAt + timeoutMs) return false;
    return ran === 'no' || (isSafe && this.backend.policies.takeRetry(now));
  }

  /** In a later turn: the link that failed must be out of its pool first, and its successor may be paused for. */
  #tryAgain(refusal: Refusal): void {
    this.#firstSentAt = this.#sentAt;
    this.#leave(false);
    setImmediate(() => {
      const pauseMs = this.backend.backOffMs;
      if (pauseMs === 0) this.#startAgain(refusal);
      else if (pauseMs > PAUSE_MAX_MS) this.fail(refusal);
      else setTimeout(() => this.#startAgain(refusal), pauseMs + 1);
    });
  }

  #startAgain(refusal: Refusal): void {
    const { call } = this;
    const { gate } = this.target.policy;
    if (call.isDone) return;
    if (gate?.refuse() !== undefined) {
      this.fail(refusal);
      return;
    }
    this.backend.policies.counters.retries += 1;
    this.#start()?.catch((error: Error) => {
      call.refuse(refuse('internal', undefined, undefined, String(error.stack)));
    });
  }

  fail(refusal: Refusal): void {
    this.#leave(false);
    this.call.refuse(refusal);
  }

  /** Something about this request in particular. */
  onMessage(message: Message): void {
    this.#review(message, (said) => this.#said(said));
  }

  /** What a server says on the way to a client; what only concerns the gateway is not held up by it. */
  #review(message: Message, then: (said: Message) => void): void {
    const { inspection } = this.call.route;
    if (!inspection.readsResponses || !isShown(message)) {
      then(message);
      return;
    }
    const reviewed = reviewSaid(inspection, message, this.target, this.call);
    const take = (said: Reviewed) => {
      if (!isRefusal(said)) then(said);
      // A notification is left out; who asks must hear that nobody will answer.
      else if (message.kind === Kind.request) this.link.post(notSupported(message));
    };
    if (!(reviewed instanceof Promise) && this.#reviews?.isBusy !== true) take(reviewed);
    else this.#inTurn(reviewed, take);
  }

  #said(message: Message): void {
    const { call, lease } = this;
    const client = call.message;
    if (message.method === 'notifications/progress') {
      if (this.target.policy.progressResetsDeadline) this.#prolong();
      if (client.tokenStart < 0 || message.tokenStart < 0) return;
      const put = client.bytes.subarray(client.tokenStart, client.tokenEnd);
      const edit = { start: message.tokenStart, end: message.tokenEnd, put };
      call.push(splice(message.bytes, [edit]));
    } else if (LIST_CHANGES.has(message.method) || (lease === null && isUpdate(message))) {
      (lease ?? this.backend).onMessage(this.link, message);
    } else if (lease !== null && call.session !== null) {
      call.session.take(lease, message, this);
    } else {
      this.#heard(message);
    }
  }

  onLeaseMessage(_lease: Lease, message: Message): void {
    this.#review(message, (said) => this.#heard(said));
  }

  /** A log or a question on a link that nobody else uses, or on this request's own stream. */
  #heard(message: Message): void {
    const { call } = this;
    if (message.kind === Kind.request) {
      this.#asked(message);
    } else if (message.method === 'notifications/cancelled') {
      const id = message.text(message.requestIdStart, message.requestIdEnd);
      const noneLeft = this.#questions?.withdraw(id) === true;
      if (noneLeft && !call.isDone) this.#arm();
    } else if (message.method === 'notifications/message') {
      // 2026-07-28: no log without a level in the request. Legacy clients get what the server chooses.
      if (!call.isModern || call.message.logLevelStart >= 0) call.push(message.bytes);
    }
  }

  /** A legacy server asks a modern client. */
  #asked(message: Message): void {
    if (this.lease === null || !this.call.isModern) {
      this.link.post(notSupported(message));
      return;
    }
    this.#questions ??= new Questions(this);
    this.#disarm();
    this.#questions.add(message);
  }

  /** The client's retry of a parked call. */
  resume(call: Call): void {
    this.call = call;
    call.backend = this.backend;
    call.original = this.target.original;
    call.onCancel = (reason) => this.#cancel(reason);
    const early = this.#questions?.early;
    if (early !== undefined) {
      if (this.#questions !== null) this.#questions.early = undefined;
      if (isRefusal(early)) this.fail(early);
      else this.#answered(early);
      return;
    }
    if (this.#questions?.answer(call) !== true) return;
    if (!this.#isUnsent) {
      this.#arm();
      return;
    }
    this.#isUnsent = false;
    setTimeout(() => {
      if (!call.isDone) this.#sendOn(this.link, '');
    }, DIGEST_MS);
  }

  // === the end ===

  onLeaseClose(): void {
    // The link has failed this relay's request already, and with it everything that waits on it.
  }

  isAsking(): boolean {
    return this.#questions?.isOpen === true;
  }

  canSpare(): boolean {
    return false;
  }

  #cancel(reason: string): void {
    this.#disarm();
    this.#place?.leave();
    if (this.#link !== null) this.#link.cancel(this.#id, reason);
    this.#leave(false);
  }

  /** A parked call that nobody takes up again. */
  abandon(reason: string): void {
    this.#cancel(reason);
  }

  /**
   * Gives the lease back. One that may still be busy with this call is ended instead, and so is one whose server has
   * learnt the roots of this client or still waits for an answer: the next client of the same caller is another.
   */
  #leave(clean: boolean): void {
    const { lease, call } = this;
    if (lease === null) return;
    if (call.session !== null) call.session.relays.delete(this);
    else if (lease.holder === this) {
      const questions = this.#questions;
      const isFree = questions === null || !(questions.isOpen || questions.hasGivenRoots);
      if (clean && isFree) this.backend.release(lease);
      else this.backend.end(lease);
    }
    this.lease = null;
  }

  #arm(timeoutMs = this.target.policy.timeoutMs): void {
    this.#disarm();
    this.#timer = setTimeout(() => {
      this.link.cancel(this.#id, 'the deadline has passed');
      this.fail(refuse('deadline_exceeded', `The server did not answer within ${timeoutMs} ms.`));
    }, timeoutMs);
  }

  /** Progress gives the call its time anew, up to what a call may take in all. */
  #prolong(): void {
    const firstSentAt = this.#firstSentAt > 0 ? this.#firstSentAt : this.#sentAt;
    const leftMs = firstSentAt + this.backend.config.progressMaxMs - Date.now();
    const timeoutMs = Math.max(1, Math.min(this.target.policy.timeoutMs, leftMs));
    if (this.lease === null) this.link.prolong(this.#id, timeoutMs);
    else if (this.#timer !== null) this.#arm(timeoutMs);
  }

  #disarm(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** The deadline rests while the client is being asked something. */
  pause(): void {
    this.#pauses += 1;
    this.#disarm();
  }

  resumeDeadline(): void {
    if (this.#pauses === 0) return;
    this.#pauses -= 1;
    if (this.#pauses === 0 && !this.call.isDone) this.#arm();
  }
}

function isUpdate(message: Message): boolean {
  return message.method === 'notifications/resources/updated';
}
