/**
 * The entrance to this folder: the gateway as the edges see it.
 *
 * It holds the parts made from the configuration and what outlives them: sessions, parked calls, listen streams.
 * `handle.ts` says what becomes of each method; `relay.ts` carries one request to a server and back.
 */

import type { Logger } from 'pino';
import { NO_PROFILE, profileOf } from '../backends/backends.ts';
import { Limits } from '../limits/limits.ts';
import type { Caller } from '../model.ts';
import { type Stop, Stops } from '../policy/policy.ts';
import { Kind, type Message } from '../protocol/message.ts';
import { REFUSALS, type Refusal, refusalBytes, refuse } from '../protocol/refusal.ts';
import type { Collector } from '../telemetry/telemetry.ts';
import { Validator } from '../validate/validate.ts';
import { Approvals } from './approve/approvals.ts';
import { inspectBeside } from './beside.ts';
import { ResultCache } from './cache/cache.ts';
import { Call } from './call.ts';
import { collect } from './collect.ts';
import { declaredBy } from './declared.ts';
import { Finish, type Recorder } from './finish.ts';
import { Fragments } from './fragments.ts';
import { type House, handle } from './handle.ts';
import type { Happening } from './happening.ts';
import { initializeMembers } from './hello.ts';
import { InFlight } from './in-flight.ts';
import { InForce } from './in-force.ts';
import { Interests } from './interests.ts';
import { Listeners } from './listeners.ts';
import type { Operator } from './operator.ts';
import type { Outlet } from './outlet.ts';
import { Parking } from './parking.ts';
import type { GatewayConfig } from './parts.ts';
import { type Readiness, readinessOf } from './readiness.ts';
import { type Offer, offersIn, reportOf, type ServerReport } from './report.ts';
import type { RouteView } from './route.ts';
import { gapLogger } from './schema-gaps.ts';
import { CALLS_MAX, Session } from './session.ts';
import { Sessions } from './sessions.ts';
import { Suspicion } from './suspicion.ts';
import { forwardFromClient } from './take.ts';
import { takeRequest } from './within.ts';

export { AuditRecorder } from './audit-recorder.ts';
export type { Recorder } from './finish.ts';
export type { Happening, Operation, SessionChange, TurnedAway } from './happening.ts';
export type { OperatedServer, OperatedTool, Operator, PendingApproval } from './operator.ts';
export type { Outlet } from './outlet.ts';
export type { GatewayConfig } from './parts.ts';
export { type RecentCall, RecentCalls } from './recent-calls.ts';
export type { Offer, ServerReport } from './report.ts';
export type { RouteView as Route } from './route.ts';
export type { Session } from './session.ts';

const SWEEP_MS = 10_000;
/** How long a connecting client waits for servers that are just starting. */
const START_MS = 15_000;

export class Gateway {
  readonly #log: Logger;
  readonly #sessions: Sessions;
  readonly #house: House;
  readonly #finish: Finish;
  readonly #inForce: InForce;
  readonly #sweep: NodeJS.Timeout;
  /** One for all sessions. */
  readonly #onFound = (found: Happening): void => this.happened(found);

  /** `recorders`: see `finish.ts`. */
  constructor(
    config: GatewayConfig,
    log: Logger,
    environment: NodeJS.ProcessEnv,
    recorders: readonly Recorder[] = [],
  ) {
    this.#log = log;
    this.#sessions = new Sessions(config.sessions, (what, session) => {
      this.happened(changeOf(what, session));
    });
    const interests = new Interests();
    this.#house = {
      calls: new InFlight(),
      stops: Stops.none,
      parking: new Parking(),
      results: new ResultCache(config.cache),
      limits: new Limits(config.limits),
      validator: new Validator(config.validate, gapLogger(log)),
      suspicion: new Suspicion(),
      approvals: new Approvals(),
      fragments: new Fragments(),
      interests,
      listeners: new Listeners(interests),
      log,
    };
    this.#finish = new Finish(this.#house, recorders);
    const lasting = { house: this.#house, sessions: this.#sessions, finish: this.#finish };
    this.#inForce = new InForce(config, { ...lasting, log, environment });
    this.#sweep = setInterval(() => this.#expire(), SWEEP_MS).unref();
  }

  get operator(): Operator {
    return this.#inForce.operator;
  }

  /** Takes hold of what must survive a restart. Throws, in words for the operator, where that cannot be. */
  open(): void {
    this.#inForce.open();
  }

  /** Starts every server; resolves when each has been tried once. */
  start(): Promise<void> {
    return this.#inForce.start();
  }

  // === clients ===

  /** The endpoint at this path; undefined where there is none, or none for this caller. */
  route(path: string, caller: Caller): RouteView | undefined {
    const route = this.#inForce.parts.routes.get(path);
    return route?.policy.hasRoute(caller, path) === true ? route : undefined;
  }

  /** One modern request; version and standard headers are already checked. */
  modern(
    route: RouteView,
    caller: Caller,
    message: Message,
    params: readonly string[] | null,
    outlet: Outlet,
  ): void {
    const profile = profileOf(message.text(message.capabilitiesStart, message.capabilitiesEnd));
    if (profile === undefined) {
      const words = 'clientCapabilities must be an object of at most 4 KiB.';
      this.#turnAway(route, caller, message, outlet, refuse('invalid_params', words));
      return;
    }
    const { call: finish } = this.#finish;
    this.#handle(new Call(route, caller, message, null, profile, params, outlet, finish));
  }

  /** A legacy `initialize`. `opened` runs before the answer is sent, and not at all on refusal. */
  initialize(
    route: RouteView,
    caller: Caller,
    message: Message,
    outlet: Outlet,
    opened: (session: Session) => void,
  ): void {
    const declared = declaredBy(message);
    const full = this.#sessions.refuse(caller.id, Date.now());
    if (declared === undefined) {
      const words = 'initialize needs protocolVersion and capabilities.';
      this.#turnAway(route, caller, message, outlet, refuse('invalid_params', words));
      return;
    }
    const no = this.#refuse(caller) ?? full;
    if (no !== undefined) {
      this.#turnAway(route, caller, message, outlet, no);
      return;
    }
    const { version, profile, clientInfo } = declared;
    const session = new Session(route, caller, version, profile, clientInfo, Date.now());
    session.onFound = this.#onFound;
    const { call: finish } = this.#finish;
    const call = new Call(route, caller, message, session, profile, null, outlet, finish);
    this.#finish.begun(call);
    // Else whoever may make ten requests a minute could open and end sessions without end, each of them recorded.
    if (!takeRequest(call, this.#house.limits)) return;
    this.#sessions.add(session);
    route.started(START_MS).then(
      async () => {
        // What a client says of itself goes to every server that it uses.
        const next = await inspectBeside(call, { server: '', original: '' }, this.#house);
        if (next !== call) next?.refuse(refuse('content_blocked'));
        if (next !== call || call.isDone) return this.#sessions.end(session);
        opened(session);
        call.result(initializeMembers(call, version));
      },
      (error: unknown) => {
        this.#log.error({ err: error }, 'initialize failed by a bug');
        this.#sessions.end(session);
      },
    );
  }

  /** The live session of this id, if it is this caller's and on this route; touches its idle clock. */
  session(id: string, caller: Caller, route: RouteView): Session | undefined {
    const session = this.#sessions.get(id);
    // Another caller's session answers as if it did not exist.
    if (session === undefined || session.caller.id !== caller.id) return undefined;
    if (session.route.path !== route.path) return undefined;
    session.usedAt = Date.now();
    // The same caller may come with another token: what this one may do is what counts.
    session.presented = caller;
    return session;
  }

  /** One request in a legacy session. */
  legacy(session: Session, message: Message, outlet: Outlet): void {
    const { presented: caller, profile } = session;
    const route = this.#inForce.parts.routes.get(session.route.path);
    const no = route === undefined ? refuse('unknown_route') : misfit(route, session, message);
    if (route === undefined || no !== undefined) {
      this.#turnAway(session.route, caller, message, outlet, no!, session);
      return;
    }
    const { call: finish } = this.#finish;
    this.#handle(new Call(route, caller, message, session, profile, null, outlet, finish));
  }

  /** One notification or response from a legacy client. */
  take(session: Session, message: Message): void {
    session.usedAt = Date.now();
    if (message.kind === Kind.result || message.kind === Kind.error)
      session.asks.answered(message, session.route.inspection, (server) =>
        session.noting(server, ''),
      );
    else forwardFromClient(session, message);
  }

  end(session: Session): void {
    this.#sessions.end(session);
  }

  /** Ends the sessions of callers whose credential counts no more, with what is in flight in them. */
  endCallers(isEnded: (caller: Caller) => boolean): void {
    this.#sessions.endCallers(isEnded);
  }

  /** Why nothing of this caller begins now. */
  #refuse(caller: Caller): Refusal | undefined {
    const { stops } = this.#house;
    if (this.#inForce.isDraining) return refuse('draining');
    if (stops.isAny && stops.hasCaller(caller)) return refuse('stopped');
    return this.#finish.refuse();
  }

  #handle(call: Call): void {
    const { caller, route, message, outlet, session } = call;
    const no = this.#refuse(caller);
    if (no !== undefined) {
      this.#turnAway(route, caller, message, outlet, no, session);
      return;
    }
    if (call.route.inspection.joinsCalls) call.fragments = this.#house.fragments;
    this.#finish.begun(call);
    handle(call, this.#house);
  }

  /** A refusal of what never becomes a call. */
  #turnAway(
    route: RouteView,
    caller: Caller,
    { id, method }: Message,
    outlet: Outlet,
    refusal: Refusal,
    session: Session | null = null,
  ): void {
    const address = outlet.address ?? '';
    const about = { path: route.path, method, id, session: session?.id ?? '' };
    this.happened({ kind: 'turned_away', refusal, caller, address, ...about });
    outlet.end(refusalBytes(id, refusal), REFUSALS[refusal.code].http);
  }

  /** For the record: see `finish.ts`. */
  happened(happening: Happening): void {
    this.#finish.happened(happening);
  }

  #expire(): void {
    const now = Date.now();
    this.#inForce.look(now);
    this.#sessions.sweep(now);
    this.#house.parking.sweep(now);
    this.#house.approvals.sweep(now);
    for (const backend of this.#inForce.parts.backends.values()) backend.sweep(now);
    for (const { id, mode, refused } of this.#house.limits.news()) {
      const words =
        mode === 'observe' ? 'a limit would have refused calls' : 'a limit refused calls';
      this.#log.info({ limit: id, calls: refused }, words);
    }
  }

  // === the operator ===

  get isDraining(): boolean {
    return this.#inForce.isDraining;
  }

  get config(): GatewayConfig {
    return this.#inForce.parts.config;
  }

  /** Puts a new configuration in force. Servers that did not change keep their processes; calls in flight finish. */
  reload(config: GatewayConfig): Promise<void> {
    return this.#inForce.reload(config);
  }

  /** The lock file may have been written by somebody else: what it says now counts. */
  relock(): Promise<void> {
    return this.#inForce.relock();
  }

  /** Puts what is stopped in force, in this turn. */
  stop(list: readonly Stop[]): void {
    this.#inForce.stop(list);
  }

  /** Whether to send traffic here: something is served, or nothing is configured to be. */
  readiness(): Readiness {
    const servers = this.operator.servers();
    const { stops } = this.#house;
    return readinessOf(servers, this.#finish.faults(), stops.list, this.#inForce.isDraining);
  }

  /** What is wrong with the records of what passes, in words for the operator. */
  recordFaults(): string[] {
    return this.#finish.faults().map(({ words }) => words);
  }

  /** Values for /metrics, one server at a time. */
  collect(put: Parameters<Collector>[0]): Iterable<void> {
    return collect(this.#inForce.parts, this.#house, this.#sessions, put);
  }

  reports(): ServerReport[] {
    return [...this.#inForce.parts.backends.values()].map(reportOf);
  }

  /**
   * Starts every server once and reports on each; `approve` takes what they list as it is, into the lock file. Throws where
   * that file cannot be used.
   */
  async inspectServers(approve = false): Promise<ServerReport[]> {
    await this.#inForce.startOnce(approve);
    return this.reports();
  }

  /** Everything that is listed and not withdrawn, and what servers say of how to use them. */
  offers(): Offer[] {
    return [...this.#inForce.parts.backends].flatMap(([server, backend]) => {
      const inventory = backend.inventory(NO_PROFILE);
      return inventory === undefined ? [] : offersIn(server, inventory);
    });
  }

  /** Takes no more requests, waits for those in flight up to the deadline, then ends sessions and servers. */
  async close(deadlineMs: number): Promise<void> {
    this.#inForce.isDraining = true;
    clearInterval(this.#sweep);
    this.#house.listeners.close();
    this.#house.approvals.close();
    if (this.#house.calls.size > 0) await this.#idle(deadlineMs);
    this.#house.parking.close();
    this.#sessions.close();
    await this.#inForce.close();
    this.#house.validator.close();
    await this.#house.limits.close();
    await this.#finish.close(deadlineMs);
  }

  #idle(deadlineMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, deadlineMs);
      this.#finish.onIdle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Why this message is no call of its session. */
function misfit(route: RouteView, session: Session, { id }: Message): Refusal | undefined {
  if (!route.policy.hasRoute(session.presented, route.path)) return refuse('unknown_route');
  if (session.calls.get(id) !== undefined) {
    return refuse('invalid_request', 'This id is already in use by a request in flight.');
  }
  if (session.calls.size < CALLS_MAX) return undefined;
  return refuse('busy', `At most ${CALLS_MAX} requests of one session at a time.`);
}

function changeOf(what: 'begun' | 'ended', session: Session): Happening {
  const { id, caller, route, version, clientInfo: client } = session;
  return { kind: 'session', what, id, caller, route: route.path, version, client };
}
