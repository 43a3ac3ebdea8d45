/**
 * Calls that somebody is asked about and that are not decided yet.
 *
 * A call that *waits* is in flight: of a legacy client that was asked, or of anybody where an operator decides. A modern
 * client that was asked has its answer, and comes back; until then there is a *ticket*, which its `requestState` names and
 * which is taken out when it is shown: an approval is for one call and one time. Both are bounded in number, of one caller
 * too, and in time.
 */

import { randomBytes } from 'node:crypto';
import { type Refusal, refuse } from '../../protocol/refusal.ts';
import type { Call } from '../call.ts';
import type { ApprovalsConfig } from '../config.ts';
import type { Question } from './question.ts';

export type By = ApprovalsConfig['by'];
const BYS: readonly By[] = ['caller', 'operator'];
/** `unavailable`: there was nobody who could be asked. */
const OUTCOMES = ['granted', 'denied', 'cancelled', 'expired', 'unavailable'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What a call's record says of it. `asked`: a modern client was, and its retry has a record of its own. */
export interface Approval {
  readonly by: By;
  readonly outcome: Outcome | 'asked';
  /** From the question to the answer. */
  readonly ms: number;
  /** The administrator who decided; '' for a caller's own person, and for nobody. */
  readonly who: string;
}

export interface Decision {
  readonly outcome: Outcome;
  readonly who: string;
  /** Where it is not about the approval that the call is refused. */
  readonly refusal?: Refusal;
}

/** What a modern client comes back with. */
export interface Ticket {
  readonly by: By;
  readonly callerId: string;
  /** Of server, tool and the bytes of the arguments: what was approved is what is sent. */
  readonly digest: string;
  /** The approval was given before, and its server asked something meanwhile; null where this is about the approval. */
  readonly granted: Approval | null;
  readonly askedAt: number;
  readonly expiresAt: number;
}

export interface Waiting {
  readonly id: string;
  readonly by: By;
  readonly call: Call;
  readonly question: Question;
  readonly askedAt: number;
  readonly expiresAt: number;
  readonly decided: Promise<Decision>;
}

interface Place extends Waiting {
  readonly bytes: number;
  readonly timer: NodeJS.Timeout;
  readonly settle: (decision: Decision) => void;
}

/** Messages of calls that wait are held; this much of them, whatever `waitingMax` says. */
const BYTES_MAX = 64 * 1024 * 1024;

export class Approvals {
  /** Somebody can decide over what waits for an operator: there is an admin API. */
  isAttended = false;
  #isClosed = false;
  #bytes = 0;
  readonly #waiting = new Map<string, Place>();
  readonly #tickets = new Map<string, Ticket>();
  readonly #counts = BYS.flatMap((by) => OUTCOMES.map((outcome) => ({ by, outcome, count: 0 })));

  /** Undefined where there is room for one more of this caller. */
  refuse(call: Call, { waitingMax, waitingPerCallerMax }: ApprovalsConfig): Refusal | undefined {
    if (this.#isClosed) return refuse('draining');
    this.sweep(Date.now());
    const { id } = call.caller;
    let own = 0;
    for (const { callerId } of this.#tickets.values()) if (callerId === id) own += 1;
    for (const one of this.#waiting.values()) if (one.call.caller.id === id) own += 1;
    const all = this.#tickets.size + this.#waiting.size;
    const isFull =
      all >= waitingMax ||
      own >= waitingPerCallerMax ||
      this.#bytes + call.message.bytes.length > BYTES_MAX;
    return isFull
      ? refuse('busy', 'Too many calls wait for approval. Try again later.')
      : undefined;
  }

  // === calls in flight ===

  /** The call waits from now on; `refuse` was asked before. */
  wait(call: Call, question: Question, { by, deadlineMs }: ApprovalsConfig): Waiting {
    const id = randomBytes(8).toString('hex');
    const askedAt = Date.now();
    let settle: (decision: Decision) => void = () => {};
    const decided = new Promise<Decision>((resolve) => {
      settle = resolve;
    });
    const timer = setTimeout(() => this.#end(id, { outcome: 'expired', who: '' }), deadlineMs);
    const expiresAt = askedAt + deadlineMs;
    const bytes = call.message.bytes.length;
    this.#bytes += bytes;
    // Right where the call ends before anybody has decided: its record is written from this.
    call.trail.approval = { by, outcome: 'cancelled', ms: 0, who: '' };
    call.onCancel = () => this.#end(id, { outcome: 'cancelled', who: '' });
    const place = { id, by, call, question, askedAt, expiresAt, decided, bytes, timer, settle };
    this.#waiting.set(id, place);
    return place;
  }

  /** What the caller's person, or his client, has said. */
  answered(id: string, outcome: Outcome, refusal?: Refusal): void {
    this.#end(id, refusal === undefined ? { outcome, who: '' } : { outcome, who: '', refusal });
  }

  /** What an operator has decided; false where nothing of this id waits for one. */
  decide(id: string, outcome: 'granted' | 'denied', who: string): boolean {
    if (this.#waiting.get(id)?.by !== 'operator') return false;
    this.#end(id, { outcome, who });
    return true;
  }

  /** What waits for an operator, the oldest first. */
  list(): Waiting[] {
    return [...this.#waiting.values()].filter(({ by }) => by === 'operator');
  }

  #end(id: string, decision: Decision): void {
    const place = this.#waiting.get(id);
    if (place === undefined) return;
    this.#waiting.delete(id);
    clearTimeout(place.timer);
    this.#bytes -= place.bytes;
    place.call.onCancel = null;
    this.settled(place.call, place.by, decision, place.askedAt);
    place.settle(decision);
  }

  // === between two requests of a modern client ===

  /** The ticket's key. */
  issue(ticket: Ticket): string {
    const key = randomBytes(16).toString('base64url');
    this.#tickets.set(key, ticket);
    return key;
  }

  /** Takes it out: it works once. */
  take(key: string): Ticket | undefined {
    const ticket = this.#tickets.get(key);
    this.#tickets.delete(key);
    return ticket;
  }

  // === what is told of them ===

  /** Notes in the call's trail, and counts, how it ended. */
  settled(call: Call, by: By, { outcome, who }: Decision, askedAt: number): void {
    call.trail.approval = { by, outcome, ms: Math.max(0, Date.now() - askedAt), who };
    this.#count(by, outcome);
  }

  #count(by: By, outcome: Outcome): void {
    const counted = this.#counts.find((one) => one.by === by && one.outcome === outcome);
    if (counted !== undefined) counted.count += 1;
  }

  get counts(): Iterable<{ readonly by: By; readonly outcome: Outcome; readonly count: number }> {
    return this.#counts;
  }

  /** How many wait for this kind of answer. */
  waitingFor(by: By): number {
    let count = 0;
    for (const one of this.#waiting.values()) if (one.by === by) count += 1;
    for (const one of this.#tickets.values()) if (one.by === by && one.granted === null) count += 1;
    return count;
  }

  /** Forgets clients that never came back. */
  sweep(now: number): void {
    for (const [key, { by, granted, expiresAt }] of this.#tickets) {
      if (expiresAt > now) continue;
      this.#tickets.delete(key);
      if (granted === null) this.#count(by, 'expired');
    }
  }

  /** Who waits now would wait for longer than the gateway is there. */
  close(): void {
    this.#isClosed = true;
    const refusal = refuse('draining');
    for (const id of [...this.#waiting.keys()]) {
      this.#end(id, { outcome: 'unavailable', who: '', refusal });
    }
    this.#tickets.clear();
  }
}
