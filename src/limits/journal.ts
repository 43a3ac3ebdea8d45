/**
 * Counts of quotas on disk, so that a restart gives nobody their day anew.
 *
 *   header  "SLUICEQ1" · seed (16 bytes)
 *   record  quota f64 · key f64 · window start f64 · count f64 · crc32 u32      36 bytes, little endian
 *
 * Appended, the last record of a key counts. Counts are whole and not steps, so that a record twice does no harm. What
 * changed is written and synced together, every FLUSH_MS while something changes: a crash forgets no more than that.
 * A record that was torn by a crash fails its checksum, and reading ends before it. The file is written anew beside
 * itself and renamed when most of it is outdated. One process owns a folder: a lock file with its id says which.
 *
 * A disk that fails is said in the log, and counting goes on in memory: the limit still holds for this process.
 */

import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { lockFile } from '../lib/file-lock.ts';
import type { Quota } from './quota.ts';

const MAGIC = Buffer.from('SLUICEQ1');
const SEED_BYTES = 16;
const HEADER_BYTES = MAGIC.length + SEED_BYTES;
const RECORD_BYTES = 36;
/** How much a crash may forget. One fdatasync costs 0.1 to 10 ms of a disk, so ten a second are little. */
const FLUSH_MS = 100;
/** 64 limits of 4 million keys would be more, and no sane file is: it would be read at every start. */
const FILE_BYTES_MAX = 512 * 1024 * 1024;
const COMPACT_RECORDS_MIN = 16_384;

export class Journal {
  /** What keys are made with: they must mean the same after a restart. */
  readonly seed: string;
  readonly #path: string;
  readonly #lock: string;
  readonly #onFault: (error: Error) => void;
  readonly #dirty = new Map<Quota, Set<number>>();
  /** What an earlier process left: by quota, by key, its window and count. */
  readonly #left: Map<number, Map<number, { start: number; used: number }>>;
  #quotas: readonly Quota[] = [];
  #file: FileHandle | null = null;
  #records = 0;
  #timer: NodeJS.Timeout | null = null;
  #work: Promise<void> = Promise.resolve();
  #isClosed = false;
  #isFailing = false;
  /** The file is not what it should be, and must be written as a whole. */
  #isOutdated = true;

  /** Throws, in words for the operator, where the folder cannot be used. */
  constructor(folder: string, onFault: (error: Error) => void) {
    this.#path = join(folder, 'quotas.journal');
    this.#lock = join(folder, 'quotas.lock');
    this.#onFault = onFault;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // Two processes would each write over the other's counts, and each give the whole quota.
    lockFile(this.#lock, (owner) => {
      return `${this.#lock} says that process ${owner} counts quotas here; give each its own state.dir`;
    });
    try {
      const { seed, left } = readJournal(this.#path);
      this.seed = seed;
      this.#left = left;
    } catch (error) {
      rmSync(this.#lock, { force: true });
      throw error;
    }
  }

  /** Gives a quota the counts that an earlier process left. */
  restore(quota: Quota, now: number): void {
    for (const [key, { start, used }] of this.#left.get(quota.name) ?? []) {
      quota.restore(key, start, used, now);
    }
    this.#left.delete(quota.name);
  }

  /** The quotas whose counts the journal keeps from now on; the file is written anew. */
  watch(quotas: readonly Quota[]): void {
    this.#quotas = quotas;
    this.#do(() => this.#compact());
  }

  note(quota: Quota, key: number): void {
    let keys = this.#dirty.get(quota);
    if (keys === undefined) {
      keys = new Set();
      this.#dirty.set(quota, keys);
    }
    keys.add(key);
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#do(() => this.#flush());
    }, FLUSH_MS).unref();
  }

  /** Resolves when what has changed until now is on disk, or known not to be. */
  async flushed(): Promise<void> {
    this.#do(() => this.#flush());
    await this.#work;
  }

  /** Writes what is left to write, and lets another process have the folder. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.flushed();
    await this.#file?.close();
    rmSync(this.#lock, { force: true });
  }

  /** One after the other: a flush and a new file must not cross. */
  #do(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).then(
      () => {
        this.#isFailing = false;
      },
      (error: Error) => {
        // Once, not ten times a second for as long as the disk is full.
        if (!this.#isFailing) this.#onFault(error);
        this.#isFailing = true;
      },
    );
  }

  async #flush(): Promise<void> {
    const records: Buffer[] = [];
    for (const [quota, keys] of this.#dirty) {
      for (const key of keys) records.push(record(quota, key, quota.used(key)));
    }
    this.#dirty.clear();
    if (this.#isOutdated || this.#file === null) return this.#compact();
    if (records.length === 0) return;
    // Until this is done it is not known what is in the file: after a fault it is written anew.
    this.#isOutdated = true;
    await this.#file.appendFile(Buffer.concat(records));
    await this.#file.datasync();
    this.#isOutdated = false;
    this.#records += records.length;
    if (this.#records > COMPACT_RECORDS_MIN && this.#records > 4 * this.#live()) {
      await this.#compact();
    }
  }

  #live(): number {
    let live = 0;
    for (const quota of this.#quotas) {
      quota.each(() => {
        live += 1;
      });
    }
    return live;
  }

  async #compact(): Promise<void> {
    this.#isOutdated = true;
    const parts: Buffer[] = [MAGIC, Buffer.from(this.seed, 'hex')];
    for (const quota of this.#quotas) {
      quota.each((key, used) => parts.push(record(quota, key, used)));
    }
    const fresh = `${this.#path}.new`;
    const file = await open(fresh, 'w', 0o600);
    try {
      await file.writeFile(Buffer.concat(parts));
      await file.datasync();
      await rename(fresh, this.#path);
      await syncFolder(dirname(this.#path));
    } catch (error) {
      await file.close();
      throw error;
    }
    const before = this.#file;
    this.#file = file;
    await before?.close();
    this.#records = parts.length - 2;
    this.#isOutdated = false;
  }
}

/** So that the new name lasts as the file does. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function record(quota: Quota, key: number, used: number): Buffer {
  const bytes = Buffer.allocUnsafe(RECORD_BYTES);
  bytes.writeDoubleLE(quota.name, 0);
  bytes.writeDoubleLE(key, 8);
  bytes.writeDoubleLE(quota.windowStart, 16);
  bytes.writeDoubleLE(used, 24);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 32)), 32);
  return bytes;
}

interface Left {
  readonly seed: string;
  readonly left: Map<number, Map<number, { start: number; used: number }>>;
}

function readJournal(path: string): Left {
  const left: Left['left'] = new Map();
  const bytes = bytesOf(path);
  if (bytes === undefined) return { seed: randomBytes(SEED_BYTES).toString('hex'), left };
  if (bytes.length < HEADER_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) {
    // Renamed into place whole: this was never ours, and must not be overwritten.
    throw new Error(`${path} is not a journal of quotas; move it away`);
  }
  for (let at = HEADER_BYTES; at + RECORD_BYTES <= bytes.length; at += RECORD_BYTES) {
    if (crc32(bytes.subarray(at, at + 32)) !== bytes.readUInt32LE(at + 32)) break;
    const name = bytes.readDoubleLE(at);
    let keys = left.get(name);
    if (keys === undefined) {
      keys = new Map();
      left.set(name, keys);
    }
    const start = bytes.readDoubleLE(at + 16);
    keys.set(bytes.readDoubleLE(at + 8), { start, used: bytes.readDoubleLE(at + 24) });
  }
  return { seed: bytes.toString('hex', MAGIC.length, HEADER_BYTES), left };
}

function bytesOf(path: string): Buffer | undefined {
  try {
    if (statSync(path).size > FILE_BYTES_MAX) throw new Error(`${path} is too large to be read`);
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
