import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeHeaderValue, encodeHeaderValue, trimOws } from '../../src/protocol/headers.ts';

test('strips spaces and tabs and nothing else', () => {
  assert.equal(trimOws(' \t a b\t '), 'a b');
  assert.equal(trimOws('\u00a0a\u00a0'), '\u00a0a\u00a0');
  assert.equal(trimOws(' \t '), '');
});

test('decodes the Base64 form to the value it carries', () => {
  assert.equal(decodeHeaderValue('=?base64?w6TDtsO8?='), 'äöü');
  assert.equal(decodeHeaderValue('  =?base64?YQ==?= '), 'a');
  assert.equal(decodeHeaderValue('=?base64??='), '');
});

test('leaves what is not in the Base64 form as it is', () => {
  for (const value of [
    'search',
    'a b',
    '=?base64?',
    '=?BASE64?YQ==?=',
    'x=?base64?YQ==?=',
    '=?base64?=',
  ]) {
    assert.equal(decodeHeaderValue(value), value);
  }
});

test('refuses Base64 that not every decoder reads alike', () => {
  const bad = ['YQ', 'YQ=', 'YR==', 'Y Q==', 'YQ==YQ==', '-_-_', 'YQ==\n', '====', '/w=='];
  for (const inner of bad) assert.equal(decodeHeaderValue(`=?base64?${inner}?=`), undefined, inner);
});

test('carries every string through a header and back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (value) => {
      const encoded = encodeHeaderValue(value);
      assert.match(encoded, /^[\x20-\x7e\t]*$/);
      assert.equal(decodeHeaderValue(encoded), value);
    }),
  );
});

test('sends a value that looks encoded in the Base64 form, so that it is not decoded twice', () => {
  const value = '=?base64?YQ==?=';
  assert.notEqual(encodeHeaderValue(value), value);
  assert.equal(decodeHeaderValue(encodeHeaderValue(value)), value);
});
