/**
 * Stand-in for uWebSockets.js over node:http: the subset in `src/edge/http/uws-api.ts`, with the same contract.
 *
 * The edge and its tests run unchanged on either; only speed differs (see README.md). Where the add-on cuts a
 * connection by itself (slow headers, slow body, idle keep-alive), node:http is configured to do so too. A request that
 * the parser refuses is answered by node:http with a bare 400 and closed.
 */

import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo, ListenOptions, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { type Certificate, certificateOf } from '../src/auth/certificate.ts';
import type {
  AppLimits,
  HttpRequest,
  HttpResponse,
  ListenSocket,
  App as UwsApp,
} from '../src/edge/http/uws-api.ts';

/** What the add-on allows between two requests of one connection (its HTTP_IDLE_TIMEOUT_S). */
const IDLE_MS = 10_000;
/** Header block; the add-on's limit is of the same order. */
const HEADER_BYTES_MAX = 32 * 1024;
const SLICE_BYTES = 256 * 1024;
/** Above this two writes cost less than a copy more. */
const TEXT_BYTES_MAX = 16 * 1024;

class NodeListenSocket implements ListenSocket {
  readonly brand = 'listen socket';
  readonly server: Server;
  constructor(server: Server) {
    this.server = server;
  }
}

export function App(limits: AppLimits): UwsApp {
  return new NodeApp(limits);
}

export function us_listen_socket_close(socket: ListenSocket): void {
  (socket as NodeListenSocket).server.close();
}

export function us_socket_local_port(socket: ListenSocket): number {
  const address = (socket as NodeListenSocket).server.address() as AddressInfo | null;
  return address?.port ?? -1;
}

class NodeApp implements UwsApp {
  readonly #server: Server;
  readonly #tls: AppLimits['tls'];

  constructor(limits: AppLimits) {
    const options = {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.headersMs + limits.bodyMs,
      connectionsCheckingInterval: Math.min(1000, limits.headersMs),
      keepAliveTimeout: IDLE_MS,
      maxHeaderSize: HEADER_BYTES_MAX,
      noDelay: true,
    };
    const { tls } = limits;
    this.#tls = tls;
    this.#server =
      tls === undefined
        ? createServer(options)
        : createTlsServer({ ...options, ...tlsOptions(tls) });
    this.#server.maxConnections = limits.connectionsMax;
    this.#server.maxHeadersCount = 100;
  }

  any(_pattern: '/*', handle: (res: HttpResponse, req: HttpRequest) => void): UwsApp {
    this.#server.on('request', (incoming, outgoing) => {
      handle(new NodeResponse(incoming, outgoing), new NodeRequest(incoming));
    });
    return this;
  }

  listen(host: string, port: number, done: (socket: ListenSocket | false) => void): UwsApp {
    return this.#listen({ host, port }, done);
  }

  listenUnix(path: string, done: (socket: ListenSocket | false) => void): UwsApp {
    return this.#listen({ path }, done);
  }

  #listen(where: ListenOptions, done: (socket: ListenSocket | false) => void): UwsApp {
    const server = this.#server;
    const fail = () => done(false);
    server.once('error', fail);
    server.listen(where, () => {
      server.off('error', fail);
      done(new NodeListenSocket(server));
    });
    return this;
  }

  renewTls(): void {
    if (this.#tls !== undefined) (this.#server as TlsServer).setSecureContext(contextOf(this.#tls));
  }

  close(): UwsApp {
    this.#server.close();
    this.#server.closeAllConnections();
    return this;
  }
}

class NodeRequest implements HttpRequest {
  readonly #incoming: IncomingMessage;
  readonly #path: string;
  readonly #query: string | undefined;

  constructor(incoming: IncomingMessage) {
    this.#incoming = incoming;
    const url = incoming.url ?? '/';
    const at = url.indexOf('?');
    this.#path = at < 0 ? url : url.slice(0, at);
    this.#query = at < 0 ? undefined : url.slice(at + 1);
  }

  getMethod(): string {
    return (this.#incoming.method ?? '').toLowerCase();
  }

  getUrl(): string {
    return this.#path;
  }

  getQuery(): string | undefined {
    return this.#query;
  }

  /** rawHeaders, because `headers` joins or drops what was sent twice. */
  forEach(visit: (name: string, value: string) => void): void {
    const raw = this.#incoming.rawHeaders;
    for (let i = 0; i + 1 < raw.length; i += 2) visit(raw[i]!.toLowerCase(), raw[i + 1]!);
  }
}

class NodeResponse implements HttpResponse {
  readonly #incoming: IncomingMessage;
  readonly #outgoing: ServerResponse;
  #headers: string[] = [];
  #written = 0;
  #isEnding = false;
  #onAborted: (() => void) | null = null;
  #onWritable: ((offset: number) => boolean) | null = null;

  constructor(incoming: IncomingMessage, outgoing: ServerResponse) {
    this.#incoming = incoming;
    this.#outgoing = outgoing;
    // A reset while writing is reported by 'close' as well; without a listener it would end the process.
    incoming.on('error', () => {});
    outgoing.on('error', () => {});
    outgoing.on('close', () => {
      if (outgoing.writableFinished) return;
      const handle = this.#onAborted;
      this.#onAborted = null;
      handle?.();
    });
    outgoing.on('drain', () => this.#onWritable?.(this.#written));
  }

  writeStatus(status: string): HttpResponse {
    this.#outgoing.statusCode = Number(status.slice(0, 3));
    this.#outgoing.statusMessage = status.slice(4);
    return this;
  }

  writeHeader(name: string, value: string): HttpResponse {
    this.#headers.push(name, value);
    return this;
  }

  write(chunk: Buffer): boolean {
    this.#flushHeaders();
    this.#written += chunk.length;
    return this.#outgoing.write(chunk);
  }

  end(body?: Buffer | string, closeConnection = false): HttpResponse {
    if (closeConnection) this.writeHeader('connection', 'close');
    if (!this.#outgoing.headersSent)
      this.#setLength(body === undefined ? 0 : Buffer.byteLength(body));
    this.#flushHeaders();
    this.#endWith(body);
    // What was not read of a refused body must not arrive as the next request, nor be read to its end.
    if (closeConnection && !this.#incoming.complete) this.#closeSoon();
    return this;
  }

  /** In slices, copied as in `end`: node:http says nothing of how far a body has come, and a reader that is slow is not one that has stalled. */
  tryEnd(rest: Buffer, totalSize: number): [boolean, boolean] {
    if (this.#isEnding) return [true, this.#outgoing.writableFinished];
    if (!this.#outgoing.headersSent) this.#setLength(totalSize);
    this.#flushHeaders();
    let at = 0;
    while (rest.length - at > SLICE_BYTES) {
      const slice = Buffer.from(rest.subarray(at, at + SLICE_BYTES));
      at += slice.length;
      this.#written += slice.length;
      if (!this.#outgoing.write(slice)) return [false, false];
    }
    this.#isEnding = true;
    this.#outgoing.end(Buffer.from(rest.subarray(at)));
    if ((this.#outgoing.socket?.writableLength ?? 0) === 0) return [true, true];
    this.#outgoing.once('finish', () => this.#onWritable?.(totalSize));
    return [false, false];
  }

  cork(write: () => void): HttpResponse {
    // The socket and not the response: a corked response loses its order at the end, or its 'drain', in Node.js 22 and 24.
    const { socket } = this.#incoming;
    socket.cork();
    write();
    socket.uncork();
    return this;
  }

  onData(take: (chunk: ArrayBuffer | Uint8Array, isLast: boolean) => void): HttpResponse {
    // One chunk is held back, so that a body that came whole is handed out whole, as the add-on does.
    let held: Buffer | null = null;
    this.#incoming.on('data', (chunk: Buffer) => {
      if (held !== null) take(held, false);
      held = chunk;
    });
    this.#incoming.on('end', () => take(held ?? new ArrayBuffer(0), true));
    return this;
  }

  onAborted(handle: () => void): HttpResponse {
    this.#onAborted = handle;
    return this;
  }

  onWritable(drain: (offset: number) => boolean): HttpResponse {
    this.#onWritable = drain;
    return this;
  }

  close(): HttpResponse {
    this.#incoming.socket.destroy();
    return this;
  }

  getClientCertificate(): Certificate | undefined {
    return peerCertificate(this.#incoming.socket);
  }

  getRemoteAddressAsText(): ArrayBuffer {
    return addressOf(this.#incoming.socket);
  }

  /**
   * The add-on has copied the bytes when it returns; the caller may use their memory again. As a text the copy leaves in
   * one write with the headers; as a buffer it would be a second one.
   */
  #endWith(body: Buffer | string | undefined): void {
    if (typeof body !== 'object') this.#outgoing.end(body);
    else if (body.length > TEXT_BYTES_MAX) this.#outgoing.end(Buffer.from(body));
    else this.#outgoing.end(body.latin1Slice(), 'latin1');
  }

  #setLength(bytes: number): void {
    // RFC 9110 8.6: none on 204. The add-on always sends one for `end`, so does this.
    if (this.#outgoing.statusCode !== 204) this.writeHeader('content-length', String(bytes));
  }

  #flushHeaders(): void {
    if (this.#outgoing.headersSent) return;
    this.#outgoing.writeHead(
      this.#outgoing.statusCode,
      this.#outgoing.statusMessage || 'OK',
      this.#headers,
    );
  }

  /** Ends our side after the answer; the other side has a moment to read it before the connection is gone. */
  #closeSoon(): void {
    const { socket } = this.#incoming;
    this.#outgoing.once('finish', () => {
      this.#incoming.pause();
      setTimeout(() => socket.destroy(), 200).unref();
    });
  }
}

/** With authorities, a client without a certificate of theirs gets no further than the handshake. */
function tlsOptions(tls: NonNullable<AppLimits['tls']>) {
  const asks = tls.clientCa === undefined ? {} : { requestCert: true, rejectUnauthorized: true };
  return { ...contextOf(tls), ...asks };
}

function contextOf({ cert, key, clientCa }: NonNullable<AppLimits['tls']>) {
  return {
    cert: readFileSync(cert),
    key: readFileSync(key),
    minVersion: 'TLSv1.2' as const,
    ...(clientCa === undefined ? {} : { ca: readFileSync(clientCa) }),
  };
}

/** Read once for each connection. */
const CERTIFICATES = new WeakMap<Socket, Certificate>();

function peerCertificate(socket: Socket): Certificate | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const known = CERTIFICATES.get(socket);
  if (known !== undefined) return known;
  const x509 = socket.getPeerX509Certificate();
  if (x509 === undefined) return undefined;
  const read = certificateOf(x509);
  CERTIFICATES.set(socket, read);
  return read;
}

/** Made once for each connection. */
const ADDRESSES = new WeakMap<Socket, ArrayBuffer>();

function addressOf(socket: Socket): ArrayBuffer {
  const known = ADDRESSES.get(socket);
  if (known !== undefined) return known;
  const address = new TextEncoder().encode(socket.remoteAddress ?? '').buffer as ArrayBuffer;
  ADDRESSES.set(socket, address);
  return address;
}
