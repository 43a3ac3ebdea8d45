/**
 * Every pair of eras, over every transport that a server can have: what one side says reaches the other in its own
 * words. Clients are read on the wire; what SDK clients make of it is in clients.test.ts.
 */

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { LegacyClient } from '../support/legacy-client.ts';
import type { Exchange } from '../support/mcp-exchange.ts';
import { ModernClient } from '../support/modern-client.ts';
import type { StartedProcess } from '../support/spawn.ts';
import { answersOf, CAPABILITIES, modernRequest } from './answering.ts';
import {
  fixture,
  type Json,
  namesOf,
  RunningGateway,
  remote,
  textOf,
  until,
} from './running-gateway.ts';

const ANSWERS = answersOf('ada');
const SERVERS = ['dual-stdio', 'dual-http', 'legacy-stdio', 'legacy-http', 'legacy-sse'];

let gateway: RunningGateway;
const behind: StartedProcess[] = [];

before(async () => {
  const urls = await Promise.all([
    remote('dual'),
    remote('legacy'),
    remote('legacy', 'sse'),
    remote('slow'),
  ]);
  behind.push(...urls);
  const [dual, legacy, sse, slow] = urls.map(({ ready }) => ready);
  gateway = await RunningGateway.start({
    servers: {
      'dual-stdio': fixture('dual', 'stdio'),
      'dual-http': { url: dual },
      'legacy-stdio': fixture('legacy', 'stdio'),
      'legacy-http': { url: legacy },
      'legacy-sse': { url: sse, transport: 'sse' },
      'slow-stdio': fixture('slow', 'stdio'),
      'slow-http': { url: slow },
    },
  });
  await gateway.settled();
});

after(async () => {
  await gateway?.stop();
  for (const server of behind) await server.stop();
});

/** What a client of either era can do in these tests. */
interface Party {
  call(name: string, args?: Json, meta?: Json): Promise<Exchange>;
  request(method: string, params?: Json, meta?: Json): Promise<Exchange>;
  close(): Promise<unknown>;
}

async function legacyParty(
  url: string,
  capabilities: Json,
): Promise<Party & { client: LegacyClient }> {
  const client = await LegacyClient.open(url, { capabilities, answers: ANSWERS });
  return {
    client,
    call: (name, args = {}, meta) =>
      client.request('tools/call', { name, arguments: args }, meta === undefined ? {} : { meta }),
    request: (method, params = {}, meta) =>
      client.request(method, params, meta === undefined ? {} : { meta }),
    close: () => client.close(),
  };
}

async function modernParty(url: string, capabilities: Json): Promise<Party> {
  const client = new ModernClient(url, { capabilities });
  const request: Party['request'] = (method, params = {}, meta) =>
    meta === undefined
      ? modernRequest(client, method, params, ANSWERS)
      : client.request(method, params, { meta });
  return {
    request,
    call: (name, args = {}, meta) => request('tools/call', { name, arguments: args }, meta),
    close: async () => {},
  };
}

const ERAS = { legacy: legacyParty, modern: modernParty };

for (const [era, open] of Object.entries(ERAS)) {
  for (const server of SERVERS) {
    describe(`a ${era} client of ${server}`, { timeout: 180_000 }, () => {
      let able: Party;
      let plain: Party;

      before(async () => {
        able = await open(gateway.route(server), CAPABILITIES);
        plain = await open(gateway.route(server), {});
      });

      after(async () => {
        await able?.close();
        await plain?.close();
      });

      it('lists tools, prompts, resources and templates under the names of the server', async () => {
        assert.ok(namesOf(await plain.request('tools/list')).includes('test_simple_text'));
        const prompts = namesOf(await plain.request('prompts/list'), 'prompts');
        assert.ok(prompts.includes('test_simple_prompt'));
        const { result } = await plain.request('resources/list');
        assert.match(JSON.stringify(result?.resources), /"uri":"test:\/\/static-text"/);
        const templates = (await plain.request('resources/templates/list')).result;
        assert.match(JSON.stringify(templates?.resourceTemplates), /test:\/\/template/);
      });

      it('calls a tool, reads a resource and one of a template, gets a prompt', async () => {
        const said = await plain.call('test_echo', { message: 'hé\u2028llo' });
        assert.equal(textOf(said), 'hé\u2028llo');
        const read = await plain.request('resources/read', { uri: 'test://template/7/data' });
        assert.match(JSON.stringify(read.result), /Data for ID: 7/);
        const prompt = await plain.request('prompts/get', { name: 'test_simple_prompt' });
        assert.match(JSON.stringify(prompt.result?.messages), /"role"/);
      });

      it('has modern members in results exactly where the client is modern', async () => {
        for (const { result } of [
          await plain.request('tools/list'),
          await plain.call('test_simple_text'),
          await plain.request('resources/read', { uri: 'test://static-text' }),
        ]) {
          assert.equal(result?.resultType, era === 'modern' ? 'complete' : undefined);
          if (era === 'legacy') assert.equal(result?.ttlMs, undefined);
        }
      });

      it('hears that a resource does not exist in the words of its era', async () => {
        const { error } = await plain.request('resources/read', { uri: 'test://no-such' });
        assert.equal(error?.code, era === 'modern' ? -32602 : error?.code);
        assert.ok([-32602, -32002].includes(error?.code ?? 0), JSON.stringify(error));
      });

      it('completes an argument of a prompt', async () => {
        const { result, error } = await plain.request('completion/complete', {
          ref: { type: 'ref/prompt', name: 'test_prompt_with_arguments' },
          argument: { name: 'arg1', value: 'par' },
        });
        const completion = result?.completion as { values?: string[] } | undefined;
        assert.deepEqual(completion?.values, ['paris', 'park', 'party'], JSON.stringify(error));
      });

      it('is asked for sampling, elicitation and roots, and the server gets its answers', async () => {
        assert.match(textOf(await able.call('test_sampling', { prompt: 'p' })), /sampled by ada/);
        assert.match(
          textOf(await able.call('test_elicitation', { message: 'm' })),
          /"username":"ada"/,
        );
        const roots = await able.call('test_input_required_result_list_roots');
        assert.equal(textOf(roots), 'Roots: file:///ada');
        const three = await able.call('test_input_required_result_multiple_inputs');
        assert.equal(textOf(three), 'sampled by ada ada, 1 roots');
        const two = await able.call('test_input_required_result_multi_round');
        assert.equal(textOf(two), 'ada likes blue');
      });

      it('is asked by a prompt, too', async () => {
        const { result, error } = await able.request('prompts/get', {
          name: 'test_input_required_result_prompt',
        });
        assert.match(
          JSON.stringify(result?.messages),
          /Use this context: tea/,
          JSON.stringify(error),
        );
      });

      it('is not asked what it did not declare', async () => {
        const answer = await plain.call('test_sampling', { prompt: 'p' });
        const failed = answer.error !== undefined || answer.result?.isError === true;
        assert.ok(failed, JSON.stringify(answer.messages));
      });

      it('hears of progress under its own token, in order, before the answer', async () => {
        const { messages } = await plain.call(
          'test_tool_with_progress',
          {},
          { progressToken: 'π"1' },
        );
        const progress = messages.filter(({ method }) => method === 'notifications/progress');
        assert.deepEqual(
          progress.map(({ params }) => [params?.progressToken, params?.progress]),
          [
            ['π"1', 0],
            ['π"1', 50],
            ['π"1', 100],
          ],
        );
        assert.equal(messages.at(-1)?.method, undefined);
      });

      it('gets an error of a tool as a result with isError', async () => {
        const { result } = await plain.call('test_error_handling');
        assert.equal(result?.isError, true);
      });
    });
  }
}

for (const server of SERVERS) {
  describe(`a legacy session on ${server}`, { timeout: 180_000 }, () => {
    let client: LegacyClient;

    beforeEach(async () => {
      client = await LegacyClient.open(gateway.route(server), {
        capabilities: CAPABILITIES,
        answers: ANSWERS,
      });
    });

    afterEach(async () => {
      await client?.close();
    });

    it('answers ping, and knows no method of 2026-07-28', async () => {
      assert.deepEqual((await client.request('ping')).result, {});
      const { error } = await client.request('server/discover');
      assert.equal(error?.code, -32601);
    });

    it('hears logs from the level that it set, on the stream of the call', async () => {
      assert.deepEqual((await client.request('logging/setLevel', { level: 'error' })).result, {});
      const quiet = await client.call('test_tool_with_logging');
      assert.equal(textOf(quiet), 'Tool with logging executed successfully');
      assert.equal(quiet.messages.length, 1, JSON.stringify(quiet.messages));
      await client.request('logging/setLevel', { level: 'debug' });
      const { messages } = await client.call('test_tool_with_logging');
      const logs = messages.filter(({ method }) => method === 'notifications/message');
      assert.equal(logs.length, 3, JSON.stringify(messages));
    });

    for (const level of ['', 'debug']) {
      const words = level === '' ? '' : ' though it has set a log level';
      it(`hears of updates of a resource while it is subscribed${words}`, async () => {
        if (level !== '') await client.request('logging/setLevel', { level });
        const stream = await client.listen();
        const uri = 'test://watched-resource';
        assert.deepEqual((await client.request('resources/subscribe', { uri })).result, {});
        const updates = () =>
          client.received.filter(({ method }) => method === 'notifications/resources/updated');
        // A modern server is listened to anew for the new resource, which it acknowledges to the gateway alone.
        await until(async () => {
          await client.call('test_update_watched');
          return updates().length > 0;
        });
        assert.deepEqual(updates()[0]?.params?.uri, uri);
        await client.request('resources/unsubscribe', { uri });
        await client.request('ping');
        const before = updates().length;
        await client.call('test_update_watched');
        await client.call('test_echo', { message: 'barrier' });
        assert.ok(updates().length <= before + 1, 'updates after the end of the subscription');
        await stream.close();
      });
    }

    it('keeps its subscription when it gets a process of its own', async () => {
      const plain = await LegacyClient.open(gateway.route(server));
      const stream = await plain.listen();
      await plain.request('resources/subscribe', { uri: 'test://watched-resource' });
      await plain.request('logging/setLevel', { level: 'debug' });
      await until(async () => {
        await plain.call('test_update_watched');
        return stream.messages.some(({ method }) => method === 'notifications/resources/updated');
      });
      await plain.close();
      await stream.ended;
    });

    it('hears that a list has changed', async () => {
      await client.request('logging/setLevel', { level: 'error' });
      const stream = await client.listen();
      for (const [tool, method] of [
        ['test_trigger_tool_change', 'notifications/tools/list_changed'],
        ['test_trigger_prompt_change', 'notifications/prompts/list_changed'],
        ['test_trigger_resource_change', 'notifications/resources/list_changed'],
      ] as const) {
        await client.call(tool);
        await stream.until((message) => message.method === method);
      }
      await stream.close();
    });
  });

  describe(`a modern listener on ${server}`, { timeout: 180_000 }, () => {
    it('hears of exactly what it asked for, under the id of its request', async () => {
      const client = new ModernClient(gateway.route(server));
      const uri = 'test://watched-resource';
      const stream = await client.listen({ toolsListChanged: true, resourceSubscriptions: [uri] });
      const ack = await stream.until(({ method }) => method !== undefined);
      assert.equal(ack.method, 'notifications/subscriptions/acknowledged');
      await client.call('test_trigger_prompt_change');
      await client.call('test_trigger_tool_change');
      await stream.until(({ method }) => method === 'notifications/tools/list_changed');
      await until(async () => {
        await client.call('test_update_watched');
        return stream.messages.some(({ method }) => method === 'notifications/resources/updated');
      });
      const ids = stream.messages.map(({ params }) => {
        const meta = params?._meta as Json | undefined;
        return meta?.['io.modelcontextprotocol/subscriptionId'];
      });
      assert.equal(new Set(ids).size, 1);
      assert.ok(
        !stream.messages.some(({ method }) => method === 'notifications/prompts/list_changed'),
      );
      await stream.close();
    });
  });
}

describe('cancellation', { timeout: 180_000 }, () => {
  async function counts(client: ModernClient): Promise<{ cancelled: number; running: number }> {
    return JSON.parse(textOf(await client.call('cancelled'))) as {
      cancelled: number;
      running: number;
    };
  }

  for (const server of ['slow-stdio', 'slow-http']) {
    it(`reaches ${server} when a legacy client cancels, and no answer follows`, async () => {
      const url = gateway.route(server);
      const watcher = new ModernClient(url);
      const client = await LegacyClient.open(url);
      const start = await counts(watcher);
      const abort = new AbortController();
      const request = {
        jsonrpc: '2.0',
        id: 'nap',
        method: 'tools/call',
        params: { name: 'sleep', arguments: { ms: 25_000 } },
      };
      const nap = client.post(request, { signal: abort.signal }).catch(() => undefined);
      await until(async () => (await counts(watcher)).running === start.running + 1);
      await client.notify('notifications/cancelled', { requestId: 'nap', reason: 'enough' });
      await until(async () => (await counts(watcher)).cancelled === start.cancelled + 1);
      abort.abort();
      await nap;
      assert.equal(textOf(await client.call('sleep', { ms: 1 })), 'slept 1 ms');
    });

    it(`reaches ${server} when a modern client closes its stream`, async () => {
      const client = new ModernClient(gateway.route(server));
      const start = await counts(client);
      const abort = new AbortController();
      const nap = client
        .call('sleep', { ms: 25_000 }, { signal: abort.signal })
        .catch(() => undefined);
      await until(async () => (await counts(client)).running === start.running + 1);
      abort.abort();
      await nap;
      await until(async () => (await counts(client)).cancelled === start.cancelled + 1);
    });

    it(`does not reach ${server} when a legacy client only loses its connection`, async () => {
      const url = gateway.route(server);
      const watcher = new ModernClient(url);
      const client = await LegacyClient.open(url);
      const start = await counts(watcher);
      const abort = new AbortController();
      const nap = client
        .call('sleep', { ms: 1500 }, { signal: abort.signal })
        .catch(() => undefined);
      await until(async () => (await counts(watcher)).running === start.running + 1);
      abort.abort();
      await nap;
      await until(async () => (await counts(watcher)).running === start.running);
      assert.equal((await counts(watcher)).cancelled, start.cancelled);
    });
  }

  it('by a server reaches the client whose answer is no longer wanted', async () => {
    // legacy-stdio cannot cancel by itself: the call that asks is cancelled by the client, and the question with it.
    const client = await LegacyClient.open(gateway.route('legacy-stdio'), {
      capabilities: CAPABILITIES,
      answers: { 'sampling/createMessage': () => new Promise(() => {}) },
    });
    const abort = new AbortController();
    const params = { name: 'test_sampling', arguments: { prompt: 'p' } };
    const call = client
      .post({ jsonrpc: '2.0', id: 'ask', method: 'tools/call', params }, { signal: abort.signal })
      .catch(() => undefined);
    await until(() => client.received.some(({ method }) => method === 'sampling/createMessage'));
    await client.notify('notifications/cancelled', { requestId: 'ask' });
    abort.abort();
    await call;
    assert.deepEqual((await client.request('ping')).result, {});
    assert.equal(textOf(await client.call('test_echo', { message: 'on' })), 'on');
  });
});
