/**
 * How each server is and what it offers, for `sluice check`, /readyz and the operator.
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
