import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OWN_RULES } from '../../src/inspect/catalog.ts';
import { RuleSet } from '../../src/inspect/rule-set.ts';

test('every expression is compiled once, each when its turn comes', () => {
  const rules = new RuleSet(OWN_RULES.slice(0, 5), []);
  const known = rules.expression(2);
  const turns: (() => void)[] = [];
  assert.equal(rules.uncompiled, 4);
  rules.compileRest((next) => turns.push(next));
  // What a text needs meanwhile is there at once.
  const early = rules.expression(0);
  let compiled = 0;
  for (let next = turns.pop(); next !== undefined; next = turns.pop()) {
    next();
    compiled += 1;
  }
  assert.equal(compiled, 4);
  assert.equal(rules.uncompiled, 0);
  assert.equal(rules.expression(0), early);
  assert.equal(rules.expression(2), known);
});
