/**
 * The thread that writes the audit log: takes records out of the ring, hashes what is to be hashed, chains, writes, syncs.
 *
 * Everything that stands in the ring when it wakes is one write (group commit). What cannot be written stays in the ring, and
 * the state says so: that a disk is full must be known before the next call is let in. Sealed segments are compressed and
 * indexed between writes (upkeep.ts).
 */

import { hash, randomBytes } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { Ledger, ownLine } from './ledger.ts';
import { type Frame, Gauge, Ring, State, Way } from './ring.ts';
import { signerOf } from './seal.ts';
import { Upkeep } from './upkeep.ts';

export interface WriterSetup {
  readonly memory: SharedArrayBuffer;
  readonly dir: string;
  readonly signKey: string | null;
  readonly settings: WriterSettings;
}

/** What may change while it runs. */
export interface WriterSettings {
  readonly rotateBytes: number;
  readonly rotateMs: number;
  readonly flushMs: number;
  readonly retentionDays: number;
}

export type ToWriter =
  | { readonly kind: 'wake' }
  | { readonly kind: 'settings'; readonly settings: WriterSettings }
  | { readonly kind: 'close' };

export type FromWriter =
  | { readonly kind: 'ready' | 'closed' }
  | { readonly kind: 'unusable'; readonly words: string }
  | { readonly kind: 'fault' | 'note'; readonly words: string };

const RETRY_MS = 250;
const UPKEEP_MS = 60_000;
const ARGUMENTS = Buffer.from(',"arguments":');
const RESULT = Buffer.from(',"result":');
const NEWLINE = 0x0a;

class Writer {
  readonly #ring: Ring;
  readonly #ledger: Ledger;
  readonly #upkeep: Upkeep;
  #settings: WriterSettings;
  #syncedAt = 0;
  #timer: NodeJS.Timeout | null = null;
  #isFailing = false;
  #isQueued = false;
  #isClosing = false;

  constructor({ memory, dir, signKey, settings }: WriterSetup) {
    this.#ring = new Ring(memory);
    this.#settings = settings;
    const { rotateBytes, rotateMs } = settings;
    const signer = signKey === null ? null : signerOf(signKey);
    const instance = randomBytes(8).toString('hex');
    this.#ledger = new Ledger({ dir, signer, rotateBytes, rotateMs, instance }, Date.now());
    this.#upkeep = new Upkeep(dir, (about) => this.#own(about), tell);
    this.#upkeep.due(this.#ledger.segment, settings.retentionDays);
    setInterval(() => this.work(), Math.min(UPKEEP_MS, rotateMs)).unref();
    this.work();
  }

  configure(settings: WriterSettings): void {
    this.#settings = settings;
    this.#ledger.configure(settings);
    this.work();
  }

  /** There is more to write. A disk that fails is tried again in its own time: each attempt reads and hashes anew what waits. */
  wake(): void {
    if (!this.#isFailing) this.work();
  }

  /** Writes what there is, and sees to what is due; again as soon as there is more. */
  work(): void {
    if (this.#isQueued || this.#isClosing) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const waitMs = this.#round();
    if (waitMs === 0) {
      this.#isQueued = true;
      setImmediate(() => {
        this.#isQueued = false;
        this.work();
      });
    } else if (waitMs < Number.POSITIVE_INFINITY) {
      this.#timer = setTimeout(() => this.work(), waitMs);
    }
  }

  /** How long the next round may wait: 0 where there is more to write, Infinity where nothing is left to do. */
  #round(): number {
    try {
      const isMore = this.#write();
      const now = Date.now();
      if (this.#ledger.isDue(now)) {
        this.#ledger.rotate(now);
        this.#synced(now);
      } else if (now - this.#syncedAt >= this.#settings.flushMs || this.#isClosing) {
        this.#ledger.sync();
        this.#synced(now);
      }
      this.#upkeep.due(this.#ledger.segment, this.#settings.retentionDays);
      this.#fine();
      if (isMore) return 0;
      if (!this.#ledger.isDirty) return Number.POSITIVE_INFINITY;
      return Math.max(1, this.#syncedAt + this.#settings.flushMs - now);
    } catch (error) {
      this.#failed(error as NodeJS.ErrnoException);
      return RETRY_MS;
    }
  }

  /** As much as is written at once; true where there is more. Whoever is fast must not keep it from syncing and sealing. */
  #write(): boolean {
    const ring = this.#ring;
    let at = ring.tail;
    let count = 0;
    for (let frame = ring.frame(at); frame !== null; frame = ring.frame(at)) {
      const { line, args, result } = frame;
      const bytes = line.length + args.length + result.length + 512;
      if (count > 0 && this.#ledger.isFull(bytes)) {
        this.#commit(at, count);
        return true;
      }
      this.#ledger.append(piecesOf(frame));
      count += 1;
      at = frame.next;
    }
    this.#commit(at, count);
    return false;
  }

  #commit(tail: number, count: number): void {
    this.#ledger.commit();
    this.#ring.release(tail);
    const { gauges } = this.#ring;
    gauges[Gauge.written] = gauges[Gauge.written]! + count;
    gauges[Gauge.segment] = this.#ledger.segment;
  }

  /** A line of the log about itself. */
  #own(about: { kind: string } & Record<string, unknown>): void {
    this.#ledger.append([ownLine(Date.now(), about)]);
    this.#ledger.commit();
    this.#ledger.sync();
  }

  #synced(now: number): void {
    this.#syncedAt = now;
    this.#ring.gauges[Gauge.durable] = this.#ring.gauges[Gauge.written]!;
  }

  #fine(): void {
    this.#ring.state = State.writing;
    if (this.#isFailing) tell('note', 'the audit log is written again');
    this.#isFailing = false;
  }

  #failed(error: NodeJS.ErrnoException): void {
    this.#ring.state = State.stalled;
    this.#ring.gauges[Gauge.failures] = this.#ring.gauges[Gauge.failures]! + 1;
    // Once, not four times a second for as long as the disk is full.
    if (!this.#isFailing) tell('fault', `the audit log cannot be written: ${error.message}`);
    this.#isFailing = true;
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    while (this.#round() === 0);
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#upkeep.close();
    try {
      this.#ledger.end(Date.now());
    } catch (error) {
      tell('fault', `the audit log was not sealed: ${(error as Error).message}`);
      this.#ledger.close();
    }
    this.#ring.state = State.ended;
  }
}

function piecesOf({ line, args, argsWay, result, resultWay }: Frame): Buffer[] {
  const pieces = [line];
  if (argsWay !== Way.none) pieces.push(ARGUMENTS, recorded(args, argsWay));
  if (resultWay !== Way.none) pieces.push(RESULT, recorded(result, resultWay));
  return pieces;
}

function recorded(bytes: Buffer, way: Way): Buffer {
  // Messages were proven to be one line; what is not would be read as a record of its own.
  if (way === Way.whole && !bytes.includes(NEWLINE)) return bytes;
  // A copy: shared memory is nothing to hash.
  const sha256 = hash('sha256', Buffer.from(bytes));
  return Buffer.from(`{"sha256":"${sha256}","bytes":${bytes.length}}`);
}

function tell(kind: 'fault' | 'note', words: string): void {
  say({ kind, words });
}

function say(message: FromWriter): void {
  parentPort?.postMessage(message);
}

let writer: Writer | null = null;
try {
  writer = new Writer(workerData as WriterSetup);
  say({ kind: 'ready' });
} catch (error) {
  say({ kind: 'unusable', words: (error as Error).message });
  parentPort?.close();
}
parentPort?.on('message', async (message: ToWriter) => {
  if (message.kind === 'wake') writer?.wake();
  else if (message.kind === 'settings') writer?.configure(message.settings);
  else {
    await writer?.close();
    say({ kind: 'closed' });
    parentPort?.close();
  }
});
