/**
 * The goals, each as measured in this run, reached or not. All are ratios or differences within one run.
 *
 * A goal whose subjects were not in the run is not measured, which is not the same as reached. Where the limits come
 * from: the floor is the cheapest relay that Node.js allows, and 20 us is what a call with everything on may add.
 */

import { type Cell, difference, type Figure, paired, ratio } from './figures.ts';
import { cellOf, type Goal, onName, type Results } from './results.ts';
import { CAPACITY, OPEN_LOOP, SATURATION } from './settings.ts';

const SESSION_BYTES_MAX = 20_000;
/** A leak of one small object per call would be 16 bytes or more; collection noise of a run stays far below one. */
const SOAK_BYTES_PER_CALL_MAX = 1;
const HALF_CAPACITY_MAX = 0.1;
const MICRO = 'us';

interface Rule {
  readonly name: string;
  readonly scenario: string;
  readonly subject: string;
  readonly base: string;
  readonly figure: Figure;
  readonly compare: (a: number, b: number) => number;
  readonly limit: number;
  readonly isLeast?: boolean;
  readonly unit: string;
}

export function judge(results: Results): Goal[] {
  const on = onName(results);
  const suffix = on === 'sluice' ? ' (= off: nothing to turn on yet)' : '';
  const rules = [
    ...cpuRules(on, suffix),
    ...latencyRules(on, suffix),
    ...capacityRules(on, suffix),
  ];
  return [
    ...rules.map((rule) => judgeRule(results, rule)),
    timeInside(results),
    ...halfCapacityGoals(results),
    ...memoryGoals(results),
  ];
}

function cpuRules(on: string, suffix: string): Rule[] {
  const base = { base: 'floor', figure: 'cpuUs', compare: ratio, unit: 'x floor' } as const;
  return SATURATION.flatMap((scenario) => [
    { ...base, name: `CPU per call, ${scenario}, off`, scenario, subject: 'sluice', limit: 1.25 },
    { ...base, name: `CPU per call, ${scenario}, on${suffix}`, scenario, subject: on, limit: 2 },
  ]);
}

function latencyRules(on: string, suffix: string): Rule[] {
  const scenario = OPEN_LOOP;
  const base = { scenario, base: 'floor' };
  const added = { ...base, figure: 'p50', compare: difference, unit: MICRO } as const;
  const tail = { ...base, subject: 'sluice', compare: ratio, unit: 'x floor' } as const;
  return [
    { ...added, name: `p50 at ${scenario}, off: added`, subject: 'sluice', limit: 5 },
    { ...added, name: `p50 at ${scenario}, on: added${suffix}`, subject: on, limit: 20 },
    { ...tail, name: `p99 at ${scenario}, off`, figure: 'p99', limit: 1.3 },
    { ...tail, name: `p99.9 at ${scenario}, off`, figure: 'p999', limit: 1.5 },
    { ...tail, name: `p99 at ${scenario}, on${suffix}`, subject: on, figure: 'p99', limit: 1.3 },
    { ...tail, name: `p99.9 at ${scenario}, on${suffix}`, subject: on, figure: 'p999', limit: 1.5 },
  ];
}

function capacityRules(on: string, suffix: string): Rule[] {
  const rule = (subject: string, base: string, limit: number, words: string): Rule => ({
    name: `capacity, ${words}`,
    scenario: CAPACITY,
    subject,
    base,
    figure: 'rps',
    compare: ratio,
    limit,
    isLeast: true,
    unit: `x ${base}`,
  });
  return [
    rule('sluice', 'sdk-relay', 40, 'off, against the SDK relay'),
    rule(on, 'sdk-relay', 20, `on, against the SDK relay${suffix}`),
    rule(on, 'mcp-proxy', 20, `on, against mcp-proxy${suffix}`),
    rule(on, 'supergateway', 20, `on, against supergateway${suffix}`),
  ];
}

function judgeRule(results: Results, rule: Rule): Goal {
  const { name, figure, compare, isLeast = false, unit } = rule;
  const limit = `${isLeast ? '>=' : '<='} ${rule.limit} ${unit}`;
  const ours = cellOf(results, rule.scenario, rule.subject);
  const theirs = cellOf(results, rule.scenario, rule.base);
  const value = measured(ours, theirs, figure, compare);
  if (value === null) return { name, measured: 'not measured', limit, isReached: null };
  const isReached = isLeast ? value >= rule.limit : value <= rule.limit;
  return { name, measured: `${value.toFixed(2)} ${unit}`, limit, isReached };
}

function measured(
  ours: Cell | undefined,
  theirs: Cell | undefined,
  figure: Figure,
  compare: (a: number, b: number) => number,
): number | null {
  if (ours === undefined || theirs === undefined) return null;
  const value = paired(ours, theirs, figure, compare);
  return Number.isFinite(value) ? value : null;
}

/** Without a stopwatch inside, CPU time beyond the floor's is what is known of the time that a call spends in Sluice. */
function timeInside(results: Results): Goal {
  const ours = cellOf(results, OPEN_LOOP, 'sluice');
  const added = measured(ours, cellOf(results, OPEN_LOOP, 'floor'), 'cpuUs', difference);
  return {
    name: `CPU per call at ${OPEN_LOOP}, off: added`,
    measured: added === null ? 'not measured' : `${added.toFixed(2)} ${MICRO}`,
    limit: 'none',
    isReached: null,
  };
}

function halfCapacityGoals(results: Results): Goal[] {
  return results.halfCapacity.map(({ peer, subject, ratio: value }) => ({
    name: `p99 at half the capacity of ${peer}, ${subject}`,
    measured: `${value.toFixed(3)} x ${peer}`,
    limit: `<= ${HALF_CAPACITY_MAX} x ${peer}`,
    isReached: value <= HALF_CAPACITY_MAX,
  }));
}

function memoryGoals(results: Results): Goal[] {
  const ours = ({ subject }: { subject: string }) =>
    subject === 'sluice' || subject === 'sluice-on';
  const sessions = results.sessions.filter(ours).map(({ subject, sessions: count, ...each }) => ({
    name: `${count} idle sessions, ${subject}, RSS each`,
    measured: `${(each.rssBytesEach / 1000).toFixed(1)} KB`,
    limit: `<= ${SESSION_BYTES_MAX / 1000} KB`,
    isReached: each.rssBytesEach <= SESSION_BYTES_MAX,
  }));
  const soaks = results.soak.filter(ours).map(({ subject, calls, liveBytesPerCall }) => ({
    name: `growth over ${calls} calls, ${subject}, live bytes per call`,
    measured: `${liveBytesPerCall.toFixed(3)} B`,
    limit: `<= ${SOAK_BYTES_PER_CALL_MAX} B`,
    isReached: liveBytesPerCall <= SOAK_BYTES_PER_CALL_MAX,
  }));
  return [...sessions, ...soaks];
}
