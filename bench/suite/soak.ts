/**
 * Many calls through one process: does what it keeps grow with them?
 *
 * Bounded by calls, not by time. Memory is asked for after collection, at equal intervals. Judged is the slope over the
 * second half, by least squares: until then a process still grows into its work, and two points would say as much about
 * the moments at which they were taken.
 */

import type { Cpus } from './cpus.ts';
import { type Errors, errorsOf, type Figures, figuresOf } from './figures.ts';
import type { Memory, Probed } from './memory.ts';
import { measure } from './rounds.ts';
import type { Part, Settings } from './settings.ts';

const SLICE_MS_MIN = 200;
const SLICE_MS_MAX = 5000;
const MIX: readonly Part[] = [
  { kind: 'call', bytes: 300, weight: 6 },
  { kind: 'call', bytes: 2048, weight: 2 },
  { kind: 'list', weight: 1 },
  { kind: 'refused', weight: 1 },
];

type Rest = Parameters<typeof measure> extends [unknown, ...infer R] ? R : never;

export interface SoakPoint extends Memory {
  readonly calls: number;
}

export interface SoakFigures extends Errors {
  readonly subject: string;
  readonly calls: number;
  readonly points: readonly SoakPoint[];
  /** Slopes over the second half. */
  readonly liveBytesPerCall: number;
  readonly rssBytesPerCall: number;
}

export async function soak(player: Probed, settings: Settings, cpus: Cpus): Promise<SoakFigures> {
  const points: SoakPoint[] = [];
  let calls = 0;
  let perMs = 1;
  let sliceMs = SLICE_MS_MIN;
  const slices: Figures[] = [];
  const until = async (goal: number) => {
    while (calls < goal) {
      // What is left at the last pace, and not much longer than the last: at first a process gets faster and faster.
      const leftMs = Math.max(SLICE_MS_MIN, (goal - calls) / perMs);
      sliceMs = Math.ceil(Math.min(SLICE_MS_MAX, sliceMs * 2, leftMs));
      const shape = { era: 'legacy' as const, connections: settings.soakConnections, mix: MIX };
      const times = { ...settings, warmupMs: 0, durationMs: sliceMs };
      const done = figuresOf(await measureAlive(player, shape, times, cpus));
      if (done.calls === 0) throw new Error(`${player.name} stopped answering in the soak`);
      calls += done.calls;
      perMs = done.calls / sliceMs;
      slices.push(done);
    }
    points.push({ calls, ...(await player.memory()) });
  };
  const { soakCalls, soakIntervals } = settings;
  // From where the last slice ended: a process that got faster in mid-slice must not make several points of one.
  for (let at = 1; at <= soakIntervals; at++) await until(calls + soakCalls / soakIntervals);
  const later = points.filter((point) => point.calls >= calls / 2);
  const slopeOf = (bytes: (point: SoakPoint) => number) =>
    slope(later.map((point) => [point.calls, bytes(point)]));
  return {
    subject: player.name,
    calls,
    points,
    liveBytesPerCall: slopeOf(({ liveBytes }) => liveBytes),
    rssBytesPerCall: slopeOf(({ rssBytes }) => rssBytes),
    ...errorsOf(slices),
  };
}

/** A process that ends under load is what a soak is for: its last words are the finding. */
async function measureAlive(player: Probed, ...rest: Rest): ReturnType<typeof measure> {
  try {
    return await measure(player, ...rest);
  } catch (error) {
    if (!player.hasEnded()) throw error;
    throw new Error(`${player.name} ended in the soak. ${player.stderr()}`);
  }
}

/** Of the line that fits the points best; NaN where all have the same x. */
export function slope(points: readonly (readonly [number, number])[]): number {
  const mean = (at: 0 | 1) => points.reduce((sum, point) => sum + point[at], 0) / points.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  let rise = 0;
  let run = 0;
  for (const [x, y] of points) {
    rise += (x - meanX) * (y - meanY);
    run += (x - meanX) ** 2;
  }
  return rise / run;
}
