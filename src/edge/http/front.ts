/**
 * Which HTTP server carries the edge: chosen once at start, and said aloud, so that speed never changes silently.
 *
 * Order: an official uWebSockets.js that the operator installed (it is not on npm), the npm build @rjweb/uws (binaries
 * for Node 16, 18 and 20 only), the stand-in over node:http. An add-on that the operator demanded and that does not
 * load is an error, not a fallback.
 */

import { createRequire } from 'node:module';
import * as standIn from '../../../native-free/uws.ts';
import type { App, HttpRequest, HttpResponse, ListenSocket, UwsApi } from './uws-api.ts';

export interface Front {
  readonly name: 'uws' | 'node';
  /** One sentence for the log and `doctor`. */
  readonly why: string;
  readonly uws: UwsApi;
}

/** Not import(): on Node.js 20 a CommonJS module that throws while imported ends the process even when it is caught. */
const require = createRequire(import.meta.url);

const ADD_ONS = ['uWebSockets.js', '@rjweb/uws'] as const;

export async function chooseFront(want: 'auto' | 'uws' | 'node', hasTls = false): Promise<Front> {
  if (hasTls) return nodeFront('The configuration asks for TLS.', 'node:https');
  if (want === 'node') return nodeFront('The configuration asks for node:http.');
  const failures: string[] = [];
  for (const name of ADD_ONS) {
    const loaded = load(name);
    if (typeof loaded === 'string') failures.push(`${name}: ${loaded}`);
    else return { name: 'uws', why: `${name} loads on this Node.js.`, uws: loaded };
  }
  const why = `No uWebSockets.js loads on Node.js ${process.version} (${failures.join('; ')}).`;
  if (want === 'uws') {
    throw new Error(`${why} Install one for this version, or set listen.front to auto or node.`);
  }
  return nodeFront(why);
}

function nodeFront(why: string, over = 'node:http'): Front {
  return { name: 'node', why: `${why} Serving over ${over}.`, uws: standIn };
}

/** The builds differ in names: @rjweb/uws renamed what the official package calls us_*. */
interface AddOn {
  App(options?: object): unknown;
  us_listen_socket_close?: UwsApi['us_listen_socket_close'];
  us_socket_local_port?: UwsApi['us_socket_local_port'];
  closeSocket?: UwsApi['us_listen_socket_close'];
  getSocketPort?: UwsApi['us_socket_local_port'];
}

/** The add-on in our terms, or why it does not serve. */
function load(name: string): UwsApi | string {
  try {
    const addOn = require(name) as AddOn;
    const closeListen = addOn.us_listen_socket_close ?? addOn.closeSocket;
    const localPort = addOn.us_socket_local_port ?? addOn.getSocketPort;
    if (closeListen === undefined || localPort === undefined) return 'its API is not known here';
    return {
      App: () => adaptApp(addOn.App() as NativeApp),
      us_listen_socket_close: closeListen,
      us_socket_local_port: localPort,
    };
  } catch (error) {
    return reason(error);
  }
}

type NativeRequest = HttpRequest & { forEachHeader?: HttpRequest['forEach'] };
interface NativeApp {
  any(pattern: string, handle: (res: HttpResponse, req: NativeRequest) => void): unknown;
  listen(
    host: string,
    port: number,
    options: number,
    done: (socket: ListenSocket | false) => void,
  ): unknown;
  listen_unix(done: (socket: ListenSocket | false) => void, path: string): unknown;
  close(): unknown;
}

/**
 * `LIBUS_LISTEN_EXCLUSIVE_PORT`. By default it sets SO_REUSEPORT: a second gateway on the same port starts without a word,
 * and the kernel deals connections out to both, so that a session begun at one is not known at the other.
 */
const EXCLUSIVE_PORT = 1;

function adaptApp(native: NativeApp): App {
  const app: App = {
    any(pattern, handle) {
      native.any(pattern, (res, req) => {
        if (req.forEach === undefined) req.forEach = req.forEachHeader as HttpRequest['forEach'];
        handle(res, req);
      });
      return app;
    },
    listen(host, port, done) {
      native.listen(host, port, EXCLUSIVE_PORT, done);
      return app;
    },
    listenUnix(path, done) {
      native.listen_unix(done, path);
      return app;
    },
    close() {
      native.close();
      return app;
    },
  };
  return app;
}

/** The add-on wraps the loader's error in a guess of several lines; the loader's own line is the useful one. */
function reason(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  if (code === 'MODULE_NOT_FOUND') return 'not installed';
  const lines = String(message).split('\n');
  const own = lines.find((line) => line.startsWith('Error: '))?.slice('Error: '.length);
  return (own ?? lines[0] ?? '').slice(0, 200);
}
