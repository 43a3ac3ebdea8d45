/** HTTP+SSE as of 2024-11-05. */

import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { describe, it } from 'node:test';
import { fixtureAt, open, serve, stops } from './http-servers.ts';
import { User } from './link-user.ts';
import { result, ScriptedHttp, stream } from './scripted-http.ts';

describe('a server of HTTP+SSE', () => {
  it('carries calls, progress, requests and their answers', async () => {
    const user = await open({ url: await fixtureAt('legacy', 'sse') }, { sampling: {} });
    user.answer = () => ({
      role: 'assistant',
      content: { type: 'text', text: 'Rome' },
      model: 'm',
    });
    assert.match(await user.text('test_sampling', { prompt: 'capital?' }), /Rome/);
    assert.equal((await user.call('test_tool_with_progress').outcome).messages.length, 3);
  });

  it('may not name an endpoint of another origin', async () => {
    const elsewhere = await ScriptedHttp.start((_got, response) => response.end());
    stops.push(() => elsewhere.stop());
    const server = await serve(
      () => false,
      (_got, response) => {
        stream(response);
        response.write(`event: endpoint\ndata: ${elsewhere.url}\n\n`);
      },
    );
    const user = new User();
    const headers = { authorization: 'Bearer abc' };
    const refused = await user.connect({ url: server.url, transport: 'sse', headers });
    assert.ok('words' in refused && /another origin/.test(refused.words));
    assert.equal(elsewhere.got.length, 0);
  });

  it('must name its endpoint in time', async () => {
    const server = await serve(
      () => false,
      (_got, response) => stream(response),
    );
    const refused = await new User().connect({ url: server.url, transport: 'sse', startMs: 300 });
    assert.ok('words' in refused);
    assert.equal(refused.code, 'backend_unavailable');
  });

  it('ends the link with its stream', async () => {
    let stopped: ServerResponse | undefined;
    const server = await serve(
      () => false,
      ({ method, rpc }, response) => {
        if (method === 'GET') {
          stopped = response;
          stream(response);
          response.write('event: endpoint\ndata: /messages?sessionId=1\n\n');
          return;
        }
        response.writeHead(202).end();
        const hello = { protocolVersion: '2024-11-05', capabilities: {}, serverInfo: {} };
        if (rpc.method === 'initialize') {
          stopped?.write(`event: message\ndata: ${JSON.stringify(result(rpc.id, hello))}\n\n`);
        }
      },
    );
    const user = await open({ url: server.url, transport: 'sse' });
    const hanging = user.ask('hang');
    setTimeout(() => stopped?.end(), 50);
    assert.equal((await hanging).refusal?.code, 'backend_unavailable');
    assert.deepEqual(user.closed, ['the server closed its stream']);
  });
});
