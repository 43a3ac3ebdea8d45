/**
 * One question of a run: asked if it is wanted and there is time, and its failure ends nothing else.
 */

import type { Cpus } from './cpus.ts';
import { type Errors, faultsOf } from './figures.ts';
import type { Results } from './results.ts';
import type { Subject } from './roster.ts';
import type { Settings } from './settings.ts';

export interface Run {
  readonly subjects: readonly Subject[];
  readonly settings: Settings;
  /** Only what this matches: names of scenarios and parts. */
  readonly only?: RegExp;
  /** By `performance.now()`: no part begins later. */
  readonly untilMs: number;
  readonly command: string;
  readonly cpus: Cpus;
  readonly say: (line: string) => void;
}

export const isWanted = ({ only }: Run, name: string) => only === undefined || only.test(name);

/** Does one part, unless it is not wanted; its failure is noted and ends nothing else. */
export async function part(
  run: Run,
  results: Results,
  name: string,
  work: () => Promise<void>,
): Promise<void> {
  if (!isWanted(run, name)) return;
  if (performance.now() > run.untilMs) {
    results.faults.push(`${name}: left out, the time was up`);
    return;
  }
  run.say(name);
  try {
    await work();
  } catch (error) {
    results.faults.push(`${name}: ${(error as Error).message}`);
  }
}

/** Errors in what a part has measured are faults of the run, by kind: a number alone cannot be understood later. */
export function noteErrors<T extends Errors>(
  { faults }: Results,
  rows: readonly T[],
  nameOf: (row: T) => string,
): void {
  for (const row of rows) faults.push(...faultsOf(nameOf(row), row));
}
