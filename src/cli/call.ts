/**
 * `sluice call`: one tool call through a running gateway.
 *
 * The tool is looked up first: its schema tells numbers from text and which arguments travel as headers too. A name
 * that does not exist costs the server nothing.
 */

import type { Command } from 'commander';
import { argumentsFrom, Pairs } from './arguments.ts';
import type { Client, Failure } from './client.ts';
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

interface Options extends EndpointOptions {
  readonly args?: string;
}

const EXAMPLE = `
Example:
  $ sluice call files__read_text_file path=notes.txt
  $ sluice call everything__get-sum --args '{"a": 1, "b": 2}'`;

export function callCommand(program: Command, terminal: Terminal, done: (exit: Exit) => void) {
  program
    .command('call')
    .argument('<name>', 'the tool, as `sluice tools` names it')
    .argument('[key=value...]', 'its arguments')
    .option('--args <json>', 'its arguments as a JSON object')
    .option(...CONFIG_OPTION)
    .option(...URL_OPTION)
    .option(...TOKEN_OPTION)
    .option(...TIMEOUT_OPTION)
    .option('--json', 'print the whole result as JSON')
    .addHelpText('after', EXAMPLE)
    .action(async (name: string, pairs: string[], options: Options) => {
      done(await call(terminal, name, pairs, options));
    });
}

async function call(
  terminal: Terminal,
  name: string,
  pairs: readonly string[],
  options: Options,
): Promise<Exit> {
  const given = argumentsFrom(options.args, pairs);
  const fault = given instanceof Pairs ? given.fault : given.ok ? undefined : given.words;
  if (fault !== undefined) {
    terminal.err(fault);
    return EXIT.usage;
  }
  const client = await connect(terminal, options);
  if (client === undefined) return EXIT.usage;
  try {
    return await callWith(terminal, client, name, given, options);
  } finally {
    await client.close();
  }
}

async function callWith(
  terminal: Terminal,
  client: Client,
  name: string,
  given: ReturnType<typeof argumentsFrom>,
  options: Options,
): Promise<Exit> {
  const listed = await client.tools();
  if (!listed.ok) return failed(terminal, listed);
  const { tools, missing } = listed.value;
  const tool = tools.find((one) => one.name === name);
  if (tool === undefined) {
    terminal.err(`There is no tool "${name}"; \`sluice tools\` lists them.`);
    if (missing.length === 0) return EXIT.usage;
    const names = missing.map((one) => oneLine(one, 40)).join(', ');
    terminal.err(`It may be one of a server that is not available: ${names}.`);
    return EXIT.unavailable;
  }
  const parsed = given instanceof Pairs ? given.read(tool.inputSchema) : given;
  if (!parsed.ok) {
    terminal.err(terminal.foreign(parsed.words, 'stderr'));
    return EXIT.usage;
  }
  const answer = await client.call(tool, parsed.args);
  if (!answer.ok) return failed(terminal, answer);
  const result = answer.value;
  const refused = refusedIn(result);
  if (options.json) terminal.json(result);
  else if (refused !== undefined) terminal.err(terminal.foreign(contentText(result)));
  else terminal.out(terminal.foreign(contentText(result)));
  if (refused !== undefined) return exitOf(refused);
  return result.isError === true || result.resultType === 'input_required' ? EXIT.wrong : EXIT.ok;
}

const REFUSAL = 'dev.sluice/refusal';

/** Refusals that say nothing about the call: the same one may succeed later. */
const LATER: readonly string[] = [
  ...['backend_unavailable', 'circuit_open', 'deadline_exceeded', 'busy', 'draining', 'stopped'],
  ...['too_many_requests', 'too_many_attempts', 'identity_unavailable', 'audit_unavailable'],
  'not_inspected',
];

/** What a refusal means to a script: try later, or mend the call. */
function failed(terminal: Terminal, failure: Failure): Exit {
  terminal.err(terminal.foreign(failure.words, 'stderr'));
  if (failure.kind === 'unreachable') return EXIT.unavailable;
  return exitOf(failure.code);
}

function exitOf(code: string): Exit {
  if (LATER.includes(code)) return EXIT.unavailable;
  const mend = ['invalid_params', 'invalid_arguments', 'unknown_tool', '-32602'];
  return mend.includes(code) ? EXIT.usage : EXIT.wrong;
}

/** The code of a refusal that the gateway gave as a result, so that a model reads it. */
function refusedIn({ isError, _meta: meta }: Record<string, unknown>): string | undefined {
  const { [REFUSAL]: refusal } = (meta ?? {}) as { [REFUSAL]?: { code?: unknown } };
  return isError === true && typeof refusal?.code === 'string' ? refusal.code : undefined;
}

interface Content {
  readonly type?: string;
  readonly text?: string;
  readonly mimeType?: string;
  readonly data?: string;
  readonly uri?: string;
  readonly resource?: { readonly text?: string; readonly uri?: string; readonly mimeType?: string };
}

function contentText(result: Record<string, unknown>): string {
  if (result.resultType === 'input_required') {
    return 'The tool asks for something that only an interactive client can give.';
  }
  const content = Array.isArray(result.content) ? (result.content as Content[]) : [];
  if (content.length === 0) return JSON.stringify(result.structuredContent ?? {}, null, 2);
  return content.map(pieceText).join('\n');
}

function pieceText(piece: Content): string {
  if (piece.type === 'text') return piece.text ?? '';
  if (piece.type === 'resource' && piece.resource?.text !== undefined) return piece.resource.text;
  const what = piece.mimeType ?? piece.resource?.mimeType ?? '';
  const where = piece.uri ?? piece.resource?.uri ?? '';
  const size = piece.data === undefined ? '' : `${Math.floor((piece.data.length * 3) / 4)} bytes`;
  return `[${[piece.type, what, where, size].filter(Boolean).join(' ')}]`;
}
