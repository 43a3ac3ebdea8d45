/**
 * From findings to what is done: the action of each by its class and direction, without those that are suppressed.
 *
 * The strictest action wins.
 */

import { matches } from '../lib/glob.ts';
import { type Action, type InspectConfig, type Suppression, untilMs } from './config.ts';
import type { Confidence, Direction, Finding, FindingClass } from './rule.ts';
import type { Off } from './rule-set.ts';

/** Where something was found, for suppressions: names as the server itself has them. */
export interface Scope {
  readonly server: string;
  readonly tool: string;
}

export interface Judged extends Finding {
  readonly action: 'block' | 'redact' | 'flag';
  /** The pack whose rule it is, `name@version`; of the others this version of Sluice is. */
  readonly pack?: string;
}

export interface Verdict {
  readonly action: 'block' | 'redact' | 'flag';
  /** Those that count, the strictest first. */
  readonly findings: readonly Judged[];
}

type Table = Readonly<Record<Direction, Readonly<Record<FindingClass, Action>>>>;

const RANK = { block: 3, redact: 2, flag: 1, off: 0 } as const;
const SURENESS = { high: 3, medium: 2, low: 1 } as const;

export class Judge {
  readonly #table: Table;
  readonly #sureness: Readonly<Record<FindingClass, number>>;
  /** By name of the pack. */
  readonly #packs: ReadonlyMap<string, string>;
  readonly #suppress: readonly (Suppression & { readonly endsAt: number })[];

  constructor(config: InspectConfig) {
    this.#table = tableOf(config);
    const sureness = (of: { readonly confidence?: Confidence | undefined }) =>
      SURENESS[of.confidence ?? config.confidence];
    this.#sureness = {
      secret: sureness(config.secrets),
      injection: sureness(config.injection),
      poisoning: sureness(config.poisoning),
      arguments: sureness(config.arguments),
      pii: sureness(config.pii),
    };
    this.#packs = new Map(
      config.rulePacks?.map(({ name, version }) => [name, `${name}@${version}`]),
    );
    this.#suppress = config.suppress.map((one) => ({ ...one, endsAt: untilMs(one.until) }));
  }

  /** Classes whose findings lead to nothing. */
  get off(): Off {
    const of = (direction: Direction) => {
      const actions = this.#table[direction];
      return (Object.keys(actions) as FindingClass[]).filter((one) => actions[one] === 'off');
    };
    return { request: of('request'), response: of('response'), definition: of('definition') };
  }

  /** Whether anything of this direction leads to anything. */
  isIdle(direction: Direction): boolean {
    return Object.values(this.#table[direction]).every((action) => action === 'off');
  }

  /** Undefined where nothing counts. `now` in milliseconds since the epoch. */
  judge(
    findings: readonly Finding[],
    direction: Direction,
    scope: Scope,
    now: number,
  ): Verdict | undefined {
    const judged: Judged[] = [];
    for (const finding of findings) {
      const action = this.#actionOn(finding, direction);
      if (action === 'off' || this.#isSuppressed(finding, scope, now)) continue;
      const pack = this.#packs.get(finding.rule.slice(0, finding.rule.indexOf('.')));
      judged.push(pack === undefined ? { ...finding, action } : { ...finding, action, pack });
    }
    if (judged.length === 0) return undefined;
    judged.sort((a, b) => RANK[b.action] - RANK[a.action]);
    return { action: judged[0]!.action, findings: judged };
  }

  /** A finding whose action was decided elsewhere; undefined where it is suppressed. */
  decided(
    finding: Finding,
    action: Judged['action'],
    scope: Scope,
    now: number,
  ): Verdict | undefined {
    if (this.#isSuppressed(finding, scope, now)) return undefined;
    return { action, findings: [{ ...finding, action }] };
  }

  #actionOn(finding: Finding, direction: Direction): Judged['action'] | 'off' {
    const action = this.#table[direction][finding.class];
    if (action === 'off') return 'off';
    if (SURENESS[finding.confidence] < this.#sureness[finding.class]) return 'flag';
    return action;
  }

  #isSuppressed({ rule, path }: Finding, { server, tool }: Scope, now: number): boolean {
    return this.#suppress.some(
      (one) =>
        now <= one.endsAt &&
        matches(one.rule, rule) &&
        matches(one.server, server) &&
        matches(one.tool, tool) &&
        matches(one.path, path),
    );
  }
}

/** A definition is read by the model as a result is, and cannot carry personal data worth a look. */
function tableOf({ secrets, injection, poisoning, arguments: args, pii }: InspectConfig): Table {
  return {
    request: {
      secret: secrets.request,
      injection: injection.request,
      poisoning: 'off',
      arguments: args.request,
      pii: pii.request,
    },
    response: {
      secret: secrets.response,
      injection: injection.response,
      poisoning: injection.response,
      arguments: 'off',
      pii: pii.response,
    },
    definition: {
      secret: secrets.response,
      injection: poisoning.tools,
      poisoning: poisoning.tools,
      arguments: 'off',
      pii: 'off',
    },
  };
}

const NOUNS: Readonly<Record<FindingClass, string>> = {
  secret: 'a secret',
  injection: 'instructions to the model',
  poisoning: 'instructions to the model',
  arguments: 'a dangerous argument',
  pii: 'personal data',
};

/** What and where, never the value: fit for agents, logs and reports. */
export interface Place {
  readonly class: FindingClass;
  readonly rule: string;
  /** JSON Pointer; names that are no plain words are shown as `*`. */
  readonly path: string;
  readonly pack?: string;
}

const PLACES_MAX = 8;

export function placesOf(findings: readonly (Finding & { readonly pack?: string })[]): Place[] {
  const keys = findings.filter(({ leaf }) => leaf?.isKey === true).map(({ path }) => path);
  const seen = new Map<string, Place>();
  for (const finding of findings) {
    const path = shownPath(finding.path, keys);
    const { class: kind, rule, pack } = finding;
    const place = { class: kind, rule, path, ...(pack === undefined ? {} : { pack }) };
    seen.set(JSON.stringify(place), place);
    if (seen.size >= PLACES_MAX) break;
  }
  return [...seen.values()];
}

/** A name of a member can be the secret itself, or a sentence to the model that reads the refusal. */
function shownPath(path: string, keys: readonly string[]): string {
  const bad = keys.find((key) => path === key || path.startsWith(`${key}/`));
  const names = path.split('/').slice(1);
  const from = bad === undefined ? names.length : bad.split('/').length - 2;
  const shown = names.map((name, at) =>
    at < from && /^[A-Za-z0-9_.$-]{1,40}$/.test(name) ? name : '*',
  );
  return shown
    .slice(0, 16)
    .map((name) => `/${name}`)
    .join('');
}

/** "a secret (secret.github-token at /body)". */
export function wordsOf(places: readonly Place[]): string {
  return places
    .slice(0, 3)
    .map(
      ({ class: kind, rule, path }) =>
        `${NOUNS[kind]} (${rule}${path === '' ? '' : ` at ${path}`})`,
    )
    .join(', ');
}
