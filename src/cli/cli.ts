/**
 * The entrance to this folder: the arguments become one command, and the command an exit code.
 *
 * Each command has a file of its own name, which is loaded only when it is the one: the help of all must not wait for what
 * they need, nor the gateway for what only others do. Parsing is commander's; whatever it objects to is usage (64). A command that
 * throws has a bug (70): what can go wrong in use, it says itself.
 */

import { Command, CommanderError } from 'commander';
import { VERSION } from '../protocol/identity.ts';
import { EXIT, type Exit } from './exit.ts';
import { type Surroundings, Terminal } from './terminal.ts';

export type { Surroundings } from './terminal.ts';

/** Adds one command; its action reports through `done`. */
export type AddCommand = (program: Command, terminal: Terminal, done: (exit: Exit) => void) => void;

/** By name, in the order of the help: its words there, and what loads it. */
const COMMANDS: Readonly<Record<string, [words: string, load: () => Promise<AddCommand>]>> = {
  start: ['run the gateway', async () => (await import('./start.ts')).startCommand],
  check: [
    'validate the configuration and start every server once',
    async () => (await import('./check.ts')).checkCommand,
  ],
  init: [
    'write a configuration, with the servers of clients on this machine',
    async () => (await import('./init.ts')).initCommand,
  ],
  tools: [
    'list the tools of a running gateway',
    async () => (await import('./tools.ts')).toolsCommand,
  ],
  call: ['call one tool of a running gateway', async () => (await import('./call.ts')).callCommand],
  stdio: [
    'be an MCP server on stdin and stdout',
    async () => (await import('./stdio.ts')).stdioCommand,
  ],
  doctor: [
    'say what is in use, what is bounded, and what is weakened',
    async () => (await import('./doctor.ts')).doctorCommand,
  ],
  key: ['make an API key', async () => (await import('./key.ts')).keyCommand],
  canary: [
    'make a token that tells where it turns up',
    async () => (await import('./canary.ts')).canaryCommand,
  ],
  revoke: [
    'take a caller, key or token out at once',
    async () => (await import('./revoke.ts')).revokeCommand,
  ],
  access: [
    'say what the rules about access decide',
    async () => (await import('./access.ts')).accessCommand,
  ],
  audit: [
    'verify and search the record of calls',
    async () => (await import('./audit.ts')).auditCommand,
  ],
  stop: [
    'stop everything, or one server, tool, caller or tenant, at once',
    async () => (await import('./stop.ts')).stopCommand,
  ],
  resume: [
    'let go on what `sluice stop` has stopped',
    async () => (await import('./stop.ts')).resumeCommand,
  ],
  admin: [
    'look into a running gateway, and steer it',
    async () => (await import('./admin.ts')).adminCommand,
  ],
  scan: [
    'inspect files, stdin, servers or corpus rows as the gateway would',
    async () => (await import('./scan.ts')).scanCommand,
  ],
  bench: ['measure an MCP endpoint', async () => (await import('./bench.ts')).benchCommand],
};

/** Those that load and build much before they work, and say themselves when they have. */
const BUILDS: ReadonlySet<string | undefined> = new Set(['start', 'stdio', 'scan']);

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
  const named = nameOf(around.argv);
  if (!BUILDS.has(named)) program.hook('preAction', () => around.optimise());
  for (const [name, [words, load]] of Object.entries(COMMANDS)) {
    if (name !== named) program.command(name).description(words);
    else {
      const add = await load();
      add(program, terminal, (code) => {
        exit = code;
      });
      program.commands.at(-1)!.description(words);
    }
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

/** The command that is meant, also in `help NAME`: the only one that is loaded. The options before it have no values. */
function nameOf(argv: readonly string[]): string | undefined {
  const [first, second] = argv.filter((one) => !one.startsWith('-'));
  return first === 'help' ? second : first;
}
