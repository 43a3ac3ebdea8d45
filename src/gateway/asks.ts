/**
 * What servers ask of one legacy client and it has not answered yet.
 *
 * Each question goes out under an id of ours, on exactly one stream; the answer goes to exactly the server that asked,
 * once it was inspected. A client that does not answer keeps nothing open for ever.
 */

import type { Lease } from '../backends/backends.ts';
import { isRefusal } from '../model.ts';
import type { Message } from '../protocol/message.ts';
import type { Refusal } from '../protocol/refusal.ts';
import type { Call } from './call.ts';
import { type Noting, type Reviewed, reviewAnswer, type Speaker } from './review.ts';
import type { RouteView } from './route.ts';

/** What a client must have declared to be asked this. */
export const CAPABILITY: ReadonlyMap<string, string> = new Map([
  ['sampling/createMessage', 'sampling'],
  ['elicitation/create', 'elicitation'],
  ['roots/list', 'roots'],
]);

/** The request that a message to the client is about: a relay, mostly. */
export interface About {
  readonly call: Call;
}

/** A question to the client that has no answer yet. */
interface Ask {
  /** Sends the client's answer, with our id still in it, to whoever asked. */
  answer(reply: Message): void;
  /** The client will not answer. */
  fail(why: string): void;
  /** The client has answered, and inspection does not let it through. */
  refused(refusal: Refusal): void;
  /** Who asks, about what; null for the gateway itself, whose answers go to no server. */
  readonly speaker: Speaker | null;
  /** The asking server's own id of the question, to match its cancellation. */
  readonly lease: Lease | null;
  readonly serverId: string;
  readonly askedAt: number;
  /** The request that it is known to be about. */
  readonly about: About | null;
  isAnswered: boolean;
}

/** Questions open at one client. A server that asks more is told so. */
const ASKS_MAX = 64;
/** How long a client may think about a question. */
const ASK_TTL_MS = 10 * 60_000;
/** How long the first call waits for the client's answer to what a new process asks; programs answer in no time. */
const EARLY_ANSWER_MS = 5_000;

export class Asks {
  /** Puts a message on one stream of the client. */
  readonly #say: (message: Buffer, about: About | null) => void;
  readonly #asks = new Map<string, Ask>();
  /** Waits for the answers to what a new process asks. */
  readonly #onAnswered = new Set<() => void>();
  #next = 1;
  #isEnded = false;

  constructor(say: (message: Buffer, about: About | null) => void) {
    this.#say = say;
  }

  /** The id that the next question goes out under, as JSON text. */
  get nextId(): string {
    return String(this.#next);
  }

  /** Sends a request whose id is `nextId`; false where too many are open. */
  ask(
    request: Buffer,
    about: About | null,
    ask: Omit<Ask, 'askedAt' | 'about' | 'isAnswered'>,
  ): boolean {
    if (this.#asks.size >= ASKS_MAX || this.#isEnded) return false;
    this.#asks.set(this.nextId, { ...ask, about, askedAt: Date.now(), isAnswered: false });
    this.#next += 1;
    this.#say(request, about);
    return true;
  }

  /** Whether a server on this lease waits for an answer. */
  hasOf(lease: Lease): boolean {
    for (const ask of this.#asks.values()) if (ask.lease === lease) return true;
    return false;
  }

  /** Resolves when the client has answered, or has had its time. */
  quiet(): Promise<void> {
    return new Promise((resolve) => {
      const over = () => {
        clearTimeout(timer);
        this.#onAnswered.delete(over);
        resolve();
      };
      const timer = setTimeout(over, EARLY_ANSWER_MS);
      this.#onAnswered.add(over);
    });
  }

  /** Hands the client's response to whoever asked, once it was inspected; an answer to nothing is dropped. */
  answered(
    reply: Message,
    inspection: RouteView['inspection'],
    between: (server: string) => Noting,
  ): void {
    const ask = this.#asks.get(reply.id);
    if (ask === undefined || ask.isAnswered) return;
    ask.isAnswered = true;
    if (ask.speaker === null || !inspection.readsRequests) {
      this.#hand(reply.id, ask, reply);
      return;
    }
    const noting = ask.about?.call ?? between(ask.speaker.server);
    const reviewed = reviewAnswer(inspection, reply, ask.speaker, noting);
    if (!(reviewed instanceof Promise)) this.#hand(reply.id, ask, reviewed);
    else void reviewed.then((late) => this.#hand(reply.id, ask, late));
  }

  #hand(id: string, ask: Ask, answer: Reviewed): void {
    // Withdrawn, or the session has ended, while it was looked at.
    if (this.#asks.get(id) !== ask) return;
    this.#asks.delete(id);
    if (isRefusal(answer)) ask.refused(answer);
    else ask.answer(answer);
    this.#answeredAll();
  }

  /** The server no longer wants its answer: the client is told under our id. */
  withdraw(lease: Lease, serverId: string, about: About | null): void {
    for (const [id, ask] of this.#asks) {
      if (ask.lease !== lease || ask.serverId !== serverId) continue;
      this.#asks.delete(id);
      this.#say(cancelled(id), about);
      this.#answeredAll();
    }
  }

  /** The gateway no longer wants the answer to a question of its own; nothing happens where it has it. */
  takeBack(id: string): void {
    const ask = this.#asks.get(id);
    if (ask === undefined) return;
    this.#asks.delete(id);
    this.#say(cancelled(id), ask.about);
    this.#answeredAll();
  }

  /** Gives up what was asked over a lease. */
  dropOf(lease: Lease, why: string): void {
    for (const [id, ask] of this.#asks) if (ask.lease === lease) this.#drop(id, why);
  }

  /** Gives up what a server asked about this call. */
  dropAbout(call: Call, why: string): void {
    for (const [id, ask] of this.#asks) {
      if (ask.speaker !== null && ask.about?.call === call) this.#drop(id, why);
    }
  }

  /** Gives up questions that the client has left open too long. */
  sweep(now: number): void {
    for (const [id, ask] of this.#asks) {
      if (now - ask.askedAt > ASK_TTL_MS) this.#drop(id, 'The client did not answer in time.');
    }
  }

  #drop(id: string, why: string): void {
    const ask = this.#asks.get(id);
    if (ask === undefined) return;
    this.#asks.delete(id);
    this.#say(cancelled(id), null);
    ask.fail(why);
    this.#answeredAll();
  }

  /** Nobody is there who would answer, or be asked any more. */
  end(why: string): void {
    this.#isEnded = true;
    for (const ask of this.#asks.values()) ask.fail(why);
    this.#asks.clear();
    this.#answeredAll();
  }

  #answeredAll(): void {
    if (this.#asks.size === 0) for (const answered of [...this.#onAnswered]) answered();
  }
}

function cancelled(id: string): Buffer {
  return Buffer.from(
    `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":${id}}}`,
  );
}
