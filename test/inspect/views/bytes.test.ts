import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { mayBeSaid, said } from '../../../src/inspect/views/bytes.ts';

test('bytes that say something are never taken for such that say nothing', () => {
  const text = fc.string({ maxLength: 40 });
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 48 }).map((all) => Buffer.from(all)),
    text.map((one) => Buffer.from(one)),
    text.map((one) => Buffer.from(one, 'utf16le')),
    text.map((one) => Buffer.from(one, 'utf16le').swap16()),
    text.map((one) => gzipSync(one)),
    text.map((one) => deflateSync(one)),
    // Cut out too wide, and damaged at the edges.
    fc
      .tuple(fc.uint8Array({ maxLength: 4 }), text)
      .map(([edge, one]) => Buffer.concat([edge, Buffer.from(one)])),
  );
  fc.assert(
    fc.property(bytes, fc.uint8Array({ maxLength: 9 }), (one, others) => {
      const { text: meant, isCut } = said(one);
      // What stands behind them is of others.
      const all = Buffer.concat([one, others]);
      if (meant !== undefined || isCut) assert.ok(mayBeSaid(all, one.length));
    }),
    { numRuns: 5000 },
  );
});
