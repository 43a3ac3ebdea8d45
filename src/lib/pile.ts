/**
 * Bytes that arrive in pieces, as one block that doubles when it is full.
 *
 * A list of pieces costs its sender one byte each and us an object each: 4 MiB in chunks of one byte, which is 24 MB on
 * the wire, took 543 MiB as a list (measured). Pieces are copied, so whoever owns them may use them again.
 */

const EMPTY = Buffer.alloc(0);
/** Below this, doubling would begin with many small steps. */
const GROWN_MIN = 4096;

export class Pile {
  #block: Buffer = EMPTY;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(piece: Uint8Array): void {
    const length = this.#length + piece.length;
    if (length > this.#block.length) this.#grow(length);
    this.#block.set(piece, this.#length);
    this.#length = length;
  }

  /** Everything so far; the pile is empty afterwards. */
  take(): Buffer {
    const whole = this.#block.subarray(0, this.#length);
    this.clear();
    return whole;
  }

  clear(): void {
    this.#block = EMPTY;
    this.#length = 0;
  }

  #grow(length: number): void {
    // What comes in one piece, as most does, takes no more than it needs.
    const isFirst = this.#length === 0;
    const size = isFirst ? length : Math.max(length, this.#block.length * 2, GROWN_MIN);
    const grown = Buffer.allocUnsafe(size);
    this.#block.copy(grown, 0, 0, this.#length);
    this.#block = grown;
  }
}
