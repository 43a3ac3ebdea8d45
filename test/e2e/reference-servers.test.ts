/**
 * The reference servers behind the gateway: names on each kind of route, every transport of server-everything, and
 * roots that reach the process of the client that has them.
 */

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { freePort } from '../../bench/free-port.ts';
import { LegacyClient } from '../support/legacy-client.ts';
import { ModernClient } from '../support/modern-client.ts';
import { referenceProgram } from '../support/servers.ts';
import { type StartedProcess, startProcess } from '../support/spawn.ts';
import { temporaryFolder } from '../support/temp.ts';
import { answersOf, CAPABILITIES, modernRequest } from './answering.ts';
import { referenceHouse } from './reference-house.ts';
import { type Json, namesOf, RunningGateway, textOf, until } from './running-gateway.ts';

const house = referenceHouse();
let gateway: RunningGateway;
const behind: StartedProcess[] = [];

async function everythingOver(mode: string): Promise<string> {
  const port = await freePort();
  const env = { PORT: String(port) };
  const started = await startProcess(process.execPath, [referenceProgram('everything'), mode], {
    env,
  });
  behind.push(started);
  await until(() => /listening|running/i.test(started.stdout() + started.stderr()));
  return `http://127.0.0.1:${port}`;
}

before(async () => {
  const [http, sse] = await Promise.all([everythingOver('streamableHttp'), everythingOver('sse')]);
  gateway = await RunningGateway.start({
    servers: {
      ...house.servers,
      'every-http': { url: `${http}/mcp` },
      'every-sse': { url: `${sse}/sse`, transport: 'sse' },
    },
    virtual: {
      desk: {
        tools: ['files.read_*', 'memory.*_graph'],
        rename: { 'everything.echo': 'say', 'thinking.sequentialthinking': 'think' },
      },
      one: { tools: ['memory.*'] },
    },
  });
  await gateway.settled();
});

after(async () => {
  await gateway?.stop();
  for (const server of behind) await server.stop();
});

describe('names of the reference servers', { timeout: 180_000 }, () => {
  it('carry the name of their server on /mcp, and only there', async () => {
    const all = namesOf(await new ModernClient(gateway.url).request('tools/list'));
    for (const [server, path] of [
      ['everything', 'everything'],
      ['files', 'files'],
      ['memory', 'memory'],
      ['thinking', 'thinking'],
      ['every-http', 'every-http'],
      ['every-sse', 'every-sse'],
    ] as const) {
      const own = namesOf(await new ModernClient(gateway.route(path)).request('tools/list'));
      assert.ok(own.length > 0);
      const prefixed = all.filter((name) => name.startsWith(`${server}__`));
      assert.deepEqual(
        prefixed,
        own.map((name) => `${server}__${name}`),
      );
    }
    assert.ok(all.every((name) => /^[A-Za-z0-9_-]{1,64}$/.test(name)));
    assert.equal(new Set(all).size, all.length);
  });

  it('keep the order of the configuration, then that of the server', async () => {
    const all = namesOf(await new ModernClient(gateway.url).request('tools/list'));
    const servers = [...new Set(all.map((name) => name.slice(0, name.indexOf('__'))))];
    const expected = ['everything', 'files', 'memory', 'thinking', 'every-http', 'every-sse'];
    assert.deepEqual(servers, expected);
  });

  it('are the same to a legacy client and on a second listing', async () => {
    const modern = namesOf(await new ModernClient(gateway.url).request('tools/list'));
    const client = await LegacyClient.open(gateway.url);
    assert.deepEqual(namesOf(await client.request('tools/list')), modern);
    assert.deepEqual(namesOf(await client.request('tools/list')), modern);
    await client.close();
  });
});

describe('a virtual server', { timeout: 180_000 }, () => {
  it('shows what its patterns choose, and renamed tools under their new names', async () => {
    const client = new ModernClient(gateway.route('v/desk'));
    const names = namesOf(await client.request('tools/list'));
    assert.deepEqual(names, [
      'say',
      'files__read_file',
      'files__read_text_file',
      'files__read_media_file',
      'files__read_multiple_files',
      'memory__read_graph',
      'think',
    ]);
    assert.match(textOf(await client.call('say', { message: 'v' })), /Echo: v/);
    assert.equal((await client.call('memory__read_graph')).error, undefined);
  });

  it('answers for everything else as if it did not exist', async () => {
    const client = new ModernClient(gateway.route('v/desk'));
    const unknown = (await client.call('no_such_tool')).error;
    for (const name of ['files__write_file', 'everything__echo', 'everything__get-env', 'echo']) {
      assert.deepEqual((await client.call(name)).error, unknown);
    }
    const { result } = await client.request('resources/list');
    assert.deepEqual(result?.resources, []);
    const { error } = await client.request('prompts/get', { name: 'everything__simple-prompt' });
    assert.ok(error !== undefined);
    const list = await client.request('prompts/list');
    assert.deepEqual(list.result?.prompts, []);
  });

  it('of one server has no prefix under `auto`', async () => {
    const names = namesOf(await new ModernClient(gateway.route('v/one')).request('tools/list'));
    assert.ok(names.includes('read_graph'), names.join());
  });

  it('that is not configured, or not a name, is not an endpoint', async () => {
    for (const path of ['v/none', 'none', 'v', 'v/desk/x', '__proto__', 'v/constructor', '']) {
      const { status } = await new ModernClient(gateway.route(path)).request('tools/list');
      assert.equal(status, 404, path);
    }
  });
});

for (const name of ['everything', 'every-http', 'every-sse']) {
  describe(`server-everything as ${name}`, { timeout: 180_000 }, () => {
    it('shows a client what it shows to one of its capabilities', async () => {
      const none = new ModernClient(gateway.route(name));
      const all = new ModernClient(gateway.route(name), { capabilities: CAPABILITIES });
      const few = namesOf(await none.request('tools/list'));
      const many = namesOf(await all.request('tools/list'));
      assert.ok(many.length > few.length, `${few.length} and ${many.length}`);
      assert.ok(many.includes('trigger-sampling-request'));
      assert.ok(!few.includes('trigger-sampling-request'));
    });

    it('samples and elicits through the gateway in either era', async () => {
      const url = gateway.route(name);
      const answers = answersOf('eve');
      const legacy = await LegacyClient.open(url, { capabilities: CAPABILITIES, answers });
      const modern = new ModernClient(url, { capabilities: CAPABILITIES });
      const sampling = { name: 'trigger-sampling-request', arguments: { prompt: 'x' } };
      assert.match(JSON.stringify(await legacy.request('tools/call', sampling)), /sampled by eve/);
      const sampled = await modernRequest(modern, 'tools/call', sampling, answers);
      assert.match(JSON.stringify(sampled.result), /sampled by eve/);
      const elicit = { name: 'trigger-elicitation-request', arguments: {} };
      assert.match(JSON.stringify(await legacy.request('tools/call', elicit)), /eve/);
      const elicited = await modernRequest(modern, 'tools/call', elicit, answers);
      assert.match(JSON.stringify(elicited.result), /eve/);
      await legacy.close();
    });

    it('reports progress of a long operation', async () => {
      const client = await LegacyClient.open(gateway.route(name));
      const { messages, result } = await client.request(
        'tools/call',
        { name: 'trigger-long-running-operation', arguments: { duration: 0.2, steps: 4 } },
        { meta: { progressToken: 7 } },
      );
      assert.ok(result !== undefined);
      const steps = messages.filter(({ method }) => method === 'notifications/progress');
      assert.deepEqual(
        steps.map(({ params }) => params?.progressToken),
        [7, 7, 7, 7],
      );
      await client.close();
    });

    it('reads its resources, listed and of templates', async () => {
      const client = new ModernClient(gateway.route(name));
      const { result } = await client.request('resources/list');
      const [first] = (result?.resources ?? []) as { uri: string }[];
      assert.ok(first !== undefined);
      const read = await client.request('resources/read', { uri: first.uri });
      assert.ok(read.result?.contents !== undefined, JSON.stringify(read.error));
      const uri = 'demo://resource/dynamic/text/1';
      const dynamic = await client.request('resources/read', { uri });
      assert.ok(dynamic.result?.contents !== undefined, JSON.stringify(dynamic.error));
    });
  });
}

describe('roots of a client', { timeout: 180_000 }, () => {
  function rootsOf(folder: string): Json {
    return { roots: [{ uri: pathToFileURL(folder).href, name: 'root' }] };
  }

  function folderWith(words: string): string {
    const folder = join(temporaryFolder('root'), 'here');
    mkdirSync(folder);
    writeFileSync(join(folder, 'mine.txt'), words);
    return folder;
  }

  async function open(folder: () => string) {
    return await LegacyClient.open(gateway.route('files'), {
      capabilities: { roots: { listChanged: true } },
      answers: { 'roots/list': () => rootsOf(folder()) },
    });
  }

  it('are honoured by its own process of server-filesystem, and by no other', async () => {
    const [a, b] = [folderWith('of a'), folderWith('of b')];
    const [one, two] = await Promise.all([open(() => a), open(() => b)]);
    const allowed = async (client: LegacyClient) =>
      textOf(await client.call('list_allowed_directories'));
    const [ofOne, ofTwo] = await Promise.all([allowed(one), allowed(two)]);
    assert.ok(ofOne.includes(a) && !ofOne.includes(b), ofOne);
    assert.ok(ofTwo.includes(b) && !ofTwo.includes(a), ofTwo);
    const path = join(a, 'mine.txt');
    assert.equal(textOf(await one.call('read_text_file', { path })), 'of a');
    const denied = await two.call('read_text_file', { path });
    assert.equal(denied.result?.isError, true);
    const plain = await LegacyClient.open(gateway.route('files'));
    assert.ok((await allowed(plain)).includes(house.data));
    assert.ok(!(await allowed(plain)).includes(a));
    for (const client of [one, two, plain]) await client.close();
  });

  it('that change reach the process', async () => {
    let folder = folderWith('first');
    const client = await open(() => folder);
    // Asked of its own accord, a server has no stream of a request to ask on.
    const stream = await client.listen();
    const allowed = async () => textOf(await client.call('list_allowed_directories'));
    await until(async () => (await allowed()).includes(folder));
    folder = folderWith('second');
    await client.notify('notifications/roots/list_changed');
    await until(async () => (await allowed()).includes(folder));
    await client.close();
    await stream.ended;
  });

  it('of a modern client are asked for within the call', async () => {
    const folder = folderWith('modern');
    const client = new ModernClient(gateway.route('files'), { capabilities: { roots: {} } });
    const answers = { 'roots/list': () => rootsOf(folder) };
    const params = { name: 'list_allowed_directories', arguments: {} };
    const answer = await modernRequest(client, 'tools/call', params, answers);
    assert.ok(textOf(answer).includes(folder), textOf(answer));
    const other = folderWith('of another client of the same caller');
    const others = { 'roots/list': () => rootsOf(other) };
    const seen = textOf(await modernRequest(client, 'tools/call', params, others));
    assert.ok(seen.includes(other) && !seen.includes(folder), seen);
  });
});
