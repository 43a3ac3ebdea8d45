/**
 * Who is remembered, for how long, and what a flood of wrong credentials can cost: in counts, not in time.
 */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { makeKey as makeApiKey } from '../../src/auth/auth.ts';
import { ANONYMOUS, isRefusal } from '../../src/model.ts';
import { temporaryFolder } from '../support/temp.ts';
import { goodClaims, jwkOf, KeyServer, makeKey, RESOURCE, tokenOf } from '../support/tokens.ts';
import { authWith, decided } from './auth-under-test.ts';

const ISSUER = 'https://idp.example';
const PATH = '/keys';
const key = makeKey('ES256', 'k1');
let server: KeyServer;
before(async () => {
  server = await KeyServer.start();
});
after(() => server.stop());

const good = (more = {}) => goodClaims(ISSUER, more);
const remote = (path = PATH) => ({
  jwt: [{ id: 'idp', issuer: ISSUER, jwksUri: `${server.origin}${path}` }],
  attempts: { burst: 10_000 },
});

describe('an API key', () => {
  const made = makeApiKey();
  const entry = {
    id: 'ci-1',
    caller: 'ci',
    sha256: made.sha256,
    roles: ['reader'],
    tenant: 'acme',
  };

  it('has its form, and its SHA-256 is what the file holds', () => {
    assert.match(made.key, /^sluice_[0-9A-Za-z]{39}$/);
    assert.equal(createHash('sha256').update(made.key).digest('hex'), made.sha256);
    assert.notEqual(makeApiKey().key, made.key);
  });

  it('is a caller with what its entry says, without a promise', async (t) => {
    const { auth } = await authWith(t, { apiKeys: [entry] });
    assert.deepEqual(auth.recall(`Bearer ${made.key}`), {
      ...{ id: 'ci', by: 'api_key', agent: '', user: '', roles: ['reader'], scopes: [] },
      ...{ tenant: 'acme', credential: 'ci-1', until: Number.POSITIVE_INFINITY },
    });
  });

  it('ends when it says, and no other gets in', async (t) => {
    const expires = new Date(Date.now() + 60_000).toISOString();
    const { admitted, refused, later } = await authWith(t, { apiKeys: [{ ...entry, expires }] });
    await admitted(made.key);
    const typo = `${made.key.slice(0, -1)}${made.key.endsWith('0') ? '1' : '0'}`;
    assert.match((await refused(typo)).detail ?? '', /checksum/);
    await refused(makeApiKey().key);
    later(60_001);
    await refused(made.key);
  });

  it('may be one of several of a caller', async (t) => {
    const second = makeApiKey();
    const apiKeys = [entry, { ...entry, id: 'ci-2', sha256: second.sha256 }];
    const { admitted } = await authWith(t, { apiKeys });
    assert.equal((await admitted(second.key)).id, (await admitted(made.key)).id);
  });
});

describe('without a credential', () => {
  it('nobody is let in unless everybody may call, and a wrong one makes nobody anonymous', async (t) => {
    const apiKeys = [{ id: 'ci', sha256: makeApiKey().sha256 }];
    const closed = await authWith(t, { apiKeys });
    assert.ok(isRefusal(closed.auth.recall('')));
    const open = await authWith(t, { apiKeys }, true);
    assert.equal(open.auth.recall(''), ANONYMOUS);
    await open.refused('wrong');
    for (const header of ['Basic YTpi', 'Bearer', 'Bearer ', 'Bearer a b', 'token', ' ']) {
      assert.ok(isRefusal(await open.auth.verify(header, '')), header);
    }
  });
});

describe('claims', () => {
  const show = async (t: Parameters<typeof authWith>[0], more: object, claims: object = {}) => {
    server.serve(PATH, key);
    const [jwt] = remote().jwt;
    const { admitted } = await authWith(t, { jwt: [{ ...jwt, claims }] });
    return admitted(tokenOf(key, good({ jti: 'j1', ...more })));
  };

  it('name caller, user, roles, scopes and tenant where the entry says', async (t) => {
    const more = {
      ...{ scope: 'read write', org: 'acme', 'https://x.example/roles': ['dba'] },
      ...{ client_id: 'app', email: 'ann@x.example' },
    };
    const names = { roles: 'https://x.example/roles', tenant: 'org', user: ['email', 'sub'] };
    const caller = await show(t, { ...more, exp: 4_000_000_000 }, names);
    assert.deepEqual(caller, {
      ...{ until: 4_000_000_000_000 },
      ...{ id: 'idp:ann', by: 'jwt', agent: 'app', user: 'ann@x.example', roles: ['dba'] },
      ...{ scopes: ['read', 'write'], tenant: 'acme', credential: 'j1' },
    });
  });

  it('look into groups, and take nothing from a prototype', async (t) => {
    const more = { realm_access: { roles: ['a', 'b'] } };
    const names = { roles: 'realm_access.roles', tenant: 'constructor.name' };
    const caller = await show(t, more, names);
    assert.deepEqual([caller.roles, caller.tenant], [['a', 'b'], '']);
  });

  it('keep an agent that acts for somebody apart from that somebody', async (t) => {
    const caller = await show(t, { act: { sub: 'bot' } });
    assert.deepEqual([caller.id, caller.agent, caller.user], ['idp:ann by bot', 'bot', 'ann']);
    const forged = await show(t, { sub: 'ann by bot' });
    assert.equal(forged.id, 'idp:ann%20by%20bot');
  });

  it('of a program that calls for itself name no user', async (t) => {
    const caller = await show(t, { sub: 'app', client_id: 'app' });
    assert.deepEqual([caller.id, caller.agent, caller.user], ['idp:app', 'app', '']);
  });
});

describe('a verified token', () => {
  it('is remembered for 60 seconds, and never beyond its own end', async (t) => {
    server.serve(PATH, key);
    const { auth, admitted, refused, later } = await authWith(t, remote());
    const short = tokenOf(key, good({ exp: Math.floor(Date.now() / 1000) + 30 }));
    const long = tokenOf(key, good());
    await admitted(short);
    await admitted(long);
    later(29_000 - (Date.now() % 1000));
    assert.ok(auth.recall(`Bearer ${short}`));
    later(2000);
    assert.equal(auth.recall(`Bearer ${short}`), undefined);
    await refused(short);
    assert.ok(auth.recall(`Bearer ${long}`));
    later(30_000);
    assert.equal(auth.recall(`Bearer ${long}`), undefined);
    await admitted(long);
  });

  it('is one of a bounded number', async (t) => {
    server.serve(PATH, key);
    const { auth, admitted } = await authWith(t, { ...remote(), cachedMax: 16 });
    const tokens = Array.from({ length: 40 }, () => tokenOf(key, good()));
    for (const token of tokens) await admitted(token);
    const known = tokens.filter((token) => auth.recall(`Bearer ${token}`) !== undefined);
    assert.deepEqual(known, tokens.slice(-16));
  });

  it('is forgotten when its key has gone from its issuer', async (t) => {
    const path = '/rotating';
    server.serve(path, key);
    const next = makeKey('ES256', 'k2');
    const { auth, admitted, refused, later, said } = await authWith(t, remote(path));
    const token = tokenOf(key, good());
    await admitted(token);
    server.serve(path, next);
    assert.ok(auth.recall(`Bearer ${token}`));
    later(61_000);
    // The new key is found because a token names it; the old one goes with that.
    await admitted(tokenOf(next, good()));
    assert.ok(said.some((line) => line.startsWith('a key of the issuer has gone')));
    assert.equal(auth.recall(`Bearer ${token}`), undefined);
    await refused(token);
  });

  it('shown by many at one time is checked once', async (t) => {
    const path = '/introspect-once';
    let asked = 0;
    server.documents.set(path, () => {
      asked += 1;
      return { active: true, sub: 'ann', aud: RESOURCE };
    });
    const { show } = await authWith(t, introspection(path));
    await Promise.all(Array.from({ length: 50 }, () => show('opaque')));
    assert.equal(asked, 1);
  });
});

function introspection(path: string, more: object = {}) {
  const endpoint = `${server.origin}${path}`;
  const entry = { id: 'op', endpoint, clientId: 'gw id', clientSecret: 's:cret', ...more };
  return { introspection: [entry], attempts: { burst: 10_000 } };
}

describe('an opaque token', () => {
  it('is what its server says, asked with our own credentials, and not again while that counts', async (t) => {
    const path = '/introspect';
    const heard: { token: string | null; authorization: string | undefined }[] = [];
    server.documents.set(path, (body: URLSearchParams, headers: { authorization?: string }) => {
      heard.push({ token: body.get('token'), authorization: headers.authorization });
      return { active: true, sub: 'ann', aud: [RESOURCE], scope: 'read', client_id: 'app' };
    });
    const { admitted, later } = await authWith(t, introspection(path));
    const caller = await admitted('opaque-1');
    assert.deepEqual([caller.id, caller.by, caller.agent], ['op:ann', 'introspection', 'app']);
    await admitted('opaque-1');
    assert.equal(heard.length, 1);
    const pair = Buffer.from('gw%20id:s%3Acret').toString('base64');
    assert.deepEqual(heard[0], { token: 'opaque-1', authorization: `Basic ${pair}` });
    later(30_001);
    await admitted('opaque-1');
    assert.equal(heard.length, 2);
  });

  const answers: Readonly<Record<string, unknown>> = {
    'not active': { active: false },
    'active as a text': { active: 'true', sub: 'ann', aud: RESOURCE },
    'for somebody else': { active: true, sub: 'ann', aud: 'https://other.example' },
    'for nobody in particular': { active: true, sub: 'ann' },
    expired: { active: true, sub: 'ann', aud: RESOURCE, exp: 1 },
    'of nobody': { active: true, aud: RESOURCE },
  };
  for (const [what, answer] of Object.entries(answers)) {
    it(`is refused where its server says that it is ${what}`, async (t) => {
      const path = `/introspect/${encodeURIComponent(what)}`;
      server.documents.set(path, answer);
      const { refused } = await authWith(t, introspection(path));
      assert.equal((await refused('opaque')).code, 'unauthenticated');
    });
  }

  it('is not let in, nor held against anybody, where its server cannot be asked', async (t) => {
    const { refused, said } = await authWith(t, introspection('/nothing-here'));
    assert.equal((await refused('opaque')).code, 'identity_unavailable');
    assert.equal((await refused('opaque')).code, 'identity_unavailable');
    assert.ok(
      said.length > 0 && !said.join().includes('opaque') && !said.join().includes('s:cret'),
    );
  });
});

describe('the keys of an issuer', () => {
  it('are found by discovery, and only where the document names that issuer', async (t) => {
    server.serve('/found', key);
    const issuer = `${server.origin}/realm`;
    const document = { issuer, jwks_uri: `${server.origin}/found` };
    const path = '/realm/.well-known/openid-configuration';
    server.documents.set(path, document);
    const entry = { jwt: [{ id: 'idp', issuer }] };
    const claims = goodClaims(issuer);
    await (await authWith(t, entry)).admitted(tokenOf(key, claims));
    server.documents.set(path, { ...document, issuer: 'https://other.example' });
    assert.equal(
      (await (await authWith(t, entry)).refused(tokenOf(key, claims))).code,
      'identity_unavailable',
    );
    server.documents.set(path, { ...document, jwks_uri: 'http://198.51.100.1/found' });
    assert.equal(
      (await (await authWith(t, entry)).refused(tokenOf(key, claims))).code,
      'identity_unavailable',
    );
  });

  it('are read from a file', async (t) => {
    const jwksFile = join(temporaryFolder('jwks'), 'jwks.json');
    writeFileSync(jwksFile, JSON.stringify({ keys: [jwkOf(key)] }));
    const { admitted } = await authWith(t, { jwt: [{ id: 'idp', issuer: ISSUER, jwksFile }] });
    await admitted(tokenOf(key, good()));
  });

  it('serve on while they cannot be read again, for an hour and no longer', async (t) => {
    const path = '/leaving';
    server.serve(path, key);
    const { admitted, refused, later } = await authWith(t, remote(path));
    await admitted(tokenOf(key, good()));
    server.documents.delete(path);
    later(600_000);
    const hours = (more: number) => ({ exp: Math.floor(Date.now() / 1000) + more * 3600 });
    await admitted(tokenOf(key, good(hours(2))));
    later(3_600_000);
    assert.equal((await refused(tokenOf(key, good(hours(3))))).code, 'identity_unavailable');
    server.serve(path, key);
    later(400_000);
    await admitted(tokenOf(key, good(hours(3))));
  });

  it('are not taken from a document that holds a secret, or nothing', async (t) => {
    const path = '/odd-keys';
    server.documents.set(path, { keys: [{ kty: 'oct', k: 'c2VjcmV0', kid: 'k1' }] });
    const { refused } = await authWith(t, remote(path));
    assert.equal((await refused(tokenOf(key, good()))).code, 'identity_unavailable');
  });
});

describe('a flood', () => {
  it('of made-up key ids asks the issuer once in ten seconds', async (t) => {
    const path = '/flooded';
    server.serve(path, key);
    const { show, later } = await authWith(t, remote(path));
    const flood = () =>
      Promise.all(
        Array.from({ length: 300 }, (_, at) => show(tokenOf(key, good(), { kid: `x${at}` }))),
      );
    const before = server.count(path);
    later(11_000);
    await flood();
    assert.equal(server.count(path) - before, 1);
    later(5000);
    await flood();
    assert.equal(server.count(path) - before, 1);
    later(6000);
    await flood();
    assert.equal(server.count(path) - before, 2);
  });

  it('of one wrong token has its server asked once in five seconds', async (t) => {
    const path = '/introspect-flood';
    server.documents.set(path, { active: false });
    const { refused, later } = await authWith(t, introspection(path));
    for (let i = 0; i < 100; i++) await refused('opaque');
    assert.equal(server.count(path), 1);
    later(5001);
    await refused('opaque');
    assert.equal(server.count(path), 2);
  });

  it('of wrong credentials from one address is refused without a look, and known callers are not', async (t) => {
    const path = '/introspect-address';
    server.documents.set(path, { active: false });
    const made = makeApiKey();
    const apiKeys = [{ id: 'ci', sha256: made.sha256 }];
    const entry = { ...introspection(path), apiKeys, attempts: { burst: 5, perMinute: 60 } };
    const { refused, admitted, later } = await authWith(t, entry);
    const codes: string[] = [];
    for (let i = 0; i < 20; i++) codes.push((await refused(`opaque-${i}`)).code);
    assert.equal(codes.filter((code) => code === 'unauthenticated').length, 5);
    assert.equal(codes.filter((code) => code === 'too_many_attempts').length, 15);
    assert.equal(server.count(path), 5);
    const refusal = await refused('opaque');
    assert.deepEqual(refusal.data, { retryAfterS: 1 });
    assert.equal((await refused('opaque', '192.0.2.2')).code, 'unauthenticated');
    assert.equal((await admitted(made.key)).id, 'ci');
    later(1000);
    assert.equal((await refused('opaque-a')).code, 'unauthenticated');
    assert.equal((await refused('opaque-b')).code, 'too_many_attempts');
  });

  it('of an IPv6 network counts as one address', async (t) => {
    const entry = { apiKeys: [{ id: 'ci', sha256: makeApiKey().sha256 }], attempts: { burst: 2 } };
    const { refused } = await authWith(t, entry);
    const addresses = [
      '2001:db8::1',
      '2001:0db8:0:0:ffff::2',
      '2001:db8:0:0:1:2:3:4',
      '2001:db8:0:1::1',
    ];
    const codes = [];
    for (const address of addresses) codes.push((await refused('x', address)).code);
    assert.deepEqual(codes, [
      ...['unauthenticated', 'unauthenticated', 'too_many_attempts', 'unauthenticated'],
    ]);
  });

  it('of new tokens beyond what can wait is refused at once', async (t) => {
    server.serve(PATH, key);
    const { auth } = await authWith(t, remote());
    const tokens = Array.from({ length: 1100 }, () => tokenOf(key, good()));
    const answers = await Promise.all(tokens.map((token) => auth.verify(`Bearer ${token}`, '')));
    const busy = answers.filter((answer) => isRefusal(answer) && answer.code === 'busy');
    assert.equal(busy.length, 1100 - 1024);
    assert.equal(answers.filter((answer) => !isRefusal(answer)).length, 1024);
  });
});

describe('another configuration', () => {
  it('ends the callers whose credentials it no longer has', async (t) => {
    const [first, second] = [makeApiKey(), makeApiKey()];
    const keys = [
      { id: 'a', sha256: first.sha256 },
      { id: 'b', sha256: second.sha256 },
    ];
    const { auth, admitted, refused } = await authWith(t, { apiKeys: keys });
    const callers = [await admitted(first.key), await admitted(second.key)];
    let ended: string[] = [];
    auth.onEnded((isEnded) => {
      ended = callers.filter(isEnded).map(({ id }) => id);
    });
    await auth.configure(decided({ apiKeys: keys.slice(1) }));
    assert.deepEqual(ended, ['a']);
    await refused(first.key);
    await admitted(second.key);
  });
});
