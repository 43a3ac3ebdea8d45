/** Time-outs of a remote server, and what requests that fail in a row do to a link. */

import assert from 'node:assert/strict';
import { type AddressInfo, createServer } from 'node:net';
import { describe, it } from 'node:test';
import { isRefusal } from '../../src/model.ts';
import { open, serve, stops } from './http-servers.ts';
import { User } from './link-user.ts';
import { type Got, json, legacyHello, modernHello, result, stream } from './scripted-http.ts';

describe('a remote server', () => {
  it('that takes connections and says nothing is given up after connectMs', async () => {
    const mute = createServer((socket) => socket.on('error', () => {}));
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    stops.push(() => mute.close());
    const { port } = mute.address() as AddressInfo;
    const url = `https://127.0.0.1:${port}/mcp`;
    const refused = await new User().connect({ url, connectMs: 200, startMs: 20_000 });
    assert.ok(isRefusal(refused));
    assert.match(refused.words, /connectMs/);
  });

  it('that sends no head within headersMs has failed the request, and no other', async () => {
    const server = await serve(modernHello, ({ rpc }, response) => {
      if (rpc.method !== 'hang') json(response, result(rpc.id, {}));
    });
    const user = await open({ url: server.url, headersMs: 300 });
    const { refusal, ran } = await user.ask('hang');
    assert.match(String(refusal?.detail), /headersMs/);
    assert.equal(ran, 'maybe');
    assert.ok((await user.ask('tools/list')).reply);
  });

  it('whose stream is silent for idleMs is asked for it again, while calls may be silent longer', async () => {
    const streams: Got[] = [];
    let finish = () => {};
    const server = await serve(legacyHello, (got, response) => {
      if (got.method === 'GET') {
        streams.push(got);
        stream(response);
        response.write(`id: e${streams.length}\nretry: 20\ndata: \n\n`);
        if (streams.length >= 3) finish();
      } else {
        stream(response);
        response.write(': it works\n\n');
        finish = () =>
          response.end(`data: ${JSON.stringify(result(got.rpc.id, { late: true }))}\n\n`);
      }
    });
    const user = await open({ url: server.url, idleMs: 200 });
    assert.deepEqual((await user.ask('long')).reply?.result, { late: true });
    assert.deepEqual(
      streams.slice(0, 3).map(({ headers }) => headers['last-event-id']),
      [undefined, 'e1', 'e2'],
    );
  });

  it('of the modern era whose listen stream is silent for idleMs ends it', async () => {
    const server = await serve(modernHello, (_got, response) => {
      stream(response);
      response.write(': here\n\n');
    });
    const user = await open({ url: server.url, idleMs: 200 });
    const { refusal } = await user.send('subscriptions/listen', { notifications: {} }, 0).outcome;
    assert.match(String(refusal?.detail), /idleMs/);
  });

  it('keeps its connection from request to request', async () => {
    const server = await serve(modernHello, ({ rpc }, response) =>
      json(response, result(rpc.id, {})),
    );
    const user = await open({ url: server.url, keepAliveMs: 60_000 });
    for (let n = 0; n < 30; n += 1) assert.ok((await user.ask('tools/list')).reply);
    assert.ok(server.connections <= 2, `${server.connections} connections`);
  });
});

describe('a link whose requests fail in a row', () => {
  it('is left after failuresMax of them, and what is in flight still has its answer', async () => {
    let finish = () => {};
    const server = await serve(modernHello, ({ rpc }, response) => {
      if (rpc.method === 'slow') finish = () => json(response, result(rpc.id, { late: true }));
      else response.writeHead(503).end();
    });
    const user = await open({ url: server.url, failuresMax: 3 });
    const slow = user.ask('slow');
    for (let n = 0; n < 3; n += 1) {
      assert.equal(user.link.isLive, true);
      assert.equal((await user.ask('x')).refusal?.data?.status, 503);
    }
    assert.equal(user.link.isLive, false);
    assert.deepEqual(user.closed, ['3 requests in a row failed']);
    assert.equal((await user.ask('x')).ran, 'no');
    finish();
    assert.deepEqual((await slow).reply?.result, { late: true });
  });

  it('is kept where one in between is answered, and where failuresMax is 0', async () => {
    let count = 0;
    const server = await serve(modernHello, ({ rpc }, response) => {
      count += 1;
      if (count % 3 === 0 && rpc.method !== 'bad') json(response, result(rpc.id, {}));
      else response.writeHead(502).end();
    });
    const user = await open({ url: server.url, failuresMax: 3 });
    for (let n = 0; n < 9; n += 1) await user.ask('x');
    assert.equal(user.link.isLive, true);
    const patient = await open({ url: server.url, failuresMax: 0 });
    for (let n = 0; n < 9; n += 1) await patient.ask('bad');
    assert.equal(patient.link.isLive, true);
  });

  it('is not left for requests that could not be written, nor for refusals of the server', async () => {
    const server = await serve(modernHello, ({ rpc }, response) => {
      if (rpc.method === 'locked') response.writeHead(401).end();
      else json(response, { jsonrpc: '2.0', id: rpc.id, error: { code: 1, message: 'down' } }, 503);
    });
    const user = await open({ url: server.url, failuresMax: 2 });
    for (let n = 0; n < 5; n += 1) {
      const params = ['mcp-param-x', 'a\r\nb: c'];
      assert.ok((await user.send('x', {}, 5000, 'x', params).outcome).refusal);
      assert.ok((await user.ask('locked')).refusal);
      assert.ok((await user.ask('error')).reply);
    }
    assert.equal(user.link.isLive, true);
  });
});
