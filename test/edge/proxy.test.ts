/**
 * A proxy in front over a unix socket: what it says of its client counts there, and from nobody else.
 */

import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { before, describe, it, type TestContext } from 'node:test';
import { makeKey } from '../../src/auth/auth.ts';
import type { ListenConfig } from '../../src/edge/config.ts';
import { Authority, type Certificate } from '../support/certificates.ts';
import { skipOf } from '../support/fronts.ts';
import { runProcess } from '../support/spawn.ts';
import { temporaryFolder } from '../support/temp.ts';
import { FRONTS, type FrontName, modern, request, startWorld } from './harness.ts';

const SPIFFE = 'spiffe://example.org/agents/bob';
const key = makeKey();
const ENTRY = {
  mtls: [
    { id: 'ann', subject: 'ann' },
    { id: 'bob', san: `URI:${SPIFFE}` },
  ],
  apiKeys: [{ id: 'ci', sha256: key.sha256 }],
  attempts: { burst: 2, perMinute: 1 },
};

let ann: Certificate;
let bob: Certificate;
let mallory: Certificate;
before(() => {
  const authority = new Authority();
  ann = authority.issue('ann');
  bob = authority.issue('somebody', `DNS:x.example,URI:${SPIFFE}`);
  mallory = authority.issue('mallory', 'DNS:bob.example');
});

/** As the proxy writes it. */
function der({ cert }: Certificate): string {
  return new X509Certificate(readFileSync(cert)).raw.toString('base64');
}

function proxyConfig(more: object = {}): NonNullable<ListenConfig['proxy']> {
  const socket = join(temporaryFolder('proxy'), 'sluice.sock');
  return { socket, mode: '0600', certificateHeader: 'client-cert', ...more };
}

async function startProxied(front: FrontName, t: TestContext, more: object = {}, entry = ENTRY) {
  const proxy = proxyConfig(more);
  const world = await startWorld(front, { proxy }, t, entry);
  const ask = async (headers: Record<string, string> | string, where: number | string) => {
    const { headers: usual, body } = modern('echo');
    const text =
      typeof headers === 'string'
        ? request('POST', '/mcp', usual, body).replace('\r\n', `\r\n${headers}`)
        : request('POST', '/mcp', { ...usual, ...headers }, body);
    const answer = await world.raw(text, where).answer();
    const caller = answer.status === 200 ? world.gateway.callers.at(-1)?.id : undefined;
    return { status: answer.status, caller };
  };
  return {
    ...world,
    proxy,
    ask,
    overSocket: (headers: Record<string, string> | string) => ask(headers, proxy.socket),
  };
}

for (const front of FRONTS) {
  describe(`over the socket of a proxy: ${front}`, { skip: skipOf(front) }, () => {
    it('its certificate header names the caller, by the common name or an alternative one, in each form', async (t) => {
      const { overSocket } = await startProxied(front, t);
      const known = { status: 200, caller: 'ann' };
      assert.deepEqual(await overSocket({ 'client-cert': `:${der(ann)}:` }), known);
      assert.deepEqual(await overSocket({ 'client-cert': der(ann) }), known);
      const pem = encodeURIComponent(readFileSync(ann.cert, 'utf8'));
      assert.deepEqual(await overSocket({ 'client-cert': pem }), known);
      assert.deepEqual(await overSocket({ 'client-cert': `:${der(bob)}:` }), {
        status: 200,
        caller: 'bob',
      });
    });

    it('the same header over TCP says nothing', async (t) => {
      const { ask, edge } = await startProxied(front, t);
      assert.equal((await ask({ 'client-cert': `:${der(ann)}:` }, edge.port)).status, 401);
      assert.equal((await ask({ 'client-cert': 'nonsense' }, edge.port)).status, 401);
    });

    it('nobody is let in without one, with that of a stranger, or with one that cannot be read or came twice', async (t) => {
      const { overSocket } = await startProxied(front, t);
      assert.equal((await overSocket({})).status, 401);
      assert.equal((await overSocket({ 'client-cert': '::' })).status, 401);
      assert.equal((await overSocket({ 'client-cert': `:${der(mallory)}:` })).status, 401);
      assert.equal((await overSocket({ 'client-cert': `:${der(ann).slice(8)}:` })).status, 400);
      assert.equal((await overSocket({ 'client-cert': '%' })).status, 400);
      const twice = `client-cert: :${der(mallory)}:\r\nclient-cert: :${der(ann)}:\r\n`;
      assert.equal((await overSocket(twice)).status, 400);
      assert.equal(
        (await overSocket(`client-cert: \r\nclient-cert: :${der(ann)}:\r\n`)).status,
        400,
      );
    });

    it('an unreadable certificate makes nobody anonymous where others are', async (t) => {
      const { overSocket } = await startProxied(front, t, {}, {} as typeof ENTRY);
      assert.equal((await overSocket({})).status, 200);
      assert.equal((await overSocket({ 'client-cert': 'no certificate' })).status, 400);
    });

    it('a token says who calls where there are both, and a wrong one is not made good by a certificate', async (t) => {
      const { overSocket } = await startProxied(front, t);
      const shown = { 'client-cert': `:${der(ann)}:` };
      const right = await overSocket({ ...shown, authorization: `Bearer ${key.key}` });
      assert.deepEqual(right, { status: 200, caller: 'ci' });
      assert.equal((await overSocket({ ...shown, authorization: 'Bearer wrong' })).status, 401);
    });

    it('its address header is the address that counts, and over TCP it is not', async (t) => {
      const { overSocket, ask, edge } = await startProxied(front, t, { addressHeader: 'x-client' });
      const from = (address: string) => ({ 'x-client': address, authorization: 'Bearer wrong' });
      for (const status of [401, 401, 429]) {
        assert.equal((await overSocket(from('192.0.2.1'))).status, status);
      }
      assert.equal((await overSocket(from('192.0.2.2'))).status, 401);
      assert.equal((await overSocket(from('192.0.2.3, 192.0.2.4'))).status, 400);
      for (const status of [401, 401, 429]) {
        const { status: got } = await ask(from(`198.51.100.${status}`), edge.port);
        assert.equal(got, status);
      }
    });

    it('the file is its owner’s alone unless configured otherwise, and gone after the end', async (t) => {
      const { edge, proxy } = await startProxied(front, t);
      assert.equal(statSync(proxy.socket).mode & 0o777, 0o600);
      const other = await startProxied(front, t, { mode: '0660' });
      assert.equal(statSync(other.proxy.socket).mode & 0o777, 0o660);
      await edge.close(0);
      assert.equal(existsSync(proxy.socket), false);
    });

    it('takes the place of a socket that was left behind, and of nothing else', async (t) => {
      const left = proxyConfig();
      const script = `require('net').createServer().listen(${JSON.stringify(left.socket)}, () => process.kill(process.pid, 'SIGKILL'))`;
      await runProcess(process.execPath, ['-e', script]);
      assert.ok(existsSync(left.socket), 'a killed process leaves its socket');
      const { overSocket } = await startProxied(front, t, left);
      assert.equal((await overSocket({ 'client-cert': der(ann) })).status, 200);

      const used = proxyConfig();
      const server = createServer().listen(used.socket);
      await once(server, 'listening');
      t.after(() => server.close());
      chmodSync(used.socket, 0o666);
      await assert.rejects(startProxied(front, t, used), /in use/);

      const file = proxyConfig();
      writeFileSync(file.socket, 'precious');
      await assert.rejects(startProxied(front, t, file), /no socket/);
      assert.equal(readFileSync(file.socket, 'utf8'), 'precious');

      const long = proxyConfig({ socket: `/tmp/${'x'.repeat(120)}` });
      await assert.rejects(startProxied(front, t, long), /longer than/);
    });
  });
}
