/**
 * Servers that are dead, mute, or die in the middle: the others do not notice, and nobody is told a half-truth.
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { LegacyClient } from '../support/legacy-client.ts';
import { ModernClient } from '../support/modern-client.ts';
import { runProcess } from '../support/spawn.ts';
import { compiled, temporaryFolder } from '../support/temp.ts';
import { CAPABILITIES } from './answering.ts';
import {
  fixture,
  type Json,
  namesOf,
  RunningGateway,
  recorded,
  recorder,
  script,
  textOf,
  until,
} from './running-gateway.ts';

const folder = temporaryFolder('dead');
const STARTS = join(folder, 'starts');
const FRAIL = join(folder, 'frail');
const COUNTING = `require('fs').appendFileSync(${JSON.stringify(STARTS)}, '.'); process.exit(3)`;

const DEAD: Json = {
  exits: script(COUNTING),
  refuses: { url: 'http://127.0.0.1:1/mcp' },
  mute: { ...fixture('hostile', 'mute'), startMs: 1000 },
  missing: { command: '/nonexistent/program' },
};
const NAMES = Object.keys(DEAD);
let gateway: RunningGateway;

before(async () => {
  const servers = { good: fixture('echo'), ...DEAD, frail: recorder(FRAIL) };
  gateway = await RunningGateway.start({ servers });
  await gateway.settled();
});

after(async () => {
  await gateway?.stop();
});

describe('dead servers', { timeout: 180_000 }, () => {
  it('leave the others listed and callable, and are named in the list', async () => {
    const modern = new ModernClient(gateway.url);
    const legacy = await LegacyClient.open(gateway.url);
    for (const client of [modern, legacy]) {
      const list = await client.request('tools/list');
      assert.deepEqual(namesOf(list), ['good__echo', 'frail__echo', 'frail__pid', 'frail__hang']);
      const meta = list.result?._meta as Json | undefined;
      assert.deepEqual(meta?.['dev.sluice/missing'], NAMES);
      assert.equal(textOf(await client.call('good__echo', { message: 'up' })), 'up');
    }
    assert.equal((await modern.request('tools/list')).result?.ttlMs, 0);
    await legacy.close();
  });

  it('are named by /readyz, which stays ready, and by the log, with the reason', async () => {
    const { status, body } = await gateway.readiness();
    assert.equal(status, 200);
    assert.equal(body.ready, true);
    for (const name of NAMES) {
      const server = body.servers[name] as Json;
      assert.equal(server.status, 'down', name);
      assert.ok(String(server.fault).length > 10, name);
      assert.match(gateway.process.stderr(), new RegExp(`"server":"${name}"`));
    }
  });

  it('are named by `check`, which then exits 1', async () => {
    const args = [compiled('src/main.js'), 'check', '--json', '-c', gateway.file];
    const { status, stdout } = await runProcess(process.execPath, args);
    assert.equal(status, 1);
    const report = JSON.parse(stdout) as { servers: { name: string; status: string }[] };
    const down = report.servers.filter((server) => server.status === 'down');
    assert.deepEqual(
      down.map(({ name }) => name),
      NAMES,
    );
  });

  for (const name of NAMES) {
    it(`list as an error, not as empty: ${name}`, async () => {
      const modern = new ModernClient(gateway.route(name));
      const legacy = await LegacyClient.open(gateway.route(name));
      for (const client of [modern, legacy]) {
        for (const method of ['tools/list', 'prompts/list', 'resources/list']) {
          const { error } = await client.request(method);
          assert.equal(error?.code, 5030, JSON.stringify(error));
          assert.match(error.message, new RegExp(`"${name}" is not available`));
        }
        assert.equal((await client.call('anything')).error?.code, 5030);
      }
      await legacy.close();
    });
  }

  it('say so in a call of a tool under their name, and unknown names stay unknown', async () => {
    const client = new ModernClient(gateway.url);
    const { error } = await client.call('refuses__anything');
    assert.equal(error?.code, 5030);
    assert.match(error.message, /"refuses" is not available/);
    assert.equal((await client.call('good__nothing')).error?.data?.code, 'unknown_tool');
  });

  it('are not started again by every client that asks, whatever it declares', async () => {
    const starts = () => readFileSync(STARTS, 'utf8').length;
    const before = starts();
    for (let round = 0; round < 10; round++) {
      const capabilities = { ...CAPABILITIES, experimental: { [`round${round}`]: {} } };
      await new ModernClient(gateway.url, { capabilities }).request('tools/list');
      await new ModernClient(gateway.route('exits'), { capabilities }).call('anything');
    }
    // By itself it is started again with growing pauses.
    assert.ok(starts() - before <= 6, `${starts() - before} starts`);
  });

  it('do not hold up lists once they have failed', async () => {
    const client = new ModernClient(gateway.url);
    const deadline = AbortSignal.timeout(8000);
    // With a wait of startMs in each, this would take far longer.
    for (let round = 0; round < 40; round++)
      await client.request('tools/list', {}, { signal: deadline });
  });
});

describe('a server that is killed', { timeout: 180_000 }, () => {
  it('fails the call in flight with a clear error, comes back for the next, and stays listed', async () => {
    const client = new ModernClient(gateway.route('frail'));
    const listed = namesOf(await client.request('tools/list'));
    const pid = Number(textOf(await client.call('pid')));
    const hanging = client.call('hang');
    await until(() => recorded(FRAIL).lines.some((line) => line.includes('"hang"')));
    process.kill(pid, 'SIGKILL');
    const [{ error }, during] = await Promise.all([hanging, client.request('tools/list')]);
    assert.equal(error?.code, 5030, JSON.stringify(error));
    assert.match(error.message, /frail|server/i);
    assert.deepEqual(namesOf(during), listed);
    const next = Number(textOf(await client.call('pid')));
    assert.notEqual(next, pid);
    assert.deepEqual(namesOf(await client.request('tools/list')), listed);
  });

  it('fails only the session whose own process it was', async () => {
    const url = gateway.route('frail');
    const [one, two] = await Promise.all([
      LegacyClient.open(url, { capabilities: CAPABILITIES }),
      LegacyClient.open(url, { capabilities: CAPABILITIES }),
    ]);
    const [first, second] = [textOf(await one.call('pid')), textOf(await two.call('pid'))];
    assert.notEqual(first, second);
    const hanging = one.call('hang');
    const bystander = two.call('hang').catch(() => undefined);
    const hangs = () => recorded(FRAIL).lines.filter((line) => line.includes('"hang"')).length;
    await until(() => hangs() >= 3);
    process.kill(Number(first), 'SIGKILL');
    assert.equal((await hanging).error?.code, 5030);
    assert.equal(textOf(await two.call('pid')), second);
    assert.notEqual(textOf(await one.call('pid')), first);
    await Promise.all([one.close(), two.close()]);
    await bystander;
  });
});
