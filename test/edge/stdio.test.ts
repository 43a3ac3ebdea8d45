import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { serveStdio } from '../../src/edge/edge.ts';
import { ANONYMOUS } from '../../src/model.ts';
import { EchoGateway, note } from './echo-gateway.ts';
import { call, INITIALIZE, modern } from './harness.ts';

const ROUTE = { path: '' };

/** A conversation over two pipes; the client side of them. */
function converse(t: TestContext, overrides: object = {}) {
  const gateway = new EchoGateway();
  const input = new PassThrough();
  const output = new PassThrough({ highWaterMark: 1024 });
  const limits = { lineBytesMax: 4096, depthMax: 64, outputBytesMax: 64 * 1024, drainMs: 5_000 };
  const over = serveStdio(gateway, {
    input,
    output,
    route: ROUTE,
    caller: ANONYMOUS,
    ...limits,
    ...overrides,
  });
  gateway.routes.set('', ROUTE);
  // What still hangs would be waited for, as long as draining may take.
  t.after(() => {
    gateway.release();
    input.destroy();
  });
  let rest = '';
  const lines: string[] = [];
  const wakers: (() => void)[] = [];
  const listen = () =>
    output.on('data', (chunk: Buffer) => {
      const parts = (rest + chunk.toString()).split('\n');
      rest = parts.pop() ?? '';
      lines.push(...parts);
      for (const wake of wakers.splice(0)) wake();
    });
  const next = async () => {
    while (lines.length === 0) await new Promise<void>((resolve) => wakers.push(resolve));
    return JSON.parse(lines.shift()!);
  };
  const say = (...messages: string[]) =>
    input.write(messages.map((message) => `${message}\n`).join(''));
  return { gateway, input, output, over, say, next, listen, lines };
}

function cancelled(requestId: unknown): string {
  return JSON.stringify({
    jsonrpc: '2.0',
    method: 'notifications/cancelled',
    params: { requestId },
  });
}

test('serves modern requests without a handshake', { timeout: 10_000 }, async (t) => {
  const { say, next, listen, gateway } = converse(t);
  listen();
  say(modern('echo').body);
  assert.equal((await next()).result.name, 'echo');
  assert.equal(gateway.params, null);
});

test('serves both eras on one pipe', { timeout: 10_000 }, async (t) => {
  const { say, next, listen, gateway } = converse(t);
  listen();
  say(INITIALIZE, call('echo', 2), modern('echo', { id: 3 }).body);
  assert.deepEqual([(await next()).id, (await next()).id, (await next()).id], ['init', 2, 3]);
  [...gateway.sessions.values()][0]!.stream?.(note(4));
  assert.equal((await next()).params.n, 4);
  say(
    '{"jsonrpc":"2.0","method":"notifications/initialized"}',
    '{"jsonrpc":"2.0","id":1,"result":{}}',
  );
  await gateway.until(() => gateway.taken.length === 2);
});

test('wants initialize before other legacy requests, and only one', {
  timeout: 10_000,
}, async (t) => {
  const { say, next, listen } = converse(t);
  listen();
  say(call('echo', 1), INITIALIZE, INITIALIZE.replace('"init"', '"again"'));
  assert.equal((await next()).error.data.code, 'invalid_request');
  assert.equal((await next()).id, 'init');
  const again = await next();
  assert.deepEqual([again.id, again.error.data.code], ['again', 'invalid_request']);
});

test('stops the request that a cancel names, and answers it no more', {
  timeout: 10_000,
}, async (t) => {
  const { say, next, listen, gateway, lines } = converse(t);
  listen();
  say(modern('hang', { id: 7 }).body, cancelled(7), cancelled(99));
  await gateway.until(() => gateway.aborts === 1);
  gateway.release();
  say(modern('echo', { id: 8 }).body);
  assert.equal((await next()).id, 8);
  assert.equal(lines.length, 0);
});

test('refuses an id that is in flight', { timeout: 10_000 }, async (t) => {
  const { say, next, listen } = converse(t);
  listen();
  say(modern('hang').body, modern('echo').body);
  assert.equal((await next()).error.data.code, 'invalid_request');
});

test('says what it cannot read, and goes on', { timeout: 10_000 }, async (t) => {
  const { say, next, listen } = converse(t);
  listen();
  say('{', '{"jsonrpc":"2.0"}', '', `"${'x'.repeat(5000)}"`, '[]', modern('echo').body);
  const codes = [];
  for (let i = 0; i < 4; i++) codes.push((await next()).error.data.code);
  assert.deepEqual(codes, ['parse_error', 'invalid_request', 'too_large', 'invalid_request']);
  assert.equal((await next()).result.name, 'echo');
});

test('ends with its input, after what is in flight', { timeout: 10_000 }, async (t) => {
  const { say, next, listen, gateway, input, over } = converse(t);
  listen();
  say(INITIALIZE, modern('hang').body);
  await next();
  input.end();
  await gateway.until(() => gateway.hung.length === 1);
  gateway.release();
  assert.equal((await next()).result.released, true);
  await over;
  assert.equal(gateway.sessions.size, 0);
});

test('cancels what is in flight when the time to drain is over', { timeout: 10_000 }, async (t) => {
  const { say, gateway, input, over, listen } = converse(t, { drainMs: 20 });
  listen();
  say(modern('hang').body);
  await gateway.until(() => gateway.hung.length === 1);
  input.end();
  await over;
  assert.equal(gateway.aborts, 1);
});

test('reads no more from a client that does not read', { timeout: 10_000 }, async (t) => {
  const { say, input, gateway, listen, next } = converse(t);
  const { body } = modern('echo', { id: 1 });
  for (let id = 0; id < 100; id++) say(body.replace('"id":1', `"id":${id}`));
  await gateway.until(() => input.isPaused());
  listen();
  for (let id = 0; id < 100; id++) assert.equal((await next()).id, id);
});

test('ends the conversation when too much waits for the client', { timeout: 10_000 }, async (t) => {
  const { say, gateway, over } = converse(t);
  say(modern('flood').body);
  await over;
  assert.equal(gateway.aborts, 1);
});
