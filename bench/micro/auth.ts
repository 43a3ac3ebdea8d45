/**
 * What it costs to know who calls: an API key, a token that is remembered, and a token that is not.
 *
 * In us. A fresh header each time, as a socket gives one: the engine must not know the text already.
 */

import { createHmac } from 'node:crypto';
import { Auth, makeKey } from '../../src/auth/auth.ts';
import { authSchema } from '../../src/auth/config.ts';
import { print, time } from '../stopwatch.ts';

const SECRET = 'a secret for the bench, of more than thirty-two bytes';
const ISSUER = 'https://idp.example';
const RESOURCE = 'https://gateway.example/mcp';

const key = makeKey();
const config = authSchema.parse({
  resource: RESOURCE,
  apiKeys: [{ id: 'bench', sha256: key.sha256 }],
  jwt: [{ id: 'idp', issuer: ISSUER, secret: SECRET }],
  attempts: { burst: 10_000, perMinute: 100_000 },
});
const auth = new Auth({ ...config, anonymous: false }, { info() {}, warn() {} });

function tokenOf(sub: string): string {
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const claims = {
    iss: ISSUER,
    aud: RESOURCE,
    sub,
    exp,
    scope: 'mcp:call mcp:read',
    x: 'x'.repeat(400),
  };
  const parts = [{ alg: 'HS256', typ: 'at+jwt' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  const input = parts.join('.');
  return `${input}.${createHmac('sha256', SECRET).update(input).digest('base64url')}`;
}

const known = tokenOf('ann');
await auth.verify(`Bearer ${known}`, '');
const bytes = (header: string) => Buffer.from(`Bearer ${header}`, 'latin1');
const [ofKey, ofToken, wrong] = [bytes(key.key), bytes(known), bytes(`${known.slice(0, -4)}AAAA`)];

// Looked at once; from then on it is known to be wrong.
await auth.verify(wrong.latin1Slice(), '192.0.2.2');

print(
  ['us', 'each'],
  [
    ['the header alone, as a text', time(() => ofToken.latin1Slice())],
    [`API key of ${ofKey.length} bytes`, time(() => auth.recall(ofKey.latin1Slice()))],
    [
      `token of ${ofToken.length} bytes, remembered`,
      time(() => auth.recall(ofToken.latin1Slice())),
    ],
    ['nothing shown', time(() => auth.recall(''))],
    ['garbage, refused', time(() => auth.verify('Bearer garbage', '192.0.2.1'))],
    ['a wrong token, shown again', time(() => auth.verify(wrong.latin1Slice(), '192.0.2.2'))],
  ],
);
auth.close();
