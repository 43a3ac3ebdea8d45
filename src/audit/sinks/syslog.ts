/**
 * Syslog by RFC 5424 over TLS (RFC 5425) or plain TCP (RFC 6587, octet counting): one frame per record, the record as it stands
 * is the message.
 *
 * The protocol has no acknowledgement: taken is what the system has taken for a connection that still stands. What was on its
 * way when it broke is lost there, and not in the log.
 */

import { readFileSync } from 'node:fs';
import { connect, isIP, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { connect as connectTls } from 'node:tls';
import type { SinkConfig } from '../config.ts';
import { type Carried, SINK_MS, type Sink } from './sink.ts';

type Config = Extract<SinkConfig, { kind: 'syslog' }>;

const NOTICE = 5;
const WARNING = 4;

export class SyslogSink implements Sink {
  readonly #config: Config;
  readonly #host =
    hostname()
      .replace(/[^\x21-\x7e]/g, '')
      .slice(0, 255) || '-';
  #socket: Socket | null = null;

  constructor(config: Config) {
    this.#config = config;
  }

  async take(batch: readonly Carried[]): Promise<undefined> {
    const socket = this.#socket ?? (await this.#connect());
    const frames = Buffer.concat(batch.flatMap((one) => this.#frame(one)));
    return new Promise((resolve, reject) => {
      const fail = (error?: Error) => {
        clearTimeout(timer);
        socket.destroy();
        reject(error ?? new Error('the connection was closed'));
      };
      const timer = setTimeout(() => fail(new Error('it does not read')), SINK_MS);
      socket.once('close', fail);
      socket.write(frames, (error) => {
        socket.off('close', fail);
        if (error != null) return fail(error);
        clearTimeout(timer);
        resolve(undefined);
      });
    });
  }

  #frame({ line, record }: Carried): Buffer[] {
    const { outcome, time, kind } = record;
    const severity = outcome === 'failed' || outcome === 'refused' ? WARNING : NOTICE;
    const priority = this.#config.facility * 8 + severity;
    const text = `<${priority}>1 ${time} ${this.#host} sluice ${process.pid} ${kind} - `;
    return [Buffer.from(`${Buffer.byteLength(text) + line.length} ${text}`), line];
  }

  #connect(): Promise<Socket> {
    const { host, port, tls, ca } = this.#config;
    const authorities = ca === undefined ? {} : { ca: readFileSync(ca) };
    const socket: Socket = tls
      ? connectTls({
          host,
          port,
          ...(isIP(host) === 0 ? { servername: host } : {}),
          ...authorities,
        })
      : connect({ host, port });
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => socket.destroy(new Error('it does not answer')), SINK_MS);
      socket.once(tls ? 'secureConnect' : 'connect', () => {
        clearTimeout(timer);
        socket.off('error', reject);
        // Whoever writes next hears of it.
        socket.on('error', () => {});
        this.#socket = socket;
        resolve(socket);
      });
      socket.once('error', reject);
      socket.once('close', () => {
        clearTimeout(timer);
        if (this.#socket === socket) this.#socket = null;
        reject(new Error('the connection was closed'));
      });
      // Nothing is expected; what comes must not fill memory.
      socket.resume();
    });
  }

  close(): Promise<void> {
    const socket = this.#socket;
    if (socket === null) return Promise.resolve();
    return new Promise((resolve) => {
      socket.once('close', () => resolve());
      socket.end();
      setTimeout(() => socket.destroy(), 1_000).unref();
    });
  }
}
