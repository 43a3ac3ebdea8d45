/**
 * haproxy in front, as docs/authentication.md configures both: client certificates from end to end.
 */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parse } from 'yaml';
import { freePort } from '../../bench/free-port.ts';
import { LATEST_MODERN, META } from '../../src/protocol/eras.ts';
import { Authority, type Certificate, pem } from '../support/certificates.ts';
import { type StartedProcess, startProcess } from '../support/spawn.ts';
import { projectFolder, temporaryFolder } from '../support/temp.ts';
import { type Json, RunningGateway, recorder, until } from './running-gateway.ts';

/** Debian has it where only root looks. */
const HAPROXY = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/local/sbin']
  .map((folder) => join(folder, 'haproxy'))
  .find((file) => existsSync(file));
const MISSING =
  HAPROXY === undefined && 'there is no haproxy here (Debian: apt-get install haproxy)';

const page = readFileSync(join(projectFolder(), 'docs/authentication.md'), 'utf8');
const section = page.slice(page.indexOf('### Verified by a proxy in front'));

function block(kind: string): string {
  const text = new RegExp(`\`\`\`${kind}\\n([^]*?)\`\`\``).exec(section)?.[1];
  assert.ok(text !== undefined, `the page shows no ${kind}`);
  return text;
}

/** Replaces what only a real installation has. Fails where the page no longer says it. */
function placed(text: string, places: Readonly<Record<string, string>>): string {
  let made = text;
  for (const [from, to] of Object.entries(places)) {
    assert.ok(made.includes(from), from);
    made = made.replaceAll(from, to);
  }
  return made;
}

describe('behind haproxy, configured as the manual says', {
  skip: MISSING,
  timeout: 180_000,
}, () => {
  const authority = new Authority();
  const folder = temporaryFolder('haproxy');
  const socket = join(folder, 'sluice.sock');
  let gateway: RunningGateway;
  let proxy: StartedProcess;
  let port: number;

  before(async () => {
    const { listen, auth } = parse(
      placed(block('yaml'), { '/run/sluice/sluice.sock': socket }),
    ) as Json;
    gateway = await RunningGateway.start({
      ...{ listen, auth },
      servers: { one: recorder(join(folder, 'received'), 'read', 'write') },
      access: {
        roles: { reader: { allow: ['one.read'] } },
        callers: { ci: { allow: ['one.write'] } },
      },
    });
    await gateway.settled();
    port = await freePort();
    const server = authority.issue('gateway.example', 'DNS:gateway.example');
    const both = join(folder, 'gateway.pem');
    writeFileSync(both, readFileSync(server.cert, 'utf8') + readFileSync(server.key, 'utf8'));
    const file = join(folder, 'haproxy.cfg');
    const places = {
      ':8443': `127.0.0.1:${port}`,
      '/etc/haproxy/gateway.pem': both,
      '/etc/haproxy/clients.pem': authority.ca,
      '/run/sluice/sluice.sock': socket,
    };
    writeFileSync(file, placed(block('haproxy'), places));
    proxy = await startProcess(HAPROXY as string, ['-db', '-f', file]);
    await until(
      () => isOpen(port),
      () => `haproxy listens: ${proxy.stderr()}`,
    );
  });
  after(async () => {
    await proxy?.stop();
    await gateway?.stop();
  });

  /** The status of a list with the names on it, or the code of the fault of the handshake. */
  function listWith(
    client: Certificate | undefined,
    headers: Record<string, string> = {},
  ): Promise<{ status: number | string; tools?: string[] }> {
    const meta = { [`${META}protocolVersion`]: LATEST_MODERN, [`${META}clientCapabilities`]: {} };
    const body = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: meta } };
    return new Promise((resolve) => {
      const asked = request(
        {
          ...{ host: '127.0.0.1', port, path: '/mcp', method: 'POST', agent: false },
          servername: 'gateway.example',
          headers: {
            'content-type': 'application/json',
            accept: 'application/json, text/event-stream',
            'mcp-protocol-version': LATEST_MODERN,
            'mcp-method': 'tools/list',
            host: 'gateway.example',
            ...headers,
          },
          ca: readFileSync(authority.ca),
          ...(client === undefined ? {} : pem(client)),
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk) => {
            text += chunk;
          });
          response.on('end', () => {
            const { result } = JSON.parse(text) as { result?: { tools: { name: string }[] } };
            const tools = result?.tools.map(({ name }) => name);
            const status = response.statusCode ?? 0;
            resolve(tools === undefined ? { status } : { status, tools });
          });
        },
      );
      asked.on('error', (error: NodeJS.ErrnoException) => resolve({ status: error.code ?? '' }));
      asked.end(JSON.stringify(body));
    });
  }

  it('a certificate is its caller, by subject or alternative name', async () => {
    const billing = authority.issue('anything', 'URI:spiffe://example.org/billing');
    assert.deepEqual(await listWith(billing), { status: 200, tools: ['read'] });
    const ci = authority.issue('ci.example.org');
    assert.deepEqual(await listWith(ci), { status: 200, tools: ['write'] });
  });

  it('a certificate that names nobody here is nobody’s, whatever header its client sends', async () => {
    const billing = authority.issue('anything', 'URI:spiffe://example.org/billing');
    const der = execFileSync('openssl', ['x509', '-in', billing.cert, '-outform', 'DER']);
    const stranger = authority.issue('mallory');
    const forged = { 'client-cert': `:${der.toString('base64')}:` };
    assert.equal((await listWith(stranger)).status, 401);
    assert.equal((await listWith(stranger, forged)).status, 401);
    assert.equal(typeof (await listWith(undefined, forged)).status, 'string');
    const foreign = new Authority('Test Authority').issue('ci.example.org');
    assert.equal(typeof (await listWith(foreign, forged)).status, 'string');
  });

  it('the address that counts is that of the client', async () => {
    const wrong = { authorization: 'Bearer wrong', 'x-client-address': '192.0.2.7' };
    const statuses = new Set<number | string>();
    const stranger = authority.issue('mallory');
    for (let at = 0; at < 25; at++) statuses.add((await listWith(stranger, wrong)).status);
    assert.deepEqual([...statuses], [401, 429]);
    // Held up is 127.0.0.1, at which the client and nobody over the socket is. By itself it could try more often than this;
    // each second gives it one attempt back.
    const direct = new Set<number>();
    for (let at = 0; at < 5; at++) {
      const response = await fetch(gateway.url, {
        method: 'POST',
        headers: { authorization: `Bearer another ${at}`, 'content-type': 'application/json' },
        body: '{}',
      });
      direct.add(response.status);
    }
    assert.ok(direct.has(429), `${[...direct]}`);
  });
});

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.on('close', () => {});
    socket.once('connect', () => socket.destroy());
  });
}
