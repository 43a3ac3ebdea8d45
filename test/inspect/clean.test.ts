import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Clean } from '../../src/inspect/clean.ts';

const whole = (text: string) => {
  const bytes = Buffer.from(text);
  const end = bytes.length;
  return { bytes, start: 0, end, cutStart: end, cutEnd: end };
};
const table = () => new Clean({ places: 4, bytesMax: 64 });

test('a text is kept the second time that it is clean', () => {
  const clean = table();
  assert.equal(clean.has(whole('{"a":1}'), 't'), false);
  clean.notice(whole('{"a":1}'), 't');
  assert.equal(clean.has(whole('{"a":1}'), 't'), false);
  clean.notice(whole('{"a":1}'), 't');
  assert.equal(clean.has(whole('{"a":1}'), 't'), true);
});

test('it is clean for whom it was, and nobody else', () => {
  const clean = table();
  const [one, other] = [Buffer.from('{}'), Buffer.from('{}')];
  clean.keep(whole('{"a":1}'), one);
  assert.equal(clean.has(whole('{"a":1}'), one), true);
  for (const scope of [other, '{}', undefined])
    assert.equal(clean.has(whole('{"a":1}'), scope), false);
});

test('what is cut out does not count, and where it is does', () => {
  const clean = table();
  const cut = (text: string, cutStart: number, cutEnd: number) => {
    return { ...whole(text), cutStart, cutEnd };
  };
  clean.keep(cut('abcXYdef', 3, 5), 't');
  assert.equal(clean.has(cut('abcZdef', 3, 4), 't'), true);
  assert.equal(clean.has(cut('abXYcdef', 2, 4), 't'), false);
  assert.equal(clean.has(whole('abcdef'), 't'), false);
});

test('no text is taken for another one, whatever shares its place', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(fc.array(letters, { maxLength: 30 }), letters, (texts, other) => {
      const clean = table();
      for (const text of texts) clean.keep(whole(text), 't');
      if (clean.has(whole(other), 't')) assert.ok(texts.includes(other));
    }),
    { numRuns: 1000 },
  );
});

test('the table is bounded: longer texts are not kept, and one takes the place of another', () => {
  const clean = table();
  clean.keep(whole('x'.repeat(65)), 't');
  assert.equal(clean.has(whole('x'.repeat(65)), 't'), false);
  const texts = Array.from({ length: 50 }, (_, at) => `{"at":${at}}`);
  for (const text of texts) clean.keep(whole(text), 't');
  assert.ok(texts.filter((text) => clean.has(whole(text), 't')).length <= 4);
});
