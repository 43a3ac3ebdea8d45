/**
 * What is written from now on, as it is written: over the ends of segments, too.
 */

import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { blocksOf, linesOf, type Segment, segmentsIn } from './segments.ts';

/** A place in the log: behind so many bytes of a segment. */
export interface Place {
  readonly segment: number;
  readonly offset: number;
}

/** The end of the log as it is now. */
export function endOf(dir: string): Place {
  const last = segmentsIn(dir).at(-1);
  if (last === undefined) return { segment: 1, offset: 0 };
  return last.isGzip
    ? { segment: last.number + 1, offset: 0 }
    : { segment: last.number, offset: statSync(last.path).size };
}

/** Whole lines from a place on, and where they end; nothing more where there are none. */
export async function* linesFrom(
  dir: string,
  from: Place,
): AsyncGenerator<{ lines: Buffer[]; place: Place }> {
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
      throw error;
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
