/**
 * Gives a running gateway its admin API: what that needs of the process around it, and a record of what is done with it.
 */

import { isDeepStrictEqual } from 'node:util';
import type {
  Admin,
  AdminHouse,
  Configuration,
  Deed,
  Difference,
  Measured,
} from '../admin/admin.ts';
import { differences, type Loaded, opensAdmin } from '../config/config.ts';
import type { Gateway, RecentCalls } from '../gateway/gateway.ts';
import { type StopWatch, stopFile, writeStopFile } from '../policy/policy.ts';
import type { Logger } from '../telemetry/telemetry.ts';
import { line } from './load.ts';
import { atNextStart, type Reloading } from './reload.ts';
import type { Terminal } from './terminal.ts';

/** What a running gateway has to be steered by. */
export interface Steered {
  readonly terminal: Terminal;
  readonly loaded: Loaded & { readonly ok: true };
  readonly gateway: Gateway;
  readonly reloading: Reloading;
  readonly stops: StopWatch;
  readonly measured: Measured;
  readonly recent: RecentCalls | null;
  readonly log: Logger;
  endCallers(isEnded: (caller: { readonly id: string }) => boolean): void;
}

/** Undefined where the configuration opens none. Rejects where it cannot listen. */
export async function startAdminOf(steered: Steered): Promise<Admin | undefined> {
  const { gateway, stops, log, endCallers } = steered;
  const { admin, state } = steered.loaded.config;
  if (!opensAdmin(admin)) return undefined;
  const house: AdminHouse = {
    gateway,
    configuration: configurationOf(steered),
    stops: {
      get stopped() {
        // Somebody may have written the file in this moment.
        stops.look();
        return stops.stopped;
      },
      write(stopped) {
        writeStopFile(stopFile(state.dir), stopped);
        stops.look();
      },
    },
    endCaller: (id) => endCallers((caller) => caller.id === id),
    measured: steered.measured,
    recent: steered.recent,
    record: (deed) => record(gateway, log, deed),
  };
  // Loaded here: most gateways of one person have none.
  const { startAdmin } = await import('../admin/admin.ts');
  const started = await startAdmin(admin, house, log);
  gateway.operator.attend();
  return started;
}

function record(gateway: Gateway, log: Logger, deed: Deed): void {
  const { who, address, action, subject, outcome } = deed;
  const isDone = outcome === 'done';
  const isFailed = outcome === 'internal' || outcome === 'unavailable';
  gateway.happened({
    kind: 'operation',
    action: action === '' ? 'admin' : action,
    by: who,
    address,
    target: subject,
    outcome: isDone ? 'ok' : isFailed ? 'failed' : 'refused',
    details: isDone ? {} : { code: outcome },
  });
  if (deed.outcome === 'done') log.info(deed, 'admin');
  else log.warn(deed, 'admin: refused');
}

function configurationOf({ terminal, loaded: first, reloading }: Steered): Configuration {
  const inForce = () => reloading.loaded ?? first;
  return {
    current() {
      const { hash, shown } = inForce();
      return { hash, config: shown() };
    },
    difference() {
      const next = reloading.peek();
      return next.ok ? differenceOf(first, inForce(), next) : faulty(terminal, next);
    },
    async reload() {
      const taken = await reloading.reload('the admin API');
      return { ...taken, hash: inForce().hash };
    },
  };
}

const NOTHING = { started: [], ended: [], replaced: [] };

function faulty(terminal: Terminal, { faults }: Loaded & { ok: false }): Difference {
  const words = faults.map((fault) => line(terminal, fault));
  return { hash: null, faults: words, changes: [], servers: NOTHING, nextStart: [] };
}

type Right = Loaded & { readonly ok: true };

function differenceOf(first: Right, before: Right, after: Right): Difference {
  const changes = differences(
    { whole: before.config, shown: before.shown() },
    { whole: after.config, shown: after.shown() },
  );
  const [old, next] = [before.config.servers, after.config.servers];
  const both = Object.keys(next).filter((name) => Object.hasOwn(old, name));
  return {
    hash: after.hash,
    faults: [],
    changes,
    servers: {
      started: Object.keys(next).filter((name) => !Object.hasOwn(old, name)),
      ended: Object.keys(old).filter((name) => !Object.hasOwn(next, name)),
      replaced: both.filter((name) => !isDeepStrictEqual(old[name], next[name])),
    },
    nextStart: atNextStart(first.config, after.config),
  };
}
