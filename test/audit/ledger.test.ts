/**
 * The log on disk: what is written is verified by the files alone, and whatever is done to the files is found.
 */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { indexOf, writeIndex } from '../../src/audit/index-file.ts';
import { Ledger, ownLine } from '../../src/audit/ledger.ts';
import { newKeys, signerOf, verifierOf } from '../../src/audit/seal.ts';
import { segmentPath, segmentsIn } from '../../src/audit/segments.ts';
import { compress } from '../../src/audit/upkeep.ts';
import { verify } from '../../src/audit/verify.ts';
import { temporaryFolder } from '../support/temp.ts';

const KEYS = newKeys();
const OTHER = newKeys();
const START = Date.parse('2026-11-01T00:00:00.000Z');

function open(dir: string, isSigned = true): Ledger {
  const signer = isSigned ? signerOf(KEYS.privateKey) : null;
  return new Ledger(
    { dir, signer, rotateBytes: 1 << 20, rotateMs: 1 << 30, instance: 'test' },
    START,
  );
}

function put(ledger: Ledger, count: number): void {
  for (let i = 0; i < count; i++) {
    ledger.append([ownLine(START + i, { kind: 'call', tool: `t${i % 7}`, n: i })]);
  }
  ledger.commit();
}

/** Three sealed segments of five records, and an open one of two. */
function written(isSigned = true): string {
  const dir = temporaryFolder();
  const ledger = open(dir, isSigned);
  for (let segment = 0; segment < 3; segment++) {
    put(ledger, 5);
    ledger.rotate(START + 10_000);
  }
  put(ledger, 2);
  ledger.close();
  return dir;
}

function check(dir: string, keys = [KEYS.publicKey]) {
  return verify(dir, { keys: keys.map(verifierOf), anchors: [] });
}

async function brokenBy(change: (dir: string) => void): Promise<string> {
  const dir = written();
  assert.equal((await check(dir)).broken, null);
  change(dir);
  const { broken } = await check(dir);
  assert.ok(broken !== null, 'the change is found');
  return `${broken.segment}:${broken.line} ${broken.words}`;
}

function edit(dir: string, segment: number, change: (lines: string[]) => string[]): void {
  const path = segmentPath(dir, segment);
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  writeFileSync(path, `${change(lines).join('\n')}\n`);
}

describe('an audit log', () => {
  it('is verified by its files and the public key', async () => {
    const { broken, segments, sealed, open: left, records, head } = await check(written());
    assert.deepEqual(
      { broken, segments, sealed, left },
      { broken: null, segments: 4, sealed: 3, left: 3 },
    );
    assert.equal(records, 3 * 7 + 3);
    assert.equal(head?.seq, records);
  });

  it('goes on after an orderly end and after none, in one chain', async () => {
    const dir = temporaryFolder();
    for (const isOrderly of [true, false, true, false]) {
      const ledger = open(dir);
      put(ledger, 3);
      if (isOrderly) ledger.end(START);
      else ledger.close();
    }
    const { broken, records } = await check(dir);
    assert.equal(broken, null);
    // 12 records, a first line in three segments, two seals, and what a start said that found no seal.
    assert.equal(records, 12 + 3 + 2 + 1);
  });

  it('says how many lines were not under a seal when it was opened', async () => {
    const dir = written();
    open(dir).end(START);
    const { broken, notes } = await check(dir);
    assert.equal(broken, null);
    assert.deepEqual(notes, [
      'segment 4: a start found 3 lines in segment 4 that were not under a seal',
    ]);
    open(dir).end(START);
    assert.equal((await check(dir)).notes.length, 1, 'an orderly end leaves nothing to say');
  });

  it('sets a torn line aside, says so, and goes on', async () => {
    const dir = written();
    const path = segmentPath(dir, 4);
    truncateSync(path, readFileSync(path).length - 9);
    assert.match((await check(dir)).notes.join(), /being written, or a crash/);
    const ledger = open(dir);
    put(ledger, 1);
    ledger.end(START);
    const { broken, notes } = await check(dir);
    assert.equal(broken, null);
    assert.match(
      notes.join(),
      /2 lines in segment 4 that were not under a seal, and what a crash left of a line: \d+ bytes,/,
    );
    assert.doesNotMatch(notes.join(), /whole lines/);
    const torn = readdirSync(dir).filter((name) => name.includes('.torn-'));
    assert.equal(torn.length, 1);
    const left = readFileSync(join(dir, torn[0]!));
    const said = readFileSync(path, 'utf8')
      .split('\n')
      .find((line) => line.includes('"kind":"recovery"'));
    assert.equal(JSON.parse(said!).sha256, createHash('sha256').update(left).digest('hex'));
  });

  it('says how many whole lines were set aside, which no crash alone leaves', async () => {
    const dir = written();
    edit(dir, 4, (lines) => lines.toSpliced(1, 1));
    open(dir).end(START);
    const { broken, notes } = await check(dir);
    assert.equal(broken, null);
    assert.match(
      notes.join(),
      /: \d+ bytes, 1 whole lines among them that did not go on from the one before/,
    );
  });

  it('names what was done to it', async () => {
    const found = {
      changed: await brokenBy((dir) =>
        edit(dir, 2, (lines) => lines.map((line) => line.replace('"n":3', '"n":4'))),
      ),
      deleted: await brokenBy((dir) => edit(dir, 2, (lines) => lines.toSpliced(2, 1))),
      swapped: await brokenBy((dir) =>
        edit(dir, 1, (lines) => [lines[0]!, lines[2]!, lines[1]!, ...lines.slice(3)]),
      ),
      cut: await brokenBy((dir) => edit(dir, 2, (lines) => lines.slice(0, 4))),
      unsealed: await brokenBy((dir) => edit(dir, 3, (lines) => lines.slice(0, -1))),
      halved: await brokenBy((dir) => truncateSync(segmentPath(dir, 1), 300)),
      gone: await brokenBy((dir) => rmSync(segmentPath(dir, 2))),
      first: await brokenBy((dir) => rmSync(segmentPath(dir, 1))),
      renamed: await brokenBy((dir) => {
        renameSync(segmentPath(dir, 1), segmentPath(dir, 9));
        for (const number of [2, 3, 4]) rmSync(segmentPath(dir, number));
      }),
      added: await brokenBy((dir) => appendFileSync(segmentPath(dir, 1), '{"seq":8}\n')),
    };
    assert.match(found.changed, /^2:6 the record before this one \(12\) was changed/);
    assert.match(found.deleted, /^2:3 record 10 is missing or was moved: here is 11/);
    assert.match(found.swapped, /^1:2 record 2 is missing or was moved: here is 3/);
    assert.match(found.cut, /^2:4 the seal is missing/);
    assert.match(found.unsealed, /^3:6 the seal is missing/);
    assert.match(found.halved, /^1:\d the last line is not whole/);
    assert.match(found.gone, /^2:0 this segment is missing/);
    assert.match(found.first, /^2:1 records before 8 are missing/);
    assert.match(found.renamed, /^9:1 this is segment 1/);
    assert.match(found.added, /^1:8 this is no record/);
  });

  it('knows a seal that was made anew by somebody without the key', async () => {
    const forge = (signer: ReturnType<typeof signerOf> | null) => (dir: string) => {
      // The whole log written again, with one record left out: every hash is right.
      const lines = segmentsIn(dir).map(({ path }) =>
        readFileSync(path, 'utf8').trimEnd().split('\n'),
      );
      rmSync(dir, { recursive: true });
      const ledger = new Ledger(
        { dir, signer, rotateBytes: 1 << 20, rotateMs: 1 << 30, instance: 'test' },
        START,
      );
      for (const segment of lines) {
        for (const line of segment.slice(2)) {
          if (line.includes('"kind":"seal"')) ledger.rotate(START);
          else ledger.append([Buffer.from(line.slice(line.indexOf('"time"'), -1))]);
        }
        ledger.commit();
      }
      ledger.close();
    };
    assert.match(await brokenBy(forge(null)), /^1:6 the seal is not signed/);
    assert.match(
      await brokenBy(forge(signerOf(OTHER.privateKey))),
      /^1:6 the seal is by another key/,
    );
    const dir = written();
    edit(dir, 1, (lines) =>
      lines.map((line) =>
        line.replace(/"sig":"(.)/, (_, first) => `"sig":"${first === '9' ? '8' : '9'}`),
      ),
    );
    assert.match(String((await check(dir)).broken?.words), /forged/);
    assert.equal(
      (await check(dir, [])).broken?.line,
      1,
      'the chain shows it too, in the next segment',
    );
  });

  it('shows that its end was taken away to whoever knows a record of it', async () => {
    const dir = written();
    const { head } = await check(dir);
    const anchors = [head!];
    const keys = [verifierOf(KEYS.publicKey)];
    assert.equal((await verify(dir, { keys, anchors })).broken, null);
    rmSync(segmentPath(dir, 4));
    assert.equal((await check(dir)).broken, null);
    assert.match(
      String((await verify(dir, { keys, anchors })).broken?.words),
      /record 24, which must be there/,
    );
  });

  it('is the same compressed, and an index that hides something is found', async () => {
    const dir = written();
    for (const segment of segmentsIn(dir).slice(0, 3)) {
      writeIndex(dir, await indexOf(segment));
      await compress(segment.path);
    }
    assert.equal((await check(dir)).broken, null);
    const [first] = segmentsIn(dir);
    const index = await indexOf(first!);
    writeIndex(dir, { ...index, values: { ...index.values, tool: ['t1'] } });
    assert.match(String((await check(dir)).broken?.words), /index says something else/);
    writeIndex(dir, index);
    const text = gunzipSync(readFileSync(first!.path)).toString();
    writeFileSync(first!.path, gzipSync(text.replace('"n":1', '"n":7')));
    assert.match(String((await check(dir)).broken?.words), /was changed/);
    writeFileSync(first!.path, readFileSync(first!.path).subarray(0, 200));
    assert.match(String((await check(dir)).broken?.words), /cannot be read/);
  });

  it('can be verified by hand with sha256sum and openssl', (t) => {
    const dir = written();
    const script = `
set -e
file=${segmentPath(dir, 1)}
sed -n 3p $file | tr -d '\\n' | sha256sum | cut -d' ' -f1
sed -n 4p $file | sed 's/.*"prev":"\\([0-9a-f]*\\)".*/\\1/'
tail -1 $file | tr -d '\\n' | sed 's/,"sig":"[^"]*"}$/}/' > ${dir}/seal
tail -1 $file | sed 's/.*,"sig":"\\([^"]*\\)"}$/\\1/' | base64 -d > ${dir}/sig
openssl pkeyutl -verify -pubin -inkey ${dir}/key.pem -rawin -in ${dir}/seal -sigfile ${dir}/sig
`;
    writeFileSync(join(dir, 'key.pem'), KEYS.publicKey);
    let said: string[];
    try {
      said = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).trim().split('\n');
    } catch (error) {
      if (/not found/.test(String((error as { stderr?: unknown }).stderr)))
        return t.skip('no openssl');
      throw error;
    }
    assert.equal(said[0], said[1]);
    assert.match(said[2]!, /Verified Success/);
  });

  it('belongs to one process', () => {
    const dir = temporaryFolder();
    const ledger = open(dir);
    writeFileSync(join(dir, 'lock'), '1\n');
    assert.throws(() => open(dir), /process 1 writes here/);
    ledger.close();
  });

  it('does not take a caller for the gateway: words in a payload are no seal', async () => {
    const dir = temporaryFolder();
    const ledger = open(dir);
    ledger.append([ownLine(START, { kind: 'call' }), Buffer.from(',"arguments":{"kind":"seal"}')]);
    ledger.commit();
    ledger.close();
    open(dir).end(START);
    assert.equal((await check(dir)).sealed, 1);
  });
});
