/**
 * What the configuration holds as a secret stays between the gateway and the server that it is for.
 *
 * Everything that the gateway says is searched, at the most talkative log level, while servers try to have it repeated.
 */

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Json, RunningGateway, script, until } from '../e2e/running-gateway.ts';
import { LegacyClient } from '../support/legacy-client.ts';
import { ModernClient } from '../support/modern-client.ts';
import { runProcess } from '../support/spawn.ts';
import { compiled, temporaryFolder } from '../support/temp.ts';
import { Puppets, type Script, sendJson } from './puppets.ts';

const SECRETS = {
  FROM_ENV: 'Env-5ecret-0f-the-operator',
  FROM_FILE: 'File-5ecret-line-one\nFile-5ecret-line-two',
  IN_HEADER: 'Header-5ecret-value-77',
  IN_URL: 'Url-5ecret-query-88',
  IN_ARGUMENT: 'Argument-5ecret-99',
  OF_CLIENT: 'Client-5ecret-token-11',
};

/** Prints its environment and arguments to stderr, whole and in pieces, and names them in its errors. */
const GOSSIP = `
  const { PLAIN_NAME, KEY_FILE } = process.env;
  const all = [PLAIN_NAME, KEY_FILE, process.argv.join(' ')];
  for (const each of all) for (const line of String(each).split('\\n')) process.stderr.write('using ' + line + '\\n');
  process.stderr.write('end of gossip\\n');
  let tail = '';
  process.stdin.setEncoding('utf8').on('end', () => process.exit(0)).on('data', (chunk) => {
    const lines = (tail + chunk).split('\\n');
    tail = lines.pop();
    for (const line of lines) {
      const { id, method } = JSON.parse(line);
      if (id === undefined) continue;
      process.stdout.write('PLAIN_NAME=' + PLAIN_NAME + '\\n');
      // What it answers to a call goes to its caller as it is; a list is the gateway's to report on.
      const words = method === 'tools/list' ? PLAIN_NAME : 'no';
      const error = { code: method === 'tools/list' ? words : -32601, message: words };
      const result = { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'g', version: '1' } };
      process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, ...(method === 'initialize' ? { result } : { error }) }) + '\\n');
    }
  });`;

describe('a secret of the configuration', () => {
  let puppets: Puppets;
  let gateway: RunningGateway;
  const said: string[] = [];

  before(async () => {
    puppets = await Puppets.start();
    const folder = temporaryFolder('secrets');
    writeFileSync(join(folder, 'key.pem'), `${SECRETS.FROM_FILE}\n`);
    process.env.SLUICE_TEST_SECRET = SECRETS.FROM_ENV;
    const headers = { 'x-api-key': SECRETS.IN_HEADER, authorization: `Bearer ${SECRETS.FROM_ENV}` };
    const angry: Script = {
      'server/discover': (_, response, request) =>
        sendJson(response, JSON.stringify({ error: request.headers }), 401),
      initialize: (_, response, request) =>
        sendJson(response, JSON.stringify({ error: request.headers, url: request.url }), 401),
    };
    const play = (name: string, of: Script) => {
      const entry = puppets.play(name, of, { headers });
      return { ...entry, url: `${entry.url}?key=${SECRETS.IN_URL}` };
    };
    puppets.scripts.set(`/angry?key=${SECRETS.IN_URL}`, angry);
    const gone = { ...play('gone', {}), url: `http://127.0.0.1:9/x?key=${SECRETS.IN_URL}` };
    const env = {
      PLAIN_NAME: `\${env:SLUICE_TEST_SECRET}`,
      KEY_FILE: `\${file:${folder}/key.pem}`,
    };
    gateway = await RunningGateway.start({
      telemetry: { log: 'trace' },
      servers: {
        gossip: { ...script(GOSSIP, '--token', SECRETS.IN_ARGUMENT), env },
        angry: play('angry', angry),
        gone,
      },
    });
    await gateway.settled();
    await gateway.logs(/end of gossip/);
    const authorization = `Bearer ${SECRETS.OF_CLIENT}`;
    for (const path of ['', '/gossip', '/angry', '/gone']) {
      const client = new ModernClient(`${gateway.url}${path}`, { headers: { authorization } });
      for (const method of ['tools/list', 'server/discover', 'x/y']) {
        said.push(JSON.stringify(await client.request(method)));
      }
      said.push(JSON.stringify(await client.call('gossip__x')));
      const legacy = await LegacyClient.open(`${gateway.url}${path}`, {
        headers: { authorization },
      });
      said.push(JSON.stringify(legacy.initialized), JSON.stringify(await legacy.call('x')));
    }
    said.push(JSON.stringify(await gateway.readiness()));
    for (const args of [['--json'], []]) {
      const main = compiled('src/main.js');
      const check = await runProcess(process.execPath, [
        main,
        'check',
        '-c',
        gateway.file,
        ...args,
      ]);
      said.push(check.stdout, check.stderr);
    }
  });
  after(async () => {
    await gateway?.stop();
    puppets?.stop();
  });

  for (const [name, secret] of Object.entries(SECRETS)) {
    it(`is in no log, answer, error, report or check: ${name}`, async () => {
      await until(() => gateway.process.stderr().includes('end of gossip'));
      for (const part of secret.split('\n')) {
        const log = gateway.process.stderr() + gateway.process.stdout();
        const at = log.indexOf(part);
        assert.equal(at, -1, log.slice(Math.max(0, at - 300), at + 100));
        for (const each of said) {
          assert.ok(!each.includes(part), each.slice(0, 1000));
        }
      }
    });
  }

  it('of a client reaches no server', () => {
    assert.ok(puppets.got.length > 0);
    const all = JSON.stringify(puppets.got as unknown as Json[]);
    assert.ok(!all.includes(SECRETS.OF_CLIENT));
  });
});
