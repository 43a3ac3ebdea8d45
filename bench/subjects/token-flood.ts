/**
 * Floods an endpoint with requests whose credential is wrong, no two alike: `token-flood.js PORT RATE MS PREFIX SIGNATURE`.
 *
 * Each request carries PREFIX and SIGNATURE random bytes in base64url; PREFIX `key` makes well-formed API keys instead, and
 * `none` sends no credential. GET, so that no body is in the way; sent on a schedule over raw sockets, to be cheap beside what
 * is measured. Prints `{"sent": n, "statuses": {"401": n}}`.
 */

import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { makeKey } from '../../src/auth/auth.ts';

const [port, rate, durationMs, signatureBytes] = [2, 3, 4, 6].map((at) => Number(process.argv[at]));
const prefix = process.argv[5] ?? 'none';
const CONNECTIONS = 32;
const TICK_MS = 2;

const statuses: Record<string, number> = {};
const free: Socket[] = [];
let sent = 0;

function credential(): string {
  if (prefix === 'none') return '';
  const token =
    prefix === 'key' ? makeKey().key : prefix + randomBytes(signatureBytes!).toString('base64url');
  return `Authorization: Bearer ${token}\r\n`;
}

function open(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port!, '127.0.0.1', () => {
      socket.setNoDelay(true);
      free.push(socket);
      resolve();
    });
    let text = '';
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
      if (end < 0 || text.length < end + 4 + length) return;
      const status = text.slice(9, 12);
      statuses[status] = (statuses[status] ?? 0) + 1;
      text = '';
      free.push(socket);
    });
  });
}

await Promise.all(Array.from({ length: CONNECTIONS }, open));
const startAt = performance.now();
const timer = setInterval(() => {
  const sinceMs = performance.now() - startAt;
  if (sinceMs > durationMs!) {
    clearInterval(timer);
    console.log(JSON.stringify({ sent, statuses }));
    process.exit(0);
  }
  while (sent < (sinceMs / 1000) * rate! && free.length > 0) {
    const socket = free.pop()!;
    sent += 1;
    socket.write(
      `GET /mcp HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n${credential()}\r\n`,
    );
  }
}, TICK_MS);
