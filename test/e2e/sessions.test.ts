/**
 * Legacy sessions beside each other: none sees another's questions, logs, progress, state or id; a cut stream goes on
 * where it was cut, and an ended session is gone.
 */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { isAlive } from '../../src/lib/process-id.ts';
import { LegacyClient } from '../support/legacy-client.ts';
import type { RpcMessage } from '../support/mcp-exchange.ts';
import { ModernClient } from '../support/modern-client.ts';
import type { StartedProcess } from '../support/spawn.ts';
import { answersOf, CAPABILITIES, modernRequest, respond } from './answering.ts';
import { fixture, type Json, RunningGateway, remote, textOf, until } from './running-gateway.ts';

const COUNT = 8;
let gateway: RunningGateway;
let http: StartedProcess;

before(async () => {
  http = await remote('legacy');
  const pool = { mode: 'session' };
  gateway = await RunningGateway.start({
    servers: {
      legacy: fixture('legacy', 'stdio'),
      dual: fixture('dual', 'stdio'),
      http: { url: http.ready },
      stateful: fixture('stateful'),
      own: { ...fixture('stateful'), pool },
      slow: fixture('slow', 'stdio'),
    },
  });
  await gateway.settled();
});

after(async () => {
  await gateway?.stop();
  await http?.stop();
});

async function eight(path: string, capabilities = CAPABILITIES): Promise<LegacyClient[]> {
  const marks = Array.from({ length: COUNT }, (_, at) => `client-${at}`);
  return await Promise.all(
    marks.map((mark) =>
      LegacyClient.open(gateway.route(path), { capabilities, answers: answersOf(mark) }),
    ),
  );
}

function closeAll(clients: LegacyClient[]): Promise<unknown> {
  return Promise.all(clients.map((client) => client.close()));
}

describe(`${COUNT} sessions at once`, { timeout: 180_000 }, () => {
  for (const path of ['legacy', 'dual', 'http']) {
    it(`are each asked their own questions and no other's by ${path}`, async () => {
      const clients = await eight(path);
      await Promise.all(
        clients.map(async (client, at) => {
          const prompt = `prompt-${at}`;
          for (let round = 0; round < 3; round++) {
            const said = textOf(await client.call('test_sampling', { prompt }));
            assert.match(said, new RegExp(`sampled by client-${at}$`));
          }
          const roots = textOf(await client.call('test_input_required_result_list_roots'));
          assert.equal(roots, `Roots: file:///client-${at}`);
          const asked = client.received.filter(({ method }) => method === 'sampling/createMessage');
          assert.equal(asked.length, 3);
          assert.ok(asked.every((question) => JSON.stringify(question).includes(prompt)));
        }),
      );
      await closeAll(clients);
    });

    it(`each hear the logs and the progress of their own calls only, from ${path}`, async () => {
      const clients = await eight(path, {});
      const loud = clients.filter((_, at) => at % 2 === 0);
      await Promise.all(
        loud.map((client) => client.request('logging/setLevel', { level: 'info' })),
      );
      await Promise.all(
        clients.map(async (client, at) => {
          const token = `token-${at}`;
          const [logs, progress] = await Promise.all([
            client.call('test_tool_with_logging'),
            client.call('test_tool_with_progress', {}, { meta: { progressToken: token } }),
          ]);
          const heard = [...logs.messages, ...progress.messages];
          const count = (method: string) =>
            heard.filter((message) => message.method === method).length;
          // Over HTTP they stand on the call's own stream, and a server logs until it is told otherwise.
          const expected = path === 'http' || loud.includes(client) ? 3 : 0;
          assert.equal(count('notifications/message'), expected);
          assert.equal(count('notifications/progress'), 3);
          const tokens = progress.messages.flatMap(({ params }) => params?.progressToken ?? []);
          assert.deepEqual(new Set(tokens), new Set([token]));
        }),
      );
      await closeAll(clients);
    });
  }

  for (const [path, capabilities] of [
    ['stateful', CAPABILITIES],
    ['own', {}],
  ] as const) {
    it(`have their own state at ${path}, and their processes end with them`, async () => {
      const clients = await eight(path, capabilities as Json);
      await Promise.all(
        clients.map((client, at) => client.call('remember', { value: `of-${at}` })),
      );
      const seen = await Promise.all(
        clients.map(async (client) => textOf(await client.call('recall'))),
      );
      assert.deepEqual(
        seen,
        clients.map((_, at) => `of-${at}`),
      );
      const who = await Promise.all(
        clients.map(async (client) => textOf(await client.call('whoami'))),
      );
      const pids = who.map((text) => (JSON.parse(text) as { pid: number }).pid);
      assert.equal(new Set(pids).size, COUNT);
      await closeAll(clients);
      await until(() => !pids.some(isAlive));
      const [late] = await Promise.all([LegacyClient.open(gateway.route(path), { capabilities })]);
      assert.equal(textOf(await late.call('recall')), '(nothing)');
      await late.close();
    });
  }

  it('begin with a fresh process, whatever a modern client of the same caller left', async () => {
    const url = gateway.route('stateful');
    const modern = new ModernClient(url, { capabilities: CAPABILITIES });
    await modern.call('remember', { value: 'of a modern client' });
    const session = await LegacyClient.open(url, { capabilities: CAPABILITIES });
    assert.equal(textOf(await session.call('recall')), '(nothing)');
    await session.close();
  });

  it('are served the tools of their own capabilities', async () => {
    const names = async (capabilities: Json) => {
      const client = await LegacyClient.open(gateway.route('stateful'), { capabilities });
      const { result } = await client.request('tools/list');
      await client.close();
      return JSON.stringify(result?.tools);
    };
    const [none, roots, both] = await Promise.all([
      names({}),
      names({ roots: {} }),
      names({ roots: {}, sampling: {} }),
    ]);
    assert.ok(!none.includes('needs_'));
    assert.ok(roots.includes('needs_roots') && !roots.includes('needs_sampling'));
    assert.ok(both.includes('needs_roots') && both.includes('needs_sampling'));
  });
});

describe('a session', { timeout: 180_000 }, () => {
  it('is gone after DELETE: every use of its id answers 404', async () => {
    const client = await LegacyClient.open(gateway.route('legacy'));
    assert.equal(await client.close(), 200);
    const { status, error } = await client.request('tools/list');
    assert.equal(status, 404);
    assert.equal(error?.data?.code, 'unknown_session');
    assert.equal((await client.listen()).status, 404);
    assert.equal(await client.close(), 404);
  });

  it('does not exist on another route', async () => {
    const client = await LegacyClient.open(gateway.route('legacy'));
    const headers = { 'mcp-session-id': client.sessionId };
    const other = await LegacyClient.open(gateway.route('dual'), { headers });
    const stranger = { jsonrpc: '2.0', id: 5, method: 'tools/list' };
    assert.equal((await other.post(stranger, { headers })).status, 404);
    await client.close();
  });

  it('answers with its own ids, whatever they are', async () => {
    const client = await LegacyClient.open(gateway.route('legacy'));
    const params = { name: 'test_echo', arguments: { message: 'x' } };
    for (const id of ['a', '', 0, -1, 'é"\\\n', 9007199254740991]) {
      const { response } = await client.post({ jsonrpc: '2.0', id, method: 'tools/call', params });
      assert.equal(response?.id, id);
    }
    await client.close();
  });

  it('refuses an id that is in flight, and takes it again afterwards', async () => {
    const client = await LegacyClient.open(gateway.route('slow'));
    const nap = (ms: number) => {
      const params = { name: 'sleep', arguments: { ms } };
      return client.post({ jsonrpc: '2.0', id: 'same', method: 'tools/call', params });
    };
    const first = nap(300);
    const second = await nap(1);
    assert.equal(second.error?.code, -32600);
    assert.equal(textOf(await first), 'slept 300 ms');
    assert.equal(textOf(await nap(1)), 'slept 1 ms');
    await client.close();
  });

  it('goes on where its stream was cut, with Last-Event-ID, and misses nothing', async () => {
    const client = await LegacyClient.open(gateway.route('slow'));
    const abort = new AbortController();
    const params = {
      name: 'sleep',
      arguments: { ms: 1200, steps: 6 },
      _meta: { progressToken: 'p' },
    };
    const response = await fetch(client.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-session-id': client.sessionId ?? '',
        'mcp-protocol-version': '2025-11-25',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 'cut', method: 'tools/call', params }),
      signal: abort.signal,
    });
    let text = '';
    const decoder = new TextDecoder();
    try {
      for await (const chunk of response.body ?? []) {
        text += decoder.decode(chunk, { stream: true });
        if (text.includes('"progress":2')) break;
      }
    } catch {
      // Cut by us.
    }
    abort.abort();
    const before = [...text.matchAll(/"progress":(\d)/g)].map(([, step]) => Number(step));
    const lastId = [...text.matchAll(/^id: ?(.+)$/gm)].at(-1)?.[1];
    assert.ok(lastId !== undefined, text);
    const rest = await client.listen(lastId);
    await rest.until((message) => message.id === 'cut' && message.method === undefined);
    const steps = (messages: readonly RpcMessage[]) =>
      messages.flatMap(({ params: said }) => (said?.progress === undefined ? [] : [said.progress]));
    assert.deepEqual([...before, ...steps(rest.messages)], [1, 2, 3, 4, 5, 6]);
    await client.close();
  });

  it('cannot be resumed with the event id of another', async () => {
    const [one, two] = await Promise.all([
      LegacyClient.open(gateway.route('legacy')),
      LegacyClient.open(gateway.route('legacy')),
    ]);
    const stream = await one.listen();
    await one.call('test_trigger_tool_change');
    await stream.until(({ method }) => method === 'notifications/tools/list_changed');
    const id = stream.eventIds.at(-1);
    await stream.close();
    await one.call('test_trigger_prompt_change');
    const stolen = await two.listen(id);
    await two.call('test_echo', { message: 'barrier' });
    const own = stolen.messages.filter(({ method }) => method !== undefined);
    // Its own list changes may reach it; the rest of the other's stream may not.
    assert.ok(own.length <= 2, JSON.stringify(own));
    await Promise.all([one.close(), two.close()]);
  });
});

describe('requestState', { timeout: 180_000 }, () => {
  const TOOL = { name: 'test_input_required_result_list_roots', arguments: {} };

  for (const path of ['legacy', 'dual', 'http']) {
    const answers = answersOf('ada');

    async function asked(url = gateway.route(path), params: Json = TOOL) {
      const client = new ModernClient(url, { capabilities: CAPABILITIES });
      const { result, error } = await client.request('tools/call', params);
      assert.equal(result?.resultType, 'input_required', JSON.stringify(error));
      const inputResponses = await respond(result, answers);
      return { client, retry: { inputResponses, requestState: String(result.requestState) } };
    }

    it(`resumes its own call at ${path}, once or as often as the server allows`, async () => {
      const state = { name: 'test_input_required_result_request_state', arguments: {} };
      const { client, retry } = await asked(undefined, state);
      const { result, error } = await client.request('tools/call', { ...state, ...retry });
      assert.match(JSON.stringify(result?.content), /state-ok/, JSON.stringify(error));
    });

    it(`is refused at ${path} when it was changed in any way`, async () => {
      const state = { name: 'test_input_required_result_request_state', arguments: {} };
      const { client, retry } = await asked(undefined, state);
      const { requestState } = retry;
      const middle = Math.floor(requestState.length / 2);
      const flip = requestState[middle] === 'A' ? 'B' : 'A';
      for (const forged of [
        requestState.slice(0, -1),
        `${requestState}A`,
        requestState.slice(0, middle) + flip + requestState.slice(middle + 1),
        requestState.split('.').reverse().join('.'),
        '',
        '.',
        'parked',
      ]) {
        const params = { ...state, ...retry, requestState: forged };
        const { status, error } = await client.request('tools/call', params);
        assert.equal(status, 400, forged);
        assert.equal(error?.data?.code, 'bad_request_state');
      }
      const good = await client.request('tools/call', { ...state, ...retry });
      assert.match(JSON.stringify(good.result?.content), /state-ok/);
    });

    it(`is refused at ${path} for another tool, other arguments or another route`, async () => {
      const state = { name: 'test_input_required_result_request_state', arguments: { a: 1 } };
      const { client, retry } = await asked(undefined, state);
      const elsewhere = new ModernClient(gateway.url, { capabilities: CAPABILITIES });
      for (const [who, params] of [
        [client, { ...state, name: 'test_input_required_result_tampered_state' }],
        [client, { ...state, arguments: { a: 2 } }],
        [client, { ...state, arguments: {} }],
        [elsewhere, { ...state, name: `${path}__${state.name}` }],
      ] as const) {
        const { error } = await who.request('tools/call', { ...params, ...retry });
        assert.equal(error?.data?.code, 'bad_request_state', JSON.stringify(params));
      }
    });
  }

  it('of a parked call works once', async () => {
    const client = new ModernClient(gateway.route('legacy'), { capabilities: CAPABILITIES });
    const { result } = await client.request('tools/call', TOOL);
    const retry = {
      inputResponses: await respond(result ?? {}, answersOf('ada')),
      requestState: result?.requestState,
    };
    const first = await client.request('tools/call', { ...TOOL, ...retry });
    assert.match(textOf(first), /^Roots: /);
    const second = await client.request('tools/call', { ...TOOL, ...retry });
    assert.equal(second.error?.data?.code, 'bad_request_state');
  });

  it('is asked for again where answers are missing', async () => {
    const client = new ModernClient(gateway.route('legacy'), { capabilities: CAPABILITIES });
    const { result } = await client.request('tools/call', TOOL);
    const empty = { inputResponses: {}, requestState: result?.requestState };
    const again = await client.request('tools/call', { ...TOOL, ...empty });
    assert.equal(again.result?.resultType, 'input_required');
    const retry = {
      inputResponses: await respond(again.result ?? {}, answersOf('ada')),
      requestState: again.result?.requestState,
    };
    assert.match(textOf(await client.request('tools/call', { ...TOOL, ...retry })), /^Roots: /);
  });

  it(`keeps ${COUNT} modern calls apart that are asked at once`, async () => {
    await Promise.all(
      Array.from({ length: COUNT }, async (_, at) => {
        const client = new ModernClient(gateway.route('legacy'), { capabilities: CAPABILITIES });
        const params = { name: 'test_sampling', arguments: { prompt: `p${at}` } };
        const { result } = await modernRequest(client, 'tools/call', params, answersOf(`m${at}`));
        assert.match(JSON.stringify(result), new RegExp(`sampled by m${at}"`));
      }),
    );
  });

  it('is not needed for a URL that the user has to visit first', async () => {
    const capabilities = { elicitation: { url: {} } };
    const client = new ModernClient(gateway.route('legacy'), { capabilities });
    const { result, error } = await client.call('test_url_elicitation_required');
    assert.equal(result?.resultType, 'input_required', JSON.stringify(error));
    const [question] = Object.values(result.inputRequests ?? {}) as RpcMessage[];
    assert.equal(question?.method, 'elicitation/create');
    assert.match(String(question?.params?.url), /^https:\/\/example\.com\/consent\//);
  });
});
