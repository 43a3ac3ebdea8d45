/**
 * Servers that answer with what no server should: the gateway lives, says no, and the server beside them goes on.
 *
 * Each case is one puppet behind one gateway; after every case the honest neighbour is asked again.
 */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Json, RunningGateway, script, textOf } from '../e2e/running-gateway.ts';
import { LegacyClient } from '../support/legacy-client.ts';
import { ModernClient } from '../support/modern-client.ts';
import { Puppets, pipePuppet, type Script, sendEvents, sendJson } from './puppets.ts';

const hello = (capabilities: string, more = '') =>
  `{"protocolVersion":"2025-11-25","capabilities":${capabilities},"serverInfo":{"name":"p","version":"1"}${more}}`;
const discover = (capabilities: string, more = '') =>
  `{"supportedVersions":["2026-07-28"],"capabilities":${capabilities},"resultType":"complete"${more}}`;

/** What a server may say of itself, and of what it offers. */
const TALES: Record<string, Script> = {
  'caps-text': { initialize: hello('"x"') },
  'caps-null': { initialize: hello('null') },
  'caps-list': { initialize: hello('[1,2]') },
  'caps-number': { initialize: hello('7') },
  'tools-null': { initialize: hello('{"tools":null}') },
  'tools-text': { initialize: hello('{"tools":"y"}') },
  'tools-long-text': { initialize: hello(`{"tools":"${'y'.repeat(8_000_000)}"}`) },
  'caps-long-text': { initialize: hello(`"${'y'.repeat(8_000_000)}"`) },
  'caps-proto': {
    initialize: hello('{"__proto__":{"polluted":true},"constructor":{"a":1},"tools":{}}'),
  },
  'caps-many': {
    initialize: hello(
      `{${Array.from({ length: 100_000 }, (_, i) => `"k${i}":{}`).join(',')},"tools":{}}`,
    ),
  },
  instructions: {
    initialize: hello('{"tools":{}}', `,"instructions":"${'i'.repeat(10_000_000)}"`),
  },
  'instructions-number': { initialize: hello('{"tools":{}}', ',"instructions":5') },
  'modern-caps-text': { era: 'modern', 'server/discover': discover('"x"') },
  'modern-tools-null': { era: 'modern', 'server/discover': discover('{"tools":null}') },
  'modern-versions': { era: 'modern', 'server/discover': '{"supportedVersions":"2026-07-28"}' },
  'modern-not-object': { era: 'modern', 'server/discover': '{"supportedVersions":[{}],"x":1}' },
  'list-text': { 'tools/list': '{"tools":"{\\"a\\\\u\\":1}"}' },
  'list-object': { 'tools/list': '{"tools":{"a":{"name":"x"}}}' },
  'list-null': { 'tools/list': '{"tools":null}' },
  'list-odd': {
    'tools/list': '{"tools":[1,null,[],"x",{},{"name":5},{"name":""},{"name":"\\ud800"}]}',
  },
  'list-schema': {
    'tools/list':
      '{"tools":[{"name":"m","inputSchema":"x-mcp-header"},{"name":"n","inputSchema":{"properties":{"__proto__":{"x-mcp-header":"A"},"b":null,"c":{"x-mcp-header":7}}}}]}',
  },
  'cursor-number': { 'tools/list': '{"tools":[],"nextCursor":5}' },
  'cursor-loop': { 'tools/list': '{"tools":[{"name":"echo"}],"nextCursor":"again"}' },
  'error-text': {
    'tools/list': ({ id }, response) =>
      sendJson(
        response,
        `{"jsonrpc":"2.0","id":${id},"error":{"code":"SECRET-IN-CODE","message":"m"}}`,
      ),
  },
  'error-deep': {
    'tools/call': (_, response) =>
      sendJson(
        response,
        `{"error":{"code":5,"message":"m","data":${'['.repeat(25_000)}${']'.repeat(25_000)}}}`,
        500,
      ),
  },
};

/** Answers to a call. */
const ANSWERS: Record<string, Script> = {
  'input-null': call('{"resultType":"input_required","inputRequests":{"a":null}}'),
  'input-number': call('{"resultType":"input_required","inputRequests":7}'),
  'input-text': call('{"resultType":"input_required","inputRequests":"{\\"a\\\\u\\":1}"}'),
  'input-list': call('{"resultType":"input_required","inputRequests":[1]}'),
  'input-method': call('{"resultType":"input_required","inputRequests":{"a":{"method":7}}}'),
  'input-proto': call(
    '{"resultType":"input_required","inputRequests":{"__proto__":{"method":"constructor/x"}}}',
  ),
  'input-forever': call('{"resultType":"input_required","requestState":"s"}'),
  'state-odd': call('{"resultType":"input_required","inputRequests":{},"requestState":{"a":[1]}}'),
  'not-object': call('"text"'),
  empty: call('{}'),
  'type-odd': call('{"resultType":7}'),
  'urls-text': legacyError(
    '{"code":-32042,"message":"m","data":{"elicitations":["x",5,null,[1]]}}',
  ),
  'urls-long': legacyError(
    `{"code":-32042,"message":"m","data":{"elicitations":["${'x'.repeat(4_000_000)}"]}}`,
  ),
  'code-odd': legacyError('{"code":{"a":1},"message":null,"data":"x"}'),
  'error-empty': legacyError('{}'),
};

function call(result: string): Script {
  return { era: 'modern', 'tools/call': result };
}

function legacyError(error: string): Script {
  return {
    'tools/call': ({ id }, response) =>
      sendJson(response, `{"jsonrpc":"2.0","id":${id},"error":${error}}`),
  };
}

describe('a server that answers with what no server should', () => {
  let puppets: Puppets;
  let gateway: RunningGateway;

  before(async () => {
    puppets = await Puppets.start();
    const servers: Record<string, Json> = {
      honest: puppets.play('honest', {}),
      no_program: { command: '/etc/passwd/x' },
      no_folder: { command: 'node', args: ['-e', '0'], cwd: '/etc/passwd' },
      no_format: { command: '/etc/hostname' },
      long_path: { command: `/${'p'.repeat(4000)}` },
    };
    for (const [name, script] of Object.entries({ ...TALES, ...ANSWERS })) {
      servers[name] = puppets.play(name, script, { timeoutMs: 5000, startMs: 5000 });
    }
    gateway = await RunningGateway.start({ servers });
    await gateway.settled();
  });
  after(async () => {
    await gateway?.stop();
    puppets?.stop();
  });

  async function stillServes(): Promise<void> {
    const answer = await new ModernClient(gateway.route('honest')).call('echo');
    assert.equal(textOf(answer), 'honest', gateway.process.stderr().slice(-2000));
  }

  it('does not end the gateway while it starts', stillServes);

  for (const name of Object.keys(TALES)) {
    it(`does no harm by its tale: ${name}`, async () => {
      const url = gateway.route(name);
      const client = await LegacyClient.open(url);
      const { result } = client.initialized;
      assert.ok(result !== undefined);
      assert.ok(JSON.stringify(result).length < 100_000, 'what it says of itself is bounded');
      for (const [key, value] of Object.entries(result.capabilities as Json)) {
        assert.ok(typeof value === 'object' && value !== null, `${key} is an object`);
        assert.ok(!Array.isArray(value) && !('0' in value), `${key} is no text in pieces`);
      }
      const listed = await client.request('tools/list');
      assert.equal(listed.messages.length, 1);
      assert.ok(!JSON.stringify(listed.messages).includes('SECRET'), 'its codes are not words');
      assert.equal((await client.call('echo')).messages.length, 1);
      const modern = new ModernClient(url);
      assert.equal((await modern.request('server/discover')).messages.length, 1);
      assert.equal((await modern.call('echo')).messages.length, 1);
      await client.close();
      await stillServes();
    });
  }

  for (const name of Object.keys(ANSWERS)) {
    it(`gives its caller one answer, whatever it says: ${name}`, async () => {
      const client = await LegacyClient.open(gateway.route(name), {
        capabilities: { elicitation: {}, sampling: {} },
      });
      const legacy = await client.call('echo');
      assert.equal(legacy.messages.filter(({ method }) => method === undefined).length, 1);
      const modern = await new ModernClient(gateway.route(name)).call('echo');
      assert.equal(modern.messages.length, 1);
      assert.ok(JSON.stringify(modern.messages).length < 10_000_000);
      await client.close();
      await stillServes();
    });
  }

  it('is not asked in circles for a list that never ends', () => {
    const asked = puppets.got.filter(
      ({ path, body }) => path === '/cursor-loop' && body.includes('tools/list'),
    );
    assert.ok(asked.length < 20, `${asked.length} times`);
  });

  it('asks nothing of a client that did not say that it can be asked', async () => {
    const answer = await new ModernClient(gateway.route('urls-text')).call('echo');
    assert.notEqual(answer.result?.resultType, 'input_required');
  });
});

describe('what a server says beside its answers', () => {
  let puppets: Puppets;
  let gateway: RunningGateway;
  /** A method that would break out of the message that it is put into. */
  const smuggled =
    'notifications/x","params":{"evil":true},"id":99,"y":"\\n{\\"jsonrpc\\":\\"2.0\\"}/list_changed';
  const notification = (method: string, params = '{}') =>
    `{"jsonrpc":"2.0","method":${JSON.stringify(method)},"params":${params}}`;

  before(async () => {
    puppets = await Puppets.start();
    const loud: Script = {
      'tools/call': ({ id, params }, response) => {
        const said = [
          notification(smuggled),
          notification('notifications/evil/list_changed'),
          notification('notifications/progress', '{"progressToken":"not-yours","progress":1}'),
          notification('notifications/progress', '{"progressToken":987654,"progress":1}'),
          notification('notifications/cancelled', '{"requestId":1}'),
          notification('notifications/resources/updated', '{"uri":"file:///never/asked"}'),
          '{"jsonrpc":"2.0","id":"9999","result":{"content":[]}}',
          `{"jsonrpc":"2.0","id":"${id}","result":{"content":[]}}`,
          '{"jsonrpc":"2.0","id":5,"method":"sampling/createMessage","params":{}}',
          '{"jsonrpc":"2.0","id":6,"method":"constructor","params":{}}',
          '{"jsonrpc":"2.0","id":7,"method":"__proto__/x","params":{}}',
        ];
        const text = JSON.stringify((params as { name?: string }).name);
        sendEvents(
          response,
          said,
          `{"jsonrpc":"2.0","id":${id},"result":{"content":[{"type":"text","text":${text}}]}}`,
        );
      },
    };
    const lines = [notification(smuggled), notification('notifications/evil/list_changed')];
    gateway = await RunningGateway.start({
      servers: {
        loud: puppets.play('loud', loud),
        pipe: script(
          pipePuppet({
            'tools/call': [...lines, '{"jsonrpc":"2.0","id":$ID,"result":{"content":[]}}'],
          }),
        ),
      },
    });
    await gateway.settled();
  });
  after(async () => {
    await gateway?.stop();
    puppets?.stop();
  });

  it('cannot put words of its own into what all clients of a route are told', async () => {
    const bystander = await LegacyClient.open(gateway.url);
    const stream = await bystander.listen();
    const listener = await new ModernClient(gateway.url).listen({ toolsListChanged: true });
    await new ModernClient(gateway.route('loud')).call('echo');
    await new ModernClient(gateway.route('pipe')).call('echo');
    const caller = await LegacyClient.open(gateway.route('loud'));
    await caller.call('echo');
    // A change that is true, to know that everything before it has arrived.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const heard = [...stream.messages, ...listener.messages].map(({ method }) => method);
    const allowed = new Set([
      'notifications/subscriptions/acknowledged',
      'notifications/tools/list_changed',
    ]);
    assert.deepEqual(
      heard.filter((method) => !allowed.has(method ?? '')),
      [],
    );
    await stream.close();
    await listener.close();
  });

  it('reaches a caller only as progress, logs and answers that are its own', async () => {
    const { messages } = await new ModernClient(gateway.route('loud')).call('echo');
    assert.deepEqual(
      messages.map(({ method, result }) => method ?? result),
      [{ content: [{ type: 'text', text: 'echo' }], resultType: 'complete' }],
    );
  });
});
