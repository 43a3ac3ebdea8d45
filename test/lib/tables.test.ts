/** The two tables for what is in flight: against a Map, over many random histories. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { IdTable } from '../../src/lib/id-table.ts';
import { type Linked, TextTable } from '../../src/lib/text-table.ts';

/** 0: enter the next id; otherwise take out one of those entered before, by position. */
const steps = fc.array(fc.oneof(fc.constant(0), fc.nat({ max: 5000 })), { maxLength: 2000 });

describe('IdTable', () => {
  it('holds what a Map holds, whatever comes and goes', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 2 ** 40 }), (history, first) => {
        const table = new IdTable<{ id: number }>();
        const oracle = new Map<number, { id: number }>();
        let next = first;
        for (const step of history) {
          if (step === 0) {
            const value = { id: next };
            next += 1;
            table.add(value);
            oracle.set(value.id, value);
          } else {
            const id = first + (step % (next - first + 2)) - 1;
            const taken = oracle.get(id);
            oracle.delete(id);
            assert.equal(table.get(id), taken);
            assert.equal(table.take(id), taken);
            assert.equal(table.take(id), undefined);
          }
          assert.equal(table.size, oracle.size);
        }
        const ids = (values: Iterable<{ id: number }>) =>
          [...values].map(({ id }) => id).sort((a, b) => a - b);
        assert.deepEqual(ids(table), ids(oracle.values()));
      }),
      { numRuns: 200 },
    );
  });

  it('keeps one that waits while thousands pass', () => {
    const table = new IdTable<{ id: number }>();
    const old = { id: 3 };
    table.add(old);
    for (let id = 4; id < 10_000; id++) {
      table.add({ id });
      if (id % 2 === 0) table.take(id);
    }
    assert.equal(table.get(3), old);
    assert.equal(table.take(3), old);
    assert.equal(table.get(3), undefined);
  });

  it('is empty once cleared', () => {
    const table = new IdTable<{ id: number }>();
    for (let id = 1; id < 200; id++) table.add({ id });
    table.clear();
    assert.equal(table.size, 0);
    assert.equal(table.get(7), undefined);
    assert.deepEqual([...table], []);
    table.add({ id: 7 });
    assert.equal(table.get(7)?.id, 7);
  });
});

class Entry implements Linked<Entry> {
  tableNext: Entry | null = null;
  readonly id: string;

  constructor(id: string) {
    this.id = id;
  }
}

describe('TextTable', () => {
  it('holds what a Map holds, whatever comes and goes', () => {
    const keys = fc.array(
      fc.tuple(fc.boolean(), fc.oneof(fc.nat({ max: 60 }).map(String), fc.string())),
      { maxLength: 500 },
    );
    fc.assert(
      fc.property(keys, (history) => {
        const table = new TextTable<Entry>();
        const oracle = new Map<string, Entry>();
        for (const [enters, id] of history) {
          if (enters) {
            const entry = new Entry(id);
            table.set(entry);
            oracle.set(id, entry);
          } else {
            table.delete(id);
            oracle.delete(id);
          }
          assert.equal(table.get(id), oracle.get(id));
          assert.equal(table.size, oracle.size);
        }
        assert.deepEqual(new Set(table.values()), new Set(oracle.values()));
      }),
      { numRuns: 200 },
    );
  });

  it('links nothing to an entry that has left', () => {
    const table = new TextTable<Entry>();
    const entries = Array.from({ length: 300 }, (_, i) => new Entry(`${i}`));
    for (const entry of entries) table.set(entry);
    for (const { id } of entries) table.delete(id);
    for (const entry of entries) assert.equal(entry.tableNext, null);
    assert.equal(table.size, 0);
  });
});
