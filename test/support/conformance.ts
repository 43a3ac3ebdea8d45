/**
 * Runs the official MCP conformance packages against a URL and reads what they found.
 *
 * Both packages import `fs.globSync`, which Node 20 lacks; only a command that we never use needs it. So a copy with
 * that import cut out is made in a temporary folder below node_modules, where the package's own imports resolve.
 * The verdict comes from the checks.json of every scenario, not from the printed summary: a scenario whose checks
 * were all skipped prints a tick.
 */

import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { runProcess } from './spawn.ts';
import { projectFolder, temporaryFolder } from './temp.ts';

export type Column = '0.1.16' | '2025-11-25' | '2026-07-28';

export const COLUMNS: readonly Column[] = ['0.1.16', '2025-11-25', '2026-07-28'];

const CURRENT = '@modelcontextprotocol/conformance';
const FIRST = 'conformance-2025';

/**
 * What the fixture reaches on its own, and so what a gateway in front of it must reach, at least. Counts what each column runs
 * of the core protocol: the scored scenarios and those that are run beside them (3 in each of the current columns).
 */
export const FULL_MARKS: Record<Column, { scenarios: number; checks: number }> = {
  '0.1.16': { scenarios: 32, checks: 44 },
  '2025-11-25': { scenarios: 33, checks: 84 },
  '2026-07-28': { scenarios: 40, checks: 152 },
};

export interface ScenarioResult {
  scenario: string;
  passed: number;
  failed: number;
  warned: number;
  skipped: number;
  /** Of the checks that failed or warned: `id: message`. */
  complaints: string[];
}

export interface SuiteResult {
  scenarios: ScenarioResult[];
  /** Scenarios without a failure in which something was looked at: all skipped is not passed. */
  passedScenarios: number;
  passedChecks: number;
  failedChecks: number;
  warnedChecks: number;
  exit: number | string;
  output: string;
}

const patched = new Map<string, string>();

function runnable(packageName: string): string {
  const known = patched.get(packageName);
  if (known !== undefined) return known;
  const modules = join(projectFolder(), 'node_modules');
  const from = join(modules, packageName);
  const folder = temporaryFolder('conformance', join(modules, '.cache'));
  cpSync(join(from, 'package.json'), join(folder, 'package.json'));
  for (const beside of ['requirements', 'node_modules']) {
    if (existsSync(join(from, beside))) symlinkSync(join(from, beside), join(folder, beside));
  }
  const source = readFileSync(join(from, 'dist', 'index.js'), 'utf8');
  // The name behind `as` is the minifier's and differs from release to release.
  const cut = source.replace(/\bglobSync as [\w$]+,?/, '');
  mkdirSync(join(folder, 'dist'));
  const entry = join(folder, 'dist', 'index.js');
  writeFileSync(entry, cut);
  patched.set(packageName, entry);
  return entry;
}

interface Check {
  id: string;
  status: string;
  errorMessage?: string;
}

function readScenario(folder: string, name: string): ScenarioResult | undefined {
  const file = join(folder, name, 'checks.json');
  if (!existsSync(file)) return undefined;
  const checks = JSON.parse(readFileSync(file, 'utf8')) as Check[];
  const count = (status: string) => checks.filter((check) => check.status === status).length;
  const bad = checks.filter(({ status }) => status === 'FAILURE' || status === 'WARNING');
  return {
    // server-SCENARIO-2026-11-20T13-16-34-000Z
    scenario: name.replace(/^server-/, '').replace(/-\d{4}-\d\d-\d\dT[\w.-]+$/, ''),
    passed: count('SUCCESS'),
    failed: count('FAILURE'),
    warned: count('WARNING'),
    skipped: count('SKIPPED'),
    complaints: bad.map((check) => `${check.id}: ${check.errorMessage ?? check.status}`),
  };
}

function isPassed({ passed, failed, warned }: ScenarioResult): boolean {
  return failed === 0 && passed + warned > 0;
}

function total(scenarios: ScenarioResult[], exit: number | string, output: string): SuiteResult {
  const sum = (pick: (result: ScenarioResult) => number) =>
    scenarios.reduce((total, result) => total + pick(result), 0);
  return {
    scenarios,
    passedScenarios: scenarios.filter(isPassed).length,
    passedChecks: sum(({ passed }) => passed),
    failedChecks: sum(({ failed }) => failed),
    warnedChecks: sum(({ warned }) => warned),
    exit,
    output,
  };
}

async function run(packageName: string, url: string, args: string[]): Promise<SuiteResult> {
  const folder = temporaryFolder('conformance-out');
  const command = [runnable(packageName), 'server', '--url', url, ...args, '-o', folder];
  const finished = await runProcess(process.execPath, command, {
    deadlineMs: 180_000,
    cwd: folder,
    env: { HOME: folder, NO_COLOR: '1' },
  });
  const scenarios = readdirSync(folder)
    .map((name) => readScenario(folder, name))
    .filter((result) => result !== undefined)
    .sort((a, b) => a.scenario.localeCompare(b.scenario));
  return total(scenarios, finished.status, finished.stdout + finished.stderr);
}

/** One column of the table: the 0.1.16 package, or the current one with a frozen requirement set. */
export function runColumn(column: Column, url: string): Promise<SuiteResult> {
  if (column === '0.1.16') return run(FIRST, url, ['--suite', 'all']);
  return run(CURRENT, url, ['--requirements', column]);
}

/** Parts what a run found into the core protocol and the tasks extension, which the suites run but do not score. */
export function withoutTasks(result: SuiteResult): { core: SuiteResult; tasks: SuiteResult } {
  const isTask = ({ scenario }: ScenarioResult) => scenario.startsWith('tasks-');
  const core = result.scenarios.filter((scenario) => !isTask(scenario));
  return {
    core: total(core, result.exit, result.output),
    tasks: total(result.scenarios.filter(isTask), result.exit, ''),
  };
}

/** Scenarios outside the columns, for instance those of an extension. */
export function runScenario(scenario: string, url: string): Promise<SuiteResult> {
  return run(CURRENT, url, ['--scenario', scenario, '--spec-version', '2026-07-28']);
}

/** What is missing from full marks, or undefined. Asserts the number of checks too: an empty scenario prints a tick. */
export function shortfall(
  column: Column,
  result: SuiteResult,
  notApplicable = 0,
): string | undefined {
  const full = FULL_MARKS[column];
  const isFull =
    result.scenarios.length === full.scenarios &&
    result.passedScenarios === full.scenarios &&
    result.failedChecks === 0 &&
    result.passedChecks >= full.checks - notApplicable;
  if (isFull) return undefined;
  const wanted = `wanted ${full.scenarios} scenarios and ${full.checks} checks`;
  return `${summaryLine(column, result)}; ${wanted}\n${complaints(result)}`;
}

/** One line for people: `name 37/40 scenarios, 150/152 checks, 2 warnings`. */
export function summaryLine(name: string, result: SuiteResult): string {
  const checks = result.passedChecks + result.failedChecks;
  const scenarios = `${result.passedScenarios}/${result.scenarios.length} scenarios`;
  const warnings = result.warnedChecks > 0 ? `, ${result.warnedChecks} warnings` : '';
  return `${name}: ${scenarios}, ${result.passedChecks}/${checks} checks${warnings}`;
}

/** What a failed run complains of, a line per check. */
export function complaints(result: SuiteResult): string {
  const lines = result.scenarios.flatMap(({ scenario, complaints: list }) =>
    list.map((line) => `${scenario}: ${line}`),
  );
  return lines.join('\n') || result.output.slice(-2000);
}
