/** The same calls alone, and then beside something else, round by round. */

import type { Cpus } from './cpus.ts';
import { type Figures, figuresOf, median, ratio } from './figures.ts';
import { measure, type Shape, type Target } from './rounds.ts';
import type { Settings } from './settings.ts';

export interface Pair {
  readonly alone: Figures;
  readonly beside: Figures;
}

export interface Beside {
  readonly aloneP50: number;
  readonly besideP50: number;
  readonly aloneP99: number;
  readonly besideP99: number;
  /** Medians of the ratios within a round. */
  readonly ratioP50: number;
  readonly ratioP99: number;
}

export function besideOf(pairs: readonly Pair[]): Beside {
  const middle = (which: keyof Pair, figure: 'p50' | 'p99') =>
    median(pairs.map((pair) => pair[which][figure]));
  const ratios = (figure: 'p50' | 'p99') =>
    median(pairs.map(({ alone, beside }) => ratio(beside[figure], alone[figure])));
  return {
    aloneP50: middle('alone', 'p50'),
    besideP50: middle('beside', 'p50'),
    aloneP99: middle('alone', 'p99'),
    besideP99: middle('beside', 'p99'),
    ratioP50: ratios('p50'),
    ratioP99: ratios('p99'),
  };
}

/** Beside a load at another URL. */
export async function besideLoad(
  target: Target,
  shape: Shape,
  load: { readonly url: string; readonly shape: Shape },
  settings: Settings,
  cpus: Cpus,
): Promise<{ readonly pairs: readonly Pair[]; readonly all: readonly Figures[] }> {
  // Longer than what is measured, so that it is never measured without.
  const durationMs = settings.warmupMs + settings.durationMs + settings.marginMs;
  const whole = { isRough: settings.isRough, warmupMs: 0, durationMs };
  const pairs: Pair[] = [];
  const loads: Figures[] = [];
  for (let round = 0; round < settings.rounds; round++) {
    const alone = figuresOf(await measure(target, shape, settings, cpus));
    const [beside, other] = await Promise.all([
      measure(target, shape, settings, cpus).then(figuresOf),
      measure({ url: load.url, pids: [] }, load.shape, whole, cpus).then(figuresOf),
    ]);
    pairs.push({ alone, beside });
    loads.push(other);
  }
  return { pairs, all: [...pairs.flatMap(({ alone, beside }) => [alone, beside]), ...loads] };
}
