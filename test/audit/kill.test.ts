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

/** So many times a log is cut off at work. */
const KILLS = Number(process.env.AUDIT_KILLS ?? 250);
/** As many at once as one process writes: a kill costs the start of the next one, a tenth of a second of a CPU. */
const LOGS = 5;

interface Said {
  durable: number;
  segment: number;
  bytes: number;
}

class Log {
  readonly dir = temporaryFolder();
  from = 0;
  durable = -1;
  said: Said | null = null;
}

/** Runs the program until it is killed, some time after it began to write; each log has what was said of it last. */
async function killed(mode: string, logs: readonly Log[]): Promise<void> {
  const text = JSON.stringify(logs.map(({ dir, from }, at) => ({ at, dir, from })));
  const args = [compiled('test/audit/kill-program.js'), mode, text];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  for (const log of logs) log.said = null;
  let rest = '';
  child.stdout.setEncoding('latin1');
  // A third is killed while logs are opened, the others while they are written.
  if (Math.random() < 0.3) setTimeout(() => child.kill('SIGKILL'), 50 + Math.random() * 150);
  const begun = new Set<number>();
  child.stdout.on('data', (piece: string) => {
    const lines = (rest + piece).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      const [at, durable, segment, bytes] = line.split(' ').map(Number);
      logs[at!]!.said = { durable: durable!, segment: segment!, bytes: bytes! };
      if (begun.has(at!)) continue;
      begun.add(at!);
      if (begun.size === logs.length) setTimeout(() => child.kill('SIGKILL'), Math.random() * 25);
    }
  });
  await exit;
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

async function survive(mode: 'ledger' | 'audit', kills: number): Promise<void> {
  const logs = Array.from({ length: LOGS }, () => new Log());
  for (let kill = 0; kill < kills; kill += LOGS) {
    await killed(mode, logs);
    for (const log of logs) await isWhole(mode, log);
    if (kill % 50 === 0) for (const log of logs) await isInOrder(log);
  }
  // The next start goes on; what it then has is whole and in order.
  await killed(mode, logs);
  for (const log of logs) {
    const sealed = await isInOrder(log);
    assert.ok(sealed > 0, 'segments were sealed meanwhile');
    const numbers = await numbersIn(log.dir);
    assert.deepEqual(
      numbers.slice(0, log.from),
      Array.from({ length: log.from }, (_, n) => n),
    );
  }
}

/** Nothing is missing of what was synced; the next records count on from what is there. */
async function isWhole(mode: 'ledger' | 'audit', log: Log): Promise<void> {
  const { dir, said } = log;
  if (said !== null) {
    log.durable = said.durable;
    if (mode === 'ledger') losePower(dir, said);
  }
  const last = (await numbersIn(dir, 3)).at(-1) ?? -1;
  assert.ok(last >= log.durable, `record ${log.durable} was synced, and ${last} is the last there`);
  log.from = last + 1;
}

/** Returns how many segments are sealed. */
async function isInOrder({ dir }: Log): Promise<number> {
  const { broken, sealed } = await verify(dir, { keys: [], anchors: [] });
  assert.equal(broken, null);
  return sealed;
}

describe('kill -9', { timeout: 600_000 }, () => {
  it(`${KILLS} times at the log on disk, power lost as well`, () => survive('ledger', KILLS));
  it('at ring and thread', () => survive('audit', KILLS / 10));
});
