import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FairQueue, mayHave, type Place, type Queued } from '../../src/backends/fair-queue.ts';

const NOBODY: Queued = { onRoom: () => {}, onNoRoom: () => {} };
const PATIENT_MS = 3_000;
const KIB = 1024;

function queueOf(queueMax = 1000, queuePerCallerMax = 1000): FairQueue {
  return new FairQueue({ queueMax, queuePerCallerMax }, () => {});
}

function push(queue: FairQueue, key: string, bytes = 1): Place | undefined {
  return queue.push(NOBODY, queue.share(key), bytes, PATIENT_MS);
}

/** The callers in the order in which they are served, while nothing is ever answered. */
function order(queue: FairQueue, free = 1000): string {
  let keys = '';
  for (let place = queue.next(free); place !== undefined; place = queue.next(free)) {
    keys += place.share.key;
  }
  return keys;
}

describe('a fair queue', () => {
  it('serves one of each caller in turn, each caller in its own order', () => {
    const queue = queueOf();
    const places = ['a', 'a', 'a', 'b', 'c', 'c'].map((key) => push(queue, key));
    assert.equal(queue.size, 6);
    const served: (Place | undefined)[] = [];
    for (let n = 0; n < 6; n++) served.push(queue.next(100));
    assert.equal(served.map((place) => place?.share.key).join(''), 'abcaca');
    assert.deepEqual(
      served.filter((place) => place?.share.key === 'a'),
      places.slice(0, 3),
    );
    assert.equal(queue.next(100), undefined);
    assert.equal(queue.size, 0);
  });

  it('makes a caller that sends much wait for its bytes', () => {
    const queue = queueOf();
    for (let n = 0; n < 3; n++) push(queue, 'a', 64 * KIB);
    for (let n = 0; n < 12; n++) push(queue, 'b', 100);
    const served = order(queue);
    // 64 KiB and a little cost five turns.
    assert.equal(served.slice(0, 12).split('a').length - 1, 2);
    assert.equal(served.length, 15);
  });

  it('serves a caller that is alone at once, whatever it sends', () => {
    const queue = queueOf();
    push(queue, 'a', 100 * 1024 * KIB);
    assert.equal(queue.next(1)?.share.key, 'a');
  });

  it('passes over callers that have their fair part, and serves the others', () => {
    const queue = queueOf();
    const greedy = queue.share('a');
    greedy.inFlight = 8;
    push(queue, 'a');
    push(queue, 'b');
    assert.equal(mayHave(greedy, 2), false);
    assert.equal(order(queue, 2), 'b');
    assert.equal(queue.next(2), undefined);
    assert.equal(queue.size, 1);
    assert.equal(order(queue, 3), 'a');
  });

  it('gives nobody anything where nothing is free', () => {
    const queue = queueOf();
    push(queue, 'a');
    assert.equal(queue.next(0), undefined);
  });

  it('is bounded in all and for each caller', () => {
    const queue = queueOf(3, 2);
    assert.ok(push(queue, 'a') && push(queue, 'a'));
    assert.equal(push(queue, 'a'), undefined);
    assert.ok(push(queue, 'b'));
    assert.equal(push(queue, 'c'), undefined);
    queue.next(10);
    assert.ok(push(queue, 'c'));
  });

  it('is left from anywhere, and once', () => {
    const queue = queueOf();
    const places = ['a', 'a', 'a', 'b'].map((key) => push(queue, key));
    for (const at of [1, 1, 3]) places[at]?.leave();
    assert.equal(queue.size, 2);
    assert.equal(order(queue), 'aa');
    places[0]?.leave();
    assert.equal(queue.size, 0);
    push(queue, 'b');
    assert.equal(order(queue), 'b');
  });

  it('gives up places whose time is over, and tells', async () => {
    const given: string[] = [];
    const over = new Promise<void>((resolve) => {
      const queue = new FairQueue({ queueMax: 9, queuePerCallerMax: 9 }, (place) => {
        given.push(place.share.key);
        if (queue.size === 1) resolve();
      });
      queue.push(NOBODY, queue.share('a'), 1, 1);
      queue.push(NOBODY, queue.share('b'), 1, 1);
      push(queue, 'c')?.share.key;
    });
    await over;
    assert.deepEqual(given.sort(), ['a', 'b']);
  });

  it('forgets callers with nothing under way, and no others', () => {
    const queue = queueOf();
    const [idle, busy, waiting] = ['a', 'b', 'c'].map((key) => queue.share(key));
    if (busy !== undefined) busy.inFlight = 1;
    push(queue, 'c');
    queue.forget();
    assert.notEqual(queue.share('a'), idle);
    assert.equal(queue.share('b'), busy);
    assert.equal(queue.share('c'), waiting);
  });

  it('serves every request exactly once, whoever comes and leaves (1,000 random ones)', () => {
    const queue = queueOf();
    const served = new Set<Place>();
    const left = new Set<Place>();
    const open: Place[] = [];
    for (let n = 0; n < 1000; n++) {
      const place = push(queue, `k${(n * 7) % 13}`, (n * 7919) % 200_000);
      assert.ok(place !== undefined);
      open.push(place);
      if (n % 3 === 0) {
        const next = queue.next(1000);
        assert.ok(next !== undefined && !served.has(next) && !left.has(next));
        served.add(next);
      }
      const leaver = open[(n * 31) % open.length];
      if (n % 5 === 0 && leaver !== undefined && !leaver.isLeft) {
        leaver.leave();
        left.add(leaver);
      }
    }
    for (let next = queue.next(1000); next !== undefined; next = queue.next(1000)) served.add(next);
    assert.equal(served.size + left.size, 1000);
    assert.equal(queue.size, 0);
  });
});
