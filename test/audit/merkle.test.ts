/** The tree under a seal, held against the same tree made in the plainest way: what was sealed years ago must verify. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { Frontier, proofOf, rootFrom } from '../../src/audit/merkle.ts';

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest();

/** Level by level, over bytes. */
function plainRoot(leaves: Buffer[]): string {
  let level = leaves;
  while (level.length > 1) {
    const above: Buffer[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const pair = level.slice(i, i + 2);
      above.push(pair.length === 1 ? pair[0]! : sha256(Buffer.concat([Buffer.of(1), ...pair])));
    }
    level = above;
  }
  return (level[0] ?? sha256(Buffer.alloc(0))).toString('hex');
}

test('the root of any number of lines is that of the tree, and every line has a proof', () => {
  const frontier = new Frontier();
  const leaves: Buffer[] = [];
  for (let count = 0; count < 40; count++) {
    const root = plainRoot(leaves);
    assert.equal(frontier.root(), root);
    assert.equal(frontier.copy().root(), root);
    const texts = leaves.map((leaf) => leaf.toString('hex'));
    for (const [at, text] of texts.entries()) {
      const steps = proofOf(texts, at);
      assert.equal(rootFrom(text, steps), root);
      const other = texts[at]!.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
      assert.notEqual(rootFrom(other, steps), root);
    }
    const leaf = sha256(Buffer.from(`{"seq":${count}}`));
    leaves.push(leaf);
    frontier.push(leaf.toString('hex'));
  }
});
