/**
 * `npm run bench`: Sluice beside the floor and its peers, in one run, as ratios. Its options stand in HELP; Ctrl-C ends all
 * that was started.
 */

import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Cpus, layOut, moveSelf } from './suite/cpus.ts';
import { estimateMs } from './suite/estimate.ts';
import { writePages } from './suite/readme.ts';
import { markdown } from './suite/report.ts';
import type { Results } from './suite/results.ts';
import { alsoSubject, PROJECT, SUBJECTS, type Subject } from './suite/roster.ts';
import { FULL, type Settings, SMOKE } from './suite/settings.ts';
import { runSuite } from './suite/suite.ts';

const USAGE = 64;
const UNAVAILABLE = 69;
const MICRO_MS_MAX = 120_000;
/** Both cores for whatever there is to do: on one, starting ten subjects takes twice as long. */
const UNPINNED: Cpus = { words: 'not pinned: a smoke run, whose figures are rough' };
const HERE = dirname(fileURLToPath(import.meta.url));

const OPTIONS = {
  smoke: { type: 'boolean', default: false },
  micro: { type: 'boolean', default: false },
  gate: { type: 'boolean', default: false },
  also: { type: 'string', multiple: true, default: [] as string[] },
  only: { type: 'string' },
  subjects: { type: 'string' },
  rounds: { type: 'string' },
  minutes: { type: 'string' },
  'write-readme': { type: 'boolean', default: false },
  out: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

const HELP = `node dist/bench/bench.js [options]
Sluice beside the floor and its peers, in one run, as ratios. Traffic stays on the loopback, and every part has a bound.

  --smoke            about a minute: proves that the suite works, its figures are rough
  --micro            the micro benches, one after the other, and nothing else
  --gate             exit 1 when a goal is measured and not reached
  --also NAME=URL    measures an endpoint that is already up as well; its tool echo takes {message}
  --only REGEXP      scenarios and parts by name
  --subjects A,B     only these: ${SUBJECTS.map(({ name }) => name).join(', ')}
  --rounds N         instead of the setting's own
  --minutes N        begins no part later than that; what is left out is named among the faults
  --write-readme     measures nothing: puts the figures of the newest run in bench/results into both READMEs
  --out FOLDER       where results go; default bench/results for a full run, nowhere for --smoke
  -h, --help         this text

Exit: 0 done, 1 something went wrong or a gate failed, 64 usage, 69 an endpoint of --also does not answer.`;

type Options = ReturnType<typeof parse>;

function parse(args: string[]) {
  return parseArgs({ args, options: OPTIONS, strict: true }).values;
}

function usage(words: string): never {
  console.error(`${words}\nnode dist/bench/bench.js --help tells what there is.`);
  process.exit(USAGE);
}

async function chosen(options: Options): Promise<Subject[]> {
  const also = options.also.map((pair) => {
    const at = pair.indexOf('=');
    const url = pair.slice(at + 1);
    if (at < 1 || !URL.canParse(url)) usage(`--also takes NAME=URL, not ${pair}`);
    return { name: pair.slice(0, at), url };
  });
  const names = options.subjects?.split(',');
  const unknown = names?.find((name) => !SUBJECTS.some((subject) => subject.name === name));
  if (unknown !== undefined) {
    usage(`There is no subject ${unknown}: ${SUBJECTS.map(({ name }) => name).join(', ')}`);
  }
  const known = SUBJECTS.filter(({ name }) => names?.includes(name) ?? true);
  return [...known, ...(await Promise.all(also.map(({ name, url }) => alsoSubject(name, url))))];
}

function settingsOf(options: Options): Settings {
  const settings = options.smoke ? SMOKE : FULL;
  if (options.rounds === undefined) return settings;
  const rounds = Number(options.rounds);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100) usage('--rounds takes 1 to 100');
  return { ...settings, rounds };
}

function minutesOf({ minutes }: Options): number {
  if (minutes === undefined) return Number.POSITIVE_INFINITY;
  const value = Number(minutes);
  if (!(value > 0 && value < 1000)) usage('--minutes takes a number above 0');
  return value;
}

function onlyOf({ only }: Options): { only?: RegExp } {
  if (only === undefined) return {};
  try {
    return { only: new RegExp(only) };
  } catch (error) {
    usage(`--only: ${(error as Error).message}`);
  }
}

/** Each file of micro/ is a program of its own. */
function runMicro(): number {
  const cpus = layOut();
  moveSelf(cpus.target);
  const folder = join(HERE, 'micro');
  let failed = 0;
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith('.js'))
    .sort()) {
    console.log(`\n${file.replace('.js', '')}`);
    const done = spawnSync(process.execPath, [join(folder, file)], {
      stdio: 'inherit',
      timeout: MICRO_MS_MAX,
    });
    if (done.status !== 0) failed++;
  }
  return failed === 0 ? 0 : 1;
}

/** Made before anything is measured: half an hour later is late to hear that it cannot be. */
function folderOf({ out, smoke }: Options): string | undefined {
  const folder = out ?? (smoke ? undefined : join(PROJECT, 'bench/results'));
  if (folder === undefined) return undefined;
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    usage(`--out: ${(error as Error).message}`);
  }
  return folder;
}

function save(results: Results, page: string, folder: string): void {
  const stem = join(folder, `${results.date.slice(0, 16).replace(':', '')}-${results.settings}`);
  writeFileSync(`${stem}.json`, `${JSON.stringify(results, null, 1)}\n`);
  writeFileSync(`${stem}.md`, page);
  console.log(`written: ${stem}.json and .md`);
}

/** As a shell takes it. */
const quoted = (word: string) => (/[^\w\-,.:/=@]/.test(word) ? `'${word}'` : word);

async function run(args: string[]): Promise<number> {
  let options: Options;
  try {
    options = parse(args);
  } catch (error) {
    usage((error as Error).message);
  }
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  if (options.micro) return runMicro();
  if (options['write-readme']) {
    writePages();
    return 0;
  }
  const settings = settingsOf(options);
  const only = onlyOf(options);
  const folder = folderOf(options);
  const untilMs = performance.now() + minutesOf(options) * 60_000;
  let subjects: Subject[];
  try {
    subjects = await chosen(options);
  } catch (error) {
    console.error((error as Error).message);
    return UNAVAILABLE;
  }
  const cpus = settings.isRough ? UNPINNED : layOut();
  moveSelf(cpus.generator);
  if (options.only === undefined && !settings.isRough) {
    const minutes = Math.ceil(estimateMs(settings, subjects) / 60_000);
    console.error(`About ${minutes} min on a machine with nothing else to do.`);
  }
  const late = setTimeout(() => {
    console.error(`The run took more than ${settings.deadlineMs} ms and was given up.`);
    process.exit(1);
  }, settings.deadlineMs);
  const results = await runSuite({
    subjects,
    settings,
    ...only,
    untilMs,
    command: ['npm run bench --', ...args.map(quoted)].join(' '),
    cpus,
    say: (line) => console.error(`${(performance.now() / 1000).toFixed(1).padStart(6)} s  ${line}`),
  });
  clearTimeout(late);
  const page = markdown(results);
  console.log(page);
  if (folder !== undefined) save(results, page, folder);
  const missed = results.goals.filter(({ isReached }) => isReached === false);
  if (options.gate) for (const { name } of missed) console.error(`gate: ${name}`);
  return results.faults.length > 0 || (options.gate && missed.length > 0) ? 1 : 0;
}

process.exit(await run(process.argv.slice(2)));
