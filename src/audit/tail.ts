/**
 * What is written from now on, as it is written: over the ends of segments, too.
 */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { blocksOf, isContentFault, linesOf, type Segment, segmentsIn } from './segments.ts';

const NEWLINE = 0x0a;
const PIECE_BYTES = 1 << 16;

/** A place in the log: behind so many bytes of a segment. */
export interface Place {
  readonly segment: number;
  readonly offset: number;
}

/** What was read, and where it ends. */
export interface Stretch {
  readonly lines: Buffer[];
  readonly place: Place;
  /** Why the rest of the segment before this place is left out. */
  readonly fault?: string;
}

/** The end of the log as it is now. */
export function endOf(dir: string): Place {
  const last = segmentsIn(dir).at(-1);
  if (last === undefined) return { segment: 1, offset: 0 };
  return last.isGzip
    ? { segment: last.number + 1, offset: 0 }
    : { segment: last.number, offset: endOfLines(last.path) };
}

/** Behind the last whole line: another may be half written. */
function endOfLines(path: string): number {
  const file = openSync(path, 'r');
  try {
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    for (let end = fstatSync(file).size; end > 0; ) {
      const start = Math.max(0, end - PIECE_BYTES);
      const read = readSync(file, piece, 0, end - start, start);
      const at = piece.subarray(0, read).lastIndexOf(NEWLINE);
      if (at >= 0) return start + at + 1;
      end = start;
    }
    return 0;
  } finally {
    closeSync(file);
  }
}

/** Whole lines from a place on, and where they end; nothing more where there are none. */
export async function* linesFrom(dir: string, from: Place): AsyncGenerator<Stretch> {
  let { segment: number, offset } = from;
  for (const segment of segmentsIn(dir)) {
    if (segment.number < number) continue;
    if (segment.number > number) offset = 0;
    number = segment.number;
    try {
      yield* linesIn(segment, offset);
    } catch (error) {
      // Compressed since it was listed, or deleted: whoever comes again finds what there is.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      if (!isContentFault(error)) throw error;
      const fault = `segment ${number} cannot be read (${(error as Error).message})`;
      yield { lines: [], place: { segment: number + 1, offset: 0 }, fault };
    }
  }
}

async function* linesIn(segment: Segment, offset: number) {
  // Of a compressed one the beginning must be read as well; offsets are those of the text.
  let at = segment.isGzip ? 0 : offset;
  for await (const block of blocksOf(segment, at)) {
    if (block.isTorn) return;
    const end = at + block.bytes.length;
    if (end > offset) {
      const bytes = at < offset ? block.bytes.subarray(offset - at) : block.bytes;
      yield {
        lines: linesOf({ bytes, isTorn: false }),
        place: { segment: segment.number, offset: end },
      };
    }
    at = end;
  }
}

const POLL_MS = 200;

/** Lines that are written from now on, until the signal says that nobody wants more. */
export function tail(dir: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  // Not within the generator, which begins only when it is asked.
  return follow(dir, signal, endOf(dir));
}

async function* follow(dir: string, signal: AbortSignal, from: Place): AsyncGenerator<Buffer> {
  let place = from;
  while (!signal.aborted) {
    for await (const found of linesFrom(dir, place)) {
      yield* found.lines;
      place = found.place;
    }
    await sleep(POLL_MS, undefined, { signal }).catch(() => {});
  }
}
