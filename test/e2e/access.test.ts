/** Who sees and calls what, through the real program, in both eras, over HTTP and over stdio. */

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { makeKey } from '../../src/auth/auth.ts';
import { LegacyClient } from '../support/legacy-client.ts';
import type { Exchange, RpcMessage } from '../support/mcp-exchange.ts';
import { ModernClient } from '../support/modern-client.ts';
import { runProcess } from '../support/spawn.ts';
import { StdioClient } from '../support/stdio-client.ts';
import { compiled, temporaryFolder } from '../support/temp.ts';
import {
  type Json,
  namesOf,
  RunningGateway,
  recorded,
  recorder,
  until,
} from './running-gateway.ts';

const folder = temporaryFolder('access');
const FILES = join(folder, 'files');
const DB = join(folder, 'db');
const keys = { ann: makeKey(), bob: makeKey(), eve: makeKey() };
type Name = keyof typeof keys;

const servers = {
  files: recorder(FILES, 'read_note', 'read_secret', 'write_note'),
  db: { ...recorder(DB, 'query', 'purge'), tenants: ['acme'] },
};
const access = {
  explain: true,
  roles: {
    reader: { allow: ['files.read_*', 'files.hang', 'db.*'], deny: ['files.read_secret'] },
    writer: { allow: ['files.*'] },
  },
  scopes: [{ tools: ['db.purge'], scopes: ['db:write', 'db:admin'] }],
  params: [{ tools: ['files.read_note'], param: 'lines', maximum: 100 }],
  sizes: [{ tools: ['files.write_*'], bytes: 100_000 }],
  rules: [
    {
      id: 'no-prod',
      tools: ['db.query'],
      when: 'has(args.database) && args.database == "prod"',
      message: 'production is for people',
    },
    { id: 'no-notes', tools: ['files.read_note'], when: 'true', mode: 'observe' },
  ],
};
const config: Json = {
  servers,
  virtual: { ops: { tools: ['files.*'], tenants: ['acme'] } },
  auth: {
    apiKeys: [
      { id: 'ann', sha256: keys.ann.sha256, roles: ['reader'], tenant: 'acme' },
      { id: 'bob', sha256: keys.bob.sha256, roles: ['reader', 'writer'] },
      { id: 'eve', sha256: keys.eve.sha256 },
    ],
    stdio: { id: 'me', roles: ['reader'] },
  },
  access,
};

interface Caller {
  list(): Promise<Exchange>;
  call(name: string, args?: Json): Promise<Exchange>;
}

async function callerOf(era: string, url: string, name: Name): Promise<Caller> {
  const options = { headers: { authorization: `Bearer ${keys[name].key}` } };
  const client =
    era === 'modern' ? new ModernClient(url, options) : await LegacyClient.open(url, options);
  return {
    list: () => client.request('tools/list'),
    call: (tool, args = {}) => client.call(tool, args),
  };
}

function errorOf(exchange: { error?: RpcMessage['error'] }): { code: number; data: Json } {
  assert.ok(exchange.error !== undefined, JSON.stringify(exchange));
  return exchange.error as { code: number; data: Json };
}

const codeOf = (exchange: Exchange) => errorOf(exchange).data.code;

describe('access', { timeout: 180_000 }, () => {
  let gateway: RunningGateway;
  before(async () => {
    gateway = await RunningGateway.start(config);
    await gateway.settled();
  });
  after(() => gateway?.stop());

  for (const era of ['modern', 'legacy']) {
    it(`lists for each caller what it may call: ${era}`, async () => {
      const lists = async (name: Name) =>
        namesOf(await (await callerOf(era, gateway.url, name)).list()).sort();
      assert.deepEqual(await lists('ann'), [
        ...['db__echo', 'db__hang', 'db__pid', 'db__purge', 'db__query'],
        ...['files__hang', 'files__read_note'],
      ]);
      assert.deepEqual(await lists('bob'), [
        ...['files__echo', 'files__hang', 'files__pid', 'files__read_note', 'files__write_note'],
      ]);
      assert.deepEqual(await lists('eve'), []);
    });

    it(`answers for a hidden tool as for one that does not exist: ${era}`, async () => {
      const bob = await callerOf(era, gateway.url, 'bob');
      const absent = errorOf(await bob.call('files__no_such_tool'));
      for (const hidden of ['files__read_secret', 'db__query']) {
        assert.deepEqual(errorOf(await bob.call(hidden)), absent);
      }
      assert.equal(absent.data.code, 'unknown_tool');
    });

    it(`refuses by arguments, and says by which rule where that is wanted: ${era}`, async () => {
      const ann = await callerOf(era, gateway.url, 'ann');
      const no = errorOf(await ann.call('db__query', { database: 'prod' }));
      assert.deepEqual(no.data, { code: 'forbidden', by: 'rules.no-prod' });
      assert.equal((await ann.call('db__query', { database: 'test' })).status, 200);
      const many = await ann.call('files__read_note', { lines: 101 });
      assert.deepEqual(errorOf(many).data, { code: 'forbidden', by: 'params[0]' });
      assert.ok((await ann.call('files__read_note', { lines: 100 })).result !== undefined);
      const bob = await callerOf(era, gateway.url, 'bob');
      const large = errorOf(await bob.call('files__write_note', { text: 'x'.repeat(100_000) }));
      assert.deepEqual(large.data, { code: 'forbidden', by: 'sizes[0]' });
      const fits = { text: 'x'.repeat(99_000) };
      assert.equal((await bob.call('files__write_note', fits)).error, undefined);
      const big = Object.fromEntries(Array.from({ length: 2000 }, (_, at) => [`a${at}`, at]));
      assert.equal(codeOf(await ann.call('db__query', big)), 'forbidden');
    });

    it(`names all scopes that a tool needs at once: ${era}`, async () => {
      const ann = await callerOf(era, gateway.url, 'ann');
      const no = await ann.call('db__purge');
      assert.equal(no.status, 403);
      assert.deepEqual(errorOf(no).data.scopes, ['db:write', 'db:admin']);
      const header = no.headers.get('www-authenticate') ?? '';
      assert.match(header, /error="insufficient_scope", scope="db:write db:admin"/);
    });
  }

  it('of another tenant, servers and virtual servers do not exist', async () => {
    const status = async (path: string, name: Name) => {
      const response = await fetch(gateway.route(path), {
        method: 'POST',
        headers: {
          authorization: `Bearer ${keys[name].key}`,
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
        },
        body: '{"jsonrpc":"2.0","id":7,"method":"ping"}',
      });
      return [response.status, await response.text()];
    };
    const none = await status('no-such-server', 'bob');
    assert.equal(none[0], 404);
    assert.deepEqual(await status('db', 'bob'), none);
    assert.deepEqual(await status('v/ops', 'bob'), none);
    assert.notDeepEqual(await status('db', 'ann'), none);
    assert.notDeepEqual(await status('v/ops', 'ann'), none);
  });

  it('lets nothing that it refused reach a server', () => {
    const seen = recorded(DB).lines.map(String).join('\n');
    assert.match(seen, /"database":"test"/);
    assert.doesNotMatch(seen, /"database":"prod"|purge/);
    assert.doesNotMatch(recorded(FILES).lines.map(String).join('\n'), /read_secret|"lines":101/);
  });

  it('records what rules in mode observe would have done, and does nothing by them', async () => {
    const before = gateway.process.stderr().length;
    const bob = await callerOf('modern', gateway.url, 'bob');
    assert.ok((await bob.call('files__read_note')).result !== undefined);
    await gateway.logs(/"observed":\["rules.no-notes"\],"call":\d+,"caller":"bob"/, before);
  });

  it('is that of the new configuration after a reload, also in sessions', async () => {
    const eve = await callerOf('legacy', gateway.url, 'eve');
    const before = gateway.process.stderr().length;
    gateway.write({ ...config, access: { ...access, callers: { eve: { roles: ['writer'] } } } });
    await gateway.logs(/configuration loaded/, before);
    assert.ok(namesOf(await eve.list()).includes('files__write_note'));
    assert.ok((await eve.call('files__write_note')).result !== undefined);
  });

  it('over stdio is that of the configured caller', async (t) => {
    const client = await StdioClient.gateway(config);
    t.after(() => client.end());
    const names = namesOf(await client.modern('tools/list')).sort();
    assert.deepEqual(names, ['files__hang', 'files__read_note']);
  });
});

describe('the emergency stop', { timeout: 180_000 }, () => {
  let gateway: RunningGateway;
  before(async () => {
    gateway = await RunningGateway.start(config);
    await gateway.settled();
  });
  after(() => gateway?.stop());

  async function sluice(...args: string[]): Promise<void> {
    const main = compiled('src/main.js');
    const done = await runProcess(process.execPath, [main, ...args, '-c', gateway.file]);
    assert.equal(done.status, 0, done.stderr);
  }

  /** Stops while a call of each era hangs, and gives back how these calls ended. */
  async function stoppedCalls(...what: string[]): Promise<unknown[]> {
    const sent = () => recorded(FILES).lines.filter((line) => line.includes('"hang"')).length;
    const before = sent();
    const bobs = ['modern', 'legacy'].map((era) => callerOf(era, gateway.url, 'bob'));
    const hanging = (await Promise.all(bobs)).map((bob) => bob.call('files__hang'));
    await until(() => sent() === before + 2);
    await sluice('stop', ...what);
    return (await Promise.all(hanging)).map(codeOf);
  }

  for (const what of [['all'], ['server', 'files'], ['tool', 'files.h*'], ['caller', 'bob']]) {
    it(`ends calls in flight and refuses new ones until it is resumed: ${what}`, async () => {
      assert.deepEqual(await stoppedCalls(...what), ['stopped', 'stopped']);
      const bob = new ModernClient(gateway.url, {
        headers: { authorization: `Bearer ${keys.bob.key}` },
      });
      assert.equal(codeOf(await bob.call('files__hang')), 'stopped');
      const other = await bob.call('files__read_note');
      const isWide = what[0] !== 'tool';
      assert.equal(
        other.error === undefined ? 'answered' : codeOf(other),
        isWide ? 'stopped' : 'answered',
      );
      await sluice('resume', ...what);
      await until(async () => (await bob.call('files__read_note')).result !== undefined);
    });
  }

  it('stops a tenant, and nobody else', async () => {
    await sluice('stop', 'tenant', 'acme');
    const ann = new ModernClient(gateway.url, {
      headers: { authorization: `Bearer ${keys.ann.key}` },
    });
    await until(async () => (await ann.request('tools/list')).error !== undefined);
    const bob = await callerOf('modern', gateway.url, 'bob');
    assert.ok((await bob.call('files__read_note')).result !== undefined);
    await sluice('resume', 'tenant', 'acme');
    await until(async () => (await ann.request('tools/list')).result !== undefined);
  });

  it('survives a restart, is shown, and stops everything where its file is damaged', async () => {
    await sluice('stop', 'server', 'files');
    const client = await StdioClient.gateway(gateway.file);
    const answer = await client.modern('tools/call', { name: 'files__read_note', arguments: {} });
    await client.end();
    assert.equal((answer.error as { data?: Json } | undefined)?.data?.code, 'stopped');
    const shown = (await gateway.readiness()).body as { stopped?: Json[] };
    assert.deepEqual(
      shown.stopped?.map(({ kind, name }) => [kind, name]),
      [['server', 'files']],
    );
    const file = join(gateway.folder, '.sluice', 'stopped.json');
    assert.match(readFileSync(file, 'utf8'), /"files"/);
    writeFileSync(file, 'not what it was');
    const bob = await callerOf('modern', gateway.url, 'bob');
    await until(async () => (await bob.list()).error !== undefined);
    assert.equal(codeOf(await bob.list()), 'stopped');
    await sluice('resume', 'all');
    await until(async () => (await bob.list()).result !== undefined);
  });
});
