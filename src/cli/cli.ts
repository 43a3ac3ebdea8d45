/**
 * The entrance to this folder: the arguments become one command, and the command an exit code.
 *
 * Each command has a file of its own name. Parsing is commander's; whatever it objects to is usage (64). A command that
 * throws has a bug (70): what can go wrong in use, it says itself.
 */

import { Command, CommanderError } from 'commander';
import { VERSION } from '../protocol/identity.ts';
import { EXIT, type Exit } from './exit.ts';
import { type Surroundings, Terminal } from './terminal.ts';

export type { Surroundings } from './terminal.ts';

/** Adds one command; its action reports through `done`. */
export type AddCommand = (program: Command, terminal: Terminal, done: (exit: Exit) => void) => void;

/** By name, in the order of the help. One is loaded alone: the gateway must not wait for what only others need. */
const COMMANDS: Readonly<Record<string, () => Promise<AddCommand>>> = {
  start: async () => (await import('./start.ts')).startCommand,
  check: async () => (await import('./check.ts')).checkCommand,
  init: async () => (await import('./init.ts')).initCommand,
  tools: async () => (await import('./tools.ts')).toolsCommand,
  call: async () => (await import('./call.ts')).callCommand,
  stdio: async () => (await import('./stdio.ts')).stdioCommand,
  doctor: async () => (await import('./doctor.ts')).doctorCommand,
  key: async () => (await import('./key.ts')).keyCommand,
  canary: async () => (await import('./canary.ts')).canaryCommand,
  revoke: async () => (await import('./revoke.ts')).revokeCommand,
  access: async () => (await import('./access.ts')).accessCommand,
  audit: async () => (await import('./audit.ts')).auditCommand,
  stop: async () => (await import('./stop.ts')).stopCommand,
  resume: async () => (await import('./stop.ts')).resumeCommand,
  admin: async () => (await import('./admin.ts')).adminCommand,
  scan: async () => (await import('./scan.ts')).scanCommand,
  bench: async () => (await import('./bench.ts')).benchCommand,
};

const EXIT_HELP = `
Exit codes: 0 ok; 1 found what it looked for to be wrong; 64 usage or configuration;
69 something needed is unavailable; 70 a bug.`;

export async function run(around: Surroundings): Promise<Exit> {
  const terminal = new Terminal(around);
  let exit: Exit = EXIT.ok;
  const program = new Command('sluice')
    .description('A gateway between agents and their MCP servers.')
    .version(VERSION)
    .showHelpAfterError('(--help tells more)')
    .configureOutput({
      writeOut: (text) => around.stdout.write(text),
      writeErr: (text) => around.stderr.write(text),
    })
    .exitOverride()
    .addHelpText('after', EXIT_HELP);
  for (const load of wanted(around.argv[0])) {
    const add = await load();
    add(program, terminal, (code) => {
      exit = code;
    });
  }
  // Sub-commands copy these settings only when they are made after them by commander itself.
  for (const command of program.commands) command.copyInheritedSettings(program).exitOverride();
  try {
    await program.parseAsync([...around.argv], { from: 'user' });
    return exit;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
}

/** All of them where none is named first: for the help, and for what commander has to say. */
function wanted(name = ''): (() => Promise<AddCommand>)[] {
  return Object.hasOwn(COMMANDS, name) ? [COMMANDS[name]!] : Object.values(COMMANDS);
}
