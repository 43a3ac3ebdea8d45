/**
 * Waits until gateways have made inspection ready: they compile and rehearse between their first messages, and until then a call costs
 * several times as much.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Player } from './deck.ts';
import { cpuUs } from './processes.ts';

const LEFT = /^sluice_inspection_unready (\d+)$/m;
const POLL_MS = 250;
/** Of one core: what has nothing to do uses less. */
const REST_SHARE = 0.03;
const REST_MS = 2000;

/** Who is not ready in time, in words. With nothing to wait for, or no time given, at once. */
export async function compiled(players: readonly Player[], withinMs: number): Promise<string[]> {
  if (withinMs === 0) return [];
  const until = performance.now() + withinMs;
  const late = await Promise.all(players.map((player) => waitFor(player, until)));
  return late.filter((words) => words !== '');
}

async function waitFor({ name, metricsUrl }: Player, until: number): Promise<string> {
  if (metricsUrl === undefined) return '';
  for (;;) {
    const left = LEFT.exec(await (await fetch(metricsUrl)).text())?.[1];
    if (left === undefined) return `${name} does not say whether inspection is ready`;
    if (left === '0') return '';
    if (performance.now() > until)
      return `${name} has ${left} expressions and messages left to make inspection ready`;
    await sleep(POLL_MS);
  }
}

/**
 * Until what nobody asks anything uses no CPU: threads that inspect make themselves ready as well, and do not say when they are. In
 * vain where something is never at rest.
 */
export async function atRest(players: readonly Player[], withinMs: number): Promise<void> {
  const pids = players.flatMap((player) => player.pids);
  const until = performance.now() + withinMs;
  while (performance.now() < until) {
    const before = pids.map(cpuUs);
    await sleep(REST_MS);
    const used = pids.map((pid, at) => cpuUs(pid) - before[at]!);
    // Not a number where there is no /proc.
    if (!used.some((us) => us >= REST_SHARE * REST_MS * 1000)) return;
  }
}
