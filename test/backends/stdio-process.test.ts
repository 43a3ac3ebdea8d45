/** Child processes: what they may do to the gateway, and how they end. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../../src/lib/process-id.ts';
import { isRefusal } from '../../src/model.ts';
import { runProcess } from '../support/spawn.ts';
import { compiled } from '../support/temp.ts';
import { fixture, script, User } from './link-user.ts';

const LEGACY = { era: 'legacy', transport: 'stdio' } as const;

/** A legacy server of a few lines; `calls` handles what is neither initialize nor a notification. */
function server(calls: string, start = ''): Record<string, unknown> {
  return script(`
    ${start}
    const say = (o) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...o }) + '\\n');
    const text = (id, t) => say({ id, result: { content: [{ type: 'text', text: String(t) }] } });
    require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
      const m = JSON.parse(line);
      if (m.method === 'initialize') return say({ id: m.id, result: {
        protocolVersion: '2025-06-18', capabilities: {}, serverInfo: { name: 's', version: '1' } } });
      if (m.method === 'notifications/initialized') return;
      ${calls}
    });`);
}

async function gone(pid: number): Promise<void> {
  for (let waited = 0; isAlive(pid) && waited < 20_000; waited += 20) await sleep(20);
  assert.equal(isAlive(pid), false, `process ${pid} is still there`);
}

describe('a stdio server', () => {
  it('inherits only what programs need, and what its entry adds', async () => {
    process.env.SLUICE_TEST_SECRET = 'gateway-secret';
    const entry = { ...fixture('hostile'), env: { ADDED: '1' } };
    const user = await User.open(entry, {}, LEGACY);
    const names = JSON.parse(await user.text('leak_env')) as string[];
    delete process.env.SLUICE_TEST_SECRET;
    assert.ok(names.includes('PATH') && names.includes('ADDED'));
    assert.ok(!names.includes('SLUICE_TEST_SECRET'));
    await user.link.close();
  });

  it('gets arguments as they are, never through a shell', async () => {
    const entry = server('text(m.id, JSON.stringify(process.argv))');
    (entry.args as string[]).push('$(id)', '; rm -rf /', '*');
    const user = await User.open(entry, {}, LEGACY);
    const args = JSON.parse(await user.text('any')) as string[];
    assert.deepEqual(args.slice(-3), ['$(id)', '; rm -rf /', '*']);
    await user.link.close();
  });

  it('may print text, answer twice, and answer what nobody asked', async () => {
    const user = await User.open(fixture('hostile', 'noise'), {}, LEGACY);
    const { link } = user;
    assert.equal(await user.text('not_json'), 'after noise');
    assert.equal(await user.text('twice'), 'first');
    assert.equal(await user.text('foreign_id'), 'asked');
    assert.equal(await user.text('foreign_progress'), 'after progress');
    assert.equal(await user.text('echo', { message: 'fine' }), 'fine');
    assert.ok(link.counters.faults >= 4);
    assert.equal(link.counters.late, 1);
    assert.ok(link.counters.unknown >= 3);
    await link.close();
  });

  it('fails the request whose answer is ambiguous or no message, at once', async () => {
    const user = await User.open(fixture('hostile'), {}, LEGACY);
    for (const name of ['result_and_error', 'neither', 'wrong_version']) {
      const { refusal } = await user.call(name).outcome;
      assert.equal(refusal?.code, 'backend_unavailable', name);
    }
    assert.equal(await user.text('echo', { message: 'fine' }), 'fine');
    await user.link.close();
  });

  it('may write a line beyond the limit: it is dropped, and its request fails', async () => {
    const entry = { ...fixture('hostile'), lineBytesMax: 64 * 1024 };
    const user = await User.open(entry, {}, LEGACY);
    const { refusal } = await user.call('long_line', { bytes: 1024 * 1024 }).outcome;
    assert.equal(refusal?.code, 'backend_unavailable');
    assert.equal(await user.text('echo', { message: 'fine' }), 'fine');
    await user.link.close();
  });

  it('may write a line of 100 MB: little of it is kept, and others are served meanwhile', async () => {
    const user = await User.open(fixture('hostile'), {}, LEGACY);
    let most = 0;
    const look = setInterval(() => {
      most = Math.max(most, process.memoryUsage().arrayBuffers);
    }, 5);
    const before = process.memoryUsage().arrayBuffers;
    const long = user.call('long_line', { bytes: 100 * 1024 * 1024 });
    assert.equal((await long.outcome).refusal?.code, 'backend_unavailable');
    assert.equal(await user.text('echo', { message: 'fine' }), 'fine');
    clearInterval(look);
    // lineBytesMax is 16 MiB; what grows is copied once.
    assert.ok(most - before < 64 * 1024 * 1024, `${most - before} bytes`);
    await user.link.close();
  });

  it('does not fail the requests of others with its long line', async () => {
    const entry = { ...fixture('hostile'), lineBytesMax: 64 * 1024 };
    const user = await User.open(entry, {}, LEGACY);
    const late = user.call('late', { ms: 300 });
    const long = user.call('long_line', { bytes: 1024 * 1024 }, 1500);
    assert.equal((await late.outcome).refusal, undefined);
    assert.equal((await long.outcome).refusal?.code, 'deadline_exceeded');
    await user.link.close();
  });

  it('fails every request in flight once when it dies, and says why', async () => {
    const user = await User.open(fixture('hostile'), {}, LEGACY);
    const hanging = Array.from({ length: 20 }, () => user.call('hang').outcome);
    const crash = user.call('crash_half_way').outcome;
    for (const { refusal } of await Promise.all([...hanging, crash])) {
      assert.equal(refusal?.code, 'backend_unavailable');
    }
    assert.deepEqual(user.closed, ['the server exited with code 4']);
    assert.equal(user.link.isLive, false);
    assert.equal(user.link.inFlight, 0);
    const after = await user.call('echo').outcome;
    assert.equal(after.refusal?.code, 'backend_unavailable');
  });

  it('delivers the answer that it wrote just before it exited', async () => {
    const calls = `text(m.id, 'x'.repeat(200000)); process.stdout.write('', () => process.exit(0));`;
    const user = await User.open(server(calls), {}, LEGACY);
    assert.equal((await user.text('any')).length, 200_000);
    await user.until(() => user.closed.length === 1);
  });

  it('ends when it closes its input or its output and lives on', async () => {
    const idle = 'setInterval(() => {}, 1000);';
    const calls = `text(m.id, 'closing'); require('node:fs').closeSync(m.params.name === 'in' ? 0 : 1);`;
    for (const name of ['in', 'out']) {
      const user = await User.open(server(calls, idle), {}, LEGACY);
      await user.call(name).outcome;
      await sleep(50);
      const second = user.call('in', { message: 'anyone?' });
      assert.equal((await second.outcome).refusal?.code, 'backend_unavailable', name);
      await user.until(() => user.closed.length === 1);
      await user.link.close();
    }
  });

  it('may flood stderr: the log gets a bounded share of it, cut and clean', async () => {
    const user = await User.open(fixture('hostile', 'stderr-flood'), {}, LEGACY);
    assert.equal(await user.text('stderr_flood'), 'after a flood');
    assert.equal(await user.text('echo', { message: 'fine' }), 'fine');
    assert.ok(user.log.lines.length < 200);
    assert.ok(user.log.lines.every((line) => JSON.stringify(line).length < 2000));
    await user.link.close();
  });

  it('may flood its owner with notifications and requests', async () => {
    const user = await User.open(fixture('hostile'), {}, LEGACY);
    await user.text('notification_flood');
    await user.text('request_flood');
    assert.equal(user.heard.length, 25_000);
    await user.link.close();
  });

  it('that does not read is refused more once too much waits', async () => {
    const calls = `if (m.params.name === 'stop') { process.stdin.pause(); text(m.id, 'ok'); }`;
    const entry = server(calls, 'setInterval(() => {}, 1000);');
    const user = await User.open(entry, {}, LEGACY);
    await user.text('stop');
    const big = { message: 'x'.repeat(1024 * 1024) };
    const sent = Array.from({ length: 12 }, () => user.call('echo', big, 3000).outcome);
    const codes = (await Promise.all(sent)).map(({ refusal }) => refusal?.code);
    assert.ok(codes.includes('busy') && codes.includes('deadline_exceeded'), codes.join());
    await user.link.close();
  });

  it('carries messages of megabytes in both directions', async () => {
    const user = await User.open(fixture('echo'), {}, LEGACY);
    const message = 'é'.repeat(2 * 1024 * 1024);
    assert.equal(await user.text('echo', { message }), message);
    await user.link.close();
  });

  it('goes when its input ends', async () => {
    const user = await User.open(server('text(m.id, process.pid)'), {}, LEGACY);
    const pid = Number(await user.text('any'));
    await user.link.close();
    assert.equal(isAlive(pid), false);
    assert.deepEqual(user.closed, ['the gateway closed it']);
  });

  it('goes although it ignores the end of its input and SIGTERM, with its children', async () => {
    const start = `
      process.on('SIGTERM', () => {});
      setInterval(() => {}, 1000);
      const child = require('node:child_process').spawn(process.execPath,
        ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)'], { stdio: 'inherit' });`;
    const calls = `text(m.id, process.pid + ' ' + child.pid)`;
    const user = await User.open(server(calls, start), {}, LEGACY);
    const pids = (await user.text('any')).split(' ').map(Number);
    await user.link.close();
    for (const pid of pids) await gone(pid);
  });

  it('takes its children along when it dies', async () => {
    const start = `const child = require('node:child_process').spawn(process.execPath,
      ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });`;
    const calls = `if (m.params.name === 'die') process.exit(1); text(m.id, child.pid)`;
    const user = await User.open(server(calls, start), {}, LEGACY);
    const pid = Number(await user.text('any'));
    await user.call('die').outcome;
    await gone(pid);
    assert.deepEqual(user.closed, ['the server exited with code 1']);
  });

  it('does not outlive the gateway, even when that just exits', async () => {
    const program = compiled('test/backends/leaver.js');
    const { status, stdout } = await runProcess(process.execPath, [program], {
      deadlineMs: 30_000,
    });
    assert.equal(status, 7);
    const pid = Number(/^pid (\d+)$/m.exec(stdout)?.[1]);
    assert.ok(pid > 0, stdout);
    await gone(pid);
  });

  it('that cannot be started is refused in a sentence without its path', async () => {
    const user = new User();
    const missing = await user.connect({ command: '/secret/place/program' });
    assert.ok(isRefusal(missing));
    assert.equal(missing.code, 'backend_unavailable');
    assert.ok(!missing.words.includes('/secret'));
    const denied = await user.connect({ command: compiled('test/backends/link-user.js') });
    assert.ok(isRefusal(denied) && /may not be executed/.test(denied.words));
    const early = await user.connect(fixture('hostile', 'exit-at-start'));
    assert.ok(isRefusal(early) && /exited with code 2/.test(early.words));
    assert.deepEqual(user.closed, []);
  });
});
