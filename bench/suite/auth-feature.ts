/**
 * Authentication as the suite turns it on: one caller with one JWT, which the gateway has verified once and then remembers.
 *
 * The token is of the length that providers give (some 800 bytes). Its secret is made anew in each run.
 */

import { createHmac, randomBytes } from 'node:crypto';
import type { Feature } from './roster.ts';

const ISSUER = 'https://issuer.example';
const RESOURCE = 'https://gateway.example/mcp';
/** Longer than any run. */
const LIFE_S = 86_400;

const secret = randomBytes(32).toString('hex');

export const AUTH: Feature = {
  name: 'auth',
  config: {
    auth: { resource: RESOURCE, jwt: [{ id: 'bench', issuer: ISSUER, secret }] },
    // Callers with names may call nothing unless the file says so.
    access: { default: 'allow' },
  },
  token: token(),
};

function token(): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    ...{ iss: ISSUER, aud: RESOURCE, sub: 'load-generator', iat: now, exp: now + LIFE_S },
    ...{ jti: randomBytes(16).toString('hex'), scope: 'mcp:read mcp:call', roles: ['bench'] },
    padding: randomBytes(200).toString('hex'),
  };
  const input = [{ alg: 'HS256', typ: 'at+jwt' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}
