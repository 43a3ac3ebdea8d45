/**
 * Which three characters stand in a row in a stretch of a text: one pass of 2 ns a character without a branch, after which it is
 * told in some ten nanoseconds that a word is not there. Nearly every part of a long expression lacks something that it needs in the
 * window around an anchor, and is not run then.
 *
 * Case does not count, digits are one character, and so are all other signs and all that is beyond ASCII: what is said to be
 * missing is missing, what is not may be.
 */

const [SIGN, BLANK, DIGIT, BEYOND] = [27, 28, 29, 30];
const CHARACTERS = 0x10000;
const classes = new Uint8Array(CHARACTERS).fill(BEYOND);
for (let code = 0; code < 128; code++) classes[code] = SIGN;
for (let code = 0x30; code <= 0x39; code++) classes[code] = DIGIT;
classes[0x20] = BLANK;
for (let letter = 1; letter <= 26; letter++) {
  classes[0x40 + letter] = letter;
  classes[0x60 + letter] = letter;
}
/** RE2 takes them for K and S where case does not count. */
classes[0x212a] = classes[0x6b]!;
classes[0x17f] = classes[0x73]!;

const CLASS_BITS = 5;
const GRAM_BITS = 3 * CLASS_BITS;
const GRAM_MASK = (1 << GRAM_BITS) - 1;
/** What is looked for is known by so many: words that begin alike for longer are rarely apart in what follows. */
const GRAMS_MAX = 8;

export class Grams {
  readonly #bits = new Int32Array(1 << (GRAM_BITS - 5));

  /** Those of units[from, to), in place of those before. */
  read(units: Uint16Array, from: number, to: number): void {
    const bits = this.#bits;
    bits.fill(0);
    if (to - from < 3) return;
    let gram = (classes[units[from]!]! << CLASS_BITS) | classes[units[from + 1]!]!;
    for (let at = from + 2; at < to; at++) {
      gram = ((gram << CLASS_BITS) | classes[units[at]!]!) & GRAM_MASK;
      bits[gram >> 5]! |= 1 << (gram & 31);
    }
  }

  has(gram: number): boolean {
    return (this.#bits[gram >> 5]! & (1 << (gram & 31))) !== 0;
  }
}

/** Those of a text, each once; none of one that is too short to have any. */
export function gramsOf(text: string): number[] {
  const all = new Set<number>();
  let gram = 0;
  for (let at = 0; at < text.length && all.size < GRAMS_MAX; at++) {
    gram = ((gram << CLASS_BITS) | classes[text.charCodeAt(at)]!) & GRAM_MASK;
    if (at >= 2) all.add(gram);
  }
  return [...all];
}

/** Texts of which one is in every match of an expression, or of a part of it. */
export type Group = readonly string[];

/**
 * What the parts of an expression need, in one row of numbers: of each part where it ends, of each of its groups where that
 * ends, of each text how many grams it has, and those.
 */
export class Needs {
  readonly #rows: Int32Array;
  /** Where each part begins. */
  readonly #parts: readonly number[];

  constructor(parts: readonly (readonly Group[])[]) {
    const rows: number[] = [];
    this.#parts = parts.map((groups) => {
      const start = rows.push(0) - 1;
      for (const group of groups) {
        const texts = group.map(gramsOf);
        // Of what is too short nothing can be told.
        if (texts.some(({ length }) => length === 0)) continue;
        const at = rows.push(0) - 1;
        for (const text of texts) rows.push(text.length, ...text);
        rows[at] = rows.length;
      }
      rows[start] = rows.length;
      return start;
    });
    this.#rows = Int32Array.from(rows);
  }

  /** The parts whose needs are there, by their index. */
  met(grams: Grams): number[] {
    const all: number[] = [];
    for (const [index, part] of this.#parts.entries())
      if (this.#isMet(part, grams)) all.push(index);
    return all;
  }

  #isMet(part: number, grams: Grams): boolean {
    const rows = this.#rows;
    const end = rows[part]!;
    for (let at = part + 1; at < end; ) {
      const groupEnd = rows[at]!;
      if (!this.#hasOne(at + 1, groupEnd, grams)) return false;
      at = groupEnd;
    }
    return true;
  }

  /** Whether one of the texts in rows[from, to) is there. */
  #hasOne(from: number, to: number, grams: Grams): boolean {
    const rows = this.#rows;
    for (let at = from; at < to; ) {
      const next = at + 1 + rows[at]!;
      let gram = at + 1;
      while (gram < next && grams.has(rows[gram]!)) gram++;
      if (gram === next) return true;
      at = next;
    }
    return false;
  }
}
