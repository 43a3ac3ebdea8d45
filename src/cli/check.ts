/**
 * `sluice check`: is the configuration right, and does every server really start?
 *
 * Starts each server once, as `start` would, opens no port, and ends them again.
 */

import type { Command } from 'commander';
import type { ServerReport } from '../gateway/gateway.ts';
import { createLog } from '../telemetry/telemetry.ts';
import { EXIT, type Exit } from './exit.ts';
import { CONFIG_OPTION } from './file.ts';
import { line, load, ruleSetLine, sayFaults } from './load.ts';
import { oneLine, type Terminal } from './terminal.ts';

const EXAMPLE = `
Example:
  $ sluice check -c sluice.yaml && sluice start -c sluice.yaml`;

/** Servers end by themselves when their input does; those that do not are killed sooner here than in `start`. */
const END_MS = 2000;

export function checkCommand(program: Command, terminal: Terminal, done: (exit: Exit) => void) {
  program
    .command('check')
    .option(...CONFIG_OPTION)
    .option('--update-lock', 'approve all tools as they are, into the lock file')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', EXAMPLE)
    .action(async (options: CheckOptions) => {
      done(await check(terminal, options));
    });
}

interface CheckOptions {
  readonly config: string;
  readonly json?: boolean;
  readonly updateLock?: boolean;
}

async function check(terminal: Terminal, options: CheckOptions): Promise<Exit> {
  const loaded = load(terminal, options.config);
  if (!loaded.ok) {
    if (options.json)
      terminal.json({ ok: false, faults: loaded.faults, warnings: [], servers: [] });
    else sayFaults(terminal, loaded.faults);
    return EXIT.usage;
  }
  const { Gateway } = await import('../gateway/gateway.ts');
  const gateway = new Gateway(loaded.config, createLog({ log: 'silent' }), terminal.around.env);
  let servers: readonly ServerReport[];
  try {
    servers = await gateway.inspectServers(options.updateLock === true);
  } catch (error) {
    terminal.err(`The lock file cannot be used: ${(error as Error).message}`);
    return EXIT.usage;
  } finally {
    await gateway.close(END_MS);
  }
  const ok = servers.every(isWell);
  const { ruleSets } = await import('../inspect/inspect.ts');
  const rules = loaded.config.inspect.mode === 'off' ? [] : ruleSets(loaded.config.inspect);
  if (options.json) {
    terminal.json({ ok, faults: [], warnings: loaded.warnings, servers, rules });
  } else {
    for (const warning of loaded.warnings) {
      terminal.err(`${terminal.paint('yellow', 'warning:', 'stderr')} ${line(terminal, warning)}`);
    }
    terminal.table(
      ['SERVER', 'STATUS', 'ERA', 'VERSION', 'TOOLS', 'PROMPTS', 'RESOURCES', 'FAULT'],
      servers.map(row),
    );
    for (const { name, withdrawn } of servers) {
      for (const one of withdrawn) terminal.out(withdrawnLine(terminal, name, one));
    }
    for (const set of rules.slice(1)) terminal.out(`pack  ${ruleSetLine(terminal, set)}`);
  }
  return ok ? EXIT.ok : EXIT.wrong;
}

function isWell(server: ServerReport): boolean {
  if (server.withdrawn.length > 0) return false;
  return server.status === 'disabled' || (server.status === 'ready' && server.fault === undefined);
}

function row(server: ServerReport): string[] {
  const count = (value: number) => (server.status === 'ready' ? String(value) : '-');
  return [
    server.name,
    server.status,
    server.era ?? '-',
    server.version ?? '-',
    count(server.tools),
    count(server.prompts),
    count(server.resources),
    server.fault ?? '',
  ];
}

/** "withdrawn  files  tools read_file: why". */
function withdrawnLine(
  terminal: Terminal,
  server: string,
  { kind, key, why }: ServerReport['withdrawn'][number],
): string {
  const what = `${server}  ${kind}${key === '' ? '' : ` ${oneLine(key, 80)}`}`;
  return `${terminal.paint('red', 'withdrawn')}  ${what}: ${why}`;
}
