import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compact, formOf, joined, words } from '../../../src/inspect/views/forms.ts';
import { Writer } from '../../../src/inspect/views/writer.ts';

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
