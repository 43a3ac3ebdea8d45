import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BOUNDS, examine } from '../../src/inspect/examine.ts';
import { leavesOf } from '../../src/inspect/leaves.ts';
import type { Direction, Finding, TextRule } from '../../src/inspect/rule.ts';
import { RuleSet } from '../../src/inspect/rule-set.ts';

const token: TextRule = {
  id: 'secret.test-token',
  class: 'secret',
  confidence: 'high',
  forms: ['exact'],
  anchors: ['tok_'],
  reach: [1, 20],
  pattern: '(?:^|[^A-Za-z0-9])(?P<value>tok_[a-z0-9]{16})(?:$|[^A-Za-z0-9])',
};

function findings(
  value: unknown,
  rules: readonly TextRule[],
  direction: Direction = 'response',
): Finding[] {
  return examine({ direction, leaves: leavesOf(value), tool: '' }, new RuleSet(rules, []));
}
const spans = (value: unknown, rules: readonly TextRule[]) =>
  findings(value, rules).map(({ span }) => span);
const secret = (n: number) => `tok_${String(n).padStart(16, '0')}`;

test('a finding names its rule, its place and its span', () => {
  const [finding, ...others] = findings({ a: ['', `x ${secret(1)} y`] }, [token]);
  assert.equal(finding?.rule, token.id);
  assert.equal(finding?.path, '/a/1');
  assert.deepEqual(finding?.span, [2, 22]);
  assert.deepEqual(others, []);
});

test('every occurrence is found once, however close they stand', () => {
  for (const gap of [1, 10, 50, 5000]) {
    const text = Array.from({ length: 200 }, (_, n) => secret(n)).join(' '.repeat(gap));
    assert.deepEqual(
      spans(text, [token]),
      Array.from({ length: 200 }, (_, n) => [n * (20 + gap), n * (20 + gap) + 20]),
      `gap ${gap}`,
    );
  }
});

test('the edge of a window is not the edge of the text', () => {
  const bounded = (pattern: string): TextRule => ({ ...token, pattern, reach: [0, 16] });
  for (const pattern of ['^tok_0{16}', '\\btok_0{16}', 'tok_0{16}$', 'tok_0{16}\\b']) {
    assert.equal(spans(secret(0), [bounded(pattern)]).length, 1, pattern);
    assert.equal(spans(`x${secret(0)}x`, [bounded(pattern)]).length, 0, pattern);
  }
});

test('a rule reads only in its forms and its directions', () => {
  const asked = { ...token, in: ['request'] as const };
  assert.equal(findings(secret(1), [asked], 'request').length, 1);
  assert.equal(findings(secret(1), [asked], 'response').length, 0);
  assert.equal(spans(secret(1), [{ ...token, forms: ['words'] }]).length, 0);
});

test('the last word is with `accepts`', () => {
  const rule = { ...token, accepts: (value: string) => value.endsWith('7') };
  assert.deepEqual(spans(`${secret(6)} ${secret(7)}`, [rule]), [[21, 41]]);
});

test('an anchor is found whatever its case, and may belong to several rules', () => {
  const upper = { ...token, id: 'secret.upper', pattern: 'TOK_[0-9]{16}' };
  assert.deepEqual(
    findings(secret(1).toUpperCase(), [token, upper]).map(({ rule }) => rule),
    ['secret.upper'],
  );
});

test('more findings than the bound are too much, which is a finding of each class', () => {
  const text = Array.from({ length: BOUNDS.findings + 1 }, (_, n) => secret(n)).join(' ');
  const other = { ...token, id: 'pii.none', class: 'pii' as const, anchors: ['no such'] };
  const found = findings(text, [token, other]);
  assert.equal(found.length, BOUNDS.findings + 2);
  assert.deepEqual(
    found.slice(-2).map(({ rule, span, confidence }) => [rule, span, confidence]),
    [
      ['secret.too-much', null, 'high'],
      ['pii.too-much', null, 'high'],
    ],
  );
});

test('more text than is read is too much', () => {
  const found = findings('x'.repeat(BOUNDS.characters + 1), [token]);
  assert.deepEqual(
    found.map(({ rule }) => rule),
    ['secret.too-much'],
  );
});

test('a flood of anchors is too much before expressions have read for long', () => {
  const rules = Array.from({ length: 60 }, (_, n) => ({ ...token, id: `secret.t${n}` }));
  const text = Array.from({ length: 1 << 15 }, (_, n) => `tok_${n}`).join(' ');
  const found = findings(text, rules);
  assert.deepEqual(
    found.map(({ rule }) => rule),
    ['secret.too-much'],
  );
});
