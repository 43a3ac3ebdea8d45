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
import { line, load, ruleSetLine, sayFaults, tlsFaults } from './load.ts';
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
  const outputs = new Outputs();
  const log = createLog({ log: 'info' }, outputs);
  const gateway = new Gateway(loaded.config, log, terminal.around.env);
  let servers: readonly ServerReport[];
  try {
    servers = await gateway.inspectServers(options.updateLock === true);
  } catch (error) {
    terminal.err(`The lock file cannot be used: ${(error as Error).message}`);
    return EXIT.usage;
  } finally {
    await gateway.close(END_MS);
  }
  const faults = tlsFaults(terminal, options.config, loaded.config);
  const ok = servers.every(isWell) && faults.length === 0;
  const { ruleSets } = await import('../inspect/inspect.ts');
  const rules = loaded.config.inspect.mode === 'off' ? [] : ruleSets(loaded.config.inspect);
  if (options.json) {
    const told = servers.map((server) => {
      const output = outputs.of(server);
      return output.length === 0 ? server : { ...server, output };
    });
    terminal.json({ ok, faults, warnings: loaded.warnings, servers: told, rules });
  } else {
    for (const fault of faults) {
      terminal.err(`${terminal.paint('red', 'fault:', 'stderr')} ${line(terminal, fault)}`);
    }
    for (const warning of loaded.warnings) {
      terminal.err(`${terminal.paint('yellow', 'warning:', 'stderr')} ${line(terminal, warning)}`);
    }
    terminal.table(
      ['SERVER', 'STATUS', 'ERA', 'VERSION', 'TOOLS', 'PROMPTS', 'RESOURCES', 'FAULT'],
      servers.map(row),
    );
    for (const server of servers) {
      for (const text of outputs.of(server)) {
        terminal.out(`${terminal.paint('red', 'output')}  ${server.name}  ${oneLine(text, 200)}`);
      }
    }
    for (const { name, withdrawn } of servers) {
      for (const one of withdrawn) terminal.out(withdrawnLine(terminal, name, one));
    }
    for (const set of rules.slice(1)) terminal.out(`pack  ${ruleSetLine(terminal, set)}`);
  }
  return ok ? EXIT.ok : EXIT.wrong;
}

const OUTPUT_LINES_MAX = 5;

/** The last that each server wrote to stderr, as the log would have it: why it does not start is said there or nowhere. */
class Outputs {
  readonly #lines = new Map<string, string[]>();

  write(line: string): void {
    const { server, stderr } = JSON.parse(line) as { server?: string; stderr?: string };
    if (server === undefined || stderr === undefined) return;
    // Started again it says the same again.
    const lines = (this.#lines.get(server) ?? []).filter((one) => one !== stderr);
    this.#lines.set(server, [...lines, stderr].slice(-OUTPUT_LINES_MAX));
  }

  /** Of a server that is well: nothing. */
  of(server: ServerReport): readonly string[] {
    const isDown = server.status !== 'disabled' && server.fault !== undefined;
    return isDown ? (this.#lines.get(server.name) ?? []) : [];
  }
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
