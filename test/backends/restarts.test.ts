/** How long a server that failed is left alone. The clock is an argument; pauses are random within bounds. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Restarts } from '../../src/backends/restarts.ts';

/** The pauses after so many ends in a row, each after having lived for `livedMs`. */
function pauses(times: number, livedMs: number): number[] {
  const restarts = new Restarts();
  return Array.from({ length: times }, () => restarts.ended(0, livedMs));
}

describe('restarts', () => {
  it('pause longer and longer for a server that ends right after it came up, within a bound', () => {
    const all = pauses(30, 100);
    assert.ok(all.at(-1)! >= 15_000 && Math.max(...all) <= 30_000, String(all));
    assert.ok(all[0]! <= 50);
  });

  it('never pause for long for a server that came up', () => {
    const all = pauses(30, 3_000);
    assert.ok(Math.max(...all) <= 1_000 && all.at(-1)! >= 500, String(all));
  });

  it('start over for a server that served for a while', () => {
    const restarts = new Restarts();
    for (let i = 0; i < 10; i++) restarts.ended(0, 100);
    assert.ok(restarts.isLooping);
    assert.ok(restarts.ended(0, 60_000) <= 50);
    assert.equal(restarts.isLooping, false);
    assert.equal(restarts.waitMs(0), 0);
  });

  it('call it a crash loop, whichever way it fails', () => {
    for (const livedMs of [100, 3_000]) {
      const restarts = new Restarts();
      for (let i = 0; i < 5; i++) restarts.ended(0, livedMs);
      assert.ok(restarts.isLooping);
    }
    const restarts = new Restarts();
    for (let i = 0; i < 5; i++) restarts.failed(0);
    assert.ok(restarts.isLooping);
  });
});
