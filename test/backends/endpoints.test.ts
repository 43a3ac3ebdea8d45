/** Which of several places of one server is tried first, and when one that failed is tried again. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Endpoints } from '../../src/backends/endpoints.ts';
import { generator } from '../support/random.ts';

const order = (endpoints: Endpoints, now?: number) =>
  endpoints.order(now).tried.map((one) => one.index);

describe('endpoints', () => {
  it('are drawn by weight, each once', () => {
    const draw = generator(7);
    const endpoints = new Endpoints([1, 3, 6], () => draw(1_000_000) / 1_000_000);
    const first = [0, 0, 0];
    for (let n = 0; n < 10_000; n += 1) {
      const drawn = order(endpoints);
      assert.deepEqual(drawn.toSorted(), [0, 1, 2]);
      first[drawn[0]!]! += 1;
    }
    for (const [index, share] of [0.1, 0.3, 0.6].entries()) {
      assert.ok(Math.abs(first[index]! / 10_000 - share) < 0.03, `${index}: ${first}`);
    }
  });

  it('of weight 0 stand by until no other is well', () => {
    const endpoints = new Endpoints([0, 1, 0]);
    assert.deepEqual(order(endpoints), [1, 0, 2]);
    endpoints.all[1]!.failed('x');
    assert.deepEqual(order(endpoints), [0, 2, 1]);
  });

  it('that failed are passed over until their back-off is over, which grows', () => {
    const endpoints = new Endpoints([1, 0]);
    const [one] = endpoints.all;
    for (let n = 0; n < 4; n += 1) {
      const at = Date.now();
      one!.failed('x');
      assert.ok(one!.retryAt - at >= 500 * 2 ** n, `${one!.retryAt - at} ms`);
      assert.deepEqual(order(endpoints, at), [1, 0]);
      assert.deepEqual(order(endpoints, one!.retryAt), [0, 1]);
    }
  });

  it('that flap do not start over with each greeting', () => {
    const [one] = new Endpoints([1, 1]).all;
    for (let n = 0; n < 6; n += 1) {
      one!.opened();
      assert.equal(one!.report().state, 'up');
      one!.failed('it broke');
    }
    assert.deepEqual(one!.report(), { endpoint: 1, state: 'down', why: 'it broke' });
    assert.ok(one!.retryAt - Date.now() > 10_000);
  });

  it('are all tried where all have failed, the first that may come back in front', () => {
    const endpoints = new Endpoints([1, 1]);
    for (let n = 0; n < 3; n += 1) endpoints.all[0]!.failed('x');
    endpoints.all[1]!.failed('x');
    assert.deepEqual(order(endpoints), [1, 0]);
  });
});
