/**
 * Newline-delimited JSON: chunks in, lines out.
 *
 * A line that lies within one chunk is handed out as a view of that chunk, without a copy; only what a chunk leaves
 * unfinished is copied. So the reader of a line must copy what it keeps if the caller reuses the chunk's memory; with
 * `copyLines` the framer does that. Empty lines and the CR of a CRLF are dropped. No line holds more than
 * `lineBytesMax` bytes: a longer one is reported once and skipped to its newline, and the memory for it is let go.
 */

import { Pile } from '../lib/pile.ts';

const LF = 0x0a;
const CR = 0x0d;

export class LineFramer {
  readonly #lineBytesMax: number;
  readonly #onOverflow: (bytes: number) => void;
  readonly #copyLines: boolean;
  /** What there is of the line that has not ended yet. */
  readonly #tail = new Pile();
  #skipping = false;

  /**
   * `lineBytesMax`: longest line that is handed out, its newline not counted. `onOverflow` is called once per longer line,
   * with the number of bytes seen of it by then. `copyLines`: chunks are overwritten after `push` and lines outlive it.
   */
  constructor(
    lineBytesMax: number,
    onOverflow: (bytes: number) => void = () => {},
    copyLines = false,
  ) {
    this.#lineBytesMax = lineBytesMax;
    this.#onOverflow = onOverflow;
    this.#copyLines = copyLines;
  }

  /** Bytes held of a line that has not ended yet. */
  get tailBytes(): number {
    return this.#tail.length;
  }

  push(chunk: Buffer, onLine: (line: Buffer) => void): void {
    let from = 0;
    for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, from)) {
      const piece = chunk.subarray(from, at);
      from = at + 1;
      if (this.#skipping) this.#skipping = false;
      else if (this.#tail.length > 0) this.#finish(piece, onLine);
      else this.#emit(piece, this.#copyLines, onLine);
    }
    if (from < chunk.length && !this.#skipping) this.#keep(chunk.subarray(from));
  }

  #finish(piece: Buffer, onLine: (line: Buffer) => void): void {
    this.#tail.push(piece, !this.#copyLines);
    this.#emit(this.#tail.take(), false, onLine);
  }

  #emit(line: Buffer, copy: boolean, onLine: (line: Buffer) => void): void {
    const end = line.length > 0 && line[line.length - 1] === CR ? line.length - 1 : line.length;
    if (end > this.#lineBytesMax) this.#onOverflow(end);
    else if (end > 0) onLine(copy ? Buffer.from(line.subarray(0, end)) : line.subarray(0, end));
  }

  #keep(piece: Buffer): void {
    const bytes = this.#tail.length + piece.length;
    // One byte more than the limit may be the CR that does not count.
    if (bytes > this.#lineBytesMax + 1) {
      this.#tail.clear();
      this.#skipping = true;
      this.#onOverflow(bytes);
      return;
    }
    this.#tail.push(piece, !this.#copyLines);
  }
}
