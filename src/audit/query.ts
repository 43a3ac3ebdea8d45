/**
 * Records by what is in them.
 *
 * A segment whose index says that it has none is not opened; of the others only lines are parsed in which the bytes asked for
 * stand. So a question about something seldom costs what reading (and decompressing) costs, and no more.
 */

import { fieldOf, readIndex, type SegmentIndex } from './index-file.ts';
import { headOf } from './ledger.ts';
import { type Block, blocksOf, linesOf, type Segment, segmentsIn } from './segments.ts';

export type AuditRecord = Readonly<Record<string, unknown>>;

export interface Condition {
  readonly field: string;
  readonly operator: '=' | '!=' | '>' | '<';
  /** For `=` and `!=` a `*` stands for anything. */
  readonly value: string;
}

export interface Question {
  /** ISO times; '' for no bound. */
  readonly from: string;
  readonly to: string;
  readonly conditions: readonly Condition[];
  /** Anywhere in the record; '' for none. */
  readonly text: string;
}

export interface Found {
  readonly line: Buffer;
  readonly record: AuditRecord;
}

const CONDITION = /^([A-Za-z][A-Za-z0-9_.]*)(!=|=|>|<)(.*)$/s;

export function conditionOf(text: string): Condition | undefined {
  const match = CONDITION.exec(text);
  if (match === null) return undefined;
  return { field: match[1]!, operator: match[2] as Condition['operator'], value: match[3]! };
}

/** In the order in which they were written. */
export async function* query(dir: string, question: Question): AsyncGenerator<Found> {
  for (const segment of segmentsIn(dir)) {
    if (!mayHold(readIndex(dir, segment.number), question)) continue;
    yield* querySegment(dir, segment, question);
  }
}

/** The newest so many, in the order in which they were written. */
export async function queryNewest(
  dir: string,
  question: Question,
  count: number,
): Promise<Found[]> {
  let newest: Found[] = [];
  for (const segment of segmentsIn(dir).toReversed()) {
    if (!mayHold(readIndex(dir, segment.number), question)) continue;
    const found: Found[] = [];
    for await (const one of querySegment(dir, segment, question)) {
      found.push(one);
      if (found.length > 2 * count) found.splice(0, found.length - count);
    }
    newest = [...found, ...newest].slice(-count);
    if (newest.length === count) break;
  }
  return newest;
}

async function* querySegment(
  dir: string,
  segment: Segment,
  question: Question,
): AsyncGenerator<Found> {
  const needles = needlesOf(question);
  try {
    for await (const block of blocksOf(segment)) {
      if (block.isTorn) return;
      for (const line of candidates(block, needles)) {
        const found = judged(line, question);
        if (found !== undefined) yield found;
      }
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    // Listed, and gone when it was opened: compressed by the gateway, then it is there again, or deleted by retention.
    const again = segmentsIn(dir).find(({ number }) => number === segment.number);
    if (again?.isGzip === true && !segment.isGzip) yield* querySegment(dir, again, question);
  }
}

/** Whether a record that is at hand is asked for. */
export function isAsked(line: Buffer, question: Question): boolean {
  const { text } = question;
  const needle = JSON.stringify(text).slice(1, -1);
  return line.includes(needle) && judged(line, question) !== undefined;
}

function judged(line: Buffer, question: Question): Found | undefined {
  const { from, to, conditions } = question;
  if (from !== '' || to !== '') {
    const time = headOf(line)?.time ?? '';
    if (time < from || (to !== '' && time > to)) return undefined;
  }
  const record = JSON.parse(line.utf8Slice()) as AuditRecord;
  return conditions.every((one) => isMet(record, one)) ? { line, record } : undefined;
}

/** Bytes that a line must hold. */
function needlesOf({ conditions, text }: Question): Buffer[] {
  const exact = conditions
    .filter(({ operator, value }) => operator === '=' && value !== '' && !value.includes('*'))
    .map(({ field, value }) => {
      const name = JSON.stringify(field.slice(field.lastIndexOf('.') + 1));
      // A number, a boolean, or a text: what follows the name tells, and is asked of the record.
      return /^[-\d]|^(?:true|false|null)$/.test(value)
        ? `${name}:`
        : `${name}:${JSON.stringify(value)}`;
    });
  const wanted = text === '' ? [] : [JSON.stringify(text).slice(1, -1)];
  return [...wanted, ...exact].map((one) => Buffer.from(one));
}

/** The lines that hold the first needle and all others. */
function* candidates(block: Block, needles: readonly Buffer[]): Generator<Buffer> {
  const [first, ...others] = rarestFirst(needles);
  if (first === undefined) {
    yield* linesOf(block);
    return;
  }
  const { bytes } = block;
  for (let at = bytes.indexOf(first); at >= 0; ) {
    const start = bytes.lastIndexOf(NEWLINE, at) + 1;
    const end = bytes.indexOf(NEWLINE, at);
    const line = bytes.subarray(start, end);
    if (others.every((needle) => line.includes(needle))) yield line;
    at = bytes.indexOf(first, end);
  }
}

/** What is longer is likely to be seldom. */
function rarestFirst(needles: readonly Buffer[]): Buffer[] {
  return needles.toSorted((a, b) => b.length - a.length);
}

const NEWLINE = 0x0a;

function isMet(record: AuditRecord, { field, operator, value }: Condition): boolean {
  const found = fieldOf(record, field);
  if (operator === '>' || operator === '<') {
    const isNumber = typeof found === 'number';
    if (!isNumber && typeof found !== 'string') return false;
    const wanted = isNumber ? Number(value) : value;
    return operator === '>' ? found > wanted : found < wanted;
  }
  const isLike = Array.isArray(found)
    ? found.some((one) => isLikeText(one, value))
    : isLikeText(found, value);
  return operator === '=' ? isLike : !isLike;
}

function isLikeText(found: unknown, pattern: string): boolean {
  if (typeof found === 'object' && found !== null) return false;
  const text = found === undefined || found === null ? '' : String(found);
  if (!pattern.includes('*')) return text === pattern;
  const parts = pattern.split('*');
  if (!text.startsWith(parts[0]!) || !text.endsWith(parts.at(-1)!)) return false;
  let at = parts[0]!.length;
  const end = text.length - parts.at(-1)!.length;
  for (const part of parts.slice(1, -1)) {
    const next = text.indexOf(part, at);
    if (next < 0) return false;
    at = next + part.length;
  }
  return at <= end;
}

function mayHold(index: SegmentIndex | undefined, { from, to, conditions }: Question): boolean {
  if (index === undefined) return true;
  if ((from !== '' && index.to < from) || (to !== '' && index.from > to)) return false;
  return conditions.every(({ field, operator, value }) => {
    if (operator !== '=' || value === '') return true;
    const values = index.values[field];
    return values === undefined || values === null || values.some((one) => isLikeText(one, value));
  });
}
