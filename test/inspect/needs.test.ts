/** What an expression needs is in every text that it matches: texts are made of the expressions themselves. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RE2JS } from 're2js';
import { OWN_RULES } from '../../src/inspect/catalog.ts';
import { filterOf, partsOf } from '../../src/inspect/needs.ts';
import { foldsCase, type Node, parsed } from '../../src/inspect/pattern.ts';
import { generator } from '../support/random.ts';

const below = generator(7);
const FILLERS = 'azAZ09 _-.,:é你';

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
      ['(?i)\\b(?:two[0-9]+three) (?:more)', [' more'], ['three']],
      ['(?i)\\b(?:four) (?:more)', [' more'], ['four']],
    ]);
    assert.deepEqual(sorted('(?:one|two[0-9]+three)+'), [
      ['(?:one|two[0-9]+three)+', ['one', 'three']],
    ]);
    assert.deepEqual(sorted('a?b*'), [['a?b*']]);
    assert.deepEqual(sorted('(?:key|)x*'), [['(?:key|)x*']]);
    assert.equal(filterOf(partsOf('(?:key|[a-z]+)'), false), undefined);
  });

  it('is in whatever its rule matches', () => {
    let matched = 0;
    for (const { id, pattern } of OWN_RULES) {
      const tree = parsed(pattern);
      const expression = RE2JS.compile(pattern);
      const parts = partsOf(pattern);
      const isFolded = foldsCase(pattern);
      const filter = filterOf(parts, isFolded);
      for (let count = 0; count < 12; count++) {
        const made = textOf(tree);
        const text = foldsCase(pattern) && count % 2 === 1 ? made.toUpperCase() : made;
        if (!expression.test(text)) continue;
        matched++;
        assert.notEqual(filter?.(text), false, `${id}: ${text}`);
        assert.ok(
          parts.some(
            (part) =>
              filterOf([part], isFolded)?.(text) !== false &&
              RE2JS.compile(part.pattern).test(text),
          ),
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
    assert.equal(filterOf(partsOf(pattern), true)?.(text), true);
  });
});
