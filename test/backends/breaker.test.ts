/** The breaker's states and the window that it judges by; the clock is the test's. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Breaker, termsOf } from '../../src/backends/breaker.ts';
import { Gate } from '../../src/backends/gate.ts';
import { Outcomes } from '../../src/backends/outcomes.ts';
import { breakerSchema } from '../../src/backends/policy-config.ts';

/** Beyond any clock that was ever set back to. */
const START = 1_800_000_000_000;

function breakerOf(given: object = {}): Breaker {
  const some = { windowMs: 10_000, minCalls: 10, openMs: 1000, probes: 2, ...given };
  return new Breaker(termsOf(breakerSchema.parse(some)));
}

/** Lets `count` calls end at `now` that took a moment. */
function end(breaker: Breaker, now: number, count: number, failed: boolean, tookMs = 1): void {
  for (let n = 0; n < count; n++) breaker.settled(now, now - tookMs, failed, true);
}

describe('the window', () => {
  it('forgets bucket by bucket what is older than itself', () => {
    const outcomes = new Outcomes(10_000);
    for (let second = 0; second < 10; second++) outcomes.add(START + second * 1000, true, false);
    assert.deepEqual([outcomes.calls, outcomes.failures], [10, 10]);
    outcomes.advance(START + 12_000);
    assert.deepEqual([outcomes.calls, outcomes.failures], [7, 7]);
    outcomes.advance(START + 1_000_000);
    assert.deepEqual([outcomes.calls, outcomes.failures, outcomes.slow], [0, 0, 0]);
  });

  it('keeps counting when the clock is set back', () => {
    const outcomes = new Outcomes(10_000);
    outcomes.add(START, false, true);
    outcomes.add(START - 60_000, false, true);
    assert.deepEqual([outcomes.calls, outcomes.slow], [2, 2]);
  });

  it('gives back what a part of it counted, and never more', () => {
    const [all, part] = [new Outcomes(10_000), new Outcomes(10_000)];
    for (let n = 0; n < 5; n++) {
      all.add(START, true, false);
      part.add(START, true, false);
    }
    all.add(START, false, false);
    part.add(START, true, false);
    all.subtract(START, part);
    assert.deepEqual([all.calls, all.failures], [0, 0]);
  });
});

describe('a breaker', () => {
  it('judges nothing by fewer calls than it was told', () => {
    const breaker = breakerOf();
    end(breaker, START, 9, true);
    assert.equal(breaker.state, 'closed');
    end(breaker, START, 1, true);
    assert.equal(breaker.state, 'open');
    assert.match(breaker.why, /10 of 10 calls/);
  });

  it('stays closed below the rate, and opens at it', () => {
    const breaker = breakerOf({ failurePercent: 50 });
    end(breaker, START, 11, false);
    end(breaker, START, 10, true);
    assert.equal(breaker.state, 'closed');
    end(breaker, START, 1, true);
    assert.equal(breaker.state, 'open');
  });

  it('does not hold the past against a server', () => {
    const breaker = breakerOf();
    end(breaker, START, 9, true);
    end(breaker, START + 11_000, 9, true);
    assert.equal(breaker.state, 'closed');
  });

  it('opens when calls are slow, if it was told what slow is', () => {
    const breaker = breakerOf({ slowMs: 500, slowPercent: 80 });
    end(breaker, START, 2, false, 1);
    end(breaker, START, 8, false, 501);
    assert.equal(breaker.state, 'open');
    assert.match(breaker.why, /8 of 10 calls .* more than 500 ms/);
    const untold = breakerOf();
    end(untold, START, 100, false, 1_000_000);
    assert.equal(untold.state, 'closed');
  });

  it('lets so many probes through after its time, and closes when they succeed', () => {
    const breaker = breakerOf();
    end(breaker, START, 10, true);
    assert.equal(breaker.admits(START + 999), false);
    assert.equal(breaker.retryInMs(START + 400), 600);
    const probes = [1, 2, 3].map(() => breaker.admits(START + 1000));
    assert.deepEqual(probes, [true, true, false]);
    assert.equal(breaker.state, 'half-open');
    end(breaker, START + 1002, 1, false);
    assert.equal(breaker.state, 'half-open');
    end(breaker, START + 1002, 1, false);
    assert.equal(breaker.state, 'closed');
    end(breaker, START + 1003, 9, true);
    assert.equal(breaker.state, 'closed', 'what was before it opened is forgotten');
  });

  it('opens anew when a probe fails', () => {
    const breaker = breakerOf();
    end(breaker, START, 10, true);
    assert.equal(breaker.admits(START + 1000), true);
    end(breaker, START + 1002, 1, true);
    assert.equal(breaker.state, 'open');
    assert.equal(breaker.openings, 2);
    assert.equal(breaker.admits(START + 1500), false);
  });

  it('takes no call from before it opened for a probe', () => {
    const breaker = breakerOf();
    end(breaker, START, 10, true);
    breaker.admits(START + 1000);
    end(breaker, START + 1001, 5, true, 60_000);
    assert.equal(breaker.state, 'half-open');
    end(breaker, START + 1001, 5, false, 60_000);
    assert.equal(breaker.state, 'half-open');
  });

  it('is not blocked by probes that never end', () => {
    const breaker = breakerOf();
    end(breaker, START, 10, true);
    assert.deepEqual(
      [1, 2, 3].map(() => breaker.admits(START + 1000)),
      [true, true, false],
    );
    assert.deepEqual(
      [1, 2, 3].map(() => breaker.admits(START + 2000)),
      [true, true, false],
    );
  });
});

describe('a gate', () => {
  function gates() {
    const server = breakerOf();
    const refused: string[] = [];
    const gate = (tool: string, breaker: Breaker | null) =>
      new Gate('s', tool, server, breaker, () => refused.push(tool));
    return {
      server,
      refused,
      bad: gate('bad', breakerOf()),
      good: gate('good', breakerOf()),
      gate,
    };
  }

  it('closes one tool only, where it is one that fails, however much of the traffic it is', () => {
    const { bad, good, server, refused } = gates();
    for (let n = 0; n < 100; n++) bad.settled(Date.now(), true, true);
    assert.equal(bad.refuse()?.code, 'circuit_open');
    assert.match(bad.refuse()!.words, /The tool "bad" of the server "s" .* again in/);
    assert.equal(good.refuse(), undefined);
    assert.equal(server.state, 'closed');
    assert.deepEqual(refused, ['bad', 'bad']);
  });

  it('closes the server where failures are spread over tools too rarely called to be judged', () => {
    const { gate, server, good } = gates();
    for (let n = 0; n < 10; n++) gate(`tool${n}`, breakerOf()).settled(Date.now(), true, true);
    assert.equal(server.state, 'open');
    const refusal = good.refuse();
    assert.match(refusal!.words, /The server "s" is not called for now: 10 of 10 calls/);
    assert.ok(Number(refusal!.data?.retryAfterMs) > 0);
  });
});
