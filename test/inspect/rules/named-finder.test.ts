/** What is found by hand is what the expression of the rule finds. */

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Linear } from '../../../src/inspect/linear.ts';
import { NAMED_RULES } from '../../../src/inspect/rules/secrets-named.ts';
import { generator } from '../../support/random.ts';

const below = generator(3);
const oneOf = (of: readonly string[]) => of[below(of.length)]!;
const NAMES = ['password', 'TOKEN', 'api_key', 'api key', 'secret', 'my.db-pass', 'key', 'note'];
const JOINTS = ['=', ': ', '" : "', ' is ', '\\": \\"', '] => ', ' = ', ',', '>', '|', '  :=  '];
const VALUES = [
  'hunter2!',
  'abc',
  "'s3cr3t one'",
  '"q w e r t y"',
  'x=y&z=1',
  '==',
  '—dash—é',
  'a b',
];
const BETWEEN = [' ', '\n', '. ', ', ', '', ' the ', '; ', '"', '.'];

/** Texts of pieces that are near each other in all ways. */
function text(): string {
  let all = oneOf(BETWEEN);
  for (let count = 1 + below(6); count > 0; count--) {
    all += oneOf([oneOf(NAMES), `${oneOf(NAMES)}${oneOf(NAMES)}`, `my_${oneOf(NAMES)}`]);
    all += oneOf(JOINTS) + oneOf(VALUES) + oneOf(BETWEEN);
  }
  return all;
}

it('finds what the expression finds, where it finds it', () => {
  const rules = NAMED_RULES.filter(({ finder }) => finder !== undefined);
  assert.equal(rules.length, 2);
  let found = 0;
  for (const { id, pattern, finder } of rules) {
    const expression = new Linear(pattern);
    for (let count = 0; count < 1500; count++) {
      const one = text();
      const from = below(2) === 0 ? 0 : below(one.length);
      const to = below(2) === 0 ? one.length : from + below(one.length - from + 1);
      const byHand = [...finder!.matches(one, from, to)];
      found += byHand.length;
      assert.deepEqual(byHand, expression.matches(one, from, to), `${id} ${from} ${to} ${one}`);
    }
  }
  assert.ok(found > 1000, `${found}`);
});
