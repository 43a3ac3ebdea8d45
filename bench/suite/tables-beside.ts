/** What calls cost while something else goes on: a slow server, a flood, an audit log in trouble, big messages, scrapes. */

import type { Results } from './results.ts';
import { count, fixed, table } from './tables.ts';

export function neighbours(results: Results): string {
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
