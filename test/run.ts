/**
 * Runs the test files below dist/test, or those that are named: `node dist/test/run.js [--without TEXT ...] [FILE ...]`.
 *
 * Tests here are of real processes and sockets, some hundred at a time, on machines that may have two cores. A file that fails
 * beside the others is run once more, alone: what fails twice has failed. What passes then is named at the end, to be mended;
 * where many files fail, nothing is run again.
 */

import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { temporaryFolder } from './support/temp.ts';

const AT_ONCE = 4;
const TIMEOUT_MS = 600_000;
/** More are no accident. */
const AGAIN_MAX = 4;

const HERE = import.meta.dirname;
const list = join(temporaryFolder(), 'failed');

function run(files: readonly string[], atOnce: number): Promise<number> {
  const args = [
    '--test',
    `--test-concurrency=${atOnce}`,
    `--test-timeout=${TIMEOUT_MS}`,
    ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
    ...[`--test-reporter=${join(HERE, 'failed-files.js')}`, `--test-reporter-destination=${list}`],
    ...files,
  ];
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { stdio: 'inherit' });
    child.on('close', (code) => resolve(code ?? 1));
  });
}

function testFiles(without: readonly string[]): string[] {
  return readdirSync(HERE, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.js') && !without.some((part) => name.startsWith(part)))
    .sort()
    .map((name) => join(HERE, name));
}

/** The counts of the first run, in which what failed has passed by now. */
function sayAll(names: string, told: readonly string[]): void {
  const countOf = (what: string) =>
    Number(told.find((line) => line.startsWith(`# ${what} `))?.split(' ')[2] ?? 0);
  console.log(`\nUnsteady, to be mended: ${names}\n`);
  console.log(`ℹ tests ${countOf('tests')}`);
  console.log(`ℹ pass ${countOf('pass') + countOf('fail')}`);
  console.log('ℹ fail 0');
  console.log(`ℹ skipped ${countOf('skipped')}`);
}

const { values, positionals } = parseArgs({
  options: { without: { type: 'string', multiple: true, default: [] } },
  allowPositionals: true,
});
const files = positionals.length > 0 ? positionals : testFiles(values.without);
let code = await run(files, AT_ONCE);
if (code !== 0) {
  const told = existsSync(list) ? readFileSync(list, 'utf8').trim().split('\n') : [];
  const failed = told.filter((line) => !line.startsWith('# '));
  const isKnown = failed.length > 0 && failed.every((file) => file.endsWith('.test.js'));
  if (isKnown && failed.length <= AGAIN_MAX) {
    const names = failed.map((file) => relative(HERE, file)).join(', ');
    console.log(`\nFailed beside the others, and run again alone: ${names}\n`);
    code = await run(failed, 1);
    if (code === 0) sayAll(names, told);
  }
}
process.exitCode = code;
