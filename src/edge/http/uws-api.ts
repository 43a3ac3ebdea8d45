/**
 * The part of the uWebSockets.js API that the edge uses: everything behind it is written once, for every front end.
 *
 * The names are those of the official package. `front.ts` maps builds that name them differently, and
 * `native-free/uws.ts` implements them over node:http. Nothing here may be added that a front end cannot honour.
 */

import type { Certificate } from '../../auth/auth.ts';

export interface HttpRequest {
  /** Lower case. */
  getMethod(): string;
  /** The path as sent, without the query. */
  getUrl(): string;
  getQuery(): string | undefined;
  /** Every header line in order, names in lower case; a header sent twice comes twice. */
  forEach(visit: (name: string, value: string) => void): void;
}

/** Valid until its answer is complete or `onAborted` was called, and not to be touched after either. */
export interface HttpResponse {
  writeStatus(status: string): HttpResponse;
  writeHeader(name: string, value: string): HttpResponse;
  /** Part of a chunked body; false when it had to be buffered. */
  write(chunk: Buffer): boolean;
  end(body?: Buffer | string, closeConnection?: boolean): HttpResponse;
  /** [everything of this chunk was taken, the answer is complete]; go on in `onWritable` at its offset. */
  tryEnd(rest: Buffer, totalSize: number): [boolean, boolean];
  cork(write: () => void): HttpResponse;
  /** The add-on's memory of a chunk is its own again when `take` returns. */
  onData(take: (chunk: ArrayBuffer | Uint8Array, isLast: boolean) => void): HttpResponse;
  onAborted(handle: () => void): HttpResponse;
  onWritable(drain: (offset: number) => boolean): HttpResponse;
  /** Closes the connection at once; `onAborted` is called. */
  close(): HttpResponse;
  /** Of the other end of the connection; empty over a unix socket. */
  getRemoteAddressAsText(): ArrayBuffer;
  /** Of the connection; only a listener with TLS has them. */
  getClientCertificate?(): Certificate | undefined;
}

export interface ListenSocket {
  readonly brand?: 'listen socket';
}

export interface App {
  any(pattern: '/*', handle: (res: HttpResponse, req: HttpRequest) => void): App;
  listen(host: string, port: number, done: (socket: ListenSocket | false) => void): App;
  /** The file is made before this returns. */
  listenUnix(path: string, done: (socket: ListenSocket | false) => void): App;
  /** Reads the files of TLS again, for connections to come. Throws where they cannot be used; the old ones serve on. */
  renewTls?(): void;
  /** Closes the listen socket and every connection at once. */
  close(): App;
}

/** Limits that uWebSockets.js keeps by itself (headers, idle and stalled connections: measured 12 s) and node:http must be told. */
export interface AppLimits {
  readonly headersMs: number;
  readonly bodyMs: number;
  readonly connectionsMax: number;
  /** Paths of PEM files. */
  readonly tls?:
    | { readonly cert: string; readonly key: string; readonly clientCa?: string | undefined }
    | undefined;
}

export interface UwsApi {
  App(limits: AppLimits): App;
  us_listen_socket_close(socket: ListenSocket): void;
  us_socket_local_port(socket: ListenSocket): number;
}
