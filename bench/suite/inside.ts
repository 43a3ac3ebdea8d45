/**
 * The time that a call spends in the gateway itself, told by its own stopwatch (`telemetry.stopwatch`) at a fixed rate.
 *
 * Runs on gateways of its own: the stopwatch costs each call some readings of the clock, which stand in the figures and
 * which no other scenario should pay. Before the rounds it is driven as fast as it goes and that is thrown away: compiled
 * code comes with calls, and the first ten thousand take nearly twice as long as later ones.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { StopwatchReport } from '../../src/telemetry/stopwatch.ts';
import type { Era } from './control.ts';
import type { Cpus } from './cpus.ts';
import { type Player, start } from './deck.ts';
import { figuresOf } from './figures.ts';
import { freePort } from './processes.ts';
import { echo, type Subject, sluice } from './roster.ts';
import { measure } from './rounds.ts';
import type { Settings } from './settings.ts';

const CONNECTIONS = 64;
const ANSWER_MS = 10_000;
const POLL_MS = 5;

export interface Inside {
  readonly subject: string;
  readonly era: Era;
  readonly rate: number;
  readonly rounds: readonly StopwatchReport[];
  readonly errors: number;
}

export async function inside(
  subject: Subject,
  era: Era,
  settings: Settings,
  cpus: Cpus,
): Promise<Inside> {
  const port = await freePort();
  const program = sluice(port, { echo: echo(era) }, { ...subject.sluice, stopwatch: true });
  const player = await start({ name: subject.name, url: subject.url(port) }, program, era, cpus);
  const mix = [{ kind: 'call' as const, bytes: 300, weight: 1 }];
  const shape = { era, connections: CONNECTIONS, rate: settings.openRate, mix };
  const rounds: StopwatchReport[] = [];
  let errors = 0;
  try {
    for (let round = 0; round <= settings.rounds; round++) {
      if (round === 0)
        await measure(player, { era, connections: CONNECTIONS, mix }, settings, cpus);
      const done = figuresOf(await measure(player, shape, settings, cpus));
      const report = await ask(player);
      if (round === 0) continue;
      rounds.push(report);
      errors += done.errors;
    }
  } finally {
    await player.stop();
  }
  return { subject: subject.name, era, rate: settings.openRate, rounds, errors };
}

/** What the gateway writes on SIGUSR2. */
async function ask(player: Player): Promise<StopwatchReport> {
  const before = player.stderr();
  process.kill(player.pids[0]!, 'SIGUSR2');
  const deadline = Date.now() + ANSWER_MS;
  for (;;) {
    const words = player.stderr();
    const line = words.slice(words.lastIndexOf('{"stopwatch"'));
    if (words !== before && line.startsWith('{"stopwatch"') && line.endsWith('\n')) {
      return (JSON.parse(line) as { stopwatch: StopwatchReport }).stopwatch;
    }
    if (player.hasEnded() || Date.now() > deadline) {
      throw new Error(`${player.name} did not say what its stopwatch shows. ${words}`);
    }
    await sleep(POLL_MS);
  }
}
