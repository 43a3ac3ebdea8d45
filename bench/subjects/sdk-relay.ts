/**
 * A relay made of the official SDK, as its documentation assembles one: `sdk-relay.js sse|json PORT COMMAND ARGS…`
 *
 * One StreamableHTTPServerTransport per session on node:http, one stdio Client for all of them. An event stream per
 * answer is the SDK's default, and what most gateways made of it do; `json` turns on `enableJsonResponse`, which costs
 * it less. Chosen in its favour: the low-level Server without schema checks of its own, and no web framework.
 */

import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  CallToolRequestSchema,
  CallToolResultSchema,
  ListToolsRequestSchema,
  ListToolsResultSchema,
} from '@modelcontextprotocol/sdk/types.js';

const SESSIONS_MAX = 20_000;
const INFO = { name: 'bench-sdk-relay', version: '1.0.0' };
const [, , answers = 'sse', port = '0', command = 'node', ...args] = process.argv;

const client = new Client(INFO);
await client.connect(new StdioClientTransport({ command, args }));
process.stdin.on('end', () => client.close().then(() => process.exit(0))).resume();

const sessions = new Map<string, StreamableHTTPServerTransport>();

async function open(): Promise<StreamableHTTPServerTransport> {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    enableJsonResponse: answers === 'json',
    onsessioninitialized: (id) => {
      sessions.set(id, transport);
    },
    onsessionclosed: (id) => {
      sessions.delete(id);
    },
  });
  const server = new Server(INFO, { capabilities: { tools: {} } });
  server.setRequestHandler(CallToolRequestSchema, (request) =>
    client.request({ method: 'tools/call', params: request.params }, CallToolResultSchema),
  );
  server.setRequestHandler(ListToolsRequestSchema, (request) =>
    client.request({ method: 'tools/list', params: request.params }, ListToolsResultSchema),
  );
  // The SDK's own types disagree under exactOptionalPropertyTypes.
  await server.connect(transport as Transport);
  return transport;
}

async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const id = req.headers['mcp-session-id'];
  const known = typeof id === 'string' ? sessions.get(id) : undefined;
  if (known !== undefined) return known.handleRequest(req, res);
  if (id !== undefined) return void res.writeHead(404).end();
  if (sessions.size >= SESSIONS_MAX) return void res.writeHead(503).end();
  return (await open()).handleRequest(req, res);
}

createServer((req, res) => void handle(req, res)).listen(Number(port), '127.0.0.1', () => {
  console.log('ready');
});
