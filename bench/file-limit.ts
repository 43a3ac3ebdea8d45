/**
 * How large the files of a process that runs may become: what it meets at the limit is what a full disk is to it.
 *
 * `prlimit` is of util-linux: elsewhere there is no way to set or lift the limit of another process.
 */

import { execFileSync } from 'node:child_process';

export function canLimitFiles(): boolean {
  try {
    execFileSync('prlimit', ['--version'], { stdio: 'ignore' });
    return process.platform === 'linux';
  } catch {
    return false;
  }
}

/** `limit` as `prlimit` takes it: bytes, SOFT:HARD, `unlimited`. */
export function limitFiles(pid: number | undefined, limit: string): void {
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${limit}`]);
}
