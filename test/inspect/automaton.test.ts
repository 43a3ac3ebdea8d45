import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Automaton, compile } from '../../src/inspect/automaton.ts';

/** `literal@end` of every occurrence. */
function found(literals: readonly string[], text: string): string[] {
  const automaton = new Automaton(compile(literals));
  const all: string[] = [];
  for (let at = automaton.next(text, 0); at >= 0; at = automaton.next(text, at))
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

test('finds the same in bytes as in a string', () => {
  const literals = ['ghp_', 'akia', 'key', 'eyj', 'ignore'];
  const automaton = new Automaton(compile(literals));
  const ascii = fc.string({ unit: fc.constantFrom(...'ghp_AKIAeyJignore '), maxLength: 80 });
  fc.assert(
    fc.property(ascii, (text) => {
      const bytes = Buffer.from(text);
      const [ofText, ofBytes]: [number[], number[]] = [[], []];
      automaton.reset();
      for (let at = automaton.next(text, 0); at >= 0; at = automaton.next(text, at))
        ofText.push(at, automaton.first);
      automaton.reset();
      for (let at = automaton.nextByte(bytes, 0); at >= 0; at = automaton.nextByte(bytes, at))
        ofBytes.push(at, automaton.first);
      assert.deepEqual(ofBytes, ofText);
    }),
  );
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
