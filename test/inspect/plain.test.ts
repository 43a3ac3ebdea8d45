import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ownRules, rulesWith } from '../../src/inspect/catalog.ts';
import { PlainStrings } from '../../src/inspect/plain.ts';
import { findingsIn } from '../../src/inspect/task.ts';

const about = { direction: 'request', tool: 't', definition: null } as const;

function rulesIn(value: unknown, rules = ownRules()): string[] {
  const bytes = Buffer.from(JSON.stringify(value));
  return findingsIn(bytes, 0, bytes.length, about, rules).map(({ rule }) => rule);
}

describe('strings that held nothing', () => {
  it('hold nothing the second time, and call the detectors that they called', () => {
    // A name that is no finding by itself, and one beside its value.
    const harmless = { client_secret: 'none' };
    const secret = { client_secret: 'a8F3kQz91LmX7pR2vT5w' };
    const before = rulesIn(secret, rulesWith({ canaryKey: 'x'.repeat(64) }));
    assert.ok(before.includes('secret.named-leaf'), `${before}`);
    for (let time = 0; time < 3; time++) {
      assert.deepEqual(rulesIn(harmless), []);
      assert.deepEqual(rulesIn(secret), before);
    }
  });

  it('are told from what is found in them, every time', () => {
    for (let time = 0; time < 3; time++) {
      assert.ok(rulesIn({ a: 'AKIAQ3EGRJZ4TN5BVKOM' }).length > 0);
    }
  });

  it('are forgotten by halves, the longest unsaid first', () => {
    const plain = new PlainStrings();
    const kept = { views: [], called: [] };
    plain.keep('first', kept);
    for (let count = 0; count < 2047; count++) plain.keep(`a${count}`, kept);
    assert.equal(plain.get('first'), kept);
    for (let count = 0; count < 2048; count++) plain.keep(`b${count}`, kept);
    // It was asked for meanwhile, a0 was not.
    assert.equal(plain.get('first'), kept);
    for (let count = 0; count < 2048; count++) plain.keep(`c${count}`, kept);
    assert.equal(plain.get('a0'), undefined);
    plain.keep('x'.repeat(65), kept);
    assert.equal(plain.get('x'.repeat(65)), undefined);
  });
});
