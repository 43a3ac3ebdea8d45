import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ownRules } from '../../src/inspect/catalog.ts';
import type { Direction, Form, TextRule } from '../../src/inspect/rule.ts';
import { RuleSet } from '../../src/inspect/rule-set.ts';
import { ALL_BITS, bitOf, Scout } from '../../src/inspect/scout.ts';

const FORMS: Record<Form, (text: string) => string> = {
  exact: (text) => text.toLowerCase(),
  compact: (text) => text.toLowerCase().replace(/[^a-z0-9_-]/g, ''),
  words: (text) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}]+/gu, ' ')
      .trim(),
  joined: (text) => text.toLowerCase().replace(/[^\p{L}\p{N}\p{M}]/gu, ''),
};
function rule(anchors: string[], forms: Form[], directions?: Direction[]): TextRule {
  return {
    id: 'secret.test',
    class: 'secret',
    confidence: 'high',
    forms,
    anchors,
    reach: [0, 0],
    pattern: 'x',
    ...(directions === undefined ? {} : { in: directions }),
  };
}

test('a form is asked for exactly where it has an anchor', () => {
  const rules = [
    rule(['abc', 'b_c'], ['exact', 'compact']),
    rule(['ab ca', 'cab'], ['words']),
    rule(['abca', 'bacb'], ['joined', 'compact']),
    rule(['://', 'a/b'], ['exact']),
    rule(['b\u00e9', '\u00e9 c', 'a\u0436'], ['exact', 'words', 'joined']),
  ];
  const scout = new Scout(new RuleSet(rules, []), 'response');
  const text = fc.string({
    unit: fc.constantFrom(...'abcnopxyzABC _-:/!.\n\u2014\u00e9\u00c9\u0301\u0436', '\u{1f600}'),
    maxLength: 60,
  });
  fc.assert(
    fc.property(text, (text) => {
      const bits = scout.forms(text);
      for (const form of Object.keys(FORMS) as Form[]) {
        const reading = FORMS[form](text);
        const isWanted = rules.some(
          ({ forms, anchors }) =>
            forms.includes(form) && anchors.some((anchor) => reading.includes(anchor)),
        );
        assert.equal((bits & bitOf(form)) !== 0, isWanted, `${form} ${reading}`);
      }
    }),
    { numRuns: 3000 },
  );
});

test('a text with nothing in it asks for nothing', () => {
  const rules = new RuleSet([rule(['ghp_', 'secret'], ['exact', 'compact'])], []);
  const text = 'The quick brown fox - a "lazy" dog’s friend.';
  assert.equal(new Scout(rules, 'request').forms(text), 0);
});

test('only rules of the direction count', () => {
  const rules = new RuleSet([rule(['token'], ['exact'], ['request'])], []);
  assert.equal(new Scout(rules, 'request').forms('a token'), bitOf('exact'));
  assert.equal(new Scout(rules, 'response').forms('a token'), 0);
});

test('leet is asked for where signs may be letters', () => {
  const scout = new Scout(new RuleSet([rule(['ignore all'], ['words'])], []), 'response');
  for (const text of ['1gn0r3', 'I6N0RE', '!9n0r3 4ll']) assert.ok(scout.leet(text), text);
  for (const text of ['ignore', '1 word', 'w0rd']) assert.ok(!scout.leet(text), text);
});

test('letters beyond ASCII are letters whatever their case, and all else beyond it is a gap', () => {
  const rules = [
    rule(['h\u00f6her'], ['words']),
    rule(['abcd'], ['joined']),
    rule(['token'], ['exact']),
  ];
  const scout = new Scout(new RuleSet(rules, []), 'request');
  assert.equal(scout.forms('t\u043eken'), 0);
  assert.equal(scout.forms('H\u00d6HER'), bitOf('words'));
  assert.equal(scout.forms('a\u2192b\u{1f600}c\u2003d'), bitOf('joined'));
  assert.equal(scout.forms('ab\u0436cd'), 0);
});

test('where a detector is called, the form in which it was called is there to be seen', () => {
  const forms: Form[] = ['exact', 'compact'];
  const [of, anchors] = ['arguments' as const, ['../', 'up']];
  const detector = { class: of, in: ['request' as const], anchors, examine: () => [] };
  const all = new Scout(new RuleSet([], [detector]), 'request');
  assert.equal(all.forms('a/../b'), bitOf('exact'));
  assert.equal(all.forms('a up b'), ALL_BITS);
  const some = new Scout(new RuleSet([], [{ ...detector, forms }]), 'request');
  assert.equal(some.forms('a u-p b u p'), bitOf('compact'));
  assert.equal(new Scout(new RuleSet([], [detector]), 'response').forms('a/../b'), 0);
});

test('one without anchors sees every text as it stands', () => {
  const detector = { class: 'arguments' as const, in: ['request' as const], examine: () => [] };
  assert.equal(new Scout(new RuleSet([], [detector]), 'request').forms('a'), bitOf('exact'));
});

test('our own rules fit in its tables', () => {
  assert.equal(ownRules().scout('response').forms('Nothing is said here.'), bitOf('exact'));
});
