/**
 * kill -9 at any moment: nothing that was synced is lost, nothing is broken, and the next start goes on with the chain.
 *
 * A killed process leaves its writes to the kernel. What a machine without power loses is what was not synced: so of the file
 * some of that is cut off, and some of it replaced by zeros, before the next start.
 */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { blocksOf, linesOf, segmentPath, segmentsIn } from '../../src/audit/segments.ts';
import { verify } from '../../src/audit/verify.ts';
import { compiled, temporaryFolder } from '../support/temp.ts';

const KILLS = Number(process.env.AUDIT_KILLS ?? 100);

interface Said {
  durable: number;
  segment: number;
  bytes: number;
}

/** Runs the program until it is killed, some time after it began to write. Returns what it said last. */
async function killed(mode: string, dir: string, from: number): Promise<Said | null> {
  const child = spawn(
    process.execPath,
    [compiled('test/audit/kill-program.js'), mode, dir, String(from)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const exit = once(child, 'exit');
  let text = '';
  child.stdout.setEncoding('latin1');
  // A third is killed while it starts, the others while they write.
  if (Math.random() < 0.3) setTimeout(() => child.kill('SIGKILL'), 20 + Math.random() * 100);
  child.stdout.on('data', (piece: string) => {
    if (text === '') setTimeout(() => child.kill('SIGKILL'), Math.random() * 15);
    text += piece;
  });
  await exit;
  const lines = text.split('\n').slice(0, -1);
  const last = lines.at(-1)?.split(' ').map(Number);
  return last === undefined ? null : { durable: last[0]!, segment: last[1]!, bytes: last[2]! };
}

/** Takes away some of what was not synced. */
function losePower(dir: string, { segment, bytes }: Said): void {
  const path = segmentPath(dir, segment);
  const last = segmentsIn(dir).at(-1);
  // A segment that was begun since: all of it may be gone, and the seal before it was synced.
  if (last === undefined || last.number !== segment) return;
  const content = readFileSync(path);
  const left = bytes + Math.floor(Math.random() * (content.length - bytes + 1));
  if (Math.random() < 0.5) truncateSync(path, left);
  else writeFileSync(path, content.fill(0, left));
}

/** Of the records in the newest so many segments. */
async function numbersIn(dir: string, newest = Number.POSITIVE_INFINITY): Promise<number[]> {
  const numbers: number[] = [];
  for (const segment of segmentsIn(dir).slice(-newest)) {
    for await (const block of blocksOf(segment)) {
      for (const line of block.isTorn ? [] : linesOf(block)) {
        const { n } = JSON.parse(line.toString()) as { n?: number };
        if (n !== undefined) numbers.push(n);
      }
    }
  }
  return numbers;
}

async function survives(mode: 'ledger' | 'audit', kills: number): Promise<void> {
  const dir = temporaryFolder();
  let from = 0;
  let durable = -1;
  for (let kill = 0; kill < kills; kill++) {
    const said = await killed(mode, dir, from);
    if (said !== null) {
      durable = said.durable;
      if (mode === 'ledger') losePower(dir, said);
    }
    const numbers = await numbersIn(dir, 3);
    const last = numbers.at(-1) ?? -1;
    assert.ok(last >= durable, `record ${durable} was synced, and ${last} is the last there`);
    from = last + 1;
    if (kill % 50 === 0) {
      const { broken } = await verify(dir, { keys: [], anchors: [] });
      assert.equal(broken, null);
    }
  }
  // The next start goes on; what it then has is whole and in order.
  await killed(mode, dir, from);
  const { broken, sealed } = await verify(dir, { keys: [], anchors: [] });
  assert.equal(broken, null);
  assert.ok(sealed > 0, 'segments were sealed meanwhile');
  const numbers = await numbersIn(dir);
  assert.deepEqual(
    numbers.slice(0, from),
    Array.from({ length: from }, (_, n) => n),
  );
}

describe('kill -9', { timeout: 600_000 }, () => {
  it(`${KILLS} times at the log on disk, power lost as well`, () => survives('ledger', KILLS));
  it('at ring and thread', () => survives('audit', Math.ceil(KILLS / 10)));
});
