/**
 * Retention: which segments may go, and what the log says of it before they do.
 *
 * Whole segments, from the oldest on, and only as long as each may go: a log with a hole in it could not be verified. The
 * record of it is on disk first, with the hash that the next line goes on from, so that `verify` can tell pruned from stolen.
 */

import { hash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { isHeld, readHolds } from './holds.ts';
import { readIndex } from './index-file.ts';
import { headOf, Ledger, ownLine } from './ledger.ts';
import { signerOf } from './seal.ts';
import { blocksOf, indexPath, linesOf, type Segment, segmentsIn, tornIn } from './segments.ts';

const DAY_MS = 86_400_000;

/** What may go: sealed segments all of whose records are older, in order. `open` is the number of the one that is written. */
export async function outdated(
  dir: string,
  open: number,
  retentionDays: number,
  now: number,
): Promise<Segment[]> {
  const before = new Date(now - retentionDays * DAY_MS).toISOString();
  const holds = readHolds(dir);
  const mustStay = ({ from, to }: { from: string; to: string }) =>
    to >= before || isHeld(holds, from, to);
  const found: Segment[] = [];
  for (const segment of segmentsIn(dir)) {
    if (segment.number >= open) break;
    const index = readIndex(dir, segment.number);
    if (index !== undefined && mustStay(index)) break;
    // An index can be made by whoever wants something deleted, and have the log vouch for it: what goes is read first.
    if (mustStay(await spanOf(segment))) break;
    found.push(segment);
  }
  return found;
}

/** Times of the first and the last of its lines. The last of all goes on in the next segment, so that it cannot be feigned. */
async function spanOf(segment: Segment): Promise<{ from: string; to: string }> {
  let [from, to] = ['', ''];
  for await (const block of blocksOf(segment)) {
    for (const line of linesOf(block)) {
      const time = headOf(line)?.time;
      if (time === undefined) continue;
      if (from === '' || time < from) from = time;
      if (time > to) to = time;
    }
  }
  return { from, to };
}

/** The members of the record that says that these were deleted. */
export async function pruneRecord(segments: readonly Segment[]) {
  const last = segments.at(-1)!;
  let end: Buffer | undefined;
  for await (const block of blocksOf(last)) end = linesOf(block).at(-1) ?? end;
  const head = end === undefined ? null : headOf(end);
  if (end === undefined || head === null) throw new Error(`${last.path} does not end as it should`);
  return {
    kind: 'prune',
    segments: [segments[0]!.number, last.number],
    through: { seq: head.seq, hash: hash('sha256', end) },
  };
}

/** With what a crash had left of them, which holds as much of callers as they do. */
export function remove(dir: string, segments: readonly Segment[]): void {
  const torn = tornIn(dir);
  for (const { number, path } of segments) {
    rmSync(path, { force: true });
    rmSync(indexPath(dir, number), { force: true });
    for (const one of torn) if (one.number === number) rmSync(one.path, { force: true });
  }
}

/** The same while no gateway writes here. Returns how many went. Throws where one does. */
export async function pruneOffline(
  dir: string,
  retentionDays: number,
  signKey: string | null,
  now: number,
): Promise<number> {
  const signer = signKey === null ? null : signerOf(signKey);
  const limits = { rotateBytes: Number.MAX_SAFE_INTEGER, rotateMs: Number.MAX_SAFE_INTEGER };
  const ledger = new Ledger({ dir, signer, ...limits, instance: 'prune' }, now);
  try {
    const segments = await outdated(dir, ledger.segment, retentionDays, now);
    if (segments.length > 0) {
      ledger.append([ownLine(now, await pruneRecord(segments))]);
      ledger.commit();
      ledger.sync();
      remove(dir, segments);
    }
    return segments.length;
  } finally {
    ledger.end(now);
  }
}
