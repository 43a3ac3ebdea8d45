/**
 * Where an undoing writes what it reads: UTF-16 units into one buffer that is used again, and, only while somebody
 * asks where a finding stands, from where in its source each unit came.
 *
 * A trace is a second run of the same undoing: the first run of nearly all texts is never asked.
 */

import { unitsOf } from '../units.ts';

/** For each unit written: the half-open stretch of the source that it stands for. */
export class Trace {
  readonly starts: number[] = [];
  readonly ends: number[] = [];

  /** The stretch of the source behind units [start, end). Undoings may turn the order round. */
  span(start: number, end: number): [start: number, end: number] {
    const { starts, ends } = this;
    const [first, last] = [start, Math.max(start, end - 1)];
    return [
      Math.min(starts[first] ?? 0, starts[last] ?? 0),
      Math.max(ends[first] ?? 0, ends[last] ?? 0),
    ];
  }
}

const FIRST_UNITS = 1 << 13;
/** Where texts of one byte for each unit are made. */
let narrow = Buffer.alloc(FIRST_UNITS);

/** From so many on they are copied at once, where nothing else is asked of them. */
const MANY_UNITS = 64;
/** Changes that are so near to each other are told as one. */
const NEAR = 128;

export class Writer {
  #units = new Uint16Array(FIRST_UNITS);
  #length = 0;
  #all = 0;
  #source = '';
  /** source[keptFrom, keptTo) is written next, as it stands: a text of which nothing changes is never copied. */
  #keptFrom = 0;
  #keptTo = 0;
  #isAscii = false;
  #trace: Trace | undefined;
  /** Starts and ends, in turn, of what was written that does not stand so in the source. */
  #changes: number[] = [];

  /** `isAscii`: that the source is, if that is known. */
  begin(source: string, isAscii = false, trace?: Trace): void {
    this.#isAscii = isAscii;
    this.#changes = [];
    this.#length = 0;
    this.#all = 0;
    this.#source = source;
    this.#keptFrom = 0;
    this.#keptTo = 0;
    this.#trace = trace;
  }

  get length(): number {
    return this.#length + this.#keptTo - this.#keptFrom;
  }

  /** The unit written last; 0 where there is none. */
  get last(): number {
    if (this.#keptTo > this.#keptFrom) return this.#source.charCodeAt(this.#keptTo - 1);
    return this.#length === 0 ? 0 : this.#units[this.#length - 1]!;
  }

  /** source[from, to) as it stands. */
  keep(from: number, to: number): void {
    if (from !== this.#keptTo) {
      this.#flush();
      this.#keptFrom = from;
      this.#change(this.#length);
    }
    this.#keptTo = to;
  }

  #change(at: number): void {
    const last = this.#changes.length - 1;
    if (last > 0 && at - this.#changes[last]! <= NEAR) this.#changes[last] = at + 1;
    else this.#changes.push(at, at + 1);
  }

  /** Whether what was written is known to be. Only once it is there as a text. */
  get isAscii(): boolean {
    return this.#isAscii && this.#all < 0x80;
  }

  /** Of what was written since the beginning. */
  get changes(): readonly number[] {
    return this.#changes;
  }

  put(unit: number, from: number, to: number): void {
    if (this.#keptTo > this.#keptFrom) this.#flush();
    if (this.#length === this.#units.length) this.#grow(this.#length + 1);
    this.#change(this.#length);
    this.#units[this.#length++] = unit;
    this.#all |= unit;
    if (this.#trace !== undefined) {
      this.#trace.starts.push(from);
      this.#trace.ends.push(to);
    }
  }

  putCode(code: number, from: number, to: number): void {
    if (code < 0x10000) {
      this.put(code, from, to);
      return;
    }
    this.put(0xd800 + ((code - 0x10000) >> 10), from, to);
    this.put(0xdc00 + ((code - 0x10000) & 0x3ff), from, to);
  }

  /** What source[from, to) means as a whole. */
  decoded(text: string, from: number, to: number): void {
    for (let index = 0; index < text.length; index++) this.put(text.charCodeAt(index), from, to);
  }

  /** One byte for each unit where that is enough: half the memory, and the form that expressions read fastest. */
  text(): string {
    if (this.#length === 0 && this.#trace === undefined)
      return this.#source.slice(this.#keptFrom, this.#keptTo);
    this.#flush();
    const [length, units] = [this.#length, this.#units];
    if (this.#all >= 0x100) return Buffer.from(units.buffer, 0, 2 * length).toString('utf16le');
    if (length > narrow.length) narrow = Buffer.alloc(units.length);
    for (let at = 0; at < length; at++) narrow[at] = units[at]!;
    return narrow.latin1Slice(0, length);
  }

  #flush(): void {
    const [from, to, source] = [this.#keptFrom, this.#keptTo, this.#source];
    this.#keptFrom = 0;
    this.#keptTo = 0;
    const length = this.#length + to - from;
    if (length > this.#units.length) this.#grow(length);
    const [units, kept] = [this.#units, unitsOf(source)];
    if (this.#isAscii && to - from >= MANY_UNITS) {
      units.set(kept.subarray(from, to), this.#length);
      this.#length = length;
    } else this.#copy(kept, from, to);
    if (this.#trace === undefined) return;
    for (let index = from; index < to; index++) {
      this.#trace.starts.push(index);
      this.#trace.ends.push(index + 1);
    }
  }

  #copy(kept: Uint16Array, from: number, to: number): void {
    const units = this.#units;
    let [at, all] = [this.#length, this.#all];
    for (let index = from; index < to; index++) {
      const unit = kept[index]!;
      units[at++] = unit;
      all |= unit;
    }
    this.#length = at;
    this.#all = all;
  }

  #grow(least: number): void {
    const units = new Uint16Array(Math.max(least, this.#units.length * 2));
    units.set(this.#units.subarray(0, this.#length));
    this.#units = units;
  }
}
