/**
 * What `start` says to a person at a terminal: how to connect a client, and one call to try.
 *
 * Goes to stderr, so that stdout keeps its one line. A tool's name goes into a command to paste only where it is made of
 * harmless characters: a server chooses it, and a shell would run what it finds there.
 */

import { Client, type RemoteTool, requestHeaders, requestMeta } from './client.ts';
import { absolute } from './file.ts';
import type { Terminal } from './terminal.ts';

/** The rest of the welcome is said by then; servers may have to be downloaded first. */
const LIST_MS = 60_000;
const HARMLESS = /^[A-Za-z0-9_.-]{1,64}$/;

export async function sayWelcome(
  terminal: Terminal,
  url: string,
  file: string,
  ending: Promise<void>,
): Promise<void> {
  const [command, script] = terminal.around.self;
  const stdio = { command, args: [script, 'stdio', '-c', absolute(terminal, file)] };
  const title = (text: string) => terminal.paint('bold', text, 'stderr');
  terminal.err(`\n${title('Clients that connect by URL:')}`);
  terminal.err(JSON.stringify({ mcpServers: { sluice: { type: 'http', url } } }));
  terminal.err(`\n${title('Clients that start a program:')}`);
  terminal.err(JSON.stringify({ mcpServers: { sluice: stdio } }));
  const client = new Client(url, LIST_MS);
  const tool = await Promise.race([someTool(client), ending.then(() => null)]);
  await client.close();
  if (tool === null) return;
  if (tool === undefined) {
    terminal.err('\n"sluice tools" lists what can be called, "sluice call" calls it.');
    return;
  }
  terminal.err(`\n${title('One call:')}`);
  terminal.err(`${curl(url, tool)}\n`);
}

async function someTool(client: Client): Promise<RemoteTool | undefined> {
  const answer = await client.tools();
  return answer.ok ? answer.value.tools.find(isEasy) : undefined;
}

/** Needs nothing, or only text that anything will do for. */
function isEasy(tool: RemoteTool): boolean {
  const { required, properties } = shapeOf(tool);
  return (
    HARMLESS.test(tool.name) &&
    required.every((name) => HARMLESS.test(name) && properties[name]?.type === 'string') &&
    // A mirrored argument would need a header of its own in the command.
    !JSON.stringify(tool.inputSchema ?? {}).includes('x-mcp-header')
  );
}

function curl(url: string, tool: RemoteTool): string {
  const args = Object.fromEntries(shapeOf(tool).required.map((name) => [name, 'hello']));
  const params = { name: tool.name, arguments: args, _meta: requestMeta() };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params });
  const pairs = [...requestHeaders('tools/call'), 'mcp-name', tool.name];
  const headers = pairs.flatMap((name, at) =>
    at % 2 === 0 ? [`-H '${name}: ${pairs[at + 1]}'`] : [],
  );
  return [`curl -s ${url}`, ...headers, `-d '${body}'`].join(' \\\n  ');
}

function shapeOf(tool: RemoteTool) {
  const schema = (tool.inputSchema ?? {}) as {
    required?: readonly string[];
    properties?: Record<string, { type?: unknown }>;
  };
  return { required: schema.required ?? [], properties: schema.properties ?? {} };
}
