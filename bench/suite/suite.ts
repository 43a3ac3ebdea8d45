/**
 * A whole run in order: scenarios side by side, then the questions that need subjects of their own.
 *
 * Each part stands alone: one that fails is noted among the faults and the run goes on. What is measured and how long
 * stands in the settings; who is measured, in the roster.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { agentLoop } from './agent-loop.ts';
import { inTrouble, troublesOf } from './audit-trouble.ts';
import { besideBadTokens } from './bad-tokens.ts';
import { besideBig } from './beside-big.ts';
import { churn } from './churn.ts';
import { coldStarts } from './cold-start.ts';
import { firstAnswer } from './control.ts';
import type { Cpus } from './cpus.ts';
import { type Deck, deal } from './deck.ts';
import { type Cell, type Errors, faultsOf, middle } from './figures.ts';
import { judge } from './goals.ts';
import { besideGreedy } from './greedy.ts';
import { atHalfCapacity } from './half-capacity.ts';
import { inside } from './inside.ts';
import { machine } from './machine.ts';
import { idleSessions, seatProbed } from './memory.ts';
import { besideSlow } from './neighbours.ts';
import { drivePipe } from './pipe.ts';
import { cellOf, nativeFreeOf, onName, type Results } from './results.ts';
import { type Backend, EVERYTHING, echo, FEATURES, type Subject } from './roster.ts';
import { measure, play } from './rounds.ts';
import { whileScraped } from './scraped.ts';
import { secondOpinion } from './second-opinion.ts';
import { CAPACITY, type Scenario, type Settings } from './settings.ts';
import { soak } from './soak.ts';

export interface Run {
  readonly subjects: readonly Subject[];
  readonly settings: Settings;
  /** Only what this matches: names of scenarios and parts. */
  readonly only?: RegExp;
  /** By `performance.now()`: no part begins later. */
  readonly untilMs: number;
  readonly command: string;
  readonly cpus: Cpus;
  readonly say: (line: string) => void;
}

/** Relays from npm that are compared at half their capacity. */
const PEERS = ['mcp-proxy', 'supergateway'];
const PIPE_LOADS = [
  { bytes: 300, inFlight: 1 },
  { bytes: 300, inFlight: 64 },
  { bytes: 2048, inFlight: 64 },
  { bytes: 65_536, inFlight: 16 },
];
const CHURN_CALLERS = 16;
const WARM_UP_MS = 1500;
/** Its sessions are processes: a thousand of them are no measurement of a relay. */
const NO_THOUSAND_SESSIONS = 'supergateway';

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
    cells: [],
    pipe: [],
    coldStarts: [],
    churn: [],
    sessions: [],
    soak: [],
    halfCapacity: [],
    inside: [],
    neighbours: [],
    greedy: [],
    badTokens: [],
    auditTroubles: [],
    besideBig: [],
    scraped: [],
    agentLoops: [],
    secondOpinion: null,
    faults: [],
    goals: [],
  };
  for (const [backend, group] of grouped(scenarios)) await playGroup(run, results, backend, group);
  await alone(run, results);
  results.goals = judge(results);
  return results;
}

const isWanted = ({ only }: Run, name: string) => only === undefined || only.test(name);

/** Does one part, unless it is not wanted; its failure is noted and ends nothing else. */
async function part(
  run: Run,
  results: Results,
  name: string,
  work: () => Promise<void>,
): Promise<void> {
  if (!isWanted(run, name)) return;
  if (performance.now() > run.untilMs) {
    results.faults.push(`${name}: left out, the time was up`);
    return;
  }
  run.say(name);
  try {
    await work();
  } catch (error) {
    results.faults.push(`${name}: ${(error as Error).message}`);
  }
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
    // What expressions inspection needs is compiled between the first messages: rounds of a second are over before.
    await sleep(run.settings.compileMs);
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

/** Compiled code comes with calls: whoever is measured first would be measured with none (seen: 178 us instead of 40). */
async function warmUp({ players, era }: Deck, cpus: Cpus): Promise<void> {
  const mix = [{ kind: 'call' as const, bytes: 300, weight: 1 }];
  const times = { warmupMs: 0, durationMs: WARM_UP_MS };
  for (const player of players) {
    await measure(player, { era, connections: CHURN_CALLERS, mix }, times, cpus).catch(() => {});
  }
}

/** Errors in what a part has measured are faults of the run, by kind: a number alone cannot be understood later. */
function noteErrors<T extends Errors>(
  { faults }: Results,
  rows: readonly T[],
  nameOf: (row: T) => string,
): void {
  for (const row of rows) faults.push(...faultsOf(nameOf(row), row));
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

/** What needs subjects of its own. */
async function alone(run: Run, results: Results): Promise<void> {
  const { settings, cpus, subjects } = run;
  const backend = echo('legacy');
  const times = { warmupMs: settings.warmupMs, durationMs: settings.durationMs };
  await part(run, results, 'the server alone', async () => {
    for (const load of PIPE_LOADS) {
      results.pipe.push(await drivePipe(backend, { ...load, ...times }, cpus));
    }
    const load = { bytes: 300, inFlight: 64, ...times };
    results.pipe.push(await drivePipe(EVERYTHING, load, cpus));
  });
  const gateways = subjects.filter(
    ({ name, sluice }) => sluice !== undefined && settings.aloneSubjects.test(name),
  );
  await stopwatches(run, results);
  for (const gateway of gateways) {
    if (gateway.sluice?.features !== undefined) continue;
    await part(run, results, `neighbours on ${gateway.name}`, async () => {
      const row = await besideSlow(gateway, settings, cpus);
      results.neighbours.push(row);
      noteErrors(results, [row], ({ subject }) => `neighbours on ${subject}`);
    });
  }
  await behaviours(run, results);
  await part(run, results, 'cold start', async () => {
    const wanted = aside(run);
    results.coldStarts.push(...(await coldStarts(wanted, backend, settings.coldStarts, cpus)));
  });
  await memory(run, results, backend);
}

async function stopwatches(run: Run, results: Results): Promise<void> {
  const { settings, cpus, subjects } = run;
  const wanted = subjects.filter(({ name }) => settings.insideSubjects.test(name));
  for (const era of ['legacy', 'modern'] as const) {
    await part(run, results, `stopwatch, ${era}`, async () => {
      const found = await inside(wanted, era, settings, cpus);
      results.inside.push(...found);
      noteErrors(results, found, ({ subject }) => `stopwatch in ${subject}, ${era}`);
    });
  }
}

/** What callers do to each other, and what agents ask again and again. */
async function behaviours(run: Run, results: Results): Promise<void> {
  const { settings, cpus, subjects } = run;
  for (const subject of subjects.filter(({ name }) => settings.greedySubjects.test(name))) {
    await part(run, results, `greedy caller on ${subject.name}`, async () => {
      const rows = await besideGreedy(subject, settings, cpus);
      results.greedy.push(...rows);
      noteErrors(results, rows, (row) => `greedy caller on ${row.subject}`);
    });
  }
  for (const subject of subjects.filter(({ name }) => settings.floodSubjects.test(name))) {
    await part(run, results, `bad tokens on ${subject.name}`, async () => {
      const rows = await besideBadTokens(subject, settings, cpus);
      results.badTokens?.push(...rows);
      noteErrors(results, rows, (row) => `bad tokens on ${row.subject}, ${row.kind}`);
    });
  }
  for (const subject of subjects.filter(({ name }) => settings.troubleSubjects.test(name))) {
    await part(run, results, `audit in trouble on ${subject.name}`, async () => {
      const rows = await inTrouble(subject, settings, cpus);
      results.auditTroubles?.push(...rows);
      results.faults.push(...rows.flatMap(troublesOf));
    });
  }
  for (const subject of subjects.filter(({ name }) => settings.besideBigSubjects.test(name))) {
    await part(run, results, `beside big ones on ${subject.name}`, async () => {
      const rows = await besideBig(subject, settings, cpus);
      results.besideBig?.push(...rows);
      noteErrors(results, rows, (row) => `beside big ones on ${row.subject}, ${row.bytes} B`);
    });
  }
  for (const subject of subjects.filter(({ name }) => settings.scrapedSubjects.test(name))) {
    await part(run, results, `scraped ${subject.name}`, async () => {
      const row = await whileScraped(subject, settings, cpus);
      results.scraped?.push(row);
      noteErrors(results, [row], ({ subject }) => `scraped ${subject}`);
    });
  }
  for (const subject of subjects.filter(({ name }) => settings.agentSubjects.test(name))) {
    await part(run, results, `agent loop on ${subject.name}`, async () => {
      results.agentLoops.push(...(await agentLoop(subject, settings, cpus)));
    });
  }
}

const aside = ({ subjects, settings }: Run) =>
  subjects.filter(({ name }) => settings.asideSubjects.test(name));

async function memory(run: Run, results: Results, backend: Backend): Promise<void> {
  const { settings, cpus } = run;
  const started = aside(run).filter(
    ({ program, name, isOurs }) =>
      program !== undefined &&
      !name.startsWith('floor') &&
      (!isOurs || settings.aloneSubjects.test(name)),
  );
  for (const subject of started) {
    if (subject.name === NO_THOUSAND_SESSIONS) continue;
    await part(run, results, `idle sessions of ${subject.name}`, async () => {
      const player = await seatProbed(subject, backend, cpus);
      try {
        results.sessions.push(await idleSessions(player, settings.idleSessions));
      } finally {
        await player.stop();
      }
    });
  }
  for (const subject of started.filter(({ name }) => settings.soakSubjects.test(name))) {
    await part(run, results, `soak of ${subject.name}`, async () => {
      const player = await seatProbed(subject, backend, cpus);
      try {
        const figures = await soak(player, settings, cpus);
        results.soak.push(figures);
        noteErrors(results, [figures], () => `soak of ${subject.name}`);
      } finally {
        await player.stop();
      }
    });
  }
}
