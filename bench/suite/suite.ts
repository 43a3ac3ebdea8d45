/**
 * A whole run in order: scenarios side by side, then the questions that need subjects of their own.
 *
 * Each part stands alone: one that fails is noted among the faults and the run goes on. What is measured and how long
 * stands in the settings; who is measured, in the roster.
 */

import { alone } from './alone.ts';
import { churn } from './churn.ts';
import { atRest, compiled } from './compiled.ts';
import { firstAnswer } from './control.ts';
import type { Cpus } from './cpus.ts';
import { type Deck, deal } from './deck.ts';
import { type Cell, middle } from './figures.ts';
import { judge } from './goals.ts';
import { atHalfCapacity } from './half-capacity.ts';
import { machine } from './machine.ts';
import { isWanted, part, type Run } from './part.ts';
import { cellOf, nativeFreeOf, nothingFound, onName, type Results } from './results.ts';
import { type Backend, EVERYTHING, echo, FEATURES } from './roster.ts';
import { measure, play } from './rounds.ts';
import { secondOpinion } from './second-opinion.ts';
import { CAPACITY, MIXED, type Scenario } from './settings.ts';

/** Relays from npm that are compared at half their capacity. */
const PEERS = ['mcp-proxy', 'supergateway'];
const CHURN_CALLERS = 16;
const WARM_UP_MS = 4000;
export async function runSuite(run: Run): Promise<Results> {
  const { settings, subjects } = run;
  const scenarios = settings.scenarios.filter(({ name }) => isWanted(run, name));
  const results: Results = {
    date: new Date().toISOString(),
    command: run.command,
    machine: machine(),
    settings: settings.name,
    rounds: settings.rounds,
    durationMs: settings.durationMs,
    pinning: run.cpus.words,
    subjects: subjects.map(({ name, what }) => ({ name, what })),
    features: FEATURES.map(({ name }) => name),
    scenarios,
    ...nothingFound(),
  };
  for (const [backend, group] of grouped(scenarios)) await playGroup(run, results, backend, group);
  await alone(run, results);
  results.goals = judge(results);
  return results;
}

/** Scenarios with the same server behind share the subjects. */
function grouped(scenarios: readonly Scenario[]): [Backend, Scenario[]][] {
  const groups = new Map<string, [Backend, Scenario[]]>();
  for (const scenario of scenarios) {
    const key = `${scenario.backend} ${scenario.era}`;
    const backend = scenario.backend === 'echo' ? echo(scenario.era) : EVERYTHING;
    const group = groups.get(key) ?? [backend, []];
    groups.set(key, group);
    group[1].push(scenario);
  }
  return [...groups.values()];
}

async function playGroup(
  run: Run,
  results: Results,
  backend: Backend,
  scenarios: readonly Scenario[],
) {
  run.say(`subjects in front of ${backend.name}`);
  const deck = await deal(run.subjects, backend, run.cpus, run.say);
  results.faults.push(...deck.absent);
  try {
    if (!run.settings.isRough) await warmUp(deck, run.cpus);
    results.faults.push(...(await compiled(deck.players, run.settings.compileMsMax)));
    await atRest(deck.players, run.settings.compileMsMax);
    for (const scenario of scenarios) {
      await part(run, results, scenario.name, async () => {
        const { cells, dropped } = await play(scenario, deck, run.settings, run.cpus);
        results.cells.push(...cells);
        results.faults.push(...dropped, ...errorsIn(cells));
      });
    }
    if (backend.name === echo('legacy').name) await besides(run, results, deck);
    for (const { name, hasEnded, stderr } of deck.players) {
      if (hasEnded()) results.faults.push(`${name} ended during the run. ${stderr()}`);
    }
  } finally {
    await deck.close();
  }
}

/**
 * Compiled code comes with calls: whoever is measured first would be measured with none (seen: 178 us instead of 40). Of all sizes,
 * so that threads that inspect the larger ones start here and make themselves ready: that is some six seconds of the core on
 * which these are measured.
 */
async function warmUp({ players, era }: Deck, cpus: Cpus): Promise<void> {
  const mix = MIXED;
  const times = { warmupMs: 0, durationMs: WARM_UP_MS };
  for (const player of players) {
    await measure(player, { era, connections: CHURN_CALLERS, mix }, times, cpus).catch(() => {});
  }
}

function errorsIn(cells: readonly Cell[]): string[] {
  return cells.flatMap(({ scenario, subject, rounds, wrong }) => {
    const errors = rounds.reduce((sum, round) => sum + round.errors, 0);
    const calls = rounds.reduce((sum, round) => sum + round.calls, 0);
    if (calls === 0) return [`${scenario}, ${subject}: no call was answered`];
    return errors === 0
      ? []
      : [`${scenario}, ${subject}: ${errors} errors in ${calls} calls (${wrong.join('; ')})`];
  });
}

/** What is measured on the subjects that are up for the scenarios. */
async function besides(run: Run, results: Results, deck: Deck): Promise<void> {
  const { settings, cpus } = run;
  const find = (name: string) => deck.players.find((player) => player.name === name);
  const on = onName(results);
  const ours = deck.players.filter(({ name }) => name === on || name === nativeFreeOf(on));
  for (const name of PEERS) {
    const peer = find(name);
    const cell = cellOf(results, CAPACITY, name);
    if (peer === undefined || cell === undefined || ours.length === 0) continue;
    await part(run, results, `half capacity of ${name}`, async () => {
      const capacity = middle(cell, 'rps');
      results.halfCapacity.push(...(await atHalfCapacity(peer, capacity, ours, settings, cpus)));
    });
  }
  await part(run, results, 'churn', () => churnAll(run, results, deck));
  const relay = find('sdk-relay-json');
  if (relay !== undefined) {
    await part(run, results, 'second opinion', async () => {
      results.secondOpinion = await secondOpinion(relay, settings, cpus);
    });
  }
}

async function churnAll(
  { settings }: Run,
  results: Results,
  { players, era }: Deck,
): Promise<void> {
  const rows = new Map(players.map(({ name }) => [name, { perSecond: [] as number[], failed: 0 }]));
  for (let round = 0; round < settings.rounds; round++) {
    for (const { name, url } of players) {
      const session = await firstAnswer(url, era);
      const plan = { url, era, session, callers: CHURN_CALLERS, durationMs: settings.churnMs };
      const { perSecond, failed } = await churn(plan);
      const row = rows.get(name)!;
      row.perSecond.push(perSecond);
      row.failed += failed;
    }
  }
  for (const [subject, row] of rows) results.churn.push({ subject, ...row });
}
