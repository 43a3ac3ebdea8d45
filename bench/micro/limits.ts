/**
 * What limits cost a call, and that millions of keys take no more memory than the table that was made for them.
 *
 * `bytes` is what a call leaves for the garbage collector: a plain rate leaves nothing. In us.
 */

import { limitsSchema } from '../../src/limits/config.ts';
import { Gcra } from '../../src/limits/gcra.ts';
import { isRefused, Limits } from '../../src/limits/limits.ts';
import { ANONYMOUS } from '../../src/model.ts';
import { litter, time } from '../stopwatch.ts';

const ALWAYS = '1000000000/s';
const asker = { caller: ANONYMOUS, address: '192.0.2.1' };
const args = Buffer.from(JSON.stringify({ path: '/a', text: 'x'.repeat(1900) }));

function call(entries: unknown[]): () => unknown {
  const limits = new Limits(limitsSchema.parse(entries));
  const owner = {};
  return () => {
    const plan = limits.planFor(owner, 'server', 'tool');
    const taken = limits.take(asker, plan, args);
    if (taken !== undefined && !isRefused(taken)) limits.settle(taken, 2000);
    return taken;
  };
}

const rows: [string, unknown[]][] = [
  ['a rate', [{ id: 'a', rate: ALWAYS }]],
  ['a rate by caller and tool', [{ id: 'a', key: ['caller', 'tool'], rate: ALWAYS }]],
  ['three rates', ['a', 'b', 'c'].map((id) => ({ id, rate: ALWAYS }))],
  ['one that is used up', [{ id: 'a', rate: '1/h' }]],
  ['a quota', [{ id: 'a', quota: '1000000000/day' }]],
  ['so many at once', [{ id: 'a', concurrent: 10 }]],
  ['loops, 2 KB of arguments', [{ id: 'a', loop: { times: 10_000 }, mode: 'observe' }]],
];
console.log(`${'us'.padEnd(28)}${'each'.padStart(10)}${'bytes'.padStart(10)}`);
for (const [name, entries] of rows) {
  const work = call(entries);
  const us = time(work);
  console.log(
    `${name.padEnd(28)}${us.toFixed(3).padStart(10)}${litter(work).toFixed(1).padStart(10)}`,
  );
}

const KEYS = 5_000_000;
const gcra = new Gcra(1, 1000, 1, 65_536);
const start = performance.now();
global.gc?.();
const before = process.memoryUsage().rss;
let through = 0;
for (let i = 1; i <= KEYS; i++) {
  const key = (Math.imul(i, 0x9e3779b1) >>> 0) + 1;
  if (gcra.waitMs(key, 1, i / 1000) > 0) continue;
  gcra.charge(key, 1, i / 1000);
  through += 1;
}
const grown = (process.memoryUsage().rss - before) / 2 ** 20;
const ns = ((performance.now() - start) / KEYS) * 1e6;
console.log(
  `\n${KEYS} keys at a million a second, one call each: a table of ${gcra.bytes / 2 ** 20} MiB, memory grew by ` +
    `${grown.toFixed(1)} MiB, ${ns.toFixed(0)} ns each, ${through} let through`,
);
