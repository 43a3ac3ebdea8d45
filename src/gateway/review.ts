/**
 * What inspection makes of what passes: arguments before anything is sent, and whatever a server says before a client
 * sees it.
 *
 * A clean message is the same object afterwards, so that it is relayed by its spans; only a dirty one is written anew.
 * Where the engine needs a thread the review is a promise; small clean messages cost none.
 */

import { type Entry, LIST_CHANGES } from '../backends/backends.ts';
import { type Inspection, type Outcome, placesOf } from '../inspect/inspect.ts';
import { isRefusal } from '../model.ts';
import { isFault, read } from '../protocol/json-rpc.ts';
import { members, type Span } from '../protocol/members.ts';
import type { Message } from '../protocol/message.ts';
import { type Refusal, refuse } from '../protocol/refusal.ts';
import { splice } from '../protocol/splice.ts';
import type { Call } from './call.ts';
import type { House } from './handle.ts';

/** Whose words they are. */
export interface Speaker {
  readonly server: string;
  /** What was asked for, as the server calls it. */
  readonly original: string;
}

/** The message as it may go on, or why it may not. */
export type Reviewed = Message | Refusal;

/** Hears what was found: the call that it is about, or who records what belongs to none. */
export type Noting = Call | ((found: Found) => void);

/** Undefined where the arguments hold nothing that counts. */
export function reviewArguments(
  call: Call,
  entry: Pick<Entry, 'server' | 'original' | 'kind' | 'definition'>,
): Outcome | undefined | Promise<Outcome | undefined> {
  const { bytes, argumentsStart, argumentsEnd } = call.message;
  const definition = entry.kind === 'tool' ? entry.definition : null;
  const { server, original: tool } = entry;
  const about = { direction: 'request', server, tool, definition } as const;
  return call.route.inspection.inspect(bytes, argumentsStart, argumentsEnd, about);
}

/** An answer of a server: its result or its error. */
export function reviewReply(
  inspection: Inspection,
  reply: Message,
  scope: Speaker,
  call: Call,
): Reviewed | Promise<Reviewed> {
  const { bodyStart, bodyEnd } = reply;
  const state = sealedState(reply, call);
  if (state === undefined) return review(inspection, reply, bodyStart, bodyEnd, scope, call);
  const blank = withoutState(reply, state);
  const reviewed = review(inspection, blank, bodyStart, bodyEnd, scope, call);
  const restore = (late: Reviewed) => (late === blank ? reply : withState(late, reply, state));
  return reviewed instanceof Promise ? reviewed.then(restore) : restore(reviewed);
}

/**
 * The `requestState` of a modern server's InputRequiredResult: for itself, sealed in ours or kept here, and never shown. What
 * is sealed looks like a secret. Of any other answer all is read: a legacy server's would be passed on as it is.
 */
function sealedState(reply: Message, call: Call): Span | undefined {
  if (!isInputRequired(reply) || call.backend?.era !== 'modern') return undefined;
  const { bytes, bodyStart, bodyEnd } = reply;
  const state = members(bytes, bodyStart, bodyEnd).find(({ key }) => key === 'requestState');
  return state !== undefined && bytes[state.start] === QUOTE ? state : undefined;
}

const QUOTE = 0x22;

/** The same message with blanks in its place: everything stands where it stood. */
function withoutState({ bytes }: Message, { start, end }: Span): Message {
  const copy = Buffer.from(bytes);
  copy.fill(0x20, start + 1, end - 1);
  return known(copy);
}

/** What was written anew, with the state that the server gave. */
function withState(reviewed: Reviewed, reply: Message, state: Span): Reviewed {
  if (isRefusal(reviewed)) return reviewed;
  const { bytes, bodyStart, bodyEnd } = reviewed;
  const blank = members(bytes, bodyStart, bodyEnd).find(({ key }) => key === 'requestState');
  if (blank === undefined) return refuse('content_blocked');
  const put = reply.text(state.start, state.end);
  return known(splice(bytes, [{ start: blank.start, end: blank.end, put }]));
}

/** Bytes that were a message before a string in them was replaced. */
function known(bytes: Buffer): Message {
  const message = read(bytes);
  if (isFault(message)) throw new Error('a reply is no message any more');
  return message;
}

/** A notification or a request of a server. */
export function reviewSaid(
  inspection: Inspection,
  message: Message,
  scope: Speaker,
  noting: Noting,
): Reviewed | Promise<Reviewed> {
  const { paramsStart, paramsEnd } = message;
  return paramsStart < 0
    ? message
    : review(inspection, message, paramsStart, paramsEnd, scope, noting);
}

/** What a client says to a server that is no request: the answer to a question, or the params of a notification. */
export function reviewAnswer(
  inspection: Inspection,
  message: Message,
  { server, original: tool }: Speaker,
  noting: Noting,
): Reviewed | Promise<Reviewed> {
  const isAnswer = message.bodyStart >= 0;
  const start = isAnswer ? message.bodyStart : message.paramsStart;
  const end = isAnswer ? message.bodyEnd : message.paramsEnd;
  if (start < 0) return message;
  const about = { direction: 'request', server, tool, definition: null, isBeside: true } as const;
  const outcome = inspection.inspect(message.bytes, start, end, about);
  if (outcome instanceof Promise) {
    // Nobody waits for this who could say that it failed by a bug: it is not passed on.
    const take = (late: Outcome | undefined) => taken(message, late, 'request', noting);
    return outcome.then(take).catch(() => refuse('not_inspected'));
  }
  return taken(message, outcome, 'request', noting);
}

function review(
  inspection: Inspection,
  message: Message,
  start: number,
  end: number,
  scope: Speaker,
  noting: Noting,
): Reviewed | Promise<Reviewed> {
  const { server, original: tool } = scope;
  const about = { direction: 'response', server, tool, definition: null } as const;
  const outcome = inspection.inspect(message.bytes, start, end, about);
  const take = (late: Outcome | undefined) => taken(message, late, 'response', noting);
  const reviewed = outcome instanceof Promise ? outcome.then(take) : take(outcome);
  if (typeof noting === 'function' || noting.fragments === null) return reviewed;
  if (reviewed instanceof Promise) return reviewed.then((late) => joined(late, scope, noting));
  return joined(reviewed, scope, noting);
}

/** Read once more together with what came before it. */
function joined(reviewed: Reviewed, scope: Speaker, call: Call): Reviewed | Promise<Reviewed> {
  if (call.fragments === null || isRefusal(reviewed)) return reviewed;
  const outcome = call.fragments.heard(call, scope, reviewed);
  const take = (late: Outcome | undefined) => taken(reviewed, late, 'response', call);
  return outcome instanceof Promise ? outcome.then(take) : take(outcome);
}

function taken(
  message: Message,
  outcome: Outcome | undefined,
  direction: Found['direction'],
  noting: Noting,
): Reviewed {
  if (outcome === undefined) return message;
  if (typeof noting === 'function') noting(foundIn(outcome, direction));
  else note(noting, outcome, direction);
  if (outcome.kind === 'flag') return message;
  if (outcome.kind === 'refused') return outcome.refusal;
  const rewritten = read(outcome.bytes);
  // Two names of members that became one placeholder, for instance: what cannot be written anew is not shown.
  return isFault(rewritten)
    ? refuse('content_blocked', undefined, undefined, rewritten.why)
    : rewritten;
}

/** What a call's record says of what was found in it. */
export interface Found {
  readonly action: 'block' | 'redact' | 'flag';
  readonly direction: 'request' | 'response';
  readonly findings: readonly { class: string; rule: string; path: string }[];
}

function foundIn(outcome: Outcome, direction: Found['direction']): Found {
  const { verdict } = outcome;
  const action =
    outcome.kind === 'refused' ? 'block' : outcome.kind === 'rewritten' ? 'redact' : 'flag';
  if (verdict !== null) return { action, direction, findings: placesOf(verdict.findings) };
  return {
    action,
    direction,
    findings: [{ class: 'not_inspected', rule: 'not_inspected', path: '' }],
  };
}

/** Records of what was found in one call. */
const FOUND_MAX = 16;

export function note(call: Call, outcome: Outcome, direction: Found['direction']): void {
  const found = foundIn(outcome, direction);
  if (call.isDone) {
    // Its client has gone, or its time was up, while a thread still looked: its record is written.
    call.onFoundLate?.(call, found);
    return;
  }
  call.found ??= [];
  if (call.found.length < FOUND_MAX) call.found.push(found);
}

export function isInputRequired(reply: Message): boolean {
  return reply.text(reply.resultTypeStart, reply.resultTypeEnd) === '"input_required"';
}

/** Changes and cancellations are written anew by the gateway: no word of theirs reaches a client. */
export function isShown(message: Message): boolean {
  const { method } = message;
  if (method === 'notifications/cancelled') return false;
  return !LIST_CHANGES.has(method) && method !== 'notifications/resources/updated';
}

/**
 * Keeps the order of what a server says while some of it is looked at elsewhere: nothing overtakes. Bounded: who says too
 * much meanwhile is not heard.
 */
export class InOrder {
  #last: Promise<void> | null = null;
  #waiting = 0;

  get isBusy(): boolean {
    return this.#last !== null;
  }

  /** False where too much waits already. `onBug` hears what `then` throws. */
  take<T>(value: T | Promise<T>, then: (value: T) => void, onBug: (bug: unknown) => void): boolean {
    if (this.#waiting >= WAITING_MAX) return false;
    this.#waiting += 1;
    const last: Promise<void> = (this.#last ?? Promise.resolve())
      .then(() => value)
      .then(then)
      .catch(onBug)
      .finally(() => {
        this.#waiting -= 1;
        if (this.#last === last) this.#last = null;
      });
    this.#last = last;
    return true;
  }
}

const WAITING_MAX = 1_000;

/** The same call in other words, where a cancellation and a stop find it. */
export function replaced(call: Call, by: Call, { calls }: Pick<House, 'calls'>): Call {
  by.backend = call.backend;
  by.original = call.original;
  if (call.session !== null) call.session.calls.set(by);
  calls.replace(call, by);
  return by;
}
