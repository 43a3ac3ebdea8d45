/**
 * What is in force, and how it is replaced under a running gateway: the parts made of the configuration, the hours in its
 * rules, the lock file, and what the operator has stopped.
 *
 * A call keeps the parts with which it began. Nothing here is on the path of a call, which reads `parts` and no more.
 */

import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import {
  type Backend,
  type BackendHost,
  type Inventory,
  LIST_CHANGES,
  NO_PROFILE,
} from '../backends/backends.ts';
import { Journal, Limits } from '../limits/limits.ts';
import { type Stop, Stops } from '../policy/policy.ts';
import type { Message } from '../protocol/message.ts';
import { refuse } from '../protocol/refusal.ts';
import { Announcer } from './announcer.ts';
import { Definitions, type Servers } from './definitions.ts';
import type { Finish } from './finish.ts';
import type { House } from './handle.ts';
import type { Operation } from './happening.ts';
import { Operator } from './operator.ts';
import { buildParts, type GatewayConfig, type Parts } from './parts.ts';
import { mayStillSee, momentOf } from './permit.ts';
import type { Generation } from './route.ts';
import type { Session } from './session.ts';
import type { Sessions } from './sessions.ts';

/** What outlives every configuration. */
export interface Lasting {
  readonly house: House;
  readonly sessions: Sessions;
  readonly finish: Finish;
  readonly log: Logger;
  readonly environment: NodeJS.ProcessEnv;
}

export class InForce {
  readonly #log: Logger;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #house: House;
  readonly #sessions: Sessions;
  readonly #finish: Finish;
  readonly #generation: Generation = { value: 0 };
  readonly #definitions: Definitions;
  readonly #announcer: Announcer;
  readonly operator: Operator;
  /** As the file has it. */
  #config: GatewayConfig;
  #stopped: readonly Stop[] = [];
  parts: Parts;
  #reloaded: Promise<void> = Promise.resolve();
  /** Nothing new comes into force any more. */
  isDraining = false;
  /** Of the hours in the file, as of the last look. */
  #openings: string;

  constructor(config: GatewayConfig, { house, sessions, finish, log, environment }: Lasting) {
    this.#config = config;
    this.#house = house;
    this.#sessions = sessions;
    this.#finish = finish;
    this.#log = log;
    this.#environment = environment;
    this.#announcer = new Announcer(sessions, house.listeners);
    this.parts = buildParts(config, undefined, this.#generation, this.#host());
    const { inspection } = this.parts;
    this.#definitions = new Definitions(inspection, serversOf(config), log, (server) => {
      // In another turn: what is being reviewed in this one is taken by then.
      setImmediate(() => void this.#lookAgain(server));
    });
    this.operator = this.#operator();
    this.#openings = this.parts.policy.openings(Date.now());
  }

  #host(): BackendHost {
    const listener = {
      onListChanged: (backend: Backend, method: string) => {
        this.#announcer.changed(backend, method, (path) => this.#shows(path, backend));
      },
      onUpdated: (backend: Backend, message: Message) =>
        this.#house.interests.updated(backend, message),
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
      calls: this.#house.calls,
      house: this.#house,
      definitions: this.#definitions,
      parts: () => this.parts,
      file: () => this.#config,
      renew: (anew) => this.#reloadNext(() => this.#reload(this.#config, anew)),
      drained: () => {
        this.#house.stops = new Stops(this.#stopped, this.operator.drained);
      },
      relocked: (server) =>
        this.#relocked([...this.parts.backends.values()].filter(({ name }) => name === server)),
    });
  }

  #shows(path: string, backend: Backend): boolean {
    return this.parts.routes.get(path)?.members.includes(backend) === true;
  }

  /** Takes hold of what must survive a restart. Throws, in words for the operator, where that cannot be. */
  open(): void {
    this.#definitions.open('serve');
    this.#keepQuotas(this.parts.config);
  }

  /** Starts every server; resolves when each has been tried once. */
  async start(): Promise<void> {
    await Promise.all([...this.parts.backends.values()].map((backend) => backend.start()));
  }

  #keepQuotas({ limits, state }: GatewayConfig): void {
    const house = this.#house.limits;
    if (!Limits.needsJournal(limits) || house.hasJournal) return;
    const onFault = (error: Error) =>
      this.#log.error({ err: error }, 'counts of quotas could not be written');
    house.keep(new Journal(state.dir, onFault), limits);
  }

  /** The rules allow something else than before, by a new file or by the hour. */
  async #allowAnew(now: number): Promise<void> {
    this.#openings = this.parts.policy.openings(now);
    this.#recheckListeners();
    for await (const session of this.#sessions.all()) this.#recheck(session);
    for (const method of LIST_CHANGES) await this.#announcer.tell(method, () => true);
  }

  /** Somebody may see more, or less, since the hour has changed. */
  look(now: number): void {
    if (this.parts.policy.openings(now) !== this.#openings) void this.#allowAnew(now);
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
    if (this.isDraining) return;
    const old = this.parts;
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
    this.parts = next;
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
    for (const backend of fresh) this.#house.interests.renew(backend);
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
    const route = this.parts.routes.get(path);
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
      const policy = this.parts.routes.get(path)?.policy;
      if (policy?.hasRoute(caller, path) !== true) return false;
      const moment = momentOf(call);
      return heard.every(({ backend, original }) =>
        mayStillSee(policy, caller, backend.name, original, moment),
      );
    });
  }

  /** The lock file may have been written by somebody else: what it says now counts. */
  async relock(): Promise<void> {
    const { inspection, backends, config } = this.parts;
    if (this.isDraining || !this.#definitions.isLockOutdated) return;
    this.#definitions.configure(inspection, serversOf(config));
    await this.#relocked([...backends.values()]);
    this.#log.info('lock file loaded');
    this.#operated('relock', {});
  }

  /** What another server has makes the tools of this one look otherwise. */
  async #lookAgain(server: string): Promise<void> {
    const backend = this.parts.backends.get(server);
    if (backend === undefined || this.isDraining) return;
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
    for (const call of this.#house.calls.all()) {
      const { backend, caller, onCancel } = call;
      const isMeant = backend !== null && stops.hasTarget(backend.name, call.original);
      if (!isMeant && !stops.hasCaller(caller)) continue;
      call.refuse(refuse('stopped'));
      call.session?.asks.dropAbout(call, 'The operator has stopped it.');
      onCancel?.('the operator has stopped it');
    }
    for (const session of this.#sessions) session.leave((server) => stops.hasTarget(server, ''));
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
    this.#finish.happened({ kind: 'operation', action, ...about, outcome: 'ok', details });
  }

  /**
   * Starts every server once, to be reported on; `approve` takes what they list as it is, into the lock file. Throws where
   * that file cannot be used.
   */
  async startOnce(approve: boolean): Promise<void> {
    this.#definitions.open(approve ? 'approve' : 'check');
    await this.start();
    // Each by what all the others have.
    await this.#reviewAgain([...this.parts.backends.values()]);
    if (approve) this.#definitions.approve(this.#toolNames());
  }

  /** Undefined for a server that could not be asked. */
  #toolNames(): Map<string, string[] | undefined> {
    return new Map(
      [...this.parts.backends].map(([name, backend]) => [
        name,
        backend.inventory(NO_PROFILE)?.tools.map(({ key }) => key),
      ]),
    );
  }

  /** Servers end, and with them what was reviewed of them. */
  async close(): Promise<void> {
    await Promise.all([...this.parts.backends.values()].map((backend) => backend.close()));
    this.#definitions.close();
  }
}

function serversOf({ servers, naming }: GatewayConfig): Servers {
  return { names: Object.keys(servers), separator: naming.separator };
}

function isIn(parts: Parts, backend: Backend): boolean {
  return parts.backends.get(backend.name) === backend;
}
