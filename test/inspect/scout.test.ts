import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ownRules } from '../../src/inspect/catalog.ts';
import type { Direction, Form, TextRule } from '../../src/inspect/rule.ts';
import { RuleSet } from '../../src/inspect/rule-set.ts';
import { ALL_BITS, bitOf, LEET_BIT, PLAIN_BITS, Scout } from '../../src/inspect/scout.ts';

const FORMS: Record<Form, (text: string) => string> = {
  exact: (text) => text.toLowerCase(),
  compact: (text) => text.toLowerCase().replace(/[^a-z0-9_-]/g, ''),
  words: (text) =>
    text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, ' ')
      .trim(),
  joined: (text) => text.toLowerCase().replace(/[^a-z0-9]/g, ''),
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
  ];
  const scout = new Scout(new RuleSet(rules, []));
  const text = fc.string({
    unit: fc.constantFrom(...'abcnopxyzABC _-:/!.\n\u2014'),
    maxLength: 60,
  });
  fc.assert(
    fc.property(text, (text) => {
      const bits = scout.bits(text, 'response');
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
  const scout = new Scout(new RuleSet([rule(['ghp_', 'secret'], ['exact', 'compact'])], []));
  assert.equal(scout.bits('The quick brown fox - a "lazy" dog’s friend.', 'request'), 0);
});

test('only rules of the direction count', () => {
  const scout = new Scout(new RuleSet([rule(['token'], ['exact'], ['request'])], []));
  assert.equal(scout.bits('a token', 'request'), bitOf('exact'));
  assert.equal(scout.bits('a token', 'response'), 0);
});

test('leet is asked for where signs may be letters', () => {
  const scout = new Scout(new RuleSet([rule(['ignore all'], ['words'])], []));
  for (const text of ['1gn0r3', 'I6N0RE', '!9n0r3 4ll'])
    assert.ok((scout.bits(text, 'response') & LEET_BIT) !== 0, text);
});

test('letters beyond ASCII ask for everything', () => {
  const scout = new Scout(new RuleSet([rule(['token'], ['exact'])], []));
  assert.equal(scout.bits('t\u043eken', 'request'), ALL_BITS);
});

test('where a detector is called, all forms are there to be seen', () => {
  const detector = { class: 'arguments' as const, in: ['request' as const], anchors: ['../'] };
  const scout = new Scout(new RuleSet([], [{ ...detector, examine: () => [] }]));
  assert.equal(scout.bits('a/../b', 'request') & PLAIN_BITS, PLAIN_BITS);
  assert.equal(scout.bits('a/../b', 'response'), 0);
});

test('our own rules fit in its tables', () => {
  const text = 'Nothing is said here.';
  assert.equal(ownRules().scout.bits(text, 'response') & ~ALL_BITS, 0);
});
