/** What is known of a request that failed: whether it may have run at its server. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { open, serve, stops } from './http-servers.ts';
import { fixture, script, User } from './link-user.ts';
import { legacyHello, modernHello } from './scripted-http.ts';

describe('a request that failed', () => {
  it('may have run where its process ended', async () => {
    const source = `
      require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
        const m = JSON.parse(line);
        if (m.method === 'go') process.exit(3);
        const result = { protocolVersion: '2025-06-18', capabilities: {}, serverInfo: { name: 's', version: '1' } };
        if (m.id !== undefined) console.log(JSON.stringify({ jsonrpc: '2.0', id: m.id, result }));
      });`;
    const user = await User.open(script(source), {}, { era: 'legacy', transport: 'stdio' });
    assert.equal((await user.ask('go')).ran, 'maybe');
    assert.equal((await user.ask('go')).ran, 'no', 'the link was over before this one');
  });

  it('may have run where its deadline passed', async () => {
    const user = await User.open(fixture('slow', 'stdio'));
    stops.push(() => user.link.close());
    const { refusal, ran } = await user.call('sleep', { ms: 60_000 }, 50).outcome;
    assert.deepEqual([refusal?.code, ran], ['deadline_exceeded', 'maybe']);
  });

  it('did not run where nobody listens any more', async () => {
    const server = await serve(modernHello, () => assert.fail('nothing arrives'));
    const user = await open({ url: server.url });
    await server.stop();
    const { refusal, ran } = await user.ask('go');
    assert.deepEqual([refusal?.code, ran], ['backend_unavailable', 'no']);
  });

  it('may have run where the connection broke after it was sent', async () => {
    const server = await serve(modernHello, (_got, response) => response.destroy());
    const user = await open({ url: server.url });
    assert.equal((await user.ask('go')).ran, 'maybe');
  });

  it('may have run where an error status came', async () => {
    const server = await serve(modernHello, (_got, response) => response.writeHead(500).end());
    const user = await open({ url: server.url });
    assert.equal((await user.ask('go')).ran, 'maybe');
  });

  it('did not run where the server no longer knew the session', async () => {
    const server = await serve(legacyHello, ({ method }, response) => {
      response.writeHead(method === 'GET' ? 405 : 404).end();
    });
    const user = await open({ url: server.url });
    const { refusal, ran } = await user.ask('go');
    assert.deepEqual([refusal?.code, ran], ['backend_unavailable', 'no']);
    await user.until(() => user.closed.length === 1);
  });
});
