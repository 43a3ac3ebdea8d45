/** What an expression needs is in every text that it matches: texts are made of the expressions themselves. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RE2JS } from 're2js';
import { OWN_RULES } from '../../src/inspect/catalog.ts';
import { Grams, Needs } from '../../src/inspect/grams.ts';
import { partsOf } from '../../src/inspect/needs.ts';
import { foldsCase, type Node, parsed } from '../../src/inspect/pattern.ts';
import { unitsOf } from '../../src/inspect/units.ts';
import { generator } from '../support/random.ts';

const below = generator(7);
const FILLERS = 'azAZ09 _-.,:é你';

/** Of the parts of an expression, those whose needs a text has. */
function met(pattern: string, text: string): number[] {
  const grams = new Grams();
  grams.read(unitsOf(text), 0, text.length);
  return new Needs(partsOf(pattern).map(({ needs }) => needs)).met(grams);
}

/** One text that the tree stands for, without regard to edges of words. */
function textOf(node: Node): string {
  switch (node.kind) {
    case 'literal':
      return String.fromCodePoint(node.code);
    case 'set':
      return node.codes === null || node.codes.length === 0
        ? FILLERS.charAt(below(FILLERS.length))
        : String.fromCodePoint(node.codes[below(node.codes.length)]!);
    case 'edge':
      return '';
    case 'all':
      return node.of.map(textOf).join('');
    case 'one':
      return textOf(node.of[below(node.of.length)]!);
    default: {
      const most = Math.min(node.max, node.min + 3);
      const times = node.min + below(most - node.min + 1);
      return Array.from({ length: times }, () => textOf(node.of)).join('');
    }
  }
}

describe('what an expression needs', () => {
  it('is what its alternatives, its parts and its repetitions have in common', () => {
    const sorted = (pattern: string) =>
      partsOf(pattern).map(({ pattern: part, needs }) => [
        part,
        ...needs.map((one) => [...one].sort()),
      ]);
    const sent = '(?:send|mail)(?: it)* (?:passwords?|secret)';
    assert.deepEqual(sorted(sent), [
      [sent, [' password', ' passwords', ' secret'], ['mail', 'send']],
    ]);
    assert.deepEqual(sorted('ghp_[A-Za-z0-9]{36}'), [['ghp_[A-Za-z0-9]{36}', ['ghp_']]]);
    assert.deepEqual(sorted('(?i)\\b(?:ONE|two[0-9]+three|four) (?:more)'), [
      ['(?i)\\b(?:ONE) (?:more)', [' more'], ['one']],
      ['(?i)\\b(?:two[0-9]+three) (?:more)', [' more'], ['three'], ['two'], [...'0123456789']],
      ['(?i)\\b(?:four) (?:more)', [' more'], ['four']],
    ]);
    assert.deepEqual(sorted('(?:one|two[0-9]+three)+'), [
      ['(?:one|two[0-9]+three)+', ['one', 'three']],
    ]);
    // No more than are of use.
    assert.deepEqual(sorted('abcx*defx*ghix*jklx*mnop')[0]!.length, 1 + 4);
    assert.deepEqual(sorted('a?b*'), [['a?b*']]);
    assert.deepEqual(sorted('(?:key|)x*'), [['(?:key|)x*']]);
    assert.deepEqual(met('(?:key|[a-z]+)', ''), [1]);
    assert.deepEqual(met(sent, 'Mail it. A Secret'), [0]);
    assert.deepEqual(met(sent, 'mail it, secrecy'), []);
  });

  it('is in whatever its rule matches', () => {
    let matched = 0;
    for (const { id, pattern } of OWN_RULES) {
      const tree = parsed(pattern);
      const expression = RE2JS.compile(pattern);
      const parts = partsOf(pattern);
      for (let count = 0; count < 12; count++) {
        const made = textOf(tree);
        const text = foldsCase(pattern) && count % 2 === 1 ? made.toUpperCase() : made;
        if (!expression.test(text)) continue;
        matched++;
        assert.ok(
          met(pattern, text).some((index) => RE2JS.compile(parts[index]!.pattern).test(text)),
          `${id}: no part matches ${text}`,
        );
      }
    }
    assert.ok(matched > 4000, `${matched} texts matched`);
  });

  it('counts the letters that fold to ASCII', () => {
    const pattern = '(?i)ask[a-z]{2,9}task';
    const text = 'a\u017f\u212axx ta\u017fk'.replace(' ', '');
    assert.ok(RE2JS.compile(pattern).test(text));
    assert.deepEqual(met(pattern, text), [0]);
  });
});
