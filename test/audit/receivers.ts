/**
 * A log and the receivers of its sinks, for their tests: what they share of it. All are closed when the tests of a file end.
 */

import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Socket, Server as TcpServer } from 'node:net';
import { after } from 'node:test';
import { Audit } from '../../src/audit/audit.ts';
import { auditSchema } from '../../src/audit/config.ts';
import { newKeys } from '../../src/audit/seal.ts';
import { createLog } from '../../src/telemetry/telemetry.ts';
import { type Json, pause } from '../e2e/running-gateway.ts';

export const KEYS = newKeys();
export const audits: Audit[] = [];
export const servers: (Server | TcpServer)[] = [];
after(async () => {
  await Promise.all(audits.map((audit) => audit.close(0)));
  for (const server of servers) server.close();
});

export async function opened(
  dir: string,
  sinks: Json[],
  rest: Json = {},
  log = createLog({ log: 'silent' }),
): Promise<Audit> {
  const config = auditSchema.parse({ dir, sinks, signKey: KEYS.privateKey, flushMs: 5, ...rest });
  const audit = await Audit.open(config, log);
  audits.push(audit);
  return audit;
}

export let count = 0;
export function put(audit: Audit, many: number): void {
  for (let i = 0; i < many; i++) {
    const outcome = count % 3 === 0 ? 'refused' : 'ok';
    audit.write(
      `"time":"${new Date().toISOString()}","kind":"call","n":${count++},"outcome":"${outcome}","tool":"t","arguments":{"outcome":"failed"}`,
    );
  }
}

/** One of a size that matters. */
export function putPadded(audit: Audit, pad: string): void {
  const time = new Date().toISOString();
  audit.write(`"time":"${time}","kind":"call","n":${count++},"pad":"${pad}"`);
}

export function numbers(lines: readonly string[]): number[] {
  return lines.flatMap((line) => (JSON.parse(line) as { n?: number }).n ?? []);
}

export function inOrder(found: readonly number[]): boolean {
  return found.every((n, at) => at === 0 || n === found[at - 1]! + 1);
}

/** Without a line that is still being written. */
export function textOf(path: string): string {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return text.slice(0, text.lastIndexOf('\n') + 1);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const piece of request) body += piece;
  return body;
}

/** Answers each batch as it is told to, and keeps those that it has taken. */
export class Hook {
  readonly server: Server;
  readonly batches: { headers: IncomingMessage['headers']; body: string }[] = [];
  status = 200;
  /** What a batch is answered with in place of that. */
  judge: (body: string) => number | undefined = () => undefined;
  delayMs = 0;
  attempts = 0;

  constructor() {
    this.server = createServer(async (request, response) => {
      const body = await bodyOf(request);
      this.attempts += 1;
      if (this.delayMs > 0) await pause(this.delayMs);
      const status = this.judge(body) ?? this.status;
      if (status === 200) this.batches.push({ headers: request.headers, body });
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
    });
    servers.push(this.server);
  }

  listen(port = 0): Promise<string> {
    return new Promise((resolve) => {
      this.server.listen(port, '127.0.0.1', () => {
        const address = this.server.address() as { port: number };
        resolve(`http://127.0.0.1:${address.port}/hook`);
      });
    });
  }

  get lines(): string[] {
    return this.batches.flatMap(({ body }) => body.trimEnd().split('\n'));
  }

  /** Where they are OTLP's. */
  get logRecords(): Json[] {
    return this.batches.flatMap(({ body }) => {
      const { resourceLogs } = JSON.parse(body) as {
        resourceLogs: { scopeLogs: { logRecords: Json[] }[] }[];
      };
      return resourceLogs.flatMap(({ scopeLogs }) => scopeLogs.flatMap((one) => one.logRecords));
    });
  }
}

/** Frames by octet counting (RFC 6587 3.4.1). */
export function framesOf(socket: Socket, take: (frame: string) => void): void {
  let rest = Buffer.alloc(0);
  socket.on('data', (piece) => {
    rest = Buffer.concat([rest, piece]);
    for (;;) {
      const space = rest.indexOf(' ');
      const length = Number(rest.subarray(0, Math.max(0, space)).toString());
      if (space < 0 || rest.length < space + 1 + length) return;
      take(rest.subarray(space + 1, space + 1 + length).toString());
      rest = rest.subarray(space + 1 + length);
    }
  });
  socket.on('error', () => {});
}
