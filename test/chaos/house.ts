/**
 * What the chaos suite runs against: one gateway, a server that must not notice anything, and five that misbehave.
 */

import type { Json } from '../e2e/running-gateway.ts';
import { compiled } from '../support/temp.ts';

export type ServerName = 'steady' | 'shared' | 'modern' | 'reader' | 'personal' | 'far';

/** What may be asked of a server per call; the rest is done by the saboteur, now and then. */
const SOFT = ['slow', 'late', 'stall', 'noise', 'pieces', 'twice', 'foreign', 'flood', 'error'];
const SOFT_FAR = [
  ...['slow', 'late', 'stall', 'drop', 'reset', 'cut', 'http500', 'http503', 'html', 'garbage'],
  ...['wrong-id', 'events', 'events-cut', 'events-end', 'events-twice', 'events-foreign', 'error'],
];
export const FAULTS: Readonly<Record<ServerName, readonly string[]>> = {
  steady: [],
  shared: SOFT,
  modern: SOFT,
  reader: SOFT,
  personal: SOFT,
  far: SOFT_FAR,
};

/** Faults that cost a process or a session: few, or nothing else would be tested. */
export const HARD: readonly string[] = [
  'crash',
  'half-crash',
  'deaf',
  'unplug',
  'shut',
  'block',
  'endless',
];
export const SERVERS = Object.keys(FAULTS) as ServerName[];
export const STDIO: readonly ServerName[] = ['shared', 'modern', 'reader', 'personal'];

/** Shorter than what a late answer takes, longer than a slow one on a busy machine. */
const TIMEOUT_MS = 1500;
/** What is not needed ends soon, and a server that says nothing is asked and replaced soon. */
const POOL = { idleMs: 2000, answerMs: 3000 };
/** Idle for longer than the suite waits: processes of sessions must end with them. */
const PERSONAL = { mode: 'session', max: 12, idleMs: 120_000, answerMs: 3000 };
const PROGRAM = 'test/support/fixtures/chaos-stdio.js';

/** The name is for the saboteur, which finds processes by their command line. */
function stdio(record: string, name: ServerName, era = 'legacy'): Json {
  return {
    command: process.execPath,
    args: [compiled(PROGRAM), record, era, name],
    timeoutMs: TIMEOUT_MS,
    lineBytesMax: 4 * 1024 * 1024,
  };
}

/** `record` is where the servers write what they did; its name also marks their processes. */
export function configuration(record: string, farUrl: string): Json {
  return {
    telemetry: { log: 'error' },
    // Its own tests load it; here it would only decide how many calls reach the servers.
    inspect: 'off',
    servers: {
      // No deadline of its own: on a busy machine it would be the machine that is tested.
      steady: { ...stdio(record, 'steady'), timeoutMs: 60_000 },
      shared: { ...stdio(record, 'shared'), pool: { ...POOL, mode: 'shared', size: 2 } },
      modern: { ...stdio(record, 'modern', 'modern'), pool: { ...POOL, size: 2 } },
      reader: { ...stdio(record, 'reader'), pool: POOL },
      personal: { ...stdio(record, 'personal'), pool: PERSONAL },
      far: { url: farUrl, transport: 'http', timeoutMs: TIMEOUT_MS },
    },
  };
}
