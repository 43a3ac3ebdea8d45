/** Where the admin API listens: only when somebody could be let in, and over TLS by whose certificates. */

import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { makeKey } from '../../src/auth/auth.ts';
import { faultLine, loadConfig } from '../../src/config/config.ts';
import { type Json, RunningGateway, recorder, UNINSPECTED } from '../e2e/running-gateway.ts';
import { Authority, pem, serialAt } from '../support/certificates.ts';
import { temporaryFolder } from '../support/temp.ts';
import { AdminClient, AdminUnderTest, TOKENS, TOKENS_CONFIG } from './admin-under-test.ts';

const folder = temporaryFolder('admin-listener');
const servers = { files: recorder(join(folder, 'files'), 'read_note') };

describe('the listener of the admin API', { timeout: 300_000 }, () => {
  it('is closed unless somebody could be let in', async (t) => {
    const gateway = await RunningGateway.start({ ...UNINSPECTED, servers });
    t.after(() => gateway.stop());
    await gateway.settled();
    assert.ok(!gateway.process.stderr().includes('admin API'));
  });

  it('tells metrics to whoever connects, and nothing else, where the file says so', async (t) => {
    const open = await AdminUnderTest.start(
      { ...UNINSPECTED, servers },
      { tokens: [], metrics: 'open' },
    );
    t.after(() => open.stop());
    const stranger = new AdminClient(open.url);
    assert.match((await stranger.get('/metrics')).text, /^# /);
    assert.equal((await stranger.get('/api/health')).status, 401);
    assert.equal((await stranger.post('/metrics')).status, 405);
    const wrong = new AdminClient(open.url, makeKey().key);
    assert.equal((await wrong.get('/metrics')).status, 401);
  });

  it('is not opened beyond loopback without a credential', () => {
    const faultsOf = (config: Json) => {
      const file = join(folder, 'open.yaml');
      writeFileSync(file, JSON.stringify({ servers, admin: config }));
      const loaded = loadConfig(file, {});
      return loaded.ok ? [] : loaded.faults.map(faultLine);
    };
    assert.match(faultsOf({ host: '0.0.0.0' }).join(), /admin\.host.*a credential is needed/);
    assert.match(faultsOf({ host: '10.0.0.1', metrics: 'open' }).join(), /admin\.host/);
    assert.deepEqual(faultsOf({ host: '0.0.0.0', tokens: TOKENS_CONFIG }), []);
    assert.match(faultsOf({ token: 'short' }).join(), /24 characters/);
    assert.match(
      faultsOf({ mtls: [{ id: 'a', subject: 'a', roles: ['viewer'] }] }).join(),
      /clientCa/,
    );
    assert.match(faultsOf({ tokens: [...TOKENS_CONFIG, TOKENS_CONFIG[0]!] }).join(), /unique/);
    assert.match(faultsOf({ port: 7332, tokens: TOKENS_CONFIG }).join(), /admin\.port/);
  });

  it('shows a renewed certificate after a reload', async (t) => {
    const authority = new Authority();
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    const put = (one: { cert: string; key: string }) => {
      copyFileSync(one.key, key);
      copyFileSync(one.cert, cert);
    };
    put(authority.issue('localhost'));
    const over = await AdminUnderTest.start({ ...UNINSPECTED, servers }, { tls: { cert, key } });
    t.after(() => over.stop());
    const port = Number(new URL(over.url).port);
    const before = await serialAt(port, authority.ca);
    put(authority.issue('localhost'));
    over.gateway.process.child.kill('SIGHUP');
    await over.gateway.logs(/configuration loaded/);
    assert.notEqual(await serialAt(port, authority.ca), before);
  });

  it('takes roles from client certificates, and nobody without one of its authority', async (t) => {
    const authority = new Authority();
    const server = authority.issue('localhost');
    const mtls = [
      { id: 'ann', subject: 'ann', roles: ['operator'] },
      { id: 'bob', san: 'URI:spiffe://example.org/bob', roles: ['viewer'] },
    ];
    const tls = { ...server, clientCa: authority.ca };
    const over = await AdminUnderTest.start({ ...UNINSPECTED, servers }, { tls, mtls });
    t.after(() => over.stop());
    const { port } = new URL(over.url);
    const ask = (
      client: Authority | undefined,
      name: string,
      path: string,
      method = 'GET',
      host = 'DNS:x',
      token = '',
    ) =>
      new Promise<number | string>((resolve) => {
        const asked = request(
          {
            ...{ host: '127.0.0.1', port, path, method, agent: false },
            headers: {
              'content-type': 'application/json',
              ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
            },
            ca: readFileSync(authority.ca),
            ...(client === undefined ? {} : pem(client.issue(name, host))),
          },
          (response) => {
            response.resume();
            resolve(response.statusCode ?? 0);
          },
        );
        asked.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
        asked.end();
      });
    const restart = '/api/servers/files/restart';
    assert.equal(await ask(authority, 'ann', restart, 'POST'), 200);
    const spiffe = 'URI:spiffe://example.org/bob';
    assert.equal(await ask(authority, 'x', '/api/version', 'GET', spiffe), 200);
    assert.equal(await ask(authority, 'x', restart, 'POST', spiffe), 403);
    assert.equal(await ask(authority, 'eve', '/api/version'), 401);
    assert.equal(
      await ask(authority, 'eve', '/api/config', 'GET', 'DNS:x', TOKENS.auditor.key),
      200,
    );
    assert.equal(await ask(authority, 'ann', '/api/version', 'GET', 'DNS:x', makeKey().key), 401);
    assert.equal(typeof (await ask(undefined, '', '/api/version')), 'string');
    assert.equal(typeof (await ask(new Authority('Other'), 'ann', '/api/version')), 'string');
  });
});
