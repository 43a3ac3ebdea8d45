/**
 * `sluice tools`: what a running gateway offers, as a client sees it.
 */

import type { Command } from 'commander';
import type { RemoteTool } from './client.ts';
import {
  connect,
  type EndpointOptions,
  TIMEOUT_OPTION,
  TOKEN_OPTION,
  URL_OPTION,
} from './endpoint.ts';
import { EXIT, type Exit } from './exit.ts';
import { CONFIG_OPTION } from './load.ts';
import { oneLine, type Terminal } from './terminal.ts';

const EXAMPLE = `
Example:
  $ sluice tools 'files__*'`;

export function toolsCommand(program: Command, terminal: Terminal, done: (exit: Exit) => void) {
  program
    .command('tools')
    .description('list the tools of a running gateway')
    .argument('[pattern]', 'only names that match, with * for any text')
    .option(...CONFIG_OPTION)
    .option(...URL_OPTION)
    .option(...TOKEN_OPTION)
    .option(...TIMEOUT_OPTION)
    .option('--json', 'print the tools as JSON')
    .addHelpText('after', EXAMPLE)
    .action(async (pattern: string | undefined, options: EndpointOptions) => {
      done(await tools(terminal, pattern ?? '*', options));
    });
}

async function tools(terminal: Terminal, pattern: string, options: EndpointOptions): Promise<Exit> {
  const client = connect(terminal, options);
  if (client === undefined) return EXIT.usage;
  try {
    const answer = await client.tools();
    if (!answer.ok) {
      terminal.err(terminal.foreign(answer.words));
      return EXIT.unavailable;
    }
    const found = answer.value.filter((tool) => matches(pattern, tool.name));
    if (options.json) terminal.json(found);
    else if (found.length > 0) terminal.table(['TOOL', 'ARGUMENTS', 'DESCRIPTION'], found.map(row));
    else terminal.err('There is no such tool.');
    return found.length > 0 ? EXIT.ok : EXIT.wrong;
  } finally {
    await client.close();
  }
}

function row(tool: RemoteTool): string[] {
  const { properties, required } = (tool.inputSchema ?? {}) as {
    properties?: Record<string, unknown>;
    required?: readonly string[];
  };
  const names = Object.keys(properties ?? {}).map((name) =>
    required?.includes(name) ? name : `[${name}]`,
  );
  return [tool.name, oneLine(names.join(' '), 40), oneLine(tool.description ?? '', 80)];
}

/** Without backtracking: the pieces between the stars must follow each other. */
function matches(pattern: string, name: string): boolean {
  const pieces = pattern.split('*');
  const [first = '', ...rest] = pieces;
  if (!name.startsWith(first)) return false;
  if (rest.length === 0) return name === first;
  const last = rest.pop() ?? '';
  let at = first.length;
  for (const piece of rest) {
    const found = name.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
