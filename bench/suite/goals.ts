/**
 * The goals, each as measured in this run, reached or not, with native code and without. All ratios and differences are
 * within one run; the native-free gateway is held against the native-free floor.
 *
 * A goal whose subjects were not in the run is not measured, which is not the same as reached. Where the limits come
 * from: the floor is the cheapest relay that Node.js allows, and 20 us is what a call with everything on may add.
 */

import { difference, type Figure, median, paired, ratio } from './figures.ts';
import type { Inside } from './inside.ts';
import { cellOf, type Goal, type Judged, nativeFreeOf, onName, type Results } from './results.ts';
import { CAPACITY, OPEN_LOOP, SATURATION } from './settings.ts';

const SESSION_BYTES_MAX = 20_000;
/** A leak of one small object per call would be 16 bytes or more; collection noise of a run stays below one. */
const SOAK_BYTES_PER_CALL_MAX = 1;
const HALF_CAPACITY_MAX = 0.1;
/** What 2,000 wrong credentials a second, each of them looked at, may do to 1,000 known calls. */
const FLOOD_MAX = 2;
/** What inspection of big ones, and of the small ones themselves, may do to small ones beside the same stream. */
const BESIDE_BIG_MAX = 1.5;
const MICRO = 'us';

/** The same gateway with native code or without, and the floor that it stands on. */
interface Variant {
  /** Nothing turned on. */
  readonly off: string;
  /** Everything turned on; the same as `off` while there is nothing to turn on. */
  readonly on: string;
  readonly floor: string;
}

interface Rule {
  readonly name: string;
  readonly limit: number;
  /** The value must be at least the limit instead of at most. */
  readonly isLeast?: boolean;
  readonly unit: string;
  readonly digits?: number;
  /** null or NaN: not measured. */
  readonly value: (results: Results, who: Variant) => number | null;
}

type Compare = (a: number, b: number) => number;

export function judge(results: Results): Goal[] {
  const on = onName(results);
  const isSame = on === 'sluice';
  const suffix = isSame ? ' (= off: nothing to turn on yet)' : '';
  const native: Variant = { off: 'sluice', on, floor: 'floor' };
  const nativeFree: Variant = {
    off: nativeFreeOf('sluice'),
    on: nativeFreeOf(on),
    floor: 'floor-node',
  };
  const rules = [
    ...cpuRules(suffix),
    ...latencyRules(suffix),
    ...insideRules(suffix),
    ...capacityRules(suffix),
    ...halfCapacityRules(results),
    floodRule,
    besideBigRule,
    ...memoryRules(results, suffix),
  ];
  return rules.map((rule) => ({
    name: rule.name,
    limit: `${rule.isLeast === true ? '>=' : '<='} ${rule.limit} ${rule.unit}`,
    ...judged(results, rule, native),
    nativeFree: judged(results, rule, nativeFree),
  }));
}

function judged(results: Results, rule: Rule, who: Variant): Judged {
  const value = rule.value(results, who);
  if (value === null || !Number.isFinite(value)) return { measured: null, isReached: null };
  return {
    measured: `${value.toFixed(rule.digits ?? 2)} ${rule.unit}`,
    isReached: rule.isLeast === true ? value >= rule.limit : value <= rule.limit,
  };
}

function against(
  results: Results,
  scenario: string,
  [ours, theirs]: readonly [string, string],
  figure: Figure,
  compare: Compare,
): number | null {
  const a = cellOf(results, scenario, ours);
  const b = cellOf(results, scenario, theirs);
  return a === undefined || b === undefined ? null : paired(a, b, figure, compare);
}

function floorRule(
  name: string,
  scenario: string,
  which: 'off' | 'on',
  figure: Figure,
  limit: number,
  compare: Compare = ratio,
): Rule {
  return {
    name,
    limit,
    unit: compare === ratio ? 'x floor' : MICRO,
    value: (results, who) => against(results, scenario, [who[which], who.floor], figure, compare),
  };
}

function cpuRules(suffix: string): Rule[] {
  return SATURATION.flatMap((scenario) => [
    floorRule(`CPU per call, ${scenario}, off`, scenario, 'off', 'cpuUs', 1.25),
    floorRule(`CPU per call, ${scenario}, on${suffix}`, scenario, 'on', 'cpuUs', 2),
  ]);
}

function latencyRules(suffix: string): Rule[] {
  const at = OPEN_LOOP;
  return [
    floorRule(`p50 at ${at}, off: added`, at, 'off', 'p50', 5, difference),
    floorRule(`p50 at ${at}, on: added${suffix}`, at, 'on', 'p50', 20, difference),
    floorRule(`p99 at ${at}, off`, at, 'off', 'p99', 1.3),
    floorRule(`p99.9 at ${at}, off`, at, 'off', 'p999', 1.5),
    floorRule(`p99 at ${at}, on${suffix}`, at, 'on', 'p99', 1.3),
    floorRule(`p99.9 at ${at}, on${suffix}`, at, 'on', 'p999', 1.5),
  ];
}

/** What the gateway's own stopwatch says, without the writes. */
function insideRules(suffix: string): Rule[] {
  const rule = (name: string, which: 'off' | 'on', limit: number, of: Row, unit = MICRO) => ({
    name,
    limit,
    unit,
    value: (results: Results, who: Variant) => insideOf(results, who[which], of),
  });
  return (['legacy', 'modern'] as const).flatMap((era) => {
    const p50 = (row: Inside) =>
      row.era === era ? row.rounds.map(({ logicUs }) => logicUs.p50) : [];
    const tail = (row: Inside) =>
      row.era === era ? row.rounds.map(({ logicUs }) => logicUs.p99 / logicUs.p50) : [];
    return [
      rule(`logic per call inside, ${era}, off: median`, 'off', 3, p50),
      rule(`logic per call inside, ${era}, on: median${suffix}`, 'on', 11, p50),
      rule(`logic per call inside, ${era}, off: p99`, 'off', 3, tail, 'x its median'),
      rule(`logic per call inside, ${era}, on: p99${suffix}`, 'on', 3, tail, 'x its median'),
    ];
  });
}

type Row = (row: Inside) => readonly number[];

const insideOf = (results: Results, name: string, of: Row): number =>
  median(results.inside.filter(({ subject }) => subject === name).flatMap(of));

function capacityRules(suffix: string): Rule[] {
  const rule = (which: 'off' | 'on', base: string, limit: number, words: string): Rule => ({
    name: `capacity, ${words}`,
    limit,
    isLeast: true,
    unit: `x ${base}`,
    value: (results, who) => against(results, CAPACITY, [who[which], base], 'rps', ratio),
  });
  const sdk = 'the SDK relay';
  const json = `${sdk} with JSON answers`;
  return [
    rule('off', 'sdk-relay', 40, `off, against ${sdk}`),
    rule('on', 'sdk-relay', 20, `on, against ${sdk}${suffix}`),
    rule('off', 'sdk-relay-json', 40, `off, against ${json}`),
    rule('on', 'sdk-relay-json', 20, `on, against ${json}${suffix}`),
    rule('on', 'mcp-proxy', 20, `on, against mcp-proxy${suffix}`),
    rule('on', 'supergateway', 20, `on, against supergateway${suffix}`),
  ];
}

function halfCapacityRules({ halfCapacity }: Results): Rule[] {
  return [...new Set(halfCapacity.map(({ peer }) => peer))].map((peer) => ({
    name: `p99 at half the capacity of ${peer}`,
    limit: HALF_CAPACITY_MAX,
    unit: `x ${peer}`,
    digits: 3,
    value: (_results, { on }) =>
      halfCapacity.find((row) => row.peer === peer && row.subject === on)?.ratio ?? null,
  }));
}

const floodRule: Rule = {
  name: 'p99 of known callers beside a flood of wrong credentials, the worst kind',
  limit: FLOOD_MAX,
  unit: 'x alone',
  value: ({ badTokens = [] }, who) => {
    const ratios = badTokens
      .filter(({ subject }) => subject === who.off)
      .map((row) => row.ratioP99);
    return ratios.length === 0 ? null : Math.max(...ratios);
  },
};

const besideBigRule: Rule = {
  name: 'p99 of small calls beside a stream of big ones, inspected, the worst size',
  limit: BESIDE_BIG_MAX,
  unit: 'x not inspected',
  value: ({ besideBig = [] }, who) => {
    const ratios = besideBig
      .filter(({ subject, capacity }) => subject === who.off && capacity !== null)
      .map((row) => row.ratioP99);
    return ratios.length === 0 ? null : Math.max(...ratios);
  },
};

function memoryRules({ sessions, soak }: Results, suffix: string): Rule[] {
  const count = sessions[0]?.sessions ?? 1000;
  const calls = soak[0]?.calls.toLocaleString('en-US') ?? '1,000,000';
  return (['off', 'on'] as const).flatMap((which) => {
    const words = which === 'off' ? 'off' : `on${suffix}`;
    return [
      {
        name: `${count} idle sessions, ${words}: RSS each`,
        limit: SESSION_BYTES_MAX / 1000,
        unit: 'KB',
        digits: 1,
        value: (_: Results, who: Variant) => {
          const row = sessions.find(({ subject }) => subject === who[which]);
          return row === undefined ? null : row.rssBytesEach / 1000;
        },
      },
      {
        name: `growth in the second half of ${calls} calls, ${words}: live bytes per call`,
        limit: SOAK_BYTES_PER_CALL_MAX,
        unit: 'B',
        digits: 3,
        value: (_: Results, who: Variant) =>
          soak.find(({ subject }) => subject === who[which])?.liveBytesPerCall ?? null,
      },
    ];
  });
}
