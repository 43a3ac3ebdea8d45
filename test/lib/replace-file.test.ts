/**
 * The order of what is asked of the file system is all that a test can see of a loss of power.
 */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { temporaryFolder } from '../support/temp.ts';

type Named = 'fsyncSync' | 'renameSync' | 'openSync' | 'writeFileSync';

/** What is asked of the file system from now on, in order: `open NAME`, `fsync NAME`, `rename NAME`. */
function watched(t: TestContext): string[] {
  const done: string[] = [];
  const names = new Map<number, string>();
  const { openSync, writeFileSync, fsyncSync, renameSync } = fs;
  const real = { openSync, writeFileSync, fsyncSync, renameSync };
  const put = (name: Named, fn: unknown) => Object.assign(fs, { [name]: fn });
  put('openSync', (path: string, ...rest: [string]) => {
    const file = real.openSync(path, ...rest);
    names.set(file, basename(path));
    return file;
  });
  put('writeFileSync', (path: string, ...rest: [string]) => {
    done.push(`write ${basename(path)}`);
    real.writeFileSync(path, ...rest);
  });
  put('fsyncSync', (file: number) => {
    done.push(`fsync ${names.get(file)}`);
    real.fsyncSync(file);
  });
  put('renameSync', (from: string, to: string) => {
    done.push(`rename ${basename(from)} ${basename(to)}`);
    real.renameSync(from, to);
  });
  syncBuiltinESMExports();
  t.after(() => {
    Object.assign(fs, real);
    syncBuiltinESMExports();
  });
  return done;
}

describe('a file that is replaced', () => {
  it('lasts before it has its name, and its name lasts before anybody goes on', async (t) => {
    const folder = temporaryFolder();
    const { replaceFile } = await import('../../src/lib/replace-file.ts');
    const path = join(folder, 'a.json');
    const done = watched(t);
    replaceFile(path, 'new');
    const fresh = `a.json.${process.pid}.new`;
    assert.deepEqual(done, [
      `write ${fresh}`,
      `fsync ${fresh}`,
      `rename ${fresh} a.json`,
      `fsync ${basename(folder)}`,
    ]);
    assert.equal(fs.readFileSync(path, 'utf8'), 'new');
    assert.equal(fs.statSync(path).mode & 0o777, 0o600);
  });

  it('is what it was where the new one cannot be put there, and nothing is left beside it', async () => {
    const folder = temporaryFolder();
    const { replaceFile } = await import('../../src/lib/replace-file.ts');
    const path = join(folder, 'a.json');
    fs.mkdirSync(join(path, 'full'), { recursive: true });
    assert.throws(() => replaceFile(path, 'new'));
    assert.deepEqual(fs.readdirSync(folder), ['a.json']);
  });

  it('takes with it what killed processes left of it, and nothing that somebody may still write', async () => {
    const folder = temporaryFolder();
    const { replaceFile } = await import('../../src/lib/replace-file.ts');
    const path = join(folder, 'a.json');
    const child = spawnSync(process.execPath, ['-e', '']);
    const old = new Date(Date.now() - 2 * 3_600_000);
    const put = (name: string, time = old) => {
      fs.writeFileSync(join(folder, name), '');
      fs.utimesSync(join(folder, name), time, time);
    };
    const kept = [
      // Of a process that lives; of one that wrote a moment ago, and may live in another container.
      `a.json.${process.ppid}.new`,
      `a.json.${child.pid}0.new`,
      // Of other files, and what only looks like it.
      `b.json.${child.pid}.new`,
      `a.json.${child.pid}.new.old`,
      'a.json.new',
      'a.json.x1.new',
    ];
    for (const name of kept) put(name);
    put(`a.json.${child.pid}0.new`, new Date());
    put(`a.json.${child.pid}.new`);
    replaceFile(path, 'new');
    assert.deepEqual(fs.readdirSync(folder).sort(), ['a.json', ...kept].sort());
    assert.equal(fs.readFileSync(path, 'utf8'), 'new');
  });

  it('is so wherever a hold, an index, a compressed segment or a stop is put in place', async (t) => {
    const folder = temporaryFolder();
    const [{ writeHolds }, { writeIndex }, { writeStopFile }, { compress }] = await Promise.all([
      import('../../src/audit/holds.ts'),
      import('../../src/audit/index-file.ts'),
      import('../../src/policy/stop-file.ts'),
      import('../../src/audit/upkeep.ts'),
    ]);
    const plain = join(folder, '00000001.jsonl');
    fs.writeFileSync(plain, '{}\n');
    const done = watched(t);
    const each: Record<string, () => Promise<void> | void> = {
      'holds.json': () => writeHolds(folder, []),
      '00000001.index': () =>
        writeIndex(folder, { segment: 1, lines: 0, from: '', to: '', values: {} }),
      'stopped.json': () => writeStopFile(join(folder, 'stopped.json'), []),
      '00000001.jsonl.gz': () => compress(plain),
    };
    for (const [name, write] of Object.entries(each)) {
      done.length = 0;
      await write();
      const at = done.findIndex((step) => step.startsWith('rename') && step.endsWith(` ${name}`));
      assert.ok(at > 0, `${name}: ${done.join(', ')}`);
      const fresh = done[at]!.split(' ')[1];
      assert.ok(done.slice(0, at).includes(`fsync ${fresh}`), `${name}: ${done.join(', ')}`);
      assert.equal(done[at + 1], `fsync ${basename(folder)}`);
    }
  });

  it('goes through no link that waits in its way, and takes no mode over from what is left there', async () => {
    const { replaceFile } = await import('../../src/lib/replace-file.ts');
    const folder = temporaryFolder('replace');
    const path = join(folder, 'state.json');
    const victim = join(folder, 'victim');
    fs.writeFileSync(victim, 'mine');
    fs.symlinkSync(victim, `${path}.${process.pid}.new`);
    replaceFile(path, 'new');
    assert.equal(fs.readFileSync(victim, 'utf8'), 'mine');
    assert.ok(!fs.lstatSync(path).isSymbolicLink());
    fs.writeFileSync(`${path}.${process.pid}.new`, '', { mode: 0o666 });
    replaceFile(path, 'newer');
    assert.equal(fs.readFileSync(path, 'utf8'), 'newer');
    assert.equal(fs.statSync(path).mode & 0o777, 0o600);
  });
});
