/**
 * A slow server beside a fast one: does the slow one's queue hurt the fast one's callers?
 *
 * One Sluice, two servers. The fast one is called on a fixed schedule, alone and then while many callers wait for the
 * slow one without pause. The slow server sleeps and takes no CPU, so whatever changes is the gateway's doing.
 */

import { freePort } from '../free-port.ts';
import { besideLoad, besideOf } from './beside.ts';
import type { Cpus } from './cpus.ts';
import { type Player, start } from './deck.ts';
import { type Errors, errorsOf } from './figures.ts';
import { echo, type Subject, slowEcho, sluice } from './roster.ts';
import type { Settings } from './settings.ts';

const FAST_CONNECTIONS = 16;
const SLOW_CALLERS = 64;

export interface Neighbours extends Errors {
  readonly subject: string;
  readonly rate: number;
  readonly slowMs: number;
  readonly slowCallers: number;
  readonly aloneP99: number;
  readonly besideP99: number;
  readonly ratio: number;
}

export async function besideSlow(
  { name, sluice: options }: Subject,
  settings: Settings,
  cpus: Cpus,
): Promise<Neighbours> {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}/mcp`;
  const servers = { fast: echo('legacy'), slow: slowEcho(settings.slowMs) };
  const program = sluice(port, servers, options);
  const player = await start({ name, url: `${base}/fast` }, program, 'legacy', cpus);
  try {
    return await compare(player, `${base}/slow`, settings, cpus);
  } finally {
    await player.stop();
  }
}

async function compare(
  fast: Player,
  slowUrl: string,
  settings: Settings,
  cpus: Cpus,
): Promise<Neighbours> {
  const mix = [{ kind: 'call' as const, bytes: 300, weight: 1 }];
  const era = 'legacy' as const;
  const fastShape = { era, connections: FAST_CONNECTIONS, rate: settings.neighbourRate, mix };
  const slowShape = { era, connections: SLOW_CALLERS, mix };
  const load = { url: slowUrl, shape: slowShape };
  const { pairs, all } = await besideLoad(fast, fastShape, load, settings, cpus);
  const { aloneP99, besideP99, ratioP99 } = besideOf(pairs);
  return {
    subject: fast.name,
    rate: settings.neighbourRate,
    slowMs: settings.slowMs,
    slowCallers: SLOW_CALLERS,
    aloneP99,
    besideP99,
    ratio: ratioP99,
    ...errorsOf(all),
  };
}
