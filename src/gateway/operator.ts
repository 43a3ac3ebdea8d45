/**
 * What the operator of a running gateway sees and does, one server, tool, caller or session at a time.
 *
 * Nothing here is on the path of a call. What is set here, a server that is disabled or drained, counts until it is taken
 * back or the process ends, over reloads too; the file is never written.
 */

import { hash } from 'node:crypto';
import { type Inventory, NO_PROFILE } from '../backends/backends.ts';
import { fingerprintOf } from '../inspect/inspect.ts';
import type { LimitReport, LimitState } from '../limits/limits.ts';
import type { Caller } from '../model.ts';
import type { Waiting } from './approve/approvals.ts';
import type { Definitions, ToolState } from './definitions.ts';
import type { House } from './handle.ts';
import type { InFlight } from './in-flight.ts';
import type { GatewayConfig, Parts } from './parts.ts';
import { reportOf, type ServerReport } from './report.ts';
import type { Session } from './session.ts';
import type { Sessions } from './sessions.ts';

/** What a gateway lends to its operator. */
export interface Rooms {
  readonly sessions: Sessions;
  readonly calls: InFlight;
  readonly house: House;
  readonly definitions: Definitions;
  parts(): Parts;
  /** The configuration as the file has it. */
  file(): GatewayConfig;
  /** Puts what was switched into force; `anew` names a server that is made anew although nothing of it has changed. */
  renew(anew: string): Promise<void>;
  /** The set of drained servers has changed. */
  drained(): void;
  /** The lock file has changed. */
  relocked(server: string): Promise<void>;
}

export interface OperatedServer extends ServerReport {
  /** Gets no more calls; those that it has go on. */
  readonly drained: boolean;
  /** Whether the operator, and not the file, has disabled or enabled it. */
  readonly switched: boolean;
}

export interface OperatedTool extends ToolState {
  readonly server: string;
  readonly isShown: boolean;
  /** Why it is not; '' where it is. */
  readonly why: string;
}

export interface SessionReport {
  /** Made from its id, which a client proves its session with: that is told to nobody. */
  readonly handle: string;
  readonly caller: string;
  readonly route: string;
  readonly version: string;
  /** What the client calls itself. */
  readonly client: string;
  readonly openedAt: number;
  readonly usedAt: number;
  readonly inFlight: number;
  /** Whether the client holds a stream open. */
  readonly attached: boolean;
}

export interface CallerReport {
  readonly id: string;
  readonly by: Caller['by'];
  readonly agent: string;
  readonly user: string;
  readonly tenant: string;
  readonly roles: readonly string[];
  readonly sessions: number;
  readonly inFlight: number;
}

/** A call that waits until an operator has decided. */
export interface PendingApproval {
  readonly id: string;
  /** Its serial. */
  readonly call: number;
  readonly caller: string;
  readonly agent: string;
  readonly user: string;
  readonly tenant: string;
  readonly address: string;
  readonly server: string;
  readonly tool: string;
  readonly why: string;
  /** See `Question`. */
  readonly arguments: string | null;
  readonly argumentsBytes: number;
  readonly askedAt: number;
  readonly expiresAt: number;
}

const CLIENT_CHARS_MAX = 128;
/** Longest stretch of this on the main thread at a time: calls wait meanwhile. */
const TURN_MS = 1;

export class Operator {
  readonly #rooms: Rooms;
  /** By server: whether it is disabled, whatever the file says. */
  readonly #switched = new Map<string, boolean>();
  readonly drained = new Set<string>();

  constructor(rooms: Rooms) {
    this.#rooms = rooms;
  }

  /** The configuration with what was switched in it. */
  applied(config: GatewayConfig): GatewayConfig {
    for (const name of [...this.#switched.keys(), ...this.drained]) {
      if (Object.hasOwn(config.servers, name)) continue;
      this.#switched.delete(name);
      this.drained.delete(name);
    }
    if (this.#switched.size === 0) return config;
    const servers = Object.fromEntries(
      Object.entries(config.servers).map(([name, entry]) => {
        const disabled = this.#switched.get(name) ?? entry.disabled;
        return [name, disabled === entry.disabled ? entry : { ...entry, disabled }];
      }),
    );
    return { ...config, servers };
  }

  // === servers ===

  hasServer(name: string): boolean {
    return this.#rooms.parts().backends.has(name);
  }

  servers(): OperatedServer[] {
    return [...this.#rooms.parts().backends.keys()].flatMap((name) => this.server(name) ?? []);
  }

  server(name: string): OperatedServer | undefined {
    const backend = this.#rooms.parts().backends.get(name);
    if (backend === undefined) return undefined;
    const drained = this.drained.has(name);
    return { ...reportOf(backend), drained, switched: this.#switched.has(name) };
  }

  /**
   * New processes and connections first, then the old ones end with their last call. One that must not run twice ends
   * first, and gets no more calls until its successor is there.
   */
  async restart(name: string): Promise<void> {
    const isSingle = this.#rooms.parts().backends.get(name)?.config.pool.max === 1;
    const isHeld = isSingle && !this.drained.has(name);
    if (isHeld) this.drain(name);
    try {
      await this.#rooms.renew(name);
    } finally {
      if (isHeld && this.drained.delete(name)) this.#rooms.drained();
    }
  }

  /** No more calls for it; it stays listed. */
  drain(name: string): void {
    this.drained.add(name);
    this.#rooms.drained();
  }

  /** Out of every list and route; its processes end with their last call. */
  async disable(name: string): Promise<void> {
    this.#switched.set(name, true);
    await this.#rooms.renew('');
  }

  /** Takes back `drain` and `disable`, and what the file says of it. */
  async enable(name: string): Promise<void> {
    if (this.drained.delete(name)) this.#rooms.drained();
    const isDisabled = this.#rooms.parts().backends.get(name)?.config.disabled === true;
    if (!isDisabled) return;
    if (this.#rooms.file().servers[name]?.disabled === true) this.#switched.set(name, false);
    else this.#switched.delete(name);
    await this.#rooms.renew('');
  }

  // === tools ===

  /** One page of them, by name: each is fingerprinted when it is looked at. */
  async tools(
    server: string,
    offset: number,
    limit: number,
  ): Promise<{ total: number; tools: object[] }> {
    const names = [...this.#toolNames(server)].sort();
    const tools: object[] = [];
    let turnAt = performance.now();
    for (const name of names.slice(offset, offset + limit)) {
      const tool = this.tool(server, name);
      if (tool !== undefined) {
        const { definition: _, ...rest } = tool;
        tools.push(rest);
      }
      if (performance.now() - turnAt < TURN_MS) continue;
      await new Promise((resolve) => setImmediate(resolve));
      turnAt = performance.now();
    }
    return { total: names.length, tools };
  }

  #toolNames(server: string): Set<string> {
    const inventory = this.#inventory(server);
    const listed = inventory?.tools.map(({ key }) => key) ?? [];
    return new Set([...listed, ...this.#rooms.definitions.toolNames(server)]);
  }

  #inventory(server: string): Inventory | undefined {
    return this.#rooms.parts().backends.get(server)?.inventory(NO_PROFILE);
  }

  tool(server: string, name: string): OperatedTool | undefined {
    const inventory = this.#inventory(server);
    const listed = inventory?.tools.find(({ key }) => key === name);
    // Without inspection nothing is reviewed.
    const state =
      this.#rooms.definitions.tool(server, name) ??
      (listed === undefined ? undefined : unreviewed(name, listed.bytes));
    if (state === undefined) return undefined;
    const withdrawn = inventory?.withdrawn.find((one) => one.kind === 'tools' && one.key === name);
    const isShown = listed !== undefined;
    return { server, ...state, isShown, why: isShown ? '' : (withdrawn?.why ?? '') };
  }

  /** Why not, or null. Throws what the file system throws. */
  async approve(server: string, tool: string, sha256: string) {
    const fault = this.#rooms.definitions.approveTool(server, tool, sha256);
    if (fault === null) await this.#rooms.relocked(server);
    return fault;
  }

  // === callers and sessions ===

  get counts(): { sessions: number; inFlight: number } {
    return { sessions: this.#rooms.sessions.size, inFlight: this.#rooms.calls.size };
  }

  sessions(offset: number, limit: number): { total: number; sessions: SessionReport[] } {
    const page = [...this.#rooms.sessions].slice(offset, offset + limit);
    return { total: this.#rooms.sessions.size, sessions: page.map(sessionReport) };
  }

  /** Ends it, with what is in flight in it; false where there is none. */
  async endSession(handle: string): Promise<boolean> {
    for await (const session of this.#rooms.sessions.all()) {
      if (handleOf(session.id) !== handle) continue;
      this.#rooms.sessions.end(session);
      return true;
    }
    return false;
  }

  /** Those who have a session or a call in flight. */
  async callers(): Promise<CallerReport[]> {
    const found = new Map<string, { caller: Caller; sessions: number; inFlight: number }>();
    const of = (caller: Caller) => {
      const known = found.get(caller.id) ?? { caller, sessions: 0, inFlight: 0 };
      found.set(caller.id, known);
      return known;
    };
    for await (const { presented } of this.#rooms.sessions.all()) of(presented).sessions += 1;
    for (const { caller } of this.#rooms.calls.all()) of(caller).inFlight += 1;
    return [...found.values()].map(({ caller, sessions, inFlight }) => {
      const { id, by, agent, user, tenant, roles } = caller;
      return { id, by, agent, user, tenant, roles, sessions, inFlight };
    });
  }

  #caller(id: string): Caller | undefined {
    for (const { presented } of this.#rooms.sessions) if (presented.id === id) return presented;
    return this.#rooms.calls.all().find(({ caller }) => caller.id === id)?.caller;
  }

  // === calls that wait for approval ===

  /** Somebody can decide over them from now on. */
  attend(): void {
    this.#rooms.house.approvals.isAttended = true;
  }

  approvals(): PendingApproval[] {
    return this.#rooms.house.approvals.list().map(pendingApproval);
  }

  /** False where nothing of this id waits. */
  decide(id: string, outcome: 'granted' | 'denied', who: string): boolean {
    return this.#rooms.house.approvals.decide(id, outcome, who);
  }

  limits(): LimitReport[] {
    return this.#rooms.house.limits.reports();
  }

  /** Undefined where nobody of this id is there now. */
  limitsFor(callerId: string): LimitState[] | undefined {
    const caller = this.#caller(callerId);
    if (caller === undefined) return undefined;
    return this.#rooms.house.limits.statesFor({ caller, address: '' });
  }
}

function pendingApproval({ id, call, question, askedAt, expiresAt }: Waiting): PendingApproval {
  const { caller, address, trail } = call;
  const { server, tool, why, args, argsBytes } = question;
  const { agent, user, tenant } = caller;
  const whose = { caller: caller.id, agent, user, tenant, address };
  const what = { server, tool, why, arguments: args, argumentsBytes: argsBytes };
  return { id, call: trail.serial, ...whose, ...what, askedAt, expiresAt };
}

export function handleOf(sessionId: string): string {
  return hash('sha256', `session handle ${sessionId}`, 'hex').slice(0, 16);
}

function sessionReport(session: Session): SessionReport {
  const { id, caller, route, version, clientInfo, openedAt, usedAt, calls, isAttached } = session;
  return {
    handle: handleOf(id),
    caller: caller.id,
    route: route.path,
    version,
    client: clientName(clientInfo),
    openedAt,
    usedAt,
    inFlight: calls.size,
    attached: isAttached,
  };
}

/** `clientInfo` is whatever the client wrote there. */
function clientName(clientInfo: string): string {
  try {
    const { name, version } = JSON.parse(clientInfo) as { name?: unknown; version?: unknown };
    return [name, version]
      .filter((part) => typeof part === 'string')
      .join(' ')
      .slice(0, CLIENT_CHARS_MAX);
  } catch {
    return '';
  }
}

function unreviewed(tool: string, bytes: Buffer): ToolState {
  const definition: unknown = JSON.parse(bytes.utf8Slice());
  const state = { lock: 'off', approved: null, isBlocked: false, rules: [] } as const;
  return { tool, sha256: fingerprintOf(definition), ...state, definition };
}
