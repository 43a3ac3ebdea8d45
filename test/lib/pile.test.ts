import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Pile } from '../../src/lib/pile.ts';

test('whatever the pieces, and whatever was expected, what comes out is what went in', () => {
  const sizes = fc.array(fc.oneof(fc.nat(20), fc.nat(9000)), { maxLength: 12 });
  fc.assert(
    fc.property(sizes, fc.nat(40_000), fc.boolean(), (lengths, room, isOurs) => {
      const pile = new Pile(room);
      const pieces = lengths.map((length, at) => Buffer.alloc(length, at + 1));
      for (const piece of pieces) {
        // Where the memory is not ours to keep, its owner writes over it.
        const lent = isOurs ? piece : Buffer.from(piece);
        pile.push(lent, isOurs);
        if (!isOurs) lent.fill(0xff);
      }
      const whole = Buffer.concat(pieces);
      assert.equal(pile.length, whole.length);
      assert.ok(pile.take().equals(whole));
      assert.equal(pile.length, 0);
    }),
  );
});
