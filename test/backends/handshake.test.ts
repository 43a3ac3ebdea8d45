/** Which era and transport a server is found to speak, and what happens to those that speak neither. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { freePort } from '../../bench/free-port.ts';
import type { Known } from '../../src/backends/known.ts';
import { isRefusal } from '../../src/model.ts';
import { referenceProgram, remote } from '../support/servers.ts';
import { type StartedProcess, startProcess } from '../support/spawn.ts';
import { compiled } from '../support/temp.ts';
import { fixture, type Json, reference, script, User } from './link-user.ts';

async function foundAt(entry: Json): Promise<string> {
  const user = await User.open(entry);
  const { known, version } = user.link;
  const { reply } = await user.ask('tools/list');
  assert.ok(reply?.result, JSON.stringify(reply));
  await user.link.close();
  // The next link is opened with what is known, and finds the same.
  const again = await User.open(entry, {}, known);
  assert.deepEqual(again.link.known, known);
  await again.link.close();
  return `${known?.era} ${known?.transport} ${version}`;
}

/** A server that records what it is sent, in a `log` tool. */
const RECORDER = `
  const seen = [];
  require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const m = JSON.parse(line);
    seen.push(m.method);
    if (m.id === undefined) return;
    const say = (o) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id: m.id, ...o }) + '\\n');
    const hello = { protocolVersion: process.argv[1] ?? '2025-03-26', capabilities: {}, serverInfo: { name: 's', version: '1' } };
    if (m.method === 'initialize') setTimeout(() => { seen.push(JSON.stringify(m.params)); say({ result: hello }); }, 100);
    else if (m.method === 'seen') say({ result: { seen } });
    else say({ error: { code: -32000, message: 'not before initialize' } });
  });`;

describe('the handshake over stdio', () => {
  it('finds modern and legacy servers', async () => {
    assert.equal(await foundAt(fixture('dual', 'stdio')), 'modern stdio 2026-07-28');
    assert.equal(await foundAt(fixture('legacy', 'stdio')), 'legacy stdio 2025-11-25');
    assert.equal(await foundAt(reference('everything', 'stdio')), 'legacy stdio 2025-11-25');
    assert.equal(await foundAt(reference('filesystem', '/tmp')), 'legacy stdio 2025-11-25');
  });

  it('sends initialized only after the answer to initialize, with the capabilities declared', async () => {
    const user = await User.open(script(RECORDER), { roots: { listChanged: true } });
    const { reply } = await user.ask('seen');
    const { seen } = reply!.result as { seen: string[] };
    assert.deepEqual(
      [seen[0], seen[1], seen[3]],
      ['server/discover', 'initialize', 'notifications/initialized'],
    );
    const params = JSON.parse(seen[2] ?? '') as Json;
    assert.deepEqual(params.capabilities, { roots: { listChanged: true } });
    assert.equal((params.clientInfo as Json).name, 'sluice');
    assert.equal(user.link.version, '2025-03-26');
    await user.link.close();
  });

  it('does not ask again what is known', async () => {
    const user = await User.open(script(RECORDER), {}, { era: 'legacy', transport: 'stdio' });
    const { reply } = await user.ask('seen');
    assert.equal((reply!.result as { seen: string[] }).seen[0], 'initialize');
    await user.link.close();
  });

  it('starts a server again that dies of the probe', async () => {
    const source = `${RECORDER}
      require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
        if (line.includes('server/discover')) process.exit(1);
      });`;
    const user = await User.open(script(source));
    assert.deepEqual(user.link.known, { era: 'legacy', transport: 'stdio' });
    await user.link.close();
  });

  it('waits for a server that is slow to start', async () => {
    const slow = (name: string) =>
      script(
        `setTimeout(() => {
      process.argv.splice(1, 0, 'x'); import(${JSON.stringify(compiled(`test/support/fixtures/${name}.js`))});
    }, 3500)`,
        'stdio',
      );
    const [modern, legacy] = await Promise.all([
      User.open(slow('dual')),
      User.open(slow('legacy')),
    ]);
    assert.equal(modern.link.era, 'modern');
    assert.equal(legacy.link.era, 'legacy');
    await Promise.all([modern.link.close(), legacy.link.close()]);
  });

  it('says nothing of the other era to a modern server that was slow', async () => {
    const source = `
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, process.argv[1] === 'slow' ? 3500 : 0);
      const seen = [];
      const results = {
        'server/discover': { supportedVersions: ['2026-07-28'], capabilities: {}, resultType: 'complete' },
        initialize: { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 's', version: '1' } },
        seen: { seen },
      };
      require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
        const m = JSON.parse(line);
        seen.push(m.method);
        const answer = { jsonrpc: '2.0', id: m.id, result: results[m.method] };
        if (m.id !== undefined) process.stdout.write(JSON.stringify(answer) + '\\n');
      });`;
    const heard = async (known?: Known) => {
      const user = await User.open(script(source, 'slow'), {}, known);
      const { reply } = await user.ask('seen');
      await user.link.close();
      return [user.link.era, ...(reply!.result as { seen: string[] }).seen];
    };
    const modern = ['modern', 'server/discover', 'seen'];
    assert.deepEqual(await heard(), modern);
    assert.deepEqual(await heard({ era: 'modern', transport: 'stdio' }), modern);
  });

  it('finds the era anew when a server was replaced', async () => {
    const discoverOnly = `
      require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
        const m = JSON.parse(line);
        const result = { supportedVersions: ['2026-07-28'], capabilities: {}, resultType: 'complete' };
        const answer = m.method === 'server/discover' ? { result } : { error: { code: -32601, message: 'no' } };
        if (m.id !== undefined) process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id: m.id, ...answer }) + '\\n');
      });`;
    const user = await User.open(script(discoverOnly), {}, { era: 'legacy', transport: 'stdio' });
    assert.equal(user.link.era, 'modern');
    await user.link.close();
  });

  it('refuses a server that answers nothing, and one whose revision is not known', async () => {
    const user = new User();
    const mute = await user.connect({ ...fixture('hostile', 'mute'), startMs: 500 });
    assert.ok(isRefusal(mute) && mute.code === 'deadline_exceeded');
    const strange = await user.connect(script(RECORDER, '1999-01-01'));
    assert.ok(isRefusal(strange) && strange.code === 'backend_unavailable');
    assert.match(strange.words, /no protocol revision/);
  });
});

describe('the handshake over HTTP', () => {
  const servers: StartedProcess[] = [];
  const at = async (name: string, mode: string) => {
    const server = await remote(name, mode);
    servers.push(server);
    return server.ready;
  };
  let everything = '';
  before(async () => {
    const port = await freePort();
    const env = { PORT: String(port) };
    const child = await startProcess(process.execPath, [referenceProgram('everything'), 'sse'], {
      env,
    });
    servers.push(child);
    everything = `http://127.0.0.1:${port}/sse`;
    for (let tries = 0; tries < 200 && !child.stderr().includes(String(port)); tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
  after(() => Promise.all(servers.map((server) => server.stop())));

  it('finds modern, legacy and HTTP+SSE servers', async () => {
    assert.equal(await foundAt({ url: await at('dual', 'http') }), 'modern http 2026-07-28');
    assert.equal(await foundAt({ url: await at('legacy', 'http') }), 'legacy http 2025-11-25');
    const sse = await at('legacy', 'sse');
    assert.equal(await foundAt({ url: sse }), 'legacy sse 2025-11-25');
    assert.equal(await foundAt({ url: sse, transport: 'sse' }), 'legacy sse 2025-11-25');
    assert.equal(await foundAt({ url: everything }), 'legacy sse 2025-11-25');
  });

  it('refuses where nobody listens, without naming the address', async () => {
    const user = new User();
    for (const transport of ['auto', 'http', 'sse']) {
      const url = `http://127.0.0.1:${await freePort()}/secret`;
      const refused = await user.connect({ url, transport });
      assert.ok(isRefusal(refused) && refused.code === 'backend_unavailable');
      assert.match(refused.words, /ECONNREFUSED/);
      assert.ok(!JSON.stringify(refused).includes('/secret'));
    }
  });
});
