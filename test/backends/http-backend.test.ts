/** Streamable HTTP, modern and whatever the era: headers, streams, bounds, and what a server can do to them. */

import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { describe, it } from 'node:test';
import { fixtureAt, open, serve, stops } from './http-servers.ts';
import type { Json } from './link-user.ts';
import { json, modernHello, result, ScriptedHttp, stream } from './scripted-http.ts';

describe('a modern HTTP server', () => {
  it('gets the mirrored headers, encoded where they must be', async () => {
    const server = await serve(modernHello, ({ rpc }, response) =>
      json(response, result(rpc.id, {})),
    );
    const user = await open({ url: server.url, headers: { authorization: 'Bearer abc' } });
    const params = ['mcp-param-region', 'eu', 'authorization', 'Bearer evil'];
    await user.send('tools/call', { name: 'käse' }, 5000, 'käse', params).outcome;
    const { headers } = server.got.at(-1)!;
    assert.equal(headers['mcp-protocol-version'], '2026-07-28');
    assert.equal(headers['mcp-method'], 'tools/call');
    assert.equal(headers['mcp-name'], `=?base64?${Buffer.from('käse').toString('base64')}?=`);
    assert.equal(headers['mcp-param-region'], 'eu');
    assert.equal(headers.authorization, 'Bearer abc');
    assert.equal(headers['mcp-session-id'], undefined);
    assert.match(String(headers.accept), /application\/json.*text\/event-stream/);
  });

  it('fails a request whose forwarded header is no header, and nothing else', async () => {
    const server = await serve(modernHello, ({ rpc }, response) =>
      json(response, result(rpc.id, {})),
    );
    const user = await open({ url: server.url });
    const params = ['mcp-param-x', 'a\r\nauthorization: evil'];
    const { refusal } = await user.send('tools/call', { name: 'a' }, 5000, 'a', params).outcome;
    assert.equal(refusal?.code, 'backend_unavailable');
    assert.ok((await user.ask('tools/list')).reply);
  });

  it('gives everything on the stream of a request to its receiver', async () => {
    const user = await open({ url: await fixtureAt('dual') });
    const { messages, reply } = await user.call('test_tool_with_progress').outcome;
    assert.ok(reply);
    assert.equal(messages.filter(({ method }) => method === 'notifications/progress').length, 3);
    assert.deepEqual(user.heard, []);
  });

  it('learns of a cancellation by the closed response', async () => {
    const user = await open({ url: await fixtureAt('slow') });
    const call = user.call('sleep', { ms: 30_000, steps: 300 });
    await user.until(() => call.messages.length > 0);
    user.link.cancel(call.id, 'enough');
    let seen = '';
    for (let tries = 0; tries < 200 && !seen.includes('"cancelled":1'); tries += 1) {
      seen = await user.text('cancelled');
    }
    assert.match(seen, /"cancelled":1,"running":0/);
    assert.equal(
      (await user.call('sleep', { ms: 20_000 }, 200).outcome).refusal?.code,
      'deadline_exceeded',
    );
  });

  it('keeps a subscription open without a deadline', async () => {
    const user = await open({ url: await fixtureAt('dual') });
    const listening = user.send(
      'subscriptions/listen',
      { notifications: { toolsListChanged: true } },
      0,
    );
    const heard = (method: string) => listening.messages.some((one) => one.method === method);
    await user.until(() => heard('notifications/subscriptions/acknowledged'));
    await user.call('test_trigger_tool_change').outcome;
    await user.until(() => heard('notifications/tools/list_changed'));
    user.link.cancel(listening.id, 'enough');
    assert.equal(user.link.inFlight, 0);
  });

  it('that breaks its stream before the answer has failed the request', async () => {
    const server = await serve(modernHello, (_got, response) => {
      stream(response);
      response.end(
        'id: 7\ndata: {"jsonrpc":"2.0","method":"notifications/message","params":{}}\n\n',
      );
    });
    const user = await open({ url: server.url });
    const { refusal, messages } = await user.ask('tools/list');
    assert.equal(refusal?.code, 'backend_unavailable');
    assert.equal(messages.length, 1);
  });

  it('answers 100 requests at once', async () => {
    const server = await serve(modernHello, ({ rpc }, response) => {
      setTimeout(
        () => json(response, result(rpc.id, { n: (rpc.params as Json).n })),
        Math.random() * 50,
      );
    });
    const user = await open({ url: server.url });
    const outcomes = await Promise.all(Array.from({ length: 100 }, (_, n) => user.ask('x', { n })));
    outcomes.forEach(({ reply }, n) => {
      assert.deepEqual(reply?.result, { n });
    });
  });
});

describe('any HTTP server', () => {
  it('is heard by its JSON-RPC error, whatever the status and the id', async () => {
    const error = { code: -32021, message: 'needs sampling', data: { x: 1 } };
    const server = await serve(modernHello, (_got, response) => {
      json(response, { jsonrpc: '2.0', id: null, error }, 400);
    });
    const user = await open({ url: server.url });
    const { id, outcome } = user.send('tools/call');
    assert.deepEqual((await outcome).reply, { jsonrpc: '2.0', id, error });
  });

  it('fails with its status where it says nothing else', async () => {
    let status = 0;
    const server = await serve(modernHello, (_got, response) => {
      response
        .writeHead(status, { location: 'http://127.0.0.1:1/' })
        .end('<html>secret page</html>');
    });
    const user = await open({ url: server.url });
    for (status of [302, 307, 401, 403, 404, 429, 500, 503]) {
      const { refusal } = await user.ask('tools/list');
      assert.equal(refusal?.code, 'backend_unavailable');
      assert.deepEqual(refusal?.data, { status });
      assert.ok(!JSON.stringify(refusal).includes('secret'));
    }
  });

  it('cannot send the configured headers elsewhere by a redirect', async () => {
    const elsewhere = await ScriptedHttp.start((_got, response) => response.end());
    stops.push(() => elsewhere.stop());
    const server = await serve(modernHello, (_got, response) => {
      response.writeHead(307, { location: elsewhere.url }).end();
    });
    const user = await open({ url: server.url, headers: { authorization: 'Bearer s3cret-token' } });
    await user.ask('tools/list');
    assert.equal(elsewhere.got.length, 0);
    assert.ok(!user.log.text.includes('s3cret'));
  });

  it('cannot fill memory with a body or an event', async () => {
    const big = 'x'.repeat(100_000);
    const server = await serve(modernHello, ({ rpc }, response) => {
      if (rpc.method === 'json') json(response, result(rpc.id, { big }));
      else if (rpc.method === 'chunked') {
        response.writeHead(200, { 'content-type': 'application/json' });
        for (let n = 0; n < 20; n += 1) response.write(big);
        response.end();
      } else {
        stream(response);
        response.write(`data: ${big}`);
      }
    });
    const user = await open({ url: server.url, bodyBytesMax: 64 * 1024 });
    for (const method of ['json', 'chunked', 'event']) {
      const { refusal } = await user.ask(method);
      assert.equal(refusal?.code, 'backend_unavailable', method);
      assert.match(String(refusal?.detail), /bodyBytesMax/);
    }
  });

  it('cannot answer the request of another on its own stream', async () => {
    let held: ServerResponse | undefined;
    const server = await serve(modernHello, ({ rpc }, response) => {
      if (rpc.method === 'first') held = response;
      else {
        stream(response);
        const stolen = JSON.stringify(result(Number(rpc.id) - 1, { stolen: true }));
        response.write('data: no message\n\n');
        response.end(
          `data: ${stolen}\n\ndata: ${JSON.stringify(result(rpc.id, { own: true }))}\n\n`,
        );
        json(held!, result(Number(rpc.id) - 1, { first: true }));
      }
    });
    const user = await open({ url: server.url });
    const first = user.ask('first');
    while (held === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual((await user.ask('second')).reply?.result, { own: true });
    assert.deepEqual((await first).reply?.result, { first: true });
  });

  it('may answer over several lines, and with an unfinished body', async () => {
    const server = await serve(modernHello, ({ rpc }, response) => {
      response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
      if (rpc.method === 'cut') response.end('{"jsonrpc":"2.0","id":');
      else if (rpc.method === 'drop') {
        response.write('{');
        setTimeout(() => response.destroy(), 20);
      } else response.end(JSON.stringify(result(rpc.id, { a: [1] }), null, 2));
    });
    const user = await open({ url: server.url });
    assert.deepEqual((await user.ask('pretty')).reply?.result, { a: [1] });
    assert.equal((await user.ask('cut')).refusal?.code, 'backend_unavailable');
    assert.equal((await user.ask('drop')).refusal?.code, 'backend_unavailable');
  });
});
