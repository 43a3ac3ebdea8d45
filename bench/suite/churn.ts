/**
 * Connection churn: every call comes on a connection of its own, as short-lived agents and naive clients do it.
 *
 * Counts whole lives: connect, call, answer, close. Runs in the suite's process on the generator's CPU; both sides of a
 * ratio pay for it alike.
 */

import { connect } from 'node:net';
import { callRequest, credentials, type Era } from './control.ts';

const DRAIN_MS = 5000;

export interface ChurnFigures {
  readonly lives: number;
  readonly failed: number;
  readonly perSecond: number;
}

interface Churn {
  readonly url: string;
  readonly era: Era;
  readonly session: string;
  readonly callers: number;
  readonly durationMs: number;
}

export async function churn(plan: Churn): Promise<ChurnFigures> {
  const { hostname, port } = new URL(plan.url);
  const until = Date.now() + plan.durationMs;
  const started = process.hrtime.bigint();
  let lives = 0;
  let failed = 0;
  let id = 1000;
  const caller = async () => {
    while (Date.now() < until) {
      if (await live(hostname, Number(port), requestOf(plan, id++))) lives++;
      else failed++;
    }
  };
  await Promise.all(Array.from({ length: plan.callers }, caller));
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  return { lives, failed, perSecond: lives / seconds };
}

/** Ids are never used twice: the callers share a session. */
function requestOf({ url, era, session }: Churn, id: number): string {
  const { host, pathname } = new URL(url);
  const { headers, body } = callRequest(era, id, 'echo', { message: 'x'.repeat(150) }, session);
  const all = { ...headers, ...credentials(url) };
  const lines = Object.entries({ ...all, 'content-length': String(Buffer.byteLength(body)) });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n${head}\r\n${body}`;
}

/** True when a result came. The client closes, with a reset, or a run would end for want of ports. */
function live(host: string, port: number, request: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, noDelay: true });
    let text = '';
    const end = (isGood: boolean) => {
      socket.resetAndDestroy();
      resolve(isGood);
    };
    socket.setTimeout(DRAIN_MS, () => end(false));
    socket.on('error', () => end(false));
    socket.on('close', () => resolve(false));
    socket.on('connect', () => socket.write(request));
    socket.on('data', (chunk: Buffer) => {
      text += chunk.latin1Slice();
      if (text.includes('"result"')) end(true);
      else if (text.length > 4096) end(false);
    });
  });
}
