/**
 * HTTP requests byte by byte, for what no HTTP client would send: doubled headers, broken framing, evil Host values.
 *
 * The reader understands content-length, chunked and read-to-close, and gives up at a deadline with what it has.
 */

import { connect, type Socket } from 'node:net';

export interface RawResponse {
  /** 0 when the connection ended without a status line. */
  status: number;
  /** Lower-case names; the values of a repeated header are joined with a comma and a space. */
  headers: Record<string, string>;
  body: string;
  /** Everything that arrived, undecoded. */
  raw: string;
  /** How it ended: complete by its own framing, closed by the server, or given up at the deadline. */
  end: 'complete' | 'closed' | 'deadline';
}

export type HeaderLine = readonly [name: string, value: string];

/** The bytes of a request, headers exactly as given; nothing is added but the blank line. */
export function requestBytes(
  method: string,
  path: string,
  headers: readonly HeaderLine[],
  body: string | Buffer = '',
): Buffer {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const head = Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines}\r\n`, 'latin1');
  return Buffer.concat([head, Buffer.from(body)]);
}

function unchunk(bytes: Buffer): Buffer | undefined {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const line = bytes.indexOf('\r\n', at);
    if (line < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, line), 16);
    if (Number.isNaN(size)) return undefined;
    if (size === 0) return Buffer.concat(parts);
    const end = line + 2 + size;
    if (bytes.length < end + 2) return undefined;
    parts.push(bytes.subarray(line + 2, end));
    at = end + 2;
  }
}

interface Parsed {
  response: Omit<RawResponse, 'end'>;
  isComplete: boolean;
}

function parse(bytes: Buffer): Parsed {
  const raw = bytes.toString('latin1');
  const split = bytes.indexOf('\r\n\r\n');
  if (split < 0) return { response: { status: 0, headers: {}, body: '', raw }, isComplete: false };
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, split).split('\r\n');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  const status = Number(statusLine.split(' ')[1] ?? 0);
  let body = bytes.subarray(split + 4);
  let isComplete = false;
  if (status === 100) return parse(body);
  if (status === 204 || status === 304) isComplete = true;
  else if (headers['transfer-encoding'] === 'chunked') {
    const whole = unchunk(body);
    isComplete = whole !== undefined;
    body = whole ?? body;
  } else if (headers['content-length'] !== undefined) {
    isComplete = body.length >= Number(headers['content-length']);
  }
  return { response: { status, headers, body: body.toString('utf8'), raw }, isComplete };
}

export interface ExchangeOptions {
  /** Returns what has arrived by then. */
  deadlineMs?: number;
  /** Pause between the pieces when several are given, so that they arrive as several. */
  pauseMs?: number;
}

async function writePieces(socket: Socket, pieces: readonly Buffer[], pauseMs: number) {
  for (const piece of pieces) {
    if (socket.destroyed) return;
    socket.write(piece);
    if (pieces.length > 1) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** Sends exactly these bytes (in pieces, if an array is given) and reads one response. */
export function exchange(
  url: string,
  bytes: string | Buffer | readonly (string | Buffer)[],
  { deadlineMs = 10_000, pauseMs = 20 }: ExchangeOptions = {},
): Promise<RawResponse> {
  const { hostname, port } = new URL(url);
  const list = Array.isArray(bytes) ? bytes : [bytes];
  const pieces = (list as (string | Buffer)[]).map((piece) =>
    Buffer.from(piece as string, 'latin1'),
  );
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let arrived: Buffer = Buffer.alloc(0);
    const finish = (end: RawResponse['end']) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ ...parse(arrived).response, end });
    };
    const timer = setTimeout(() => finish('deadline'), deadlineMs);
    socket.on('data', (chunk) => {
      arrived = Buffer.concat([arrived, chunk]);
      if (parse(arrived).isComplete) finish('complete');
    });
    socket.on('error', () => {});
    socket.on('close', () => finish('closed'));
    socket.on('connect', () => void writePieces(socket, pieces, pauseMs));
  });
}

/**
 * A POST with a JSON body and the usual headers; `headers` come after them, and one with the same name (any case)
 * replaces them all.
 */
export function rawPost(
  url: string,
  body: string | Buffer,
  headers: readonly HeaderLine[] = [],
  options: ExchangeOptions = {},
): Promise<RawResponse> {
  const { host, pathname, search } = new URL(url);
  const usual: HeaderLine[] = [
    ['Host', host],
    ['Content-Type', 'application/json'],
    ['Accept', 'application/json, text/event-stream'],
    ['Content-Length', String(Buffer.byteLength(body))],
  ];
  const replaced = new Set(headers.map(([name]) => name.toLowerCase()));
  const lines = [...usual.filter(([name]) => !replaced.has(name.toLowerCase())), ...headers];
  return exchange(url, requestBytes('POST', pathname + search, lines, body), options);
}
