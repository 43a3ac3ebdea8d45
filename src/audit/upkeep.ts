/**
 * What is done with segments after they were sealed: indexed, compressed, and, when they are old enough, deleted.
 *
 * Between writes, a megabyte at a time, one thing after the other; a fault is told and tried again later.
 */

import { createReadStream, createWriteStream, rmSync, statSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { putInPlace } from '../lib/replace-file.ts';
import { readHolds } from './holds.ts';
import { indexOf, readIndex, writeIndex } from './index-file.ts';
import { outdated, pruneRecord, remove } from './prune.ts';
import { type Segment, segmentPath, segmentsIn } from './segments.ts';

/** Deleting is looked at so often; everything else as soon as there is something. */
const PRUNE_MS = 10 * 60_000;
/** The fastest one: the log of a busy hour must be compressed long before the next is (300 MB/s and a quarter of the size). */
const LEVEL = 1;

type TakeRecord = (about: { kind: string } & Record<string, unknown>) => void;

export class Upkeep {
  readonly #dir: string;
  readonly #record: TakeRecord;
  readonly #tell: (kind: 'fault' | 'note', words: string) => void;
  #work: Promise<void> = Promise.resolve();
  #isBusy = false;
  #isClosed = false;
  /** Segments below this number are done with. */
  #done = 0;
  #prunedAt = 0;
  /** What the log knows of the holds. */
  #holds: string | null = null;

  constructor(
    dir: string,
    record: TakeRecord,
    tell: (kind: 'fault' | 'note', words: string) => void,
  ) {
    this.#dir = dir;
    this.#record = record;
    this.#tell = tell;
  }

  /** Begins what is to be done below the open segment, unless something is being done. */
  due(open: number, retentionDays: number): void {
    const now = Date.now();
    const mustPrune = now - this.#prunedAt >= PRUNE_MS;
    if (this.#isBusy || this.#isClosed || (this.#done >= open && !mustPrune)) return;
    this.#isBusy = true;
    this.#work = this.#all(open, retentionDays, now, mustPrune)
      .catch((error: Error) => this.#tell('fault', `upkeep of the audit log: ${error.message}`))
      .finally(() => {
        this.#isBusy = false;
      });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#work;
  }

  async #all(open: number, retentionDays: number, now: number, mustPrune: boolean): Promise<void> {
    // Once per round, whatever comes of it: a full disk must not be filled with attempts.
    this.#done = open;
    if (mustPrune) {
      this.#prunedAt = now;
      await this.#try('deleting', async () => {
        this.#watchHolds();
        await this.#prune(open, retentionDays, now);
      });
    }
    for (const segment of segmentsIn(this.#dir)) {
      if (this.#isClosed) return;
      if (segment.number >= open) break;
      await this.#try(`segment ${segment.number}`, () => this.#settle(segment));
    }
  }

  /** What cannot be done to one segment must not keep the others from it. */
  async #try(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#tell('fault', `upkeep of the audit log, ${what}: ${(error as Error).message}`);
    }
  }

  async #settle(segment: Segment): Promise<void> {
    const plain = segmentPath(this.#dir, segment.number);
    if (readIndex(this.#dir, segment.number) === undefined) {
      writeIndex(this.#dir, await indexOf(segment));
    }
    // A crash between the two left both.
    if (segment.isGzip) rmSync(plain, { force: true });
    else await compress(plain);
  }

  async #prune(open: number, retentionDays: number, now: number): Promise<void> {
    const segments = await outdated(this.#dir, open, retentionDays, now);
    if (segments.length === 0) return;
    this.#record(await pruneRecord(segments));
    remove(this.#dir, segments);
    this.#tell(
      'note',
      `${segments.length} segments of the audit log were older than ${retentionDays} days`,
    );
  }

  #watchHolds(): void {
    const holds = readHolds(this.#dir);
    const text = JSON.stringify(holds);
    if (this.#holds === text || (this.#holds === null && holds.length === 0)) return;
    this.#holds = text;
    this.#record({ kind: 'holds', holds });
  }
}

/** Renamed into place when it is whole and on disk. */
export async function compress(path: string): Promise<void> {
  const fresh = `${path}.gz.new`;
  await pipeline(
    createReadStream(path, { highWaterMark: 1 << 20 }),
    createGzip({ level: LEVEL, chunkSize: 1 << 18 }),
    createWriteStream(fresh, { mode: 0o600 }),
  );
  if (statSync(fresh).size === 0) throw new Error('an empty file came of compressing');
  putInPlace(fresh, `${path}.gz`);
  rmSync(path);
}
