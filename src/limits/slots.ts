/**
 * One number per key for very many keys, in memory of a fixed size.
 *
 *     set 0  [k v][k v] … 8 ways      a key belongs to one set, by its low bits, and to any way of it
 *     set 1  [k v][k v] …
 *
 * A value at or below `free` stands for nothing (a bucket that is full again, a count of zero), and its slot is anyone's.
 * Where all eight are in use, a newcomer takes over the slot with the lowest value, and the value with it: what was
 * counted is never forgotten, so a flood of keys can cost a newcomer some of its share, and cannot buy anybody more than
 * theirs (the "space saving" idea of Metwally et al., 2005, per set).
 */

const WAYS = 8;

export class Slots {
  readonly values: Float64Array;
  readonly #keys: Float64Array;
  readonly #mask: number;
  /** Whether the last `find` gave a key a slot that was not its own before. */
  isNew = false;

  /** Room for at least `keysMax` keys; the memory is taken from the system as it is touched. */
  constructor(keysMax: number) {
    const sets = 2 ** Math.max(0, Math.ceil(Math.log2(keysMax / WAYS)));
    this.#mask = sets - 1;
    this.#keys = new Float64Array(sets * WAYS);
    this.values = new Float64Array(sets * WAYS);
  }

  get bytes(): number {
    return this.#keys.byteLength + this.values.byteLength;
  }

  /** The slot of a key, from now on; `key` is an integer of 1 to 2^53. Its value may stand for nothing. */
  find(key: number, free: number): number {
    const keys = this.#keys;
    const { values } = this;
    const first = ((key >>> 0) & this.#mask) * WAYS;
    let best = first;
    for (let at = first; at < first + WAYS; at++) {
      if (keys[at] === key) {
        this.isNew = false;
        return at;
      }
      if (values[at]! < values[best]!) best = at;
    }
    this.isNew = true;
    keys[best] = key;
    // What is left of another key and stands for nothing must not be read as this one's.
    if (values[best]! <= free) values[best] = 0;
    return best;
  }

  /** What a key has, without giving it a slot. */
  peek(key: number): number {
    const first = ((key >>> 0) & this.#mask) * WAYS;
    for (let at = first; at < first + WAYS; at++) {
      if (this.#keys[at] === key) return this.values[at]!;
    }
    return 0;
  }

  /** Every key that has a value. */
  each(take: (key: number, value: number) => void): void {
    for (let at = 0; at < this.values.length; at++) {
      const value = this.values[at]!;
      if (value > 0) take(this.#keys[at]!, value);
    }
  }

  clear(): void {
    this.values.fill(0);
    this.#keys.fill(0);
  }
}
