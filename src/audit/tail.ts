/**
 * What is written from now on, as it is written: over the ends of segments, too.
 */

import { statSync } from 'node:fs';
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
    yield* linesIn(segment, offset);
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

/** Never ends by itself. */
export async function* tail(dir: string, from: Place = endOf(dir)): AsyncGenerator<Buffer> {
  let place = from;
  for (;;) {
    for await (const found of linesFrom(dir, place)) {
      yield* found.lines;
      place = found.place;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
