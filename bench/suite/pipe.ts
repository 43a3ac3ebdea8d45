/**
 * The server alone: calls over its pipe, no HTTP, no relay. What every relay's figures contain and cannot go below.
 *
 * Runs inside the suite's own process, on the generator's CPU; `cpuUs` is the server's, `driverUs` what writing and
 * reading its pipe costs the other side.
 */

import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'hdr-histogram-js';
import { LATEST_LEGACY } from '../../src/protocol/eras.ts';
import { LineFramer } from '../../src/protocol/framing.ts';
import type { Cpus } from './cpus.ts';
import { cpuUs, launch, type Running } from './processes.ts';
import type { Backend } from './roster.ts';

const HEAD = '{"jsonrpc":"2.0","id":';
const ID = '"id":';
const ID_DIGITS_MAX = 6;
const HELLO_PARAMS = {
  protocolVersion: LATEST_LEGACY,
  capabilities: {},
  clientInfo: { name: 'bench', version: '1.0.0' },
};
const HELLO = `{"jsonrpc":"2.0","id":"hello","method":"initialize","params":${JSON.stringify(HELLO_PARAMS)}}\n`;
const INITIALIZED = '{"jsonrpc":"2.0","method":"notifications/initialized"}\n';
const LINE_BYTES_MAX = 1 << 24;
const ANSWER_MS = 10_000;

export interface PipeFigures {
  readonly backend: string;
  readonly bytes: number;
  readonly inFlight: number;
  readonly rps: number;
  readonly cpuUs: number;
  readonly driverUs: number;
  readonly p50: number;
  readonly p99: number;
}

interface Load {
  readonly bytes: number;
  readonly inFlight: number;
  readonly warmupMs: number;
  readonly durationMs: number;
}

export async function drivePipe(backend: Backend, load: Load, cpus: Cpus): Promise<PipeFigures> {
  const server = launch(backend.program, cpus.target);
  try {
    return await drive(server, backend, load);
  } finally {
    await server.stop();
  }
}

async function drive(server: Running, backend: Backend, load: Load): Promise<PipeFigures> {
  const { stdin, stdout } = server.child;
  if (stdin === null || stdout === null) throw new Error('a server without pipes');
  const framer = new LineFramer(LINE_BYTES_MAX);
  let onLine = (_line: Buffer) => {};
  stdout.on('data', (chunk: Buffer) => framer.push(chunk, (line) => onLine(line)));

  // The calls of a legacy server that was not initialized may be refused.
  if (backend.era === 'legacy') {
    const hello = new Promise<void>((resolve) => {
      onLine = () => resolve();
    });
    stdin.write(HELLO);
    await within(hello, server);
    stdin.write(INITIALIZED);
  }

  const calls = new Calls(load, stdin);
  onLine = (line) => calls.onLine(line);
  calls.begin();
  await sleep(load.warmupMs);
  const before = {
    server: cpuUs(server.pid),
    own: process.cpuUsage(),
    at: process.hrtime.bigint(),
  };
  calls.isCounting = true;
  await sleep(load.durationMs);
  calls.end();
  if (calls.count === 0) throw new Error(`no answer. ${server.stderr()}`);
  const own = process.cpuUsage(before.own);
  return {
    backend: backend.name,
    bytes: load.bytes,
    inFlight: load.inFlight,
    rps: (calls.count * 1e9) / Number(process.hrtime.bigint() - before.at),
    cpuUs: (cpuUs(server.pid) - before.server) / calls.count,
    driverUs: (own.user + own.system) / calls.count,
    p50: calls.ns.getValueAtPercentile(50) / 1000,
    p99: calls.ns.getValueAtPercentile(99) / 1000,
  };
}

/** A closed loop: each slot has one call in flight, and its number is the id. */
class Calls {
  readonly ns = build({ lowestDiscernibleValue: 1, highestTrackableValue: 6e10 });
  count = 0;
  isCounting = false;
  readonly #rest: string;
  readonly #stdin: Writable;
  readonly #sentAt: bigint[];
  #isOver = false;
  #waiting: string[] = [];

  constructor(load: Load, stdin: Writable) {
    this.#rest = restOfCall(load.bytes);
    this.#stdin = stdin;
    this.#sentAt = Array.from({ length: load.inFlight }, () => 0n);
  }

  begin(): void {
    for (const slot of this.#sentAt.keys()) this.#send(slot);
  }

  end(): void {
    this.#isOver = true;
    this.isCounting = false;
  }

  onLine(line: Buffer): void {
    const from = line.lastIndexOf(ID) + ID.length;
    const slot = Number.parseInt(
      line.latin1Slice(from, Math.min(from + ID_DIGITS_MAX, line.length)),
      10,
    );
    const sentAt = this.#sentAt[slot];
    if (sentAt === undefined) return;
    if (this.isCounting) {
      this.count++;
      this.ns.recordValue(Number(process.hrtime.bigint() - sentAt));
    }
    if (!this.#isOver) this.#send(slot);
  }

  #send(slot: number): void {
    if (this.#waiting.length === 0) setImmediate(() => this.#flush());
    this.#sentAt[slot] = process.hrtime.bigint();
    this.#waiting.push(`${HEAD}${slot}${this.#rest}`);
  }

  #flush(): void {
    this.#stdin.write(this.#waiting.join(''));
    this.#waiting = [];
  }
}

async function within(hello: Promise<void>, server: Running): Promise<void> {
  const late = sleep(ANSWER_MS, 'late', { ref: false });
  if ((await Promise.race([hello, late])) === 'late') {
    throw new Error(`no answer to initialize. ${server.stderr()}`);
  }
}

/** Everything of a call after its id, so that a message has `bytes` bytes or the fewest that it can have. */
function restOfCall(bytes: number): string {
  const make = (message: string) =>
    `,"method":"tools/call","params":{"name":"echo","arguments":{"message":"${message}"}}}\n`;
  const spare = bytes - HEAD.length - 2 - make('').length;
  return make('x'.repeat(Math.max(1, spare)));
}
