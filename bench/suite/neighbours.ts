/**
 * A slow server beside a fast one: does the slow one's queue hurt the fast one's callers?
 *
 * One Sluice, two servers. The fast one is called on a fixed schedule, alone and then while many callers wait for the
 * slow one without pause. The slow server sleeps and takes no CPU, so whatever changes is the gateway's doing.
 */

import { freePort } from '../free-port.ts';
import type { Cpus } from './cpus.ts';
import { type Player, start } from './deck.ts';
import { type Errors, errorsOf, type Figures, figuresOf, median, ratio } from './figures.ts';
import { echo, type Subject, slowEcho, sluice } from './roster.ts';
import { measure } from './rounds.ts';
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
  // Longer than what is measured, so that it is never measured without.
  const durationMs = settings.warmupMs + settings.durationMs + settings.marginMs;
  const whole = { isRough: settings.isRough, warmupMs: 0, durationMs };
  const alone: Figures[] = [];
  const beside: Figures[] = [];
  const slows: Figures[] = [];
  for (let round = 0; round < settings.rounds; round++) {
    const first = figuresOf(await measure(fast, fastShape, settings, cpus));
    const [second, slow] = await Promise.all([
      measure(fast, fastShape, settings, cpus).then(figuresOf),
      measure({ url: slowUrl, pids: [] }, slowShape, whole, cpus).then(figuresOf),
    ]);
    alone.push(first);
    beside.push(second);
    slows.push(slow);
  }
  return {
    subject: fast.name,
    rate: settings.neighbourRate,
    slowMs: settings.slowMs,
    slowCallers: SLOW_CALLERS,
    aloneP99: median(alone.map(({ p99 }) => p99)),
    besideP99: median(beside.map(({ p99 }) => p99)),
    ratio: median(beside.map(({ p99 }, round) => ratio(p99, alone[round]!.p99))),
    ...errorsOf([...alone, ...beside, ...slows]),
  };
}
