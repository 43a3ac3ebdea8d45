import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownRules } from '../../src/inspect/catalog.ts';
import { Preparation } from '../../src/inspect/preparation.ts';
import { Rehearsal } from '../../src/inspect/rehearsal.ts';
import { RuleSet } from '../../src/inspect/rule-set.ts';

const { rules: OWN, detectors } = ownRules();

/** Does everything that is left, piece by piece; what is called after each. */
function prepare(rules: RuleSet, after: () => void = () => {}): void {
  const turns: (() => void)[] = [];
  rules.messages = 16;
  Preparation.of(rules).begin((next) => turns.push(next));
  for (let next = turns.pop(); next !== undefined; next = turns.pop()) {
    next();
    after();
  }
}

test('every expression is compiled once, each when its turn comes, and then messages are rehearsed', () => {
  const rules = new RuleSet(OWN.slice(0, 5), []);
  const known = rules.expression(2);
  const preparation = Preparation.of(rules);
  const messages = new Rehearsal(rules).left;
  assert.equal(preparation.left, 4 + messages);
  const left: number[] = [];
  let early: unknown;
  prepare(rules, () => {
    // What a text needs meanwhile is there at once.
    early ??= rules.expression(4);
    left.push(preparation.left);
  });
  assert.deepEqual(left.slice(0, 3), [2 + messages, 1 + messages, messages]);
  assert.equal(left.at(-1), 0);
  assert.equal(rules.expression(4), early);
  assert.equal(rules.expression(2), known);
});

test('nothing is rehearsed before there are some messages', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const rules = new RuleSet(OWN.slice(0, 2), []);
  const preparation = Preparation.of(rules);
  const messages = new Rehearsal(rules).left;
  const turns: (() => void)[] = [];
  preparation.begin((next) => turns.push(next));
  for (let next = turns.pop(); next !== undefined; next = turns.pop()) next();
  assert.equal(preparation.left, messages);
  rules.messages = 15;
  t.mock.timers.tick(1000);
  assert.equal(preparation.left, messages);
  rules.messages = 16;
  t.mock.timers.tick(1000);
  for (let next = turns.pop(); next !== undefined; next = turns.pop()) next();
  assert.equal(preparation.left, 0);
});

test('it is done once for the same rules, whoever asks for it', () => {
  const rules = new RuleSet(OWN.slice(0, 5), []);
  const turns: (() => void)[] = [];
  for (let time = 0; time < 3; time++) Preparation.of(rules).begin((next) => turns.push(next));
  assert.equal(turns.length, 1);
});

test('rehearsed messages reach nearly all rules, in windows of their own', () => {
  const asked = new Set<number>();
  class Watched extends RuleSet {
    override expression(rule: number) {
      asked.add(rule);
      return super.expression(rule);
    }
  }
  const rules = new Watched(OWN, detectors);
  const rehearsal = new Rehearsal(rules);
  while (rehearsal.left > 0) rehearsal.next(1000);
  assert.ok(asked.size > 0.8 * OWN.length, `${asked.size} of ${OWN.length} rules`);
});
