/**
 * Files that are replaced whole: whoever reads finds the old or the new one, also after a loss of power.
 *
 *   write PATH.PID.new · fsync it · rename over PATH · fsync the folder · remove what killed processes left of it
 *
 * Without the first sync a file system may make the name last before the content, and an empty file is left; without the
 * second the old one may come back.
 */

import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isAlive } from './process-id.ts';

/**
 * A process that lives may have an id that says nothing here: that of another container, which shares the folder. It
 * writes for a moment. What is as old as this nobody writes any more.
 */
const LEFT_MS = 3_600_000;

/** Throws what the file system throws; then the old one is still there. */
export function replaceFile(path: string, text: string, mode = 0o600): void {
  const fresh = `${path}.${process.pid}.new`;
  try {
    // One that is there is left over, or a link that somebody put in our way: it would be written through, and keep its mode.
    rmSync(fresh, { force: true });
    writeFileSync(fresh, text, { mode, flag: 'wx' });
    putInPlace(fresh, path);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
  removeLeft(path);
}

/** What processes have left that were killed while they wrote this very file. */
function removeLeft(path: string): void {
  const folder = dirname(path);
  const start = `${basename(path)}.`;
  try {
    for (const name of readdirSync(folder)) {
      if (!name.startsWith(start)) continue;
      const [, pid] = /^(\d{1,10})\.new$/.exec(name.slice(start.length)) ?? [];
      if (pid === undefined || isAlive(Number(pid))) continue;
      const left = join(folder, name);
      if (Date.now() - statSync(left).mtimeMs > LEFT_MS) rmSync(left, { force: true });
    }
  } catch {
    // A folder that cannot be listed, or another process that was quicker. The file itself is in place.
  }
}

/** What was written and closed already: it lasts, and under this name. */
export function putInPlace(fresh: string, path: string): void {
  syncFile(fresh);
  renameSync(fresh, path);
  try {
    syncFolder(dirname(path));
  } catch (error) {
    // The file is in place; where folders cannot be read or synced, that is all there is.
    if (!CANNOT.has(String((error as NodeJS.ErrnoException).code))) throw error;
  }
}

const CANNOT = new Set(['EACCES', 'EPERM', 'EINVAL', 'ENOTSUP', 'EISDIR']);

export function syncFolder(path: string): void {
  syncFile(path, 'r');
}

export function syncFile(path: string, flags = 'r+'): void {
  const file = openSync(path, flags);
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
