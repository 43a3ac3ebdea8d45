/** The ways to a remote server: certificates, client certificates, HTTP/2, proxies; and what can be wrong with each. */

import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, utimesSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { after, afterEach, describe, it } from 'node:test';
import { freePort } from '../../bench/free-port.ts';
import type { Refusal } from '../../src/protocol/refusal.ts';
import { Authority, type Certificate, pem } from '../support/certificates.ts';
import { ForwardProxy, type ProxyOptions } from '../support/forward-proxy.ts';
import { type Json, User } from './link-user.ts';
import {
  type Got,
  json,
  modernHello,
  result,
  ScriptedHttp,
  type Secure,
  stream,
} from './scripted-http.ts';

const authority = new Authority();
const stranger = new Authority('Somebody Else');
const server = authority.issue('server', 'DNS:localhost,DNS:server.test,IP:127.0.0.1');

const stops: (() => unknown)[] = [];
const stopAll = async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
};
afterEach(stopAll);
after(stopAll);

function answer(got: Got, response: ServerResponse): void {
  if (!modernHello(got, response)) json(response, result(got.rpc.id, { peer: got.peer }));
}

async function serve(secure?: Secure, answers = answer): Promise<ScriptedHttp> {
  const started = await ScriptedHttp.start(answers, secure);
  stops.push(() => started.stop());
  return started;
}

function at({ port }: ScriptedHttp, host = '127.0.0.1', scheme = 'https'): string {
  return `${scheme}://${host}:${port}/mcp`;
}

async function tryTo(entry: Json, environment: NodeJS.ProcessEnv = {}): Promise<User | Refusal> {
  const user = new User();
  user.environment = environment;
  const link = await user.connect({ startMs: 10_000, ...entry });
  if ('words' in link) {
    const told = JSON.stringify(link) + user.log.text;
    assert.ok(!/s3cret|PRIVATE KEY/.test(told), told);
    return link;
  }
  stops.push(() => link.close());
  return user;
}

async function open(entry: Json, environment: NodeJS.ProcessEnv = {}): Promise<User> {
  const user = await tryTo(entry, environment);
  assert.ok(user instanceof User, 'words' in user ? user.words : '');
  return user;
}

/** Why it could not be reached, in the words for the operator. */
async function refused(entry: Json, environment: NodeJS.ProcessEnv = {}): Promise<string> {
  const refusal = await tryTo(entry, environment);
  assert.ok(!(refusal instanceof User), 'it was reached');
  assert.equal(refusal.code, 'backend_unavailable');
  return refusal.words;
}

describe('a server with a private authority', () => {
  it('is reached with `tls.ca`, and with nothing else', async () => {
    const url = at(await serve(pem(server)));
    const user = await open({ url, tls: { ca: authority.ca } });
    assert.ok((await user.ask('tools/list')).reply);
    assert.match(await refused({ url }), /authority.*tls\.ca/);
    assert.match(await refused({ url, tls: { ca: stranger.ca } }), /authority.*tls\.ca/);
  });

  it('must have the name of its URL, or the one that the file says', async () => {
    const other = authority.issue('other', 'DNS:inner.test');
    const url = at(await serve(pem(other)));
    assert.match(await refused({ url, tls: { ca: authority.ca } }), /another name/);
    await open({ url, tls: { ca: authority.ca, servername: 'inner.test' } });
  });

  it('is not reached with files that cannot be used, which are not quoted', async () => {
    const url = at(await serve(pem(server)));
    const ca = join(authority.folder, 'none.pem');
    assert.match(await refused({ url, tls: { ca } }), /tls\.ca cannot be read \(ENOENT\)/);
    const { cert } = authority.issue('one');
    const { key } = authority.issue('two');
    assert.match(
      await refused({ url, tls: { ca: authority.ca, cert, key } }),
      /the key that belongs/,
    );
  });

  it('that speaks no TLS is named as such', async () => {
    assert.match(await refused({ url: at(await serve()) }), /TLS/);
  });
});

describe('a server that wants a client certificate', () => {
  const mutual: Secure = {
    ...pem(server),
    ca: readFileSync(authority.ca),
    requestCert: true,
    rejectUnauthorized: true,
  };

  const peerOf = async (user: User) => (await user.ask('who')).reply?.result;

  it('gets it, and without one is not reached', async () => {
    const url = at(await serve(mutual));
    const agent = authority.issue('agent-a');
    const user = await open({ url, tls: { ca: authority.ca, ...agent } });
    assert.deepEqual(await peerOf(user), { peer: 'agent-a' });
    assert.match(await refused({ url, tls: { ca: authority.ca } }), /certificate|closed/);
    const foreign = stranger.issue('agent-a');
    await refused({ url, tls: { ca: authority.ca, ...foreign } });
  });

  it('shares no connection between two certificates', async () => {
    const started = await serve(mutual);
    const users: User[] = [];
    for (const name of ['agent-b', 'agent-c']) {
      const agent = authority.issue(name);
      users.push(await open({ url: at(started), tls: { ca: authority.ca, ...agent } }));
    }
    for (const [index, user] of users.entries()) {
      assert.deepEqual(await peerOf(user), { peer: index === 0 ? 'agent-b' : 'agent-c' });
    }
  });

  it('gets the renewed one on the next connection', async () => {
    const started = await serve(mutual);
    const cert = join(authority.folder, 'live.pem');
    const key = join(authority.folder, 'live.key');
    const put = (from: Certificate, seconds: number) => {
      copyFileSync(from.cert, cert);
      copyFileSync(from.key, key);
      utimesSync(cert, seconds, seconds);
    };
    put(authority.issue('before'), 1_000_000);
    const user = await open({ url: at(started), tls: { ca: authority.ca, cert, key } });
    assert.deepEqual(await peerOf(user), { peer: 'before' });
    put(authority.issue('renewed'), 2_000_000);
    started.cut();
    let peer: unknown;
    // The cut may reach us with the first request.
    for (let tries = 0; tries < 5 && peer === undefined; tries += 1) peer = await peerOf(user);
    assert.deepEqual(peer, { peer: 'renewed' });
  });
});

describe('HTTP/2', () => {
  const h2: Secure = { ...pem(server), http2: true };
  const tls = { ca: authority.ca };

  it('carries many calls at once on few connections, streams among them', async () => {
    const started = await serve(h2, (got, response) => {
      if (modernHello(got, response)) return;
      if (got.rpc.method !== 'streamed')
        return json(response, result(got.rpc.id, { n: got.rpc.id }));
      stream(response);
      response.end(`data: ${JSON.stringify(result(got.rpc.id, { n: got.rpc.id }))}\n\n`);
    });
    const user = await open({ url: at(started), tls, http2: true });
    const sent = Array.from({ length: 60 }, (_, n) =>
      user.send(n % 2 === 0 ? 'plain' : 'streamed'),
    );
    for (const { id, outcome } of sent) assert.deepEqual((await outcome).reply?.result, { n: id });
    assert.ok(started.got.every(({ version }) => version === '2.0'));
    assert.ok(started.connections <= 3, `${started.connections} connections`);
  });

  it('cancels by closing the stream, and the others go on', async () => {
    let closed = 0;
    const started = await serve(h2, (got, response) => {
      if (modernHello(got, response)) return;
      if (got.rpc.method === 'hang') {
        stream(response);
        response.write('data: {"jsonrpc":"2.0","method":"notifications/message","params":{}}\n\n');
        response.on('close', () => {
          closed += 1;
        });
      } else json(response, result(got.rpc.id, { closed }));
    });
    const user = await open({ url: at(started), tls, http2: true });
    const hanging = user.send('hang');
    await user.until(() => hanging.messages.length > 0);
    user.link.cancel(hanging.id, 'enough');
    let seen: unknown = 0;
    for (let tries = 0; tries < 500 && seen !== 1; tries += 1) {
      seen = ((await user.ask('look')).reply as { result: Json }).result.closed;
    }
    assert.equal(seen, 1);
  });

  it('writes no request twice when the connection breaks', async () => {
    let held = 0;
    const started = await serve(h2, (got, response) => {
      if (modernHello(got, response)) return;
      if (got.rpc.method !== 'hold') return json(response, result(got.rpc.id, {}));
      held += 1;
      if (held === 10) started.cut();
    });
    const user = await open({ url: at(started), tls, http2: true, connections: 1, failuresMax: 0 });
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => user.ask('hold')));
    for (const { refusal, ran } of outcomes) {
      assert.equal(refusal?.code, 'backend_unavailable');
      assert.equal(ran, 'maybe');
    }
    assert.ok((await user.ask('next')).reply);
    const ids = started.got.filter(({ rpc }) => rpc.method === 'hold').map(({ rpc }) => rpc.id);
    assert.equal(new Set(ids).size, ids.length, 'each was seen once');
    assert.equal(ids.length, 10);
  });

  it('is not quietly replaced by HTTP/1.1', async () => {
    const url = at(await serve(pem(server)));
    assert.match(await refused({ url, tls, http2: true }), /HTTP\/2|TLS|closed|ALPN/i);
    const user = await open({ url, tls });
    assert.ok((await user.ask('tools/list')).reply);
  });
});

describe('a proxy', () => {
  const tls = { ca: authority.ca };

  async function proxy(options: ProxyOptions = {}): Promise<ForwardProxy> {
    const started = await ForwardProxy.start(options);
    stops.push(() => started.stop());
    return started;
  }

  it('of the environment is asked for a tunnel to https, and for whole URLs of http', async () => {
    const via = await proxy();
    const [safe, plain] = [await serve(pem(server)), await serve()];
    const environment = { https_proxy: via.url, HTTP_PROXY: via.url.slice('http://'.length) };
    const secure = await open({ url: at(safe, 'server.test'), tls }, environment);
    const headers = { authorization: 'Bearer s3cret' };
    const clear = await open({ url: at(plain, 'plain.test', 'http'), headers }, environment);
    assert.ok((await secure.ask('tools/list')).reply);
    assert.ok((await clear.ask('tools/list')).reply);
    assert.ok(via.seen.includes(`CONNECT server.test:${safe.port}`));
    assert.ok(via.seen.includes(`http://plain.test:${plain.port}/mcp`));
    assert.equal(plain.got.at(-1)?.headers.host, `plain.test:${plain.port}`);
    assert.equal(plain.got.at(-1)?.headers.authorization, 'Bearer s3cret');
    assert.equal(plain.got.at(-1)?.headers['proxy-authorization'], undefined);
  });

  it('of the environment is passed by for loopback, NO_PROXY and `none`', async () => {
    const dead = { HTTPS_PROXY: 'http://127.0.0.1:1', NO_PROXY: 'else.test, .test' };
    const safe = await serve(pem(server));
    await open({ url: at(safe), tls }, dead);
    await open({ url: at(safe, 'localhost'), tls }, dead);
    assert.match(await refused({ url: at(safe, 'server.test'), tls }, dead), /ENOTFOUND|EAI_AGAIN/);
    const all = { HTTPS_PROXY: 'http://127.0.0.1:1' };
    const none = { url: at(safe, 'server.test'), tls, proxy: 'none' };
    assert.match(await refused(none, all), /ENOTFOUND|EAI_AGAIN/);
    assert.match(
      await refused({ url: at(safe, 'server.test'), tls }, all),
      /proxy cannot be reached/,
    );
  });

  it('of the file is used even for loopback, with its password, which nobody is told', async () => {
    const authorization = `Basic ${Buffer.from('me:s3cret%').toString('base64')}`;
    const via = await proxy({ authorization });
    const safe = await serve(pem(server));
    const address = `http://me:s3cret%25@127.0.0.1:${via.port}`;
    const user = await open({ url: at(safe), tls, proxy: address });
    assert.ok((await user.ask('tools/list')).reply);
    assert.deepEqual([...new Set(via.seen)], [`CONNECT 127.0.0.1:${safe.port}`]);
    const plain = await serve();
    await open({ url: at(plain, '127.0.0.1', 'http'), proxy: address });
  });

  it('that wants other credentials, refuses or is not there is named, its password is not', async () => {
    const safe = await serve(pem(server));
    const entry = (one: ForwardProxy) => ({
      url: at(safe),
      tls,
      proxy: `http://me:s3cret@127.0.0.1:${one.port}`,
    });
    assert.match(
      await refused(entry(await proxy({ authorization: 'Basic x' }))),
      /proxy.*credentials/,
    );
    assert.match(await refused(entry(await proxy({ refuseWith: 403 }))), /proxy.*403/);
    const gone = `http://me:s3cret@127.0.0.1:${await freePort()}`;
    assert.match(await refused({ url: at(safe), tls, proxy: gone }), /proxy.*ECONNREFUSED/);
    const plain = await serve();
    const picky = await proxy({ authorization: 'Basic x' });
    const clear = { url: at(plain, '127.0.0.1', 'http'), proxy: entry(picky).proxy };
    assert.match(await refused(clear), /proxy.*credentials/i);
    assert.equal(safe.got.length + plain.got.length, 0);
  });

  it('of the environment that is none is said to be, and not passed by', async () => {
    const safe = await serve(pem(server));
    const environment = { ALL_PROXY: 'socks5://me:s3cret@127.0.0.1:1' };
    assert.match(
      await refused({ url: at(safe, 'server.test'), tls }, environment),
      /proxy.*no http/,
    );
  });

  it('carries HTTP/2 through its tunnel', async () => {
    const via = await proxy();
    const started = await serve({ ...pem(server), http2: true });
    const user = await open({ url: at(started), tls, http2: true, proxy: via.url });
    assert.ok((await user.ask('tools/list')).reply);
    assert.equal(started.got.at(-1)?.version, '2.0');
  });
});
