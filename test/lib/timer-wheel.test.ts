import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { TimerWheel, type Waiter } from '../../src/lib/timer-wheel.ts';

class Wait implements Waiter {
  wheelPrev: Waiter | null = null;
  wheelNext: Waiter | null = null;
  wheelRounds = 0;
  readonly onDue: () => void;

  constructor(onDue: () => void) {
    this.onDue = onDue;
  }
}

/** A wheel whose clock is moved by hand; real time only makes it look at the clock. */
function wheel(): { wheel: TimerWheel; advance(ms: number): Promise<void> } {
  let now = 0;
  const made = new TimerWheel(() => now);
  const advance = async (ms: number) => {
    now += ms;
    // Two turns of 20 ms: one may have been armed before the clock moved.
    await sleep(60);
  };
  return { wheel: made, advance };
}

describe('the timer wheel', () => {
  it('never ends a wait early, and ends it once', async () => {
    const { wheel: deadlines, advance } = wheel();
    let due = 0;
    deadlines.add(new Wait(() => (due += 1)), 1000);
    await advance(999);
    assert.equal(due, 0);
    await advance(21);
    assert.equal(due, 1);
    await advance(50_000);
    assert.equal(due, 1);
    assert.equal(deadlines.waiting, 0);
  });

  it('keeps waits of more than one round, and those of every length beside them', async () => {
    const { wheel: deadlines, advance } = wheel();
    const due: number[] = [];
    const lengths = [20, 10_239, 10_240, 10_241, 20_480, 60_000, 100_000];
    for (const ms of lengths) deadlines.add(new Wait(() => due.push(ms)), ms);
    for (let now = 0; now <= 105_000; now += 2500) {
      await advance(now === 0 ? 0 : 2500);
      const early = due.filter((ms) => ms > now);
      assert.deepEqual(early, [], `at ${now}`);
      const late = lengths.filter((ms) => ms + 20 <= now && !due.includes(ms));
      assert.deepEqual(late, [], `at ${now}`);
    }
    assert.deepEqual(
      [...due].sort((a, b) => a - b),
      lengths,
    );
  });

  it('forgets what is dropped, also from within a wait that is due', async () => {
    const { wheel: deadlines, advance } = wheel();
    let due = 0;
    const dropped = new Wait(() => (due += 1));
    const first = new Wait(() => {
      deadlines.drop(dropped);
      deadlines.add(first, 100);
    });
    deadlines.add(first, 100);
    deadlines.add(dropped, 200);
    await advance(150);
    assert.equal(deadlines.waiting, 1);
    deadlines.drop(first);
    deadlines.drop(first);
    await advance(1000);
    assert.equal(due, 0);
    assert.equal(deadlines.waiting, 0);
  });

  it('moves a wait that is added again', async () => {
    const { wheel: deadlines, advance } = wheel();
    let due = 0;
    const wait = new Wait(() => (due += 1));
    deadlines.add(wait, 100);
    deadlines.add(wait, 1000);
    await advance(500);
    assert.equal(due, 0);
    await advance(600);
    assert.equal(due, 1);
  });
});
