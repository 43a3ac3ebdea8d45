/**
 * The time that a call spends in the gateway itself, told by its own stopwatch (`telemetry.stopwatch`) at a fixed rate; and
 * in the floor, told by the same one: what a call costs that finds the caches cold is to be seen in both.
 *
 * Runs on subjects of its own: the stopwatch costs each call some readings of the clock, which stand in the figures and
 * which no other scenario should pay. Before the rounds they are driven as fast as they go and that is thrown away: compiled
 * code comes with calls, and the first ten thousand take nearly twice as long as later ones.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { StopwatchReport } from '../../src/telemetry/stopwatch.ts';
import { freePort } from '../free-port.ts';
import type { Era } from './control.ts';
import type { Cpus } from './cpus.ts';
import { type Player, start } from './deck.ts';
import { type Errors, errorsOf, type Figures, figuresOf } from './figures.ts';
import type { Program } from './processes.ts';
import { echo, type Subject, sluice } from './roster.ts';
import { measure } from './rounds.ts';
import type { Settings } from './settings.ts';

const CONNECTIONS = 64;
const ANSWER_MS = 10_000;
const POLL_MS = 5;
const MIX = [{ kind: 'call' as const, bytes: 300, weight: 1 }];

export interface Inside extends Errors {
  readonly subject: string;
  readonly era: Era;
  readonly rate: number;
  readonly rounds: readonly StopwatchReport[];
}

/** All are up at the same time and take turns, so that they can be compared. */
export async function inside(
  subjects: readonly Subject[],
  era: Era,
  settings: Settings,
  cpus: Cpus,
): Promise<Inside[]> {
  const seats = await Promise.all(subjects.map((subject) => seat(subject, era, cpus)));
  try {
    for (const { player } of seats) {
      const asFastAsItGoes = { era, connections: CONNECTIONS, mix: MIX };
      await measure(player, asFastAsItGoes, settings, cpus);
    }
    const rate = settings.openRate;
    for (let round = 0; round <= settings.rounds; round++) {
      for (const found of seats) {
        const shape = { era, connections: CONNECTIONS, rate, mix: MIX };
        const done = figuresOf(await measure(found.player, shape, settings, cpus));
        const report = await ask(found.player);
        // The first is a warm-up at this rate.
        if (round === 0) continue;
        found.rounds.push(report);
        found.all.push(done);
      }
    }
    return seats.map(({ player, rounds, all }) => {
      return { subject: player.name, era, rate, rounds, ...errorsOf(all) };
    });
  } finally {
    await Promise.all(seats.map(({ player }) => player.stop()));
  }
}

async function seat(subject: Subject, era: Era, cpus: Cpus) {
  const port = await freePort();
  const player = await start(
    { name: subject.name, url: subject.url(port) },
    timed(subject, port, era),
    era,
    cpus,
  );
  return { player, rounds: [] as StopwatchReport[], all: [] as Figures[] };
}

function timed({ name, program, sluice: options }: Subject, port: number, era: Era): Program {
  if (options !== undefined)
    return sluice(port, { echo: echo(era) }, { ...options, stopwatch: true });
  if (program === undefined) throw new Error(`${name} is not started here`);
  return { ...program(port, echo(era)), env: { BENCH_STOPWATCH: '1' } };
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
      throw new Error(`${player.name} did not say what its stopwatch shows. ${words.slice(-1000)}`);
    }
    await sleep(POLL_MS);
  }
}
