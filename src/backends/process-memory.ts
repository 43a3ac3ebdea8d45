/**
 * How much memory a process and its children hold. Linux only; elsewhere there is no answer.
 *
 * `npx` and shells start the server as a child, so the tree counts. Pages that several share are counted for each.
 */

import { readFile } from 'node:fs/promises';

/** A tree deeper or wider than any server's: what remains is not counted. */
const PROCESSES_MAX = 64;

/** Resident mebibytes of the tree under `pid`; undefined where the system does not tell. */
export async function residentMb(pid: number): Promise<number | undefined> {
  const queue = [pid];
  let kib = 0;
  for (let at = 0; at < queue.length && at < PROCESSES_MAX; at++) {
    const status = await textOf(`/proc/${queue[at]}/status`);
    const own = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
    // A child may have ended meanwhile; without the leader there is nothing to say.
    if (own === undefined && at === 0) return undefined;
    kib += Number(own ?? 0);
    const children = await textOf(`/proc/${queue[at]}/task/${queue[at]}/children`);
    queue.push(...children.split(' ').filter(Boolean).map(Number));
  }
  return kib / 1024;
}

function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
