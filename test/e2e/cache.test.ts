/** Kept results through the whole gateway: tools that ask their client, and what the operator sees. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { LegacyClient } from '../support/legacy-client.ts';
import { ModernClient } from '../support/modern-client.ts';
import type { StartedProcess } from '../support/spawn.ts';
import { temporaryFolder } from '../support/temp.ts';
import { answersOf, CAPABILITIES, modernRequest } from './answering.ts';
import {
  fixture,
  type Json,
  RunningGateway,
  recorded,
  recorder,
  remote,
  textOf,
  until,
} from './running-gateway.ts';

const LISTS = join(temporaryFolder('lists'), 'lines');
let gateway: RunningGateway;
let behind: StartedProcess;
const tools = { '*': { cache: { ttlMs: 600_000, scope: 'public' } } };

before(async () => {
  behind = await remote('dual');
  gateway = await RunningGateway.start({
    servers: {
      stdio: { ...fixture('dual', 'stdio'), tools },
      http: { url: behind.ready, tools },
      silent: { ...recorder(LISTS), lists: { ttlMs: 1000 } },
    },
  });
  await gateway.settled();
});

after(async () => {
  await gateway?.stop();
  await behind?.stop();
});

for (const server of ['stdio', 'http']) {
  describe(`a modern server over ${server} whose tools are all marked`, {
    timeout: 180_000,
  }, () => {
    it('still asks each client by itself, and keeps no answer that came of it', async () => {
      const name = 'test_input_required_result_elicitation';
      for (const mark of ['ada', 'bob']) {
        const modern = new ModernClient(gateway.route(server), { capabilities: CAPABILITIES });
        const answer = await modernRequest(
          modern,
          'tools/call',
          { name, arguments: {} },
          answersOf(mark),
        );
        assert.match(textOf(answer), new RegExp(mark));
        const options = { capabilities: CAPABILITIES, answers: answersOf(`${mark}-too`) };
        const legacy = await LegacyClient.open(gateway.route(server), options);
        assert.match(textOf(await legacy.call(name)), new RegExp(`${mark}-too`));
        await legacy.close();
      }
    });

    it('answers clients with and without capabilities from one result, and says so', async () => {
      const args = { message: 'same' };
      const calls = async () => {
        const { servers } = (await gateway.readiness()).body;
        return (servers[server] as Json).calls as Json;
      };
      const earlier = await calls();
      for (const capabilities of [{}, CAPABILITIES]) {
        const modern = new ModernClient(gateway.route(server), { capabilities });
        const legacy = await LegacyClient.open(gateway.route(server), { capabilities });
        for (const client of [modern, legacy]) {
          assert.equal(textOf(await client.call('test_echo', args)), 'same');
        }
        await legacy.close();
      }
      const later = await calls();
      assert.equal(Number(later.misses) - Number(earlier.misses), 1);
      assert.equal(Number(later.hits) - Number(earlier.hits), 3);
      assert.equal(Number(later.calls) - Number(earlier.calls), 1);
    });
  });
}

describe('a list of a server that does not say how long it is good', { timeout: 180_000 }, () => {
  const asked = () => recorded(LISTS).lines.filter((line) => line.includes('"tools/list"')).length;

  it('is kept as long as the operator says, and handed on with the time that is left', async () => {
    const client = new ModernClient(gateway.route('silent'));
    const list = async () => Number((await client.request('tools/list')).result?.ttlMs);
    await list();
    const before = asked();
    const seen: number[] = [];
    await until(async () => {
      seen.push(await list());
      return asked() > before;
    });
    assert.ok(
      seen.every((ttlMs) => ttlMs >= 0 && ttlMs <= 1000),
      String(seen),
    );
    assert.ok(
      seen.some((ttlMs) => ttlMs < 900),
      `none was handed on older: ${seen}`,
    );
    assert.ok(seen.length > asked() - before, 'none was answered from what was kept');
  });
});
