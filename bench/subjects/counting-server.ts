/**
 * A server for the agent loop that counts what reaches it: `counting-server.js SERVICE_MS`, legacy era.
 *
 * `read {path}` and `search {query}` are read-only, `note {text}` is not; each takes SERVICE_MS, as a call of a database
 * or an API would. `counts` tells how many requests of each method, and calls of each tool, have arrived.
 */

import process from 'node:process';
import { LATEST_LEGACY } from '../../src/protocol/eras.ts';

interface Request {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: { readonly name?: string; readonly arguments?: Record<string, unknown> };
}

const serviceMs = Number(process.argv[2] ?? 5);
const counts: Record<string, number> = {};

function tool(name: string, argument: string, readOnlyHint: boolean) {
  const properties = { [argument]: { type: 'string' } };
  return { name, inputSchema: { type: 'object', properties }, annotations: { readOnlyHint } };
}

const TOOLS = [
  tool('echo', 'message', true),
  tool('read', 'path', true),
  tool('search', 'query', true),
  tool('note', 'text', false),
  tool('counts', 'none', false),
];

function resultOf({ method, params }: Request): object | undefined {
  const text = (value: string) => ({ content: [{ type: 'text', text: value }] });
  if (method === 'tools/call' && params?.name === 'counts') return text(JSON.stringify(counts));
  if (method === 'tools/call') return text(Object.values(params?.arguments ?? {}).join());
  if (method === 'tools/list') return { tools: TOOLS };
  if (method === 'ping') return {};
  if (method !== 'initialize') return undefined;
  const serverInfo = { name: 'bench-counting', version: '1.0.0' };
  return { protocolVersion: LATEST_LEGACY, capabilities: { tools: {} }, serverInfo };
}

function handle(line: string): void {
  const request = JSON.parse(line) as Request;
  const { id, method, params } = request;
  if (id === undefined || method === undefined) return;
  const what = method === 'tools/call' ? `call ${params?.name}` : method;
  counts[what] = (counts[what] ?? 0) + 1;
  const result = resultOf(request);
  const body = result === undefined ? { error: { code: -32601, message: 'no' } } : { result };
  const answer = `${JSON.stringify({ jsonrpc: '2.0', id, ...body })}\n`;
  setTimeout(() => process.stdout.write(answer), method === 'initialize' ? 0 : serviceMs);
}

let tail = '';
process.stdin.setEncoding('utf8').on('data', (chunk: string) => {
  const lines = (tail + chunk).split('\n');
  tail = lines.pop() ?? '';
  for (const line of lines) if (line !== '') handle(line);
});
process.stdin.on('end', () => process.exit(0));
