/**
 * Client certificates at the listener: real handshakes, real certificates.
 */

import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { before, it, type TestContext } from 'node:test';
import { makeKey } from '../../src/auth/auth.ts';
import { Authority, type Certificate, pem, serialAt } from '../support/certificates.ts';
import { temporaryFolder } from '../support/temp.ts';
import { modern, startWorld } from './harness.ts';

const SPIFFE = 'spiffe://example.org/agents/bob';
const key = makeKey();
const ENTRY = {
  mtls: [
    { id: 'ann', subject: 'ann', roles: ['reader'] },
    { id: 'bob', san: `URI:${SPIFFE}` },
  ],
  apiKeys: [{ id: 'ci', sha256: key.sha256 }],
};

let authority: Authority;
let server: Certificate;
before(() => {
  authority = new Authority();
  server = authority.issue('localhost');
});

/** The status of a call with this certificate, or the code of the fault of its handshake. */
async function statusWith(
  t: TestContext,
  client: Certificate | undefined,
  headers: Record<string, string> = {},
): Promise<{ status: number | string; caller: string | undefined }> {
  const tls = { ...server, clientCa: authority.ca };
  const { edge, gateway } = await startWorld('node', { tls }, t, ENTRY);
  assert.ok(edge.url.startsWith('https://'));
  const { headers: usual, body } = modern('echo');
  const status = await new Promise<number | string>((resolve) => {
    const asked = request(
      {
        ...{ host: '127.0.0.1', port: edge.port, path: '/mcp', method: 'POST', agent: false },
        ...{ headers: { ...usual, ...headers }, ca: readFileSync(authority.ca) },
        ...(client === undefined ? {} : pem(client)),
      },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    asked.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
    asked.end(body);
  });
  return { status, caller: gateway.callers.at(-1)?.id };
}

it('a certificate is its caller by the common name, or by an alternative name', async (t) => {
  const ann = authority.issue('ann', 'DNS:ann.example');
  assert.deepEqual(await statusWith(t, ann), { status: 200, caller: 'ann' });
  const bob = authority.issue('somebody', `DNS:x.example,URI:${SPIFFE}`);
  assert.deepEqual(await statusWith(t, bob), { status: 200, caller: 'bob' });
});

it('a certificate that names nobody here is not let in, nor one whose name only looks like two', async (t) => {
  const stranger = authority.issue('mallory', 'DNS:mallory.example');
  assert.equal((await statusWith(t, stranger)).status, 401);
  const other = authority.issue('mallory', `URI:${SPIFFE}/x,DNS:bob.example`);
  assert.equal((await statusWith(t, other)).status, 401);
  // Printed by node:crypto, this one name holds a comma and what would be bob's, were it not quoted.
  const forged = authority.issue('mallory', `@names\n[names]\nURI.1 = http://a/, URI:${SPIFFE}`);
  assert.equal((await statusWith(t, forged)).status, 401);
});

it('without a certificate of the authority nobody gets beyond the handshake', async (t) => {
  assert.notEqual((await statusWith(t, undefined)).status, 200);
  assert.equal(typeof (await statusWith(t, undefined)).status, 'string');
  const foreign = new Authority('Test Authority').issue('ann');
  assert.equal(typeof (await statusWith(t, foreign)).status, 'string');
});

it('a token says who calls where there are both, and a wrong one is not made good by a certificate', async (t) => {
  const ann = authority.issue('ann');
  const right = { authorization: `Bearer ${key.key}` };
  assert.deepEqual(await statusWith(t, ann, right), { status: 200, caller: 'ci' });
  assert.equal((await statusWith(t, ann, { authorization: 'Bearer wrong' })).status, 401);
});

it('certificates are read again for the connections after that, and ones that cannot be used change nothing', async (t) => {
  const folder = temporaryFolder('tls');
  const tls = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  const place = ({ cert, key: its }: Certificate) => {
    copyFileSync(cert, tls.cert);
    copyFileSync(its, tls.key);
  };
  place(server);
  const { edge } = await startWorld('node', { tls }, t);
  const first = await serialAt(edge.port, authority.ca);
  place(authority.issue('localhost'));
  edge.renewTls();
  const second = await serialAt(edge.port, authority.ca);
  assert.notEqual(second, first);
  writeFileSync(tls.key, 'not a key');
  assert.throws(() => edge.renewTls());
  assert.equal(await serialAt(edge.port, authority.ca), second);
  // A new certificate whose key has not come yet.
  const third = authority.issue('localhost');
  copyFileSync(third.cert, tls.cert);
  copyFileSync(server.key, tls.key);
  assert.throws(() => edge.renewTls());
  assert.equal(await serialAt(edge.port, authority.ca), second);
});
