import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Plan, type Report, runLoad } from '../../bench/load/load.ts';
import { type Answering, LoadServer, reply } from './load-server.ts';

/** Without a warm-up every connection's first call counts: there are three at least. */
function plan(url: string, rest: Partial<Plan> = {}): Plan {
  return {
    url,
    era: 'modern',
    connections: 3,
    warmupMs: 0,
    durationMs: 300,
    sessions: 'shared',
    mix: [{ tool: 'echo', args: { message: 'x' } }],
    timeoutMs: 5000,
    ...rest,
  };
}

/** Every third call is answered so. */
function everyThird(answer: Answering): Answering {
  return (seen, response, nth) => nth % 3 === 0 && answer(seen, response, nth);
}

const CASES: readonly [kind: string, answer: Answering][] = [
  ['http 503', (_seen, response) => end(response.writeHead(503), 'busy')],
  ['http 401', (_seen, response) => end(response.writeHead(401), '')],
  ['http 202', (_seen, response) => end(response.writeHead(202), '')],
  ['rpc -32602', (seen, response) => error(seen.id, 200, response)],
  ['rpc -32602', (seen, response) => error(seen.id, 400, response)],
  ['rpc -32602', (_seen, response) => error(null, 400, response)],
  ['http 429', (seen, response) => error(seen.id, 429, response)],
  [
    'tool',
    ({ id }, response) => {
      const result = { content: [{ type: 'text', text: 'no' }], isError: true };
      reply(response, { jsonrpc: '2.0', id, result });
      return true;
    },
  ],
  ['parse', (_seen, response) => end(response, 'hello')],
  ['parse', (_seen, response) => end(response, '')],
  ['parse', ({ id }, response) => end(response, `{"jsonrpc":"2.0","id":${id}}`)],
  [
    'parse',
    (_seen, response) => {
      reply(response, { jsonrpc: '2.0', id: 1, result: {} });
      return true;
    },
  ],
  [
    'parse',
    (_seen, response) => {
      response.setHeader('content-type', 'text/event-stream');
      return end(response, ': nothing\n\n');
    },
  ],
  [
    'reset',
    (_seen, response) => {
      response.socket!.resetAndDestroy();
      return true;
    },
  ],
  [
    'reset',
    (_seen, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"jsonrpc"', () => response.socket!.destroy());
      return true;
    },
  ],
];

function end(response: Parameters<Answering>[1], text: string): boolean {
  response.end(text);
  return true;
}

function error(id: unknown, status: number, response: Parameters<Answering>[1]): boolean {
  const message = { jsonrpc: '2.0', id, error: { code: -32602, message: 'not like that' } };
  response.writeHead(status, { 'content-type': 'application/json' });
  return end(response, JSON.stringify(message));
}

function assertOnly(report: Report, kind: string, count: number): void {
  assert.deepEqual(Object.keys(report.errors), [kind], JSON.stringify(report.samples));
  assert.equal(report.errors[kind], count);
}

describe('a bad answer', { timeout: 120_000 }, () => {
  for (const [at, [kind, answer]] of CASES.entries()) {
    it(`is counted as ${kind} (case ${at + 1}), and those beside it are not`, async (t) => {
      const server = await LoadServer.start(t, { answer: everyThird(answer) });
      const report = await runLoad(plan(server.url));
      assert.equal(server.calls.length, report.calls);
      assertOnly(report, kind, Math.floor(server.calls.length / 3));
    });
  }

  it('keeps the words of the first of its kind', async (t) => {
    const server = await LoadServer.start(t, {
      answer: everyThird((seen, response) => error(seen.id, 200, response)),
    });
    const report = await runLoad(plan(server.url));
    assert.equal(report.samples['rpc -32602'], 'not like that');
  });

  it('is not taken for a good one because its text looks like one, nor the other way round', async (t) => {
    const trap = '"isError":true';
    const server = await LoadServer.start(t);
    const mix = [{ tool: 'echo', args: { message: `{${trap},"error":{"code":1}}` } }];
    assert.deepEqual((await runLoad(plan(server.url, { mix }))).errors, {});
  });

  it('that never comes is a timeout, and took as long as it was waited for', async (t) => {
    const server = await LoadServer.start(t, { answer: everyThird(() => true) });
    const report = await runLoad(plan(server.url, { timeoutMs: 1000 }));
    assertOnly(report, 'timeout', Math.floor(server.calls.length / 3));
    assert.ok(report.latencyUs.max >= 1_000_000);
  });
});

describe('a server that goes away', { timeout: 120_000 }, () => {
  it('is counted as connect, and not asked as fast as a loop can turn', async (t) => {
    const server = await LoadServer.start(t, {
      answer: (_seen, _response, nth) => {
        if (nth === 5) server.shut();
        return nth >= 5;
      },
    });
    const report = await runLoad(plan(server.url, { durationMs: 1500 }));
    const { connect = 0, reset = 0 } = report.errors;
    assert.ok(reset >= 1 && reset <= 3, `${reset} resets`);
    // Three connections, a rest of 50 ms after each attempt, 1.5 s.
    assert.ok(connect >= 1 && connect <= 93, `${connect} attempts`);
    assert.equal(report.calls, 4 + reset + connect);
  });
});
