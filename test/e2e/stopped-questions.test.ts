/** After an emergency stop nothing that a client says reaches the server, also not what it was asked before. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LegacyClient } from '../support/legacy-client.ts';
import { runProcess } from '../support/spawn.ts';
import { compiled } from '../support/temp.ts';
import { RunningGateway, until } from './running-gateway.ts';

/** Asks the client in each call, and says on stderr whatever the client tells it. */
const ASKING = `
  const say = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n');
  require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const { id, method, params, result } = JSON.parse(line);
    if (method === 'initialize')
      say({ id, result: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'a', version: '1' } } });
    else if (method === 'tools/list') say({ id, result: { tools: [{ name: 'ask', inputSchema: { type: 'object' } }] } });
    else if (method === 'tools/call') {
      const asked = { message: 'm', requestedSchema: { type: 'object', properties: {} } };
      say({ id: 'q', method: 'elicitation/create', params: asked });
    } else if (method === undefined) process.stderr.write('was told ' + result?.content?.word + '\\n');
    else if (method === 'notifications/roots/list_changed') process.stderr.write('was told of roots\\n');
    else if (id !== undefined) say({ id, error: { code: -32601, message: 'no' } });
  });
  process.stdin.on('end', () => process.exit(0));`;

describe('a server that was stopped', { timeout: 120_000 }, () => {
  for (const what of [
    ['server', 'asking'],
    ['tool', 'asking.ask'],
  ] as const) {
    it(`hears no answer to what it has asked before: ${what.join(' ')}`, async (t) => {
      const gateway = await RunningGateway.start({
        servers: { asking: { command: process.execPath, args: ['-e', ASKING] } },
      });
      t.after(() => gateway.stop());
      await gateway.settled();
      async function asked() {
        let answer: (word: string) => void = () => {};
        const client = await LegacyClient.open(gateway.url, {
          capabilities: { elicitation: {}, roots: { listChanged: true } },
          answers: {
            'elicitation/create': () =>
              new Promise((resolve) => {
                answer = (word) => resolve({ action: 'accept', content: { word } });
              }),
          },
        });
        const call = client.call('ask');
        await until(() => client.received.some(({ method }) => method === 'elicitation/create'));
        return { client, call, answer: (word: string) => answer(word) };
      }

      const early = await asked();
      early.answer('early');
      await early.client.notify('notifications/roots/list_changed');
      await gateway.logs(/was told early/);
      await gateway.logs(/was told of roots/);
      const late = await asked();
      const stop = [compiled('src/main.js'), 'stop', ...what, '-c', gateway.file];
      assert.equal((await runProcess(process.execPath, stop)).status, 0);
      await gateway.logs(/emergency stop has changed/);
      for (const { call } of [early, late]) assert.equal((await call).error?.data?.code, 'stopped');
      const from = gateway.process.stderr().length;
      late.answer('late');
      // A server of which one tool is stopped is told what it should know for the others.
      if (what[0] === 'server') await late.client.notify('notifications/roots/list_changed');
      await new Promise((resolve) => setTimeout(resolve, 500));
      assert.doesNotMatch(gateway.process.stderr().slice(from), /was told (late|of roots)/);
      for (const { client } of [early, late]) await client.close();
    });
  }
});
