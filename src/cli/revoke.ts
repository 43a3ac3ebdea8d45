/**
 * `sluice revoke`: adds a caller, a key or a token to the file of revocations, which every gateway with that file watches.
 *
 * Speaks to no gateway: it works while none runs, and one file may serve several.
 */

import type { Command } from 'commander';
import type { RevocationKind } from '../auth/auth.ts';
import { EXIT, type Exit } from './exit.ts';
import { CONFIG_OPTION } from './file.ts';
import { placesOrSay } from './load.ts';
import type { Terminal } from './terminal.ts';

const EXAMPLE = `
Example:
  $ sluice revoke --key ci-2026        an API key, by its id
  $ sluice revoke --token 8f3c…        a token, by its jti
  $ sluice revoke --caller idp:ann     a caller, with all credentials, and agents that act for it

Sessions, streams and calls of it end at once. To take it back, remove the line from the file
that auth.revocations names.`;

interface Options {
  readonly config: string;
  readonly caller?: string;
  readonly key?: string;
  readonly token?: string;
}

export function revokeCommand(program: Command, terminal: Terminal, done: (exit: Exit) => void) {
  program
    .command('revoke')
    .option(...CONFIG_OPTION)
    .option('--caller <id>', 'a caller')
    .option('--key <id>', 'an API key')
    .option('--token <jti>', 'a token')
    .addHelpText('after', EXAMPLE)
    .action(async (options: Options) => {
      done(await revoke(terminal, options));
    });
}

async function revoke(terminal: Terminal, options: Options): Promise<Exit> {
  const kinds = (['caller', 'key', 'token'] as const).filter((kind) => options[kind] !== undefined);
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) {
    terminal.err('Say one of --caller, --key and --token.');
    return EXIT.usage;
  }
  const places = placesOrSay(terminal, options, { auth: ['revocations', 'apiKeys'] });
  if (places === undefined) return EXIT.usage;
  const { auth } = places.config;
  const file = auth.revocations;
  if (file === undefined) {
    terminal.err(
      'The configuration names no file for this: add "auth: { revocations: ./revoked.jsonl }".',
    );
    return EXIT.usage;
  }
  const name = options[kind] ?? '';
  if (!isKnown(kind, name, auth.apiKeys)) {
    terminal.err(`There is no API key "${name}" in the configuration; it is revoked all the same.`);
  }
  const { appendRevocation } = await import('../auth/auth.ts');
  try {
    appendRevocation(file, kind, name, new Date());
  } catch (error) {
    terminal.err(`Nothing was revoked: ${file}: ${(error as Error).message}`);
    return EXIT.unavailable;
  }
  terminal.out(`revoked ${kind} ${JSON.stringify(name)} in ${file}`);
  return EXIT.ok;
}

function isKnown(kind: RevocationKind, name: string, keys: readonly { readonly id: string }[]) {
  return kind !== 'key' || keys.some((key) => key.id === name);
}
