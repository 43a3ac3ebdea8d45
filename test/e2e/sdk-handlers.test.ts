/**
 * Clients on the official SDKs that can be asked: their own handlers for sampling, elicitation and roots answer what a
 * server of either era asks, and their own notification handlers hear of changes.
 */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  Client as ClientV2,
  StreamableHTTPClientTransport as HttpV2,
} from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { fixture, type Json, RunningGateway, until } from './running-gateway.ts';

const INFO = { name: 'e2e', version: '1.0.0' };
const CAPABILITIES = { sampling: {}, elicitation: { form: {} }, roots: { listChanged: true } };
const SAMPLED = {
  role: 'assistant' as const,
  model: 'test',
  content: { type: 'text' as const, text: 'by the SDK' },
};
const ELICITED = { action: 'accept' as const, content: { username: 'sdk', email: 'a@b.example' } };
const ROOTS = { roots: [{ uri: 'file:///sdk', name: 'sdk' }] };

interface Hands {
  call(name: string, args: Json): Promise<unknown>;
  /** How often the client heard that the list of tools has changed; undefined where it does not listen. */
  changes(): number | undefined;
  close(): Promise<unknown>;
}

async function v1(transport: object): Promise<Hands> {
  const client = new ClientV1(INFO, { capabilities: CAPABILITIES });
  let changes = 0;
  client.setRequestHandler(CreateMessageRequestSchema, () => SAMPLED);
  client.setRequestHandler(ElicitRequestSchema, () => ELICITED);
  client.setRequestHandler(ListRootsRequestSchema, () => ROOTS);
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
    changes++;
  });
  await client.connect(transport as Transport);
  return {
    call: (name, args) => client.callTool({ name, arguments: args }),
    changes: () => changes,
    close: () => client.close(),
  };
}

async function v2(url: string, mode: 'legacy' | 'auto' | { pin: '2026-07-28' }): Promise<Hands> {
  const client = new ClientV2(INFO, { capabilities: CAPABILITIES, versionNegotiation: { mode } });
  client.setRequestHandler('sampling/createMessage', () => SAMPLED);
  client.setRequestHandler('elicitation/create', () => ELICITED);
  client.setRequestHandler('roots/list', () => ROOTS);
  await client.connect(new HttpV2(new URL(url)));
  return {
    call: (name, args) => client.callTool({ name, arguments: args }),
    changes: () => undefined,
    close: () => client.close(),
  };
}

const CLIENTS: Record<string, (gateway: RunningGateway, path: string) => Promise<Hands>> = {
  'SDK 1 over Streamable HTTP': (gateway, path) => v1(new HttpV1(new URL(gateway.route(path)))),
  'SDK 1 over HTTP+SSE': ({ origin }, path) =>
    v1(new SSEClientTransport(new URL(`${origin}/sse/${path}`))),
  'SDK 2, legacy': (gateway, path) => v2(gateway.route(path), 'legacy'),
  'SDK 2, auto': (gateway, path) => v2(gateway.route(path), 'auto'),
  'SDK 2, pinned to 2026-07-28': (gateway, path) => v2(gateway.route(path), { pin: '2026-07-28' }),
};

let gateway: RunningGateway;

before(async () => {
  const servers = { dual: fixture('dual', 'stdio'), legacy: fixture('legacy', 'stdio') };
  gateway = await RunningGateway.start({ servers });
  await gateway.settled();
});

after(async () => {
  await gateway?.stop();
});

for (const [name, open] of Object.entries(CLIENTS)) {
  for (const path of ['dual', 'legacy']) {
    describe(`${name} in front of the ${path} fixture`, { timeout: 180_000 }, () => {
      it('answers by its handlers, and hears of a change of the list', async () => {
        const hands = await open(gateway, path);
        const said = async (tool: string, args: Json = {}) =>
          JSON.stringify(await hands.call(tool, args));
        assert.match(await said('test_sampling', { prompt: 'p' }), /by the SDK/);
        assert.match(await said('test_elicitation', { message: 'm' }), /action=accept.*sdk/);
        assert.match(await said('test_input_required_result_list_roots'), /file:\/\/\/sdk/);
        if (hands.changes() !== undefined) {
          await hands.call('test_trigger_tool_change', {});
          await until(() => (hands.changes() ?? 0) > 0);
        }
        await hands.close();
      });
    });
  }
}
