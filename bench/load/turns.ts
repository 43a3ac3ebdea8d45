/**
 * Which kind of call comes next, and with which id.
 *
 * The same plan makes the same sequence in every run: two runs that are compared then differ in the target alone.
 */

import { ID_DIGITS } from './answer.ts';

const NINE = 0x39;
const ZERO = 0x30;
const SEED = 0x9e3779b9;

export class Turns {
  /** Ascending sums of the weights. */
  readonly #sums: number[] = [];
  readonly #id: Uint8Array;
  #seed: number;

  /** `index`: of this process. With a token in common, ids in flight should differ, so each has its own first digit. */
  constructor(calls: readonly { readonly weight: number }[], index: number) {
    let sum = 0;
    for (const { weight } of calls) {
      sum += weight;
      this.#sums.push(sum);
    }
    this.#id = Buffer.from(`${1 + (index % 9)}`.padEnd(ID_DIGITS, '0'));
    this.#seed = SEED + index * 7919;
  }

  /** By weight (xorshift). */
  pick(): number {
    const sums = this.#sums;
    if (sums.length === 1) return 0;
    this.#seed ^= this.#seed << 13;
    this.#seed ^= this.#seed >>> 17;
    this.#seed ^= this.#seed << 5;
    const at = ((this.#seed >>> 0) / 4294967296) * sums.at(-1)!;
    let step = 0;
    while (step < sums.length - 1 && at >= sums[step]!) step++;
    return step;
  }

  /** Counts in place, in digits: they go into a request as they are. Valid until the next one. */
  nextId(): Uint8Array {
    const id = this.#id;
    let at = ID_DIGITS - 1;
    while (at > 0 && id[at] === NINE) id[at--] = ZERO;
    if (at > 0) id[at]!++;
    return id;
  }
}
