/**
 * Merkle trees over the lines of a segment: a root for the seal, and a proof that one line is under it.
 *
 *   leaf = SHA-256(line)        node = SHA-256(0x01 · left · right)        a node without a sibling goes up as it is
 *
 * A line begins with '{', so that no line can be taken for a node (RFC 6962 2.1 prefixes both for the same reason).
 * Hashes are hex throughout, as they stand in the log: crypto.hash gives a string in half the time of a Buffer (Node.js 20).
 */

import { hash } from 'node:crypto';

export const HASH_BYTES = 32;
const PAIR = Buffer.alloc(1 + 2 * HASH_BYTES);
PAIR[0] = 1;

export function nodeOf(left: string, right: string): string {
  PAIR.hexWrite(left, 1);
  PAIR.hexWrite(right, 1 + HASH_BYTES);
  return hash('sha256', PAIR);
}

/** The root of a tree that grows by one leaf at a time: as many hashes as bits in the count are kept. */
export class Frontier {
  /** Roots of full subtrees, the largest first. */
  readonly #roots: string[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  push(leaf: string): void {
    let root = leaf;
    for (let bits = this.#count; (bits & 1) === 1; bits >>>= 1) {
      root = nodeOf(this.#roots.pop()!, root);
    }
    this.#roots.push(root);
    this.#count += 1;
  }

  root(): string {
    let root = this.#roots.at(-1);
    if (root === undefined) return hash('sha256', '');
    for (let at = this.#roots.length - 2; at >= 0; at--) root = nodeOf(this.#roots[at]!, root);
    return root;
  }

  copy(): Frontier {
    const copy = new Frontier();
    copy.#roots.push(...this.#roots);
    copy.#count = this.#count;
    return copy;
  }
}

/** One step of a proof: the sibling, and whether it stands on the left. */
export interface Step {
  readonly side: 'left' | 'right';
  readonly hash: string;
}

export function proofOf(leaves: readonly string[], index: number): Step[] {
  const steps: Step[] = [];
  let level = leaves;
  for (let at = index; level.length > 1; at >>>= 1) {
    const sibling = level[at ^ 1];
    if (sibling !== undefined) {
      steps.push({ side: (at & 1) === 1 ? 'left' : 'right', hash: sibling });
    }
    const above: string[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const right = level[i + 1];
      above.push(right === undefined ? level[i]! : nodeOf(level[i]!, right));
    }
    level = above;
  }
  return steps;
}

export function rootFrom(leaf: string, steps: readonly Step[]): string {
  let root = leaf;
  for (const { side, hash: sibling } of steps) {
    root = side === 'left' ? nodeOf(sibling, root) : nodeOf(root, sibling);
  }
  return root;
}
