import assert from 'node:assert/strict';
import {
  call,
  events,
  INITIALIZE,
  JSON_POST,
  modern,
  onBothFronts,
  openSession,
  request,
  type World,
} from './harness.ts';

/** A modern call that the gateway has and does not answer yet. */
async function hanging({ gateway, raw }: Pick<World, 'gateway' | 'raw'>) {
  const { headers, body } = modern('hang');
  const client = raw(request('POST', '/mcp', headers, body));
  await gateway.until(() => gateway.hung.length === 1);
  return client;
}

onBothFronts('answers a modern request with one JSON body', async ({ ask }) => {
  const { headers, body } = modern('echo');
  const answer = await ask('POST', '/mcp', headers, body);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['content-type'], 'application/json');
  assert.equal(answer.json.result.name, 'echo');
});

onBothFronts('answers with a stream as soon as something precedes the answer', async ({ ask }) => {
  const { headers, body } = modern('stream');
  const answer = await ask('POST', '/mcp', headers, body);
  assert.equal(answer.headers['content-type'], 'text/event-stream');
  assert.equal(answer.headers['x-accel-buffering'], 'no');
  assert.equal(answer.headers['cache-control'], 'no-cache');
  const data = events(answer.body).map((event) => JSON.parse(event.data));
  assert.deepEqual(
    data.map(({ params }) => params?.n),
    [1, 2, undefined],
  );
  assert.equal(data[2].result.name, 'stream');
});

onBothFronts('carries the HTTP status that the gateway gives a modern answer', async ({ ask }) => {
  const { headers, body } = modern('missing');
  assert.equal((await ask('POST', '/mcp', headers, body)).status, 404);
});

onBothFronts('cancels a modern call when its client disconnects', async ({ gateway, raw }) => {
  const client = await hanging({ gateway, raw });
  client.socket.destroy();
  await gateway.until(() => gateway.aborts === 1);
  gateway.release();
});

onBothFronts(
  'turns a long silent call into a stream with comments, then answers on it',
  async ({ gateway, raw }) => {
    const { headers, body } = modern('hang');
    const client = raw(request('POST', '/mcp', headers, body));
    await client.saw('\n:\n\n');
    gateway.release();
    const answer = await client.answer();
    assert.equal(answer.headers['content-type'], 'text/event-stream');
    assert.equal(JSON.parse(events(answer.body)[0]!.data).result.released, true);
  },
  { keepAliveMs: 60 },
);

onBothFronts('hands the Mcp-Param headers over in lower case', async ({ gateway, ask }) => {
  const { headers, body } = modern('echo');
  await ask('POST', '/mcp', { ...headers, 'Mcp-Param-Region': 'eu' }, body);
  assert.deepEqual(gateway.params, ['mcp-param-region', 'eu']);
});

onBothFronts('takes a modern notification with 202 and no body', async ({ ask }) => {
  const { headers } = modern('', { method: 'notifications/cancelled' });
  const body = '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}';
  const answer = await ask('POST', '/mcp', headers, body);
  assert.equal(answer.status, 202);
  assert.equal(answer.body, '');
});

onBothFronts('opens a session, serves it, and ends it on DELETE', async (world) => {
  const headers = await openSession(world);
  assert.match(headers['mcp-session-id']!, /^[\x21-\x7e]{20,}$/);
  const answer = await world.ask('POST', '/mcp', headers, call('echo', 'x'));
  assert.equal(answer.json.id, 'x');
  assert.equal((await world.ask('DELETE', '/mcp', headers)).status, 200);
  for (const method of ['POST', 'GET', 'DELETE']) {
    const gone = await world.ask(
      method,
      '/mcp',
      headers,
      method === 'POST' ? call('echo') : undefined,
    );
    assert.equal(gone.status, 404);
    assert.equal(gone.json.error.data.code, 'unknown_session');
  }
});

onBothFronts('delivers an answer of many megabytes whole', async ({ ask }) => {
  const { headers, body } = modern('big');
  const answer = await ask('POST', '/mcp', headers, body);
  assert.equal(answer.json.result.text.length, 8 << 20);
});

onBothFronts(
  'says no to a request that a bug broke, without a word about it',
  async ({ ask, bugs }) => {
    const { headers, body } = modern('throw');
    const answer = await ask('POST', '/mcp', headers, body);
    assert.equal(answer.status, 500);
    assert.equal(answer.json.error.data.code, 'internal');
    assert.ok(!answer.body.includes('secret'));
    assert.equal(bugs.length, 1);
  },
);

onBothFronts(
  'finishes calls in flight when it closes, and accepts no more',
  async ({ gateway, edge, raw }) => {
    const client = await hanging({ gateway, raw });
    const closing = edge.close(20_000);
    gateway.release();
    assert.equal((await client.answer()).json.result.released, true);
    await closing;
    const late = raw(request('POST', '/mcp', JSON_POST, INITIALIZE));
    await late.closed();
    assert.equal(late.text, '');
  },
);

onBothFronts(
  'cuts calls that are still in flight at the deadline',
  async ({ gateway, edge, raw }) => {
    const client = await hanging({ gateway, raw });
    await edge.close(50);
    await client.closed();
    assert.equal(gateway.aborts, 1);
  },
);
