/**
 * A greedy caller beside modest ones: what does its flood cost them?
 *
 * One server that serves one call at a time. Modest callers, a session each, call on a fixed schedule far below its
 * capacity; alone, and then while one session floods the same server from many connections. Without fairness every
 * call of theirs waits behind all of the flood's.
 */

import { freePort } from '../free-port.ts';
import { type Beside, besideLoad, besideOf } from './beside.ts';
import type { Cpus } from './cpus.ts';
import { type Player, start } from './deck.ts';
import { type Errors, errorsOf } from './figures.ts';
import { type Backend, type Subject, serialEcho, sluice } from './roster.ts';
import type { Settings } from './settings.ts';

const SERVICE_MS = 2;
/** As many as their rate needs where each waits for the whole flood: a call that cannot be sent is an error. */
const MODEST_CALLERS = 64;
const FLOOD_CONNECTIONS = 128;
/** What somebody would set who knows that the server serves one at a time; by default it has to be found out. */
const PENDING = 4;

export interface Greedy extends Errors, Beside {
  readonly subject: string;
  readonly rate: number;
  readonly connections: number;
}

/** One row for a relay, two for a Sluice: as it is, and with `pool.pending` as such a server wants it. */
export async function besideGreedy(subject: Subject, settings: Settings, cpus: Cpus) {
  const rows: Greedy[] = [];
  for (const [name, program] of programs(subject)) {
    const port = await freePort();
    const url = subject.url(port);
    const player = await start(
      { name, url },
      program(port, serialEcho(SERVICE_MS)),
      'legacy',
      cpus,
    );
    try {
      rows.push(await compare(player, settings, cpus));
    } finally {
      await player.stop();
    }
  }
  return rows;
}

type Make = NonNullable<Subject['program']>;

function programs({ name, program, sluice: options }: Subject): [string, Make][] {
  if (program === undefined) return [];
  if (options === undefined) return [[name, program]];
  const tuned = (port: number, echo: Backend) =>
    sluice(port, { echo }, { ...options, pool: { pending: PENDING } });
  return [
    [name, program],
    [`${name}, pending ${PENDING}`, tuned],
  ];
}

async function compare(player: Player, settings: Settings, cpus: Cpus): Promise<Greedy> {
  const mix = [{ kind: 'call' as const, bytes: 300, weight: 1 }];
  const modest = {
    ...{ era: 'legacy' as const, mix, connections: MODEST_CALLERS, rate: settings.modestRate },
    sessions: 'connection' as const,
  };
  const flood = { era: 'legacy' as const, mix, connections: FLOOD_CONNECTIONS };
  const load = { url: player.url, shape: flood };
  const { pairs, all } = await besideLoad(player, modest, load, settings, cpus);
  return {
    subject: player.name,
    rate: settings.modestRate,
    connections: FLOOD_CONNECTIONS,
    ...besideOf(pairs),
    ...errorsOf(all),
  };
}
