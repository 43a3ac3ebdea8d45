/** Limits as clients meet them, in both eras, over HTTP and stdio; places given back by every ending; quotas that outlive kill -9. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { LATEST_MODERN, META } from '../../src/protocol/eras.ts';
import { SseParser } from '../../src/protocol/sse.ts';
import { LegacyClient } from '../support/legacy-client.ts';
import { ACCEPT, type Exchange, type RpcMessage } from '../support/mcp-exchange.ts';
import { ModernClient } from '../support/modern-client.ts';
import { StdioClient } from '../support/stdio-client.ts';
import { temporaryFolder } from '../support/temp.ts';
import { KINDS, Unsteady } from '../support/unsteady.ts';
import { type Json, RunningGateway, textOf, UNINSPECTED, until } from './running-gateway.ts';

const MARK = 'dev.sluice/refusal';

function markOf({ result }: { result?: Json | undefined }): Json {
  return ((result?._meta as Json | undefined)?.[MARK] ?? {}) as Json;
}

function isWithin(answer: Exchange | RpcMessage): boolean {
  return answer.error === undefined && answer.result?.isError !== true;
}

describe('a limit over HTTP', { timeout: 180_000 }, () => {
  let server: Unsteady;
  let gateway: RunningGateway;

  before(async () => {
    server = await Unsteady.start('modern-stdio');
    gateway = await RunningGateway.start({
      ...UNINSPECTED,
      servers: { u: server.entry(), w: server.entry() },
      limits: [
        { id: 'tool', tools: ['u.read'], key: ['caller', 'tool'], rate: '2/h' },
        { id: 'all', key: ['address'], rate: '1000/h' },
        { id: 'loops', tools: ['w.*'], loop: { times: 2 } },
      ],
    });
    await gateway.settled();
  });

  after(async () => {
    await gateway?.stop();
    await server?.stop();
  });

  it('on a tool answers the model with a result that says when to come back, in both eras', async () => {
    const modern = new ModernClient(gateway.route('u'));
    const legacy = await LegacyClient.open(gateway.route('u'));
    assert.ok(isWithin(await modern.call('read', { key: 'a' })));
    assert.ok(isWithin(await legacy.call('read', { key: 'a' })));
    const answers = [await modern.call('read', { key: 'b' }), await legacy.call('read')];
    for (const answer of answers) {
      assert.equal(answer.status, 200);
      assert.equal(answer.result?.isError, true);
      assert.match(textOf(answer), /^too_many_requests: .*"tool".*Try again in 30 min/);
      assert.deepEqual([markOf(answer).code, markOf(answer).limit], ['too_many_requests', 'tool']);
      assert.ok(Number(markOf(answer).retryAfterMs) > 60_000);
    }
    assert.equal(answers[0]?.result?.resultType, 'complete');
    assert.deepEqual(server.runs('b'), []);
    assert.ok(isWithin(await modern.call('write', { key: 'c' })));
    await legacy.close();
  });

  it('on equal calls lets an agent that changes its mind go on', async () => {
    const client = new ModernClient(gateway.route('w'));
    for (const key of ['x', 'x', 'y']) assert.ok(isWithin(await client.call('read', { key })));
    const answer = await client.call('read', { key: 'x' });
    assert.match(textOf(answer), /2 times with the same arguments/);
    assert.equal(server.runs('x').length, 2);
  });

  it('on all that a caller does answers 429 with Retry-After, also for lists', async () => {
    gateway.write({
      ...UNINSPECTED,
      servers: { u: server.entry() },
      limits: [{ id: 'few', rate: '4/h', burst: 4 }],
    });
    const client = new ModernClient(gateway.route('u'));
    await gateway.logs(/configuration loaded/);
    const legacy = await LegacyClient.open(gateway.route('u'));
    let last = await client.request('tools/list');
    for (let n = 0; n < 4 && last.status === 200; n++) last = await client.request('tools/list');
    const answers = [
      last,
      await client.call('read', { key: 'd' }),
      await legacy.call('read', { key: 'd' }),
      await legacy.request('resources/list'),
      // Neither does it open sessions, of which each is recorded.
      (await LegacyClient.open(gateway.route('u'))).initialized,
    ];
    assert.equal(answers.at(-1)?.headers.get('mcp-session-id'), null);
    for (const { status, headers, error } of answers) {
      assert.equal(status, 429);
      const seconds = Number(headers.get('retry-after'));
      assert.ok(seconds > 600 && seconds <= 900, String(seconds));
      assert.deepEqual([error?.data?.code, error?.data?.limit], ['too_many_requests', 'few']);
      assert.ok(Math.abs(Number(error?.data?.retryAfterMs) / 1000 - seconds) <= 1);
    }
    assert.deepEqual(server.runs('d'), []);
    await gateway.logs(/a limit refused calls/);
  });
});

for (const front of ['auto', 'node']) {
  describe(`a limit by address, front ${front}`, { timeout: 180_000 }, () => {
    it('counts each address by itself, in both eras and every transport', async () => {
      const server = await Unsteady.start('legacy-stdio');
      const gateway = await RunningGateway.start({
        ...UNINSPECTED,
        listen: { front },
        servers: { u: server.entry() },
        limits: [{ id: 'address', key: ['address'], tools: ['u.*'], rate: '2/h' }],
      });
      try {
        await gateway.settled();
        const url = gateway.route('u');
        const legacy = await LegacyClient.open(url);
        assert.ok(isWithin(await legacy.call('read')));
        assert.ok(isWithin(await new ModernClient(url).call('read')));
        assert.equal(markOf(await legacy.call('read')).limit, 'address');
        assert.equal(markOf(await new ModernClient(url).call('read')).limit, 'address');
        const answers = [];
        for (let n = 0; n < 3; n++) answers.push(await callFrom('127.0.0.2', url));
        assert.deepEqual(answers.map(isWithin), [true, true, false]);
        await legacy.close();
        // A call counts where it comes from, and not where the stream goes that answers it.
        const old = await OldClient.open(gateway.origin, '127.0.0.1');
        const calls = ['127.0.0.1', '127.0.0.2', '127.0.0.3', '127.0.0.3', '127.0.0.3'];
        const ofOld = [];
        for (const address of calls) ofOld.push(await old.call('read', address));
        assert.deepEqual(ofOld.map(isWithin), [false, false, true, true, false]);
        assert.equal(markOf(ofOld[0]!).limit, 'address');
        old.close();
      } finally {
        await gateway.stop();
        await server.stop();
      }
    });
  });
}

/** A client of HTTP+SSE (2024-11-05) whose POSTs come from whatever address. */
class OldClient {
  readonly #origin: string;
  readonly #stream: ClientRequest;
  readonly #waiting: ((data: string) => void)[] = [];
  readonly #events: string[] = [];
  #path = '';
  #id = 0;

  private constructor(origin: string, localAddress: string) {
    this.#origin = origin;
    const headers = { accept: 'text/event-stream' };
    this.#stream = request(`${origin}/sse`, { localAddress, headers });
    this.#stream.on('response', (response: IncomingMessage) => {
      const parser = new SseParser(1 << 20);
      response.on('error', () => {});
      response.on('data', (chunk: Buffer) => {
        for (const { data } of parser.feed(chunk)) {
          const wake = this.#waiting.shift();
          if (wake === undefined) this.#events.push(data.toString());
          else wake(data.toString());
        }
      });
    });
    this.#stream.on('error', () => {});
    this.#stream.end();
  }

  static async open(origin: string, localAddress: string): Promise<OldClient> {
    const client = new OldClient(origin, localAddress);
    client.#path = await client.#next();
    const hello = { protocolVersion: '2024-11-05', capabilities: {} };
    await client.#ask(
      'initialize',
      { ...hello, clientInfo: { name: 't', version: '1' } },
      localAddress,
    );
    return client;
  }

  call(name: string, address: string): Promise<RpcMessage> {
    return this.#ask('tools/call', { name, arguments: {} }, address);
  }

  close(): void {
    this.#stream.destroy();
  }

  async #ask(method: string, params: Json, localAddress: string): Promise<RpcMessage> {
    const headers = { 'content-type': 'application/json' };
    const sent = request(`${this.#origin}${this.#path}`, { method: 'POST', localAddress, headers });
    sent.end(JSON.stringify({ jsonrpc: '2.0', id: ++this.#id, method, params }));
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    assert.equal(response.statusCode, 202);
    response.resume();
    return JSON.parse(await this.#next()) as RpcMessage;
  }

  #next(): Promise<string> {
    const event = this.#events.shift();
    if (event !== undefined) return Promise.resolve(event);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

/** A modern tools/call by a client at this address. */
async function callFrom(localAddress: string, url: string): Promise<RpcMessage> {
  const meta = {
    [`${META}protocolVersion`]: LATEST_MODERN,
    [`${META}clientCapabilities`]: {},
  };
  const params = { name: 'read', arguments: {}, _meta: meta };
  const headers = {
    ...ACCEPT,
    'mcp-protocol-version': LATEST_MODERN,
    'mcp-method': 'tools/call',
    'mcp-name': 'read',
  };
  const sent = request(url, { method: 'POST', localAddress, headers, timeout: 10_000 });
  sent.end(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return JSON.parse(await text(response)) as RpcMessage;
}

for (const kind of KINDS) {
  describe(`a place in flight at a ${kind} server`, { timeout: 180_000 }, () => {
    let server: Unsteady;
    let gateway: RunningGateway;
    const name = 'write';

    before(async () => {
      server = await Unsteady.start(kind);
      gateway = await RunningGateway.start({
        ...UNINSPECTED,
        servers: { u: server.entry({ timeoutMs: 2000, breaker: { enabled: false } }) },
        limits: [{ id: 'one', concurrent: 1, tools: ['u.write'] }],
      });
      await gateway.settled();
    });

    after(async () => {
      await gateway?.stop();
      await server?.stop();
    });

    const isFree = async () => isWithin(await new ModernClient(gateway.route('u')).call(name));
    /** Hangs at the server; the place is seen to be taken before this resolves. */
    const isTaken = async (key: string) => {
      await until(() => server.runs(key).length > 0);
      const refused = await new ModernClient(gateway.route('u')).call(name);
      assert.equal(markOf(refused).limit, 'one');
    };

    it('is free again after an answer, an error and a deadline', async () => {
      const client = new ModernClient(gateway.route('u'));
      assert.ok(await isFree());
      for (const fail of ['internal', 'error', 'hang']) {
        const answer = await client.call(name, { key: `${kind}-${fail}`, until: 1, fail });
        assert.ok(!isWithin(answer), fail);
        assert.ok(await isFree(), fail);
      }
    });

    it('is free again after the server crashed', async () => {
      const client = new ModernClient(gateway.route('u'));
      const answer = await client.call(name, { key: `${kind}-crash`, until: 9, fail: 'crash' });
      assert.ok(!isWithin(answer));
      await until(isFree);
    });

    it('is free again when a modern client leaves', async () => {
      const client = new ModernClient(gateway.route('u'));
      const gone = new AbortController();
      const key = `${kind}-leaves`;
      const args = { key, until: 9, fail: 'hang' };
      const call = client.call(name, args, { signal: gone.signal }).catch(() => 'gone');
      await isTaken(key);
      gone.abort();
      assert.equal(await call, 'gone');
      await until(isFree);
    });

    it('is free again when a legacy client cancels, and when its session ends', async () => {
      for (const way of ['cancels', 'ends']) {
        const legacy = await LegacyClient.open(gateway.route('u'));
        const key = `${kind}-${way}`;
        const params = { name, arguments: { key, until: 9, fail: 'hang' } };
        const call = legacy
          .post({ jsonrpc: '2.0', id: 77, method: 'tools/call', params })
          .catch(() => 'cut');
        await isTaken(key);
        if (way === 'cancels') await legacy.notify('notifications/cancelled', { requestId: 77 });
        else await legacy.close();
        await until(isFree);
        await call;
      }
    });
  });
}

describe('a limit over stdio', { timeout: 180_000 }, () => {
  it('answers in both eras, whole as an error and for tools as a result', async () => {
    const server = await Unsteady.start('legacy-stdio');
    const limits = [
      { id: 'tool', tools: ['u.read'], rate: '1/h' },
      { id: 'all', rate: '4/h' },
    ];
    const client = await StdioClient.gateway({ servers: { u: server.entry() }, limits });
    try {
      assert.ok(isWithin(await client.modern('tools/call', { name: 'read', arguments: {} })));
      const refused = await client.modern('tools/call', { name: 'read', arguments: {} });
      assert.equal(markOf(refused).limit, 'tool');
      let last: RpcMessage = refused;
      for (let n = 0; n < 4 && last.error === undefined; n++) {
        last = await client.modern('tools/list');
      }
      assert.deepEqual([last.error?.code, last.error?.data?.limit], [4290, 'all']);
      assert.ok(Number(last.error?.data?.retryAfterMs) > 0);
    } finally {
      await client.process.stop();
    }
  });
});

describe('a quota', { timeout: 180_000 }, () => {
  it('outlives kill -9 and a restart, and is for one process at a time', async () => {
    const server = await Unsteady.start('legacy-stdio');
    const state = { dir: join(temporaryFolder('limits'), 'state') };
    const quota = (count: number) => ({ id: 'month', tools: ['u.*'], quota: `${count}/month` });
    const config = (count: number) => ({
      ...UNINSPECTED,
      servers: { u: server.entry() },
      state,
      limits: [quota(count)],
    });
    const journal = join(state.dir, 'quotas.journal');
    const calls = async (gateway: RunningGateway, most: number) => {
      const client = new ModernClient(gateway.route('u'));
      let passed = 0;
      while (passed < most && isWithin(await client.call('read'))) passed += 1;
      return passed;
    };

    const first = await RunningGateway.start(config(10));
    await first.settled();
    assert.equal(await calls(first, 4), 4);
    await until(() => countIn(journal) === 4);
    await assert.rejects(RunningGateway.start(config(10)), /counts quotas here/);
    first.process.child.kill('SIGKILL');
    await first.process.exited;

    const second = await RunningGateway.start(config(10));
    await second.settled();
    assert.equal(await calls(second, 3), 3);
    await second.stop();

    const third = await RunningGateway.start(config(9));
    await third.settled();
    assert.equal(await calls(third, 99), 2);
    await third.stop();
    await server.stop();
  });
});

/** The count of the last record: see journal.ts for the form. */
function countIn(journal: string): number {
  const bytes = existsSync(journal) ? readFileSync(journal) : Buffer.alloc(0);
  return bytes.length < 24 + 36 ? 0 : bytes.readDoubleLE(bytes.length - 12);
}
