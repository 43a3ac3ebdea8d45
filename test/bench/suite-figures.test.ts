/**
 * How runs become ratios, goals and a page.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { estimateMs } from '../../bench/suite/estimate.ts';
import {
  type Cell,
  difference,
  errorsOf,
  type Figures,
  faultsOf,
  median,
  middle,
  paired,
  ratio,
} from '../../bench/suite/figures.ts';
import { judge } from '../../bench/suite/goals.ts';
import { markdown } from '../../bench/suite/report.ts';
import { nothingFound, type Results } from '../../bench/suite/results.ts';
import { SUBJECTS } from '../../bench/suite/roster.ts';
import { FULL, OPEN_LOOP, SMOKE } from '../../bench/suite/settings.ts';
import { slope } from '../../bench/suite/soak.ts';
import type { StopwatchReport } from '../../src/telemetry/stopwatch.ts';

const FIGURES: Figures = {
  calls: 1000,
  errors: 0,
  rps: 1000,
  cpuUs: 10,
  generatorUs: 5,
  generatorCores: 0.5,
  p50: 50,
  p90: 60,
  p99: 100,
  p999: 200,
  max: 300,
  rssBytes: 1e8,
};

function cell(scenario: string, subject: string, ...rounds: Partial<Figures>[]): Cell {
  return {
    scenario,
    subject,
    rounds: rounds.map((round) => ({ ...FIGURES, ...round })),
    wrong: [],
  };
}

function resultsOf(cells: Cell[], more: Partial<Results> = {}): Results {
  return {
    date: '2026-01-02T03:04:05.000Z',
    command: 'npm run bench',
    machine: {
      cpu: 'A CPU',
      cores: 2,
      memoryMb: 1000,
      os: 'linux',
      node: 'v20.0.0',
      loadBefore: [0, 0, 0],
      packages: { undici: '1.2.3' },
    },
    settings: 'full',
    rounds: 3,
    durationMs: 10,
    pinning: 'not pinned: a test',
    subjects: [{ name: 'floor', what: 'the least' }],
    features: [],
    scenarios: FULL.scenarios,
    ...nothingFound(),
    cells,
    ...more,
  };
}

const goal = (results: Results, name: RegExp) => judge(results).find((one) => name.test(one.name))!;

test('the median of an even number of rounds is the middle of the two', () => {
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.equal(median([3, 1, 2]), 2);
  assert.ok(Number.isNaN(median([])));
});

test('a round without a figure does not count in the median', () => {
  assert.equal(middle(cell('a', 'b', { cpuUs: null }, { cpuUs: 4 }, { cpuUs: 6 }), 'cpuUs'), 5);
});

test('a ratio is taken within each round, so that drift between rounds does not show', () => {
  const ours = cell('a', 'sluice', { rps: 200 }, { rps: 20 }, { rps: 2 });
  const theirs = cell('a', 'floor', { rps: 100 }, { rps: 10 }, { rps: 1 });
  assert.equal(paired(ours, theirs, 'rps', ratio), 2);
  assert.equal(paired(ours, theirs, 'rps', difference), 10);
});

test('a goal is reached at its limit and missed beyond it', () => {
  const at = (cpuUs: number) =>
    goal(
      resultsOf([cell('300 B', 'floor', {}), cell('300 B', 'sluice', { cpuUs })]),
      /^CPU.*300 B, off/,
    );
  assert.equal(at(12.5).isReached, true);
  assert.equal(at(12.6).isReached, false);
});

test('capacity is reached from its limit upwards', () => {
  const at = (rps: number) =>
    goal(
      resultsOf([cell('300 B', 'sdk-relay', {}), cell('300 B', 'sluice', { rps })]),
      /^capacity, off/,
    );
  assert.equal(at(40_000).isReached, true);
  assert.equal(at(39_999).isReached, false);
});

test('what a latency goal allows on top of the floor is a difference and not a ratio', () => {
  const results = resultsOf([cell(OPEN_LOOP, 'floor', {}), cell(OPEN_LOOP, 'sluice', { p50: 56 })]);
  assert.equal(goal(results, /^p50.*off/).isReached, false);
  assert.equal(goal(results, /^p50.*on/).isReached, true);
});

test('a goal whose subjects were not in the run is not measured, and not reached either', () => {
  for (const one of judge(resultsOf([]))) assert.equal(one.isReached, null, one.name);
});

test('a goal without CPU figures, as on a machine without /proc, is not measured', () => {
  const cells = [cell('300 B', 'floor', { cpuUs: null }), cell('300 B', 'sluice', { cpuUs: null })];
  assert.equal(goal(resultsOf(cells), /^CPU.*300 B, off/).isReached, null);
});

test('memory goals look at Sluice only, with native code and without', () => {
  const each = { sessions: 1000, liveBytesEach: 1 };
  const sessions = [
    { ...each, subject: 'sluice', rssBytesEach: 30_000 },
    { ...each, subject: 'sluice-node', rssBytesEach: 10_000 },
    { ...each, subject: 'sdk-relay', rssBytesEach: 90_000 },
  ];
  const { isReached, nativeFree } = goal(resultsOf([], { sessions }), /sessions, off/);
  assert.equal(isReached, false);
  assert.deepEqual(nativeFree, { measured: '10.0 KB', isReached: true });
});

test('Sluice without native code is held against the floor without native code', () => {
  const cells = [
    cell('300 B', 'floor', { cpuUs: 10 }),
    cell('300 B', 'floor-node', { cpuUs: 20 }),
    cell('300 B', 'sluice', { cpuUs: 20 }),
    cell('300 B', 'sluice-node', { cpuUs: 22 }),
  ];
  const { measured, isReached, nativeFree } = goal(resultsOf(cells), /^CPU.*300 B, off/);
  assert.deepEqual([measured, isReached], ['2.00 x floor', false]);
  assert.deepEqual(nativeFree, { measured: '1.10 x floor', isReached: true });
});

function stopwatchRound(p50: number, p99: number): StopwatchReport {
  const spread = { p50, p99, p999: p99, max: p99 };
  const partsUs = { head: 1, body: 1, answer: 1, toServer: 1, toClient: 1 };
  return { calls: 10, clockNs: 40, logicUs: spread, withWritesUs: spread, partsUs };
}

test('time inside the gateway is the median over rounds, and its tail a ratio within a round', () => {
  const rounds = [stopwatchRound(2, 8), stopwatchRound(3, 6), stopwatchRound(90, 180)];
  const row = { subject: 'sluice', era: 'legacy' as const, rate: 5000, rounds, errors: 0 };
  const results = resultsOf([], { inside: [row] });
  assert.equal(goal(results, /inside, legacy, off: median/).measured, '3.00 us');
  assert.equal(goal(results, /inside, legacy, off: p99/).measured, '2.00 x its median');
  assert.equal(goal(results, /inside, modern, off: median/).isReached, null);
});

test('the slope of a soak is that of the best line, whatever the noise around it', () => {
  const points = (noise: number, perCall: number) =>
    Array.from({ length: 10 }, (_, at): [number, number] => {
      const calls = 100_000 * (at + 1);
      return [calls, 5e6 + perCall * calls + (at % 2 === 0 ? noise : -noise)];
    });
  assert.ok(Math.abs(slope(points(0, 16)) - 16) < 1e-6);
  assert.ok(Math.abs(slope(points(1e5, 0))) < 1);
  assert.ok(slope(points(1e5, 4)) > 3);
  assert.ok(Number.isNaN(slope([[5, 1]])));
});

test('errors of several runs are named by kind and number, and a fault says which', () => {
  const timeout = { count: 2, words: 'no answer in 30000 ms' };
  const unsent = (count: number) => ({ count, words: 'no connection was free' });
  const rounds: Figures[] = [
    { ...FIGURES, errors: 12, wrong: { unsent: unsent(12) } },
    FIGURES,
    { ...FIGURES, errors: 3, wrong: { unsent: unsent(1), timeout } },
  ];
  const found = errorsOf(rounds);
  assert.deepEqual(found, {
    errors: 15,
    wrong: ['13 x unsent: no connection was free', '2 x timeout: no answer in 30000 ms'],
  });
  assert.deepEqual(faultsOf('a part', found), [
    'a part: 15 errors (13 x unsent: no connection was free; 2 x timeout: no answer in 30000 ms)',
  ]);
  assert.deepEqual(faultsOf('a part', errorsOf([FIGURES])), []);
});

test('no rate of the smoke run is more than a busy machine does', () => {
  const rates = Object.entries(SMOKE).filter(([key]) => key.endsWith('Rate'));
  const paced = SMOKE.scenarios.flatMap(({ name, rate }) => (rate ? [[name, rate] as const] : []));
  assert.ok(rates.length >= 7);
  for (const [name, rate] of [...rates, ...paced]) assert.ok(Number(rate) <= 200, name);
});

test('the page names machine, command, pinning, versions and every fault', () => {
  const cells = [cell('300 B', 'floor', {}), cell('300 B', 'sluice', { errors: 3 })];
  const page = markdown(resultsOf(cells, { faults: ['mcp-proxy: did not start'] }));
  for (const words of ['A CPU', 'v20.0.0', 'undici 1.2.3', 'npm run bench', 'not pinned']) {
    assert.ok(page.includes(words), words);
  }
  assert.ok(page.includes('mcp-proxy: did not start'));
  assert.match(page, /\| sluice \| 1,000 \| .* \| 3 \| 1\.00 \| 1\.00 \|/);
});

test('the page says so while on equals off', () => {
  assert.match(markdown(resultsOf([])), /on equals off/);
});

test('a full run stays below half an hour, also with a feature turned on', () => {
  const on = SUBJECTS.filter(({ name }) => name === 'sluice' || name === 'sluice-node').map(
    (subject) => ({
      ...subject,
      name: `${subject.name}-on`,
      sluice: { ...subject.sluice, features: [] },
    }),
  );
  const withOn = on.filter(({ name }) => SUBJECTS.every((subject) => subject.name !== name));
  const minutes = estimateMs(FULL, [...SUBJECTS, ...withOn]) / 60_000;
  assert.ok(minutes < 30, `${minutes.toFixed(1)} min`);
  assert.ok(estimateMs(SMOKE, SUBJECTS) < 90_000);
});

test('every scenario has its own name, and a rate only where a schedule is meant', () => {
  const names = FULL.scenarios.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  const paced = FULL.scenarios.filter(({ rate }) => rate !== undefined);
  assert.deepEqual(
    paced.map(({ name }) => name),
    [OPEN_LOOP],
  );
});
