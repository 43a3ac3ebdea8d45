/**
 * The attacks on JWT that are known by name (RFC 8725), each on an issuer whose keys are right: none gets in, and the
 * token beside it that differs in nothing else does.
 */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  type Claims,
  encode,
  goodClaims,
  hmacOf,
  jwkOf,
  KeyServer,
  makeKey,
  RESOURCE,
  signatureOf,
  tokenOf,
} from '../support/tokens.ts';
import { authWith } from './auth-under-test.ts';

const ISSUER = 'https://idp.example';
const SECRET = 'a shared secret of more than thirty-two bytes';
const key = makeKey('RS256', 'k1');
const other = makeKey('RS256', 'k2');
const nowS = Math.floor(Date.now() / 1000);
const good = (more: Claims = {}) => goodClaims(ISSUER, more);

/** By the public key in every form in which a library might take it for a secret. */
function hmacWithPublicKey(alg: string, format: 'pem' | 'der' | 'jwk' | 'n'): string {
  const input = `${encode({ alg, kid: 'k1', typ: 'at+jwt' })}.${encode(good())}`;
  const forms = {
    pem: () => key.publicKey.export({ type: 'spki', format: 'pem' }),
    der: () => key.publicKey.export({ type: 'spki', format: 'der' }),
    jwk: () => JSON.stringify(jwkOf(key)),
    n: () => Buffer.from(String(jwkOf(key).n), 'base64url'),
  };
  return `${input}.${hmacOf(alg, forms[format](), input)}`;
}

function withHeader(head: Claims | string, signer = key): string {
  return tokenOf(signer, good(), head);
}

const unsigned = (alg: string) => `${encode({ alg, typ: 'at+jwt' })}.${encode(good())}`;
const text = (claims: Claims) => JSON.stringify(claims).slice(1, -1);

const ATTACKS: Readonly<Record<string, () => string>> = {
  'alg none without a signature': () => `${unsigned('none')}.`,
  'alg none with a signature': () => `${unsigned('none')}.${signatureOf(key, unsigned('none'))}`,
  'alg NONE': () => `${unsigned('NONE')}.AA`,
  'alg nOnE': () => `${unsigned('nOnE')}.AA`,
  'no alg': () => withHeader({ alg: undefined }),
  'an alg that is a list': () => withHeader({ alg: ['RS256'] }),
  'the public key in PEM as the secret of HS256': () => hmacWithPublicKey('HS256', 'pem'),
  'the public key in DER as the secret of HS512': () => hmacWithPublicKey('HS512', 'der'),
  'the public key as JWK as the secret of HS256': () => hmacWithPublicKey('HS256', 'jwk'),
  'the modulus as the secret of HS384': () => hmacWithPublicKey('HS384', 'n'),
  'an algorithm that the issuer is not allowed': () => {
    return tokenOf({ ...key, alg: 'RS512' }, good(), { alg: 'RS512' });
  },
  'PS256 with a key for RS256': () => tokenOf({ ...key, alg: 'PS256' }, good(), { alg: 'PS256' }),
  'a signature by another key under the right kid': () => withHeader({ kid: 'k1' }, other),
  'a kid that nobody has': () => withHeader({ kid: 'k9' }),
  'a kid that is a path': () => withHeader({ kid: '../../../../dev/null' }),
  'a kid that is a query': () => withHeader({ kid: "k1' OR '1'='1" }),
  'a kid that is a name of a prototype': () => withHeader({ kid: '__proto__' }, other),
  'its own key in jwk': () => withHeader({ kid: 'k2', jwk: jwkOf(other) }, other),
  'its own key at jku': () => withHeader({ kid: 'k2', jku: hostile.origin + JKU }, other),
  'its own certificate at x5u': () => withHeader({ kid: 'k2', x5u: hostile.origin + JKU }, other),
  'its own certificate in x5c': () => withHeader({ kid: 'k2', x5c: ['MIIB'] }, other),
  'an extension that must be understood': () => withHeader({ crit: ['x'], x: 1 }),
  'an empty crit': () => withHeader({ crit: [] }),
  'a payload that is not encoded': () => withHeader({ b64: false, crit: ['b64'] }),
  'another audience': () => tokenOf(key, good({ aud: 'https://other.example/mcp' })),
  'an audience that begins like ours': () => tokenOf(key, good({ aud: `${RESOURCE}/x` })),
  'no audience': () => tokenOf(key, good({ aud: undefined })),
  'an audience that is an object': () => tokenOf(key, good({ aud: { [RESOURCE]: 1 } })),
  'another issuer': () => tokenOf(key, good({ iss: 'https://evil.example' })),
  'an issuer with a slash more': () => tokenOf(key, good({ iss: `${ISSUER}/` })),
  'no issuer': () => tokenOf(key, good({ iss: undefined })),
  'an issuer that is a list': () => tokenOf(key, good({ iss: [ISSUER] })),
  'an exp that is past': () => tokenOf(key, good({ exp: nowS - 1 })),
  'no exp': () => tokenOf(key, good({ exp: undefined })),
  'an exp that is a text': () => tokenOf(key, good({ exp: String(nowS + 600) })),
  'an exp without end': () => tokenOf(key, `{${text(good({ exp: undefined }))},"exp":1e999}`),
  'an nbf to come': () => tokenOf(key, good({ nbf: nowS + 3600 })),
  'an iat to come': () => tokenOf(key, good({ iat: nowS + 3600 })),
  'a logout token': () => withHeader({ typ: 'logout+jwt' }),
  'a DPoP proof': () => withHeader({ typ: 'dpop+jwt' }),
  'a typ that is no text': () => withHeader({ typ: 1 }),
  'a claim twice, ours last': () => tokenOf(key, `{"aud":"https://x.example",${text(good())}}`),
  'a claim twice, ours first': () => tokenOf(key, `{${text(good())},"aud":"https://x.example"}`),
  'a claim twice, once behind escapes': () => tokenOf(key, `{${text(good())},"s\\u0075b":"root"}`),
  'a claim twice within act': () => {
    return tokenOf(key, `{${text(good())},"act":{"sub":"a","sub":"b"}}`);
  },
  'alg twice in the header': () => {
    return withHeader('{"alg":"none","alg":"RS256","kid":"k1","typ":"at+jwt"}');
  },
  'nobody as the subject': () => tokenOf(key, good({ sub: undefined })),
  'an empty subject': () => tokenOf(key, good({ sub: '' })),
  'a subject of several lines': () => tokenOf(key, good({ sub: 'ann\nroot' })),
  'a subject that is an object': () => tokenOf(key, good({ sub: { toString: 'ann' } })),
  'an actor without a name': () => tokenOf(key, good({ act: {} })),
  'an actor that is null': () => tokenOf(key, good({ act: null })),
  'a subject without end': () => tokenOf(key, good({ sub: 'x'.repeat(5000) })),
  'a token of 100 KB': () => tokenOf(key, good({ x: 'x'.repeat(100_000) })),
  'claims that nest without end': () => {
    return tokenOf(key, `{${text(good())},"x":${'['.repeat(1000)}${']'.repeat(1000)}}`);
  },
  'claims that are a list': () => tokenOf(key, '[]'),
  'claims that are no JSON': () => tokenOf(key, 'sub=ann'),
  'claims in invalid UTF-8': () => {
    const input = `${encode({ alg: 'RS256', kid: 'k1' })}.${Buffer.from('{"sub":"\xff"}', 'latin1').toString('base64url')}`;
    return `${input}.${signatureOf(key, input)}`;
  },
  'four parts': () => `${tokenOf(key, good())}.AA`,
  'five parts, as an encrypted token has': () => `${tokenOf(key, good())}.AA.AA`,
  'two parts': () => tokenOf(key, good()).split('.').slice(0, 2).join('.'),
  'an empty signature': () => `${tokenOf(key, good()).split('.').slice(0, 2).join('.')}.`,
  'a signature cut short': () => tokenOf(key, good()).slice(0, -4),
  'claims of another token under this signature': () => {
    const [head, , signature] = tokenOf(key, good()).split('.');
    return `${head}.${encode(good({ sub: 'root' }))}.${signature}`;
  },
  'padding in a part': () => tokenOf(key, good()).replace('.', '=.'),
  'a token in an encoding with + and /': () =>
    tokenOf(key, good({ x: '\u{fffff}>>>???' }))
      .replaceAll('-', '+')
      .replaceAll('_', '/')
      .replace('.', '+.'),
};

const JKU = '/keys';
let hostile: KeyServer;

describe('a token', { timeout: 180_000 }, () => {
  before(async () => {
    hostile = await KeyServer.start();
    hostile.serve(JKU, other);
  });
  after(() => hostile.stop());

  const entry = {
    jwt: [
      { issuer: ISSUER, jwks: [jwkOf(key)], algorithms: ['RS256'], id: 'idp' },
      { issuer: 'https://hs.example', secret: SECRET, id: 'hs' },
    ],
    attempts: { burst: 10_000 },
  };

  it('that is right gets in, also as JWT, without typ, and with a list of audiences', async (t) => {
    const { admitted } = await authWith(t, entry);
    const tokens = [
      tokenOf(key, good()),
      withHeader({ typ: 'JWT' }),
      withHeader({ typ: 'application/at+jwt' }),
      withHeader({ typ: undefined }),
      withHeader({ kid: undefined }),
      tokenOf(key, good({ aud: ['https://other.example', RESOURCE] })),
      tokenOf(key, good({ nbf: nowS + 20 })),
    ];
    for (const token of tokens) assert.equal((await admitted(token)).id, 'idp:ann');
  });

  for (const [what, attack] of Object.entries(ATTACKS)) {
    it(`is refused with ${what}`, async (t) => {
      const { refused, auth } = await authWith(t, entry);
      const token = attack();
      const refusal = await refused(token);
      assert.equal(refusal.code, 'unauthenticated', refusal.detail);
      // Nor is the answer any help in finding out how far it got.
      assert.equal(refusal.words, 'The access token is not valid here.');
      assert.equal(auth.recall(`Bearer ${token}`), undefined);
    });
  }

  it('makes nobody fetch a key from where it says', async () => {
    assert.equal(hostile.count(JKU), 0);
  });

  it('with a shared secret is no token of the issuer with public keys, and the other way round', async (t) => {
    const { admitted, refused } = await authWith(t, entry);
    const hs = (iss: string, alg: string) => {
      const input = `${encode({ alg, typ: 'at+jwt' })}.${encode(goodClaims(iss))}`;
      return `${input}.${hmacOf('HS256', SECRET, input)}`;
    };
    assert.equal((await admitted(hs('https://hs.example', 'HS256'))).id, 'hs:ann');
    await refused(hs(ISSUER, 'HS256'));
    await refused(hs('https://hs.example', 'HS512'));
    await refused(tokenOf(key, goodClaims('https://hs.example')));
  });
});

describe('each algorithm', () => {
  const algorithms = ['RS', 'PS', 'ES'].flatMap((kind) =>
    ['256', '384', '512'].map((bits) => kind + bits),
  );
  for (const alg of [...algorithms, 'EdDSA']) {
    it(`${alg} verifies what it has signed, and nothing else`, async (t) => {
      const own = makeKey(alg);
      const jwt = [{ issuer: ISSUER, id: 'idp', jwks: [jwkOf(own)], algorithms: [alg] }];
      const { admitted, refused } = await authWith(t, { jwt });
      await admitted(tokenOf(own, good()));
      await refused(tokenOf({ ...makeKey(alg), kid: own.kid }, good()));
    });
  }
});
