/** `sluice admin`, in front of a running gateway. */

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { freePort } from '../../bench/free-port.ts';
import { makeKey } from '../../src/auth/auth.ts';
import { AdminUnderTest, TOKENS } from '../admin/admin-under-test.ts';
import { until } from '../e2e/running-gateway.ts';
import { LegacyClient } from '../support/legacy-client.ts';
import { temporaryFolder } from '../support/temp.ts';
import { type Outcome, placeOf, run, tiny, write } from './sluice.ts';

const folder = temporaryFolder('cli-admin');
const TINY = JSON.parse(
  JSON.stringify({
    command: process.execPath,
    args: [/"([^"]*tiny-server\.js)"/.exec(tiny())![1], ''],
  }),
) as Record<string, unknown>;

let admin: AdminUnderTest;
before(async () => {
  admin = await AdminUnderTest.start({
    servers: { tiny: TINY },
    limits: [{ id: 'day', quota: '9/day' }],
  });
});
after(() => admin.stop());

/** As an admin, unless `env` says otherwise. */
function ask(...args: string[]): Promise<Outcome> {
  const env = { SLUICE_ADMIN_TOKEN: TOKENS.admin.key, SLUICE_ADMIN_URL: admin.url };
  return run({ folder, env }, 'admin', ...args);
}

async function said(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await ask(...args);
  assert.equal(code, 0, stderr);
  return stdout;
}

describe('sluice admin', { timeout: 300_000 }, () => {
  it('shows tables to people and JSON to programs', async () => {
    assert.match(await said('servers'), /^SERVER +STATUS.*\ntiny +ready +legacy +5/);
    const { servers } = JSON.parse(await said('servers', '--json')) as {
      servers: { name: string }[];
    };
    assert.deepEqual(
      servers.map(({ name }) => name),
      ['tiny'],
    );
    assert.match(await said('version'), /^version +\d/);
    assert.match(await said('health'), /^ready +true/);
    assert.match(await said('limits'), /^LIMIT.*\nday +enforce +0/);
  });

  it('takes its options behind any command, those of a group as well', async () => {
    const token = join(folder, 'token');
    writeFileSync(token, TOKENS.admin.key);
    const options = ['--url', admin.url, '--token-file', token, '--json'];
    for (const command of ['servers', 'servers enable tiny', 'sessions', 'tools list tiny']) {
      const args = ['admin', ...command.split(' '), ...options];
      const { code, stdout, stderr } = await run({ folder }, ...args);
      assert.equal(code, 0, `${command}: ${stderr}`);
      assert.equal(typeof JSON.parse(stdout), 'object', command);
    }
  });

  it('restarts, drains and enables a server', async () => {
    assert.match(await said('servers', 'restart', 'tiny'), /tiny +ready/);
    assert.match(await said('servers', 'drain', 'tiny'), /drained/);
    const { code, stdout } = await ask('health');
    assert.equal(code, 1);
    assert.match(stdout, /degraded +tiny/);
    assert.doesNotMatch(await said('servers', 'enable', 'tiny'), /drained/);
  });

  it('shows tools and approves them', async () => {
    assert.match(await said('tools', 'list', 'tiny'), /tiny\.echo +yes +approved/);
    assert.match(await said('tools', 'show', 'tiny.echo'), /"description": "echo it"/);
    assert.match(await said('tools', 'approve', 'tiny.echo'), /tiny\.echo +yes +approved/);
    const other = await ask('tools', 'approve', 'tiny.echo', '--sha256', '0'.repeat(64));
    assert.equal(other.code, 1);
    assert.match(other.stderr, /\[conflict\]/);
    assert.equal((await ask('tools', 'show', 'tiny.none')).code, 1);
  });

  it('lists and ends sessions and callers', async () => {
    const first = await LegacyClient.open(admin.gateway.url);
    const [, handle] = /\n([0-9a-f]{16}) /.exec(await said('sessions')) ?? [];
    assert.match(await said('callers'), /anonymous/);
    assert.match(await said('callers', 'limits', 'anonymous'), /day +enforce +1 of 9/);
    assert.match(await said('sessions', 'end', handle!), /^ended +1/);
    assert.equal((await first.request('tools/list')).status, 404);
    await LegacyClient.open(admin.gateway.url);
    assert.match(await said('callers', 'end', 'anonymous'), /^ended +1/);
  });

  it('stops and resumes', async () => {
    assert.match(await said('stop', 'server', 'tiny'), /server +tiny/);
    assert.match(await said('stop'), /server +tiny/);
    assert.match(await said('resume', 'server', 'tiny'), /Nothing is stopped/);
    assert.equal((await ask('stop', 'server', 'none')).code, 64);
  });

  it('shows what a reload would change, and reloads', async () => {
    assert.match(await said('config'), /"tiny"/);
    const file = JSON.parse(readFileSync(admin.gateway.file, 'utf8')) as Record<string, unknown>;
    admin.gateway.write({ ...file, telemetry: { log: 'debug' } });
    assert.match(await said('config', 'diff'), /~ telemetry\.log: "info" → "debug"/);
    assert.match(await said('reload'), /^loaded [0-9a-f]{64}/);
    assert.match(await said('config', 'diff'), /would change nothing/);
    admin.gateway.write('nonsense: 1');
    const { code, stdout } = await ask('reload');
    assert.equal(code, 1);
    assert.match(stdout, /sluice\.yaml:1/);
    admin.gateway.write(file);
    await said('reload');
  });

  it('says what is wrong, and shows no token', async (t) => {
    const place = placeOf(t);
    const wrong = makeKey().key;
    const as = async (env: Record<string, string>, ...args: string[]) => {
      const outcome = await run(
        { ...place, env: { SLUICE_ADMIN_URL: admin.url, ...env } },
        'admin',
        ...args,
      );
      assert.ok(!(outcome.stdout + outcome.stderr).includes(wrong));
      return [outcome.code, outcome.stderr] as const;
    };
    const [unknown, words] = await as({ SLUICE_ADMIN_TOKEN: wrong }, 'servers');
    assert.equal(unknown, 64);
    assert.match(words, /SLUICE_ADMIN_TOKEN.*\[unauthenticated\]/);
    const viewer = { SLUICE_ADMIN_TOKEN: TOKENS.viewer.key };
    assert.equal((await as(viewer, 'servers', 'restart', 'tiny'))[0], 64);
    assert.equal((await as(viewer, 'servers', 'restart'))[0], 64);
    assert.equal((await as(viewer, 'nothing'))[0], 64);
    const nobody = await as({ ...viewer, SLUICE_ADMIN_URL: 'http://127.0.0.1:9' }, 'servers');
    assert.equal(nobody[0], 69);
    const gateway = await as({ ...viewer, SLUICE_ADMIN_URL: admin.gateway.origin }, 'servers');
    assert.equal(gateway[0], 69);
    assert.match(gateway[1], /not the admin API/);
  });

  it('finds the gateway and the token in the configuration, or the token in a file', async (t) => {
    const place = placeOf(t);
    const { port } = new URL(admin.url);
    const token = join(place.folder, 'token');
    writeFileSync(token, `${TOKENS.admin.key}\n`);
    write(place, `servers: { tiny: ${tiny()} }\nadmin: { port: ${port}, token: "\${file:token}" }`);
    assert.equal((await run(place, 'admin', 'reload', '--json')).code, 0);
    write(place, `servers: { tiny: ${tiny()} }\nadmin: { port: ${port} }`);
    assert.equal((await run(place, 'admin', 'servers')).code, 64);
    assert.equal((await run(place, 'admin', 'servers', '--token-file', 'token')).code, 0);
    assert.equal((await run(place, 'admin', 'servers', '--token-file', 'none')).code, 64);
  });
});

describe('sluice key --admin', { timeout: 300_000 }, () => {
  it('makes a token for the roles that it names', async (t) => {
    const place = placeOf(t);
    const made = await run(place, 'key', '--admin', 'viewer,operator', '--id', 'ops', '--json');
    const { key, entry } = JSON.parse(made.stdout) as {
      key: string;
      entry: Record<string, unknown>;
    };
    assert.deepEqual([entry.id, entry.roles], ['ops', ['viewer', 'operator']]);
    const running = await AdminUnderTest.start({ servers: {} }, { tokens: [entry] });
    t.after(() => running.stop());
    const env = { SLUICE_ADMIN_URL: running.url, SLUICE_ADMIN_TOKEN: key };
    assert.equal((await run({ ...place, env }, 'admin', 'servers')).code, 0);
    assert.equal((await run({ ...place, env }, 'admin', 'reload')).code, 64);
    assert.equal((await run(place, 'key', '--admin', 'king')).code, 64);
  });
});

describe('sluice admin health', { timeout: 180_000 }, () => {
  it('says when a sink of the audit log is dead, and no more when it is back', async (t) => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/hook`;
    const audited = await AdminUnderTest.start({
      servers: { tiny: TINY },
      audit: { dir: 'audit', flushMs: 5, sinks: [{ id: 'siem', kind: 'webhook', url }] },
    });
    t.after(() => audited.stop());
    const env = { SLUICE_ADMIN_TOKEN: TOKENS.viewer.key, SLUICE_ADMIN_URL: audited.url };
    const health = () => run({ folder, env }, 'admin', 'health');
    let outcome = await health();
    await until(async () => {
      outcome = await health();
      return /sink siem has failed/.test(outcome.stdout);
    });
    assert.equal(outcome.code, 1);
    assert.match(outcome.stdout, /^ready +true$/m);
    assert.match(
      outcome.stdout,
      /^audit +sink siem has failed \d+ times in a row; it is 0\.0 MiB behind$/m,
    );
    assert.ok(!outcome.stdout.includes(String(port)), 'where it goes is not said');
    const hook = createServer((request, response) => {
      request.resume().on('end', () => response.end('{}'));
    });
    t.after(() => hook.close());
    await new Promise<void>((resolve) => hook.listen(port, '127.0.0.1', resolve));
    await until(async () => (await health()).code === 0);
  });
});
