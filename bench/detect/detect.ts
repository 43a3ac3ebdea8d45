/**
 * How much of the corpora is found, and how much of what is harmless is flagged.
 *
 *   node dist/bench/detect/detect.js [--corpora DIR] [--kind secret,benign…] [--tier overt,…]
 *        [--evade K] [--seed N]      also K transforms of each positive row (48 single ones and 40 chains of two)
 *        [--threes K]                also up to K chains of three different single ones, drawn by seed
 *        [--transforms a,b+c]        only these
 *        [--misses N] [--hits N]     print N rows that were missed, or benign rows that were flagged
 *        [--rules REGEX]             only rules of whose ids this is true, to see what some of them find without the others
 *        [--fold I/N]                only rows whose id hashes to fold I of N: develop on some, judge on the others
 */

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { ownRules } from '../../src/inspect/catalog.ts';
import { examine, type FindingClass, leavesOf, type Subject } from '../../src/inspect/inspect.ts';
import { RuleSet } from '../../src/inspect/rule-set.ts';

interface Row {
  readonly id: string;
  readonly kind: 'secret' | 'injection' | 'poisoning' | 'dangerous_arg' | 'benign';
  readonly direction: 'request' | 'response' | 'tool_definition';
  readonly text?: string;
  readonly tool?: { readonly name: string };
  readonly tier: string;
  readonly subtype: string;
  readonly transform?: string;
}
interface Evader {
  /** One that makes several strings of one must come last. */
  readonly transforms: Record<string, { readonly split?: unknown }>;
  readonly chains: readonly string[];
  applies(name: string, kind: string): boolean;
  evade(row: Row, name: string, seed: number): Row | null;
}

const { values } = parseArgs({
  options: {
    corpora: { type: 'string', default: '../shared/corpora' },
    kind: { type: 'string', default: 'secret,injection,poisoning,dangerous_arg,benign' },
    tier: { type: 'string' },
    evade: { type: 'string', default: '0' },
    seed: { type: 'string', default: '7' },
    threes: { type: 'string', default: '0' },
    transforms: { type: 'string' },
    misses: { type: 'string', default: '0' },
    hits: { type: 'string', default: '0' },
    fold: { type: 'string', default: '0/1' },
    rules: { type: 'string', default: '' },
  },
});
const folder = resolve(values.corpora);
if (!existsSync(folder)) {
  console.error(`The corpora are not at ${folder}: say where with --corpora.`);
  process.exit(69);
}
const evader = (await import(pathToFileURL(join(folder, 'evade.mjs')).href)) as Evader;
const [fold, folds] = values.fold.split('/').map(Number) as [number, number];
const isInFold = ({ id }: Row) => createHash('sha256').update(id).digest()[0]! % folds === fold;
const only = new RegExp(values.rules);
const ruleSet =
  values.rules === ''
    ? ownRules()
    : new RuleSet(
        ownRules().rules.filter(({ id }) => only.test(id)),
        ownRules().detectors.filter(({ class: ofClass }) => only.test(ofClass)),
      );
/** What others use of the machine is no cost of a row. */
function cpuMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}
/** No row may take longer. */
const ROW_MS = 100;
/** Percent that should be found, or at most flagged of what is harmless. */
const GOALS: Readonly<Record<string, number>> = {
  'secret structured': 95,
  'secret contextual': 85,
  'injection overt': 92,
  'injection direct': 60,
  'injection jailbreak': 85,
  'injection multilingual': 50,
  'poisoning overt': 96,
  'dangerous_arg core': 96,
  'dangerous_arg encoded': 90,
  'dangerous_arg exotic': 75,
  'dangerous_arg sensitive-path': 90,
  'benign all': 1,
  'benign ordinary traffic': 0.3,
  'benign tool_definition': 0.4,
  'benign hard negatives': 2.5,
  'secret structured ~ all singles': 95,
  'injection overt ~ all singles': 88,
  'poisoning overt ~ all singles': 90,
  'secret structured ~ all chains': 88,
  'injection overt ~ all chains': 78,
  'poisoning overt ~ all chains': 80,
};
/** Of each single transform of these three. */
const SINGLE_GOAL = /^(?:secret structured|injection overt|poisoning overt) ~ (?!all )[^+]+$/;
const SINGLE_LEAST = 70;
const HARD = /over-defence|security-doc|true-negative|lookalike|hardneg|placeholder|unicode|prompt/;

function rowsOf(kind: string): Row[] {
  const text = gunzipSync(readFileSync(join(folder, `${kind}.jsonl.gz`))).toString('utf8');
  const rows = text.split('\n').filter(Boolean);
  return rows.map((line) => JSON.parse(line) as Row).filter(isInFold);
}

/** The row itself, then some of its disguises, chosen by seed. */
function* disguised(row: Row): Generator<Row> {
  yield row;
  if (row.kind === 'benign') return;
  const all = [...Object.keys(evader.transforms), ...evader.chains];
  const names = (values.transforms?.split(',') ?? all).filter((name) =>
    evader.applies(name, row.kind),
  );
  const count = values.transforms === undefined ? Number(values.evade) : names.length;
  const start =
    createHash('sha256')
      .update(values.seed + row.id)
      .digest()
      .readUInt32LE() % names.length;
  for (let at = 0; at < Math.min(count, names.length); at++) {
    const other = evader.evade(row, names[(start + at * 7) % names.length]!, Number(values.seed));
    if (other !== null) yield other;
  }
  for (const chain of threesFor(row)) {
    const other = evader.evade(row, chain, Number(values.seed));
    if (other !== null) yield other;
  }
}

/** Of those that are drawn some are no chains. */
function threesFor({ id, kind }: Row): string[] {
  const names = Object.keys(evader.transforms).filter((name) => evader.applies(name, kind));
  const drawn = Array.from({ length: Number(values.threes) }, (_, number) => {
    const digest = createHash('sha256').update(`${values.seed} ${id} ${number}`).digest();
    return [0, 4, 8].map((at) => names[digest.readUInt32LE(at) % names.length]!);
  });
  const isSplit = (name: string) => evader.transforms[name]!.split !== undefined;
  return drawn
    .filter((three) => new Set(three).size === 3 && !three.slice(0, 2).some(isSplit))
    .map((three) => three.join('+'));
}

/** Chains of three are too many to be told apart. */
function keysOf(prefix: string, transform: string): string[] {
  const { length } = transform.split('+');
  if (length > 2) return [`${prefix} ~ all threes`];
  return [`${prefix} ~ all ${length === 1 ? 'singles' : 'chains'}`, `${prefix} ~ ${transform}`];
}

function subjectOf(row: Row): Subject {
  if (row.tool !== undefined)
    return { direction: 'definition', leaves: leavesOf(row.tool), tool: row.tool.name };
  if (row.direction === 'response')
    return { direction: 'response', leaves: leavesOf(row.text), tool: '' };
  const { name, arguments: args } = JSON.parse(row.text!) as { name: string; arguments: unknown };
  return { direction: 'request', leaves: leavesOf(args), tool: name };
}

/** Blocked or redacted by default; personal data is off by default. */
const acts: ReadonlySet<FindingClass> = new Set(['secret', 'injection', 'poisoning', 'arguments']);
const tally = new Map<string, [found: number, of: number]>();
function count(key: string, isFlagged: boolean): void {
  const entry = tally.get(key) ?? [0, 0];
  tally.set(key, [entry[0] + Number(isFlagged), entry[1] + 1]);
}
let [slowestMs, slowestId, toPrint, toPrintHits] = [
  0,
  '',
  Number(values.misses),
  Number(values.hits),
];
for (const kind of values.kind.split(',')) {
  for (const plain of rowsOf(kind)) {
    if (values.tier !== undefined && !values.tier.split(',').includes(plain.tier)) continue;
    for (const row of disguised(plain)) {
      let start = process.cpuUsage();
      const findings = examine(subjectOf(row), ruleSet).filter(
        (finding) => acts.has(finding.class) && finding.confidence !== 'low',
      );
      let ms = cpuMs(start);
      // The first row that meets a rule compiles its expression, which is the cost of a start and not of a row; and on a
      // busy machine all is dearer at times.
      for (let more = 0; ms > ROW_MS && more < 3; more++) {
        start = process.cpuUsage();
        examine(subjectOf(row), ruleSet);
        ms = Math.min(ms, cpuMs(start));
      }
      if (ms > slowestMs) [slowestMs, slowestId] = [ms, row.id];
      const isFlagged = findings.length > 0;
      const what = JSON.stringify(row.tool ?? row.text).slice(0, 600);
      if (kind === 'benign') {
        const group = HARD.test(row.subtype) ? 'hard negatives' : 'ordinary traffic';
        for (const key of ['all', group, row.direction]) count(`benign ${key}`, isFlagged);
        if (isFlagged && toPrintHits-- > 0)
          console.log(
            `FLAGGED ${row.id} ${row.subtype} by ${findings.map((one) => one.rule)}\n  ${what}`,
          );
        continue;
      }
      const { transform } = row;
      if (transform === undefined) count(`${kind} ${row.tier}`, isFlagged);
      else for (const key of keysOf(`${kind} ${row.tier}`, transform)) count(key, isFlagged);
      if (!isFlagged && toPrint-- > 0) console.log(`MISSED ${row.id} ${row.subtype}\n  ${what}`);
    }
  }
}
for (const [key, [found, of]] of [...tally].sort(([a], [b]) => (a < b ? -1 : 1))) {
  const percent = (100 * found) / of;
  console.log(
    `${key.padEnd(60)} ${found}/${of}`.padEnd(74),
    `${percent.toFixed(1)} %`.padStart(7),
    verdictOf(key, percent),
  );
}
console.log(`slowest: ${slowestMs.toFixed(1)} ms (${slowestId}), goal ${ROW_MS} ms`);

/** What the goal is, and whether it is reached. */
function verdictOf(key: string, percent: number): string {
  const goal = GOALS[key] ?? (SINGLE_GOAL.test(key) ? SINGLE_LEAST : undefined);
  if (goal === undefined) return '';
  const isReached = key.startsWith('benign') ? percent <= goal : percent >= goal;
  return ` goal ${goal} ${isReached ? 'reached' : 'MISSED'}`;
}
