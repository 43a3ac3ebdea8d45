/**
 * Finds the data of each event in an event stream (WHATWG HTML, 9.2), without copying where an event is in one piece.
 *
 * Knows only what an answer needs: data lines and blank lines. Lines end with LF or CRLF; nobody sends a bare CR.
 */

import { Gather } from './gather.ts';

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const DATA = Buffer.from('data:');
const JOIN = Buffer.from('\n');

export class EventReader {
  readonly #take: (bytes: Buffer, start: number, end: number) => void;
  /** A line whose end has not come. */
  readonly #line: Gather;
  readonly #data: Gather;

  constructor(bytesMax: number, take: (bytes: Buffer, start: number, end: number) => void) {
    this.#take = take;
    this.#line = new Gather(bytesMax);
    this.#data = new Gather(bytesMax);
  }

  reset(): void {
    this.#line.clear();
    this.#data.clear();
  }

  /** False when an event is too large. */
  feed(bytes: Buffer, start: number, end: number): boolean {
    let at = start;
    while (at < end) {
      const lf = bytes.indexOf(LF, at);
      if (lf < 0 || lf >= end) break;
      if (!this.#finish(bytes, at, lf)) return false;
      at = lf + 1;
    }
    return at >= end || this.#line.add(bytes, at, end);
  }

  /** The read buffer is about to be used again. */
  keep(): void {
    this.#line.keep();
    this.#data.keep();
  }

  #finish(bytes: Buffer, start: number, end: number): boolean {
    if (this.#line.length === 0) return this.#read(bytes, start, end);
    if (!this.#line.add(bytes, start, end)) return false;
    const isFine = this.#read(this.#line.bytes, this.#line.start, this.#line.end);
    // The line's bytes will be those of the next one.
    this.#data.keep();
    this.#line.clear();
    return isFine;
  }

  #read(bytes: Buffer, start: number, end: number): boolean {
    if (end > start && bytes[end - 1] === CR) end--;
    if (end === start) {
      if (this.#data.length > 0) this.#take(this.#data.bytes, this.#data.start, this.#data.end);
      this.#data.clear();
      return true;
    }
    if (end - start < DATA.length || bytes.compare(DATA, 0, 5, start, start + 5) !== 0) return true;
    let from = start + DATA.length;
    if (bytes[from] === SPACE && from < end) from++;
    if (this.#data.length > 0 && !this.#data.add(JOIN, 0, 1)) return false;
    return from === end || this.#data.add(bytes, from, end);
  }
}
