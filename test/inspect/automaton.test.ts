import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Automaton, compile, isIn } from '../../src/inspect/automaton.ts';
import { unitsOf } from '../../src/inspect/units.ts';

/** `literal@end` of every occurrence. */
function found(literals: readonly string[], text: string): string[] {
  const automaton = new Automaton(compile(literals));
  const all: string[] = [];
  automaton.read(text);
  for (let at = automaton.next(); at >= 0; at = automaton.next())
    for (let output = automaton.first; output < automaton.last; output++)
      all.push(`${literals[automaton.tables.outputs[output]!]}@${at}`);
  return all.sort();
}

function searched(literals: readonly string[], text: string): string[] {
  const low = (words: string) => words.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  const all: string[] = [];
  for (const literal of literals)
    for (let at = low(text).indexOf(low(literal)); at >= 0; )
      at = all.push(`${literal}@${at + literal.length}`) && low(text).indexOf(low(literal), at + 1);
  return all.sort();
}

test('finds exactly what a search for each literal finds', () => {
  const letters = fc.constantFrom('a', 'b', 'A', 'B', '_', ' ', '\u4e00', '\u00e9', '\uffff');
  const literal = fc.string({ unit: letters, minLength: 1, maxLength: 5 });
  const literals = fc.uniqueArray(literal, {
    maxLength: 12,
    selector: (text) => text.toLowerCase(),
  });
  fc.assert(
    fc.property(literals, fc.string({ unit: letters, maxLength: 60 }), (words, text) => {
      assert.deepEqual(found(words, text), searched(words, text));
    }),
    { numRuns: 2000 },
  );
});

test('whether any stands there is told as a search for each tells it', () => {
  const literals = ['ghp_', 'akia', 'key', 'eyj', 'ignore'];
  const tables = compile(literals);
  const text = fc.string({ unit: fc.constantFrom(...'ghp_AKIAeyJignore '), maxLength: 80 });
  fc.assert(
    fc.property(text, (text) => {
      assert.equal(isIn(tables, unitsOf(text), text.length), searched(literals, text).length > 0);
    }),
  );
});

test('one reads on where it stopped, whatever another has read since', () => {
  const [one, other] = [new Automaton(compile(['ab'])), new Automaton(compile(['cd']))];
  one.read('ab ab cd');
  assert.equal(one.next(), 2);
  other.read('cdcd');
  assert.equal(other.next(), 2);
  assert.deepEqual([one.next(), one.next()], [5, -1]);
  assert.deepEqual([other.next(), other.next()], [4, -1]);
});

test('a literal that continues another, ends in another, or holds another is found with it', () => {
  assert.deepEqual(found(['he', 'she', 'hers', 'e'], 'uSHErs'), ['e@4', 'he@4', 'hers@6', 'she@4']);
});

test('nothing is looked for, nothing is found', () => {
  assert.deepEqual(found([], 'anything'), []);
});

test('an empty literal is a fault of the rules', () => {
  assert.throws(() => compile(['a', '']));
});

test('with more characters than classes none is passed over, and ASCII is still exact', () => {
  const many = Array.from({ length: 300 }, (_, code) => `a${String.fromCharCode(0x3000 + code)}`);
  const literals = [...many, 'ignore'];
  for (const literal of literals) {
    const text = `xab ${literal} ignor`;
    const all = found(literals, text);
    for (const one of searched(literals, text)) assert.ok(all.includes(one), one);
    assert.ok(!all.some((one) => one.startsWith('ignore') && literal !== 'ignore'));
  }
});

test('its tables lie in shared memory', () => {
  const { classes, rows, offsets, outputs } = compile(['abc']);
  for (const array of [classes, rows, offsets, outputs])
    assert.ok(array.buffer instanceof SharedArrayBuffer);
});
