/**
 * Bytes that belong together and arrive in pieces, copied only where they must be.
 *
 * The first piece is borrowed from the read buffer, which is right while it lasts: most answers arrive in one piece and
 * are judged where they are. A second piece, or `keep()` before the read buffer is used again, makes a copy.
 */

const NONE = Buffer.alloc(0);
/** A copy above this is given back after use, so that one large answer does not stay on every connection. */
const KEPT_BYTES_MAX = 1 << 20;

export class Gather {
  readonly #bytesMax: number;
  /** Where the bytes are now: `bytes` from `start` to `end`. */
  bytes: Buffer = NONE;
  start = 0;
  end = 0;
  #own: Buffer = NONE;
  #isBorrowed = false;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get length(): number {
    return this.end - this.start;
  }

  /** False when there would be too much. */
  add(bytes: Buffer, start: number, end: number): boolean {
    if (this.length === 0) {
      this.bytes = bytes;
      this.start = start;
      this.end = end;
      this.#isBorrowed = true;
      return end - start <= this.#bytesMax;
    }
    const size = this.length + end - start;
    if (size > this.#bytesMax) return false;
    this.#copy(size);
    bytes.copy(this.#own, this.end, start, end);
    this.end = size;
    return true;
  }

  keep(): void {
    if (this.#isBorrowed && this.length > 0) this.#copy(this.length);
  }

  clear(): void {
    if (this.#own.length > KEPT_BYTES_MAX) this.#own = NONE;
    this.bytes = NONE;
    this.start = 0;
    this.end = 0;
    this.#isBorrowed = false;
  }

  /** Makes the bytes our own, with room for `size`. */
  #copy(size: number): void {
    if (!this.#isBorrowed && size <= this.#own.length) return;
    const old = this.bytes;
    const { length } = this;
    if (size > this.#own.length) {
      this.#own = Buffer.allocUnsafe(Math.min(this.#bytesMax, Math.max(4096, size * 2)));
    }
    old.copy(this.#own, 0, this.start, this.end);
    this.bytes = this.#own;
    this.start = 0;
    this.end = length;
    this.#isBorrowed = false;
  }
}
