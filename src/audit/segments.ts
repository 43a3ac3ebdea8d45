/**
 * The files of an audit folder, and their lines.
 *
 *   00000007.jsonl      a segment: open, or sealed and not compressed yet
 *   00000007.jsonl.gz   the same, sealed and compressed
 *   00000007.index      what is in a sealed one, so that a query need not look (query.ts)
 *   00000007.torn-…     what a crash had left of a last line
 *   holds.json          legal holds        sinks/  how far each sink has come        lock
 */

import { createReadStream, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';

/** Of a file with a line that is longer than any record. */
const NO_LOG = 'NO_AUDIT_LOG';
const FILE = /^(\d{8})\.jsonl(\.gz)?$/;
const TORN = /^(\d{8})\.torn-\d+$/;
/** No record is longer: two payloads of the largest size that can be configured, and what else a call leaves. */
export const LINE_BYTES_MAX = 16 * 1024 * 1024;

export interface Segment {
  readonly number: number;
  readonly path: string;
  readonly isGzip: boolean;
}

export function segmentPath(dir: string, number: number): string {
  return join(dir, `${String(number).padStart(8, '0')}.jsonl`);
}

export function indexPath(dir: string, number: number): string {
  return join(dir, `${String(number).padStart(8, '0')}.index`);
}

/** In order. Where a crash left both forms of one segment, the compressed one, which came by a rename and is whole. */
export function segmentsIn(dir: string): Segment[] {
  const found = new Map<number, Segment>();
  for (const name of readdirSync(dir)) {
    const match = FILE.exec(name);
    if (match === null) continue;
    const number = Number(match[1]);
    const isGzip = match[2] !== undefined;
    if (isGzip || !found.has(number)) found.set(number, { number, path: join(dir, name), isGzip });
  }
  return [...found.values()].toSorted((a, b) => a.number - b.number);
}

/** What crashes have left of last lines, and the segments that it was in. */
export function tornIn(dir: string): { readonly number: number; readonly path: string }[] {
  return readdirSync(dir).flatMap((name) => {
    const match = TORN.exec(name);
    return match === null ? [] : [{ number: Number(match[1]), path: join(dir, name) }];
  });
}

/** Whole lines of a segment, with their line ends; or the rest of its last line, which has none. */
export interface Block {
  readonly bytes: Buffer;
  readonly isTorn: boolean;
}

/** Whether what is in a file is at fault, so that reading it again would not help. */
export function isContentFault(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === NO_LOG || (typeof code === 'string' && code.startsWith('Z_'));
}

/** In the blocks in which they come from the disk; from this byte on where it is not compressed. */
export async function* blocksOf({ path, isGzip }: Segment, start = 0): AsyncGenerator<Block> {
  const file = createReadStream(path, { highWaterMark: 1 << 20, start });
  const stream = isGzip ? file.pipe(createGunzip({ chunkSize: 1 << 20 })) : file;
  if (isGzip) file.on('error', (error) => stream.destroy(error));
  let rest: Buffer | null = null;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      const bytes: Buffer = rest === null ? chunk : Buffer.concat([rest, chunk]);
      const end = bytes.lastIndexOf(NEWLINE) + 1;
      rest = end < bytes.length ? bytes.subarray(end) : null;
      if (rest !== null && rest.length > LINE_BYTES_MAX) {
        throw Object.assign(new Error(`${path} is no audit log`), { code: NO_LOG });
      }
      if (end > 0) yield { bytes: bytes.subarray(0, end), isTorn: false };
    }
  } finally {
    file.destroy();
  }
  if (rest !== null) yield { bytes: rest, isTorn: true };
}

/** A block's lines, without their line ends. */
export function linesOf({ bytes, isTorn }: Block): Buffer[] {
  if (isTorn) return [bytes];
  const lines: Buffer[] = [];
  let from = 0;
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
    lines.push(bytes.subarray(from, end));
    from = end + 1;
  }
  return lines;
}

const NEWLINE = 0x0a;
