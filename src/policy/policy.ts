/**
 * The entrance to this folder: may this caller see this, and may it call it so?
 *
 * A `Policy` is made of one configuration and never changes; a reload makes another, and what was computed goes with the
 * old one. Callers whose facts are the same as far as any rule looks at them share one `Sight`. Of each tool it notes
 * what came of the part that never changes, so that the common call costs one look into an array.
 */

import { Lru } from '../lib/lru.ts';
import type { Caller } from '../model.ts';
import { type Case, type Decision, decide, isVisible, open, settled } from './case.ts';
import { type Clause, clausesOf, Needs, type Owners, type Subject } from './clause.ts';
import type { AccessConfig } from './config.ts';
import type { Facts } from './expression.ts';
import { Patterns } from './patterns.ts';

export { ARGUMENTS_BYTES_MAX, judgeable } from './arguments.ts';
export type { Decision, Verdict } from './case.ts';
export type { Owners, Subject } from './clause.ts';
export type { AccessConfig } from './config.ts';
export { PATTERN, Patterns } from './patterns.ts';
export { readStopFile, StopWatch, stopFile, writeStopFile } from './stop-file.ts';
export {
  readStops,
  STOP_KINDS,
  type Stop,
  Stops,
  stopFault,
  stopsText,
  withoutStop,
  withStop,
} from './stops.ts';

/** What is known beside the caller and the tool. */
export interface Moment {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** '' where the transport has none. */
  readonly address: string;
  /** '' for all servers, 'NAME', 'v/NAME'. */
  readonly route: string;
  readonly era: 'legacy' | 'modern';
  /** Of the arguments, as JSON. */
  readonly bytes?: number;
}

/** A subject with its place in a catalogue. */
export interface Listed extends Subject {
  readonly index: number;
  readonly of: { readonly size: number };
}

/** Kinds of callers that differ in what any rule looks at; others are computed anew. */
const SIGHTS_MAX = 4_096;
const NO_ARGUMENTS: Readonly<Record<string, unknown>> = Object.freeze({});

export class Policy {
  /** Nothing is configured that could refuse anything. */
  readonly isOpen: boolean;
  /** Whether refused callers are told why. */
  readonly explains: boolean;
  readonly #clauses: readonly Clause[];
  readonly #access: AccessConfig;
  readonly #virtualOwners: Owners;
  readonly #scopes: readonly { patterns: Patterns; scopes: readonly string[] }[];
  /** Members of the caller on which anything depends. */
  readonly #looksAt: readonly (keyof Caller)[];
  readonly #byFacts = new Lru<string, Sight>(SIGHTS_MAX);
  readonly #byCaller = new WeakMap<Caller, Sight>();
  #lastCaller: Caller | null = null;
  #lastSight: Sight | null = null;

  /** For servers and virtual servers as they are configured. */
  static of(access: AccessConfig, servers: Owned, virtual: Owned): Policy {
    return new Policy(access, ownersOf(servers), ownersOf(virtual));
  }

  /** `owners` by server, `virtualOwners` by virtual server; one that is in neither is everybody's. */
  constructor(access: AccessConfig, owners: Owners, virtualOwners: Owners) {
    this.#access = access;
    this.#virtualOwners = virtualOwners;
    this.#clauses = clausesOf(access, owners);
    this.#scopes = access.scopes.map(({ tools, scopes }) => {
      return { patterns: new Patterns(tools), scopes };
    });
    this.explains = access.explain;
    const isSilent = this.#clauses.length + this.#scopes.length + virtualOwners.size === 0;
    this.isOpen = isSilent && access.default === 'allow';
    this.#looksAt = this.#membersLookedAt();
  }

  #membersLookedAt(): (keyof Caller)[] {
    const used = new Set(this.#clauses.flatMap(({ uses }) => uses.map((one) => one.slice(7))));
    if (this.#scopes.length > 0) used.add('scopes');
    if (Object.keys(this.#access.roles).length > 0) used.add('roles');
    // A caller's entry may give it roles, which any rule may look at.
    if (Object.keys(this.#access.callers).length > 0) used.add('id').add('roles');
    return [...used] as (keyof Caller)[];
  }

  sight(caller: Caller): Sight {
    if (caller === this.#lastCaller && this.#lastSight !== null) return this.#lastSight;
    let sight = this.#byCaller.get(caller);
    if (sight === undefined) {
      sight = this.#sightOf(caller);
      this.#byCaller.set(caller, sight);
    }
    this.#lastCaller = caller;
    this.#lastSight = sight;
    return sight;
  }

  #sightOf(caller: Caller): Sight {
    const key = JSON.stringify(this.#looksAt.map((member) => caller[member]));
    let sight = this.#byFacts.get(key);
    if (sight === undefined) {
      const given = Object.hasOwn(this.#access.callers, caller.id)
        ? (this.#access.callers[caller.id]?.roles ?? [])
        : [];
      const roles = [...new Set([...caller.roles, ...given])];
      const clauses = this.#clauses.filter(
        (one) =>
          (one.role === null || roles.includes(one.role)) &&
          (one.caller === null || one.caller === caller.id),
      );
      const scopes = this.#scopes.map(({ patterns, scopes: wanted }) => {
        return { patterns, wanted, isMissing: wanted.some((one) => !caller.scopes.includes(one)) };
      });
      const isAllowed = this.#access.default === 'allow';
      sight = new Sight({ ...caller, roles }, clauses, scopes, isAllowed);
      this.#byFacts.set(key, sight);
    }
    return sight;
  }

  /** Which hours of the file are open, as text: lists may have changed when it has. Conditions over `time` are not asked. */
  openings(now: number): string {
    return this.#clauses.map(({ hours }) => hours?.isOpen(now) ?? '').join();
  }

  /** Whether a route exists for this caller: one server's, a virtual server's, or that of all. */
  hasRoute(caller: Caller, path: string): boolean {
    if (path === '' || this.isOpen) return true;
    if (!path.startsWith('v/')) return this.sight(caller).reaches(path);
    return this.#virtualOwners.get(path.slice(2))?.has(caller.tenant) !== false;
  }
}

type Owned = Readonly<Record<string, { tenants?: readonly string[] | undefined }>>;

/** Those that belong to somebody. */
function ownersOf(all: Owned): Owners {
  return new Map(
    Object.entries(all).flatMap(([name, { tenants }]) =>
      tenants === undefined ? [] : [[name, new Set(tenants)]],
    ),
  );
}

const UNKNOWN = 0;
const HIDDEN = 1;
const ALLOWED = 2;
const DEPENDS = 3;

interface Marks {
  readonly marks: Uint8Array;
  /** Ids of the clauses that allow what is allowed. */
  readonly by: string[];
  /** Of those that depend on more. */
  readonly cases: Map<number, Case>;
}

interface Scoped {
  readonly patterns: Patterns;
  readonly wanted: readonly string[];
  /** Of this caller. */
  readonly isMissing: boolean;
}

/** What one kind of callers may see and call. */
export class Sight {
  readonly #caller: Caller;
  readonly #clauses: readonly Clause[];
  readonly #scopes: readonly Scoped[];
  readonly #isAllowedByDefault: boolean;
  /** By name of a configured server. */
  readonly #reached = new Map<string, boolean>();
  readonly #byCatalog = new WeakMap<object, Marks>();
  #lastCatalog: object | null = null;
  #last: Marks | null = null;

  constructor(
    caller: Caller,
    clauses: readonly Clause[],
    scopes: readonly Scoped[],
    isAllowedByDefault: boolean,
  ) {
    this.#caller = caller;
    this.#clauses = clauses;
    this.#scopes = scopes;
    this.#isAllowedByDefault = isAllowedByDefault;
  }

  /** Whether some of what a list shows may change with time, address or route. */
  get changes(): boolean {
    return this.#clauses.some((one) => one.needs === Needs.moment && !one.isObserved);
  }

  /** True where it is allowed and nothing more need be asked: the common call. */
  allows(listed: Listed): boolean {
    return this.#mark(listed) === ALLOWED;
  }

  /** By which clause, after `allows` has said yes; '' where none is known. */
  allowedBy(listed: Listed): string {
    return this.#last?.by[listed.index] ?? '';
  }

  /** Whether a list shows it. */
  sees(listed: Listed, moment: Moment): boolean {
    const mark = this.#mark(listed);
    if (mark !== DEPENDS) return mark === ALLOWED;
    const found = this.#last?.cases.get(listed.index) ?? this.#open(listed);
    return isVisible(found, this.#facts(listed, moment, NO_ARGUMENTS));
  }

  /** The same of something that stands in no catalogue. */
  reads(subject: Subject, moment: Moment): boolean {
    return isVisible(this.#open(subject), this.#facts(subject, moment, NO_ARGUMENTS));
  }

  /** `args`: see `judgeable`. */
  decide(
    subject: Subject,
    moment: Moment,
    args: Readonly<Record<string, unknown>> | undefined,
  ): Decision {
    const facts = this.#facts(subject, moment, args ?? NO_ARGUMENTS);
    return decide(this.#open(subject), facts, args !== undefined);
  }

  /** The same of something in a catalogue: what was computed of it before is used. */
  decideListed(
    listed: Listed,
    moment: Moment,
    args: Readonly<Record<string, unknown>> | undefined,
  ): Decision {
    this.#mark(listed);
    const found = this.#last?.cases.get(listed.index) ?? this.#open(listed);
    return decide(found, this.#facts(listed, moment, args ?? NO_ARGUMENTS), args !== undefined);
  }

  /** Whether rules about it look at the arguments. */
  needsArguments(listed: Listed): boolean {
    if (this.#mark(listed) !== DEPENDS) return false;
    const found = this.#last?.cases.get(listed.index);
    const all = found === undefined ? [] : [...found.onArguments, ...found.observed];
    return all.some(({ needs }) => needs === Needs.arguments);
  }

  /** Whether anything of a server that has not been listed could be seen: else its name is not, either. */
  reaches(server: string): boolean {
    let known = this.#reached.get(server);
    if (known === undefined) {
      known = this.#reach(server);
      this.#reached.set(server, known);
    }
    return known;
  }

  #reach(server: string): boolean {
    const subject: Subject = { kind: 'method', server, original: '', hints: NO_HINTS };
    const facts = this.#facts(subject, NEVER, NO_ARGUMENTS);
    let isGranted = this.#isAllowedByDefault;
    for (const { id, effect, patterns, isObserved, needs, holds } of this.#clauses) {
      if (isObserved) continue;
      if (effect === 'allow') isGranted ||= patterns.touches(server);
      else if (id === 'tenants' && holds(facts, subject) !== false) return false;
      else if (needs === Needs.nothing && isList(id) && patterns.coversAll(server)) return false;
    }
    return isGranted;
  }

  #mark(listed: Listed): number {
    let last = this.#last;
    if (last === null || this.#lastCatalog !== listed.of) last = this.#marksOf(listed.of);
    const mark = last.marks[listed.index] ?? UNKNOWN;
    return mark === UNKNOWN ? this.#look(last, listed) : mark;
  }

  #marksOf(catalog: { readonly size: number }): Marks {
    let kept = this.#byCatalog.get(catalog);
    if (kept === undefined) {
      kept = { marks: new Uint8Array(catalog.size), by: [], cases: new Map() };
      this.#byCatalog.set(catalog, kept);
    }
    this.#lastCatalog = catalog;
    this.#last = kept;
    return kept;
  }

  #look({ marks, by, cases }: Marks, listed: Listed): number {
    const found = this.#open(listed);
    const settledAs = settled(found);
    const mark = settledAs === null ? DEPENDS : settledAs ? ALLOWED : HIDDEN;
    if (mark === DEPENDS) cases.set(listed.index, found);
    marks[listed.index] = mark;
    if (mark === ALLOWED) by[listed.index] = found.grantedBy ?? '';
    return mark;
  }

  #open(subject: Subject): Case {
    const { server, original } = subject;
    const about = this.#clauses.filter(({ patterns }) => patterns.has(server, original));
    const needed = this.#scopes.filter((one) => one.patterns.has(server, original));
    // All that it needs, not what is missing alone: a token is asked for anew, with everything in it.
    const scopes = needed.some((one) => one.isMissing) ? needed.flatMap((one) => one.wanted) : [];
    const facts = this.#facts(subject, NEVER, NO_ARGUMENTS);
    return open(about, subject, facts, this.#isAllowedByDefault, [...new Set(scopes)]);
  }

  #facts(subject: Subject, moment: Moment, args: Readonly<Record<string, unknown>>): Facts {
    const { kind, server, original, hints } = subject;
    const { readOnly, destructive, idempotent, openWorld } = hints;
    return {
      caller: this.#caller,
      tool: { kind, server, name: original, readOnly, destructive, idempotent, openWorld },
      args,
      session: moment,
      time: new Date(moment.now),
      ip: moment.address,
      bytes: moment.bytes ?? 0,
    };
  }
}

/** For clauses that look at neither. */
const NEVER: Moment = { now: 0, address: '', route: '', era: 'modern' };
const NO_HINTS = { readOnly: false, destructive: true, idempotent: false, openWorld: true };

/** A list of patterns denies whatever matches it; a rule or a mode may let some of it through. */
function isList(id: string): boolean {
  return id.endsWith('.deny') && !id.startsWith('rules.');
}
