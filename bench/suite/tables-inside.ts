/** Where the time of a call goes: inside the gateway by its own stopwatch, and in the server alone. */

import type { StopwatchReport } from '../../src/telemetry/stopwatch.ts';
import { median } from './figures.ts';
import type { Results } from './results.ts';
import { count, fixed, table } from './tables.ts';

const INSIDE = [
  ['head', 'head'],
  ['body to queued', 'body'],
  ['line to answer', 'answer'],
  ['write to the server', 'toServer'],
  ['write to the client', 'toClient'],
] as const;

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

export function pipe(results: Results): string {
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
