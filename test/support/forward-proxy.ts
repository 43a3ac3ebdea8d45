/**
 * A small real proxy: CONNECT tunnels and whole-URL requests. Every host name leads to the loopback, so that tests can
 * use names that exist nowhere.
 */

import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

export interface ProxyOptions {
  /** What Proxy-Authorization must say; without it everybody may pass. */
  readonly authorization?: string;
  /** Answers every CONNECT with this status. */
  readonly refuseWith?: number;
}

export class ForwardProxy {
  /** `CONNECT host:port`, or the URL of a request. */
  readonly seen: string[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(options: ProxyOptions) {
    this.#server = createServer((request, response) => {
      this.seen.push(String(request.url));
      if (!isAllowed(request, options)) {
        response.writeHead(407).end();
        return;
      }
      const { port, pathname, search, host } = new URL(String(request.url));
      const { 'proxy-authorization': _, ...headers } = request.headers;
      const onward = httpRequest(
        {
          host: '127.0.0.1',
          port,
          path: pathname + search,
          method: request.method,
          headers: { ...headers, host },
        },
        (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        },
      );
      onward.on('error', () => response.writeHead(502).end());
      request.pipe(onward);
    });
    this.#server.on('connection', (socket) => this.#keep(socket));
    this.#server.on('connect', (request: IncomingMessage, socket: Socket) => {
      this.seen.push(`CONNECT ${request.url}`);
      const status = isAllowed(request, options) ? options.refuseWith : 407;
      if (status !== undefined) {
        socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
        return;
      }
      const port = Number(String(request.url).split(':').at(-1));
      const onward = connect(port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.pipe(onward).pipe(socket);
      });
      this.#keep(onward);
      onward.on('error', () => socket.destroy());
    });
  }

  static async start(options: ProxyOptions = {}): Promise<ForwardProxy> {
    const made = new ForwardProxy(options);
    await new Promise<void>((resolve) => made.#server.listen(0, '127.0.0.1', resolve));
    return made;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  stop(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
  }
}

function isAllowed(request: IncomingMessage, { authorization }: ProxyOptions): boolean {
  return authorization === undefined || request.headers['proxy-authorization'] === authorization;
}
