/**
 * The entrance to this folder: the gateway as the edges see it.
 *
 * It holds the parts made from the configuration and what outlives them: sessions, parked calls, listen streams.
 * `handle.ts` says what becomes of each method; `relay.ts` carries one request to a server and back.
 */

import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import {
  type Backend,
  type BackendHost,
  type Entry,
  type Inventory,
  LIST_CHANGES,
  NO_PROFILE,
  profileOf,
} from '../backends/backends.ts';
import { Journal, Limits } from '../limits/limits.ts';
import type { Caller } from '../model.ts';
import { type Stop, Stops } from '../policy/policy.ts';
import { Kind, type Message } from '../protocol/message.ts';
import { REFUSALS, type Refusal, refusalBytes, refuse } from '../protocol/refusal.ts';
import type { Collector } from '../telemetry/telemetry.ts';
import { type Tool, Validator } from '../validate/validate.ts';
import { Announcer } from './announcer.ts';
import { inspectBeside } from './beside.ts';
import { ResultCache } from './cache/cache.ts';
import { Call } from './call.ts';
import { collect } from './collect.ts';
import { declaredBy } from './declared.ts';
import { Definitions, type Servers } from './definitions.ts';
import { Finish, type Recorder } from './finish.ts';
import { Fragments } from './fragments.ts';
import { type House, handle } from './handle.ts';
import type { Happening, Operation } from './happening.ts';
import { initializeMembers } from './hello.ts';
import { InFlight } from './in-flight.ts';
import { Interests } from './interests.ts';
import { Listeners } from './listeners.ts';
import { Operator } from './operator.ts';
import type { Outlet } from './outlet.ts';
import { Parking } from './parking.ts';
import { buildParts, type GatewayConfig, type Parts } from './parts.ts';
import { mayStillSee, momentOf } from './permit.ts';
import {
  type Offer,
  offersIn,
  type Readiness,
  readinessOf,
  reportOf,
  type ServerReport,
} from './report.ts';
import type { Generation, RouteView } from './route.ts';
import { CALLS_MAX, Session } from './session.ts';
import { Sessions } from './sessions.ts';
import { Suspicion } from './suspicion.ts';
import { forwardFromClient } from './take.ts';

export { AuditRecorder } from './audit-recorder.ts';
export type { Recorder } from './finish.ts';
export type { Happening, Operation, SessionChange, TurnedAway } from './happening.ts';
export type { OperatedServer, OperatedTool, Operator } from './operator.ts';
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
  readonly #environment: NodeJS.ProcessEnv;
  readonly #generation: Generation = { value: 0 };
  readonly #sessions: Sessions;
  readonly #interests = new Interests();
  readonly #house: House;
  readonly #definitions: Definitions;
  readonly #sweep: NodeJS.Timeout;
  readonly #announcer: Announcer;
  readonly operator: Operator;
  /** As the file has it. */
  #config: GatewayConfig;
  #stopped: readonly Stop[] = [];
  #parts: Parts;
  readonly #calls = new InFlight();
  readonly #finish: Finish;
  #reloaded: Promise<void> = Promise.resolve();
  #isDraining = false;
  /** Of the hours in the file, as of the last look. */
  #openings: string;

  /** `recorders`: see `finish.ts`. */
  constructor(
    config: GatewayConfig,
    log: Logger,
    environment: NodeJS.ProcessEnv,
    recorders: readonly Recorder[] = [],
  ) {
    this.#config = config;
    this.#log = log;
    this.#environment = environment;
    this.#sessions = new Sessions(config.sessions, (what, session) => {
      this.happened(changeOf(what, session));
    });
    this.#house = {
      calls: this.#calls,
      stops: Stops.none,
      parking: new Parking(),
      results: new ResultCache(config.cache),
      limits: new Limits(config.limits),
      validator: new Validator(config.validate, gapLogger(log)),
      suspicion: new Suspicion(),
      fragments: new Fragments(),
      interests: this.#interests,
      listeners: new Listeners(this.#interests),
      log,
    };
    this.#finish = new Finish(this.#house, recorders);
    this.#announcer = new Announcer(this.#sessions, this.#house.listeners);
    const host = this.#host();
    this.#parts = buildParts(config, undefined, this.#generation, host);
    const { inspection } = this.#parts;
    this.#definitions = new Definitions(inspection, serversOf(config), log, (server) => {
      // In another turn: what is being reviewed in this one is taken by then.
      setImmediate(() => void this.#lookAgain(server));
    });
    this.operator = this.#operator();
    this.#openings = this.#parts.policy.openings(Date.now());
    this.#sweep = setInterval(() => this.#expire(), SWEEP_MS).unref();
  }

  #host(): BackendHost {
    const listener = {
      onListChanged: (backend: Backend, method: string) => {
        this.#announcer.changed(backend, method, (path) => this.#shows(path, backend));
      },
      onUpdated: (backend: Backend, message: Message) => this.#interests.updated(backend, message),
      onInventory: () => {
        this.#generation.value += 1;
      },
    };
    const review = (server: string, inventory: Inventory) =>
      this.#definitions.review(server, inventory);
    return { listener, review, log: this.#log, environment: this.#environment };
  }

  #operator(): Operator {
    return new Operator({
      sessions: this.#sessions,
      calls: this.#calls,
      house: this.#house,
      definitions: this.#definitions,
      parts: () => this.#parts,
      file: () => this.#config,
      renew: (anew) => this.#reloadNext(() => this.#reload(this.#config, anew)),
      drained: () => {
        this.#house.stops = new Stops(this.#stopped, this.operator.drained);
      },
      relocked: (server) =>
        this.#relocked([...this.#parts.backends.values()].filter(({ name }) => name === server)),
    });
  }

  #shows(path: string, backend: Backend): boolean {
    return this.#parts.routes.get(path)?.members.includes(backend) === true;
  }

  /** Takes hold of what must survive a restart. Throws, in words for the operator, where that cannot be. */
  open(): void {
    this.#definitions.open('serve');
    this.#keepQuotas(this.#parts.config);
  }

  /** Starts every server; resolves when each has been tried once. */
  async start(): Promise<void> {
    await Promise.all([...this.#parts.backends.values()].map((backend) => backend.start()));
  }

  #keepQuotas({ limits, state }: GatewayConfig): void {
    const house = this.#house.limits;
    if (!Limits.needsJournal(limits) || house.hasJournal) return;
    const onFault = (error: Error) =>
      this.#log.error({ err: error }, 'counts of quotas could not be written');
    house.keep(new Journal(state.dir, onFault), limits);
  }

  // === clients ===

  /** The endpoint at this path; undefined where there is none, or none for this caller. */
  route(path: string, caller: Caller): RouteView | undefined {
    const route = this.#parts.routes.get(path);
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
    this.#sessions.add(session);
    const { call: finish } = this.#finish;
    const call = new Call(route, caller, message, session, profile, null, outlet, finish);
    this.#finish.begun(call);
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
    const route = this.#parts.routes.get(session.route.path);
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
      session.asks.answered(message, session.route.inspection);
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
    if (this.#isDraining) return refuse('draining');
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

  /** The rules allow something else than before, by a new file or by the hour. */
  async #allowAnew(now: number): Promise<void> {
    this.#openings = this.#parts.policy.openings(now);
    this.#recheckListeners();
    for await (const session of this.#sessions.all()) this.#recheck(session);
    for (const method of LIST_CHANGES) await this.#announcer.tell(method, () => true);
  }

  #expire(): void {
    const now = Date.now();
    if (this.#parts.policy.openings(now) !== this.#openings) void this.#allowAnew(now);
    this.#sessions.sweep(now);
    this.#house.parking.sweep(now);
    for (const backend of this.#parts.backends.values()) backend.sweep(now);
    for (const { id, mode, refused } of this.#house.limits.news()) {
      const words =
        mode === 'observe' ? 'a limit would have refused calls' : 'a limit refused calls';
      this.#log.info({ limit: id, calls: refused }, words);
    }
  }

  // === the operator ===

  get isDraining(): boolean {
    return this.#isDraining;
  }

  get config(): GatewayConfig {
    return this.#parts.config;
  }

  /** Puts a new configuration in force. Servers that did not change keep their processes; calls in flight finish. */
  reload(config: GatewayConfig): Promise<void> {
    // One after the other: two at once would both build on the same old parts, and lose each other's processes.
    return this.#reloadNext(() => this.#reload(config, ''));
  }

  #reloadNext(reload: () => Promise<void>): Promise<void> {
    const reloaded = this.#reloaded.then(reload);
    this.#reloaded = reloaded.catch(() => {});
    return reloaded;
  }

  /** `anew`: a server that is made anew although its entry is the same; '' for none. */
  async #reload(file: GatewayConfig, anew: string): Promise<void> {
    if (this.#isDraining) return;
    const old = this.#parts;
    const config = this.operator.applied(file);
    this.#keepQuotas(config);
    const next = buildParts(config, old, this.#generation, this.#host(), anew);
    const single = old.backends.get(anew);
    if (single?.config.pool.max === 1) await single.retire();
    const isOther =
      next.inspection !== old.inspection ||
      this.#definitions.isLockOutdated ||
      !isDeepStrictEqual(serversOf(old.config), serversOf(config));
    if (isOther) this.#definitions.configure(next.inspection, serversOf(config));
    const fresh = [...next.backends.values()].filter((backend) => !isIn(old, backend));
    // Make before break: the new servers are up, or known to be down, before anybody is sent to them.
    await Promise.all(fresh.map((backend) => backend.start()));
    if (isOther) await this.#reviewAgain([...next.backends.values()]);
    this.#parts = next;
    this.#config = file;
    this.#announcer.reset();
    this.#generation.value += 1;
    this.#sessions.configure(config.sessions);
    this.#house.results.configure(config.cache);
    this.#house.limits.configure(config.limits);
    this.#house.validator.configure(config.validate);
    this.#finish.configure(config);
    const gone = [...old.backends.values()].filter((backend) => !isIn(next, backend));
    for (const backend of gone) void backend.retire();
    for (const backend of fresh) this.#interests.renew(backend);
    await this.#allowAnew(Date.now());
    this.#log.info(
      { started: fresh.map(({ name }) => name), ended: gone.map(({ name }) => name) },
      'configuration reloaded',
    );
  }

  /** What a session was allowed before and is not now ends, and with its route the session. */
  #recheck(session: Session): void {
    const { path } = session.route;
    const { presented: caller } = session;
    // Of the present parts: others may have come since the sessions began to be gone through.
    const route = this.#parts.routes.get(path);
    if (route?.policy.hasRoute(caller, path) === false) {
      this.#sessions.end(session);
      return;
    }
    session.route = route ?? session.route;
    session.subscriptions.recheck(({ backend, original, address }) => {
      if (route === undefined) return false;
      const moment = { now: Date.now(), address, route: path, era: 'legacy' as const };
      return mayStillSee(route.policy, caller, backend.name, original, moment);
    });
  }

  #recheckListeners(): void {
    this.#house.listeners.recheck((call, heard) => {
      const { caller } = call;
      const { path } = call.route;
      const policy = this.#parts.routes.get(path)?.policy;
      if (policy?.hasRoute(caller, path) !== true) return false;
      const moment = momentOf(call);
      return heard.every(({ backend, original }) =>
        mayStillSee(policy, caller, backend.name, original, moment),
      );
    });
  }

  /** The lock file may have been written by somebody else: what it says now counts. */
  async relock(): Promise<void> {
    const { inspection, backends, config } = this.#parts;
    if (this.#isDraining || !this.#definitions.isLockOutdated) return;
    this.#definitions.configure(inspection, serversOf(config));
    await this.#relocked([...backends.values()]);
    this.#log.info('lock file loaded');
    this.#operated('relock', {});
  }

  /** What another server has makes the tools of this one look otherwise. */
  async #lookAgain(server: string): Promise<void> {
    const backend = this.#parts.backends.get(server);
    if (backend === undefined || this.#isDraining) return;
    await this.#reviewAgain([backend]);
    this.#announcer.changed(backend, 'notifications/tools/list_changed', (path) =>
      this.#shows(path, backend),
    );
  }

  async #relocked(backends: readonly Backend[]): Promise<void> {
    await this.#reviewAgain(backends);
    for (const method of LIST_CHANGES) await this.#announcer.tell(method, () => true);
  }

  async #reviewAgain(backends: readonly Backend[]): Promise<void> {
    await Promise.all(backends.map((backend) => backend.reviewAgain()));
  }

  /**
   * Puts what is stopped in force, in this turn: calls, questions and streams of it end, and so do sessions of callers who
   * may do nothing more.
   */
  stop(list: readonly Stop[]): void {
    this.#stopped = list;
    const stops = new Stops(list, this.operator.drained);
    this.#house.stops = stops;
    for (const call of this.#calls.all()) {
      const { backend, caller, onCancel } = call;
      const isMeant = backend !== null && stops.hasTarget(backend.name, call.original);
      if (!isMeant && !stops.hasCaller(caller)) continue;
      call.refuse(refuse('stopped'));
      onCancel?.('the operator has stopped it');
    }
    this.#house.parking.abandon(({ call, backend, target }) => {
      return stops.hasCaller(call.caller) || stops.hasTarget(backend.name, target.original);
    });
    this.#sessions.endCallers((caller) => stops.hasCaller(caller));
    this.#log.warn({ stopped: stops.list }, 'the emergency stop has changed');
    this.#operated('stop', { stopped: stops.list });
  }

  /** By a file that the operator changed. */
  #operated(action: string, details: Operation['details']): void {
    const about = { by: 'file', address: '', target: '' };
    this.happened({ kind: 'operation', action, ...about, outcome: 'ok', details });
  }

  /** Whether to send traffic here: something is served, or nothing is configured to be. */
  readiness(): Readiness {
    const readiness = readinessOf(this.operator.servers(), this.#isDraining);
    const { list } = this.#house.stops;
    if (list.length === 0) return readiness;
    // Callers and tenants are nobody's business who need not say who he is.
    const stopped = list.map(({ kind, name, since }) => {
      return kind === 'server' || kind === 'tool' ? { kind, name, since } : { kind, since };
    });
    return { ...readiness, stopped };
  }

  /** Values for /metrics, one server at a time. */
  collect(put: Parameters<Collector>[0]): Iterable<void> {
    return collect(this.#parts, this.#house, this.#sessions, put);
  }

  reports(): ServerReport[] {
    return [...this.#parts.backends.values()].map(reportOf);
  }

  /**
   * Starts every server once and reports on each; `approve` takes what they list as it is, into the lock file. Throws where
   * that file cannot be used.
   */
  async inspectServers(approve = false): Promise<ServerReport[]> {
    this.#definitions.open(approve ? 'approve' : 'check');
    await this.start();
    // Each by what all the others have.
    await this.#reviewAgain([...this.#parts.backends.values()]);
    if (approve) this.#definitions.approve(this.#toolNames());
    return this.reports();
  }

  /** Everything that is listed and not withdrawn, and what servers say of how to use them. */
  offers(): Offer[] {
    return [...this.#parts.backends].flatMap(([server, backend]) => {
      const inventory = backend.inventory(NO_PROFILE);
      return inventory === undefined ? [] : offersIn(server, inventory);
    });
  }

  /** Undefined for a server that could not be asked. */
  #toolNames(): Map<string, string[] | undefined> {
    return new Map(
      [...this.#parts.backends].map(([name, backend]) => [
        name,
        backend.inventory(NO_PROFILE)?.tools.map(({ key }) => key),
      ]),
    );
  }

  /** Takes no more requests, waits for those in flight up to the deadline, then ends sessions and servers. */
  async close(deadlineMs: number): Promise<void> {
    this.#isDraining = true;
    clearInterval(this.#sweep);
    this.#house.listeners.close();
    if (this.#calls.size > 0) await this.#idle(deadlineMs);
    this.#house.parking.close();
    this.#sessions.close();
    await Promise.all([...this.#parts.backends.values()].map((backend) => backend.close()));
    this.#definitions.close();
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

/** Said once per tool, and not at each new list; a server that invents ever new tools is heard of so often. */
const GAPS_TOLD_MAX = 1000;

function gapLogger(log: Logger) {
  const told = new Set<string>();
  return (tool: Tool, why: string, isChecked: boolean) => {
    const { backend, original } = tool as Entry;
    const key = `${backend.name}.${original} ${why}`;
    if (told.has(key) || told.size >= GAPS_TOLD_MAX) return;
    told.add(key);
    const words = isChecked
      ? 'a part of the input schema of a tool is not checked'
      : 'the input schema of a tool is not checked';
    log.warn({ server: backend.name, tool: original.slice(0, 128), why }, words);
  };
}

function serversOf({ servers, naming }: GatewayConfig): Servers {
  return { names: Object.keys(servers), separator: naming.separator };
}

function isIn(parts: Parts, backend: Backend): boolean {
  return parts.backends.get(backend.name) === backend;
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
