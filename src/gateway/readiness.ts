/** Whether to send traffic here, and what is not as it should be, for whoever asks /readyz. */

import type { Stop } from '../policy/policy.ts';
import type { ServerReport } from './report.ts';

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
export function readinessOf(
  reports: readonly ServerReport[],
  faults: readonly { readonly isInTheWay: boolean }[],
  stops: readonly Stop[],
  isDraining: boolean,
): Readiness {
  const enabled = reports.filter((report) => report.status !== 'disabled');
  const started = enabled.every((report) => report.status !== 'starting');
  const serving = enabled.length === 0 || enabled.some((report) => report.status === 'ready');
  const isUnrecorded = faults.some(({ isInTheWay }) => isInTheWay);
  return {
    ready: !isDraining && started && serving && !isUnrecorded,
    degraded: enabled.filter(isDegraded).map(({ name }) => name),
    servers: Object.fromEntries(reports.map(shown)),
    ...(faults.length === 0 ? {} : { auditFaults: faults.length }),
    ...(isUnrecorded ? { unrecorded: true } : {}),
    ...(stops.length === 0 ? {} : { stopped: stops.map(publicly) }),
  };
}

/** How many were withdrawn, and no more: their names are the server's own words, and anybody may ask. */
function shown({ name, withdrawn, ...report }: ServerReport): [string, unknown] {
  return [name, { ...report, withdrawn: withdrawn.length }];
}

/** Callers and tenants are nobody's business who need not say who he is. */
function publicly({ kind, name, since }: Stop): object {
  return kind === 'server' || kind === 'tool' ? { kind, name, since } : { kind, since };
}
