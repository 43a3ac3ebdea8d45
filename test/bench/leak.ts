/**
 * Preloaded into a relay (`--import`) it makes it leak: a kilobyte is kept for every request. For the test that the
 * soak notices.
 */

import { createServer, Server } from 'node:http';

const kept: number[][] = [];
const emit = createServer().emit as (...args: unknown[]) => boolean;

Object.assign(Server.prototype, {
  emit(this: Server, ...args: unknown[]) {
    if (args[0] === 'request') kept.push(Array.from({ length: 128 }, () => kept.length));
    return emit.apply(this, args);
  },
});
