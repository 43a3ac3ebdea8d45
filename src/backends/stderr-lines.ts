/**
 * Cuts what a child writes to stderr into lines, in bounded memory: a line is kept up to `LINE_BYTES_MAX` and the
 * rest of it is thrown away. What is done with the lines, and how many are too many, is not decided here.
 */

const LINE_BYTES_MAX = 4096;
const NEWLINE = 0x0a;

export class StderrLines {
  readonly #onLine: (line: string) => void;
  readonly #line = Buffer.allocUnsafe(LINE_BYTES_MAX);
  #length = 0;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  feed(chunk: Buffer): void {
    let start = 0;
    while (start < chunk.length) {
      const newline = chunk.indexOf(NEWLINE, start);
      const end = newline < 0 ? chunk.length : newline;
      this.#length += chunk.copy(this.#line, this.#length, start, end);
      if (newline < 0) return;
      this.end();
      start = newline + 1;
    }
  }

  /** Hands out what has no newline (yet). */
  end(): void {
    const line = this.#line.utf8Slice(0, this.#length).trim();
    this.#length = 0;
    if (line !== '') this.#onLine(line);
  }
}
