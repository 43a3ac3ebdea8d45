/**
 * `sluice key`: makes an API key, prints it once, and prints the entry for the file, which cannot be turned back into it.
 */

import { type Command, InvalidArgumentError } from 'commander';
import { ADMIN_ROLES as ROLES, type AdminRole as Role } from '../config/config.ts';
import { EXIT, type Exit } from './exit.ts';
import type { Terminal } from './terminal.ts';

const EXAMPLE = `
Example:
  $ sluice key --id ci-2027 --caller ci --days 90
  $ sluice key --admin viewer,operator --id ops

The key goes to whoever calls, as "Authorization: Bearer KEY"; the entry goes into auth.apiKeys,
that of a token for the admin API (--admin) into admin.tokens.
To change a key, add the new one under another id with the same caller, and remove the old one later.`;

const DAY_MS = 86_400_000;
const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

interface Options {
  readonly id: string;
  readonly caller?: string;
  readonly days?: number;
  readonly admin?: readonly Role[];
  readonly json?: boolean;
}

export function keyCommand(program: Command, terminal: Terminal, done: (exit: Exit) => void) {
  program
    .command('key')
    .option('--id <id>', 'name of the key', name, 'key-1')
    .option('--caller <id>', 'name of the caller; default: the name of the key', name)
    .option('--days <days>', 'how long it is valid; default: without end', days)
    .option('--admin <roles>', `token for the admin API: ${ROLES.join(', ')}`, roles)
    .option('--json', 'print key and entry as JSON')
    .addHelpText('after', EXAMPLE)
    .action(async (options: Options) => {
      done(await key(terminal, options));
    });
}

async function key(terminal: Terminal, { id, caller, days, admin, json }: Options): Promise<Exit> {
  const { makeKey } = await import('../auth/auth.ts');
  const made = makeKey();
  const entry = {
    id,
    ...(caller === undefined ? {} : { caller }),
    sha256: made.sha256,
    ...(admin === undefined ? {} : { roles: admin }),
    ...(days === undefined ? {} : { expires: new Date(Date.now() + days * DAY_MS).toISOString() }),
  };
  if (json) terminal.json({ key: made.key, entry });
  else {
    terminal.err('The key, which is shown this once and kept nowhere:');
    terminal.out(made.key);
    terminal.err('The entry for the file:');
    const place = admin === undefined ? 'auth:\n  apiKeys' : 'admin:\n  tokens';
    terminal.err(`${place}:\n    - ${JSON.stringify(entry)}`);
  }
  return EXIT.ok;
}

function name(text: string): string {
  if (ID.test(text)) return text;
  throw new InvalidArgumentError('It is letters, digits, ".", "_" and "-", at most 64.');
}

function roles(text: string): Role[] {
  const names = text.split(',').map((one) => one.trim());
  const known = ROLES.filter((role) => names.includes(role));
  if (known.length === new Set(names).size) return known;
  throw new InvalidArgumentError(`It is some of ${ROLES.join(', ')}, with commas between them.`);
}

function days(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 36_500) return value;
  throw new InvalidArgumentError('It is a number of days, from 1 to 36500.');
}
