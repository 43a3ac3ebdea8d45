import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { NO_PROFILE, profileOf } from '../../src/backends/profile.ts';

describe('a capability profile', () => {
  it('is one object for equal capabilities, in whatever order and spacing they are written', () => {
    const one = profileOf('{"sampling":{},"roots":{"listChanged":true}}');
    const same = profileOf('{ "roots" : { "listChanged" : true }, "sampling" : {} }');
    assert.ok(one !== undefined);
    assert.equal(same?.key, one.key);
    assert.notEqual(profileOf('{"sampling":{}}')?.key, one.key);
  });

  it('is the empty one where nothing is declared', () => {
    for (const text of ['', '{}', '{ }']) assert.equal(profileOf(text), NO_PROFILE);
  });

  it('is none for what is no object, or larger than anybody needs', () => {
    for (const text of ['null', '[]', '1', '"x"', 'true']) assert.equal(profileOf(text), undefined);
    assert.equal(profileOf(`{"x":"${'a'.repeat(5000)}"}`), undefined);
  });

  it('has a key that depends on the value alone', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 2 })),
        (value) => {
          const text = JSON.stringify(value);
          fc.pre(text.length < 4000);
          const turned = JSON.stringify(Object.fromEntries(Object.entries(value).reverse()));
          assert.equal(profileOf(turned)?.key, profileOf(text)?.key);
        },
      ),
    );
  });

  it('does not take a prototype for a capability', () => {
    const profile = profileOf('{"__proto__":{"sampling":{}}}');
    assert.ok(profile !== undefined);
    assert.equal(Object.hasOwn(profile.capabilities, 'sampling'), false);
    assert.notEqual(profile.key, profileOf('{"sampling":{}}')?.key);
    assert.notEqual(profile, NO_PROFILE);
  });
});
