/**
 * One keep-alive connection that sees everything a server sends on it, and nothing between: an HTTP client would hide a
 * second answer, or bytes after one.
 *
 * One request at a time. It understands content-length, chunked, and event streams.
 */

import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Reply {
  readonly status: number;
  readonly sessionId: string;
  /** Every JSON-RPC message of the body, in order; undefined where the body is something else. */
  readonly messages: readonly RpcMessage[] | undefined;
  readonly body: string;
}

export interface RpcMessage {
  readonly id?: string | number | null;
  readonly method?: string;
  readonly result?: { readonly content?: readonly { readonly text?: string }[] };
  readonly error?: { readonly code: number; readonly message: string; readonly data?: object };
}

/** How a client may behave badly while it sends and reads. */
export interface Manners {
  /** Leaves after so long. */
  readonly leaveMs?: number;
  /** Stops in the middle of the request for so long. */
  readonly hesitateMs?: number;
  /** Pauses for so long after each chunk of the answer. */
  readonly sipMs?: number;
}

/** Only keeps a broken gateway from hanging the suite. */
const PATIENCE_MS = 60_000;

export class Connection {
  readonly #host: string;
  readonly #port: number;
  readonly #onExcess: (bytes: string) => void;
  #socket: Socket | null = null;
  #chunks: Buffer[] = [];
  #length = 0;
  /** Parsing is not tried before so many bytes are there. */
  #needed = 0;
  #sipMs = 0;
  #done: ((outcome: Reply | string) => void) | null = null;

  /** `onExcess` is told what arrives while nothing was asked. */
  constructor(url: string, onExcess: (bytes: string) => void) {
    const { hostname, port } = new URL(url);
    this.#host = hostname;
    this.#port = Number(port);
    this.#onExcess = onExcess;
  }

  /** The one answer; or, as text, how it came that there is none. */
  async exchange(request: Buffer, manners: Manners = {}): Promise<Reply | string> {
    const socket = this.#socket ?? this.#connect();
    this.#sipMs = manners.sipMs ?? 0;
    const outcome = new Promise<Reply | string>((resolve) => {
      this.#done = resolve;
    });
    const timer = setTimeout(() => this.#finish('no answer in time'), PATIENCE_MS);
    const leaving =
      manners.leaveMs === undefined
        ? undefined
        : setTimeout(() => this.#finish('left'), manners.leaveMs);
    if (manners.hesitateMs === undefined) socket.write(request);
    else {
      const half = request.length >> 1;
      socket.write(request.subarray(0, half));
      await sleep(manners.hesitateMs);
      if (!socket.destroyed) socket.write(request.subarray(half));
    }
    const got = await outcome;
    clearTimeout(timer);
    clearTimeout(leaving);
    if (typeof got === 'string') this.close();
    return got;
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = null;
    this.#clear();
  }

  #connect(): Socket {
    const socket = connect({ host: this.#host, port: this.#port, noDelay: true });
    this.#socket = socket;
    this.#clear();
    socket.on('error', () => {});
    socket.on('data', (chunk) => this.#take(socket, chunk));
    socket.on('close', () => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      this.#finish('closed');
    });
    return socket;
  }

  #clear(): void {
    this.#chunks = [];
    this.#length = 0;
    this.#needed = 0;
  }

  #take(socket: Socket, chunk: Buffer): void {
    if (this.#socket !== socket) return;
    if (this.#done === null) {
      this.#onExcess(chunk.latin1Slice(0, 300));
      return;
    }
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#sipMs > 0) {
      socket.pause();
      setTimeout(() => socket.resume(), this.#sipMs);
    }
    if (this.#length < this.#needed) return;
    const bytes = Buffer.concat(this.#chunks);
    this.#chunks = [bytes];
    const found = parse(bytes);
    if (typeof found === 'number') {
      this.#needed = found;
      return;
    }
    this.#clear();
    const { reply, end } = found;
    if (end < bytes.length) this.#onExcess(bytes.latin1Slice(end, end + 300));
    this.#finish(reply);
  }

  #finish(outcome: Reply | string): void {
    const done = this.#done;
    this.#done = null;
    done?.(outcome);
  }
}

/** The response and where it ends; or how many bytes there must be at least to try again. */
function parse(bytes: Buffer): { reply: Reply; end: number } | number {
  const split = bytes.indexOf('\r\n\r\n');
  if (split < 0) return bytes.length + 1;
  const head = bytes.latin1Slice(0, split);
  const header = (name: string) => new RegExp(`^${name}: *(.*)$`, 'im').exec(head)?.[1] ?? '';
  const status = Number(head.split(' ')[1]);
  const start = split + 4;
  let end = start + Number(header('content-length') || 0);
  let body: Buffer;
  if (/chunked/i.test(header('transfer-encoding'))) {
    const found = unchunk(bytes, start);
    if (found === undefined) return bytes.length + 1;
    body = found.body;
    end = found.end;
  } else {
    if (bytes.length < end) return end;
    body = bytes.subarray(start, end);
  }
  const text = body.toString();
  const messages = messagesOf(text, header('content-type'));
  const sessionId = header('mcp-session-id');
  return { reply: { status, sessionId, messages, body: text.slice(0, 300) }, end };
}

function unchunk(bytes: Buffer, start: number): { body: Buffer; end: number } | undefined {
  const parts: Buffer[] = [];
  for (let at = start; ; ) {
    const line = bytes.indexOf('\r\n', at);
    if (line < 0) return undefined;
    const size = Number.parseInt(bytes.latin1Slice(at, line), 16);
    const end = line + 2 + size;
    if (bytes.length < end + 2) return undefined;
    if (size === 0) return { body: Buffer.concat(parts), end: end + 2 };
    parts.push(bytes.subarray(line + 2, end));
    at = end + 2;
  }
}

function messagesOf(text: string, type: string): RpcMessage[] | undefined {
  if (text === '') return [];
  try {
    if (type.startsWith('application/json')) return [JSON.parse(text) as RpcMessage];
    if (!type.startsWith('text/event-stream')) return undefined;
    const data = text.split('\n').filter((line) => line.startsWith('data: '));
    return data.filter((line) => line.length > 6).map((line) => JSON.parse(line.slice(6)));
  } catch {
    return undefined;
  }
}
