import assert from 'node:assert/strict';
import { test } from 'node:test';
import { saysUnseen } from '../../../src/inspect/views/fold.ts';
import { HIDDEN, LIKE, signsOf } from '../../../src/inspect/views/glance.ts';
import { ITSELF, isOfKind, kindOf } from '../../../src/inspect/views/look-alikes.ts';

const PART = 0x400;

test('in a plane that is passed over every character is itself, and is seen', () => {
  let passed = 0;
  for (let from = 0x10000; from < 0x110000; from += PART) {
    if (isOfKind(from)) continue;
    passed++;
    for (let code = from; code < from + PART; code++)
      if (kindOf(code) !== ITSELF || saysUnseen(code)) assert.fail(code.toString(16));
  }
  assert.ok(passed > 900);
});

test('what is not seen is noticed in whatever plane it stands', () => {
  for (const code of [0x200b, 0xe0041, 0xe0100, 0xe01ef]) {
    const signs = signsOf(`a${String.fromCodePoint(code)}b`);
    assert.equal(signs & (HIDDEN | LIKE), HIDDEN | LIKE, code.toString(16));
  }
  // A letter of mathematics, read as `b`.
  assert.equal(signsOf('\u{1d41b}') & LIKE, LIKE);
});
