/**
 * What becomes of calls whose server fails under them: for clients and servers of both eras, over both transports, and
 * told from the file in which the server writes down what really ran.
 */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { LegacyClient } from '../support/legacy-client.ts';
import { ModernClient } from '../support/modern-client.ts';
import { KINDS, type Kind, Unsteady } from '../support/unsteady.ts';
import { CAPABILITIES } from './answering.ts';
import { type Json, RunningGateway, textOf, until } from './running-gateway.ts';

const servers = new Map<string, Unsteady>();
let gateway: RunningGateway;

function behind(name: string): Unsteady {
  return servers.get(name)!;
}

/** One server under each name; every name is of a kind, with a suffix where it is configured in another way. */
const VARIANTS: Record<string, Json> = {
  // Servers that often crash are started again ever later, so each era has its own.
  'of-legacy': { breaker: { enabled: false } },
  'of-modern': { breaker: { enabled: false } },
  poor: { retry: { percent: 0, min: 1 }, breaker: { enabled: false } },
  told: { tools: { write: { retry: true }, read: { retry: false } }, breaker: { enabled: false } },
  timed: {
    timeoutMs: 60_000,
    tools: { '*': { timeoutMs: 400 }, put: { progressResetsDeadline: true } },
    progressMaxMs: 2_000,
    breaker: { enabled: false },
  },
};

before(async () => {
  const entries: Json = {};
  for (const kind of KINDS) {
    for (const [suffix, more] of Object.entries(VARIANTS)) {
      const name = `${kind}-${suffix}`;
      const server = await Unsteady.start(kind);
      servers.set(name, server);
      entries[name] = server.entry(more);
    }
  }
  const sse = await Unsteady.start('legacy-sse');
  servers.set('legacy-sse-told', sse);
  entries['legacy-sse-told'] = sse.entry(VARIANTS.told);
  gateway = await RunningGateway.start({ servers: entries });
  await gateway.settled();
});

after(async () => {
  await gateway?.stop();
  for (const server of servers.values()) await server.stop();
});

/** Until its process is there again. */
async function ready(name: string): Promise<void> {
  await until(async () => {
    const { servers } = (await gateway.readiness()).body;
    return (servers[name] as Json).status === 'ready';
  });
}

let keys = 0;
function fresh(): string {
  keys += 1;
  return `key${keys}`;
}

interface Party {
  call(
    name: string,
    args: Json,
    options?: { meta?: Json; signal?: AbortSignal },
  ): ReturnType<ModernClient['call']>;
  close(): Promise<unknown>;
}

async function party(era: string, server: string, capabilities: Json = {}): Promise<Party> {
  const url = gateway.route(server);
  if (era === 'legacy') return LegacyClient.open(url, { capabilities });
  const client = new ModernClient(url, { capabilities });
  return {
    call: (name, args, options) => client.call(name, args, options),
    close: async () => {},
  };
}

for (const era of ['legacy', 'modern']) {
  for (const kind of KINDS) {
    describe(`a call of a ${era} client whose ${kind} server breaks`, { timeout: 180_000 }, () => {
      failing(era, `${kind}-of-${era}`, kind);
    });
  }
}

function failing(era: string, name: string, kind: Kind): void {
  it('ran once and says so clearly, where it may have changed something', async () => {
    await ready(name);
    const client = await party(era, name);
    const key = fresh();
    const { error } = await client.call('write', { key, until: 1, fail: 'crash' });
    assert.equal(error?.data?.code, 'backend_unavailable', JSON.stringify(error));
    // A call behind it: a second execution would have come before.
    await until(async () => (await client.call('read', { key: fresh() })).error === undefined);
    assert.equal(behind(name).runs(key).length, 1);
    await client.close();
  });

  for (const [tool, why] of [
    ['read', 'read-only'],
    ['put', 'idempotent'],
  ] as const) {
    it(`is made again once, on another process or connection, where the tool is ${why}`, async () => {
      await ready(name);
      const client = await party(era, name);
      const key = fresh();
      const answer = await client.call(tool, { key, until: 1, fail: 'crash' });
      assert.equal(textOf(answer), `${key} #2`);
      const pids = behind(name).runs(key);
      assert.equal(pids.length, 2);
      if (kind.endsWith('stdio')) assert.notEqual(pids[0], pids[1]);
      await client.close();
    });
  }

  it('is made again only once', async () => {
    await ready(name);
    const client = await party(era, name);
    const key = fresh();
    const { error } = await client.call('read', { key, until: 9, fail: 'crash' });
    assert.equal(error?.data?.code, 'backend_unavailable');
    assert.equal(behind(name).runs(key).length, 2);
    await client.close();
  });

  it('is made again on a lease of its own, too', async () => {
    await ready(name);
    const client = await party(era, name, CAPABILITIES);
    const key = fresh();
    const answer = await client.call('read', { key, until: 1, fail: 'crash' });
    assert.equal(textOf(answer), `${key} #2`);
    await client.close();
  });

  it('is not made again for what the server answered', async () => {
    await ready(name);
    const client = await party(era, name);
    for (const fail of ['internal', 'error']) {
      const key = fresh();
      await client.call('read', { key, until: 1, fail });
      assert.equal(behind(name).runs(key).length, 1, fail);
    }
    await client.close();
  });

  it('follows the operator where the annotations say otherwise', async () => {
    const told = `${kind}-told`;
    await ready(told);
    const client = await party(era, told);
    const [one, two] = [fresh(), fresh()];
    assert.equal(
      textOf(await client.call('write', { key: one, until: 1, fail: 'crash' })),
      `${one} #2`,
    );
    const { error } = await client.call('read', { key: two, until: 1, fail: 'crash' });
    assert.equal(error?.data?.code, 'backend_unavailable');
    assert.equal(behind(told).runs(two).length, 1);
    await client.close();
  });
}

describe('the budget of retries', { timeout: 180_000 }, () => {
  for (const kind of KINDS) {
    it(`bounds how many calls reach a server twice: ${kind}`, async () => {
      const name = `${kind}-poor`;
      const client = new ModernClient(gateway.route(name));
      let twice = 0;
      const tried = 3;
      for (let n = 0; n < tried; n++) {
        const key = fresh();
        await ready(name);
        await client.call('read', { key, until: 1, fail: 'crash' });
        if (behind(name).runs(key).length === 2) twice += 1;
      }
      assert.ok(twice >= 1, `${twice} were made again`);
      assert.ok(twice < tried, 'all were made again');
      const { servers } = (await gateway.readiness()).body;
      const calls = (servers[name] as Json).calls as Json;
      assert.equal(calls.retries, twice);
      assert.equal(calls.retriesWithheld, tried - twice);
    });
  }
});

describe('the deadline of a tool', { timeout: 180_000 }, () => {
  for (const era of ['legacy', 'modern']) {
    for (const kind of KINDS) {
      it(`ends its calls, and the server is told: a ${era} client, a ${kind} server`, async () => {
        const name = `${kind}-timed`;
        const client = await party(era, name);
        const key = fresh();
        const { error } = await client.call('write', { key, ms: 50_000 });
        assert.equal(error?.data?.code, 'deadline_exceeded');
        await until(() => behind(name).cancelled(key) === 1);
        await client.close();
      });
    }

    for (const kind of ['legacy-stdio', 'modern-stdio']) {
      const name = `${kind}-timed`;
      const meta = { progressToken: 'p' };

      it(`starts anew with progress where that is configured: a ${era} client, a ${kind} server`, async () => {
        const client = await party(era, name);
        const key = fresh();
        const slow = { key, ms: 1_200, steps: 12 };
        assert.equal(textOf(await client.call('put', slow, { meta })), `${key} #1`);
        const other = await client.call('read', { ...slow, key: fresh() }, { meta });
        assert.equal(
          other.error?.data?.code,
          'deadline_exceeded',
          'it is not configured for this one',
        );
        await client.close();
      });

      it(`is over at the most all the same: a ${era} client, a ${kind} server`, async () => {
        const client = await party(era, name);
        const key = fresh();
        const endless = { key, ms: 50_000, steps: 500 };
        const { error } = await client.call('put', endless, { meta });
        assert.equal(error?.data?.code, 'deadline_exceeded');
        await client.close();
      });
    }
  }
});

describe('a call that its client cancels', { timeout: 180_000 }, () => {
  for (const kind of [...KINDS, 'legacy-sse']) {
    for (const capabilities of [{}, CAPABILITIES]) {
      const can = capabilities === CAPABILITIES ? 'be asked' : 'not be asked';
      it(`is cancelled at the server by a legacy client that can ${can}: ${kind}`, async () => {
        await ready(`${kind}-told`);
        const client = await LegacyClient.open(gateway.route(`${kind}-told`), { capabilities });
        const key = fresh();
        const params = { name: 'read', arguments: { key, ms: 50_000 } };
        const request = { jsonrpc: '2.0', id: key, method: 'tools/call', params };
        const abort = new AbortController();
        const answer = client.post(request, { signal: abort.signal }).catch(() => undefined);
        await until(() => behind(`${kind}-told`).runs(key).length === 1);
        await client.notify('notifications/cancelled', { requestId: key, reason: 'enough' });
        await until(() => behind(`${kind}-told`).cancelled(key) === 1);
        assert.equal(textOf(await client.call('read', { key: fresh() })).split(' ')[1], '#1');
        assert.equal(behind(`${kind}-told`).runs(key).length, 1);
        abort.abort();
        assert.equal((await answer)?.result, undefined);
      });
    }

    it(`is cancelled at the server by a modern client, and not made again: ${kind}`, async () => {
      await ready(`${kind}-told`);
      const modern = new ModernClient(gateway.route(`${kind}-told`));
      const key = fresh();
      const abort = new AbortController();
      const gone = modern.call('read', { key, ms: 50_000 }, { signal: abort.signal });
      const settled = gone.catch(() => undefined);
      await until(() => behind(`${kind}-told`).runs(key).length === 1);
      abort.abort();
      await settled;
      await until(() => behind(`${kind}-told`).cancelled(key) === 1);
      assert.equal(behind(`${kind}-told`).runs(key).length, 1);
    });
  }
});
