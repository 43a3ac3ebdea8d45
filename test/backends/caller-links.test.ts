/** Mode `caller` with real processes: one for each caller, and a queue before each. */

import assert from 'node:assert/strict';
import process from 'node:process';
import { afterEach, describe, it } from 'node:test';
import type { Refusal } from '../../src/protocol/refusal.ts';
import type { Json } from './link-user.ts';
import { codeOf, PoolUser } from './pool-user.ts';

const users: PoolUser[] = [];

afterEach(async () => {
  await Promise.all(users.splice(0).map((user) => user.backend.close()));
});

async function started(pool: Json): Promise<PoolUser> {
  const user = new PoolUser({ mode: 'caller', ...pool });
  users.push(user);
  await user.backend.start();
  return user;
}

/** Fills the process of this caller and leaves so many calls waiting. */
async function filled(user: PoolUser, caller: string, held: number, waiting: number) {
  await user.text(caller, 'pid');
  const calls = user.hold(caller, held + waiting);
  await user.until(() => user.stats.inFlight === held && user.stats.queued === waiting);
  return calls;
}

describe('calls of one caller', { timeout: 180_000 }, () => {
  it('wait for room beyond pending, and are all answered', async () => {
    const user = await started({ pending: 2 });
    const calls = await filled(user, 'ann', 2, 6);
    user.open();
    const outcomes = await Promise.all(calls.map((call) => call.outcome));
    assert.deepEqual(new Set(outcomes), new Set(['held']));
    assert.equal(user.stats.queued, 0);
    assert.equal(user.stats.personal, 1);
  });

  it('are refused at once beyond the queue, while those of others run', async () => {
    const user = await started({ pending: 1, queuePerCaller: 3 });
    await filled(user, 'ann', 1, 3);
    const refused = (await user.call('ann', 'echo', { message: 'x' }).outcome) as Refusal;
    assert.equal(refused.code, 'busy');
    assert.ok(Number(refused.data?.retryAfterMs) > 0);
    assert.equal(await user.text('bob', 'echo', { message: 'of bob' }), 'of bob');
  });

  it('are refused after waitMs', async () => {
    const user = await started({ pending: 1, waitMs: 100 });
    const calls = await filled(user, 'ann', 1, 2);
    const outcomes = await Promise.all(calls.slice(1).map((call) => call.outcome));
    assert.deepEqual(outcomes.map(codeOf), ['busy', 'busy']);
  });

  it('leave the queue without a trace when they are no longer wanted', async () => {
    const user = await started({ pending: 1 });
    const [held, left, last] = await filled(user, 'ann', 1, 2);
    left?.place?.leave();
    user.open();
    assert.deepEqual(await Promise.all([held?.outcome, last?.outcome]), ['held', 'held']);
    assert.deepEqual(user.tags, ['ann-0', 'ann-2']);
  });

  it('are served in turn by session, where many share one caller', async () => {
    const user = await started({ pending: 1 });
    await user.text('ann/greedy', 'pid');
    const greedy = user.hold('ann/greedy', 20);
    const modest = user.hold('ann/modest', 1);
    await user.until(() => user.stats.queued === 20);
    user.open();
    await Promise.all([...greedy, ...modest].map((call) => call.outcome));
    const at = user.tags.indexOf('ann/modest-0');
    assert.ok(at >= 1 && at <= 2, `served as number ${at + 1}`);
  });

  it('that wait when their process dies are served by the next', async () => {
    const user = await started({ pending: 1 });
    const pid = Number(await user.text('ann', 'pid'));
    const [held, ...waiting] = await filled(user, 'ann', 1, 3);
    process.kill(pid, 'SIGKILL');
    assert.equal(codeOf(await held!.outcome), 'backend_unavailable');
    await user.until(() => user.tags.includes('ann-1'));
    user.open();
    const outcomes = await Promise.all(waiting.map((call) => call.outcome));
    assert.deepEqual(outcomes, ['held', 'held', 'held']);
    assert.notEqual(Number(await user.text('ann', 'pid')), pid);
  });

  it('do not start a process again and again that dies as often, and no other caller minds', async () => {
    const user = await started({ pending: 1 });
    for (let death = 0; death < 2; death++) {
      const pid = Number(await user.text('ann', 'pid'));
      const calls = await filled(user, 'ann', 1, 1);
      process.kill(pid, 'SIGKILL');
      assert.equal(codeOf(await calls[0]!.outcome), 'backend_unavailable');
      if (death === 0) {
        user.open();
        assert.equal(await calls[1]!.outcome, 'held');
        user.shut();
      } else {
        const refused = (await calls[1]!.outcome) as Refusal;
        assert.equal(refused.code, 'backend_unavailable');
        assert.ok(Number(refused.data?.retryAfterMs) > 0);
      }
    }
    assert.equal(await user.text('bob', 'echo', { message: 'of bob' }), 'of bob');
  });
});
