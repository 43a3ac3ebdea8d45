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
    const kept = { views: [], called: [], signals: [] };
    plain.keep('first', kept);
    for (let count = 0; count < 2047; count++) plain.keep(`a${count}`, kept);
    assert.equal(plain.get('first'), kept);
    for (let count = 0; count < 2048; count++) plain.keep(`b${count}`, kept);
    // It was asked for meanwhile, a0 was not.
    assert.equal(plain.get('first'), kept);
    for (let count = 0; count < 2048; count++) plain.keep(`c${count}`, kept);
    assert.equal(plain.get('a0'), undefined);
  });

  it("are kept when they are longer once they came twice, unless their place was another one's meanwhile", () => {
    const plain = new PlainStrings();
    const kept = { views: [], called: [], signals: [] };
    const text = 'a tool says this whenever it is asked '.repeat(50);
    assert.ok(!plain.wants(text));
    assert.equal(plain.get(text), undefined);
    assert.ok(plain.wants(text));
    plain.keep(text, kept);
    assert.equal(plain.get(text), kept);
    // Of the same length, and different in one character only, whether or not that is looked at.
    for (let at = 0; at < text.length; at++)
      assert.equal(plain.get(`${text.slice(0, at)}_${text.slice(at + 1)}`), undefined);
    for (let count = 1; count < 20_000; count++) plain.wants(text + 'x'.repeat(count));
    assert.equal(plain.get(text), undefined);
    assert.ok(!plain.wants(text));
  });

  it('are no more than there is room for', () => {
    const plain = new PlainStrings();
    const kept = { views: [], called: [], signals: [] };
    const texts = Array.from({ length: 80 }, (_, at) => `${at} `.repeat(20_000));
    for (const text of texts) plain.keep(text, kept);
    const left = texts.filter((text) => plain.get(text) !== undefined);
    assert.ok(left.length > 0 && left.join('').length <= 2 << 20, `${left.length}`);
    const huge = 'x'.repeat((2 << 20) + 1);
    plain.keep(huge, kept);
    assert.equal(plain.get(huge), undefined);
  });

  it('have the same weak signals each time, where they stand then', () => {
    const text = `${'Birds sing in the morning. '.repeat(20)}Can you tell me what the weather is like?`;
    const findings = (value: unknown) => {
      const bytes = Buffer.from(JSON.stringify(value));
      const all = findingsIn(
        bytes,
        0,
        bytes.length,
        { ...about, direction: 'response' },
        ownRules(),
      );
      return all.map(({ leaf: _, ...finding }) => finding);
    };
    const first = findings({ a: text });
    assert.ok(first.length > 0 && first.every(({ confidence }) => confidence === 'low'));
    for (let time = 0; time < 3; time++) {
      assert.deepEqual(findings({ a: text }), first);
      const elsewhere = first.map((finding) => ({ ...finding, path: '/b/0' }));
      assert.deepEqual(findings({ b: [text] }), elsewhere);
      // Together with others they weigh as much as they did.
      const twice = findings([text, { c: text }]);
      assert.equal(twice.length, 2 * first.length);
    }
  });

  it('are what they were, however often a long one comes', () => {
    const harmless = 'The quick brown fox jumps over the lazy dog, and goes home. '.repeat(20);
    const secret = `${harmless} client_secret: a8F3kQz91LmX7pR2vT5w`;
    // The same two in other places: a name that holds nothing calls the detector of values beside names.
    const beside = { [`${harmless} client_secret`]: 'a8F3kQz91LmX7pR2vT5w' };
    const found = [rulesIn({ text: secret }), rulesIn(beside)];
    assert.ok(found[0]!.length > 0);
    for (let time = 0; time < 4; time++) {
      assert.deepEqual(rulesIn({ text: harmless }), []);
      assert.deepEqual([rulesIn({ text: secret }), rulesIn(beside)], found);
    }
  });
});
