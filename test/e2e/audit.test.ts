/**
 * The record of a gateway at work: the real program, real servers, and its own command line to ask the log.
 */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { newKeys } from '../../src/audit/audit.ts';
import { makeKey } from '../../src/auth/auth.ts';
import { LegacyClient } from '../support/legacy-client.ts';
import { madeUp, URL64 } from '../support/made-up.ts';
import { ModernClient } from '../support/modern-client.ts';
import { runProcess } from '../support/spawn.ts';
import { compiled, temporaryFolder } from '../support/temp.ts';
import { fixture, type Json, RunningGateway, until } from './running-gateway.ts';

const keys = { ann: makeKey(), bob: makeKey() };
const SIGN = newKeys();
/** A token of a form that inspection knows. */
const SECRET = `glpat-${madeUp(URL64, 20)}`;
const folder = temporaryFolder('audit');
const signFile = join(folder, 'sign.pem');
const pubFile = join(folder, 'sign.pub');
writeFileSync(signFile, SIGN.privateKey);
writeFileSync(pubFile, SIGN.publicKey);

const config: Json = {
  servers: {
    all: { ...fixture('legacy'), tools: { test_image_content: { cache: { ttlMs: 600_000 } } } },
    slow: { ...fixture('slow', 'stdio'), tools: { sleep: { timeoutMs: 300 } } },
  },
  auth: {
    apiKeys: [
      { id: 'ann', sha256: keys.ann.sha256, roles: ['all'], tenant: 'acme' },
      { id: 'bob', sha256: keys.bob.sha256, roles: ['few'] },
    ],
  },
  access: {
    roles: { all: { allow: ['*'] }, few: { allow: ['all.test_simple_*'] } },
    rules: [{ id: 'no-audio', tools: ['all.test_audio_content'], when: 'true' }],
  },
  limits: [{ id: 'few', key: ['caller'], tools: ['slow.*'], quota: '2/day' }],
  audit: { dir: 'audit', signKey: `\${file:${signFile}}`, flushMs: 5 },
};

async function sluice(cwd: string, ...args: string[]) {
  return runProcess(process.execPath, [compiled('src/main.js'), 'audit', ...args], { cwd });
}

describe('the audit log of a gateway', { timeout: 180_000 }, () => {
  let gateway: RunningGateway;
  let ann: ModernClient;
  let bob: ModernClient;
  const clientOf = (name: keyof typeof keys) =>
    new ModernClient(gateway.url, { headers: { authorization: `Bearer ${keys[name].key}` } });

  before(async () => {
    gateway = await RunningGateway.start(config);
    await gateway.settled();
    ann = clientOf('ann');
    bob = clientOf('bob');
  });
  after(() => gateway?.stop());

  const dir = () => join(gateway.folder, 'audit');
  function records(): Json[] {
    const text = readdirSync(dir())
      .filter((name) => name.endsWith('.jsonl'))
      .map((name) => readFileSync(join(dir(), name), 'utf8'))
      .join('');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    return whole
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Json);
  }
  /** The records that come of it, once there are so many. */
  async function recordsOf(work: () => Promise<unknown>, count = 1): Promise<Json[]> {
    const before = records().length;
    await work();
    await until(
      () => records().length >= before + count,
      () => `${count} records came: ${JSON.stringify(records().slice(before))}`,
    );
    return records().slice(before);
  }

  it('says of a call who made it, what was decided, what came of it and how long it took', async () => {
    const [one, ...more] = await recordsOf(() => ann.call('all__test_echo', { message: 'hello' }));
    assert.deepEqual(more, []);
    const {
      caller,
      us,
      hints: _,
      id,
      time,
      seq,
      prev,
      bytesIn,
      bytesOut,
      request,
      ...rest
    } = one as {
      caller: Json;
      us: Record<string, number>;
    } & Json;
    assert.deepEqual(
      [caller.id, caller.tenant, caller.by, caller.roles],
      ['ann', 'acme', 'api_key', ['all']],
    );
    assert.ok(us.total! >= us.server! && us.server! > 0, JSON.stringify(us));
    assert.ok(Number(bytesIn) > 0 && Number(bytesOut) > 0);
    assert.deepEqual(rest, {
      kind: 'call',
      method: 'tools/call',
      address: '127.0.0.1',
      session: '',
      version: '2026-07-28',
      route: '',
      server: 'all',
      tool: 'all__test_echo',
      original: 'test_echo',
      target: 'tool',
      outcome: 'ok',
      rule: 'roles.all.allow',
      attempts: 1,
      cache: '',
      arguments: { message: 'hello' },
      result: { content: [{ type: 'text', text: 'hello' }] },
    });
  });

  it('has one record of each request, whatever becomes of it', async () => {
    const one = async (work: () => Promise<unknown>) => {
      const [record, ...more] = await recordsOf(work);
      assert.deepEqual(more, []);
      return record!;
    };
    const outcomes = {
      list: await one(() => ann.request('tools/list')),
      tool: await one(() => ann.call('all__test_error_handling')),
      hidden: await one(() => bob.call('all__test_echo', { message: 'x' })),
      denied: await one(() => ann.call('all__test_audio_content')),
      unknown: await one(() => ann.call('all__none')),
      late: await one(() => ann.call('slow__sleep', { ms: 60_000 })),
      invalid: await one(() => ann.call('slow__sleep', { ms: 'long' })),
      limited: await one(() => ann.call('slow__sleep', { ms: 1 })),
      kept: await one(() => ann.call('all__test_image_content')),
      hit: await one(() => ann.call('all__test_image_content')),
      stranger: await one(() => fetch(gateway.url, { method: 'POST', body: '{}' })),
      path: await one(() => fetch(`${gateway.origin}/elsewhere`)),
      broken: await one(() =>
        fetch(gateway.url, {
          method: 'POST',
          body: '{"jsonrpc":',
          headers: {
            authorization: `Bearer ${keys.ann.key}`,
            'content-type': 'application/json',
            accept: 'application/json, text/event-stream',
          },
        }),
      ),
    };
    const said = Object.entries(outcomes).map(([name, { kind, outcome, refusal, cache, rule }]) => {
      return [name, kind, outcome, refusal ?? cache ?? '', rule ?? ''].join(' ');
    });
    assert.deepEqual(said, [
      'list call ok  ',
      'tool call tool_error  roles.all.allow',
      'hidden call refused unknown_tool nothing allows it',
      'denied call refused unknown_tool rules.no-audio',
      'unknown call refused unknown_tool ',
      'late call failed deadline_exceeded roles.all.allow',
      'invalid call refused invalid_arguments roles.all.allow',
      'limited call refused too_many_requests roles.all.allow',
      'kept call ok miss roles.all.allow',
      'hit call ok hit roles.all.allow',
      'stranger turned_away refused unauthenticated ',
      'path turned_away refused unknown_route ',
      'broken turned_away refused parse_error ',
    ]);
    assert.equal(outcomes.limited.limit, 'few');
    assert.equal(outcomes.stranger.caller, null);
    assert.equal((outcomes.broken.caller as Json).id, 'ann');
  });

  it('keeps no secret that inspection knows, whatever is done about it', async () => {
    const [blocked] = await recordsOf(() =>
      ann.call('all__test_echo', { message: `key ${SECRET}` }),
    );
    assert.equal(blocked!.refusal, 'content_blocked');
    assert.equal(Object.keys(blocked!.arguments as Json).join(), 'sha256,bytes');
    assert.match(JSON.stringify(blocked!.findings), /"class":"secret"/);
    // Not inspected, for it was refused before: not shown.
    const [early] = await recordsOf(() => bob.call('all__test_echo', { message: `key ${SECRET}` }));
    assert.equal(Object.keys(early!.arguments as Json).join(), 'sha256,bytes');
    assert.ok(!readFileSync(join(dir(), '00000001.jsonl'), 'utf8').includes(SECRET));
    assert.ok(!readFileSync(join(dir(), '00000001.jsonl'), 'utf8').includes(keys.ann.key));
  });

  it('records sessions, reloads and emergency stops', async () => {
    const [begun, hello] = await recordsOf(async () => {
      const client = await LegacyClient.open(gateway.url, {
        headers: { authorization: `Bearer ${keys.ann.key}` },
      });
      await client.close();
    }, 3);
    const kinds = records().slice(-4);
    assert.ok(kinds.some(({ kind, what }) => kind === 'session' && what === 'ended'));
    assert.deepEqual([begun!.kind, begun!.what], ['session', 'begun']);
    assert.deepEqual([hello!.kind, hello!.method], ['call', 'initialize']);
    const [reload] = await recordsOf(async () =>
      gateway.write({ ...config, naming: { separator: '_' } }),
    );
    assert.deepEqual(
      [reload!.kind, reload!.action, reload!.outcome],
      ['operation', 'reload', 'ok'],
    );
    assert.match(String((reload!.details as Json).hash), /^[0-9a-f]{64}$/);
    const [broken] = await recordsOf(async () => gateway.write('servers: ['));
    assert.deepEqual([broken!.action, broken!.outcome], ['reload', 'failed']);
    gateway.write(config);
    await until(() => records().at(-1)?.outcome === 'ok');
    const [stop] = await recordsOf(() =>
      runProcess(process.execPath, [compiled('src/main.js'), 'stop', 'server', 'slow'], {
        cwd: gateway.folder,
      }),
    );
    assert.equal(stop!.action, 'stop');
    assert.match(JSON.stringify(stop!.details), /"kind":"server","name":"slow"/);
  });

  it('goes on in one chain after kill -9, and answers questions about it', async () => {
    gateway.process.child.kill('SIGKILL');
    await gateway.process.exited;
    const verified = await sluice(gateway.folder, 'verify', dir(), '--key', pubFile);
    assert.equal(verified.status, 0, verified.stdout);
    assert.match(verified.stdout, /everything is as it was written: 1 segments/);
    const pruned = await sluice(gateway.folder, 'prune', '--days', '1');
    assert.equal(pruned.status, 0, pruned.stderr);
    // That took the folder and sealed what the killed one had left.
    const sealed = await sluice(gateway.folder, 'verify', '--key', pubFile, '--json');
    assert.equal((JSON.parse(sealed.stdout) as { sealed: number }).sealed, 1);

    const query = await sluice(
      gateway.folder,
      'query',
      'caller.id=ann',
      'outcome=failed',
      '--json',
    );
    const [failed] = query.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Json);
    assert.equal(failed!.refusal, 'deadline_exceeded');
    const text = await sluice(gateway.folder, 'query', '--text', 'hello', '--json');
    assert.equal(text.stdout.trim().split('\n').length, 1);
    const none = await sluice(gateway.folder, 'query', 'caller.id=eve');
    assert.equal(none.status, 1);

    const receipt = await sluice(gateway.folder, 'receipt', String(failed!.id));
    const file = join(folder, 'receipt.json');
    writeFileSync(file, receipt.stdout);
    const proven = await sluice(folder, 'verify', '--receipt', file, '--key', pubFile);
    assert.equal(proven.status, 0, proven.stdout + proven.stderr);
    writeFileSync(file, receipt.stdout.replace('deadline_exceeded', 'content_blocked__'));
    assert.equal((await sluice(folder, 'verify', '--receipt', file, '--key', pubFile)).status, 1);

    const stats = await sluice(
      gateway.folder,
      'stats',
      '--by',
      'caller',
      '--price',
      '*=0.5',
      '--json',
      'method=tools/call',
    );
    const [most] = JSON.parse(stats.stdout) as Json[];
    assert.equal(most!.caller, 'ann');
    assert.equal(most!.cost, 0.5 * (Number(most!.ok) + Number(most!.toolErrors)));
    const csv = await sluice(gateway.folder, 'export', '--format', 'csv', 'outcome=refused');
    assert.match(csv.stdout, /^seq,time,kind,/);
    assert.ok(csv.stdout.includes(',unauthenticated,'));
    const replayed = async (access: Json) => {
      const file = join(gateway.folder, 'other.yaml');
      writeFileSync(file, JSON.stringify({ ...config, access }));
      const args = ['access', 'replay', dir(), '-c', file, '--json'];
      return runProcess(process.execPath, [compiled('src/main.js'), ...args], {
        cwd: gateway.folder,
      });
    };
    const same = await replayed(config.access as Json);
    assert.equal(same.status, 0, same.stdout + same.stderr);
    assert.ok((JSON.parse(same.stdout) as { calls: number }).calls > 10);
    const other = await replayed({
      roles: { all: { allow: ['*'] }, few: { allow: ['*'] } },
      rules: [
        {
          id: 'no-hello',
          tools: ['all.test_echo'],
          when: 'has(args.message) && args.message == "hello"',
        },
      ],
    });
    assert.equal(other.status, 1);
    const { differences, unjudged } = JSON.parse(other.stdout) as {
      differences: Json[];
      unjudged: number;
    };
    const said = differences.map(({ caller, tool, was, would, by }) =>
      [caller, tool, was, would, by].join(' '),
    );
    assert.ok(said.includes('ann all.test_echo allowed forbidden rules.no-hello'), said.join('; '));
    assert.ok(
      said.includes('ann all.test_audio_content hidden allowed roles.all.allow'),
      said.join('; '),
    );
    assert.ok(
      unjudged > 0,
      'of calls that were refused before inspection the arguments are not kept',
    );
    rmSync(folder, { recursive: true, force: true });
  });
});
