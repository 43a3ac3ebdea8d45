/**
 * Receipts: one record with its proof, which whoever has the public key can verify without the log.
 *
 * The record is under the root that the seal signs; nothing else of the log is in it.
 */

import { hash } from 'node:crypto';
import { headOf } from './ledger.ts';
import { HASH_BYTES, proofOf, rootFrom, type Step } from './merkle.ts';
import { sealFault, type Verifier } from './seal.ts';
import { blocksOf, linesOf, type Segment } from './segments.ts';

export interface Receipt {
  readonly version: 1;
  /** The line as it stands in the log. */
  readonly record: string;
  readonly proof: readonly Step[];
  /** The line by which its segment was sealed. */
  readonly seal: string;
}

/** Of the line with this number; a word where there can be none yet. */
export async function receiptOf(segment: Segment, seq: number): Promise<Receipt | string> {
  const leaves: string[] = [];
  let record: string | undefined;
  let index = -1;
  let seal: string | undefined;
  for await (const block of blocksOf(segment)) {
    for (const line of block.isTorn ? [] : linesOf(block)) {
      const head = headOf(line);
      if (head?.kind === 'seal') {
        seal = line.utf8Slice();
        continue;
      }
      if (head?.seq === seq) {
        record = line.utf8Slice();
        index = leaves.length;
      }
      leaves.push(hash('sha256', line));
    }
  }
  if (record === undefined) return 'this record is not in its segment';
  if (seal === undefined) return 'this record is not sealed yet';
  return { version: 1, record, proof: proofOf(leaves, index), seal };
}

/** Why a receipt proves nothing; undefined where it does. */
export function receiptFault(receipt: Receipt, keys: readonly Verifier[]): string | undefined {
  const { record, proof, seal } = receipt;
  if (typeof record !== 'string' || typeof seal !== 'string' || !Array.isArray(proof)) {
    return 'this is no receipt';
  }
  const sealed = headOf(Buffer.from(seal));
  const head = headOf(Buffer.from(record));
  if (sealed?.kind !== 'seal' || head === null) return 'this is no receipt';
  // A node of the tree is no record: 65 bytes that begin with 1, and this begins with '{'.
  const isProof = proof.every(({ hash: text }) => /^[0-9a-f]{64}$/.test(text));
  if (!isProof || proof.length > HASH_BYTES) return 'this is no receipt';
  const { root, first, count, key } = JSON.parse(seal) as Record<string, unknown>;
  const computed = rootFrom(hash('sha256', record), proof);
  if (computed !== root) return 'the record is not under this seal, or was changed';
  if (head.seq < Number(first) || head.seq >= Number(first) + Number(count)) {
    return 'the record is of another segment';
  }
  return sealFault(seal, String(key), keys);
}
