/**
 * Whatever bytes arrive, the process lives and answers the next honest request.
 *
 * Bounded: a fixed number of connections from a seeded generator, so that a failure can be run again
 * (`FUZZ_SEED=… node --test …`).
 */

import assert from 'node:assert/strict';
import {
  INITIALIZE,
  JSON_POST,
  modern,
  onBothFronts,
  openSession,
  request,
  type World,
} from '../edge/harness.ts';
import { generator } from '../support/random.ts';

const ROUNDS = 120;
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_120);

/** Sends, gives the server a moment, half of the time hangs up without reading. */
async function throwAt(
  { raw }: World,
  bytes: Buffer,
  random: (below: number) => number,
): Promise<void> {
  const client = raw(bytes);
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, 30);
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    client.socket.once('data', done);
    client.socket.once('close', done);
  });
  if (random(2) === 0) client.socket.resetAndDestroy();
  else client.socket.destroy();
}

async function isWell({ ask, bugs }: World): Promise<void> {
  const { headers, body } = modern('echo');
  assert.equal((await ask('POST', '/mcp', headers, body)).status, 200);
  assert.deepEqual(bugs, []);
}

onBothFronts('lives through random bytes', async (world) => {
  const random = generator(SEED);
  for (let i = 0; i < ROUNDS; i++) {
    const bytes = Buffer.from(Array.from({ length: random(400) }, () => random(256)));
    await throwAt(world, bytes, random);
  }
  await isWell(world);
});

const METHODS = [
  'GET',
  'POST',
  'PUT',
  'DELETE',
  'OPTIONS',
  'HEAD',
  'PATCH',
  'CONNECT',
  'TRACE',
  'X',
  'post',
];
const PATHS = [
  '/',
  '/mcp',
  '/mcp/files',
  '/mcp/%2e%2e',
  '/sse',
  '/messages',
  '/messages?sessionId=',
  '/healthz',
  '/readyz',
  '*',
  'http://x/mcp',
  `/${'a'.repeat(9000)}`,
];
const HEADERS: Record<string, string[]> = {
  host: ['localhost', '', 'evil', 'localhost:99999', '[::1'],
  'content-type': ['application/json', 'text/plain', ''],
  accept: ['*/*', 'application/json, text/event-stream', ';;,,', ''],
  'content-length': ['0', '1', '-1', '99999999999999999999', '1e3', '5, 5', ''],
  'transfer-encoding': ['chunked', 'gzip, chunked', 'identity', '', ''],
  origin: ['http://localhost', 'null', 'x', ''],
  'mcp-protocol-version': ['2026-07-28', '2025-11-25', '2024-11-05', 'x', ''],
  'mcp-session-id': ['x', '\u00e9', ''],
  'last-event-id': ['0-0', '1-1', 'x', ''],
  expect: ['100-continue', '', ''],
  connection: ['upgrade', 'close', 'keep-alive', ''],
  upgrade: ['websocket', 'h2c', '', ''],
  'mcp-param-x': ['1', ''],
};
const BODIES = [
  '',
  '{}',
  '[]',
  INITIALIZE,
  '{"jsonrpc":"2.0","method":"x"}',
  '['.repeat(500),
  '\u0000',
  '5\r\nhello\r\n0\r\n\r\n',
];

onBothFronts('lives through requests put together at random', async (world) => {
  const random = generator(SEED + 1);
  const pick = <T>(from: readonly T[]): T => from[random(from.length)]!;
  for (let i = 0; i < ROUNDS; i++) {
    const headers = Object.fromEntries(
      Object.entries(HEADERS).map(([name, values]) => [name, pick(values)]),
    );
    await throwAt(
      world,
      Buffer.from(request(pick(METHODS), pick(PATHS), headers, pick(BODIES))),
      random,
    );
  }
  await isWell(world);
});

onBothFronts('lives through honest requests with a few bytes changed', async (world) => {
  const random = generator(SEED + 2);
  const session = await openSession(world);
  const { headers, body } = modern('stream');
  const honest = [
    request('POST', '/mcp', headers, body),
    request('POST', '/mcp', JSON_POST, INITIALIZE),
    request(
      'POST',
      '/mcp',
      session,
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"stream"}}',
    ),
    request('GET', '/mcp', { ...session, accept: 'text/event-stream', 'last-event-id': '0-0' }),
    request('GET', '/sse', { accept: 'text/event-stream' }),
  ];
  for (let i = 0; i < ROUNDS; i++) {
    let bytes = Buffer.from(honest[random(honest.length)]!);
    for (let changes = 1 + random(4); changes > 0; changes--) {
      const at = random(bytes.length);
      const kind = random(3);
      if (kind === 0) bytes[at] = random(256);
      else if (kind === 1)
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random(8))]);
      else
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - random(8)))]);
      if (bytes.length === 0) bytes = Buffer.from('\r\n');
    }
    await throwAt(world, bytes, random);
  }
  await isWell(world);
});
