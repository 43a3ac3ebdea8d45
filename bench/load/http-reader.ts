/**
 * Reads HTTP/1.1 answers, one at a time, out of whatever pieces they arrive in (RFC 9112).
 *
 * Made to cost little: servers repeat their head byte for byte but for the date, so a head that equals the last one is
 * not read again. Bodies are handed on as spans of the read buffer. Framing that is wrong ends the connection.
 */

const HEAD_BYTES_MAX = 64 * 1024;
const HEAD_END = Buffer.from('\r\n\r\n');
const LF = 0x0a;
const CR = 0x0d;
const SEMICOLON = 0x3b;
const TO_CLOSE = -1;
const CHUNKED = -2;

const State = { head: 0, length: 1, toClose: 2, chunkSize: 3, chunk: 4, chunkEnd: 5, trailer: 6 };

export interface BodySink {
  /** False ends the reading for good. */
  body(bytes: Buffer, start: number, end: number): boolean;
  end(): void;
}

interface Head {
  readonly status: number;
  /** Bytes of the body, or TO_CLOSE or CHUNKED. */
  readonly bodyBytes: number;
  readonly isStream: boolean;
  readonly willClose: boolean;
}

const NO_HEAD: Head = { status: 0, bodyBytes: 0, isStream: false, willClose: false };

export class HttpReader {
  readonly #sink: BodySink;
  #state = State.head;
  #head = NO_HEAD;
  /** The bytes that `#head` was read from. */
  #headBytes: Buffer = Buffer.alloc(0);
  #partial: Buffer | null = null;
  /** What is to come of the body, or of the chunk. */
  #left = 0;
  #sizeText = '';

  constructor(sink: BodySink) {
    this.#sink = sink;
  }

  get status(): number {
    return this.#head.status;
  }

  get isStream(): boolean {
    return this.#head.isStream;
  }

  get willClose(): boolean {
    return this.#head.willClose;
  }

  reset(): void {
    this.#state = State.head;
    this.#partial = null;
    this.#sizeText = '';
  }

  /** False where this is not HTTP, or the sink has had enough. */
  feed(bytes: Buffer): boolean {
    let at = 0;
    while (at >= 0 && at < bytes.length) {
      const state = this.#state;
      if (state === State.head) at = this.#readHead(bytes, at);
      else if (state === State.chunkSize || state === State.trailer) at = this.#readLine(bytes, at);
      else if (state === State.chunkEnd) at = this.#skipChunkEnd(bytes, at);
      else at = this.#readBody(bytes, at);
    }
    return at >= 0;
  }

  /** The connection ended. True where that is how the answer was to end. */
  close(): boolean {
    if (this.#state !== State.toClose) return false;
    this.#end();
    return true;
  }

  #readHead(bytes: Buffer, at: number): number {
    const known = this.#headBytes;
    const { length } = known;
    if (
      this.#partial === null &&
      length > 0 &&
      bytes.length - at >= length &&
      bytes.compare(known, 0, length, at, at + length) === 0
    ) {
      return this.#begin(at + length);
    }
    const all = this.#partial === null ? bytes : Buffer.concat([this.#partial, bytes]);
    const from = this.#partial === null ? at : 0;
    const end = all.indexOf(HEAD_END, from);
    if (end < 0) {
      if (all.length - from > HEAD_BYTES_MAX) return -1;
      this.#partial = Buffer.from(all.subarray(from));
      return bytes.length;
    }
    const skipped = this.#partial?.length ?? 0;
    this.#partial = null;
    const head = headOf(all.latin1Slice(from, end));
    if (head === undefined) return -1;
    const next = end + HEAD_END.length - skipped;
    // 100 Continue and the like announce an answer and are none.
    if (head.status < 200) return next;
    this.#head = head;
    this.#headBytes = Buffer.from(all.subarray(from, end + HEAD_END.length));
    return this.#begin(next);
  }

  #begin(at: number): number {
    const { bodyBytes } = this.#head;
    this.#left = bodyBytes;
    if (bodyBytes === 0) this.#end();
    else if (bodyBytes > 0) this.#state = State.length;
    else this.#state = bodyBytes === CHUNKED ? State.chunkSize : State.toClose;
    return at;
  }

  #readBody(bytes: Buffer, at: number): number {
    if (this.#state === State.toClose) {
      return this.#sink.body(bytes, at, bytes.length) ? bytes.length : -1;
    }
    const end = Math.min(bytes.length, at + this.#left);
    this.#left -= end - at;
    if (!this.#sink.body(bytes, at, end)) return -1;
    if (this.#left > 0) return end;
    if (this.#state === State.length) this.#end();
    else {
      this.#state = State.chunkEnd;
      this.#left = 2;
    }
    return end;
  }

  #skipChunkEnd(bytes: Buffer, at: number): number {
    const byte = bytes[at];
    if (byte !== CR && byte !== LF) return -1;
    this.#left--;
    if (byte === LF) this.#state = State.chunkSize;
    else if (this.#left === 0) return -1;
    return at + 1;
  }

  /** A chunk's size, or a line after the last chunk. */
  #readLine(bytes: Buffer, at: number): number {
    const lf = bytes.indexOf(LF, at);
    const end = lf < 0 ? bytes.length : lf;
    if (this.#state === State.chunkSize && this.#sizeText === '' && lf >= 0) {
      return this.#setSize(hexOf(bytes, at, lf), lf + 1);
    }
    this.#sizeText += bytes.latin1Slice(at, end);
    if (this.#sizeText.length > HEAD_BYTES_MAX) return -1;
    if (lf < 0) return end;
    const text = this.#sizeText;
    this.#sizeText = '';
    if (this.#state === State.chunkSize) {
      const line = Buffer.from(text, 'latin1');
      return this.#setSize(hexOf(line, 0, line.length), lf + 1);
    }
    if (text === '' || text === '\r') this.#end();
    return lf + 1;
  }

  #setSize(size: number, next: number): number {
    if (size < 0) return -1;
    this.#left = size;
    this.#state = size === 0 ? State.trailer : State.chunk;
    return next;
  }

  #end(): void {
    this.#state = State.head;
    this.#sink.end();
  }
}

/** -1 where it is no size. An extension may follow (RFC 9112 7.1.1). */
function hexOf(bytes: Buffer, start: number, end: number): number {
  let size = 0;
  let digits = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    const letter = byte | 0x20;
    if (byte >= 0x30 && byte <= 0x39) size = size * 16 + byte - 0x30;
    else if (letter >= 0x61 && letter <= 0x66) size = size * 16 + letter - 0x57;
    else if (byte === CR || byte === SEMICOLON || byte === 0x20) break;
    else return -1;
    digits++;
  }
  return digits === 0 || digits > 8 ? -1 : size;
}

function headOf(text: string): Head | undefined {
  const lines = text.split('\r\n');
  const match = /^HTTP\/1\.([01]) (\d{3})(?: |$)/.exec(lines[0]!);
  if (match === null) return undefined;
  const status = Number(match[2]);
  let bodyBytes = TO_CLOSE;
  let isStream = false;
  let willClose = match[1] === '0';
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line
      .slice(colon + 1)
      .trim()
      .toLowerCase();
    if (name === 'content-length' && bodyBytes !== CHUNKED) {
      if (!/^\d{1,15}$/.test(value)) return undefined;
      bodyBytes = Number(value);
    } else if (name === 'transfer-encoding') {
      if (value !== 'chunked') return undefined;
      bodyBytes = CHUNKED;
    } else if (name === 'content-type') isStream = value.startsWith('text/event-stream');
    else if (name === 'connection') {
      if (value.includes('close')) willClose = true;
      else if (value.includes('keep-alive')) willClose = false;
    }
  }
  if (status === 204 || status === 304) bodyBytes = 0;
  return { status, bodyBytes, isStream, willClose: willClose || bodyBytes === TO_CLOSE };
}
