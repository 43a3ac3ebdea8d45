/**
 * Measures what is left after a storm: a whole gateway and its edge in this process, thousands of requests of every bad
 * kind and sessions that come and go, and the heap before and after. Run with --expose-gc; prints one line of JSON.
 *
 * The first storm fills caches and pools that are meant to stay; what a second, equal one adds is a leak.
 */

import { Agent, request } from 'undici';
import { Auth } from '../../src/auth/auth.ts';
import { authSchema } from '../../src/auth/config.ts';
import { namingSchema, serversSchema, virtualSchema } from '../../src/backends/config.ts';
import { listenSchema } from '../../src/edge/config.ts';
import { startEdge } from '../../src/edge/edge.ts';
import {
  approvalsSchema,
  cacheSchema,
  sessionsSchema,
  stateSchema,
} from '../../src/gateway/config.ts';
import { Gateway } from '../../src/gateway/gateway.ts';
import { Inspection, inspectSchema } from '../../src/inspect/inspect.ts';
import { accessSchema } from '../../src/policy/config.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { Puppets, sendEvents } from './puppets.ts';

const REQUESTS = 10_000;
const SESSIONS = 1_000;
const AT_ONCE = 16;

const puppets = await Puppets.start();
const chatty = puppets.play('chatty', {
  'tools/call': ({ id }, response) => {
    const token = `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":${id},"progress":1}}`;
    sendEvents(response, [token, token], `{"jsonrpc":"2.0","id":${id},"result":{"content":[]}}`);
  },
});
const config = {
  servers: serversSchema.parse({ chatty, modern: puppets.play('modern', { era: 'modern' }) }),
  naming: namingSchema.parse({}),
  virtual: virtualSchema.parse({}),
  sessions: sessionsSchema.parse({}),
  cache: cacheSchema.parse({}),
  limits: [],
  state: stateSchema.parse({}),
  access: { ...accessSchema.parse({}), default: 'allow' as const },
  validate: 'on' as const,
  inspect: inspectSchema.parse({}),
  approvals: approvalsSchema.parse({}),
};
const log = createLog({ log: 'silent' });
const gateway = new Gateway(config, log, process.env);
await gateway.start();
const auth = new Auth({ ...authSchema.parse({}), anonymous: true }, log);
const edge = await startEdge(listenSchema.parse({ port: 0, front: 'node' }), gateway, auth, log);
const agent = new Agent({ connections: AT_ONCE });
const JSON_POST = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
};
const META = 'io.modelcontextprotocol/';

async function post(body: string, headers: Record<string, string> = {}, path = '/mcp') {
  const { origin } = new URL(edge.url);
  const response = await request(`${origin}${path}`, {
    method: 'POST',
    dispatcher: agent,
    headers: { ...JSON_POST, ...headers },
    body,
  });
  await response.body.dump();
  return response.headers;
}

function modern(method: string, id: unknown, more: object = {}, capabilities: object = {}) {
  const _meta = {
    [`${META}protocolVersion`]: '2026-07-28',
    [`${META}clientCapabilities`]: capabilities,
    progressToken: `t${String(id)}`,
  };
  const body = JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...more, _meta } });
  const name = (more as { name?: string }).name;
  const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': method };
  return post(body, name === undefined ? headers : { ...headers, 'mcp-name': name });
}

/** Each is asked with its own number, so that whatever keeps keys keeps many. */
const KINDS: ((n: number) => Promise<unknown>)[] = [
  (n) => modern('tools/call', n, { name: 'chatty__echo' }),
  (n) => modern('tools/call', `id-${n}`, { name: 'modern__echo' }),
  (n) => modern('tools/call', n, { name: `no-such-tool-${n}` }),
  (n) => modern('tools/call', n, { name: 'chatty__echo', requestState: `forged-${n}` }),
  (n) => modern(`method-${n}`, n),
  (n) => modern('resources/read', n, { uri: `file:///${n}` }),
  (n) => modern('tools/list', n, { cursor: `c${n}` }),
  (n) => modern('subscriptions/listen', n, { notifications: n }),
  (n) => post('{', { 'mcp-session-id': `s-${n}` }),
  (n) => post(`{"jsonrpc":"2.0","id":${n},"method":"tools/list"}`, { 'mcp-session-id': `s-${n}` }),
  (n) => post('{}', {}, `/mcp/route-${n}`),
  (n) => post('{}', { origin: `http://${n}.example` }),
];

async function session(n: number): Promise<void> {
  const hello = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: `c${n}` } };
  const opened = await post(
    JSON.stringify({ jsonrpc: '2.0', id: n, method: 'initialize', params: hello }),
  );
  const id = String(opened['mcp-session-id']);
  const call = `{"jsonrpc":"2.0","id":"a${n}","method":"tools/call","params":{"name":"chatty__echo","_meta":{"progressToken":"p${n}"}}}`;
  await post(call, { 'mcp-session-id': id });
  await request(edge.url, {
    method: 'DELETE',
    dispatcher: agent,
    headers: { 'mcp-session-id': id },
  }).then(({ body }) => body.dump());
}

async function storm(from: number): Promise<void> {
  const work = (count: number, one: (n: number) => Promise<unknown>) => {
    let next = 0;
    const worker = async () => {
      while (next < count) await one(from + next++);
    };
    return Promise.all(Array.from({ length: AT_ONCE }, worker));
  };
  await work(REQUESTS, (n) => KINDS[n % KINDS.length]!(n));
  await work(SESSIONS, session);
  puppets.got.length = 0;
}

async function heapMib(): Promise<number> {
  // Deadlines let go of what they held within their turn of the wheel.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  for (let times = 0; times < 3; times++) globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}

// Expressions are compiled between messages for some ten seconds, in which storms of a fast machine would be over.
new Inspection(config.inspect).warm();
await storm(1_000_000);
const before = await heapMib();
await storm(2_000_000);
const after = await heapMib();
const deleted = gateway.readiness();
process.stdout.write(`${JSON.stringify({ before, after, ready: deleted.ready })}\n`);
process.exit(0);
