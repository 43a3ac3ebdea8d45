/**
 * Short texts that were looked at and held nothing: what clients say with every call (`_meta`) is looked at once.
 *
 * A table of fixed size in which a text has one place; another that belongs there takes it. Compared byte by byte, as a
 * hash that somebody can choose collisions of must not decide what passes. A Map of strings took three times as long:
 * those must be made and hashed for each look.
 */

const PLACES = 256;
/** A megabyte in all. */
const BYTES_MAX = 4096;
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
  readonly scope: string;
  readonly bytes: Buffer;
  /** How much of it stands before the cut. */
  readonly head: number;
}

export class Clean {
  readonly #places: (Kept | undefined)[] = new Array(PLACES).fill(undefined);

  /** `scope`: for whom it was clean. */
  has(cut: Cut, scope: string): boolean {
    const kept = this.#places[placeOf(cut)];
    if (kept === undefined || kept.scope !== scope) return false;
    const { bytes, start, end, cutStart, cutEnd } = cut;
    const head = cutStart - start;
    if (kept.head !== head || kept.bytes.length !== head + end - cutEnd) return false;
    return (
      kept.bytes.compare(bytes, start, cutStart, 0, head) === 0 &&
      (cutEnd === end || kept.bytes.compare(bytes, cutEnd, end, head) === 0)
    );
  }

  keep(cut: Cut, scope: string): void {
    const { bytes, start, end, cutStart, cutEnd } = cut;
    if (end - start > BYTES_MAX) return;
    const own = Buffer.concat([bytes.subarray(start, cutStart), bytes.subarray(cutEnd, end)]);
    this.#places[placeOf(cut)] = { scope, bytes: own, head: cutStart - start };
  }
}

function placeOf({ bytes, start, cutStart, cutEnd, end }: Cut): number {
  let place = end - cutEnd;
  const step = Math.max(1, Math.ceil((cutStart - start) / SAMPLES));
  for (let at = start; at < cutStart; at += step) place = Math.imul(place, 31) + bytes[at]!;
  return (place ^ (place >>> 8)) & (PLACES - 1);
}
