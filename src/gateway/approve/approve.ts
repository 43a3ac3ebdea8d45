/**
 * The stage between inspection and server at which somebody is asked whether a call may be made.
 *
 * Last, so that nobody is asked about a call that would be refused anyway, and so that what he is asked about is what is
 * sent: nothing rewrites the arguments after this. By elicitation, where the caller's own person is asked: in a legacy
 * session on the stream of the call, while that waits; a modern client gets `input_required`, and the retry goes through
 * all stages again. A client that cannot be asked, and every answer but "accept", refuses.
 */

import { hash } from 'node:crypto';
import type { Entry } from '../../backends/backends.ts';
import { Kind, type Message } from '../../protocol/message.ts';
import { refuse } from '../../protocol/refusal.ts';
import { inputRequired } from '../bridge/input-required.ts';
import { type Purpose, STATE_TTL_MS } from '../bridge/request-state.ts';
import type { Call } from '../call.ts';
import type { House } from '../handle.ts';
import { HIDDEN, permit } from '../permit.ts';
import type { Session } from '../session.ts';
import type { Approval, Approvals, Decision, Outcome, Ticket, Waiting } from './approvals.ts';
import { argumentsFor, type Question, questionOf, textOf } from './question.ts';
import { refusalFor } from './words.ts';

type Next = (call: Call, entry: Entry, house: House) => Promise<void> | undefined;

/** The name of the question among `inputRequests`. */
const KEY = 'approval';
/** Answered by accepting, declining or dismissing it: there is nothing to fill in. */
const NOTHING_TO_FILL_IN = { type: 'object', properties: {} };

/** Goes on with `next` at once where nobody need be asked, and otherwise once the call is approved. */
export function approve(
  call: Call,
  entry: Entry,
  house: House,
  next: Next,
): Promise<void> | undefined {
  const { approvals } = call.route;
  const { ticket } = call;
  if (ticket !== null) {
    if (ticket.digest !== digestOf(call, entry)) {
      call.refuse(refuse('bad_request_state'));
      return undefined;
    }
    const { granted } = ticket;
    // Counts whatever the configuration says by now: who was asked and said no has said no.
    const outcome = granted === null ? answerIn(call) : 'granted';
    const isHis = ticket.by === approvals.config.by;
    if (outcome === 'granted' && isHis) {
      if (granted === null) settle(call, house, ticket, outcome);
      else call.trail.approval = granted;
      return send(call, entry, house, next);
    }
    if (outcome !== undefined && outcome !== 'granted') {
      settle(call, house, ticket, outcome);
      call.refuseTool(refusalFor(ticket.by, outcome, approvals.config));
      return undefined;
    }
  }
  const why = approvals.why(call, entry);
  return why === '' ? next(call, entry, house) : ask(call, entry, house, next, why);
}

function settle(call: Call, { approvals }: House, { by, askedAt }: Ticket, outcome: Outcome): void {
  approvals.settled(call, by, { outcome, who: '' }, askedAt);
}

function ask(
  call: Call,
  entry: Entry,
  house: House,
  next: Next,
  why: string,
): Promise<void> | undefined {
  const { config } = call.route.approvals;
  const canBeAsked = config.by === 'operator' ? house.approvals.isAttended : canFillIn(call);
  if (!canBeAsked) {
    house.approvals.settled(call, config.by, UNAVAILABLE, Date.now());
    call.refuseTool(refusalFor(config.by, 'unavailable', config));
    return undefined;
  }
  const args = argumentsFor(call, entry);
  return args instanceof Promise
    ? args.then((late) => askWith(call, entry, house, next, questionOf(call, entry, why, late)))
    : askWith(call, entry, house, next, questionOf(call, entry, why, args));
}

function askWith(
  call: Call,
  entry: Entry,
  house: House,
  next: Next,
  question: Question,
): Promise<void> | undefined {
  const { config } = call.route.approvals;
  const { by } = config;
  if (call.isDone) return undefined;
  // In the turn in which the place is taken.
  const full = house.approvals.refuse(call, config);
  if (full !== undefined) {
    house.approvals.settled(call, by, UNAVAILABLE, Date.now());
    call.refuse(full);
    return undefined;
  }
  if (by === 'caller' && call.session === null) {
    askModern(call, entry, house.approvals, question);
    return undefined;
  }
  return waitFor(call, entry, house, next, question);
}

async function waitFor(
  call: Call,
  entry: Entry,
  house: House,
  next: Next,
  question: Question,
): Promise<void> {
  const { config } = call.route.approvals;
  const { session } = call;
  const waiting = house.approvals.wait(call, question, config);
  const takeBack =
    config.by === 'caller' && session !== null
      ? askSession(session, waiting, house.approvals)
      : undefined;
  const decision = await waiting.decided;
  takeBack?.();
  if (call.isDone) return;
  if (decision.outcome !== 'granted') {
    refuseFor(call, decision);
    return;
  }
  // Hours may have ended and stops begun while somebody thought about it.
  const no = permit(call, entry, house);
  if (no !== undefined) call.refuse(no === HIDDEN ? refuse('unknown_tool') : no);
  else await send(call, entry, house, next);
}

function refuseFor(call: Call, { outcome, refusal }: Decision): void {
  const { config } = call.route.approvals;
  if (refusal?.code === 'draining') call.refuse(refusal);
  else call.refuseTool(refusal ?? refusalFor(config.by, outcome, config));
}

/** Approved. Where its server asks something of a modern client, the retry is the same call and need not be approved again. */
function send(call: Call, entry: Entry, house: House, next: Next): Promise<void> | undefined {
  const granted = call.trail.approval;
  if (call.isModern && granted !== null) {
    const { approvals } = house;
    call.carry = () =>
      approvals.refuse(call, call.route.approvals.config) === undefined
        ? approvals.issue(ticketFor(call, entry, STATE_TTL_MS, granted))
        : undefined;
  }
  return next(call, entry, house);
}

// === a modern client ===

function askModern(call: Call, entry: Entry, approvals: Approvals, question: Question): void {
  const { by, deadlineMs } = call.route.approvals.config;
  const ticket = ticketFor(call, entry, deadlineMs, null);
  const request = { method: 'elicitation/create', params: elicitation(question) };
  const purpose: Purpose = {
    kind: 'approval',
    ticket: approvals.issue(ticket),
    until: ticket.expiresAt,
  };
  call.trail.approval = { by, outcome: 'asked', ms: 0, who: '' };
  call.answer(inputRequired(call, `"${KEY}":${JSON.stringify(request)}`, purpose), 200);
}

function ticketFor(call: Call, entry: Entry, ttlMs: number, granted: Approval | null): Ticket {
  const askedAt = Date.now();
  return {
    by: call.route.approvals.config.by,
    callerId: call.caller.id,
    digest: digestOf(call, entry),
    granted,
    askedAt,
    expiresAt: askedAt + ttlMs,
  };
}

/** The ticket that a retry's state names; false where the call needs nothing more. */
export function takeTicket(call: Call, key: string, until: number, { approvals }: House): boolean {
  const ticket = approvals.take(key);
  if (until <= Date.now()) {
    const { config } = call.route.approvals;
    const by = ticket?.by ?? config.by;
    // Without its ticket it was counted when that was swept.
    if (ticket !== undefined) approvals.settled(call, by, EXPIRED, ticket.askedAt);
    else call.trail.approval = { by, ...EXPIRED, ms: config.deadlineMs };
    call.refuseTool(refusalFor(by, 'expired', config));
    return false;
  }
  if (ticket === undefined) {
    call.refuse(refuse('bad_request_state'));
    return false;
  }
  call.ticket = ticket;
  return true;
}

const UNAVAILABLE = { outcome: 'unavailable', who: '' } as const;
const EXPIRED = { outcome: 'expired', who: '' } as const;

/** Server, tool, and the arguments byte by byte: equal values may be written so that a server reads them otherwise. */
function digestOf(call: Call, { server, original }: Entry): string {
  return hash('sha256', JSON.stringify([server, original, call.argsText()]), 'base64url');
}

/** Undefined where the retry has no answer that can be understood: it is asked again. */
function answerIn({ message }: Call): Outcome | undefined {
  const responses = message.value(message.inputResponsesStart, message.inputResponsesEnd);
  if (typeof responses !== 'object' || responses === null) return undefined;
  return Object.hasOwn(responses, KEY)
    ? outcomeOf((responses as Record<string, unknown>)[KEY])
    : undefined;
}

function outcomeOf(result: unknown): Outcome | undefined {
  const action = (result as { action?: unknown } | null | undefined)?.action;
  return typeof action === 'string' ? OUTCOMES.get(action) : undefined;
}

const OUTCOMES: ReadonlyMap<string, Outcome> = new Map([
  ['accept', 'granted'],
  ['decline', 'denied'],
  ['cancel', 'cancelled'],
]);

// === a legacy session ===

/** Asks on the stream of the call. Returns what takes the question back where it has no answer yet. */
function askSession(session: Session, { id, call, question }: Waiting, approvals: Approvals) {
  const { asks } = session;
  const askId = asks.nextId;
  const params = elicitation(question);
  const request = { jsonrpc: '2.0', id: Number(askId), method: 'elicitation/create', params };
  const asked = asks.ask(
    Buffer.from(JSON.stringify(request)),
    { call },
    {
      answer: (reply) => approvals.answered(id, outcomeIn(reply)),
      fail: () => approvals.answered(id, 'cancelled'),
      refused: () => approvals.answered(id, 'unavailable'),
      speaker: null,
      lease: null,
      serverId: '',
    },
  );
  if (!asked) {
    const words = 'Too many requests wait for this client.';
    approvals.answered(id, 'unavailable', refuse('busy', words));
  }
  return () => asks.takeBack(askId);
}

/** An error, or what is no answer to this question, approves nothing. */
function outcomeIn(reply: Message): Outcome {
  if (reply.kind !== Kind.result) return 'unavailable';
  return outcomeOf(reply.value(reply.bodyStart, reply.bodyEnd)) ?? 'unavailable';
}

function elicitation(question: Question): object {
  return { message: textOf(question), requestedSchema: NOTHING_TO_FILL_IN };
}

/** Whether the client has said that it can put a form before its person; `{}` meant that before there was another way. */
function canFillIn({ profile: { capabilities } }: Call): boolean {
  const able = Object.hasOwn(capabilities, 'elicitation') ? capabilities.elicitation : undefined;
  if (typeof able !== 'object' || able === null) return false;
  return Object.hasOwn(able, 'form') || !Object.hasOwn(able, 'url');
}
