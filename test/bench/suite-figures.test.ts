/**
 * How runs become ratios, goals and a page.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Cell,
  difference,
  type Figures,
  median,
  middle,
  paired,
  ratio,
} from '../../bench/suite/figures.ts';
import { judge } from '../../bench/suite/goals.ts';
import { markdown } from '../../bench/suite/report.ts';
import type { Results } from '../../bench/suite/results.ts';
import { FULL, OPEN_LOOP } from '../../bench/suite/settings.ts';

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
    cells,
    pipe: [],
    coldStarts: [],
    churn: [],
    sessions: [],
    soak: [],
    halfCapacity: [],
    neighbours: null,
    secondOpinion: null,
    faults: [],
    goals: [],
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

test('memory goals look at Sluice only', () => {
  const sessions = [
    { subject: 'sluice', sessions: 1000, liveBytesEach: 1, rssBytesEach: 30_000 },
    { subject: 'sdk-relay', sessions: 1000, liveBytesEach: 1, rssBytesEach: 90_000 },
  ];
  const goals = judge(resultsOf([], { sessions })).filter(({ name }) => name.includes('sessions'));
  assert.deepEqual(
    goals.map(({ isReached }) => isReached),
    [false],
  );
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

test('every scenario has its own name, and a rate only where a schedule is meant', () => {
  const names = FULL.scenarios.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  const paced = FULL.scenarios.filter(({ rate }) => rate !== undefined);
  assert.deepEqual(
    paced.map(({ name }) => name),
    [OPEN_LOOP],
  );
});
