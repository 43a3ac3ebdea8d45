/**
 * How each server is, for `sluice check`, /readyz and the operator.
 */

import {
  type Backend,
  type BackendStats,
  type BreakerReport,
  type CallCounters,
  type Inventory,
  NO_PROFILE,
  type Withdrawn,
} from '../backends/backends.ts';

/** One server as `sluice check` and the operator see it. */
export interface ServerReport {
  readonly name: string;
  readonly status: 'ready' | 'starting' | 'down' | 'disabled';
  readonly era?: string;
  readonly version?: string;
  readonly tools: number;
  readonly prompts: number;
  readonly resources: number;
  /** What nobody is shown, and why. */
  readonly withdrawn: readonly Withdrawn[];
  /** Gets no more calls, while those that it has go on. */
  readonly drained?: boolean;
  /** Shown by its last good lists while it is down. */
  readonly stale: boolean;
  readonly fault?: string;
  /** Breakers that are not closed: calls of these are refused, or let through few at a time. */
  readonly breakers?: readonly BreakerReport[];
  /** What became of its calls since it was configured so. */
  readonly calls: CallCounters;
  readonly load: BackendStats;
  /** Where the server has several URLs or commands: how each is, by its place in the file. */
  readonly endpoints?: Backend['endpoints'];
}

export function reportOf(backend: Backend): ServerReport {
  const inventory = backend.inventory(NO_PROFILE);
  const { era, version, fault, status, policies } = backend;
  const breakers = policies.breakers(Date.now());
  return {
    name: backend.name,
    status,
    ...(era === undefined ? {} : { era }),
    ...(version === undefined ? {} : { version }),
    tools: inventory?.tools.length ?? 0,
    prompts: inventory?.prompts.length ?? 0,
    resources: inventory?.resources.length ?? 0,
    withdrawn: inventory?.withdrawn ?? [],
    stale: inventory !== undefined && status === 'down',
    ...(fault === undefined ? {} : { fault: fault.words }),
    ...(breakers.length === 0 ? {} : { breakers }),
    calls: { ...policies.counters },
    load: backend.stats,
    ...(backend.endpoints.length === 0 ? {} : { endpoints: backend.endpoints }),
  };
}

/** One thing that a server offers, as JSON: a definition, or its instructions. */
export interface Offer {
  readonly server: string;
  readonly kind: 'tools' | 'prompts' | 'resources' | 'templates' | 'instructions';
  /** Name, URI or URI template; '' for instructions. */
  readonly key: string;
  readonly bytes: Buffer;
}

export function offersIn(server: string, inventory: Inventory): Offer[] {
  const kinds = ['tools', 'prompts', 'resources', 'templates'] as const;
  const offers = kinds.flatMap((kind) =>
    inventory[kind].map(({ key, bytes }): Offer => ({ server, kind, key, bytes })),
  );
  const { instructions } = inventory;
  if (instructions === '') return offers;
  const bytes = Buffer.from(JSON.stringify(instructions));
  return [...offers, { server, kind: 'instructions', key: '', bytes }];
}

export interface Readiness {
  readonly ready: boolean;
  /** Servers that do not serve as they should. */
  readonly degraded: readonly string[];
  readonly servers: Readonly<Record<string, unknown>>;
  /** Calls are refused since they could not be recorded; left out where they can. */
  readonly unrecorded?: boolean;
  /** So many things are wrong with the records of calls, which health of the admin API names; left out where nothing is. */
  readonly auditFaults?: number;
  /** What the operator has stopped; left out where nothing is. */
  readonly stopped?: readonly object[];
}

function isDegraded({ status, drained, load }: ServerReport): boolean {
  return status !== 'ready' || drained === true || load.crashLoop;
}

/** Fit to send traffic to: every server was tried, and something is served, or nothing is configured to be. */
export function readinessOf(reports: readonly ServerReport[], isDraining: boolean): Readiness {
  // How many, and no more: their names are the servers' own words, and anybody may ask.
  const servers = Object.fromEntries(
    reports.map(({ name, withdrawn, ...report }) => [
      name,
      { ...report, withdrawn: withdrawn.length },
    ]),
  );
  const enabled = reports.filter((report) => report.status !== 'disabled');
  const started = enabled.every((report) => report.status !== 'starting');
  const serving = enabled.length === 0 || enabled.some((report) => report.status === 'ready');
  const degraded = enabled.filter(isDegraded).map(({ name }) => name);
  return { ready: !isDraining && started && serving, degraded, servers };
}
