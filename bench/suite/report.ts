/**
 * Results as a page to read: one table per question, ratios beside figures, and on what it was measured.
 *
 * A ratio is the median over rounds of the ratio within a round; every other figure is the median over rounds. Latencies
 * are in microseconds. Nothing is left out because it looks bad.
 */

import { type Cell, type Figure, middle, paired, ratio } from './figures.ts';
import { cellOf, type Judged, type Results } from './results.ts';
import type { Scenario } from './settings.ts';
import { count, fixed, type Row, table } from './tables.ts';
import {
  auditTroubles,
  badTokens,
  besideBig,
  greedy,
  neighbours,
  whileScraped,
} from './tables-beside.ts';
import { insideTables, pipe } from './tables-inside.ts';
import { churn, coldStarts, sessions, soak } from './tables-process.ts';

export function markdown(results: Results): string {
  const parts = [
    `# Bench of ${results.date}, ${results.settings} run`,
    about(results),
    section('Goals', goalTable(results)),
    ...results.scenarios.map((scenario) =>
      section(heading(scenario), scenarioTable(results, scenario)),
    ),
    section('Time inside the gateway, by its own stopwatch', insideTables(results)),
    section('The server alone, over its pipe', pipe(results)),
    section(`At half the other's capacity`, halfCapacity(results)),
    section('A slow server beside a fast one', neighbours(results)),
    section('A greedy caller beside modest ones', greedy(results)),
    section('A flood of wrong credentials beside known callers', badTokens(results)),
    section('The audit log in trouble', auditTroubles(results)),
    section('Small calls beside a stream of big ones, inspected or not', besideBig(results)),
    section('Calls while metrics are scraped', whileScraped(results)),
    section('What of the traffic of agents reaches the server', agentLoops(results)),
    section('A connection per call', churn(results)),
    section('Cold start to the first answer', coldStarts(results)),
    section('Idle sessions', sessions(results)),
    section('Memory over many calls', soak(results)),
    section('A second opinion on throughput', secondOpinion(results)),
    section('Left out or gone wrong', results.faults.map((fault) => `- ${fault}`).join('\n')),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function section(title: string, body: string): string {
  return body === '' ? '' : `## ${title}\n\n${body}`;
}

export const heading = ({ name, what, rate }: Scenario) =>
  `${name}: ${what}${rate === undefined ? '' : ` (${count(rate)} calls/s)`}`;

function about(results: Results): string {
  const { machine } = results;
  const packages = Object.entries(machine.packages).map(([name, version]) => `${name} ${version}`);
  const on =
    results.features.length === 0 ? 'nothing yet, so on equals off' : results.features.join(', ');
  return [
    `- machine: ${machine.cpu}, ${machine.cores} cores, ${count(machine.memoryMb)} MB, ${machine.os}; load before the run ${machine.loadBefore.join(', ')}`,
    `- pinning: ${results.pinning}`,
    `- Node.js ${machine.node}; ${packages.join(', ')}`,
    `- command: \`${results.command}\`; ${results.rounds} rounds of ${count(results.durationMs)} ms each`,
    `- "everything on": ${on}`,
    ...results.subjects.map(({ name, what }) => `- ${name}: ${what}`),
  ].join('\n');
}

export function goalTable({ goals: all }: Results): string {
  const word = (isReached: boolean | null) =>
    isReached === null ? '-' : isReached ? 'reached' : '**not**';
  const cells = ({ measured, isReached }: Judged) => [measured ?? 'not measured', word(isReached)];
  const rows = all.map((goal) => [
    goal.name,
    goal.limit,
    ...cells(goal),
    ...cells(goal.nativeFree),
  ]);
  return table(['goal', 'limit', 'measured', '', 'without native code', ''], rows);
}

const COLUMNS: readonly [string, Figure, number][] = [
  ['CPU us', 'cpuUs', 1],
  ['p50', 'p50', 0],
  ['p99', 'p99', 0],
  ['p99.9', 'p999', 0],
  ['max', 'max', 0],
  ['generator us', 'generatorUs', 1],
  ['its cores', 'generatorCores', 2],
];

export function scenarioTable(results: Results, { name }: Scenario): string {
  const cells = results.cells.filter((cell) => cell.scenario === name);
  const floor = cellOf(results, name, 'floor');
  const head = [
    'subject',
    'calls/s',
    ...COLUMNS.map(([title]) => title),
    'errors',
    'CPU x floor',
    'p99 x floor',
  ];
  return table(
    head,
    cells.map((cell) => scenarioRow(cell, floor)),
  );
}

function scenarioRow(cell: Cell, floor: Cell | undefined): Row {
  const against = (figure: Figure) =>
    floor === undefined ? '-' : fixed(paired(cell, floor, figure, ratio));
  const errors = cell.rounds.reduce((sum, round) => sum + round.errors, 0);
  const figures = COLUMNS.map(([, figure, digits]) => {
    const value = middle(cell, figure);
    return digits === 0 ? count(value) : fixed(value, digits);
  });
  return [
    cell.subject,
    count(middle(cell, 'rps')),
    ...figures,
    errors,
    against('cpuUs'),
    against('p99'),
  ];
}

function halfCapacity(results: Results): string {
  const rows = results.halfCapacity.map((row) => [
    row.peer,
    count(row.rate),
    count(row.peerP99),
    row.subject,
    count(row.subjectP99),
    fixed(row.ratio, 3),
  ]);
  return table(['other', 'calls/s', 'p99', 'ours', 'p99', 'ratio'], rows);
}

export function agentLoops(results: Results): string {
  const head = ['subject', 'agents', 'lists', 'saved', 'p50 list', 'calls', 'saved', 'p50 call'];
  const saved = (asked: number, reached: number) => `${fixed((1 - reached / asked) * 100, 1)} %`;
  const rows = results.agentLoops.map((row) => [
    row.subject,
    row.sessions,
    ...[row.lists, saved(row.lists, row.listsReached), count(row.listP50)],
    ...[row.calls, saved(row.calls, row.callsReached), count(row.callP50)],
  ]);
  return table(head, rows);
}

function secondOpinion({ secondOpinion: found }: Results): string {
  if (found === null) return '';
  const head = [
    'subject',
    'this suite, calls/s',
    'autocannon, calls/s',
    'ratio',
    'range over rounds',
    'errors of autocannon',
  ];
  const { subject, oursRps, autocannonRps, autocannonErrors } = found;
  const rates = [count(oursRps), count(autocannonRps), fixed(found.ratio)];
  const range = found.range.map((ratio) => fixed(ratio)).join(' to ');
  return table(head, [[subject, ...rates, range, autocannonErrors]]);
}
