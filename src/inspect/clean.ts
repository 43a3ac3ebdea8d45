/**
 * Short texts that were looked at and held nothing: what clients say with every call (`_meta`), and arguments and answers
 * that come again, as agents poll and read the same twice. They are looked at once.
 *
 * A table of fixed size in which a text has one place; another that belongs there takes it. Compared byte by byte, as a
 * hash that somebody can choose collisions of must not decide what passes. A Map of strings took three times as long:
 * those must be made and hashed for each look.
 */

/** Bytes that decide the place of a text. */
const SAMPLES = 16;

/** [start, end) of the bytes without [cutStart, cutEnd), which is empty where nothing is left out. */
export interface Cut {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  readonly cutStart: number;
  readonly cutEnd: number;
}

interface Kept {
  readonly scope: unknown;
  readonly bytes: Buffer;
  /** How much of it stands before the cut. */
  readonly head: number;
}

export interface CleanOptions {
  /** A power of two. */
  readonly places: number;
  /** Longer texts are not kept. */
  readonly bytesMax: number;
}

export class Clean {
  readonly #places: (Kept | undefined)[];
  /** Of each place, the hash of the text that was last clean there, and is kept when it is so again. */
  readonly #noticed: Int32Array;
  readonly #bytesMax: number;

  constructor({ places, bytesMax }: CleanOptions) {
    this.#places = new Array(places).fill(undefined);
    this.#noticed = new Int32Array(places);
    this.#bytesMax = bytesMax;
  }

  /** `scope`: for whom it was clean, the same string or the same object. */
  has(cut: Cut, scope: unknown): boolean {
    const kept = this.#places[this.#placeOf(hashOf(cut))];
    if (kept === undefined || kept.scope !== scope) return false;
    const { bytes, start, end, cutStart, cutEnd } = cut;
    const head = cutStart - start;
    if (kept.head !== head || kept.bytes.length !== head + end - cutEnd) return false;
    return (
      kept.bytes.compare(bytes, start, cutStart, 0, head) === 0 &&
      (cutEnd === end || kept.bytes.compare(bytes, cutEnd, end, head) === 0)
    );
  }

  keep(cut: Cut, scope: unknown): void {
    const { bytes, start, end, cutStart, cutEnd } = cut;
    if (end - start > this.#bytesMax) return;
    const own = Buffer.concat([bytes.subarray(start, cutStart), bytes.subarray(cutEnd, end)]);
    const place = this.#placeOf(hashOf(cut));
    this.#places[place] = { scope, bytes: own, head: cutStart - start };
  }

  /** Keeps it the second time: nearly all texts are said once, and copying each would cost more than it saves. */
  notice(cut: Cut, scope: unknown): void {
    const hash = hashOf(cut);
    const place = this.#placeOf(hash);
    if (this.#noticed[place] === hash) this.keep(cut, scope);
    else this.#noticed[place] = hash;
  }

  #placeOf(hash: number): number {
    return (hash ^ (hash >>> 8)) & (this.#noticed.length - 1);
  }
}

function hashOf({ bytes, start, cutStart, cutEnd, end }: Cut): number {
  let hash = end - cutEnd + cutStart - start;
  const step = Math.max(1, Math.ceil((cutStart - start) / SAMPLES));
  for (let at = start; at < cutStart; at += step) hash = Math.imul(hash, 31) + bytes[at]!;
  return hash | 0;
}
