/**
 * `sluice init`: a first configuration, with the servers that the clients on this machine have already.
 *
 * Writes one file and reads the others; never overwrites unless told to. The file is readable by its owner alone: it may
 * come to hold what it should not.
 */

import { existsSync, rmSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { type ForeignServer, knownFiles, readClientFile } from './client-files.ts';
import { EXIT, type Exit } from './exit.ts';
import { absolute, CONFIG_OPTION } from './file.ts';
import { type Imported, importServers } from './import.ts';
import { harmless, type Terminal } from './terminal.ts';

const EXAMPLE = `
Example:
  $ sluice init
  $ sluice init --from ~/.config/Claude/claude_desktop_config.json

Without --from it looks where Claude Desktop, Claude Code, Cursor and VS Code keep their servers.`;

interface Options {
  readonly config: string;
  readonly from?: string;
  readonly force?: boolean;
}

export function initCommand(program: Command, terminal: Terminal, done: (exit: Exit) => void) {
  program
    .command('init')
    .option(...CONFIG_OPTION)
    .option('--from <file>', 'take the servers of this client configuration')
    .option('--force', 'overwrite the configuration')
    .addHelpText('after', EXAMPLE)
    .action((options: Options) => done(init(terminal, options)));
}

function init(terminal: Terminal, options: Options): Exit {
  const file = absolute(terminal, options.config);
  if (existsSync(file) && options.force !== true) {
    terminal.err(`${options.config} exists already; --force overwrites it.`);
    return EXIT.usage;
  }
  const home = terminal.around.env.HOME ?? terminal.around.env.USERPROFILE ?? terminal.around.cwd;
  const found = find(terminal, options.from, home);
  if (found === undefined) return EXIT.usage;
  const servers = importServers(found, home);
  const usable = servers.filter((server) => Object.keys(server.entry).length > 0);
  const wrong = write(file, render(usable), options.force === true);
  if (wrong !== undefined) {
    terminal.err(`${options.config} cannot be written (${wrong}).`);
    return EXIT.unavailable;
  }
  report(terminal, options.config, servers);
  return EXIT.ok;
}

/** The servers of the clients; undefined where the file that was asked for has none to give. */
function find(
  terminal: Terminal,
  from: string | undefined,
  home: string,
): ForeignServer[] | undefined {
  const { cwd, env } = terminal.around;
  const files = from === undefined ? knownFiles({ cwd, home, appData: env.APPDATA }) : [from];
  const found: ForeignServer[] = [];
  for (const file of files) {
    const servers = readClientFile(absolute(terminal, file));
    if (typeof servers === 'string') {
      terminal.err(harmless(servers));
      if (from !== undefined) return undefined;
      continue;
    }
    if (servers.length > 0) terminal.err(`${file}: ${servers.length} found`);
    found.push(...servers);
  }
  if (from !== undefined && found.length === 0) {
    terminal.err(`${from} has no servers.`);
    return undefined;
  }
  return found;
}

const HEAD = `# Sluice. Every key is described in docs/configuration.md; \`sluice check\` proves this file.
# In any text, \${env:NAME} is a variable of the environment and \${file:PATH} the content of a file.

# listen: { host: 127.0.0.1, port: 7332 }
`;

const NO_SERVERS = `
servers: {}
#  files:
#    command: npx
#    args: [-y, "@modelcontextprotocol/server-filesystem", /path/to/folder]
#  remote:
#    url: https://example.com/mcp
#    headers:
#      authorization: Bearer \${env:REMOTE_TOKEN}
`;

function render(servers: readonly Imported[]): string {
  if (servers.length === 0) return HEAD + NO_SERVERS;
  const entries = servers.map(({ name, entry, notes }) => {
    const comments = notes.map((note) => `  # ${harmless(note).replace(/\s+/g, ' ')}\n`).join('');
    const text = stringify({ [name]: entry }, { lineWidth: 0 }).trimEnd();
    return `${comments}${text.replace(/^/gm, '  ')}\n`;
  });
  return `${HEAD}\nservers:\n${entries.join('\n')}`;
}

/** The code of what went wrong, if anything did. */
function write(file: string, text: string, force: boolean): string | undefined {
  try {
    // `wx` fails rather than follows, so nothing that appears meanwhile is overwritten, nor what a link points to.
    if (force) rmSync(file, { force: true });
    writeFileSync(file, text, { flag: 'wx', mode: 0o600 });
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  }
}

function report(terminal: Terminal, file: string, servers: readonly Imported[]): void {
  for (const { name, notes } of servers) {
    for (const note of notes) terminal.err(`${name}: ${harmless(note)}`);
  }
  terminal.out(`${file} written, ${servers.length} ${servers.length === 1 ? 'server' : 'servers'}`);
  terminal.err(`Next: sluice check -c ${file} && sluice start -c ${file}`);
}
