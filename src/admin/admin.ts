/**
 * The entrance to this folder: opens the listener of the admin API, and closes it.
 *
 * A port of its own, so that nothing that is served to clients leads here, and a firewall can tell them apart.
 */

import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { type AddressInfo, isIPv6 } from 'node:net';
import { tlsFault } from '../lib/tls-files.ts';
import type { AdminConfig } from './config.ts';
import type { AdminHouse, AdminLog } from './contract.ts';
import { Desk } from './listener.ts';

export type { AdminConfig } from './config.ts';
export type {
  AdminHouse,
  Change,
  Configuration,
  Deed,
  Difference,
  Measured,
  StopFile,
} from './contract.ts';
export { adminManual } from './manual.ts';

export interface Admin {
  readonly url: string;
  /** Who may do what from now on; where it listens counts at the next start. */
  configure(config: AdminConfig): void;
  /** Reads the files of TLS again, for connections to come. Throws where they cannot be used; the old ones serve on. */
  renewTls(): void;
  close(): Promise<void>;
}

/** Nobody here has a reason to be slow, or to be many. */
const HEADERS_MS = 3_000;
const REQUEST_MS = 5_000;
const IDLE_MS = 5_000;
const CONNECTIONS_MAX = 128;
const HEADER_BYTES_MAX = 16 * 1024;

/** Rejects where it cannot listen. */
export async function startAdmin(
  config: AdminConfig,
  house: AdminHouse,
  log: AdminLog,
): Promise<Admin> {
  const desk = new Desk(config, house, log);
  const options = {
    headersTimeout: HEADERS_MS,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: IDLE_MS,
    connectionsCheckingInterval: 1000,
    maxHeaderSize: HEADER_BYTES_MAX,
  };
  const { tls, host } = config;
  const server =
    tls === undefined
      ? createServer(options)
      : createTlsServer({ ...options, handshakeTimeout: HEADERS_MS, ...tlsOptions(tls) });
  server.maxConnections = CONNECTIONS_MAX;
  server.maxHeadersCount = 100;
  server.on('request', (request, response) => void desk.handle(request, response));
  const { port } = await listening(server, config);
  const url = `${tls === undefined ? 'http' : 'https'}://${isIPv6(host) ? `[${host}]` : host}:${port}`;
  log.info({ url }, 'the admin API is open');
  return {
    url,
    configure: (next) => desk.configure(next),
    renewTls() {
      if (tls !== undefined) (server as TlsServer).setSecureContext(tlsOptions(tls));
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listening(server: Server, { host, port }: AdminConfig): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve(server.address() as AddressInfo);
    });
  });
}

function tlsOptions(tls: NonNullable<AdminConfig['tls']>) {
  const fault = tlsFault(tls);
  if (fault !== undefined) throw new Error(`admin.tls.${fault.at}: ${fault.words}`);
  const { clientCa } = tls;
  return {
    cert: readFileSync(tls.cert),
    key: readFileSync(tls.key),
    minVersion: 'TLSv1.2' as const,
    ...(clientCa === undefined
      ? {}
      : { ca: readFileSync(clientCa), requestCert: true, rejectUnauthorized: true }),
  };
}
