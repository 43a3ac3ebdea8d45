/**
 * The floor: what a relay on Node.js cannot avoid. `floor.js uws|node PORT COMMAND ARGS…`
 * With BENCH_STOPWATCH=1 it times itself as a Sluice with `telemetry.stopwatch` does, and says so on SIGUSR2.
 *
 * HTTP in, the id replaced by bytes, one coalesced write to a child on stdio per turn of the loop, lines out, the
 * client's id put back, one corked answer. No check, no session, no route, no limit, no timeout, and it trusts that the
 * id stands where the load generator writes it. Not a gateway; do not deploy it.
 */

import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { type Lap, stopwatch } from '../../src/lib/stopwatch.ts';
import { startStopwatch } from '../../src/telemetry/stopwatch.ts';

interface Reply {
  send(bytes: Buffer): void;
  readonly lap: Lap | null;
}
interface UwsResponse {
  onData(take: (chunk: ArrayBuffer, isLast: boolean) => void): void;
  onAborted(handle: () => void): void;
  cork(write: () => void): void;
  writeStatus(status: string): void;
  writeHeader(name: string, value: string): void;
  end(body: Buffer): void;
}
interface Uws {
  App(): {
    any(pattern: string, handle: (res: UwsResponse) => void): void;
    listen(host: string, port: number, done: (socket: unknown) => void): void;
  };
}
interface Waiting {
  readonly id: Buffer;
  readonly reply: Reply;
}

const [, , front = 'uws', port = '0', command = 'node', ...args] = process.argv;
const HEAD = Buffer.from('{"jsonrpc":"2.0","id":');
const ID = Buffer.from('"id":');
const NONE = Buffer.alloc(0);
const LF = 0x0a;
const COMMA = 0x2c;

const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
child.on('exit', () => process.exit(1));
process.stdin.on('end', () => child.stdin.end()).resume();

const waiting = new Map<number, Waiting>();
let counter = 0;
let pending: Buffer[] = [];

if (process.env.BENCH_STOPWATCH === '1') {
  const report = startStopwatch();
  process.on('SIGUSR2', () => console.error(JSON.stringify({ stopwatch: report() })));
}

function onTurn(): void {
  if (stopwatch.isOn) stopwatch.flush(child, flush);
  else flush();
}

function flush(): void {
  const bytes = Buffer.concat(pending);
  pending = [];
  child.stdin.write(bytes);
}

function relay(body: Buffer, reply: Reply): void {
  if (pending.length === 0) setImmediate(onTurn);
  // A notification has no id and no answer.
  if (body.compare(HEAD, 0, HEAD.length, 0, HEAD.length) !== 0) {
    pending.push(body, Buffer.from('\n'));
    reply.send(NONE);
    return;
  }
  const idEnd = body.indexOf(COMMA, HEAD.length);
  const own = ++counter;
  waiting.set(own, { id: Buffer.from(body.subarray(HEAD.length, idEnd)), reply });
  const line = Buffer.allocUnsafe(HEAD.length + 11 + body.length - idEnd);
  let end = HEAD.copy(line, 0);
  end += line.latin1Write(String(own), end);
  end += body.copy(line, end, idEnd);
  line[end] = LF;
  pending.push(line.subarray(0, end + 1));
  if (stopwatch.isOn) stopwatch.queue(child);
}

/** Where the id stands: ours and most servers write it in front, the SDK's servers at the end. */
function spanOf(line: Buffer): [number, number] {
  const isInFront = line.compare(HEAD, 0, HEAD.length, 0, HEAD.length) === 0;
  if (isInFront) return [HEAD.length, line.indexOf(COMMA, HEAD.length)];
  return [line.lastIndexOf(ID) + ID.length, line.length - 1];
}

function answer(line: Buffer): void {
  const [idStart, idEnd] = spanOf(line);
  const own = Number(line.latin1Slice(idStart, idEnd));
  const found = waiting.get(own);
  if (found === undefined) return;
  waiting.delete(own);
  const bytes = Buffer.allocUnsafe(found.id.length + line.length + idStart - idEnd);
  let end = line.copy(bytes, 0, 0, idStart);
  end += found.id.copy(bytes, end);
  line.copy(bytes, end, idEnd);
  const { reply } = found;
  if (reply.lap === null) reply.send(bytes);
  else stopwatch.end(reply.lap, () => reply.send(bytes));
}

let tail: Buffer | null = null;
child.stdout.on('data', (chunk: Buffer) => {
  const bytes = tail === null ? chunk : Buffer.concat([tail, chunk]);
  let from = 0;
  for (let at = bytes.indexOf(LF, tail?.length ?? 0); at >= 0; at = bytes.indexOf(LF, from)) {
    const line = bytes.subarray(from, at);
    if (stopwatch.isOn) stopwatch.arrived(() => answer(line));
    else answer(line);
    from = at + 1;
  }
  tail = from < bytes.length ? bytes.subarray(from) : null;
});

const ready = () => console.log('ready');

function serveUws(): void {
  const app = (createRequire(import.meta.url)('@rjweb/uws') as Uws).App();
  app.any('/*', (res) => {
    if (stopwatch.isOn) stopwatch.start();
    const lap = stopwatch.current;
    let body = NONE;
    let isGone = false;
    res.onAborted(() => {
      isGone = true;
    });
    const send = (bytes: Buffer) => {
      if (isGone) return;
      res.cork(() => {
        res.writeStatus(bytes === NONE ? '202 Accepted' : '200 OK');
        res.writeHeader('content-type', 'application/json');
        res.end(bytes);
      });
    };
    res.onData((chunk, isLast) => {
      if (lap !== null) stopwatch.resume(lap);
      // The memory of a chunk is the server's again when this returns.
      body = Buffer.concat([body, Buffer.from(chunk)]);
      if (isLast) relay(body, { send, lap });
      stopwatch.pause();
    });
    stopwatch.pause();
  });
  app.listen('127.0.0.1', Number(port), ready);
}

function serveNode(): void {
  const server = createServer((req, res) => {
    if (stopwatch.isOn) stopwatch.start();
    const lap = stopwatch.current;
    const chunks: Buffer[] = [];
    const send = (bytes: Buffer) => {
      const headers = { 'content-type': 'application/json', 'content-length': bytes.length };
      res.writeHead(bytes === NONE ? 202 : 200, headers).end(bytes);
    };
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      if (lap !== null) stopwatch.resume(lap);
      relay(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks), { send, lap });
      stopwatch.pause();
    });
    stopwatch.pause();
  });
  server.listen(Number(port), '127.0.0.1', ready);
}

if (front === 'node') serveNode();
else serveUws();
