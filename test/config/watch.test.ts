import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { watchConfig } from '../../src/config/config.ts';

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-watch-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Watches until the test ends; `next` resolves at the next change. */
function watching(t: TestContext, file: string, follow: readonly string[] = []) {
  let count = 0;
  let wake = () => {};
  const watch = watchConfig(file, () => {
    count++;
    wake();
  });
  watch.follow(follow);
  t.after(() => watch.close());
  return {
    watch,
    count: () => count,
    async next(change: () => void) {
      const before = count;
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      change();
      // Also keeps the process: the watch's own timers do not.
      const enough = setTimeout(wake, 15_000);
      await woken;
      clearTimeout(enough);
      assert.equal(count, before + 1);
    },
  };
}

describe('the watch', { timeout: 180_000 }, () => {
  it('sees a write, and the ones after it', async (t) => {
    const file = join(folderOf(t), 'sluice.yaml');
    writeFileSync(file, 'a');
    const { next } = watching(t, file);
    await next(() => writeFileSync(file, 'b'));
    await next(() => writeFileSync(file, 'c'));
  });

  it('sees one atomic rename after another', async (t) => {
    const folder = folderOf(t);
    const file = join(folder, 'sluice.yaml');
    writeFileSync(file, 'a');
    const { next } = watching(t, file);
    for (const text of ['b', 'c']) {
      await next(() => {
        writeFileSync(join(folder, 'new'), text);
        renameSync(join(folder, 'new'), file);
      });
    }
  });

  it('sees a swap of the folder behind a link, as Kubernetes mounts a ConfigMap', async (t) => {
    const folder = folderOf(t);
    for (const name of ['one', 'two']) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'sluice.yaml'), name);
    }
    symlinkSync('one', join(folder, '..data'));
    symlinkSync(join('..data', 'sluice.yaml'), join(folder, 'sluice.yaml'));
    const { next } = watching(t, join(folder, 'sluice.yaml'));
    await next(() => {
      symlinkSync('two', join(folder, '..new'));
      renameSync(join(folder, '..new'), join(folder, '..data'));
    });
  });

  it('sees a change of a file that the configuration refers to, in whatever folder', async (t) => {
    const file = join(folderOf(t), 'sluice.yaml');
    const secret = join(folderOf(t), 'secret');
    writeFileSync(file, 'a');
    writeFileSync(secret, 'a');
    const { next } = watching(t, file, [secret]);
    await next(() => writeFileSync(secret, 'b'));
  });

  it('calls nobody for a touch, another file, or several writes of one save', async (t) => {
    const folder = folderOf(t);
    const file = join(folder, 'sluice.yaml');
    writeFileSync(file, 'a');
    const { next, count } = watching(t, file);
    writeFileSync(join(folder, 'other'), 'x');
    utimesSync(file, new Date(), new Date());
    await next(() => {
      writeFileSync(file, '');
      writeFileSync(file, 'b');
      writeFileSync(file, 'bc');
    });
    assert.equal(count(), 1);
  });

  it('does not forget a change that happened before it was told what else to follow', async (t) => {
    const file = join(folderOf(t), 'sluice.yaml');
    writeFileSync(file, 'a');
    const { next, watch } = watching(t, file);
    await next(() => {
      writeFileSync(file, 'b');
      watch.follow([]);
    });
  });
});
