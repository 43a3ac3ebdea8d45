/**
 * Everything in `access` that allows or denies, in one form: what it is about, whom it is for, what it must know, and
 * whether it holds.
 */

import { Addresses } from './addresses.ts';
import type { AccessConfig, LimitConfig, RuleConfig, SizeConfig } from './config.ts';
import { type Size, STEPS_MAX } from './cost.ts';
import { compile, type Facts } from './expression.ts';
import { Hours } from './hours.ts';
import { Limit } from './limit.ts';
import { EVERYTHING, Patterns } from './patterns.ts';

/** What a clause must know beside the caller and the tool. */
export const Needs = { nothing: 0, moment: 1, arguments: 2, size: 3 } as const;

/** Something in a catalogue, as far as access is concerned. */
export interface Subject {
  readonly kind: 'tool' | 'prompt' | 'resource' | 'method';
  readonly server: string;
  /** The server's own name or URI. */
  readonly original: string;
  readonly hints: {
    readonly readOnly: boolean;
    readonly destructive: boolean;
    readonly idempotent: boolean;
    readonly openWorld: boolean;
  };
}

export interface Clause {
  /** As `explain` and the log name it. */
  readonly id: string;
  readonly effect: 'allow' | 'deny';
  readonly isObserved: boolean;
  readonly needs: 0 | 1 | 2 | 3;
  readonly patterns: Patterns;
  /** Whom it is for; null for everybody. */
  readonly role: string | null;
  readonly caller: string | null;
  /** Members of the caller that it looks at. */
  readonly uses: readonly string[];
  holds(facts: Facts, subject: Subject): boolean | 'error';
  /** Steps that `holds` takes at most, where it looks at arguments. */
  cost(facts: Facts, size: Size): number;
  /** The hours to which it keeps. */
  readonly hours: Hours | null;
  readonly message: string | undefined;
}

const always = () => true;
const free = () => 0;
const NO_SIZE: Size = { values: 0, chars: 0, isNested: false };

function clause(given: Partial<Clause> & Pick<Clause, 'id' | 'effect'>): Clause {
  return {
    isObserved: false,
    needs: Needs.nothing,
    patterns: EVERYTHING,
    role: null,
    caller: null,
    uses: [],
    holds: always,
    cost: free,
    hours: null,
    message: undefined,
    ...given,
  };
}

/** Servers that belong to tenants: name → tenants. One that is not in it is everybody's. */
export type Owners = ReadonlyMap<string, ReadonlySet<string>>;

export function clausesOf(access: AccessConfig, owners: Owners): Clause[] {
  return [
    ...(owners.size === 0 ? [] : [tenancy(owners)]),
    ...(access.readOnly ? [readOnly()] : []),
    ...when(access),
    ...lists('access', access, {}),
    ...Object.entries(access.roles).flatMap(([role, config]) => roleClauses(role, config)),
    ...Object.entries(access.callers).flatMap(([caller, config]) =>
      lists(`callers.${caller}`, config, { caller }),
    ),
    ...access.rules.map(rule),
    ...access.sizes.map(sizeLimit),
    ...access.params.map(limit),
  ];
}

function tenancy(owners: Owners): Clause {
  return clause({
    id: 'tenants',
    effect: 'deny',
    uses: ['caller.tenant'],
    holds: ({ caller }, { server }) => owners.get(server)?.has(caller.tenant) === false,
  });
}

/** Reading a prompt or a resource changes nothing by its nature; of other methods nothing is known. */
function readOnly(): Clause {
  return clause({
    id: 'access.readOnly',
    effect: 'deny',
    holds: (_, { kind, hints }) => kind === 'method' || (kind === 'tool' && !hints.readOnly),
  });
}

/** When and whence anything may be called at all. */
function when({ hours, addresses }: AccessConfig): Clause[] {
  const clauses: Clause[] = [];
  if (hours !== undefined) {
    const open = new Hours(hours);
    const holds = ({ time }: Facts) => !open.isOpen(time.getTime());
    clauses.push(
      clause({ id: 'access.hours', effect: 'deny', needs: Needs.moment, holds, hours: open }),
    );
  }
  if (addresses !== undefined) {
    const known = new Addresses(addresses);
    const holds = ({ ip }: Facts) => !known.has(ip);
    clauses.push(clause({ id: 'access.addresses', effect: 'deny', needs: Needs.moment, holds }));
  }
  return clauses;
}

interface Lists {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

function lists(id: string, { allow, deny }: Lists, given: Partial<Clause>): Clause[] {
  const one = (effect: 'allow' | 'deny', list: readonly string[]) =>
    list.length === 0
      ? []
      : [clause({ id: `${id}.${effect}`, effect, patterns: new Patterns(list), ...given })];
  return [...one('deny', deny), ...one('allow', allow)];
}

/** Hours and addresses narrow what a role allows; what it denies it denies always. */
function roleClauses(role: string, config: AccessConfig['roles'][string]): Clause[] {
  const clauses = lists(`roles.${role}`, config, { role });
  const hours = config.hours === undefined ? null : new Hours(config.hours);
  const addresses = config.addresses === undefined ? null : new Addresses(config.addresses);
  if (hours === null && addresses === null) return clauses;
  return clauses.map((one): Clause => {
    if (one.effect === 'deny') return one;
    const holds = ({ time, ip }: Facts) =>
      hours?.isOpen(time.getTime()) !== false && addresses?.has(ip) !== false;
    return { ...one, needs: Needs.moment, holds, hours };
  });
}

function rule({ id, tools, when: text, effect, mode, message }: RuleConfig): Clause {
  const made = compile(text);
  if (typeof made === 'string') throw new Error(`a rule that must be ${made}`);
  const { uses } = made;
  const isMoment = ['time', 'ip', 'session'].some((name) => uses.has(name));
  return clause({
    id: `rules.${id}`,
    effect,
    isObserved: mode === 'observe',
    needs: uses.has('args') ? Needs.arguments : isMoment ? Needs.moment : Needs.nothing,
    patterns: new Patterns(tools),
    uses: [...uses].filter((name) => name.startsWith('caller.')),
    // Where it looks at arguments its cost is counted together with that of others: see `case.ts`.
    holds: (facts) =>
      !uses.has('args') && made.cost(facts, NO_SIZE) > STEPS_MAX ? 'error' : made.holds(facts),
    cost: (facts, size) => made.cost(facts, size),
    message,
  });
}

function limit(config: LimitConfig, at: number): Clause {
  const within = new Limit(config);
  return clause({
    id: `params[${at}]`,
    effect: 'deny',
    needs: Needs.arguments,
    patterns: new Patterns(config.tools),
    holds: ({ args }) => !within.allows(args),
    cost: (_, size) => within.cost(size),
    message: config.message ?? `The argument "${config.param}" is outside of what you may use.`,
  });
}

function sizeLimit({ tools, bytes, message }: SizeConfig, at: number): Clause {
  return clause({
    id: `sizes[${at}]`,
    effect: 'deny',
    needs: Needs.size,
    patterns: new Patterns(tools),
    holds: (facts) => facts.bytes > bytes,
    message: message ?? `The arguments are larger than the ${bytes} bytes that you may send.`,
  });
}
