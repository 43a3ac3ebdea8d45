/**
 * Tails where the others are at ease: both at half of what the other relay can do, on a fixed schedule.
 *
 * At its own capacity any relay's latency is only the length of its queue; at half of it, what remains is its work.
 */

import type { Cpus } from './cpus.ts';
import type { Player } from './deck.ts';
import { figuresOf, median } from './figures.ts';
import { measure } from './rounds.ts';
import type { Settings } from './settings.ts';

const CONNECTIONS = 64;

export interface HalfCapacity {
  readonly peer: string;
  readonly rate: number;
  readonly peerP99: number;
  readonly subject: string;
  readonly subjectP99: number;
  /** Median over rounds of the ratio within a round. */
  readonly ratio: number;
}

export async function atHalfCapacity(
  peer: Player,
  capacity: number,
  subjects: readonly Player[],
  settings: Settings,
  cpus: Cpus,
): Promise<HalfCapacity[]> {
  const rate = Math.max(1, Math.floor(capacity / 2));
  const shape = {
    era: 'legacy' as const,
    connections: CONNECTIONS,
    rate,
    mix: [{ kind: 'call' as const, bytes: 300, weight: 1 }],
  };
  const p99 = async (player: Player) => figuresOf(await measure(player, shape, settings, cpus)).p99;
  const theirs: number[] = [];
  const ours: number[][] = subjects.map(() => []);
  for (let round = 0; round < settings.rounds; round++) {
    theirs.push(await p99(peer));
    for (const [at, subject] of subjects.entries()) ours[at]!.push(await p99(subject));
  }
  return subjects.map(({ name }, at) => ({
    peer: peer.name,
    rate,
    peerP99: median(theirs),
    subject: name,
    subjectP99: median(ours[at]!),
    ratio: median(ours[at]!.map((value, round) => value / theirs[round]!)),
  }));
}
