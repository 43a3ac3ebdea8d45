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
  subject: Player,
  settings: Settings,
  cpus: Cpus,
): Promise<HalfCapacity> {
  const rate = Math.max(1, Math.floor(capacity / 2));
  const shape = {
    era: 'legacy' as const,
    connections: CONNECTIONS,
    rate,
    mix: [{ kind: 'call' as const, bytes: 300, weight: 1 }],
  };
  const theirs: number[] = [];
  const ours: number[] = [];
  for (let round = 0; round < settings.rounds; round++) {
    theirs.push(figuresOf(await measure(peer, shape, settings, cpus)).p99);
    ours.push(figuresOf(await measure(subject, shape, settings, cpus)).p99);
  }
  return {
    peer: peer.name,
    rate,
    peerP99: median(theirs),
    subject: subject.name,
    subjectP99: median(ours),
    ratio: median(ours.map((p99, round) => p99 / theirs[round]!)),
  };
}
