/**
 * A map whose entries together may weigh so many bytes; what was used longest ago is forgotten first.
 *
 * Each entry is charged something for its own books beside the weight it is given, so that very many small ones are
 * bounded as well.
 */

/** A Map entry, a key of 44 characters and a small object: about this much (measured on Node.js 20). */
const ENTRY_BYTES = 256;

interface Weighed<V> {
  readonly value: V;
  readonly bytes: number;
}

export class ByteLru<V> {
  readonly #map = new Map<string, Weighed<V>>();
  #bytesMax: number;
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get size(): number {
    return this.#map.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): V | undefined {
    const kept = this.#map.get(key);
    if (kept === undefined) return undefined;
    this.#map.delete(key);
    this.#map.set(key, kept);
    return kept.value;
  }

  /** What is heavier than the whole map may be is not kept, and replaces nothing. */
  set(key: string, value: V, weight: number): void {
    const bytes = weight + ENTRY_BYTES;
    if (bytes > this.#bytesMax) return;
    this.delete(key);
    this.#map.set(key, { value, bytes });
    this.#bytes += bytes;
    this.#shrink();
  }

  delete(key: string): void {
    const kept = this.#map.get(key);
    if (kept === undefined) return;
    this.#map.delete(key);
    this.#bytes -= kept.bytes;
  }

  clear(): void {
    this.#map.clear();
    this.#bytes = 0;
  }

  resize(bytesMax: number): void {
    this.#bytesMax = bytesMax;
    this.#shrink();
  }

  #shrink(): void {
    for (const key of this.#map.keys()) {
      if (this.#bytes <= this.#bytesMax) return;
      this.delete(key);
    }
  }
}
