/**
 * Imported first of all in a thread: puts it behind every other thread that wants to run on its core, the one that serves
 * before all. Elsewhere than on Linux a thread has no priority of its own, and nothing is done.
 */

import { setPriority } from 'node:os';

/** Against a thread that never rests, a quarter of a core is left: a message in hand is still done in time. */
const NICE = 5;

/** setpriority(2) of Linux takes 0 for the calling thread. */
if (process.platform === 'linux') setPriority(0, NICE);
