/**
 * Records by what is in them.
 *
 * A segment whose index says that it has none is not opened; of the others only lines are parsed in which the bytes asked for
 * stand. So a question about something seldom costs what reading (and decompressing) costs, and no more.
 */

import { fieldOf, INDEXED, readIndex, type SegmentIndex } from './index-file.ts';
import { headOf } from './ledger.ts';
import { type AuditRecord, recordOf } from './record.ts';
import {
  type Block,
  blocksOf,
  isContentFault,
  linesOf,
  type Segment,
  segmentsIn,
} from './segments.ts';

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

/** Hears of a line that is no record, or of a segment whose rest cannot be read: what it held is not among the answers. */
export type Missed = () => void;

/** In the order in which they were written. */
export async function* query(
  dir: string,
  question: Question,
  missed: Missed = () => {},
): AsyncGenerator<Found> {
  for (const segment of segmentsIn(dir)) {
    if (!mayHold(readIndex(dir, segment.number), question)) continue;
    yield* querySegment(dir, segment, question, missed);
  }
}

/** The newest so many, in the order in which they were written. */
export async function queryNewest(
  dir: string,
  question: Question,
  count: number,
  missed: Missed = () => {},
): Promise<Found[]> {
  let newest: Found[] = [];
  for (const segment of segmentsIn(dir).toReversed()) {
    if (!mayHold(readIndex(dir, segment.number), question)) continue;
    const found: Found[] = [];
    for await (const one of querySegment(dir, segment, question, missed)) {
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
  missed: Missed,
): AsyncGenerator<Found> {
  const needles = needlesOf(question);
  const text = needleOf(question.text);
  try {
    for await (const block of blocksOf(segment)) {
      if (block.isTorn) return;
      const isPlain = text !== null && !ESCAPES.some((one) => block.bytes.includes(one));
      for (const line of candidates(block, isPlain ? [text, ...needles] : needles)) {
        const found = judged(line, question, missed);
        if (found !== undefined) yield found;
      }
    }
  } catch (error) {
    if (isContentFault(error)) return missed();
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    // Listed, and gone when it was opened: compressed by the gateway, then it is there again, or deleted by retention.
    const again = segmentsIn(dir).find(({ number }) => number === segment.number);
    if (again?.isGzip === true && !segment.isGzip) {
      yield* querySegment(dir, again, question, missed);
    }
  }
}

/** Whether a record that is at hand is asked for. */
export function isAsked(line: Buffer, question: Question): boolean {
  return judged(line, question, () => {}) !== undefined;
}

function judged(line: Buffer, question: Question, missed: Missed): Found | undefined {
  const { from, to, conditions, text } = question;
  if (from !== '' || to !== '') {
    const time = headOf(line)?.time ?? '';
    if (time < from || (to !== '' && time > to)) return undefined;
  }
  if (text !== '' && !holds(line, text)) return undefined;
  const record = recordOf(line);
  if (record === null) missed();
  else if (conditions.every((one) => isMet(record, one))) return { line, record };
  return undefined;
}

/** Whether a text stands in a line, however it is spelled: payloads are as a client has written them. */
function holds(line: Buffer, text: string): boolean {
  const needle = needleOf(text)!;
  if (line.includes(needle)) return true;
  if (!ESCAPES.some((one) => line.includes(one))) return false;
  const record = recordOf(line);
  return record !== null && Buffer.from(JSON.stringify(record)).includes(needle);
}

/** A text as JSON.stringify writes it; null for none. */
function needleOf(text: string): Buffer | null {
  return text === '' ? null : Buffer.from(JSON.stringify(text).slice(1, -1));
}

/** What JSON.stringify writes in another way. */
const ESCAPES = ['\\u', '\\/'];

/** Bytes that a line must hold. */
function needlesOf({ conditions }: Question): Buffer[] {
  const exact = conditions
    .filter(({ operator, value }) => operator === '=' && value !== '' && !value.includes('*'))
    .flatMap(({ field, value }) => fieldNeedles(field, value));
  return exact.map((one) => Buffer.from(one));
}

const TEXTS: ReadonlySet<string> = new Set(INDEXED);
/** What a client has written stands there in its words: with spaces, or escapes that nobody needs. */
const THEIRS = /^(?:arguments|result|request|client)(?:\.|$)/;

function fieldNeedles(field: string, value: string): string[] {
  if (THEIRS.test(field)) return [];
  const name = `${JSON.stringify(field.slice(field.lastIndexOf('.') + 1))}:`;
  const text = JSON.stringify(value);
  if (TEXTS.has(field)) return [name + text];
  // A number, a boolean, a text, or a list that has it: what follows the name tells, and is asked of the record.
  return /^[-\d]|^(?:true|false|null)$/.test(value) ? [name] : [name, text];
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
    // What a record lacks is like the empty text, and no index lists it.
    if (!Object.hasOwn(index.values, field) || isLikeText('', value)) return true;
    const values = index.values[field];
    return values === undefined || values === null || values.some((one) => isLikeText(one, value));
  });
}
