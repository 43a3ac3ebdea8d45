/** Canaries name their tenant to whoever has the key, and to nobody else. */

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { canaries, isCanary, mintCanary, TENANT_BYTES_MAX } from '../../src/inspect/canary.ts';
import { leavesOf } from '../../src/inspect/inspect.ts';
import { viewsOf } from '../../src/inspect/views.ts';

const key = 'k'.repeat(32);
const tenant = fc
  .string({ unit: 'grapheme', maxLength: 30 })
  .filter((one) => Buffer.byteLength(one) <= TENANT_BYTES_MAX);

suite('a canary', () => {
  test('is recognised with its tenant, whatever follows it and whatever its case', () => {
    fc.assert(
      fc.property(tenant, fc.string(), (name, after) => {
        const canary = mintCanary(name, key);
        assert.equal(isCanary(canary + after, key), name);
        assert.equal(isCanary(canary.toUpperCase(), key), name);
        assert.equal(mintCanary(name, key), canary);
      }),
    );
  });

  test('is none under another key, or with any character changed', () => {
    const canary = mintCanary('acme', key);
    assert.equal(isCanary(canary, `${key}x`), undefined);
    for (let at = 5; at < canary.length - 1; at++) {
      const other = canary[at] === 'a' ? 'b' : 'a';
      assert.equal(isCanary(canary.slice(0, at) + other + canary.slice(at + 1), key), undefined);
    }
  });

  test('does not show its tenant', () => {
    const [a, b] = [mintCanary('acme', key), mintCanary('acmf', key)];
    let alike = 0;
    for (let at = 5; at < a.length; at++) alike += Number(a[at] === b[at]);
    assert.ok(alike < a.length / 2);
  });

  test('of a name that is too long, or a key that is too short, is not made', () => {
    assert.throws(() => mintCanary('x'.repeat(65), key), RangeError);
    assert.throws(() => mintCanary('x', 'short'), RangeError);
  });

  test('is found in any reading, and the finding names the tenant', () => {
    const canary = mintCanary('acme', key);
    const leaves = leavesOf({ note: `see ${canary}.` });
    const views = leaves.map((leaf) => ({ leaf, views: viewsOf(leaf.text) }));
    const subject = { direction: 'request', leaves, tool: '' } as const;
    const [finding] = canaries(key).examine({ subject, views }, []);
    assert.equal(finding?.rule, 'secret.canary');
    assert.match(finding?.detail ?? '', /"acme"/);
    assert.equal(finding?.leaf?.text.slice(...finding.span!), canary);
    assert.deepEqual(canaries(`${key}x`).examine({ subject, views }, []), []);
  });
});
