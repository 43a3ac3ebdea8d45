/**
 * How long calls of each tool took lately: percentiles over a window that slides.
 *
 *     | s0 | s1 | s2 | s3 |     four histograms of a quarter of the window each; the oldest is emptied and used again
 *
 * HDR histograms of two digits: exact to 1 %, and 7 KB where calls take up to a second. What nobody calls any more gives
 * its memory back when it is asked for, and its place when another tool wants one.
 */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Histogram } from 'hdr-histogram-js';
// Alone: the package's entrance loads encodings, logs and WebAssembly, 40 ms of each start.
import int32 from 'hdr-histogram-js/dist/Int32Histogram.js';
import { OTHER } from './registry.ts';

const SLOTS = 4;
export const WINDOW_MS = 60_000;
const SLOT_MS = WINDOW_MS / SLOTS;
/** Longer calls count as so long: histograms grow with what they hold. */
const US_MAX = 3.6e9;
/** Tools that are watched at one time: 30 MB at most, where each has calls from microseconds to minutes. */
const TOOLS_MAX = 500;

/** Windows that are read in one turn of the loop: 0.1 ms each. */
const AT_ONCE = 8;

/** Seconds, as everywhere in the metrics. */
export interface Latency {
  readonly server: string;
  readonly tool: string;
  /** Calls of the window. */
  readonly calls: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export class Window {
  readonly server: string;
  readonly tool: string;
  /** Another tool has its place: the next call asks for a window again. */
  isGone = false;
  readonly #slots: (Histogram | null)[] = Array.from({ length: SLOTS }, () => null);
  /** The number of the newest slot since the epoch. */
  #newest = 0;

  constructor(server: string, tool: string) {
    this.server = server;
    this.tool = tool;
  }

  /** `now` in milliseconds since the epoch. */
  record(us: number, now: number): void {
    const slot = Math.floor(now / SLOT_MS);
    if (slot !== this.#newest) this.#advance(slot);
    const at = this.#newest % SLOTS;
    let histogram = this.#slots[at]!;
    if (histogram === null) {
      histogram = fresh();
      this.#slots[at] = histogram;
    }
    histogram.recordValue(Math.min(us, US_MAX));
  }

  /** Whether the last call is older than the window. */
  isIdle(now: number): boolean {
    return Math.floor(now / SLOT_MS) - this.#newest >= SLOTS;
  }

  /** A clock that was set back leaves the newest slot the newest. */
  #advance(slot: number): void {
    const steps = Math.min(slot - this.#newest, SLOTS);
    if (steps <= 0) return;
    for (let step = 1; step <= steps; step++) this.#empty((slot - steps + step) % SLOTS);
    this.#newest = slot;
  }

  /** One that held nothing is given up; who is called keeps what it has. */
  #empty(at: number): void {
    const slot = this.#slots[at]!;
    if (slot === null) return;
    if (slot.totalCount === 0) this.#slots[at] = null;
    else slot.reset();
  }

  /** Undefined where nothing was called. */
  latency(now: number): Latency | undefined {
    this.#advance(Math.floor(now / SLOT_MS));
    const all = fresh();
    for (const slot of this.#slots) if (slot !== null && slot.totalCount > 0) all.add(slot);
    if (all.totalCount === 0) return undefined;
    const seconds = (percentile: number) => all.getValueAtPercentile(percentile) / 1e6;
    return {
      server: this.server,
      tool: this.tool,
      calls: all.totalCount,
      p50: seconds(50),
      p99: seconds(99),
      p999: seconds(99.9),
      max: seconds(100),
    };
  }
}

function fresh(): Histogram {
  const histogram = new int32.default(1, 1000, 2);
  histogram.autoResize = true;
  return histogram;
}

export class Windows {
  readonly #windows = new Map<string, Window>();

  #lookedAt = 0;

  /** The window of this tool, or where too many are watched that of all others of its server. Keep it until it is gone. */
  of(server: string, tool: string, now: number): Window {
    const key = `${server}\0${tool}`;
    const known = this.#windows.get(key);
    if (known !== undefined) return known;
    if (this.#windows.size >= TOOLS_MAX) this.#makeRoom(now);
    if (this.#windows.size >= TOOLS_MAX && tool !== OTHER) return this.of(server, OTHER, now);
    const window = new Window(server, tool);
    this.#windows.set(key, window);
    return window;
  }

  /** Gives up those that nobody called lately; once for each slot, however many tools ask. */
  #makeRoom(now: number): void {
    const slot = Math.floor(now / SLOT_MS);
    if (slot === this.#lookedAt) return;
    this.#lookedAt = slot;
    for (const [key, window] of this.#windows) {
      if (!window.isIdle(now)) continue;
      window.isGone = true;
      this.#windows.delete(key);
    }
  }

  /** Those that were called within the window, the busiest first. Some at a time: all at once took 50 ms. */
  async latencies(now: number): Promise<Latency[]> {
    const found: Latency[] = [];
    for (const [at, window] of [...this.#windows.values()].entries()) {
      if (at % AT_ONCE === AT_ONCE - 1) await nextTurn();
      const latency = window.latency(now);
      if (latency !== undefined) found.push(latency);
    }
    return found.sort((a, b) => b.calls - a.calls);
  }
}
