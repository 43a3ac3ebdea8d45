/**
 * Files that are replaced whole: whoever reads finds the old or the new one, also after a loss of power.
 *
 *   write PATH.PID.new · fsync it · rename over PATH · fsync the folder
 *
 * Without the first sync a file system may make the name last before the content, and an empty file is left; without the
 * second the old one may come back.
 */

import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Throws what the file system throws; then the old one is still there. */
export function replaceFile(path: string, text: string, mode = 0o600): void {
  const fresh = `${path}.${process.pid}.new`;
  try {
    writeFileSync(fresh, text, { mode });
    putInPlace(fresh, path);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
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
