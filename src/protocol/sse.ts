/**
 * Server-sent events, written and read as bytes (WHATWG HTML, 9.2 Server-sent events).
 *
 * What is read stays a Buffer: `read` checks its UTF-8, and a character cut in two by a chunk is whole again once its
 * line is. An event may hold `eventBytesMax` bytes, fields and comments included; beyond that the parser stops for good,
 * because a stream with a hole in it cannot be resumed. It knows nothing of reconnecting.
 */

import assert from 'node:assert/strict';
import { Pile } from '../lib/pile.ts';

const LF = 0x0a;
const CR = 0x0d;

/** A comment: keeps proxies and load balancers from closing an idle stream. */
export const KEEP_ALIVE = Buffer.from(':\n\n');

/** One event. A Message is one line; data that is not is still one event, as several data lines. */
export function sseEvent(data: Buffer, id?: string, event?: string): Buffer {
  let head = '';
  // A line end or NUL in a field would end it, or start another event of the sender's choice.
  if (id !== undefined) head += `id: ${field(id)}\n`;
  if (event !== undefined) head += `event: ${field(event)}\n`;
  head += 'data: ';
  if (data.includes(LF) || data.includes(CR)) {
    data = Buffer.from(data.latin1Slice().replace(/\r\n|\r|\n/g, '\ndata: '), 'latin1');
  }
  const bytes = Buffer.allocUnsafe(Buffer.byteLength(head) + data.length + 2);
  const at = bytes.utf8Write(head, 0);
  data.copy(bytes, at);
  bytes[bytes.length - 2] = LF;
  bytes[bytes.length - 1] = LF;
  return bytes;
}

function field(text: string): string {
  assert(!/[\r\n\0]/.test(text), 'event fields hold no line end');
  return text;
}

export interface SseEvent {
  /** 'message' where the stream names none. */
  readonly event: string;
  /** The data lines, joined by LF. */
  readonly data: Buffer;
  /** The last id that the stream has given, in this event or before; undefined where none. */
  readonly id: string | undefined;
  /** Milliseconds to wait before reconnecting, where the event says so. */
  readonly retry: number | undefined;
}

export class SseParser {
  readonly #eventBytesMax: number;
  /** What there is of the line that has not ended yet. */
  readonly #tail = new Pile();
  /** Bytes of the finished lines of the event that has not ended yet. */
  #eventBytes = 0;
  /** The data lines so far, joined by LF; null before the first. */
  #data: Pile | null = null;
  #event = '';
  #id: string | undefined;
  #retry: number | undefined;
  /** The last chunk ended in CR: an LF that follows belongs to it. */
  #afterCr = false;
  #isFirstLine = true;
  #overflowed = false;

  constructor(eventBytesMax: number) {
    this.#eventBytesMax = eventBytesMax;
  }

  /** True once an event was too large: nothing more will be read. */
  get overflowed(): boolean {
    return this.#overflowed;
  }

  get lastId(): string | undefined {
    return this.#id;
  }

  /**
   * The events that `chunk` completes; one without data only sets `retry`. Throws a RangeError for an event that is
   * too large, once the events before it have been handed out, and for every chunk after that.
   */
  feed(chunk: Buffer): SseEvent[] {
    const events: SseEvent[] = [];
    if (!this.#overflowed) this.#split(chunk, events);
    if (this.#overflowed && events.length === 0) throw new RangeError('event too large');
    return events;
  }

  #split(chunk: Buffer, events: SseEvent[]): void {
    let from = 0;
    if (this.#afterCr && chunk.length > 0) {
      if (chunk[0] === LF) from = 1;
      this.#afterCr = false;
    }
    let lf = chunk.indexOf(LF, from);
    let cr = chunk.indexOf(CR, from);
    while (!this.#overflowed && (lf >= 0 || cr >= 0)) {
      const end = cr >= 0 && (lf < 0 || cr < lf) ? cr : lf;
      this.#line(chunk.subarray(from, end), events);
      from = end + 1;
      if (end === cr) {
        if (from === chunk.length) this.#afterCr = true;
        else if (chunk[from] === LF) from++;
        cr = chunk.indexOf(CR, from);
      }
      if (lf >= 0 && lf < from) lf = chunk.indexOf(LF, from);
    }
    if (!this.#overflowed && from < chunk.length) this.#keep(chunk.subarray(from));
  }

  #keep(piece: Buffer): void {
    if (!this.#exceeds(this.#tail.length + piece.length)) this.#tail.push(piece, false);
  }

  #exceeds(lineBytes: number): boolean {
    if (this.#eventBytes + lineBytes <= this.#eventBytesMax) return false;
    this.#overflowed = true;
    this.#tail.clear();
    this.#data = null;
    return true;
  }

  #line(piece: Buffer, events: SseEvent[]): void {
    const length = this.#tail.length + piece.length;
    if (this.#exceeds(length)) return;
    let line = piece;
    if (this.#tail.length > 0) {
      this.#tail.push(piece, false);
      line = this.#tail.take();
    }
    if (this.#isFirstLine) {
      this.#isFirstLine = false;
      if (line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf) line = line.subarray(3);
    }
    if (line.length === 0) {
      this.#dispatch(events);
      return;
    }
    this.#eventBytes += length;
    const colon = line.indexOf(0x3a);
    if (colon === 0) return;
    const name = line.latin1Slice(0, colon < 0 ? line.length : colon);
    let value = colon < 0 ? line.subarray(line.length) : line.subarray(colon + 1);
    if (value[0] === 0x20) value = value.subarray(1);
    this.#field(name, value);
  }

  #field(name: string, value: Buffer): void {
    if (name === 'data') {
      if (this.#data === null) this.#data = new Pile();
      else this.#data.push(NEWLINE, true);
      this.#data.push(value, false);
    } else if (name === 'event') {
      this.#event = value.utf8Slice();
    } else if (name === 'id') {
      if (!value.includes(0)) this.#id = value.utf8Slice();
    } else if (name === 'retry') {
      const text = value.latin1Slice();
      if (/^[0-9]{1,9}$/.test(text)) this.#retry = Number(text);
    }
  }

  #dispatch(events: SseEvent[]): void {
    const data = this.#data;
    if (data !== null || this.#retry !== undefined) {
      events.push({
        event: this.#event === '' ? 'message' : this.#event,
        data: data?.take() ?? EMPTY,
        id: this.#id,
        retry: this.#retry,
      });
    }
    this.#data = null;
    this.#event = '';
    this.#retry = undefined;
    this.#eventBytes = 0;
  }
}

const NEWLINE = Buffer.from('\n');
const EMPTY = Buffer.alloc(0);
