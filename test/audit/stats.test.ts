import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Sums } from '../../src/audit/audit.ts';
import { GROUPS_MAX, OTHERS } from '../../src/audit/stats.ts';

const call = (tool: string, outcome: string, server = '') => {
  return { kind: 'call', method: 'tools/call', outcome, server, tool, original: '', bytesIn: 4 };
};
/** Only what sums read. */
const add = (sums: Sums, record: object) => sums.add(record as Parameters<Sums['add']>[0]);

it('names that callers invent do not fill the memory of stats, nor take the place of tools that there are', () => {
  const sums = new Sums(['tool'], []);
  const many = GROUPS_MAX + 1_000;
  for (let i = 0; i < many; i++) add(sums, call(`made-up-${i}`, 'refused'));
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 1_000; i++) add(sums, call(`t${i}`, 'ok', 's'));
  }
  add(sums, call('t0', 'refused', 's'));
  const all = sums.all();
  assert.equal(all.length, GROUPS_MAX / 2 + 1_000 + 1);
  assert.deepEqual([all[0]!.by, all[0]!.calls, all[0]!.refused], [['s.t0'], 4, 1]);
  const others = all.at(-1)!;
  assert.deepEqual(others.by, [OTHERS]);
  const left = many - GROUPS_MAX / 2;
  assert.deepEqual([others.calls, others.refused, others.bytesIn], [left, left, 4 * left]);
  assert.equal(sums.otherCalls, left);
  assert.equal(
    all.reduce((sum, { calls }) => sum + calls, 0),
    many + 3_001,
  );
});

it('groups of whatever kind have an end', () => {
  const sums = new Sums(['caller'], []);
  for (let i = 0; i < GROUPS_MAX + 5; i++) {
    add(sums, { ...call('t', 'ok', 's'), caller: { id: `c${i}` } });
  }
  assert.equal(sums.all().length, GROUPS_MAX + 1);
  assert.deepEqual([sums.all().at(-1)!.by, sums.otherCalls], [[OTHERS], 5]);
});
