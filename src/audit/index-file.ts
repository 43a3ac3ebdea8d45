/**
 * What is in a sealed segment: from when to when, and which callers, tools, outcomes and so on. So that a query for one of
 * them need not read the segments in which it is not. It decides nothing else, and `verify` compares it with the segment.
 */

import { readFileSync } from 'node:fs';
import { replaceFile } from '../lib/replace-file.ts';
import { alikeOf, timeAt, timeOf } from './index-line.ts';
import { recordOf } from './record.ts';
import { blocksOf, indexPath, linesOf, type Segment } from './segments.ts';

/** Fields of records that an index lists, as paths. */
export const INDEXED = [
  'kind',
  'caller.id',
  'caller.tenant',
  'caller.user',
  'server',
  'tool',
  'method',
  'outcome',
  'refusal',
  'session',
  'address',
  'route',
] as const;
/** A field with more values than this is not worth a list. */
const VALUES_MAX = 2000;
/** Texts that lines had in common and that are remembered, at most some KB each. */
const ALIKE_MAX = 500;

export interface SegmentIndex {
  readonly segment: number;
  readonly lines: number;
  /** Times of the first and the last line, as they stand there; the clock may have gone back between them. */
  readonly from: string;
  readonly to: string;
  /** By field; null where there are too many values. */
  readonly values: Readonly<Record<string, readonly string[] | null>>;
}

export class Indexer {
  #lines = 0;
  #from = '';
  #to = '';
  readonly #values = new Map<string, Set<string> | null>(
    INDEXED.map((field) => [field, new Set()]),
  );
  readonly #alike = new Set<string>();

  /** A line as the gateway wrote it; one that has all that is listed in common with another is not parsed. */
  addLine(line: Buffer): void {
    const at = timeAt(line);
    const time = timeOf(line, at);
    const alike = time === undefined ? undefined : alikeOf(line, at);
    if (time !== undefined && alike !== undefined && this.#alike.has(alike)) {
      this.#at(time);
      return;
    }
    const record = recordOf(line);
    // What is none is found by nobody who asks, and is named by `verify`.
    if (record === null) return;
    this.add(record);
    if (alike !== undefined && this.#alike.size < ALIKE_MAX) this.#alike.add(alike);
  }

  #at(time: string): void {
    this.#lines += 1;
    if (this.#from === '' || time < this.#from) this.#from = time;
    if (time > this.#to) this.#to = time;
  }

  add(record: Readonly<Record<string, unknown>>): void {
    this.#at(String(record.time));
    for (const [field, values] of this.#values) {
      if (values === null) continue;
      const value = fieldOf(record, field);
      if (typeof value === 'string' && value !== '') values.add(value);
      if (values.size > VALUES_MAX) this.#values.set(field, null);
    }
  }

  done(segment: number): SegmentIndex {
    const values = [...this.#values].map(([field, set]) => [
      field,
      set === null ? null : [...set].sort(),
    ]);
    const about = { segment, lines: this.#lines, from: this.#from, to: this.#to };
    return { ...about, values: Object.fromEntries(values) };
  }
}

/** A member, or a member of a member, of a record. */
export function fieldOf(record: Readonly<Record<string, unknown>>, field: string): unknown {
  let value: unknown = record;
  for (const part of field.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part))
      return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}

export async function indexOf(segment: Segment): Promise<SegmentIndex> {
  const indexer = new Indexer();
  for await (const block of blocksOf(segment)) {
    for (const line of linesOf(block)) indexer.addLine(line);
  }
  return indexer.done(segment.number);
}

export function writeIndex(dir: string, index: SegmentIndex): void {
  replaceFile(indexPath(dir, index.segment), JSON.stringify(index));
}

/** Undefined where there is none, or none that can be read: then the segment is read. */
export function readIndex(dir: string, segment: number): SegmentIndex | undefined {
  try {
    const index: unknown = JSON.parse(readFileSync(indexPath(dir, segment), 'utf8'));
    return isIndexOf(index, segment) ? index : undefined;
  } catch {
    return undefined;
  }
}

/** Of another segment, or of another form, it would hide what is there. */
function isIndexOf(index: unknown, segment: number): index is SegmentIndex {
  if (typeof index !== 'object' || index === null) return false;
  const { segment: number, from, to, values } = index as Record<string, unknown>;
  if (number !== segment || typeof from !== 'string' || typeof to !== 'string') return false;
  return (
    typeof values === 'object' &&
    values !== null &&
    Object.values(values).every((list) => list === null || Array.isArray(list))
  );
}
