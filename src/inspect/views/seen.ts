/**
 * Texts that were seen. Few are compared one by one: most strings have one reading or two, and to be looked up in a set each would
 * be hashed from end to end, where two texts of different lengths, or that differ, are told apart at once.
 */

const FEW = 8;

export class Seen {
  readonly #few: string[] = [];
  #many: Set<string> | undefined;

  get size(): number {
    return this.#many?.size ?? this.#few.length;
  }

  has(text: string): boolean {
    return this.#many === undefined ? this.#few.includes(text) : this.#many.has(text);
  }

  /** False for what was seen before. */
  add(text: string): boolean {
    if (this.has(text)) return false;
    if (this.#many !== undefined) this.#many.add(text);
    else if (this.#few.push(text) > FEW) this.#many = new Set(this.#few);
    return true;
  }
}
