/**
 * Times pieces of work that are done in turns on one thread: own logic, and handing bytes to the system.
 *
 *   start ─ logic ─ pause   (bytes queued)   flush: written   arrived ─ logic ─ ends: written ─ over
 *
 * There is one thread and one turn at a time, so what is being worked on is a field and not an argument. Off, it costs
 * its users a branch on `isOn`. On, it reads the clock some eight times per piece and allocates its lap; nothing
 * of that is subtracted. All times are nanoseconds.
 */

/** What one piece of work has cost so far. */
export class Lap {
  /** Logic of the first turn, of the turns that go on with it, and from the arriving bytes to its end. */
  startNs = 0;
  resumedNs = 0;
  endNs = 0;
  /** Writes: its part of the flush, and the last one. */
  flushNs = 0;
  lastWriteNs = 0;
  /** Its bytes were queued in the turn in which it began. */
  isQueued = false;
}

class Stopwatch {
  isOn = false;
  /** What is being worked on in this turn; null while it is off, or where nothing was started. */
  current: Lap | null = null;
  #onLap: (lap: Lap) => void = () => {};
  #since = 0;
  #isFirst = false;
  /** When the bytes arrived that are being worked on; 0 outside of that. */
  #arrivedAt = 0;
  /** Laps whose bytes wait to be written together, by who will write them. */
  readonly #queued = new Map<object, Lap[]>();

  /** On, until the end of the process: `onLap` gets every lap that is complete. */
  turnOn(onLap: (lap: Lap) => void): void {
    this.#onLap = onLap;
    this.isOn = true;
  }

  /** A piece of work begins here. */
  start(): void {
    this.current = new Lap();
    this.#isFirst = true;
    this.#since = clockNs();
  }

  resume(lap: Lap): void {
    this.current = lap;
    this.#isFirst = false;
    this.#since = clockNs();
  }

  pause(): void {
    const lap = this.current;
    if (lap === null) return;
    const spentNs = clockNs() - this.#since;
    if (this.#isFirst) lap.startNs += spentNs;
    else lap.resumedNs += spentNs;
    this.current = null;
  }

  /** Bytes of the current piece wait for the next flush of this writer. */
  queue(writer: object): void {
    if (this.current === null) return;
    this.current.isQueued = true;
    const waiting = this.#queued.get(writer);
    if (waiting === undefined) this.#queued.set(writer, [this.current]);
    else waiting.push(this.current);
  }

  /** Writes what was queued; each of the pieces in it bears its part. */
  flush(writer: object, write: () => void): void {
    const since = clockNs();
    write();
    const spentNs = clockNs() - since;
    const laps = this.#queued.get(writer) ?? [];
    this.#queued.delete(writer);
    for (const lap of laps) lap.flushNs += spentNs / laps.length;
  }

  /** Does what bytes that have arrived ask for; it may end a piece of work. */
  arrived(work: () => void): void {
    this.#arrivedAt = clockNs();
    work();
    this.#arrivedAt = 0;
  }

  /** Ends a piece of work by a write. It was a whole lap if it was queued at once and arriving bytes have ended it. */
  end(lap: Lap, write: () => void): void {
    const since = clockNs();
    write();
    if (this.#arrivedAt === 0 || !lap.isQueued) return;
    lap.endNs = since - this.#arrivedAt;
    lap.lastWriteNs = clockNs() - since;
    this.#onLap(lap);
  }
}

/** Not process.hrtime.bigint(), which makes a BigInt each time. */
export function clockNs(): number {
  return performance.now() * 1e6;
}

/** One per process, as there is one thread that relays. */
export const stopwatch = new Stopwatch();
