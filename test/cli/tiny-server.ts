/**
 * A legacy MCP server of forty lines over stdio: enough for a command line to have something behind the gateway.
 *
 * Tools: echo (text), add (two numbers), fail (a tool error), environment (a variable), hang (never
 * answers). The first argument is put in
 * front of what echo says, so that a reload can be seen.
 */

import { createInterface } from 'node:readline';

const greeting = process.argv[2] ?? '';

function tool(name: string, type: string, ...keys: string[]) {
  const properties = Object.fromEntries(keys.map((key) => [key, { type }]));
  return {
    name,
    description: `${name} it`,
    inputSchema: { type: 'object', properties, required: keys },
  };
}

const TOOLS = [
  tool('echo', 'string', 'text'),
  tool('add', 'number', 'a', 'b'),
  tool('fail', 'string'),
  tool('environment', 'string', 'name'),
  tool('hang', 'string'),
];

interface Request {
  id?: number;
  method: string;
  params?: {
    protocolVersion?: string;
    name?: string;
    arguments?: { text?: string; a?: number; b?: number; name?: string };
  };
}

function answer({ method, params }: Request): object | undefined {
  if (method === 'initialize') {
    const serverInfo = { name: 'tiny', version: '1' };
    return { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo };
  }
  if (method === 'ping') return {};
  if (method === 'tools/list') return { tools: TOOLS };
  if (method !== 'tools/call') return undefined;
  const { text = '', a = 0, b = 0, name = '' } = params?.arguments ?? {};
  const said = {
    echo: greeting + text,
    add: String(a + b),
    fail: 'it failed',
    environment: process.env[name] ?? 'unset',
  }[params?.name ?? ''];
  return { content: [{ type: 'text', text: said }], isError: params?.name === 'fail' };
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line) as Request;
  if (request.id === undefined) continue;
  if (request.params?.name === 'hang') {
    process.stderr.write('hanging\n');
    continue;
  }
  const result = answer(request);
  const error = { code: -32601, message: 'unknown method' };
  const body = result === undefined ? { error } : { result };
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id: request.id, ...body })}\n`);
}
