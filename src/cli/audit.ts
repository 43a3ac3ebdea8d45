/**
 * `sluice audit`: what can be asked of an audit log. Everything reads the folder and needs no gateway; `verify` needs no more
 * than the public key.
 */

import { existsSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { FORMATS } from '../audit/audit.ts';
import { loadPlaces } from '../config/config.ts';
import { hold, keygen, prune } from './audit-keep.ts';
import { exported, follow, queried } from './audit-query.ts';
import { stats } from './audit-stats.ts';
import { receipt, verified } from './audit-verify.ts';
import type { Exit } from './exit.ts';
import { absolute, CONFIG_OPTION } from './file.ts';
import type { Terminal } from './terminal.ts';

const CONDITIONS = `
Conditions are FIELD=VALUE, !=, > or <; "*" stands for anything, and a dot goes into a member:
  tool=files__read_file  caller.tenant=acme  outcome!=ok  us.total>100000  refusal=content_*`;

const VERIFY_EXAMPLE = `
Example:
  $ sluice audit verify ./audit --key audit.pub
  everything is as it was written: 12 segments, 48210 records, 11 seals signed by 6f1a…`;

function several(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** What every command of the log has. */
export interface FolderOptions {
  readonly config: string;
  readonly dir?: string;
  readonly json?: boolean;
}

export function auditCommand(program: Command, terminal: Terminal, done: (exit: Exit) => void) {
  const audit = program.command('audit');
  const withFolder = (name: string, words: string) =>
    audit
      .command(name)
      .description(words)
      .option('-d, --dir <folder>', 'the folder of the log; default: that of the configuration')
      .option(...CONFIG_OPTION)
      .option('--json', 'print as JSON');
  const withQuestion = (name: string, words: string) =>
    withFolder(name, words)
      .argument('[condition...]', 'what must hold of a record')
      .option('--from <time>', 'not before, such as 2026-01-31 or 2026-01-31T08:00:00Z')
      .option('--to <time>', 'not after; a day counts whole')
      .option('--text <words>', 'these words anywhere in the record');

  withFolder('verify', 'whether the log is what was written, and the first record that is not')
    .argument('[folder]', 'the same as --dir')
    .option('--key <file>', 'public key, PEM; again for each other key that was used', several)
    .option('--head <seq:sha256>', 'a record that must be there; may be given again', several)
    .option('--receipt <file>', 'verify a receipt in place of a log')
    .addHelpText('after', VERIFY_EXAMPLE)
    .action(async (folder, options) => done(await verified(terminal, folder, options)));
  withQuestion('query', 'print the records for which the conditions hold')
    .option('-n, --limit <count>', 'the newest so many', '100')
    .option('--all', 'all of them, the oldest first')
    .addHelpText('after', CONDITIONS)
    .action(async (conditions, options) => done(await queried(terminal, conditions, options)));
  withQuestion('tail', 'print the newest records, and with -f those to come')
    .option('-n, --limit <count>', 'so many', '10')
    .option('-f, --follow', 'go on until interrupted')
    .action(async (conditions, options) => done(await follow(terminal, conditions, options)));
  withQuestion('export', 'print records for other programs, the oldest first')
    .addOption(new Option('--format <form>', 'how').choices(FORMATS).default('jsonl'))
    .addHelpText('after', CONDITIONS)
    .action(async (conditions, options) => done(await exported(terminal, conditions, options)));
  withQuestion('stats', 'sums: calls, errors, bytes, tokens, cost')
    .option(
      '--by <list>',
      'caller, tenant, user, agent, credential, server, tool, method, outcome, refusal, day, month',
      'caller,tool',
    )
    .option(
      '--price <price>',
      'PATTERN=CALL[/MILLION]: what a call of these tools costs, and a million tokens of it; may be given again',
      several,
    )
    .option('--csv', 'print as CSV')
    .addHelpText('after', STATS_EXAMPLE)
    .action(async (conditions, options) => done(await stats(terminal, conditions, options)));
  withFolder('receipt', 'one record with its proof, verifiable alone')
    .argument('<id>', 'id of a call, or seq of any record')
    .action(async (id, options) => done(await receipt(terminal, id, options)));
  withFolder('prune', 'delete what is older than the retention; a gateway does it by itself')
    .option('--days <count>', 'retention; default: that of the configuration')
    .option('--dry-run', 'only say what would go')
    .action(async (options) => done(await prune(terminal, options)));
  withFolder('hold', 'keep records from being deleted: list, set or release legal holds')
    .argument('[name]', 'of the hold')
    .option('--reason <words>', 'why')
    .option('--from <time>', 'what it covers: not before')
    .option('--to <time>', 'not after')
    .option('--release', 'end this hold')
    .action((name, options) => done(hold(terminal, name, options)));
  audit
    .command('keygen')
    .description('make an Ed25519 key for audit.signKey')
    .argument('<file>', 'of the private key; the public one gets ".pub" behind it')
    .action((file) => done(keygen(terminal, file)));
  for (const command of audit.commands) command.copyInheritedSettings(program).exitOverride();
}

const STATS_EXAMPLE = `
Example:
  $ sluice audit stats --by tenant,month --price 'search.*=0.002' --price '*=0/3' --csv`;

/** The folder of the log; undefined, and said, where there is none. */
export function folderOf(terminal: Terminal, options: FolderOptions): string | undefined {
  const dir = given(terminal, options);
  if (dir === undefined) return undefined;
  if (existsSync(dir)) return dir;
  terminal.err(`There is no audit log at ${dir}.`);
  return undefined;
}

function given(terminal: Terminal, { dir, config }: FolderOptions): string | undefined {
  if (dir !== undefined) return absolute(terminal, dir);
  const loaded = loadPlaces(absolute(terminal, config), terminal.around.env, { audit: ['dir'] });
  if (loaded.ok && loaded.config.audit !== undefined) return loaded.config.audit.dir;
  terminal.err(
    loaded.ok
      ? `${config} has no part "audit": nothing is recorded. Name a folder with --dir.`
      : `${config} cannot be used ("sluice check" says why). Name a folder with --dir.`,
  );
  return undefined;
}

export const TIME_WORDS =
  'A time is a day (2026-01-31, in UTC) or a moment with its zone (2026-01-31T08:00:00Z, 2026-01-31T08:00:00+01:00).';

/** A day, or a moment, as records have it; undefined where it is neither. A day as the end of something is whole. */
export function timeOf(text: string | undefined, isEnd: boolean): string | undefined {
  if (text === undefined) return '';
  const match = TIME.exec(text);
  if (match === null) return undefined;
  const isDay = match[2] === undefined;
  const ms = Date.parse(isDay && isEnd ? `${text}T23:59:59.999Z` : text);
  // The 31st of a month with 30 days is taken for the 1st of the next.
  const isThere = new Date(`${match[1]}T00:00:00Z`).toJSON()?.startsWith(match[1]!) === true;
  return Number.isNaN(ms) || !isThere ? undefined : new Date(ms).toISOString();
}

/** A moment says its zone: without one it would be that of whoever asks, and records are in UTC. */
const TIME = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;
