/**
 * What becomes of each method, in either era. The one place that catches: a bug answers `internal` with an id, and its
 * stack goes to the log.
 */

import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Limits } from '../limits/limits.ts';
import type { Stops } from '../policy/policy.ts';
import { refuse } from '../protocol/refusal.ts';
import type { Validator } from '../validate/validate.ts';
import type { Approvals } from './approve/approvals.ts';
import { takeTicket } from './approve/approve.ts';
import { inspectBeside } from './beside.ts';
import { type Purpose, unseal } from './bridge/request-state.ts';
import type { ResultCache } from './cache/cache.ts';
import type { Call } from './call.ts';
import { callTool } from './call-tool.ts';
import type { Fragments } from './fragments.ts';
import { discoverMembers } from './hello.ts';
import type { InFlight } from './in-flight.ts';
import type { Interests } from './interests.ts';
import { LISTS, list } from './list.ts';
import type { Listeners } from './listeners.ts';
import { refuseResuming } from './may-resume.ts';
import {
  complete,
  getPrompt,
  passThrough,
  readResource,
  setLogLevel,
  subscribe,
} from './methods.ts';
import type { Parking } from './parking.ts';
import { isPassable } from './passable.ts';
import type { Relay } from './relay.ts';
import type { Suspicion } from './suspicion.ts';
import { takeRequest } from './within.ts';

/** What methods need beside the call. */
export interface House {
  readonly calls: InFlight;
  /** What the operator has stopped. */
  stops: Stops;
  readonly parking: Parking;
  readonly results: ResultCache;
  readonly limits: Limits;
  readonly validator: Validator;
  readonly suspicion: Suspicion;
  readonly approvals: Approvals;
  readonly fragments: Fragments;
  readonly interests: Interests;
  readonly listeners: Listeners;
  readonly log: Logger;
}

type Method = (call: Call, house: House) => Promise<void> | undefined | void;

/** How long a client that connects waits for servers that are just starting. */
const START_MS = 15_000;

const BOTH: Record<string, Method> = {
  'tools/call': callTool,
  'prompts/get': getPrompt,
  'resources/read': readResource,
  'completion/complete': complete,
};

const MODERN: Record<string, Method> = table({
  ...BOTH,
  'server/discover': async (call) => {
    await call.route.started(START_MS);
    call.result(discoverMembers(call));
  },
  'subscriptions/listen': async (call, house) => {
    await call.route.started(START_MS);
    // URIs that match a template of a server are told to it.
    const next = await inspectBeside(call, { server: '', original: '' }, house);
    if (next?.isDone === false) house.listeners.open(next);
  },
});

const LEGACY: Record<string, Method> = table({
  ...BOTH,
  ping: (call) => call.result(''),
  'logging/setLevel': (call) => setLogLevel(call),
  'resources/subscribe': subscribe,
  'resources/unsubscribe': subscribe,
});

/** A null prototype, so that a method called "constructor" is as unknown as any other. */
function table(methods: Record<string, Method>): Record<string, Method> {
  return Object.assign(Object.create(null), methods);
}

/** Answers one request; never throws. */
export function handle(call: Call, house: House): void {
  try {
    const work = dispatch(call, house);
    if (work !== undefined) work.catch((error: unknown) => failed(call, house, error));
  } catch (error) {
    failed(call, house, error);
  }
}

function dispatch(call: Call, house: House): Promise<void> | undefined {
  const { message } = call;
  const { method } = message;
  if (message.requestStateStart >= 0 && call.isModern && !resumed(call, house)) return undefined;
  // A tool has more limits than its caller: they are taken when it is known.
  if (method !== 'tools/call' && !takeRequest(call, house.limits)) return undefined;
  const known = (call.isModern ? MODERN : LEGACY)[method];
  if (known !== undefined) return known(call, house) ?? undefined;
  const page = LISTS[method];
  if (page !== undefined) return list(call, page);
  if (isPassable(method)) return passThrough(call, house);
  call.refuse(refuse('unknown_method'));
  return undefined;
}

/** Opens the requestState of a retry; false where the call needs nothing more. */
function resumed(call: Call, house: House): boolean {
  const { parking } = house;
  const purpose = unseal(call, Date.now());
  if (purpose !== undefined && purpose.kind !== 'parked') return madeAgain(call, purpose, house);
  const relay = purpose?.kind === 'parked' ? parking.leave(purpose.park) : undefined;
  if (relay === undefined) {
    call.refuse(refuse('bad_request_state'));
    return false;
  }
  const { approval } = relay.call.trail;
  if (approval !== null && relay.call.argsText() !== call.argsText()) {
    relay.abandon('the retry has other arguments than were approved');
    call.refuse(refuse('bad_request_state'));
    return false;
  }
  call.trail.approval = approval;
  const no = refuseResuming(call, relay, house);
  if (no === undefined) {
    const next = inspectBeside(call, relay.target, house);
    if (!(next instanceof Promise)) resume(next, relay);
    else next.then((late) => resume(late, relay)).catch((bug) => failed(call, house, bug));
    return false;
  }
  relay.abandon('the caller may no longer make this call');
  call.refuse(no);
  return false;
}

/** A retry that goes through all stages again; false where it goes through none. */
function madeAgain(
  call: Call,
  purpose: Exclude<Purpose, { kind: 'parked' }>,
  house: House,
): boolean {
  const { ticket } = purpose;
  const until = purpose.kind === 'approval' ? purpose.until : Number.POSITIVE_INFINITY;
  if (ticket !== undefined && !takeTicket(call, ticket, until, house)) return false;
  if (purpose.kind === 'wrapped') call.innerState = purpose.inner;
  if (purpose.kind === 'again') call.innerState = '""';
  return true;
}

/** The retry of a parked call, where its answers may go to the server. */
function resume(call: Call | undefined, relay: Relay): void {
  if (call?.isDone === false) relay.resume(call);
  else relay.abandon('the answers are not passed on');
}

function failed(call: Call, { log }: House, error: unknown): void {
  const incident = randomUUID();
  log.error({ err: error, incident, ...call.about }, 'a call failed by a bug');
  call.refuse(refuse('internal', undefined, { incident }));
}
