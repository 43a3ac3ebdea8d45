/**
 * Bytes that arrive in pieces.
 *
 *   #parts   [ large piece | block | large piece … ]     joined once, when all is there
 *   #block   small pieces, in one block that doubles when it is full
 *
 * A list of pieces costs its sender one byte each and us an object each: 4 MiB in chunks of one byte, which is 24 MB on
 * the wire, took 543 MiB as a list (measured). So small ones are gathered, and only large ones are listed.
 */

const EMPTY = Buffer.alloc(0);
/** From this on a piece is worth an entry of its own. */
const PART_MIN = 4096;

export class Pile {
  #parts: Buffer[] | null = null;
  #block: Buffer = EMPTY;
  #blockLength = 0;
  #length = 0;

  /** `room`: how many bytes are expected, where all of them may as well be gathered in one block at once; 0 where unknown. */
  constructor(room = 0) {
    if (room > 0) this.#block = Buffer.allocUnsafe(room);
  }

  get length(): number {
    return this.#length;
  }

  /** `isOurs`: the memory of the piece stays as it is, so that a large one need not be copied. */
  push(piece: Uint8Array, isOurs: boolean): void {
    this.#length += piece.length;
    if (piece.length < PART_MIN || this.#blockLength + piece.length <= this.#block.length) {
      this.#gather(piece);
      return;
    }
    this.#seal();
    this.#parts ??= [];
    this.#parts.push(isOurs ? viewOf(piece) : copyOf(piece));
  }

  /** Everything so far; the pile is empty afterwards. */
  take(): Buffer {
    const length = this.#length;
    this.#seal();
    const parts = this.#parts;
    this.clear();
    if (parts === null) return EMPTY;
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts, length);
  }

  clear(): void {
    this.#parts = null;
    this.#block = EMPTY;
    this.#blockLength = 0;
    this.#length = 0;
  }

  #gather(piece: Uint8Array): void {
    const length = this.#blockLength + piece.length;
    if (length > this.#block.length) {
      // What comes in one piece, as most does, takes no more than it needs.
      const isFirst = this.#blockLength === 0;
      const grown = Buffer.allocUnsafe(isFirst ? length : Math.max(length * 2, PART_MIN));
      this.#block.copy(grown, 0, 0, this.#blockLength);
      this.#block = grown;
    }
    this.#block.set(piece, this.#blockLength);
    this.#blockLength = length;
  }

  #seal(): void {
    if (this.#blockLength === 0) return;
    this.#parts ??= [];
    this.#parts.push(this.#block.subarray(0, this.#blockLength));
    this.#block = EMPTY;
    this.#blockLength = 0;
  }
}

function viewOf(piece: Uint8Array): Buffer {
  return Buffer.isBuffer(piece) ? piece : Buffer.from(piece.buffer, piece.byteOffset, piece.length);
}

export function copyOf(piece: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafe(piece.length);
  copy.set(piece);
  return copy;
}
