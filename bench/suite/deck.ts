/**
 * A set of subjects, each in front of its own copy of one server, all up at the same time so that rounds can alternate.
 *
 * A subject that does not start, or does not answer `echo` rightly, is left out and named; it does not end the run.
 * Subjects that are not being measured wait for sockets and take no CPU.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../free-port.ts';
import { type Era, firstAnswer } from './control.ts';
import type { Cpus } from './cpus.ts';
import { launch, type Program, type Running } from './processes.ts';
import { type Backend, EVERYTHING, inspects, metricsOf, type Subject } from './roster.ts';

const START_MS = 30_000;
/** Asking is not free to who starts on the same core; where it is asked how long that takes, it is asked more often. */
const POLL_MS = 50;

/** A subject that is up. */
export interface Player {
  readonly name: string;
  readonly url: string;
  readonly isOurs: boolean;
  /** Its /metrics, of a gateway that is asked when inspection is ready. */
  readonly metricsUrl?: string;
  /** The relay's own process; empty for an endpoint that somebody else started. */
  readonly pids: readonly number[];
  readonly hasEnded: () => boolean;
  readonly stderr: () => string;
  stop(): Promise<void>;
}

export interface Deck {
  readonly backend: string;
  readonly era: Era;
  readonly players: readonly Player[];
  /** Who is missing, and why. */
  readonly absent: readonly string[];
  close(): Promise<void>;
}

export async function deal(
  subjects: readonly Subject[],
  backend: Backend,
  cpus: Cpus,
  say: (line: string) => void,
): Promise<Deck> {
  const players: Player[] = [];
  const absent: string[] = [];
  // An endpoint that somebody else started has its own server behind it, whatever this deck has.
  const isInvited = ({ eras, program }: Subject) =>
    eras.includes(backend.era) && (program !== undefined || backend !== EVERYTHING);
  const invited = subjects.filter(isInvited);
  const seated = await Promise.allSettled(invited.map((one) => seat(one, backend, cpus)));
  for (const [at, outcome] of seated.entries()) {
    if (outcome.status === 'fulfilled') {
      players.push(outcome.value);
      continue;
    }
    const why = `${invited[at]!.name}: ${(outcome.reason as Error).message.trim()}`;
    absent.push(why);
    say(`  left out: ${why}`);
  }
  return {
    backend: backend.name,
    era: backend.era,
    players,
    absent,
    async close() {
      await Promise.all(players.map((player) => player.stop()));
    },
  };
}

/** Starts one subject and waits for its first right answer. */
export async function seat(
  subject: Subject,
  backend: Backend,
  cpus: Cpus,
  pollMs = POLL_MS,
): Promise<Player> {
  const port = await freePort();
  const url = subject.url(port);
  const { name, isOurs } = subject;
  if (subject.program !== undefined) {
    const isAsked = subject.sluice?.features?.some(inspects) === true;
    const admin = isAsked ? await freePort() : undefined;
    const program = subject.program(port, backend, admin);
    const player = await start({ name, url, isOurs }, program, backend.era, cpus, pollMs);
    return admin === undefined ? player : { ...player, metricsUrl: metricsOf(admin) };
  }
  await firstAnswer(url, backend.era);
  const stop = () => Promise.resolve();
  return { name, url, isOurs, pids: [], hasEnded: () => false, stderr: () => '', stop };
}

/** The same for any program; `url` is where it answers `echo`. */
export async function start(
  { name, url, isOurs = true }: { name: string; url: string; isOurs?: boolean },
  program: Program,
  era: Era,
  cpus: Cpus,
  pollMs = POLL_MS,
): Promise<Player> {
  const running = launch(program, cpus.target);
  try {
    await untilAnswer(url, era, running, pollMs);
  } catch (error) {
    await running.stop();
    throw error;
  }
  const { pid, hasEnded, stderr, stop } = running;
  return { name, url, isOurs, pids: [pid], hasEnded, stderr, stop };
}

/** Resolves with the first right answer; asks again every few milliseconds until then. */
async function untilAnswer(url: string, era: Era, running: Running, pollMs: number): Promise<void> {
  const deadline = Date.now() + START_MS;
  for (;;) {
    try {
      await firstAnswer(url, era);
      return;
    } catch (error) {
      if (running.hasEnded()) throw new Error(`ended at once. ${running.stderr()}`);
      if (Date.now() > deadline) {
        const why = (error as Error).message;
        throw new Error(`no answer within ${START_MS} ms: ${why}. ${running.stderr()}`);
      }
    }
    await sleep(pollMs);
  }
}
