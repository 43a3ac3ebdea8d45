/**
 * Temporary folders that go away with the test process.
 */

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const made: string[] = [];

process.on('exit', () => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

export function temporaryFolder(name = 'test', parent: string = tmpdir()): string {
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, `${name}-`));
  made.push(folder);
  return folder;
}

/** The folder of package.json, from wherever this file was compiled to. */
export function projectFolder(): string {
  // OUT/test/support/temp.js
  return dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
}

/** A program compiled beside this file: `compiled('src/main.js')`, `compiled('test/support/fixtures/dual.js')`. */
export function compiled(path: string): string {
  const out = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
  return join(out, path);
}
