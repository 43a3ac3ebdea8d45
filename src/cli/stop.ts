/**
 * `sluice stop` and `sluice resume`: the emergency stop, of everything or of one server, tool, caller or tenant.
 *
 * They write a file that the running gateway watches, and need no connection to it: so they also work on one that does
 * not answer, and what is stopped stays so over a restart.
 */

import type { Command } from 'commander';
import {
  readStopFile,
  STOP_KINDS,
  type Stop,
  stopFault,
  stopFile,
  withoutStop,
  withStop,
  writeStopFile,
} from '../policy/policy.ts';
import { EXIT, type Exit } from './exit.ts';
import { CONFIG_OPTION } from './file.ts';
import { placesOrSay } from './load.ts';
import type { Terminal } from './terminal.ts';

const STOP_EXAMPLE = `
Example:
  $ sluice stop tool 'db.*'      calls of these end at once, with the refusal "stopped"
  $ sluice stop                  says what is stopped`;

interface Options {
  readonly config: string;
  readonly json?: boolean;
}

export function stopCommand(program: Command, terminal: Terminal, done: (exit: Exit) => void) {
  program
    .command('stop')
    .argument('[kind]', STOP_KINDS.join(', '))
    .argument('[name]', 'server, "server.tool", caller or tenant')
    .option(...CONFIG_OPTION)
    .option('--json', 'print what is stopped as JSON')
    .addHelpText('after', STOP_EXAMPLE)
    .action((kind: string | undefined, name: string | undefined, options: Options) => {
      done(change(terminal, kind, name ?? '', options, true));
    });
}

export function resumeCommand(program: Command, terminal: Terminal, done: (exit: Exit) => void) {
  program
    .command('resume')
    .argument('<kind>', STOP_KINDS.join(', '))
    .argument('[name]', 'as it was stopped')
    .option(...CONFIG_OPTION)
    .option('--json', 'print what is still stopped as JSON')
    .action((kind: string, name: string | undefined, options: Options) => {
      done(change(terminal, kind, name ?? '', options, false));
    });
}

function change(
  terminal: Terminal,
  kind: string | undefined,
  name: string,
  options: Options,
  isStop: boolean,
): Exit {
  const places = placesOrSay(terminal, options, { state: ['dir'] });
  if (places === undefined) return EXIT.usage;
  const file = stopFile(places.config.state.dir);
  const now = readStopFile(file);
  if (kind === undefined) return say(terminal, now, options);
  const fault = stopFault(kind, name, places.serverNames);
  if (fault !== undefined) {
    terminal.err(fault);
    return EXIT.usage;
  }
  if (now === undefined && !(kind === 'all' && !isStop)) {
    terminal.err(`${file} cannot be understood, so everything is stopped; "resume all" clears it.`);
    return EXIT.wrong;
  }
  const others = withoutStop(now ?? [], kind, name);
  if (!isStop && now !== undefined && others.length === now.length) {
    terminal.err('That was not stopped.');
    return EXIT.wrong;
  }
  const since = new Date().toISOString();
  const next = isStop ? withStop(others, { kind: kind as Stop['kind'], name, since }) : others;
  try {
    writeStopFile(file, next);
  } catch (error) {
    terminal.err(`${file} cannot be written (${(error as NodeJS.ErrnoException).code}).`);
    return EXIT.unavailable;
  }
  return say(terminal, next, options);
}

function say(terminal: Terminal, stopped: readonly Stop[] | undefined, { json }: Options): Exit {
  if (json) terminal.json({ stopped: stopped ?? 'everything' });
  else if (stopped === undefined)
    terminal.out('Everything is stopped: the file cannot be understood.');
  else if (stopped.length === 0) terminal.out('Nothing is stopped.');
  else {
    terminal.table(
      ['STOPPED', 'NAME', 'SINCE'],
      stopped.map(({ kind, name, since }) => [kind, name, since]),
    );
  }
  return EXIT.ok;
}
