/** Shared links over real processes: fair, bounded, growing and shrinking, replaced when worn out or hung. */

import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { pino } from 'pino';
import { isAlive } from '../../src/lib/process-id.ts';
import { isRefusal } from '../../src/model.ts';
import type { Refusal } from '../../src/protocol/refusal.ts';
import { fixture, type Json } from './link-user.ts';
import { codeOf, PoolUser } from './pool-user.ts';

const users: PoolUser[] = [];

async function started(pool: Json, entry: Json = {}): Promise<PoolUser> {
  const user = new PoolUser(pool, entry);
  users.push(user);
  await user.backend.start();
  return user;
}

afterEach(async () => {
  await Promise.all(users.splice(0).map((user) => user.backend.close()));
});

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What Buffers take, without those that nobody holds any more. */
function heldBytes(): number {
  collect();
  return process.memoryUsage().arrayBuffers;
}

describe('a queue before shared links', { timeout: 180_000 }, () => {
  it('serves callers in turn, however many calls one of them has queued', async () => {
    const user = await started({ max: 1, pending: 1 });
    const flood = user.hold('ann', 60);
    const others = ['bob', 'carl'].map((caller) => user.hold(caller, 1)[0]);
    user.open();
    await Promise.all([...flood, ...others].map((call) => call?.outcome));
    const { tags } = user;
    assert.equal(tags.length, 62);
    // The one of ann that was already there, then a turn for each.
    for (const tag of ['bob-0', 'carl-0'])
      assert.ok(tags.indexOf(tag) <= 4, tags.slice(0, 8).join());
    assert.deepEqual(
      tags.filter((tag) => tag.startsWith('ann')),
      flood.map((_, at) => `ann-${at}`),
    );
  });

  it('leaves room for others where the calls of one caller never end', async () => {
    const user = await started({ max: 1, pending: 20 });
    const flood = user.hold('ann', 100);
    await user.until(() => user.tags.length === user.stats.inFlight);
    assert.ok(user.stats.inFlight < 20);
    assert.equal(await user.text('bob', 'echo', { message: 'served' }), 'served');
    assert.equal(await user.text('carl', 'echo', { message: 'served' }), 'served');
    user.open();
    await Promise.all(flood.map((call) => call.outcome));
  });

  it('refuses at once what does not fit, with a hint when to try again', async () => {
    const user = await started({ max: 1, pending: 1, queue: 3, queuePerCaller: 2 });
    const first = user.hold('ann', 3);
    const tooMany = (await user.call('ann', 'pid').outcome) as Refusal;
    assert.equal(tooMany.code, 'busy');
    assert.ok(Number(tooMany.data?.retryAfterMs) > 0);
    const bobs = user.call('bob', 'pid');
    assert.equal(codeOf(await user.call('carl', 'pid').outcome), 'busy');
    user.open();
    for (const call of first) assert.equal(await call.outcome, 'held');
    assert.match(String(await bobs.outcome), /^\d+$/);
  });

  it('refuses what has waited for waitMs', async () => {
    const user = await started({ max: 1, pending: 1, waitMs: 50 });
    const [first, second] = user.hold('ann', 2);
    const refused = (await second?.outcome) as Refusal;
    assert.equal(refused.code, 'busy');
    assert.ok(Number(refused.data?.retryAfterMs) > 0);
    assert.equal(user.stats.queued, 0);
    user.open();
    assert.equal(await first?.outcome, 'held');
  });

  it('is left by a call that was cancelled, which no server hears of', async () => {
    const user = await started({ max: 1, pending: 1 });
    const [first, second, third] = user.hold('ann', 3);
    assert.equal(user.stats.queued, 2);
    second?.place?.leave();
    assert.equal(user.stats.queued, 1);
    user.open();
    await Promise.all([first?.outcome, third?.outcome]);
    assert.deepEqual(user.tags, ['ann-0', 'ann-2']);
  });

  it('is emptied with a refusal when the gateway ends', async () => {
    const user = await started({ max: 1, pending: 1 });
    const calls = user.hold('ann', 3);
    await user.backend.close();
    for (const call of calls) assert.equal(codeOf(await call.outcome), 'backend_unavailable');
  });
});

describe('the number of shared links', { timeout: 180_000 }, () => {
  it('grows while calls queue, up to max, and shrinks to size when they idle', async () => {
    const user = await started({ mode: 'shared', size: 1, max: 3, pending: 2, idleMs: 1000 });
    assert.equal(user.stats.processes, 1);
    const calls = ['ann', 'bob', 'carl'].flatMap((caller) => user.hold(caller, 4));
    await user.until(() => user.tags.length === 6);
    assert.equal(user.stats.processes, 3);
    assert.equal(new Set(user.asked.map((line) => line.split(' ')[0])).size, 3);
    user.open();
    await Promise.all(calls.map((call) => call.outcome));
    user.backend.sweep(Date.now() + 500);
    assert.equal(user.stats.processes, 3);
    user.backend.sweep(Date.now() + 2000);
    await user.until(() => user.stats.processes === 1);
    assert.equal(await user.text('ann', 'echo', { message: 'still here' }), 'still here');
  });

  it('does not grow while there is room', async () => {
    const user = await started({ pending: 64 });
    const calls = user.hold('ann', 30);
    await user.until(() => user.tags.length === 30);
    assert.equal(user.stats.processes, 1);
    user.open();
    await Promise.all(calls.map((call) => call.outcome));
  });
});

describe('a process that is worn out', { timeout: 180_000 }, () => {
  it('by its calls is replaced without a failed call', async () => {
    const user = await started({ recycle: { calls: 10 } });
    const pids = new Set<string>();
    const deadline = Date.now() + 30_000;
    while (pids.size < 3 && Date.now() < deadline) pids.add(await user.text('ann', 'pid'));
    assert.equal(pids.size, 3);
    await user.until(() => [...pids].filter((pid) => isAlive(Number(pid))).length <= 2);
    assert.equal(user.stats.restarts, 0);
  });

  it('by its age ends only when its calls have ended, and serves until its successor is there', async () => {
    const user = await started({ recycle: { ageMs: 60_000 } });
    const old = await user.text('ann', 'pid');
    const [held] = user.hold('ann', 1);
    user.backend.sweep(Date.now() + 61_000);
    assert.equal(await user.text('bob', 'pid'), old);
    const pids = new Set([old]);
    const deadline = Date.now() + 30_000;
    while (pids.size < 2 && Date.now() < deadline) pids.add(await user.text('bob', 'pid'));
    assert.equal(pids.size, 2);
    assert.ok(isAlive(Number(old)));
    user.open();
    assert.equal(await held?.outcome, 'held');
    await user.until(() => !isAlive(Number(old)));
  });

  it('by its memory is replaced', { skip: process.platform !== 'linux' }, async () => {
    const user = await started({ recycle: { memoryMb: 250 } });
    const old = await user.text('ann', 'pid');
    user.backend.sweep(Date.now());
    assert.equal(await user.text('ann', 'grow', { mb: 300 }), '1');
    await user.until(() => {
      user.backend.sweep(Date.now());
      return !isAlive(Number(old));
    });
    assert.notEqual(await user.text('ann', 'pid'), old);
  });
});

describe('a server that fails again and again', { timeout: 180_000 }, () => {
  it('is started with growing pauses, is shown as a crash loop, and calls are refused at once', async () => {
    const user = await started({}, fixture('hostile', 'exit-late'));
    await user.until(() => user.stats.crashLoop);
    let refused: string | Refusal = '';
    await user.until(() => {
      void user.call('ann', 'echo').outcome.then((outcome) => {
        refused = outcome;
      });
      return isRefusal(refused) && /times in a row/.test(refused.words);
    });
    assert.equal(codeOf(refused), 'backend_unavailable');
    assert.ok(user.stats.restarts >= 4);
  });

  it('gets one share of the log for all its starts', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'info' }, { write: (line: string) => lines.push(line) });
    const source = `for (let n = 0; n < 40; n++) console.error('line ' + n); process.exit(1);`;
    const user = new PoolUser({}, { command: process.execPath, args: ['-e', source] }, log);
    users.push(user);
    await user.backend.start();
    await user.until(() => user.stats.crashLoop);
    const printed = lines.filter((line) => line.includes('server output')).length;
    // A burst of 50 and a trickle, where each start by itself would have had 40.
    assert.ok(printed >= 40 && printed < 120, `${printed} lines`);
    assert.ok(lines.some((line) => line.includes('left out')));
  });

  it('is started again at once when it dies for the first time', async () => {
    const user = await started({});
    const pid = Number(await user.text('ann', 'pid'));
    process.kill(pid, 'SIGKILL');
    await user.until(() => user.stats.processes === 0 || user.stats.restarts === 1);
    assert.notEqual(Number(await user.text('ann', 'pid')), pid);
    assert.equal(user.stats.restarts, 1);
    assert.equal(user.stats.crashLoop, false);
  });
});

describe('a process that says nothing', { timeout: 180_000 }, () => {
  // Long enough for a busy machine to answer in, and to write a line in.
  const QUICK = { silentMs: 300, answerMs: 2000 };

  it('and answers no ping is replaced, and its calls fail with the reason', async () => {
    const user = await started(QUICK);
    const pid = Number(await user.text('ann', 'pid'));
    process.kill(pid, 'SIGSTOP');
    const refused = (await user.call('ann', 'pid').outcome) as Refusal;
    assert.equal(refused.code, 'backend_unavailable');
    assert.match(refused.words, /stopped answering/);
    assert.notEqual(Number(await user.text('ann', 'pid')), pid);
    assert.equal(user.stats.hung, 1);
    await user.until(() => !isAlive(pid));
  });

  it('but answers pings is left alone, however long its calls take', async () => {
    const user = await started({ silentMs: 20, answerMs: 20_000 });
    const [held] = user.hold('ann', 1);
    await user.until(() => user.asked.filter((line) => line.includes(' ping ')).length >= 5);
    user.open();
    assert.equal(await held?.outcome, 'held');
    assert.equal(user.stats.hung, 0);
  });

  it('is found in the modern era, which has no ping, by what every server answers', async () => {
    const user = await started(QUICK, fixture('dual', 'stdio'));
    assert.equal(user.backend.era, 'modern');
    const link = user.backend.take(user.backend.share('ann', 'ann'), 'ann');
    const pid = Number(link?.pid);
    process.kill(pid, 'SIGSTOP');
    const refused = (await user.call('ann', 'test_simple_text').outcome) as Refusal;
    assert.match(refused.words, /stopped answering/);
    await user.until(() => !isAlive(pid));
  });

  it('is left alone while nobody asked it anything', async () => {
    const user = await started(QUICK);
    const idle = new PoolUser(QUICK);
    users.push(idle);
    await idle.backend.start();
    const link = idle.backend.take(idle.backend.share('ann', 'ann'), 'ann');
    process.kill(Number(link?.pid), 'SIGSTOP');
    // By the time that another one was found out, this one would have been.
    process.kill(Number(await user.text('ann', 'pid')), 'SIGSTOP');
    await user.call('ann', 'pid').outcome;
    assert.equal(idle.stats.hung, 0);
    process.kill(Number(link?.pid), 'SIGCONT');
    assert.match(await idle.text('ann', 'pid'), /^\d+$/);
  });

  it('and writes a line that never ends is replaced, in bounded memory', async () => {
    const source = `
      const say = (o) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...o }) + '\\n');
      let isEndless = false;
      const chunk = 'x'.repeat(1 << 16);
      const more = () => process.stdout.write(chunk, more);
      require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
        const { id, method, params } = JSON.parse(line);
        if (isEndless || id === undefined) return;
        if (method === 'initialize') say({ id, result: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'e', version: '1' } } });
        else if (method === 'tools/list') say({ id, result: { tools: [] } });
        else if (params?.name === 'endless') { isEndless = true; more(); }
        else say({ id, result: { content: [{ type: 'text', text: String(process.pid) }] } });
      });`;
    const user = await started(QUICK, {
      command: process.execPath,
      args: ['-e', source],
      lineBytesMax: 65_536,
    });
    const pid = Number(await user.text('ann', 'pid'));
    const before = heldBytes();
    const tooLong = (await user.call('ann', 'endless').outcome) as Refusal;
    assert.match(tooLong.words, /larger/);
    const unanswered = (await user.call('ann', 'pid').outcome) as Refusal;
    assert.match(unanswered.words, /stopped answering/);
    // It writes a gigabyte in that time; what was freed is swept beside what goes on.
    await user.until(() => heldBytes() - before < 8 * 1024 * 1024);
    assert.notEqual(Number(await user.text('ann', 'pid')), pid);
    await user.until(() => !isAlive(pid));
  });
});
