/**
 * From nothing to the first right answer of a tool: start of the process, of its server, handshake, one call.
 *
 * The file cache is warm and every start is a new process. A client that polls every few milliseconds stands for a
 * client that retries.
 */

import type { Cpus } from './cpus.ts';
import { seat } from './deck.ts';
import type { Backend, Subject } from './roster.ts';

/** Of what is measured, an error of one in a few hundred. */
const POLL_MS = 2;

export interface ColdStart {
  readonly subject: string;
  readonly ms: readonly number[];
}

export async function coldStarts(
  subjects: readonly Subject[],
  backend: Backend,
  rounds: number,
  cpus: Cpus,
): Promise<ColdStart[]> {
  const started = subjects.filter(({ program }) => program !== undefined);
  const figures = new Map<string, number[]>(started.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const subject of started) {
      const from = performance.now();
      const player = await seat(subject, backend, cpus, POLL_MS);
      figures.get(subject.name)?.push(performance.now() - from);
      await player.stop();
    }
  }
  return [...figures].map(([subject, ms]) => ({ subject, ms }));
}
