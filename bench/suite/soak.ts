/**
 * Many calls through one process: does what it keeps grow with them?
 *
 * Bounded by calls, not by time. Memory is asked for after collection, a tenth of the way (until then a process still
 * grows into its work) and at the end; the growth between is divided by the calls between.
 */

import type { Cpus } from './cpus.ts';
import { figuresOf } from './figures.ts';
import type { Memory, Probed } from './memory.ts';
import { measure } from './rounds.ts';
import type { Part, Settings } from './settings.ts';

const SLICE_MS_MAX = 5000;
const WARM_SHARE = 0.1;
const MIX: readonly Part[] = [
  { kind: 'call', bytes: 300, weight: 6 },
  { kind: 'call', bytes: 2048, weight: 2 },
  { kind: 'list', weight: 1 },
  { kind: 'refused', weight: 1 },
];

export interface SoakPoint extends Memory {
  readonly calls: number;
}

export interface SoakFigures {
  readonly subject: string;
  readonly calls: number;
  readonly points: readonly SoakPoint[];
  readonly liveBytesPerCall: number;
  readonly rssBytesPerCall: number;
  readonly errors: number;
}

export async function soak(player: Probed, settings: Settings, cpus: Cpus): Promise<SoakFigures> {
  const points: SoakPoint[] = [];
  let calls = 0;
  let errors = 0;
  const until = async (goal: number) => {
    while (calls < goal) {
      const sliceMs = Math.min(SLICE_MS_MAX, settings.durationMs * 2);
      const shape = { era: 'legacy' as const, connections: settings.soakConnections, mix: MIX };
      const times = { warmupMs: 0, durationMs: sliceMs };
      const done = figuresOf(await measure(player, shape, times, cpus));
      if (done.calls === 0) throw new Error(`${player.name} stopped answering in the soak`);
      calls += done.calls;
      errors += done.errors;
    }
    points.push({ calls, ...(await player.memory()) });
  };
  for (const share of [WARM_SHARE, 0.5, 1]) await until(settings.soakCalls * share);
  const [first, last] = [points[0]!, points.at(-1)!];
  const between = Math.max(1, last.calls - first.calls);
  return {
    subject: player.name,
    calls,
    points,
    liveBytesPerCall: (last.liveBytes - first.liveBytes) / between,
    rssBytesPerCall: (last.rssBytes - first.rssBytes) / between,
    errors,
  };
}
