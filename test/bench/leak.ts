/**
 * Preloaded into a relay (`--import`) it makes it leak: something small is kept for every request. For the test that the
 * soak notices.
 */

import { createServer, Server } from 'node:http';

const kept: number[][] = [];
const emit = createServer().emit as (...args: unknown[]) => boolean;

Object.assign(Server.prototype, {
  emit(this: Server, ...args: unknown[]) {
    if (args[0] === 'request') kept.push([kept.length, kept.length, kept.length, kept.length]);
    return emit.apply(this, args);
  },
});
