/**
 * Where clients arrive over HTTP: opens the listener, and closes it in order.
 *
 * The only entrance to this folder besides `stdio.ts`'s, which speaks the same gateway over pipes.
 */

import { rmSync } from 'node:fs';
import { createServer, isIPv6 } from 'node:net';
import type { Auth } from '../auth/auth.ts';
import { tlsFault } from '../lib/tls-files.ts';
import type { Caller } from '../model.ts';
import type { Collector } from '../telemetry/telemetry.ts';
import type { ListenConfig } from './config.ts';
import type { Gateway } from './contract.ts';
import { chooseFront, type Front } from './http/front.ts';
import { Lobby } from './http/lobby.ts';
import { listenForProxy } from './http/proxy-socket.ts';
import { Routes } from './http/routes.ts';
import type { App, ListenSocket } from './http/uws-api.ts';

export { chooseFront } from './http/front.ts';
export { serveStdio } from './stdio.ts';

/** What the edge says to the operator; pino's logger is one. */
export interface EdgeLog {
  info(words: string): void;
  error(fields: object, words: string): void;
}

export interface Edge {
  /** The endpoint of all servers. */
  readonly url: string;
  readonly port: number;
  readonly front: Front['name'];
  /** Values for /metrics. */
  collect(put: Parameters<Collector>[0]): void;
  /** Cuts whatever is open for these callers. */
  endCallers(isEnded: (caller: Caller) => boolean): void;
  /** Reads the files of TLS again, for connections to come. Throws where they cannot be used; the old ones serve on. */
  renewTls(): void;
  /** Stops accepting, lets requests in flight finish until the deadline, then cuts what is left. */
  close(deadlineMs: number): Promise<void>;
}

export async function startEdge(
  config: ListenConfig,
  gateway: Gateway,
  auth: Auth,
  log: EdgeLog,
): Promise<Edge> {
  const { tls } = config;
  if (tls !== undefined) mustBeUsable(tls);
  const front = await chooseFront(config.front, config.tls !== undefined);
  log.info(front.why);
  const onBug = (error: unknown) => {
    log.error({ err: error }, 'a request failed on a bug in the gateway');
  };
  const lobby = new Lobby(config, onBug, (refused) => gateway.happened(refused));
  const routes = new Routes(config, gateway, auth, lobby);
  const app = front.uws.App(config);
  app.any('/*', (res, req) => routes.handle(res, req, null));
  const socket = await listen(app, config);
  const port = front.uws.us_socket_local_port(socket);
  const proxied = await startProxied(config, front, routes, log).catch((error: unknown) => {
    front.uws.us_listen_socket_close(socket);
    app.close();
    throw error;
  });
  let closing: Promise<void> | null = null;
  const host = isIPv6(config.host) ? `[${config.host}]` : config.host;
  // Once: the add-on's close is native and unchecked, a second one ends the process.
  const shut = async (deadlineMs: number) => {
    front.uws.us_listen_socket_close(socket);
    proxied?.stop();
    await lobby.drain(deadlineMs);
    // We may still be in the add-on's callback for the last request, whose answer it writes when that returns.
    await new Promise((resolve) => setImmediate(resolve));
    app.close();
    proxied?.app.close();
  };
  return {
    url: `${config.tls === undefined ? 'http' : 'https'}://${host}:${port}/mcp`,
    port,
    front: front.name,
    collect(put) {
      put('sluice_connections', lobby.size);
      put('sluice_body_bytes', lobby.bodyBytes);
    },
    endCallers: (isEnded) => lobby.endCallers(isEnded),
    renewTls() {
      if (tls === undefined) return;
      mustBeUsable(tls);
      app.renewTls?.();
    },
    close(deadlineMs) {
      closing ??= shut(deadlineMs);
      return closing;
    },
  };
}

/** The socket of the proxy has an app of its own: that a request came over it is a fact, and no guess from an address. */
async function startProxied(config: ListenConfig, front: Front, routes: Routes, log: EdgeLog) {
  const { proxy } = config;
  if (proxy === undefined) return undefined;
  const app = front.uws.App({ ...config, tls: undefined });
  app.any('/*', (res, req) => routes.handle(res, req, proxy));
  const socket = await listenForProxy(app, proxy);
  log.info(`A proxy is served at ${proxy.socket}.`);
  const stop = () => {
    front.uws.us_listen_socket_close(socket);
    rmSync(proxy.socket, { force: true });
  };
  return { app, stop };
}

function mustBeUsable(tls: NonNullable<ListenConfig['tls']>): void {
  const fault = tlsFault(tls);
  if (fault !== undefined) throw new Error(`listen.tls.${fault.at}: ${fault.words}`);
}

async function listen(app: App, { host, port }: ListenConfig): Promise<ListenSocket> {
  const socket = await new Promise<ListenSocket | false>((resolve) => {
    app.listen(host, port, resolve);
  });
  if (socket !== false) return socket;
  const place = isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
  throw new Error(`${place}: ${await whyNot(host, port)}.`);
}

const WHY_NOT: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there',
  EACCES: 'this user may not listen on that port',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'there is no such host',
};

/** The web servers say only that they cannot; who tries again learns why. */
function whyNot(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', ({ code = '' }: NodeJS.ErrnoException) => {
      resolve(WHY_NOT[code] ?? `it cannot be listened on (${code})`);
    });
    server.listen({ host, port }, () => {
      server.close(() => resolve('it could not be listened on a moment ago'));
    });
  });
}
