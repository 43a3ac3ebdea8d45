/**
 * One scenario, all subjects of a deck, several rounds: every round runs each subject once, one after the other.
 *
 * The order turns by one each round, so that nobody always runs first or after the same neighbour. A subject whose run
 * fails is out of the scenario from then on, with the reason; the others go on.
 */

import { type Plan, type Report, runLoad, runLoadProcess } from '../load/load.ts';
import { tokenFor } from './control.ts';
import type { Cpus } from './cpus.ts';
import type { Deck, Player } from './deck.ts';
import { type Cell, errorsOf, type Figures, figuresOf } from './figures.ts';
import { CAPACITY, durationOf, type Part, type Scenario, type Settings } from './settings.ts';

export interface Target {
  readonly url: string;
  readonly pids: readonly number[];
}

export interface Shape {
  readonly era: Plan['era'];
  readonly connections: number;
  readonly rate?: number;
  readonly sessions?: Plan['sessions'];
  readonly mix: readonly Part[];
}

/** The tool that the refusal scenario calls. */
const ABSENT_TOOL = 'no_such_tool';

function stepOf(part: Part): Plan['mix'][number] {
  const { weight } = part;
  if (part.kind === 'list') return { method: 'tools/list', weight };
  if (part.kind === 'refused') return { tool: ABSENT_TOOL, args: {}, weight, expect: 'error' };
  if (part.kind === 'text') return { tool: 'echo', args: { message: part.text }, weight };
  return { tool: 'echo', args: { message: '' }, size: part.bytes, weight };
}

type Times = Pick<Settings, 'warmupMs' | 'durationMs'> & Partial<Pick<Settings, 'isRough'>>;

const PATIENCE = 5;

/**
 * One run of the generator, in its own process on its own CPU. A run in which nothing was answered, as of a cold relay on
 * a busy machine, is made again and longer.
 */
export async function measure(
  target: Target,
  shape: Shape,
  times: Times,
  cpus: Cpus,
): Promise<Report> {
  const report = await run(target, shape, times, cpus);
  if (report.calls > 0) return report;
  return run(target, shape, { ...times, durationMs: times.durationMs * PATIENCE }, cpus);
}

function run(target: Target, shape: Shape, times: Times, cpus: Cpus): Promise<Report> {
  const token = tokenFor(target.url);
  const plan: Plan = {
    url: target.url,
    ...(token === undefined ? {} : { token }),
    era: shape.era,
    connections: shape.connections,
    ...(shape.rate === undefined ? {} : { rate: shape.rate }),
    warmupMs: times.warmupMs,
    durationMs: times.durationMs,
    mix: shape.mix.map(stepOf),
    sessions: shape.sessions ?? 'shared',
    ...(target.pids.length === 0 ? {} : { pids: [...target.pids] }),
  };
  if (times.isRough === true) return runLoad(plan);
  return runLoadProcess(plan, cpus.generator === undefined ? {} : { cpus: cpus.generator });
}

export interface Played {
  readonly cells: readonly Cell[];
  /** Who dropped out, and why. */
  readonly dropped: readonly string[];
}

export async function play(
  scenario: Scenario,
  deck: Deck,
  settings: Settings,
  cpus: Cpus,
): Promise<Played> {
  const invited = deck.players.filter((player) => player.isOurs || scenario.oursOnly !== true);
  const rounds = new Map<Player, Figures[]>(invited.map((player) => [player, []]));
  const dropped: string[] = [];
  const durationMs = durationOf(scenario, settings);
  // One generator of its own is enough to prove that it works.
  const hasOwn = (player: Player) => scenario.name === CAPACITY && player === invited[0];
  for (let round = 0; round < settings.rounds; round++) {
    const first = round % invited.length;
    for (const player of [...invited.slice(first), ...invited.slice(0, first)]) {
      const found = rounds.get(player);
      if (found === undefined) continue;
      try {
        const times = { ...settings, durationMs, isRough: settings.isRough && !hasOwn(player) };
        found.push(figuresOf(await measure(player, scenario, times, cpus)));
      } catch (error) {
        rounds.delete(player);
        dropped.push(`${scenario.name}, ${player.name}: ${(error as Error).message}`);
      }
    }
  }
  const cells = [...rounds].map(([{ name }, found]) => {
    return { scenario: scenario.name, subject: name, rounds: found, wrong: errorsOf(found).wrong };
  });
  return { cells, dropped };
}
