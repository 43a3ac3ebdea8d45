/** Who is let in to the admin API, and what a web page, a stranger or a slow client gets of it. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type AdminHouse, startAdmin } from '../../src/admin/admin.ts';
import { adminSchema } from '../../src/admin/config.ts';
import { PERMISSIONS, ROLES } from '../../src/admin/roles.ts';
import type { Route } from '../../src/admin/route.ts';
import { ROUTES } from '../../src/admin/routes.ts';
import { makeKey } from '../../src/auth/auth.ts';
import { createLog } from '../../src/telemetry/telemetry.ts';
import { type Json, recorder, UNINSPECTED, until } from '../e2e/running-gateway.ts';
import { exchange, type HeaderLine, requestBytes } from '../support/raw-http.ts';
import { temporaryFolder } from '../support/temp.ts';
import { AdminClient, AdminUnderTest, TOKENS, TOKENS_CONFIG } from './admin-under-test.ts';

const folder = temporaryFolder('admin-door');
const own = makeKey();
const ended = makeKey();
const servers = { files: recorder(join(folder, 'files'), 'read_note') };

let admin: AdminUnderTest;
before(async () => {
  const expired = {
    id: 'old',
    sha256: ended.sha256,
    roles: ['admin'],
    expires: '2026-01-01T00:00:00Z',
  };
  const tokens = [...TOKENS_CONFIG, expired];
  admin = await AdminUnderTest.start(
    { servers },
    { token: `\${env:OWN}`, tokens },
    { OWN: own.key },
  );
});
after(() => admin.stop());

/** With names that nothing has, so that nothing is changed by it. */
const pathOf = ({ path }: Route) => path.replaceAll(/\{[^}]+\}/g, 'nobody');

function raw(method: string, path: string, headers: readonly HeaderLine[], body = '') {
  const { host } = new URL(admin.url);
  const usual: HeaderLine[] = headers.some(([name]) => name === 'Host') ? [] : [['Host', host]];
  const length: HeaderLine[] =
    body === '' ? [] : [['Content-Length', String(Buffer.byteLength(body))]];
  return exchange(admin.url, requestBytes(method, path, [...usual, ...headers, ...length], body));
}
const BEARER: HeaderLine = ['Authorization', `Bearer ${TOKENS.admin.key}`];
const JSON_TYPE: HeaderLine = ['Content-Type', 'application/json'];

describe('the roles of the admin API', { timeout: 300_000 }, () => {
  for (const route of ROUTES) {
    it(`let nobody but its roles use ${route.method} ${route.path}`, async () => {
      const { roles } = PERMISSIONS[route.needs];
      for (const role of ROLES) {
        const { status } = await admin.as[role].request(route.method, pathOf(route));
        const isMeant = (roles as readonly string[]).includes(role);
        assert.equal(status === 403, !isMeant, `${role} got ${status}`);
        assert.notEqual(status, 401);
        assert.ok(status < 500, `${role} got ${status}`);
      }
      const nobody = new AdminClient(admin.url);
      assert.equal((await nobody.request(route.method, pathOf(route))).status, 401);
    });
  }

  it('come together in a token that has several', async () => {
    const gateway = await AdminUnderTest.start(
      { ...UNINSPECTED, servers },
      { tokens: [{ id: 'both', sha256: own.sha256, roles: ['operator', 'auditor'] }] },
    );
    const both = new AdminClient(gateway.url, own.key);
    assert.equal((await both.get('/api/config')).status, 200);
    assert.equal((await both.post('/api/servers/files/restart')).status, 200);
    assert.equal((await both.post('/api/config/reload')).status, 403);
    await gateway.stop();
  });
});

describe('a request to the admin API', { timeout: 300_000 }, () => {
  it('without a credential learns nothing of what there is', async () => {
    const stranger = new AdminClient(admin.url);
    const [known, unknown] = [
      await stranger.get('/api/servers'),
      await stranger.get('/api/nothing/here'),
    ];
    assert.deepEqual([known.status, known.text], [unknown.status, unknown.text]);
    assert.equal(known.status, 401);
    assert.equal(known.headers.get('www-authenticate'), 'Bearer');
  });

  it('takes no credential from a URL, a cookie, or another scheme', async () => {
    const { key } = TOKENS.admin;
    for (const headers of [
      { cookie: `token=${key}; authorization=Bearer ${key}` },
      { authorization: `Basic ${Buffer.from(`admin:${key}`).toString('base64')}` },
      { 'x-api-key': key },
    ]) {
      const client = new AdminClient(admin.url, undefined, headers);
      assert.equal((await client.get('/api/servers')).status, 401);
    }
    const inUrl = await new AdminClient(admin.url).get(`/api/servers?token=${key}`);
    assert.equal(inUrl.status, 401);
  });

  it('is let in by the token of the file, and by none that has ended', async () => {
    assert.equal((await new AdminClient(admin.url, own.key).get('/api/config')).status, 200);
    assert.equal((await new AdminClient(admin.url, ended.key).get('/api/version')).status, 401);
  });

  it('by another name than ours is refused, whatever it knows', async () => {
    const { port } = new URL(admin.url);
    for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1.evil.example', '']) {
      const { status, body } = await raw('GET', '/api/version', [['Host', host], BEARER]);
      assert.equal(status, 403, host);
      assert.match(body, /bad_host/);
    }
    const { status } = await raw('GET', '/api/version', [['Host', `localhost:${port}`], BEARER]);
    assert.equal(status, 200);
  });

  it('of a web page from elsewhere is refused, and no answer has a CORS header', async () => {
    const { host } = new URL(admin.url);
    const foreign: HeaderLine[][] = [
      [['Origin', 'https://evil.example']],
      [['Origin', 'null']],
      [['Origin', 'http://127.0.0.1:1']],
      [['Sec-Fetch-Site', 'cross-site']],
    ];
    for (const headers of foreign) {
      const { status, body } = await raw(
        'POST',
        '/api/stops',
        [...headers, BEARER, JSON_TYPE],
        '{}',
      );
      assert.equal(status, 403);
      assert.match(body, /bad_origin/);
    }
    const preflight = await raw('OPTIONS', '/api/stops', [
      ['Origin', `http://${host}`],
      ['Access-Control-Request-Method', 'POST'],
    ]);
    assert.equal(preflight.status, 401);
    assert.ok(Object.keys(preflight.headers).every((name) => !name.startsWith('access-control')));
    const same = await raw('GET', '/api/version', [['Origin', `http://${host}`], BEARER]);
    assert.equal(same.status, 200);
  });

  it('that changes something must be JSON, which no form sends', async () => {
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data']) {
      const { status } = await raw(
        'POST',
        '/api/servers/files/restart',
        [BEARER, ['Content-Type', type]],
        '{}',
      );
      assert.equal(status, 415, type);
    }
    assert.equal((await raw('POST', '/api/servers/files/restart', [BEARER])).status, 415);
    assert.equal((await raw('DELETE', '/api/stops?kind=all', [BEARER])).status, 415);
  });

  it('that means two things is refused', async () => {
    const twice = await raw('GET', '/api/version', [BEARER, ['Authorization', 'Bearer x']]);
    assert.equal(twice.status, 400);
    const { host } = new URL(admin.url);
    const hosts = await raw('GET', '/api/version', [
      ['Host', host],
      ['Host', 'evil.example'],
      BEARER,
    ]);
    assert.equal(hosts.status, 400);
    assert.equal((await admin.as.viewer.get('/api/sessions?limit=1&limit=2')).status, 400);
  });

  it('is refused where its body is too large, or not as the document says', async () => {
    const { as } = admin;
    const large = await as.admin.post('/api/stops', { kind: 'tool', name: 'x'.repeat(100_000) });
    assert.deepEqual([large.status, large.body.code], [413, 'too_large']);
    for (const body of [
      {},
      { kind: 'world' },
      { kind: 'all', more: 1 },
      { kind: 'server', name: 7 },
    ]) {
      assert.equal((await as.admin.post('/api/stops', body)).status, 400, JSON.stringify(body));
    }
    const notJson = await raw('POST', '/api/stops', [BEARER, JSON_TYPE], '{"kind":');
    assert.equal(notJson.status, 400);
    assert.equal((await as.viewer.get('/api/sessions?limit=100000')).status, 400);
    assert.equal((await as.viewer.get('/api/version?x=1')).status, 400);
    const method = await as.viewer.delete('/api/servers');
    assert.deepEqual([method.status, method.headers.get('allow')], [405, 'GET']);
    assert.equal((await as.viewer.get('/api/servers/%ff')).status, 404);
  });

  it('that comes too slowly is cut', async () => {
    const { host } = new URL(admin.url);
    const head = `POST /api/stops HTTP/1.1\r\nHost: ${host}\r\n`;
    const auth = `Authorization: Bearer ${TOKENS.admin.key}\r\nContent-Type: application/json\r\n`;
    const body = `${head}${auth}Content-Length: 20\r\n\r\n{`;
    const patience = { deadlineMs: 30_000 };
    const [slowHead, slowBody] = await Promise.all([
      exchange(admin.url, head, patience),
      exchange(admin.url, body, patience),
    ]);
    assert.notEqual(slowHead.end, 'deadline');
    assert.notEqual(slowBody.end, 'deadline');
    assert.notEqual(slowBody.status, 200);
  });

  it('whose answer nobody reads is given up', async (t) => {
    let isGivenUp = false;
    async function* endless() {
      try {
        for (;;) yield Buffer.alloc(1 << 20, 'x');
      } finally {
        isGivenUp = true;
      }
    }
    const text = () => ({ contentType: 'text/plain', slices: endless() });
    const measured = { exposition: text, latency: async () => [] };
    const house = { measured, record: () => {} } as unknown as AdminHouse;
    const config = adminSchema.parse({ port: 0, metrics: 'open' });
    const own = await startAdmin(config, house, createLog({ log: 'silent' }));
    t.after(() => own.close());
    const { hostname, port, host } = new URL(own.url);
    const socket = connect(Number(port), hostname);
    t.after(() => socket.destroy());
    socket.pause().write(`GET /metrics HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    await until(() => isGivenUp);
  });

  it('cannot be made where clients arrive, nor theirs here', async () => {
    const { origin, url } = admin.gateway;
    const headers = {
      authorization: `Bearer ${TOKENS.admin.key}`,
      'content-type': 'application/json',
    };
    for (const path of ['/api/servers', '/api/openapi.json', '/metrics', '/mcp/../api/servers']) {
      const { status } = await fetch(origin + path, { headers });
      assert.equal(status, 404, path);
    }
    const { status } = await fetch(`${origin}/api/stops`, {
      method: 'POST',
      headers,
      body: '{"kind":"all"}',
    });
    assert.equal(status, 404);
    for (const path of [new URL(url).pathname, '/sse', '/healthz', '/readyz']) {
      assert.equal((await admin.as.admin.get(path)).status, 404, path);
    }
  });

  it('with wrong tokens is held up after some, and one with a right token never', async () => {
    const guess = () => new AdminClient(admin.url, makeKey().key).get('/api/version');
    const statuses = [];
    for (let at = 0; at < 15; at++) statuses.push((await guess()).status);
    assert.equal(statuses.at(-1), 429);
    const last = await guess();
    assert.ok(Number(last.headers.get('retry-after')) > 0);
    assert.equal((await admin.as.viewer.get('/api/version')).status, 200);
  });

  it('leaves no token in the log or in what is told of the configuration', async () => {
    const { text } = await admin.as.auditor.get('/api/config');
    const log = admin.gateway.process.stderr();
    for (const { key, sha256 } of [...Object.values(TOKENS), own, ended]) {
      for (const where of [text, log]) {
        assert.ok(!where.includes(key));
        assert.ok(!where.includes(sha256));
      }
    }
    assert.ok(log.includes('"outcome":"unauthenticated"'));
  });

  it('is asked for its new token after a reload', async () => {
    const file = JSON.parse(readFileSync(admin.gateway.file, 'utf8')) as { admin: Json };
    const tokens = TOKENS_CONFIG.filter(({ id }) => id !== 'the-viewer');
    admin.gateway.write({ ...file, admin: { ...file.admin, tokens } });
    assert.equal((await admin.as.admin.post('/api/config/reload')).body.ok, true);
    const { status } = await admin.as.viewer.get('/api/version');
    assert.ok(status === 401 || status === 429, String(status));
    assert.equal((await admin.as.operator.get('/api/version')).status, 200);
  });
});
