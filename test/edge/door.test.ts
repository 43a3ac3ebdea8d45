/**
 * Who comes in at the listener, by what is on the wire, on both fronts.
 */

import assert from 'node:assert/strict';
import { after } from 'node:test';
import { makeKey as makeApiKey } from '../../src/auth/auth.ts';
import {
  encode,
  goodClaims,
  hmacOf,
  KeyServer,
  makeKey,
  RESOURCE,
  tokenOf,
} from '../support/tokens.ts';
import {
  call,
  INITIALIZE,
  JSON_POST,
  modern,
  onBothFronts,
  openSession,
  request,
  type World,
} from './harness.ts';

const ann = makeApiKey();
const bob = makeApiKey();
const KEYS = {
  apiKeys: [
    { id: 'ann', sha256: ann.sha256 },
    { id: 'bob', sha256: bob.sha256 },
  ],
};
const ISSUER = 'https://idp.example';
const SECRET = 'a shared secret of more than thirty-two bytes';
const ISSUERS = {
  resource: RESOURCE,
  scopes: ['mcp:read', 'mcp:call'],
  jwt: [{ id: 'idp', issuer: ISSUER, secret: SECRET }],
};
const METADATA = 'https://gateway.example/.well-known/oauth-protected-resource/mcp';

const bearer = ({ key }: { key: string }) => ({ authorization: `Bearer ${key}` });

function hsToken(more: object = {}): string {
  const input = `${encode({ alg: 'HS256' })}.${encode(goodClaims(ISSUER, { ...more }))}`;
  return `${input}.${hmacOf('HS256', SECRET, input)}`;
}

async function callAs({ ask }: World, headers: Record<string, string>, path = '/mcp') {
  const { headers: usual, body } = modern('echo');
  return ask('POST', path, { ...usual, ...headers }, body);
}

onBothFronts(
  'asks who calls before it says what there is',
  async ({ ask }) => {
    const places: [string, string][] = [
      ...(['POST', 'GET', 'DELETE'] as const).map((method): [string, string] => [method, '/mcp']),
      ...[
        ['POST', '/mcp/files'],
        ['POST', '/mcp/no-such'],
        ['GET', '/mcp/v/no-such'],
      ],
      ...[
        ['GET', '/sse'],
        ['GET', '/sse/files'],
        ['POST', '/messages?sessionId=x'],
      ],
    ] as [string, string][];
    for (const [method, path] of places) {
      const body = method === 'POST' ? call('echo') : undefined;
      const headers = { ...JSON_POST, accept: 'application/json, text/event-stream' };
      const answer = await ask(method, path, headers, body);
      assert.equal(answer.status, 401, `${method} ${path}`);
      assert.equal(answer.headers['www-authenticate'], 'Bearer');
      assert.equal(answer.json.error.data.code, 'unauthenticated');
    }
    assert.equal((await ask('GET', '/healthz')).status, 200);
    assert.equal((await ask('OPTIONS', '/mcp', { origin: 'http://localhost' })).status, 204);
  },
  {},
  KEYS,
);

onBothFronts(
  'serves a known key in either era, on every method',
  async (world) => {
    const { ask, raw } = world;
    assert.equal((await callAs(world, bearer(ann))).json.result.name, 'echo');
    // The scheme's name is no matter of case (RFC 9110 11.1).
    assert.equal((await callAs(world, { authorization: `bearer  ${ann.key}` })).status, 200);
    const opened = await ask('POST', '/mcp', { ...JSON_POST, ...bearer(ann) }, INITIALIZE);
    const session = {
      ...{ ...JSON_POST, ...bearer(ann), 'mcp-protocol-version': '2025-11-25' },
      'mcp-session-id': opened.headers['mcp-session-id'] ?? '',
    };
    assert.equal((await ask('POST', '/mcp', session, call('echo'))).json.result.name, 'echo');
    const stream = raw(request('GET', '/mcp', session));
    await stream.saw('HTTP/1.1 200');
    // Another caller's session is none, by whatever method.
    const others = { ...session, ...bearer(bob) };
    assert.equal((await ask('POST', '/mcp', others, call('echo'))).status, 404);
    assert.equal((await ask('GET', '/mcp', others)).status, 404);
    assert.equal((await ask('DELETE', '/mcp', others)).status, 404);
    assert.equal((await ask('DELETE', '/mcp', session)).status, 200);
  },
  {},
  KEYS,
);

onBothFronts(
  'lets nobody speak for the stream of another',
  async ({ ask, raw }) => {
    const stream = raw(request('GET', '/sse', { accept: 'text/event-stream', ...bearer(ann) }));
    await stream.saw('sessionId=');
    const [path = ''] = /\/messages\?sessionId=[\w-]+/.exec(stream.text) ?? [];
    assert.equal(
      (await ask('POST', path, { ...JSON_POST, ...bearer(bob) }, INITIALIZE)).status,
      404,
    );
    assert.equal((await ask('POST', path, JSON_POST, INITIALIZE)).status, 401);
    assert.equal(
      (await ask('POST', path, { ...JSON_POST, ...bearer(ann) }, INITIALIZE)).status,
      202,
    );
  },
  {},
  KEYS,
);

onBothFronts(
  'says where a token is to be had, and what was wrong with this one',
  async (world) => {
    const { ask } = world;
    const scope = 'scope="mcp:read mcp:call"';
    const none = await callAs(world, {});
    assert.equal(
      none.headers['www-authenticate'],
      `Bearer ${scope}, resource_metadata="${METADATA}"`,
    );
    const wrong = await callAs(world, { authorization: 'Bearer wrong' });
    assert.equal(wrong.status, 401);
    assert.equal(
      wrong.headers['www-authenticate'],
      `Bearer error="invalid_token", ${scope}, resource_metadata="${METADATA}"`,
    );
    for (const path of ['', '/mcp', '/mcp/files']) {
      const answer = await ask('GET', `/.well-known/oauth-protected-resource${path}`);
      assert.equal(answer.status, 200);
      assert.deepEqual(answer.json, {
        resource: RESOURCE,
        authorization_servers: [ISSUER],
        bearer_methods_supported: ['header'],
        scopes_supported: ['mcp:read', 'mcp:call'],
      });
    }
  },
  {},
  ISSUERS,
);

onBothFronts('has no metadata where no issuer is known', async ({ ask }) => {
  assert.equal((await ask('GET', '/.well-known/oauth-protected-resource/mcp')).status, 404);
});

onBothFronts(
  'names all scopes at once to a token that lacks one',
  async (world) => {
    const short = await callAs(world, {
      authorization: `Bearer ${hsToken({ scope: 'mcp:read' })}`,
    });
    assert.equal(short.status, 403);
    assert.equal(
      short.headers['www-authenticate'],
      `Bearer error="insufficient_scope", scope="mcp:read mcp:call", resource_metadata="${METADATA}"`,
    );
    assert.equal(short.json.error.data.code, 'insufficient_scope');
    const full = hsToken({ scope: 'mcp:call other mcp:read' });
    assert.equal((await callAs(world, { authorization: `Bearer ${full}` })).status, 200);
  },
  {},
  ISSUERS,
);

onBothFronts(
  'takes no credential from a URL, not even beside a right one',
  async (world) => {
    for (const query of [`access_token=${ann.key}`, `x=1&ACCESS%5FTOKEN=${ann.key}`, 'token=x']) {
      for (const headers of [{}, bearer(ann)]) {
        const answer = await callAs(world, headers, `/mcp?${query}`);
        assert.deepEqual([answer.status, answer.json.error.data.code], [400, 'invalid_request']);
      }
    }
    assert.equal((await callAs(world, bearer(ann), '/mcp?tokens=1')).status, 200);
  },
  {},
  KEYS,
);

onBothFronts(
  'holds up an address that tries too often, and tells it until when',
  async (world) => {
    const wrong = { authorization: 'Bearer wrong' };
    assert.equal((await callAs(world, wrong)).status, 401);
    assert.equal((await callAs(world, wrong)).status, 401);
    const answer = await callAs(world, wrong);
    assert.deepEqual([answer.status, answer.json.error.data.code], [429, 'too_many_attempts']);
    assert.match(answer.headers['retry-after'] ?? '', /^[1-9]\d*$/);
    assert.equal((await callAs(world, bearer(ann))).status, 200);
  },
  {},
  { ...KEYS, attempts: { burst: 2, perMinute: 1 } },
);

onBothFronts(
  'cuts what is open for a caller that has ended, and nothing of the others',
  async (world) => {
    const { edge, gateway, raw } = world;
    const hang = modern('hang');
    const calls = [ann, bob].map((who) =>
      raw(request('POST', '/mcp', { ...hang.headers, ...bearer(who) }, hang.body)),
    );
    const unfinished = raw(
      request('POST', '/mcp', { ...hang.headers, ...bearer(ann), 'content-length': '999' }, 'x'),
    );
    await gateway.until(() => gateway.hung.length === 2);
    // Nothing here says when the third has come in.
    while (!unfinished.isClosed) {
      edge.endCallers(({ id }) => id === 'ann');
      await new Promise(setImmediate);
    }
    await calls[0]!.closed();
    assert.equal(gateway.aborts, 1);
    gateway.release();
    assert.equal((await calls[1]!.answer()).json.result.released, true);
  },
  {},
  KEYS,
);

// === a token that must be looked at first ===

const key = makeKey('ES256', 'k1');
const keys = await KeyServer.start();
after(() => keys.stop());
keys.documents.set('/introspect', (body: URLSearchParams) => {
  return { active: body.get('token') === 'right', sub: 'ann', aud: RESOURCE };
});
const slow = () => ({
  resource: RESOURCE,
  jwt: [{ id: 'idp', issuer: ISSUER, jwksUri: keys.serve('/keys', key) }],
  introspection: [
    { ...{ id: 'op', endpoint: `${keys.origin}/introspect` }, clientId: 'gw', clientSecret: 's' },
  ],
});

onBothFronts(
  'reads the body while a new token is looked at, whichever is done first',
  async (world) => {
    const { headers, body } = modern('echo');
    const all = { ...headers, 'content-length': String(Buffer.byteLength(body)) };
    // The body comes with the head, so it is there before the answer of any other program can be.
    for (const token of ['right', tokenOf(key, goodClaims(ISSUER))]) {
      const authorization = `Bearer ${token}`;
      assert.equal((await callAs(world, { authorization })).json.result.name, 'echo');
    }
    // And here the token is known long before the body is.
    const token = tokenOf(key, goodClaims(ISSUER));
    const authorization = `Bearer ${token}`;
    const late = world.raw(request('POST', '/mcp', { ...all, authorization }, body.slice(0, 10)));
    while (world.auth.recall(authorization) === undefined) await new Promise(setImmediate);
    late.socket.write(body.slice(10));
    assert.equal((await late.answer()).json.result.name, 'echo');
    assert.deepEqual(world.bugs, []);
  },
  {},
  slow,
);

onBothFronts(
  'refuses a wrong token though its body never comes, and does not mind a client that leaves meanwhile',
  async (world) => {
    const { headers, body } = modern('echo');
    const all = { ...headers, authorization: 'Bearer wrong', 'content-length': '5000' };
    const answer = await world.raw(request('POST', '/mcp', all, body)).answer();
    assert.deepEqual([answer.status, answer.headers.connection], [401, 'close']);
    const left = world.raw(
      request('POST', '/mcp', { ...all, authorization: 'Bearer other' }, body),
    );
    await new Promise((resolve) => left.socket.once('connect', resolve));
    left.socket.destroy();
    assert.equal((await callAs(world, { authorization: 'Bearer right' })).status, 200);
    assert.deepEqual(world.bugs, []);
  },
  {},
  slow,
);

onBothFronts('needs no credential where everybody may call, and minds none', async (world) => {
  assert.equal((await callAs(world, { authorization: 'Bearer whatever' })).status, 200);
  assert.ok((await openSession(world))['mcp-session-id']);
});
