import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Seen } from '../../../src/inspect/views/seen.ts';

test('few texts and many are known again', () => {
  const texts = fc.array(fc.string({ maxLength: 2 }), { maxLength: 60 });
  fc.assert(
    fc.property(texts, (all) => {
      const [seen, set] = [new Seen(), new Set<string>()];
      for (const text of all) {
        assert.equal(seen.has(text), set.has(text));
        assert.equal(seen.add(text), !set.has(text));
        assert.equal(seen.size, set.add(text).size);
      }
    }),
  );
});
