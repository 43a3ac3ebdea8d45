/**
 * A legacy stdio server without an SDK that writes down what it receives, byte by byte: `recorder.js FILE [NAME…]`.
 *
 * FILE gets one line per line received, in base64, since what is tested may not be text. `echo` answers with its
 * arguments as JSON, `pid` with the process id, `hang` not at all; NAMEs are further tools that answer with their name.
 * Each start appends `start PID`.
 */

import { appendFileSync } from 'node:fs';
import process from 'node:process';

const [file = '/dev/null', ...more] = process.argv.slice(2);
const TOOLS = ['echo', 'pid', 'hang', ...more].map((name) => {
  return { name, description: name, inputSchema: { type: 'object' } };
});

function record(line: string): void {
  appendFileSync(file, `${line}\n`);
}

interface Request {
  id?: number | string;
  method?: string;
  params?: { name?: string; arguments?: unknown };
}

function answer({ id, method, params }: Request): object | undefined {
  if (method === 'initialize') {
    return {
      protocolVersion: '2025-11-25',
      capabilities: { tools: {} },
      serverInfo: { name: 'recorder', version: '1.0.0' },
    };
  }
  if (method === 'tools/list') return { tools: TOOLS };
  if (method === 'ping') return {};
  if (method !== 'tools/call' || id === undefined || params?.name === 'hang') return undefined;
  const { name = '', arguments: args } = params ?? {};
  const words = { echo: JSON.stringify(args), pid: String(process.pid) }[name] ?? name;
  return { content: [{ type: 'text', text: words }] };
}

record(`start ${process.pid}`);
let tail = Buffer.alloc(0);
process.stdin.on('data', (chunk: Buffer) => {
  tail = Buffer.concat([tail, chunk]);
  for (let end = tail.indexOf(10); end >= 0; end = tail.indexOf(10)) {
    const line = tail.subarray(0, end);
    tail = tail.subarray(end + 1);
    record(line.toString('base64'));
    const request = JSON.parse(line.toString()) as Request;
    const result = answer(request);
    const unknown = { code: -32601, message: 'unknown' };
    if (result !== undefined) print({ jsonrpc: '2.0', id: request.id, result });
    else if (request.id !== undefined && request.method !== 'tools/call') {
      print({ jsonrpc: '2.0', id: request.id, error: unknown });
    }
  }
});
process.stdin.on('end', () => process.exit(0));

function print(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
