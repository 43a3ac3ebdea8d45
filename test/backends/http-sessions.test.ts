/** Streamable HTTP of legacy servers: sessions, the GET stream, streams that are asked for again. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fixtureAt, open, serve } from './http-servers.ts';
import { textOf } from './link-user.ts';
import { type Got, json, legacyHello, result, stream } from './scripted-http.ts';

describe('a legacy HTTP server', () => {
  it('gets its session and version with everything after the handshake, and DELETE at the end', async () => {
    const server = await serve(legacyHello, ({ method, rpc }, response) => {
      if (method === 'GET') response.writeHead(405).end();
      else json(response, result(rpc.id, {}));
    });
    const user = await open({ url: server.url });
    await user.ask('tools/list');
    await user.link.close();
    const after = server.got.filter(({ rpc }) => !/initialize$|discover/.test(String(rpc.method)));
    assert.deepEqual(
      new Set(after.map(({ method }) => method)),
      new Set(['GET', 'POST', 'DELETE']),
    );
    for (const { headers } of after) {
      assert.equal(headers['mcp-session-id'], 'session-1');
      assert.equal(headers['mcp-protocol-version'], '2025-06-18');
      assert.equal(headers['mcp-method'], undefined);
    }
  });

  it('may ask on the stream of a request, and is answered by a POST', async () => {
    const user = await open({ url: await fixtureAt('legacy') }, { sampling: {}, elicitation: {} });
    user.answer = ({ method }) =>
      method === 'sampling/createMessage'
        ? { role: 'assistant', content: { type: 'text', text: 'Paris' }, model: 'test' }
        : {};
    const call = user.call('test_sampling', { prompt: 'capital?' });
    assert.match(textOf(await call.outcome), /Paris/);
    assert.ok(call.messages.some(({ method }) => method === 'sampling/createMessage'));
  });

  it('is heard on its GET stream, which is opened again with the last event id', async () => {
    const streams: Got[] = [];
    const server = await serve(legacyHello, (got, response) => {
      if (got.method !== 'GET') return json(response, result(got.rpc.id, {}));
      streams.push(got);
      stream(response);
      const message = { jsonrpc: '2.0', method: 'notifications/tools/list_changed' };
      const event = `id: e${streams.length}\nretry: 20\ndata: ${JSON.stringify(message)}\n\n`;
      if (streams.length < 3) response.end(event);
      else response.write(event);
    });
    const user = await open({ url: server.url });
    await user.until(() => user.heard.length >= 3);
    assert.deepEqual(
      streams.map(({ headers }) => headers['last-event-id']),
      [undefined, 'e1', 'e2'],
    );
  });

  it('may break the stream of a request and is asked for the rest', async () => {
    const user = await open({ url: await fixtureAt('legacy') });
    const { reply } = await user.call('test_reconnection').outcome;
    assert.ok(reply?.result, JSON.stringify(reply));
  });

  it('is not asked for the rest without end', async () => {
    let gets = 0;
    const server = await serve(legacyHello, (got, response) => {
      if (got.method === 'GET' && got.headers['last-event-id'] === undefined) {
        return response.writeHead(405).end();
      }
      if (got.method === 'GET') gets += 1;
      stream(response);
      response.end('id: x\nretry: 20\ndata: \n\n');
    });
    const user = await open({ url: server.url });
    assert.equal((await user.ask('tools/list')).refusal?.code, 'backend_unavailable');
    assert.equal(gets, 5);
  });

  it('that forgot the session ends the link; what was in flight has its own answer', async () => {
    for (const [status, body] of [
      [404, {}],
      [400, { jsonrpc: '2.0', id: null, error: { code: -32000, message: 'No valid session ID' } }],
    ] as const) {
      let finish = () => {};
      const server = await serve(legacyHello, ({ method, rpc }, response) => {
        if (method === 'GET') response.writeHead(405).end();
        else if (rpc.method === 'lost') json(response, body, status);
        else finish = () => json(response, result(rpc.id, { late: true }));
      });
      const user = await open({ url: server.url });
      const hanging = user.ask('hang');
      const { refusal, ran } = await user.ask('lost');
      assert.equal(refusal?.code, 'backend_unavailable');
      assert.equal(ran, 'no');
      assert.deepEqual(user.closed, ['the server no longer knows the session']);
      assert.equal(user.link.isLive, false);
      assert.equal((await user.ask('more')).ran, 'no');
      finish();
      assert.deepEqual((await hanging).reply?.result, { late: true });
      assert.deepEqual(user.closed.length, 1);
    }
  });

  it('is told of a cancellation in words', async () => {
    const server = await serve(legacyHello, ({ method, rpc }, response) => {
      if (method === 'GET') response.writeHead(405).end();
      else if (rpc.method === 'quick') json(response, result(rpc.id, {}));
      else stream(response);
    });
    const user = await open({ url: server.url });
    const { id } = user.send('slow');
    user.link.cancel(id, 'the caller has gone');
    const told = () => server.got.find(({ rpc }) => rpc.method === 'notifications/cancelled');
    while (told() === undefined) await user.ask('quick');
    assert.deepEqual(told()?.rpc.params, { requestId: id, reason: 'the caller has gone' });
  });
});
