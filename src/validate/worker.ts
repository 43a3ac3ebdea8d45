/**
 * The other side of `workshop.ts`: compiles schemas and makes the checks that could take long, one job at a time.
 *
 * It may be ended in the middle of a job. It keeps nothing but checks that it has made before.
 */

import { parentPort } from 'node:worker_threads';
import { Lru } from '../lib/lru.ts';
import { Check } from './check.ts';
import { type Compiled, compile } from './compile.ts';

export type Job =
  | { readonly kind: 'compile'; readonly schema: string }
  /** `args`: JSON text. */
  | { readonly kind: 'check'; readonly source: string; readonly args: string };

export type Done =
  | { readonly kind: 'ready' }
  | { readonly kind: 'compiled'; readonly compiled: Compiled | string }
  | { readonly kind: 'checked'; readonly fault: string | undefined };

/** Each holds its source, of at most 2 MiB. */
const CHECKS_MAX = 16;
const checks = new Lru<string, Check>(CHECKS_MAX);

function work(job: Job): Done {
  if (job.kind === 'compile') return { kind: 'compiled', compiled: compile(job.schema) };
  let check = checks.get(job.source);
  if (check === undefined) {
    check = new Check(job.source);
    checks.set(job.source, check);
  }
  return { kind: 'checked', fault: check.fault(JSON.parse(job.args)) };
}

parentPort?.on('message', (job: Job) => {
  parentPort?.postMessage(work(job));
});
parentPort?.postMessage({ kind: 'ready' } satisfies Done);
