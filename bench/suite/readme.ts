/**
 * The figures that README.md and bench/README.md quote, made from the newest recorded run: nobody copies them by hand,
 * and a test compares.
 *
 * A block stands between two markers; what is around it is left alone.
 */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { middle, paired, ratio } from './figures.ts';
import { agentLoops, goalTable, heading, scenarioTable } from './report.ts';
import { cellOf, type Results } from './results.ts';
import { PROJECT } from './roster.ts';
import { CAPACITY, OPEN_LOOP } from './settings.ts';
import { count, fixed, table } from './tables.ts';
import { auditTroubles, badTokens, besideBig, greedy, whileScraped } from './tables-beside.ts';
import { insideTables } from './tables-inside.ts';

const RESULTS = join(PROJECT, 'bench/results');
const QUOTED = [CAPACITY, '300 B modern', '2 KB', '64 KB', OPEN_LOOP];
const BEGIN = '<!-- BENCH FIGURES: written by `npm run bench -- --write-readme` -->';
const END = '<!-- END OF BENCH FIGURES -->';

/** Scenario, subject, and what the reader of README.md is told that it is. */
const SPEED = [
  [CAPACITY, 'floor', 'the floor: a minimal relay that is no gateway'],
  ['300 B modern', 'sluice', 'Sluice, 2026-07-28 on both sides'],
  [CAPACITY, 'sluice', 'Sluice, legacy sessions to a legacy server'],
  [CAPACITY, 'sluice-on', 'the same with everything turned on'],
  [CAPACITY, 'sluice-node', 'Sluice without native code'],
  [CAPACITY, 'sdk-relay-json', 'a relay made of the official SDK, JSON answers'],
  [CAPACITY, 'sdk-relay', 'the same with event streams, its default'],
  [CAPACITY, 'mcp-proxy', 'mcp-proxy'],
  [CAPACITY, 'supergateway', 'supergateway'],
] as const;

/** The newest full run in bench/results, by its date. */
export function newestRun(): { readonly stem: string; readonly results: Results } {
  const stem = readdirSync(RESULTS)
    .filter((name) => name.endsWith('-full.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .sort()
    .at(-1);
  if (stem === undefined) throw new Error(`There is no full run in ${RESULTS}.`);
  const text = readFileSync(join(RESULTS, `${stem}.json`), 'utf8');
  return { stem, results: JSON.parse(text) as Results };
}

/** Every page that quotes figures, as it should be. */
export function pages(): { readonly file: string; readonly text: string }[] {
  const { stem, results } = newestRun();
  const page = (file: string, block: string) => {
    const text = readFileSync(join(PROJECT, file), 'utf8');
    return { file, text: filled(file, text, block) };
  };
  return [
    page('README.md', speed(results)),
    page('bench/README.md', [recorded(stem, results), quoted(results)].join('\n\n')),
  ];
}

export function writePages(): void {
  for (const { file, text } of pages()) writeFileSync(join(PROJECT, file), text);
}

export function filled(file: string, text: string, block: string): string {
  const from = text.indexOf(BEGIN);
  const to = text.indexOf(END);
  if (from < 0 || to < from) throw new Error(`${file} has no place for figures.`);
  return `${text.slice(0, from + BEGIN.length)}\n${block}\n${text.slice(to)}`;
}

function recorded(stem: string, { command }: Results): string {
  return `Recorded in [results/${stem}.md](results/${stem}.md), with the machine and the versions, by

\`\`\`sh
${command}
\`\`\``;
}

function quoted(results: Results): string {
  const scenarios = results.scenarios.filter(({ name }) => QUOTED.includes(name));
  const sections: [string, string][] = [
    ['Goals', goalTable(results)],
    ...scenarios.map((one): [string, string] => [heading(one), scenarioTable(results, one)]),
    ['Time inside the gateway, by its own stopwatch', insideTables(results)],
    ['A greedy caller beside modest ones', greedy(results)],
    ['A flood of wrong credentials beside known callers', badTokens(results)],
    ['The audit log in trouble', auditTroubles(results)],
    ['Small calls beside a stream of big ones, inspected or not', besideBig(results)],
    ['Calls while metrics are scraped', whileScraped(results)],
    ['What of the traffic of agents reaches the server', agentLoops(results)],
  ];
  return sections
    .filter(([, body]) => body !== '')
    .map(([title, body]) => `### ${title}\n\n${body}`)
    .join('\n\n');
}

/** The few figures of README.md; subjects that were not in the run are left out. */
function speed(results: Results): string {
  const rows = SPEED.flatMap(([scenario, subject, words]) => {
    const cell = cellOf(results, scenario, subject);
    const floor = cellOf(results, scenario, 'floor');
    if (cell === undefined || floor === undefined) return [];
    const times = fixed(paired(cell, floor, 'cpuUs', ratio));
    const cpu = `${fixed(middle(cell, 'cpuUs'), 1)} us`;
    return [[words, count(middle(cell, 'rps')), cpu, times]];
  });
  return table(['', 'calls/s', 'CPU per call', 'of the floor'], rows);
}
