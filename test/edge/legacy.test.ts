import assert from 'node:assert/strict';
import { note } from './echo-gateway.ts';
import {
  type Client,
  call,
  events,
  JSON_POST,
  onBothFronts,
  openSession,
  request,
  type World,
} from './harness.ts';

const STREAM = { accept: 'text/event-stream' };

function session({ gateway }: World) {
  return [...gateway.sessions.values()][0]!;
}

function get(world: World, headers: Record<string, string>, lastEventId = ''): Client {
  return world.raw(request('GET', '/mcp', { ...headers, ...STREAM, 'last-event-id': lastEventId }));
}

/** Events of a stream that is still open. */
function soFar(client: Client) {
  const text = client.text.replace(/\r\n[0-9a-f]+\r\n/gi, '\n').replace(/^[0-9a-f]+\r\n/gim, '');
  return events(text);
}

/** A call that goes on, of whose stream a first event was seen. */
async function hanging(world: World) {
  const headers = await openSession(world);
  const client = world.raw(request('POST', '/mcp', headers, call('hang', 9)));
  await world.gateway.until(() => world.gateway.hung.length === 1);
  const { outlet } = world.gateway.hung[0]!;
  outlet.push(note(1));
  await client.saw('"n":1');
  return { headers, client, outlet };
}

onBothFronts(
  'carries an event id on every event of a legacy stream, and primes it first',
  async (world) => {
    const headers = await openSession(world);
    const answer = await world.ask('POST', '/mcp', headers, call('stream', 5));
    const [prime, ...rest] = events(answer.body);
    assert.equal(prime?.data, '');
    assert.ok(prime?.id);
    assert.deepEqual(
      rest.map(({ data }) => JSON.parse(data).id),
      [undefined, undefined, 5],
    );
    assert.equal(new Set(rest.map(({ id }) => id)).size, 3);
  },
);

onBothFronts('does not prime streams of versions that know no priming', async (world) => {
  world.gateway.version = '2025-06-18';
  const headers = await openSession(world);
  const answer = await world.ask('POST', '/mcp', headers, call('stream'));
  assert.ok(events(answer.body).every(({ data }) => data !== ''));
});

onBothFronts(
  'does not take a disconnect for a cancel, and resumes what was missed',
  async (world) => {
    const { headers, client, outlet } = await hanging(world);
    const lastEventId = soFar(client).at(-1)?.id ?? '';
    client.socket.destroy();
    outlet.push(note(2));
    world.gateway.release();
    assert.equal(world.gateway.aborts, 0);
    const answer = await get(world, headers, lastEventId).answer();
    const messages = events(answer.body).map(({ data }) => JSON.parse(data));
    assert.deepEqual(
      messages.map(({ id, params }) => id ?? params.n),
      [2, 9],
    );
  },
);

onBothFronts('goes on live on a resumed stream', async (world) => {
  const { headers, client, outlet } = await hanging(world);
  const lastEventId = soFar(client)[0]?.id ?? '';
  const resumed = get(world, headers, lastEventId);
  await resumed.saw('"n":1');
  await client.closed();
  outlet.push(note(2));
  await resumed.saw('"n":2');
  world.gateway.release();
  assert.match((await resumed.answer()).body, /released/);
});

onBothFronts('replays nothing of another stream', async (world) => {
  const headers = await openSession(world);
  const first = events((await world.ask('POST', '/mcp', headers, call('stream', 1))).body);
  await world.ask('POST', '/mcp', headers, call('stream', 2));
  session(world).stream?.(note(77));
  const answer = await get(world, headers, first[1]?.id).answer();
  const messages = events(answer.body).map(({ data }) => JSON.parse(data));
  assert.deepEqual(
    messages.map(({ id, params }) => id ?? params.n),
    [2, 1],
  );
});

onBothFronts(
  'refuses to resume what it no longer has whole, or never had',
  async (world) => {
    const headers = await openSession(world);
    const first = events((await world.ask('POST', '/mcp', headers, call('stream', 1))).body);
    for (let i = 0; i < 4; i++) await world.ask('POST', '/mcp', headers, call('stream', i));
    for (const id of [first[0]!.id!, '99-1', '0-999', 'x', '1-', '-1']) {
      const answer = await world.ask('GET', '/mcp', { ...headers, ...STREAM, 'last-event-id': id });
      assert.equal(answer.status, 400, id);
    }
  },
  { replayEventsMax: 4 },
);

onBothFronts(
  'keeps what comes while the session has no stream, and gives it to the next',
  async (world) => {
    const headers = await openSession(world);
    session(world).stream?.(note(1));
    const client = get(world, headers);
    await client.saw('"n":1');
    session(world).stream?.(note(2));
    await client.saw('"n":2');
    client.socket.destroy();
    await client.closed();
  },
);

onBothFronts('gives each message of a session to one stream only', async (world) => {
  const headers = await openSession(world);
  session(world).stream?.(note(1));
  const first = get(world, headers);
  await first.saw('"n":1');
  first.socket.destroy();
  let status = 409;
  // The server learns of the disconnect a moment later.
  while (status === 409) {
    const next = get(world, headers);
    await next.saw('\r\n\r\n');
    status = Number(next.text.split(' ')[1]);
    if (status === 409) continue;
    session(world).stream?.(note(2));
    await next.saw('"n":2');
    assert.ok(!next.text.includes('"n":1'));
  }
  assert.equal(status, 200);
});

onBothFronts('refuses a second stream of the same session', async (world) => {
  const headers = await openSession(world);
  const first = get(world, headers);
  await first.saw('\r\n\r\n');
  const answer = await world.ask('GET', '/mcp', { ...headers, ...STREAM });
  assert.equal(answer.status, 409);
  assert.equal(answer.json.error.data.code, 'stream_taken');
});

onBothFronts('ends the streams of a session that ends', async (world) => {
  const headers = await openSession(world);
  const stream = get(world, headers);
  await stream.saw('\r\n\r\n');
  await world.ask('DELETE', '/mcp', headers);
  assert.equal((await stream.answer()).status, 200);
});

onBothFronts(
  'keeps an idle stream alive with comments',
  async (world) => {
    const headers = await openSession(world);
    const stream = get(world, headers);
    await stream.until(() => stream.text.split(':\n\n').length > 3);
  },
  { keepAliveMs: 40 },
);

onBothFronts('hands notifications and answers of the client over with 202', async (world) => {
  const headers = await openSession(world);
  const bodies = [
    '{"jsonrpc":"2.0","method":"notifications/initialized"}',
    '{"jsonrpc":"2.0","id":4,"result":{}}',
  ];
  for (const body of bodies) {
    const answer = await world.ask('POST', '/mcp', headers, body);
    assert.deepEqual([answer.status, answer.body], [202, '']);
  }
  assert.deepEqual(
    world.gateway.taken.map(({ id }) => id),
    ['', '4'],
  );
});

onBothFronts('does not serve a session on another route', async (world) => {
  const headers = await openSession(world, '/mcp/files');
  assert.equal((await world.ask('POST', '/mcp', headers, call('echo'))).status, 404);
  assert.equal((await world.ask('POST', '/mcp/files', headers, call('echo'))).status, 200);
});

onBothFronts('answers a batch of 2025-03-26 with an array', async (world) => {
  world.gateway.version = '2025-03-26';
  const headers = await openSession(world);
  const note_ = '{"jsonrpc":"2.0","method":"notifications/initialized"}';
  const answer = await world.ask(
    'POST',
    '/mcp',
    headers,
    `[${call('a', 1)},${note_},${call('b', 2)}]`,
  );
  assert.equal(answer.headers['content-type'], 'application/json');
  assert.deepEqual(
    answer.json.map(({ id }: { id: number }) => id),
    [1, 2],
  );
  assert.equal((await world.ask('POST', '/mcp', headers, `[${note_}]`)).status, 202);
});

onBothFronts('answers a batch with a stream when something precedes an answer', async (world) => {
  world.gateway.version = '2025-03-26';
  const headers = await openSession(world);
  const answer = await world.ask(
    'POST',
    '/mcp',
    headers,
    `[${call('a', 1)},${call('stream', 2)},${call('b', 3)}]`,
  );
  assert.equal(answer.headers['content-type'], 'text/event-stream');
  const ids = events(answer.body).map(({ data }) => JSON.parse(data).id);
  assert.deepEqual(ids, [1, undefined, undefined, 2, 3]);
});

onBothFronts(
  'refuses batches that are empty, too long, spoilt, or of another version',
  async (world) => {
    const headers = await openSession(world);
    assert.equal((await world.ask('POST', '/mcp', headers, `[${call('a')}]`)).status, 400);
    world.gateway.version = '2025-03-26';
    const old = await openSession(world);
    const initialize = '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}';
    for (const body of [
      '[]',
      `[${Array(101).fill(call('a')).join()}]`,
      `[${call('a')},1]`,
      `[${initialize}]`,
      '[',
      '[[]]',
    ]) {
      assert.equal((await world.ask('POST', '/mcp', old, body)).status, 400, body.slice(0, 40));
    }
  },
);

onBothFronts('serves the transport of 2024-11-05', async (world) => {
  const stream = world.raw(request('GET', '/sse', STREAM));
  await stream.saw('event: endpoint\n');
  const path = /data: (\S+)/.exec(stream.text)![1]!;
  assert.match(path, /^\/messages\?sessionId=[0-9a-f-]{36}$/);
  const json = { 'content-type': 'application/json' };
  assert.equal((await world.ask('POST', path, json, call('early'))).status, 400);
  const { INITIALIZE } = await import('./harness.ts');
  assert.equal((await world.ask('POST', path, json, INITIALIZE)).status, 202);
  await stream.saw('event: message\ndata: {"jsonrpc":"2.0","id":"init"');
  assert.equal((await world.ask('POST', path, json, call('stream', 3))).status, 202);
  await stream.saw('"name":"stream"');
  session(world).stream?.(note(9));
  await stream.saw('"n":9');
  assert.equal((await world.ask('POST', '/messages?sessionId=x', json, call('a'))).status, 404);
  assert.equal(
    (
      await world.ask(
        'POST',
        '/mcp',
        { ...JSON_POST, 'mcp-session-id': session(world).id },
        call('a'),
      )
    ).status,
    404,
  );
  stream.socket.destroy();
  await world.gateway.until(() => world.gateway.sessions.size === 0);
  assert.equal((await world.ask('POST', path, json, call('a'))).status, 404);
});

onBothFronts('answers 405 to a POST on /sse, so that clients fall back', async ({ ask }) => {
  assert.equal((await ask('POST', '/sse', JSON_POST, '{}')).status, 405);
  assert.equal((await ask('GET', '/sse/nobody', STREAM)).status, 404);
});
