/**
 * How a connection to one remote origin is made: directly or through a proxy's tunnel, with which certificates, and
 * whether it must be HTTP/2.
 */

import type { TLSSocket } from 'node:tls';
import { buildConnector, Client } from 'undici';
import { proxyAuthorization } from './http-proxy.ts';
import { ConnectFault } from './http-reason.ts';
import { type TlsConfig, TlsFiles, type TlsMaterial } from './http-tls.ts';

export interface Way {
  readonly connectMs: number;
  readonly http2: boolean;
  readonly tls: TlsConfig;
  /** Reached by CONNECT; undefined for none. */
  readonly tunnel: URL | undefined;
}

type Connector = buildConnector.connector;
type Options = buildConnector.Options;
type Callback = buildConnector.Callback;

export function connectorFor(way: Way): Connector {
  const files = new TlsFiles(way.tls);
  let material: TlsMaterial | undefined;
  let connect: Connector | undefined;
  /** The connector over the certificates as they are now; it keeps TLS sessions, so it is kept as long as they are. */
  const current = (): Connector => {
    const now = files.read();
    if (connect === undefined || now !== material) {
      material = now;
      connect = buildConnector({ ...now, timeout: way.connectMs, allowH2: way.http2 });
    }
    return connect;
  };
  return (options, callback) => {
    const over: Callback = (...[error, socket]: Parameters<Callback>) => {
      if (error !== null) callback(owned(error), null);
      else if (way.http2 && (socket as TLSSocket).alpnProtocol !== 'h2') {
        socket.destroy();
        callback(new ConnectFault('it does not speak HTTP/2, which `http2` demands'), null);
      } else callback(null, socket);
    };
    try {
      const own = current();
      if (way.tunnel === undefined) own(options, over);
      else openTunnel(way.tunnel, way.connectMs, options, own, over);
    } catch (error) {
      callback(error as Error, null);
    }
  };
}

/** undici tries for ever where a connector of ours reports this code and the request named no server. */
function owned(error: Error & { code?: string }): Error {
  if (error.code !== 'ERR_TLS_CERT_ALTNAME_INVALID') return error;
  return new ConnectFault(
    'its certificate is for another name; `tls.servername` says which to expect',
  );
}

function openTunnel(
  proxy: URL,
  connectMs: number,
  options: Options,
  connect: Connector,
  callback: Callback,
): void {
  const port = options.port || '443';
  const authority = `${options.hostname.includes(':') ? `[${options.hostname}]` : options.hostname}:${port}`;
  const authorization = proxyAuthorization(proxy);
  // One for each tunnel: the connection becomes the tunnel. Our client certificate is not the proxy's business.
  const client = new Client(proxy.origin, {
    connect: { timeout: connectMs },
    headersTimeout: connectMs,
  });
  const headers = {
    host: authority,
    ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }),
  };
  client.connect({ path: authority, headers }, (error, data) => {
    if (error !== null) {
      callback(new ConnectFault(`the proxy cannot be reached (${codeOf(error)})`), null);
      void client.destroy();
    } else if (data.statusCode !== 200) {
      data.socket.on('error', () => {}).destroy();
      callback(new ConnectFault(proxyWords(data.statusCode)), null);
    } else {
      connect({ ...options, httpSocket: data.socket as TLSSocket }, callback);
    }
  });
}

function codeOf(error: Error & { code?: string }): string {
  return error.code ?? error.name;
}

export function proxyWords(status: number): string {
  return status === 407
    ? 'the proxy wants other credentials (407)'
    : `the proxy does not connect to it (${status})`;
}
