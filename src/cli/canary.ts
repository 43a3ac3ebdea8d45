/**
 * `sluice canary`: makes the canary of a tenant, which every gateway with the same key recognises wherever it turns up.
 *
 * It is derived, not stored: the same tenant and key give the same canary, and no list has to be kept.
 */

import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { EXIT, type Exit } from './exit.ts';
import { CONFIG_OPTION } from './file.ts';
import { placesOrSay } from './load.ts';
import type { Terminal } from './terminal.ts';

const EXAMPLE = `
Example:
  $ sluice canary --new-key              a key, for inspect.canaryKey: "\${file:…}"
  $ sluice canary --tenant acme          the canary of a tenant, under the key of ./sluice.yaml

Put it where only that tenant's calls should read: a file, a row, a page. Found in any message, in
any direction, it is refused or redacted as a secret, and the finding names the tenant.`;

interface Options {
  readonly config: string;
  readonly tenant?: string[];
  readonly newKey?: boolean;
  readonly json?: boolean;
}

export function canaryCommand(program: Command, terminal: Terminal, done: (exit: Exit) => void) {
  program
    .command('canary')
    .option(...CONFIG_OPTION)
    .option('--tenant <id...>', 'whose it is; several give one each')
    .option('--new-key', 'make a key instead')
    .option('--json', 'print as JSON')
    .addHelpText('after', EXAMPLE)
    .action(async (options: Options) => {
      done(await canary(terminal, options));
    });
}

async function canary(
  terminal: Terminal,
  { config: file, tenant, newKey, json }: Options,
): Promise<Exit> {
  const { CANARY_KEY_MIN, mintCanary, TENANT_BYTES_MAX } = await import('../inspect/inspect.ts');
  if (newKey) {
    const key = randomBytes(CANARY_KEY_MIN).toString('base64url');
    if (json) terminal.json({ key });
    else terminal.out(key);
    return EXIT.ok;
  }
  if (tenant === undefined) {
    terminal.err('Say whose it is, with --tenant, or make a key with --new-key.');
    return EXIT.usage;
  }
  const tooLong = tenant.find((id) => Buffer.byteLength(id) > TENANT_BYTES_MAX);
  if (tooLong !== undefined) {
    terminal.err(`A tenant has at most ${TENANT_BYTES_MAX} bytes.`);
    return EXIT.usage;
  }
  const places = placesOrSay(terminal, { config: file }, { inspect: ['canaryKey'] });
  if (places === undefined) return EXIT.usage;
  const key = places.config.inspect.canaryKey;
  if (key === undefined) {
    terminal.err('The configuration has no key for it: name one as inspect.canaryKey.');
    return EXIT.usage;
  }
  const made = tenant.map((id) => ({ tenant: id, canary: mintCanary(id, key) }));
  if (json) terminal.json(made);
  else for (const one of made) terminal.out(one.canary);
  return EXIT.ok;
}
