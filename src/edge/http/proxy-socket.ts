/**
 * The unix socket for a trusted proxy in front.
 *
 * Whoever can connect to it can say that he is anybody, so it must never be open to more than its mode says, not even
 * between its making and a chmod: it is made under a umask that leaves it to its owner. A file that is no socket, or at
 * which somebody still answers, is left alone.
 */

import { chmodSync, lstatSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import type { ListenConfig } from '../config.ts';
import type { App, ListenSocket } from './uws-api.ts';

/** What an address of a unix socket holds on every system (104 bytes on macOS, with the zero at its end). */
const PATH_BYTES_MAX = 103;
const OWNER_ONLY = 0o177;

export type ProxyConfig = NonNullable<ListenConfig['proxy']>;

/** Throws, in words for the operator, where that cannot be. */
export async function listenForProxy(
  app: App,
  { socket: path, mode }: ProxyConfig,
): Promise<ListenSocket> {
  if (Buffer.byteLength(path) > PATH_BYTES_MAX) {
    throw new Error(`listen.proxy.socket: ${path} is longer than ${PATH_BYTES_MAX} bytes.`);
  }
  await makeWay(path);
  const socket = await new Promise<ListenSocket>((resolve, reject) => {
    const umask = process.umask(OWNER_ONLY);
    try {
      app.listenUnix(path, (made) => {
        if (made === false) reject(new Error(`Cannot listen on ${path}.`));
        else resolve(made);
      });
    } finally {
      // The file was made within the call, on either front.
      process.umask(umask);
    }
  });
  chmodSync(path, Number.parseInt(mode, 8));
  return socket;
}

/** Removes a socket that a gateway left behind when it was killed. */
async function makeWay(path: string): Promise<void> {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isSocket()) throw new Error(`Cannot listen on ${path}: this is there, and no socket.`);
  if (await answers(path)) throw new Error(`Cannot listen on ${path}: it is in use.`);
  rmSync(path, { force: true });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    // Whatever it is but a refusal, we do not know that nobody is there.
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code !== 'ECONNREFUSED'));
  });
}
