/**
 * `sluice tools`: what a running gateway offers, as a client sees it, and whose arguments it cannot check.
 */

import type { Command } from 'commander';
import { matches } from '../lib/glob.ts';
import type { RemoteTool } from './client.ts';
import {
  connect,
  type EndpointOptions,
  TIMEOUT_OPTION,
  TOKEN_OPTION,
  URL_OPTION,
} from './endpoint.ts';
import { EXIT, type Exit } from './exit.ts';
import { CONFIG_OPTION } from './file.ts';
import { oneLine, type Terminal } from './terminal.ts';

const EXAMPLE = `
Example:
  $ sluice tools 'files__*'`;

export function toolsCommand(program: Command, terminal: Terminal, done: (exit: Exit) => void) {
  program
    .command('tools')
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
  const client = await connect(terminal, options);
  if (client === undefined) return EXIT.usage;
  try {
    const answer = await client.tools();
    if (!answer.ok) {
      terminal.err(terminal.foreign(answer.words, 'stderr'));
      return EXIT.unavailable;
    }
    const { tools, missing } = answer.value;
    const found = tools.filter((tool) => matches(pattern, tool.name));
    const gaps = await gapsOf(found);
    if (options.json) {
      terminal.json(found.map((tool) => ({ ...tool, unchecked: gaps.get(tool) })));
    } else if (found.length > 0) {
      terminal.table(['TOOL', 'ARGUMENTS', 'DESCRIPTION'], found.map(row));
      for (const [{ name }, why] of gaps) {
        const words = `${oneLine(name, 80)}: ${oneLine(why.join('; '), 300)}`;
        terminal.out(`${terminal.paint('yellow', 'not checked')}  ${words}`);
      }
    } else {
      const isAll = pattern === '*';
      terminal.err(isAll ? 'The gateway shows this caller no tools.' : 'There is no such tool.');
    }
    if (missing.length > 0) {
      const names = missing.map((name) => oneLine(name, 40)).join(', ');
      terminal.err(`The list lacks servers that are not available: ${names}.`);
    }
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

/** Why arguments of a tool are not checked, or not all: found out here as the gateway does at its first call. */
async function gapsOf(tools: readonly RemoteTool[]): Promise<ReadonlyMap<RemoteTool, string[]>> {
  const { Validator } = await import('../validate/validate.ts');
  const gaps = new Map<RemoteTool, string[]>();
  let why: string[] = [];
  const validator = new Validator('on', (_, words) => why.push(words));
  for (const tool of tools) {
    why = [];
    await validator.prepare({ definition: Buffer.from(JSON.stringify(tool)) });
    if (why.length > 0) gaps.set(tool, why);
  }
  validator.close();
  return gaps;
}
