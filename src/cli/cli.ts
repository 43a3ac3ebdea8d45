/**
 * The entrance to this folder: the arguments become one command, and the command an exit code.
 *
 * Each command has a file of its own name. Parsing is commander's; whatever it objects to is usage (64). A command that
 * throws has a bug (70): what can go wrong in use, it says itself.
 */

import { Command, CommanderError } from 'commander';
import { VERSION } from '../protocol/identity.ts';
import { accessCommand } from './access.ts';
import { adminCommand } from './admin.ts';
import { auditCommand } from './audit.ts';
import { benchCommand } from './bench.ts';
import { callCommand } from './call.ts';
import { canaryCommand } from './canary.ts';
import { checkCommand } from './check.ts';
import { doctorCommand } from './doctor.ts';
import { EXIT, type Exit } from './exit.ts';
import { initCommand } from './init.ts';
import { keyCommand } from './key.ts';
import { revokeCommand } from './revoke.ts';
import { scanCommand } from './scan.ts';
import { startCommand } from './start.ts';
import { stdioCommand } from './stdio.ts';
import { resumeCommand, stopCommand } from './stop.ts';
import { type Surroundings, Terminal } from './terminal.ts';
import { toolsCommand } from './tools.ts';

export type { Surroundings } from './terminal.ts';

/** Adds one command; its action reports through `done`. */
export type AddCommand = (program: Command, terminal: Terminal, done: (exit: Exit) => void) => void;

const COMMANDS: readonly AddCommand[] = [
  startCommand,
  checkCommand,
  initCommand,
  toolsCommand,
  callCommand,
  stdioCommand,
  doctorCommand,
  keyCommand,
  canaryCommand,
  revokeCommand,
  accessCommand,
  auditCommand,
  stopCommand,
  resumeCommand,
  adminCommand,
  scanCommand,
  benchCommand,
];

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
  for (const add of COMMANDS) {
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
