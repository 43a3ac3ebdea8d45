/**
 * Results as a page to read: one table per question, ratios beside figures, and on what it was measured.
 *
 * A ratio is the median over rounds of the ratio within a round; every other figure is the median over rounds. Latencies
 * are in microseconds. Nothing is left out because it looks bad.
 */

import type { StopwatchReport } from '../../src/telemetry/stopwatch.ts';
import { type Cell, type Figure, median, middle, paired, ratio } from './figures.ts';
import { cellOf, type Judged, type Results } from './results.ts';
import type { Scenario } from './settings.ts';

type Row = readonly (string | number)[];

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

export function table(head: readonly string[], rows: readonly Row[]): string {
  if (rows.length === 0) return '';
  const line = (cells: Row) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}

export const heading = ({ name, what, rate }: Scenario) =>
  `${name}: ${what}${rate === undefined ? '' : ` (${count(rate)} calls/s)`}`;

export function count(value: number): string {
  return Number.isFinite(value) ? Math.round(value).toLocaleString('en-US') : '-';
}

export const fixed = (value: number, digits = 2) =>
  Number.isFinite(value) ? value.toFixed(digits) : '-';
const kb = (bytes: number) => fixed(bytes / 1000, 1);

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

function pipe(results: Results): string {
  const head = [
    'server',
    'bytes',
    'in flight',
    'calls/s',
    'server CPU us',
    'driver CPU us',
    'p50',
    'p99',
  ];
  const rows = results.pipe.map((row) => [
    row.backend,
    row.bytes,
    row.inFlight,
    count(row.rps),
    fixed(row.cpuUs, 1),
    fixed(row.driverUs, 1),
    count(row.p50),
    count(row.p99),
  ]);
  return table(head, rows);
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

function neighbours(results: Results): string {
  const head = [
    'gateway',
    'fast calls/s',
    'slow server',
    'its callers',
    'p99 alone',
    'p99 beside it',
    'ratio',
    'errors',
  ];
  const rows = results.neighbours.map((row) => [
    row.subject,
    count(row.rate),
    `${row.slowMs} ms`,
    row.slowCallers,
    count(row.aloneP99),
    count(row.besideP99),
    fixed(row.ratio),
    row.errors,
  ]);
  return table(head, rows);
}

/** Logic alone, and with the writes to the server and to the client; microseconds, medians over rounds. */
export function insideTables(results: Results): string {
  const spreads = ['logicUs', 'withWritesUs'] as const;
  const figures = ['p50', 'p99', 'p999', 'max'] as const;
  const head = ['logic p50', 'p99', 'p99.9', 'max', 'with writes p50', 'p99', 'p99.9', 'max'];
  // Runs recorded before the floor had a stopwatch have nothing to compare with.
  const hasFloor = results.inside.some(({ subject }) => subject.startsWith('floor'));
  const last = ['a reading of the clock', ...(hasFloor ? ['logic p50 x floor'] : [])];
  const rows = results.inside.map(({ subject, era, rate, rounds }) => {
    const middleOf = (value: (round: StopwatchReport) => number) => median(rounds.map(value));
    return [
      subject,
      era,
      count(rate),
      count(rounds.reduce((sum, { calls }) => sum + calls, 0)),
      ...spreads.flatMap((spread) =>
        figures.map((figure) =>
          fixed(
            middleOf((round) => round[spread][figure]),
            1,
          ),
        ),
      ),
      `${count(middleOf(({ clockNs }) => clockNs))} ns`,
      ...(hasFloor ? [fixed(timesFloor(results, subject, era))] : []),
    ];
  });
  const partRows = results.inside.map(({ subject, era, rounds }) => [
    subject,
    era,
    ...INSIDE.map(([, part]) => fixed(median(rounds.map(({ partsUs }) => partsUs[part])), 1)),
  ]);
  return [
    table(['gateway', 'era', 'calls/s', 'calls', ...head, ...last], rows),
    table(['median of', '', ...INSIDE.map(([title]) => title)], partRows),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** Round by round; NaN where the floor was not asked. */
function timesFloor({ inside }: Results, subject: string, era: string): number {
  const of = (name: string) =>
    inside.find((row) => row.subject === name && row.era === era)?.rounds ?? [];
  const floor = of(subject.includes('-node') ? 'floor-node' : 'floor');
  return median(
    of(subject).map(
      ({ logicUs }, round) => logicUs.p50 / (floor[round]?.logicUs.p50 ?? Number.NaN),
    ),
  );
}

const INSIDE = [
  ['head', 'head'],
  ['body to queued', 'body'],
  ['line to answer', 'answer'],
  ['write to the server', 'toServer'],
  ['write to the client', 'toClient'],
] as const;

export function greedy(results: Results): string {
  const head = [
    'subject',
    'modest calls/s',
    'flood connections',
    'p50 alone',
    'p50 beside it',
    'ratio',
    'p99 alone',
    'p99 beside it',
    'ratio',
    'errors',
  ];
  const rows = results.greedy.map((row) => [
    row.subject,
    count(row.rate),
    row.connections,
    ...[count(row.aloneP50), count(row.besideP50), fixed(row.ratioP50)],
    ...[count(row.aloneP99), count(row.besideP99), fixed(row.ratioP99)],
    row.errors,
  ]);
  return table(head, rows);
}

export function badTokens({ badTokens: all = [] }: Results): string {
  const head = [
    ...['subject', 'flood', 'known calls/s', 'flood/s', 'answers'],
    ...['p50 alone', 'p50 beside it', 'ratio', 'p99 alone', 'p99 beside it', 'ratio', 'errors'],
  ];
  const rows = all.map((row) => [
    ...[row.subject, row.kind, count(row.rate), count(row.flood)],
    Object.entries(row.statuses)
      .map(([status, answers]) => `${count(answers)} x ${status}`)
      .join(', '),
    ...[count(row.aloneP50), count(row.besideP50), fixed(row.ratioP50)],
    ...[count(row.aloneP99), count(row.besideP99), fixed(row.ratioP99)],
    row.errors,
  ]);
  return table(head, rows);
}

export function auditTroubles({ auditTroubles: all = [] }: Results): string {
  const head = [
    ...['subject', 'trouble', 'calls/s', 'p50 before', 'during', 'after', 'ratio'],
    ...['p99 before', 'during', 'after', 'ratio', 'max during', 'refused', 'back after'],
  ];
  const rows = all.map(({ subject, kind, rate, phases, refuses, ...row }) => {
    const { before, during, after } = phases;
    const three = (figure: 'p50' | 'p99') =>
      [before, during, after].map((phase) => count(phase[figure]));
    return [
      ...[subject, kind, count(rate), ...three('p50'), fixed(row.ratioP50)],
      ...[...three('p99'), fixed(row.ratioP99), count(during.max)],
      refuses ? `${count(during.errors)} of ${count(during.calls)}` : '0',
      `${count(row.backMs)} ms`,
    ];
  });
  return table(head, rows);
}

export function besideBig({ besideBig: all = [] }: Results): string {
  const head = [
    ...['subject', 'small calls/s', 'beside', 'big ones/s', 'of what inspection can do'],
    ...['p50 off', 'p50 on', 'ratio', 'p99 off', 'p99 on', 'ratio'],
    ...['big ones: p50 off', 'p50 on', 'errors'],
  ];
  const rows = all.map((row) => [
    ...[row.subject, count(row.smallRate)],
    row.capacity === null ? 'nothing' : `${count(row.bytes / 1024)} KB`,
    ...(row.capacity === null
      ? ['-', '-']
      : [fixed(row.bigRate), `${count(row.share * 100)} % of ${fixed(row.capacity)}/s`]),
    ...[count(row.offP50), count(row.onP50), fixed(row.ratioP50)],
    ...[count(row.offP99), count(row.onP99), fixed(row.ratioP99)],
    ...[count(row.bigOffP50), count(row.bigOnP50), row.errors],
  ]);
  return table(head, rows);
}

export function whileScraped({ scraped: all = [] }: Results): string {
  const head = [
    ...['subject', 'calls/s', 'series', 'scrapes', 'a scrape', 'p50', 'scraped', 'ratio'],
    ...['p99', 'scraped', 'ratio', 'p99.9', 'scraped', 'max', 'scraped', 'errors'],
  ];
  const rows = all.map(({ without, scraped, ...row }) => [
    ...[row.subject, count(row.rate), count(row.series), row.scrapes, `${fixed(row.scrapeMs)} ms`],
    ...[count(without.p50), count(scraped.p50), fixed(row.ratioP50)],
    ...[count(without.p99), count(scraped.p99), fixed(row.ratioP99)],
    ...[count(without.p999), count(scraped.p999), count(without.max), count(scraped.max)],
    row.errors,
  ]);
  return table(head, rows);
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

function churn(results: Results): string {
  const rows = results.churn.map(({ subject, perSecond, failed }) => [
    subject,
    count(median(perSecond)),
    failed,
  ]);
  return table(['subject', 'connections/s', 'failed'], rows);
}

function coldStarts(results: Results): string {
  const rows = results.coldStarts.map(({ subject, ms }) => [
    subject,
    count(median(ms)),
    `${count(Math.min(...ms))} to ${count(Math.max(...ms))}`,
  ]);
  return table(['subject', 'ms', 'range'], rows);
}

function sessions(results: Results): string {
  const rows = results.sessions.map((row) => [
    row.subject,
    count(row.sessions),
    kb(row.liveBytesEach),
    kb(row.rssBytesEach),
  ]);
  return table(['subject', 'sessions', 'live KB each', 'RSS KB each'], rows);
}

function soak(results: Results): string {
  const curve = results.soak.flatMap(({ subject, points }) =>
    points.map(({ calls, liveBytes, rssBytes }) => [
      subject,
      count(calls),
      kb(liveBytes),
      kb(rssBytes),
    ]),
  );
  const slopes = results.soak.map((row) => [
    row.subject,
    count(row.calls),
    fixed(row.liveBytesPerCall, 3),
    fixed(row.rssBytesPerCall, 3),
    row.errors,
  ]);
  return [
    table(['subject', 'calls', 'live B per call, second half', 'RSS B per call', 'errors'], slopes),
    table(['subject', 'after calls', 'live KB', 'RSS KB'], curve),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
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
