/**
 * Clients that say one thing to the gateway and another to a server, or more than anybody should have to keep.
 *
 * The servers are puppets that record what reaches them; everything else is the real program.
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { type Json, RunningGateway, textOf } from '../e2e/running-gateway.ts';
import { LegacyClient } from '../support/legacy-client.ts';
import { ModernClient } from '../support/modern-client.ts';
import { Puppets, sendJson } from './puppets.ts';

const REGION = {
  name: 'region',
  inputSchema: {
    type: 'object',
    properties: {
      a: { type: 'string', 'x-mcp-header': 'A' },
      b: { type: 'string', 'x-mcp-header': 'B' },
    },
  },
};

/**
 * Reads its input as Node's readline does, line ends of Unicode included, asks the client one question in each call,
 * and answers with the methods and names of all requests that it has seen.
 */
const LINES = `
  const seen = [];
  let waiting;
  const say = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n');
  const text = (id) => say({ id, result: { content: [{ type: 'text', text: JSON.stringify(seen) }] } });
  require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
    let message;
    try { message = JSON.parse(line); } catch { seen.push('broken line'); return; }
    const { id, method, params } = message;
    if (method !== undefined) seen.push(method + ' ' + (params?.name ?? ''));
    if (method === 'initialize')
      say({ id, result: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'l', version: '1' } } });
    else if (method === 'tools/list') say({ id, result: { tools: [{ name: 'shown', inputSchema: { type: 'object' } }, { name: 'hidden', inputSchema: { type: 'object' } }] } });
    else if (method === 'tools/call') {
      waiting = id;
      say({ id: 'q', method: 'elicitation/create', params: { message: 'm', requestedSchema: {} } });
    } else if (method === undefined && id === 'q') text(waiting);
    else if (id !== undefined && method !== undefined) say({ id, error: { code: -32601, message: 'no' } });
  });
  process.stdin.on('end', () => process.exit(0));`;
/** What readline would take for the end of a line, and a call of a tool that the route does not show. */
const SECOND_LINE = `\u2028${JSON.stringify({ jsonrpc: '2.0', id: 77, method: 'tools/call', params: { name: 'hidden' } })}\u2028`;

describe('a hostile client', () => {
  let puppets: Puppets;
  let gateway: RunningGateway;

  before(async () => {
    puppets = await Puppets.start();
    const tools = JSON.stringify({ tools: [REGION], resultType: 'complete' });
    gateway = await RunningGateway.start({
      servers: {
        modern: puppets.play('modern', { era: 'modern', 'tools/list': tools }),
        legacy: puppets.play('legacy', {}, { headers: { authorization: 'Bearer of-the-gateway' } }),
        lines: { command: process.execPath, args: ['-e', LINES] },
      },
      virtual: { few: { tools: ['lines.shown'] } },
    });
    await gateway.settled();
  });
  after(async () => {
    await gateway?.stop();
    puppets?.stop();
  });

  function callsAt(path: string): { headers: Json; body: string }[] {
    return puppets.got.filter((got) => got.path === path && got.body.includes('"tools/call"'));
  }

  it('cannot let a header say what the arguments do not', async () => {
    const client = new ModernClient(gateway.route('modern'));
    const lies: Record<string, string>[] = [
      { 'mcp-param-a': 'x', 'mcp-param-b': 'evil' },
      { 'mcp-param-b': 'y' },
      { 'mcp-param-a': 'evil', 'mcp-param-b': 'y' },
    ];
    for (const headers of lies) {
      const { status, error } = await client.call('region', { a: 'x', b: 'y' }, { headers });
      assert.equal(status, 400);
      assert.equal(error?.code, -32020);
    }
    // The value of one header is the name of another: a search through both would take it for that.
    const crafted = {
      'mcp-param-a': 'mcp-param-b',
      'mcp-param-aa': 'x',
      'mcp-param-b': 'evil',
    };
    const args = { a: 'mcp-param-b', b: 'mcp-param-aa' };
    assert.equal((await client.call('region', args, { headers: crafted })).status, 400);
    assert.equal(callsAt('/modern').length, 0, 'none has reached the server');
  });

  it('cannot hand a server headers that no tool declares, nor its own credentials', async () => {
    const headers = {
      'mcp-param-a': 'x',
      'mcp-param-b': '=?base64?eQ==?=',
      'mcp-param-other': 'undeclared',
      authorization: 'Bearer of-the-client',
      cookie: 'session=of-the-client',
      'x-forwarded-for': '1.2.3.4',
    };
    const client = new ModernClient(gateway.route('modern'));
    assert.equal(textOf(await client.call('region', { a: 'x', b: 'y' }, { headers })), 'honest');
    const sent = callsAt('/modern').at(-1)!.headers;
    assert.deepEqual([sent['mcp-param-a'], sent['mcp-param-b']], ['x', 'y']);
    assert.equal(sent['mcp-param-other'], undefined);
    assert.ok(!JSON.stringify(sent).includes('of-the-client'));
    assert.ok(!JSON.stringify(sent).includes('1.2.3.4'));
    await new ModernClient(gateway.route('legacy')).call('echo', {}, { headers });
    assert.equal(callsAt('/legacy').at(-1)!.headers.authorization, 'Bearer of-the-gateway');
  });

  it('of the legacy era cannot say to a modern server what only the gateway may', async () => {
    const client = await LegacyClient.open(gateway.route('modern'));
    const meta = {
      'io.modelcontextprotocol/clientCapabilities': { sampling: {} },
      'io.modelcontextprotocol/logLevel': 'debug',
      'io.modelcontextprotocol/clientInfo': { name: 'forged', version: '1' },
      progressToken: 'mine',
      'example.com/own': 1,
    };
    const params = { requestState: 'of-another', inputResponses: { a: 1 }, name: 'region' };
    await client.request('tools/call', params, { meta });
    const { body } = callsAt('/modern').at(-1)!;
    for (const key of ['clientCapabilities', 'clientInfo', 'protocolVersion', 'progressToken']) {
      assert.equal(body.split(`${key}"`).length - 1, 1, `${key} once in ${body}`);
    }
    const sent = JSON.parse(body) as { params: Json & { _meta: Json } };
    assert.deepEqual(sent.params._meta['io.modelcontextprotocol/clientCapabilities'], {});
    assert.equal(sent.params._meta['io.modelcontextprotocol/logLevel'], undefined);
    assert.equal(sent.params._meta['example.com/own'], 1);
    assert.notEqual(sent.params._meta.progressToken, 'mine');
    assert.equal(sent.params.requestState, undefined);
    assert.equal(sent.params.inputResponses, undefined);
    // Nothing else was in the params: what is left must still be JSON.
    await client.request('completion/complete', {});
    await client.request('x/y', { requestState: 'a', inputResponses: {} });
    await client.request('x/z', { inputResponses: {}, a: 1, requestState: 'b', b: 2 });
    const last = JSON.parse(puppets.got.findLast(({ body: b }) => b.includes('x/z'))!.body);
    assert.deepEqual([last.params.a, last.params.b], [1, 2]);
    assert.ok(puppets.got.some(({ body: b }) => b.includes('"x/y"')));
    await client.close();
  });

  it('cannot write a second line to a server that ends lines at U+2028', async () => {
    const answer = () => ({ action: 'accept', content: { [SECOND_LINE]: SECOND_LINE } });
    const legacy = await LegacyClient.open(gateway.route('v/few'), {
      capabilities: { elicitation: { [SECOND_LINE]: SECOND_LINE } },
      answers: { 'elicitation/create': answer },
    });
    const seen = [textOf(await legacy.call('shown', { [SECOND_LINE]: SECOND_LINE }))];
    await legacy.close();
    const modern = new ModernClient(gateway.route('v/few'), {
      capabilities: { elicitation: { [SECOND_LINE]: 1 } },
    });
    const asked = await modern.call('shown');
    const requests = asked.result?.inputRequests as Json;
    const inputResponses = Object.fromEntries(Object.keys(requests).map((key) => [key, answer()]));
    const more = { inputResponses, requestState: asked.result?.requestState };
    seen.push(textOf(await modern.call('shown', {}, { more })));
    for (const each of seen) {
      assert.ok(!each.includes('tools/call hidden'), each);
      assert.ok(!each.includes('broken line'), each);
      assert.ok(each.includes('tools/call shown'), each);
    }
  });

  it('is refused ids, tokens, names and URIs that nobody should have to keep', async () => {
    const client = await LegacyClient.open(gateway.url);
    const id = 'i'.repeat(1_000_000);
    const { status } = await client.post({ jsonrpc: '2.0', id, method: 'tools/list' });
    assert.equal(status, 400);
    const params = { name: 'x', _meta: { progressToken: id } };
    assert.equal(
      (await client.post({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })).status,
      400,
    );
    for (const uri of [`file:///${id}`, `sluice://legacy/${id}`]) {
      assert.ok((await client.request('resources/read', { uri })).error !== undefined);
      assert.ok((await client.request('resources/subscribe', { uri })).error !== undefined);
    }
    for (const capabilities of [{ [id]: {} }, { sampling: { a: id } }]) {
      const refused = await new ModernClient(gateway.url, { capabilities }).request('tools/list');
      assert.equal(refused.error?.code, -32602);
    }
    await client.close();
  });

  it('finds no method in a prototype, and no bug by odd parameters', async () => {
    const legacy = await LegacyClient.open(gateway.url);
    const modern = new ModernClient(gateway.url);
    for (const method of [
      'constructor',
      '__proto__',
      'toString',
      'hasOwnProperty',
      '',
      '/',
      'tools/',
    ]) {
      assert.equal((await legacy.request(method)).error?.code, -32601, method);
      assert.equal(
        (await modern.request(method)).error?.code,
        method === '' ? -32020 : -32601,
        method,
      );
    }
    const odd: [string, Json][] = [
      ['completion/complete', { ref: { type: 'ref/prompt', name: { toString: 1 } } }],
      ['completion/complete', { ref: null }],
      ['completion/complete', { ref: 'x' }],
      ['tools/list', { cursor: { toString: 1 } }],
      ['tools/list', { cursor: 'bjk5OTk5OTk5' }],
      ['prompts/get', {}],
      ['tools/call', {}],
      ['resources/read', { uri: '' }],
      ['resources/read', { uri: 'sluice://' }],
      ['resources/read', { uri: 'sluice://legacy/%' }],
      ['logging/setLevel', { level: { toString: 1 } }],
      [
        'subscriptions/listen',
        { notifications: { resourceSubscriptions: [1, null, 'x'.repeat(100_000)] } },
      ],
      ['subscriptions/listen', { notifications: [] }],
    ];
    for (const [method, params] of odd) {
      const answer = await legacy.request(method, params);
      assert.notEqual(answer.error?.code, -32603, `${method} ${JSON.stringify(params)}`);
      if (method === 'subscriptions/listen') continue;
      assert.notEqual((await modern.request(method, params)).error?.code, -32603, method);
    }
    assert.ok(!gateway.process.stderr().includes('by a bug'));
    await legacy.close();
  });

  it('cannot cancel, answer or end what belongs to another session', async () => {
    let release: (() => void) | undefined;
    puppets.scripts.set('/legacy', {
      'tools/call': ({ id }, response) => {
        release = () =>
          sendJson(
            response,
            `{"jsonrpc":"2.0","id":${id},"result":{"content":[{"type":"text","text":"mine"}]}}`,
          );
      },
    });
    const victim = await LegacyClient.open(gateway.url);
    const attacker = await LegacyClient.open(gateway.url);
    const pending = victim.call('legacy__echo');
    while (release === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
    for (let id = 0; id < 20; id++) {
      await attacker.notify('notifications/cancelled', { requestId: id });
      await attacker.post({ jsonrpc: '2.0', id, result: { forged: true } });
    }
    await attacker.close();
    release();
    assert.equal(textOf(await pending), 'mine');
    puppets.scripts.set('/legacy', {});
    await victim.close();
  });
});

describe('a body in chunks of one byte', { timeout: 180_000 }, () => {
  const PEAK = /VmHWM:\s+(\d+) kB/;

  /** The most memory that the process ever had, in MiB. */
  function peakMib(pid: number): number {
    const found = PEAK.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Number(found?.[1] ?? 0) / 1024;
  }

  for (const front of ['node', 'uws']) {
    it(`takes its own size in memory, not that of its chunks: ${front}`, async (t) => {
      // A busy machine may take long for so many chunks: what is too slow is another test's.
      const listen = { front, bodyMs: 100_000 };
      const gateway = await RunningGateway.start({ servers: {}, listen }).catch(() => null);
      if (gateway === null) return t.skip('this front end does not load here');
      t.after(() => gateway.stop());
      const { port } = new URL(gateway.url);
      const before = peakMib(gateway.process.pid);
      const socket = connect(Number(port), '127.0.0.1');
      socket.on('error', () => {});
      socket.write(
        'POST /mcp HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n',
      );
      const answer = new Promise<string>((resolve) => {
        socket.once('data', (chunk) => resolve(String(chunk)));
        socket.once('close', () => resolve('closed without an answer'));
      });
      const piece = Buffer.from('1\r\n \r\n'.repeat(16 * 1024));
      for (let sent = 0; sent < 3 * 64; sent++) {
        const isRead =
          socket.write(piece) || new Promise((resolve) => socket.once('drain', resolve));
        // Where it is refused before its end, nobody reads the rest.
        await Promise.race([isRead, answer]);
      }
      socket.write('0\r\n\r\n');
      assert.match(await answer, /^HTTP\/1\.1 400 /);
      socket.destroy();
      const grown = peakMib(gateway.process.pid) - before;
      assert.ok(grown < 120, `${grown} MiB for 3 MiB`);
    });
  }
});
