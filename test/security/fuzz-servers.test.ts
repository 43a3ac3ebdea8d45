/**
 * Servers that answer with noise: mutated messages, half lines, events cut anywhere. The gateway lives, each call gets
 * one answer, and an honest server beside them does not notice.
 *
 * Bounded in rounds and seeded, so that a failure can be run again (`FUZZ_SEED=… node --test …`).
 */

import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { RunningGateway, script, textOf } from '../e2e/running-gateway.ts';
import { LegacyClient } from '../support/legacy-client.ts';
import { ModernClient } from '../support/modern-client.ts';
import { Puppets, type Script } from './puppets.ts';

const SEED = Number(process.env.FUZZ_SEED ?? 20_261_120);
/** Calls to the child often wait for their deadline. */
const ROUNDS = { old: 60, new: 60, pipe: 4 } as const;
const AT_ONCE = 8;

/** Shared with the child, which gets it as text: it may refer to nothing outside. */
function fuzzer(seed: number) {
  let state = seed >>> 0;
  const random = (below: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
  const pick = <T>(list: readonly T[]): T => list[random(list.length)]!;
  const values = [
    ...['null', '1', '-1', '"x"', '[]', '{}', 'true', '1e400', '"\\ud800"', '[[[[]]]]', '""'],
    ...['{"__proto__":{}}', '[null]', '9007199254740993', `"${'y'.repeat(3000)}"`],
  ];
  const bodies = [
    '{"content":[{"type":"text","text":"t"}]}',
    '{"resultType":"input_required","inputRequests":{"a":{"method":"elicitation/create","params":{}}}}',
    '{"resultType":"input_required","requestState":"s"}',
    '{"tools":[{"name":"t","inputSchema":{}}],"nextCursor":"c"}',
    '{}',
  ];
  const message = (id: unknown): string => {
    const own = random(3) === 0 ? pick(values) : JSON.stringify(id);
    return pick([
      `{"jsonrpc":"2.0","id":${own},"result":${random(4) === 0 ? pick(values) : pick(bodies)}}`,
      `{"jsonrpc":"2.0","id":${own},"error":${random(2) === 0 ? pick(values) : `{"code":${pick(values)},"message":${pick(values)},"data":${pick(values)}}`}}`,
      `{"jsonrpc":"2.0","id":${own},"error":{"code":-32042,"message":"m","data":{"elicitations":[${pick(values)}]}}}`,
      `{"jsonrpc":"2.0","id":${pick(values)},"method":${pick(['"ping"', '"elicitation/create"', '"roots/list"', pick(values)])},"params":${pick(values)}}`,
      `{"jsonrpc":"2.0","method":"notifications/${pick(['progress', 'cancelled', 'message', 'tools/list_changed', 'resources/updated', 'x"y'])}","params":{"progressToken":${own},"requestId":${own},"uri":${pick(values)},"_meta":${pick(values)}}}`,
    ]);
  };
  const mutated = (text: string): Buffer => {
    const bytes = Buffer.from(text);
    for (let times = random(4); times > 0 && bytes.length > 0; times--) {
      bytes[random(bytes.length)] = random(256);
    }
    return random(8) === 0 ? bytes.subarray(0, random(bytes.length + 1)) : bytes;
  };
  return { random, pick, message, mutated };
}

/** Answers `initialize` and lists, so that there is somebody to call; every call is answered by the fuzzer. */
const CHILD = `
  const { random, message, mutated } = (${fuzzer.toString()})(Number(process.argv[process.argv.length - 1]));
  const hello = { protocolVersion: '2025-11-25', capabilities: { tools: {}, logging: {} }, serverInfo: { name: 'f', version: '1' } };
  const tools = { tools: [{ name: 'call', inputSchema: { type: 'object' } }] };
  const say = (id, result) => process.stdout.write('\\n' + JSON.stringify({ jsonrpc: '2.0', id, result }) + '\\n');
  let tail = '';
  process.stdin.setEncoding('utf8').on('end', () => process.exit(0)).on('data', (chunk) => {
    const lines = (tail + chunk).split('\\n');
    tail = lines.pop();
    for (const line of lines) {
      const { id, method } = JSON.parse(line);
      if (id === undefined || method === undefined) continue;
      if (method === 'initialize') say(id, hello);
      else if (method === 'tools/list') say(id, tools);
      else if (method === 'server/discover') process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32601, message: 'no' } }) + '\\n');
      else {
        for (let times = random(6); times > 0; times--) {
          process.stdout.write(mutated(message(id)));
          if (random(5) > 0) process.stdout.write('\\n');
        }
        if (random(40) === 0) process.exit(1);
      }
    }
  });`;

describe('servers that answer with noise', () => {
  let puppets: Puppets;
  let gateway: RunningGateway;
  const { random, pick, message, mutated } = fuzzer(SEED);

  /** A whole HTTP answer of noise. */
  function noise(id: unknown, response: ServerResponse): void {
    const isStream = random(2) === 0;
    const type = isStream ? 'text/event-stream' : 'application/json';
    const status = pick([200, 200, 200, 200, 202, 204, 400, 404, 500, 302]);
    const encoding = random(12) === 0 ? { 'content-encoding': 'gzip' } : {};
    const session = random(6) === 0 ? { 'mcp-session-id': 'other' } : {};
    response.writeHead(status, { 'content-type': type, ...encoding, ...session });
    for (let times = random(4) + 1; times > 0; times--) {
      const text = mutated(message(id));
      if (!isStream) response.write(text);
      else {
        const field = pick([
          'data: ',
          'data:',
          'event: x\ndata: ',
          'id: \0\ndata: ',
          ': ',
          'retry: 1\n',
        ]);
        response.write(
          Buffer.concat([Buffer.from(field), text, Buffer.from(pick(['\n\n', '\n', '\r']))]),
        );
      }
    }
    if (random(6) === 0) response.destroy();
    else response.end();
  }

  before(async () => {
    puppets = await Puppets.start();
    const noisy = (era: 'modern' | 'legacy'): Script => ({
      era,
      'tools/call': ({ id }, response) => noise(id, response),
      'x/y': ({ id }, response) => noise(id, response),
    });
    const terms = { timeoutMs: 400 };
    gateway = await RunningGateway.start({
      servers: {
        honest: puppets.play('honest', {}),
        old: puppets.play('old', noisy('legacy'), terms),
        new: puppets.play('new', noisy('modern'), terms),
        pipe: { ...script(CHILD, String(SEED)), ...terms },
      },
    });
    await gateway.settled();
  });
  after(async () => {
    await gateway?.stop();
    puppets?.stop();
  });

  for (const name of ['old', 'new', 'pipe'] as const) {
    it(`do not end the gateway, and each call has one answer: ${name}`, async () => {
      const url = gateway.route(name);
      const capabilities = { elicitation: {}, sampling: {}, roots: {} };
      const answers = { 'elicitation/create': () => ({ action: 'decline' }) };
      const plain = new ModernClient(url);
      const able = new ModernClient(url, { capabilities });
      const honest = new ModernClient(gateway.route('honest'));
      for (let round = 0; round < ROUNDS[name]; round++) {
        const legacy = await LegacyClient.open(url, { capabilities, answers });
        const tool = name === 'pipe' ? 'call' : 'echo';
        const calls = Array.from({ length: AT_ONCE }, (_, at) => {
          const client = [plain, able, legacy][at % 3]!;
          return at % 4 === 3 ? client.request('x/y') : client.call(tool);
        });
        for (const { messages, status } of await Promise.all(calls)) {
          const replies = messages.filter(({ method }) => method === undefined);
          assert.equal(replies.length, 1, `HTTP ${status} ${JSON.stringify(messages)}`);
        }
        assert.equal(textOf(await honest.call('echo')), 'honest');
        await legacy.close();
      }
      assert.equal(gateway.process.child.exitCode, null);
      const log = gateway.process.stderr();
      assert.ok(!/bug/.test(log), log.slice(log.search(/bug/) - 500).slice(0, 2000));
    });
  }
});
