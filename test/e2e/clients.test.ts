/**
 * Clients that people use, none of them ours, in front of the reference servers: each connects, lists, calls tools of
 * several servers, reads a resource and gets a prompt, on both front ends and through `sluice stdio`.
 */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createMCPClient } from '@ai-sdk/mcp';
import {
  Client as ClientV2,
  StreamableHTTPClientTransport as HttpV2,
} from '@modelcontextprotocol/client';
import { StdioClientTransport as StdioV2 } from '@modelcontextprotocol/client/stdio';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { skipOf } from '../support/fronts.ts';
import { runProcess } from '../support/spawn.ts';
import { compiled, projectFolder, temporaryFolder } from '../support/temp.ts';
import { NOTE, referenceHouse } from './reference-house.ts';
import { type Json, RunningGateway } from './running-gateway.ts';

const house = referenceHouse();
const INFO = { name: 'e2e', version: '1.0.0' };
const BIN = join(projectFolder(), 'node_modules/.bin');

/** What every client can do; results as they came. */
interface Hands {
  tools(): Promise<string[]>;
  call(name: string, args: Json): Promise<unknown>;
  resources(): Promise<string[]>;
  read(uri: string): Promise<unknown>;
  prompt(name: string): Promise<unknown>;
  close(): Promise<unknown>;
}

type Open = (gateway: RunningGateway) => Promise<Hands>;

function handsOf(client: ClientV1 | ClientV2): Hands {
  return {
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: (name, args) => client.callTool({ name, arguments: args }),
    resources: async () => (await client.listResources()).resources.map(({ uri }) => uri),
    read: (uri) => client.readResource({ uri }),
    prompt: (name) => client.getPrompt({ name }),
    close: () => client.close(),
  };
}

async function v1(transport: object): Promise<Hands> {
  const client = new ClientV1(INFO);
  await client.connect(transport as Transport);
  return handsOf(client);
}

type Mode = 'auto' | 'legacy' | { pin: '2026-07-28' };

async function v2(transport: HttpV2 | StdioV2, mode: Mode): Promise<Hands> {
  const client = new ClientV2(INFO, { versionNegotiation: { mode } });
  await client.connect(transport);
  return handsOf(client);
}

async function aiSdk(url: string): Promise<Hands> {
  const client = await createMCPClient({ transport: { type: 'http', url } });
  return {
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: (name, args) => client.callTool({ name, arguments: args }),
    resources: async () => (await client.listResources()).resources.map(({ uri }) => uri),
    read: (uri) => client.readResource({ uri }),
    prompt: (name) => client.experimental_getPrompt({ name }),
    close: () => client.close(),
  };
}

/** One process per question, as its users call it. */
function inspector(url: string, era: string): Hands {
  const home = temporaryFolder('inspector');
  const ask = async (method: string, ...args: string[]): Promise<Json> => {
    const line = [join(BIN, 'mcp-inspector'), '--cli', url, '--transport', 'http'];
    const options = ['--protocol-era', era, '--format', 'json', '--method', method, ...args];
    const done = await runProcess(process.execPath, [...line, ...options], { env: { HOME: home } });
    assert.equal(done.status, 0, done.stderr + done.stdout);
    return JSON.parse(done.stdout) as Json;
  };
  const list = async (method: string, member: string, key: string) => {
    const answer = await ask(method);
    const found = (answer[member] ?? (answer.result as Json | undefined)?.[member]) as Json[];
    return found.map((item) => String(item[key]));
  };
  return {
    tools: () => list('tools/list', 'tools', 'name'),
    call: (name, args) => {
      const pairs = Object.entries(args).flatMap(([k, v]) => ['--tool-arg', `${k}=${v}`]);
      return ask('tools/call', '--tool-name', name, ...pairs);
    },
    resources: () => list('resources/list', 'resources', 'uri'),
    read: (uri) => ask('resources/read', '--uri', uri),
    prompt: (name) => ask('prompts/get', '--prompt-name', name),
    close: async () => {},
  };
}

function mcpRemote(gateway: RunningGateway): StdioV1 {
  return new StdioV1({
    command: process.execPath,
    args: [join(BIN, 'mcp-remote'), gateway.url, '--allow-http', '--transport', 'http-only'],
    env: { HOME: temporaryFolder('mcp-remote'), PATH: process.env.PATH ?? '' },
    stderr: 'ignore',
  });
}

function stdioOf(gateway: RunningGateway) {
  const args = [compiled('src/main.js'), 'stdio', '-c', gateway.file];
  return { command: process.execPath, args, stderr: 'ignore' as const };
}

const QUICK: Record<string, Open> = {
  'SDK 1 over Streamable HTTP': ({ url }) => v1(new HttpV1(new URL(url))),
  'SDK 1 over HTTP+SSE': ({ origin }) => v1(new SSEClientTransport(new URL(`${origin}/sse`))),
  'SDK 2, auto': ({ url }) => v2(new HttpV2(new URL(url)), 'auto'),
  'SDK 2, legacy': ({ url }) => v2(new HttpV2(new URL(url)), 'legacy'),
  'SDK 2, pinned to 2026-07-28': ({ url }) => v2(new HttpV2(new URL(url)), { pin: '2026-07-28' }),
  'the AI SDK': ({ url }) => aiSdk(url),
};

const SLOW: Record<string, Open> = {
  'mcp-remote': (gateway) => v1(mcpRemote(gateway)),
  'SDK 1 over `sluice stdio`': (gateway) => v1(new StdioV1(stdioOf(gateway))),
  'SDK 2 over `sluice stdio`, auto': (gateway) => v2(new StdioV2(stdioOf(gateway)), 'auto'),
  'the Inspector, legacy': async ({ url }) => inspector(url, 'legacy'),
  'the Inspector, modern': async ({ url }) => inspector(url, 'modern'),
};

const FRONTS: Record<string, Record<string, Open>> = { uws: { ...QUICK, ...SLOW }, node: QUICK };

for (const [front, clients] of Object.entries(FRONTS)) {
  describe(`clients on front ${front}`, { timeout: 180_000, skip: skipOf(front) }, () => {
    let gateway: RunningGateway;

    before(async () => {
      gateway = await RunningGateway.start({ listen: { front }, servers: house.servers });
    });

    after(async () => {
      await gateway?.stop();
    });

    for (const [name, open] of Object.entries(clients)) {
      it(`serves ${name}`, async () => {
        const hands = await open(gateway);
        try {
          await useAll(hands);
        } finally {
          await hands.close();
        }
      });
    }
  });
}

async function useAll(hands: Hands): Promise<void> {
  const tools = await hands.tools();
  for (const tool of ['everything__echo', 'files__read_text_file', 'memory__read_graph']) {
    assert.ok(tools.includes(tool), `${tool} is among ${tools}`);
  }
  assert.ok(tools.includes('thinking__sequentialthinking'));
  assert.match(JSON.stringify(await hands.call('everything__echo', { message: 'hi' })), /Echo: hi/);
  const read = await hands.call('files__read_text_file', { path: join(house.data, 'note.txt') });
  assert.ok(JSON.stringify(read).includes(NOTE), JSON.stringify(read));
  const [uri] = await hands.resources();
  assert.ok(uri !== undefined);
  assert.match(JSON.stringify(await hands.read(uri)), /"contents"/);
  assert.match(JSON.stringify(await hands.prompt('everything__simple-prompt')), /"messages"/);
}
