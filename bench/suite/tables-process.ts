/** What a process costs by itself: connections, starts, sessions, memory over many calls. */

import { median } from './figures.ts';
import type { Results } from './results.ts';
import { count, fixed, kb, table } from './tables.ts';

export function churn(results: Results): string {
  const rows = results.churn.map(({ subject, perSecond, failed }) => [
    subject,
    count(median(perSecond)),
    failed,
  ]);
  return table(['subject', 'connections/s', 'failed'], rows);
}

export function coldStarts(results: Results): string {
  const rows = results.coldStarts.map(({ subject, ms }) => [
    subject,
    count(median(ms)),
    `${count(Math.min(...ms))} to ${count(Math.max(...ms))}`,
  ]);
  return table(['subject', 'ms', 'range'], rows);
}

export function sessions(results: Results): string {
  const rows = results.sessions.map((row) => [
    row.subject,
    count(row.sessions),
    kb(row.liveBytesEach),
    kb(row.rssBytesEach),
  ]);
  return table(['subject', 'sessions', 'live KB each', 'RSS KB each'], rows);
}

export function soak(results: Results): string {
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
