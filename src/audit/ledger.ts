/**
 * The audit log on disk: lines that are chained, in segments that are sealed.
 *
 *   {"seq":1,"prev":"000…","kind":"segment","segment":1,…}         each `prev` is the SHA-256 of the line before
 *   {"seq":2,"prev":"9f2…","time":"…","kind":"call",…}
 *   {"seq":3,"prev":"77c…",…,"kind":"seal","count":2,"root":"…","key":"…","sig":"…"}
 *   {"seq":4,"prev":"e01…","kind":"segment","segment":2,…}         in the next file
 *
 * Synchronous, for a thread of its own. `append` collects, `commit` writes, `sync` makes it last. What `commit` could not
 * write is as if it had never been appended: the file is cut back to what was, and the caller appends it again. A line that
 * a crash tore is moved beside the log at the next start, and the log says so, as it says how many lines it found that were not
 * under a seal: for those there is nobody's word but that of the folder.
 */

import { hash } from 'node:crypto';
import {
  closeSync,
  fdatasyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { lockFile } from '../lib/file-lock.ts';
import { syncFile, syncFolder } from '../lib/replace-file.ts';
import { Frontier } from './merkle.ts';
import { type Signer, signed } from './seal.ts';
import { type Segment, segmentPath, segmentsIn } from './segments.ts';

/** Of the lines' form; a reader that knows less says so. */
export const VERSION = 1;
const NO_HASH = '0'.repeat(64);
/** Written at once, or when it is full. */
const OUT_BYTES = 1 << 20;

export interface LedgerOptions {
  readonly dir: string;
  readonly signer: Signer | null;
  readonly rotateBytes: number;
  readonly rotateMs: number;
  /** Which process writes: in the first line of each segment. */
  readonly instance: string;
}

/** What the next line goes on from. */
interface State {
  seq: number;
  prev: string;
  segment: number;
  /** Of the segment: lines, bytes, and when it was begun. */
  frontier: Frontier;
  bytes: number;
  firstSeq: number;
  begunAt: number;
}

export class Ledger {
  #options: LedgerOptions;
  readonly #lock: string;
  #fd = -1;
  #now: State;
  #committed: State;
  #out = Buffer.allocUnsafe(OUT_BYTES);
  #outLength = 0;
  #isDirty = false;

  /** Takes the folder, and goes on where the log ends. Throws where that cannot be, in words for the operator. */
  constructor(options: LedgerOptions, now: number) {
    this.#options = options;
    mkdirSync(options.dir, { recursive: true, mode: 0o700 });
    this.#lock = join(options.dir, 'lock');
    lockFile(this.#lock, (owner) => {
      return `${this.#lock} says that process ${owner} writes here; give each process its own audit.dir`;
    });
    try {
      const { state, cut } = this.#recover(now);
      this.#now = state;
      this.#committed = this.#copy();
      if (this.#fd < 0) this.#begin(now);
      const unsealed = state.frontier.count;
      if (cut !== null || unsealed > 0) {
        const about = { segment: state.segment, unsealed, bytes: 0, lines: 0, ...cut };
        this.append([ownLine(now, { kind: 'recovery', ...about })]);
      }
      this.commit();
      this.sync();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  get seq(): number {
    return this.#committed.seq;
  }

  get segment(): number {
    return this.#committed.segment;
  }

  get bytes(): number {
    return this.#committed.bytes;
  }

  /** Whether `sync` has something to do. */
  get isDirty(): boolean {
    return this.#isDirty;
  }

  configure(limits: Pick<LedgerOptions, 'rotateBytes' | 'rotateMs'>): void {
    const { rotateBytes, rotateMs } = limits;
    this.#options = { ...this.#options, rotateBytes, rotateMs };
  }

  /** True where so many more bytes should be committed first. */
  isFull(bytes: number): boolean {
    return this.#outLength + bytes + 256 > OUT_BYTES;
  }

  /** One line, given as what follows its `seq` and `prev`, in pieces. */
  append(pieces: readonly Uint8Array[]): void {
    if (this.#now.frontier.count === 0) this.#first();
    this.#append(pieces);
  }

  #append(pieces: readonly Uint8Array[]): void {
    const state = this.#now;
    let length = 0;
    for (const piece of pieces) length += piece.length;
    if (this.isFull(length)) this.#grow(length);
    const out = this.#out;
    const start = this.#outLength;
    state.seq += 1;
    let at = start + out.latin1Write(`{"seq":${state.seq},"prev":"${state.prev}",`, start);
    for (const piece of pieces) {
      out.set(piece, at);
      at += piece.length;
    }
    out[at++] = 0x7d;
    this.#chain(out.subarray(start, at));
    out[at++] = 0x0a;
    this.#outLength = at;
    state.bytes += at - start;
  }

  /** A line that is larger than what is written at once. */
  #grow(length: number): void {
    const grown = Buffer.allocUnsafe(this.#outLength + length + 1024);
    this.#out.copy(grown, 0, 0, this.#outLength);
    this.#out = grown;
  }

  #chain(line: Buffer): void {
    const state = this.#now;
    state.prev = hash('sha256', line);
    state.frontier.push(state.prev);
  }

  /** Hands what was appended to the system; the process may now die. Throws where it cannot: then nothing was appended. */
  commit(): void {
    if (this.#outLength === 0) return;
    try {
      let at = 0;
      while (at < this.#outLength) {
        at += writeSync(this.#fd, this.#out, at, this.#outLength - at);
      }
    } catch (error) {
      this.#rollBack();
      throw error;
    }
    this.#outLength = 0;
    if (this.#out.length > OUT_BYTES) this.#out = Buffer.allocUnsafe(OUT_BYTES);
    this.#isDirty = true;
    this.#committed = this.#copy();
  }

  #copy(): State {
    return { ...this.#now, frontier: this.#now.frontier.copy() };
  }

  #rollBack(): void {
    this.#outLength = 0;
    this.#now = this.#committed;
    this.#committed = this.#copy();
    // Half of a line may be there. Where even this fails, the next start finds it torn.
    if (this.#fd >= 0) ftruncateSync(this.#fd, this.#now.bytes);
  }

  sync(): void {
    if (!this.#isDirty || this.#fd < 0) return;
    fdatasyncSync(this.#fd);
    this.#isDirty = false;
  }

  isDue(now: number): boolean {
    const { bytes, begunAt, frontier } = this.#now;
    const { rotateBytes, rotateMs } = this.#options;
    return bytes >= rotateBytes || (frontier.count > 1 && now - begunAt >= rotateMs);
  }

  /** Seals the segment and begins the next. */
  rotate(now: number): void {
    // A disk may be full between the two.
    if (this.#fd >= 0) this.#seal(now);
    this.#begin(now);
  }

  /** Seals what there is, and lets another process have the folder. */
  end(now: number): void {
    if (this.#now.frontier.count > 1) this.#seal(now);
    else this.commit();
    this.close();
  }

  close(): void {
    if (this.#fd >= 0) closeSync(this.#fd);
    this.#fd = -1;
    rmSync(this.#lock, { force: true });
  }

  #seal(now: number): void {
    this.commit();
    const { signer } = this.#options;
    const state = this.#now;
    const { count } = state.frontier;
    state.seq += 1;
    const text = JSON.stringify({
      seq: state.seq,
      prev: state.prev,
      time: new Date(now).toISOString(),
      kind: 'seal',
      segment: state.segment,
      first: state.firstSeq,
      count,
      root: state.frontier.root(),
      key: signer?.id ?? '',
    });
    const line = Buffer.from(`${signed(text, signer)}\n`);
    line.copy(this.#out);
    this.#outLength = line.length;
    state.bytes += line.length;
    state.prev = hash('sha256', line.subarray(0, -1), 'hex');
    this.commit();
    this.#isDirty = true;
    this.sync();
    closeSync(this.#fd);
    this.#fd = -1;
  }

  #begin(now: number): void {
    const { dir } = this.#options;
    const state = this.#now;
    // To append, wherever the file was cut back to.
    this.#fd = openSync(segmentPath(dir, state.segment + 1), 'ax', 0o600);
    syncFolder(dir);
    state.segment += 1;
    state.frontier = new Frontier();
    state.bytes = 0;
    state.firstSeq = state.seq + 1;
    state.begunAt = now;
    this.#committed = this.#copy();
  }

  /** The first line of a segment; again where it could not be written the first time. */
  #first(): void {
    const { segment, begunAt } = this.#now;
    const { instance } = this.#options;
    this.#append([ownLine(begunAt, { kind: 'segment', segment, version: VERSION, instance })]);
  }

  // === after a start ===

  #recover(now: number): { state: State; cut: Cut | null } {
    const { dir } = this.#options;
    const last = segmentsIn(dir).at(-1);
    const state: State = {
      seq: 0,
      prev: NO_HASH,
      segment: 0,
      frontier: new Frontier(),
      bytes: 0,
      firstSeq: 1,
      begunAt: now,
    };
    if (last === undefined) return { state, cut: null };
    state.segment = last.number;
    if (last.isGzip) {
      // Only what was sealed is compressed; its last line is all that counts.
      const end = lastLine(gunzipped(last));
      return { state: { ...state, ...head(end), segment: last.number }, cut: null };
    }
    return this.#reopen(last, state, now);
  }

  /** Goes on with a segment that was not sealed, or after one that was. */
  #reopen(last: Segment, state: State, now: number): { state: State; cut: Cut | null } {
    const bytes = readFileSync(last.path);
    let at = 0;
    let isSealed = false;
    while (at < bytes.length && !isSealed) {
      const end = bytes.indexOf(0x0a, at);
      const line = end < 0 ? null : headOf(bytes.subarray(at, end));
      if (line === null || !follows(state, line, at === 0)) break;
      if (at === 0) state.firstSeq = line.seq;
      state.seq = line.seq;
      isSealed = line.kind === 'seal';
      state.prev = hash('sha256', bytes.subarray(at, end));
      if (!isSealed) state.frontier.push(state.prev);
      at = end + 1;
    }
    state.bytes = at;
    const cut = at < bytes.length ? this.#cut(last, bytes, at, now) : null;
    if (isSealed) return { state, cut };
    if (at === 0) {
      // Not one whole line: the file is begun anew, after the segment before it.
      rmSync(last.path);
      const { state: before } = this.#recover(now);
      return { state: before, cut };
    }
    this.#fd = openSync(last.path, 'a', 0o600);
    return { state, cut };
  }

  /** Nothing that was written is thrown away: what does not go on from the line before stays beside the log. */
  #cut({ path, number }: Segment, bytes: Buffer, at: number, now: number): Cut {
    const torn = `${path.slice(0, -'.jsonl'.length)}.torn-${now}`;
    writeFileSync(torn, bytes.subarray(at), { mode: 0o600 });
    // It lasts before it is cut off here.
    syncFile(torn);
    syncFolder(this.#options.dir);
    truncateSync(path, at);
    syncFile(path);
    return {
      segment: number,
      bytes: bytes.length - at,
      lines: linesIn(bytes.subarray(at)),
      sha256: hash('sha256', bytes.subarray(at)),
    };
  }
}

interface Cut {
  readonly segment: number;
  readonly bytes: number;
  /** Whole ones: a crash alone leaves none. */
  readonly lines: number;
  readonly sha256: string;
}

function linesIn(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) count += 1;
  return count;
}

/** A line of the log about itself, as `append` takes it. */
export function ownLine(now: number, about: { kind: string } & Record<string, unknown>): Buffer {
  const members = JSON.stringify(about).slice(1, -1);
  return Buffer.from(`"time":"${new Date(now).toISOString()}",${members}`);
}

/** How each line begins. What follows may be a caller's words, and nothing in it counts. */
const HEAD =
  /^\{"seq":(\d{1,15}),"prev":"([0-9a-f]{64})","time":"([-0-9T:.]{23}Z)","kind":"([a-z_]{1,16})"/;
const HEAD_BYTES = 192;

export interface Head {
  readonly seq: number;
  readonly prev: string;
  readonly time: string;
  readonly kind: string;
}

/** Null where this is no line of an audit log. */
export function headOf(line: Buffer): Head | null {
  const match = HEAD.exec(line.latin1Slice(0, Math.min(line.length, HEAD_BYTES)));
  if (match === null || line.at(-1) !== 0x7d) return null;
  return { seq: Number(match[1]), prev: match[2]!, time: match[3]!, kind: match[4]! };
}

/** The first line of a file is taken at its word: the segment before may have been pruned. */
function follows(state: State, line: Head, isFirst: boolean): boolean {
  return isFirst || (line.seq === state.seq + 1 && line.prev === state.prev);
}

function head(line: Buffer): { seq: number; prev: string } {
  const found = headOf(line);
  if (found === null) throw new Error('the last line of the newest segment is no record');
  return { seq: found.seq, prev: hash('sha256', line) };
}

function lastLine(bytes: Buffer): Buffer {
  const end = bytes.at(-1) === 0x0a ? bytes.length - 1 : bytes.length;
  return bytes.subarray(bytes.lastIndexOf(0x0a, end - 1) + 1, end);
}

function gunzipped({ path }: Segment): Buffer {
  try {
    return gunzipSync(readFileSync(path));
  } catch (error) {
    throw new Error(
      `${path}, with which the log ends, cannot be read (${(error as Error).message}): keep the folder for whoever looks into it, and give audit.dir another one`,
    );
  }
}
