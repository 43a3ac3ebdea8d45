import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compact, formOf, joined, spanInAscii, words } from '../../../src/inspect/views/forms.ts';
import { Trace, Writer } from '../../../src/inspect/views/writer.ts';

const UNDOINGS = { compact, words, joined };
const unit = fc.oneof(
  fc.constantFrom(...'abcXYZ019 _-.,\n\t\u00e9\u00c9\u0130\u03a3\u0301\u2014\u00a0\ud83d\ude00'),
  fc.constantFrom('\u{1f600}', '\u{10400}', '\u{1d400}', '\ud835', '\udc00'),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
);

test('a form is the same with and without a trace of where its characters came from', () => {
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 40 }), (text) => {
      for (const form of ['compact', 'words', 'joined'] as const) {
        const writer = new Writer();
        writer.begin(text);
        UNDOINGS[form](text, writer);
        const isAscii = /^[\x00-\x7f]*$/.test(text);
        assert.equal(formOf(text, form, isAscii), writer.text(), form);
      }
    }),
    { numRuns: 5000 },
  );
});

test('every letter of the first plane is written as its lower case', () => {
  for (let code = 0x80; code < 0x10000; code++) {
    const text = String.fromCharCode(code);
    if (/[\p{L}\p{N}\p{M}]/u.test(text))
      assert.equal(formOf(text, 'words', false), text.toLowerCase());
  }
});

test('places in forms of ASCII are those that a trace tells', () => {
  const ascii = fc.string({
    unit: fc.oneof(
      fc.constantFrom(...'abYZ01 _-.\n\t'),
      fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 1 }),
    ),
    maxLength: 40,
  });
  fc.assert(
    fc.property(ascii, fc.nat(40), fc.nat(40), (text, from, size) => {
      for (const form of ['compact', 'words', 'joined'] as const) {
        const writer = new Writer();
        const trace = new Trace();
        writer.begin(text, true, trace);
        UNDOINGS[form](text, writer);
        const { length } = writer.text();
        if (length === 0) continue;
        const start = Math.min(from, length - 1);
        const end = Math.min(start + size, length);
        assert.deepEqual(spanInAscii(text, form, start, end), trace.span(start, end), form);
      }
    }),
    { numRuns: 5000 },
  );
});
