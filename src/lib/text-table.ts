/**
 * A small hash table whose entries carry the links: it comes and goes without allocating, and leaves nothing behind.
 *
 *   heads   [ . | a -> c | . | b ]      entries with equal low bits of their hash, linked through `tableNext`
 *
 * Not a Map, for the reason given in `id-table.ts`. The hash has no seed: whoever uses this bounds the number of
 * entries, and with it what colliding texts can cost.
 */

export interface Linked<T> {
  /** The key. */
  readonly id: string;
  /** Belongs to the table: make it null and leave it alone. */
  tableNext: T | null;
}

const HEADS_MIN = 8;

export class TextTable<T extends Linked<T>> {
  #heads: (T | null)[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(id: string): T | undefined {
    if (this.#size === 0) return undefined;
    let at = this.#heads[this.#headOf(id)]!;
    while (at !== null && at.id !== id) at = at.tableNext!;
    return at ?? undefined;
  }

  /** Enters a value; one with the same id makes place. */
  set(value: T): void {
    this.delete(value.id);
    if (this.#size >= this.#heads.length) this.#grow();
    this.#size += 1;
    this.#link(value);
  }

  #link(value: T): void {
    const head = this.#headOf(value.id);
    value.tableNext = this.#heads[head]!;
    this.#heads[head] = value;
  }

  #grow(): void {
    const values = this.values();
    const length = Math.max(HEADS_MIN, this.#heads.length * 2);
    this.#heads = new Array<T | null>(length).fill(null);
    for (const value of values) this.#link(value);
  }

  delete(id: string): void {
    if (this.#size === 0) return;
    const head = this.#headOf(id);
    let before: T | null = null;
    let at = this.#heads[head]!;
    while (at !== null && at.id !== id) {
      before = at;
      at = at.tableNext!;
    }
    if (at === null) return;
    if (before === null) this.#heads[head] = at.tableNext;
    else before.tableNext = at.tableNext;
    at.tableNext = null;
    this.#size -= 1;
  }

  /** All of them as of now. */
  values(): T[] {
    const values: T[] = [];
    for (const head of this.#heads) {
      for (let at = head; at !== null; at = at.tableNext) values.push(at);
    }
    return values;
  }

  /** FNV-1a. */
  #headOf(id: string): number {
    let hash = 0x811c9dc5;
    for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
    return (hash ^ (hash >>> 15)) & (this.#heads.length - 1);
  }
}
