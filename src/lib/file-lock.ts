/**
 * A lock file that says which process owns a folder.
 */

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isAlive } from './process-id.ts';

/** Throws what `words` makes of the owner's id where another process that lives has it. */
export function lockFile(path: string, words: (owner: number) => string): void {
  for (const attempt of [1, 2]) {
    try {
      writeFileSync(path, `${process.pid}\n`, { flag: 'wx', mode: 0o600 });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = Number.parseInt(readFileSync(path, 'utf8'), 10);
    if (attempt === 2 || isOthers(owner)) throw new Error(words(owner));
    rmSync(path, { force: true });
  }
}

/** A container that starts anew gives the same small ids again: our own id in the file is of a process that is gone. */
function isOthers(pid: number): boolean {
  return Number.isInteger(pid) && pid !== process.pid && isAlive(pid);
}
