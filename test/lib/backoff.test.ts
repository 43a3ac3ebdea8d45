import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { backoffMs } from '../../src/lib/backoff.ts';

describe('backoffMs', () => {
  it('doubles up to the limit, however many failures there were', () => {
    const waits = [0, 1, 2, 3, 100, 1e9].map((failures) => backoffMs(failures, 100, 500, 0.999999));
    assert.deepEqual(waits.map(Math.round), [100, 200, 400, 500, 500, 500]);
  });

  it('spreads over the upper half, never near zero', () => {
    assert.equal(backoffMs(2, 100, 10_000, 0), 200);
    assert.equal(backoffMs(2, 100, 10_000, 0.5), 300);
  });
});
