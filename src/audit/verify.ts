/**
 * Whether an audit log is what was written: offline, with nothing but its files and the public key.
 *
 * Every line is held against the one before it, every seal against its segment. The first thing that is wrong is named; what
 * follows it proves nothing. What files alone cannot show is that the newest of them were taken away together: for that,
 * name a record that must be there (`heads`), from a sink, a receipt or the last verification.
 */

import { hash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { Indexer, readIndex } from './index-file.ts';
import { type Head, headOf, VERSION } from './ledger.ts';
import { Frontier } from './merkle.ts';
import { sealFault, type Verifier } from './seal.ts';
import { blocksOf, linesOf, type Segment, segmentsIn } from './segments.ts';

export interface Anchor {
  readonly seq: number;
  readonly hash: string;
}

export interface VerifyOptions {
  /** Who may have signed. None: seals are held against their segments, and nobody's word is taken for who made them. */
  readonly keys: readonly Verifier[];
  readonly anchors: readonly Anchor[];
}

export interface BrokenAt {
  readonly segment: number;
  /** From 1; 0 for the file as a whole. */
  readonly line: number;
  readonly words: string;
}

export interface Verified {
  readonly broken: BrokenAt | null;
  readonly segments: number;
  /** Lines that are in order, up to what is broken. */
  readonly records: number;
  readonly sealed: number;
  /** Lines of an open segment: chained, and not sealed yet. */
  readonly open: number;
  readonly head: Anchor | null;
  /** What is as it may be, and worth knowing. */
  readonly notes: readonly string[];
}

interface Seal {
  readonly segment: number;
  readonly first: number;
  readonly count: number;
  readonly root: string;
  readonly key: string;
}

class Broken extends Error {
  readonly segment: number;
  readonly line: number;

  constructor(segment: number, line: number, words: string) {
    super(words);
    this.segment = segment;
    this.line = line;
  }
}

export async function verify(dir: string, options: VerifyOptions): Promise<Verified> {
  const walk = new Walk(dir, options);
  let broken: BrokenAt | null = null;
  try {
    await walk.all();
  } catch (error) {
    broken = brokenOf(error, walk.at);
  }
  return { broken, ...walk.report() };
}

/** A file that cannot be read, or decompressed, is as broken as one that says something else. */
function brokenOf(error: unknown, segment: number): BrokenAt {
  if (error instanceof Broken)
    return { segment: error.segment, line: error.line, words: error.message };
  return { segment, line: 0, words: `the file cannot be read: ${(error as Error).message}` };
}

/** What a start found that no orderly end leaves. */
function recoveryWords({ segment, unsealed, bytes, lines }: Record<string, unknown>): string {
  const left = `a start found ${Number(unsealed ?? 0)} lines in segment ${segment} that were not under a seal`;
  if (Number(bytes) === 0) return left;
  const whole =
    Number(lines) > 0
      ? `, ${lines} whole lines among them that did not go on from the one before`
      : '';
  return `${left}, and what a crash left of a line: ${bytes} bytes${whole}, which lie beside it (.torn-…)`;
}

class Walk {
  readonly #dir: string;
  readonly #options: VerifyOptions;
  readonly #notes: string[] = [];
  readonly #anchors: Map<number, string>;
  /** Number of the segment in hand. */
  at = 0;
  #segments = 0;
  #sealed = 0;
  #records = 0;
  #open = 0;
  #last: Anchor | null = null;
  /** What the first line that is left goes on from, where that is not the beginning. */
  #begins: Anchor | null = null;
  /** Whether a record says that what is missing was pruned, and whether it is under a seal. */
  #vouched: 'no' | 'open' | 'sealed' = 'no';

  constructor(dir: string, options: VerifyOptions) {
    this.#dir = dir;
    this.#options = options;
    this.#anchors = new Map(options.anchors.map(({ seq, hash: text }) => [seq, text]));
  }

  report() {
    const counts = { segments: this.#segments, records: this.#records, sealed: this.#sealed };
    return { ...counts, open: this.#open, head: this.#last, notes: this.#notes };
  }

  async all(): Promise<void> {
    const segments = segmentsIn(this.#dir);
    for (const [index, segment] of segments.entries()) {
      this.at = segment.number;
      const before = segments[index - 1];
      if (before !== undefined && segment.number !== before.number + 1) {
        throw new Broken(before.number + 1, 0, 'this segment is missing');
      }
      await this.#segment(segment, index === segments.length - 1);
      this.#segments += 1;
    }
    if (this.#begins !== null && this.#vouched === 'open' && this.#options.keys.length > 0) {
      this.#notes.push(
        'that what is missing was pruned is said by a record that is not sealed yet: whoever can write the folder could have written it',
      );
    }
    if (this.#begins !== null && this.#vouched === 'no') {
      const words = `records before ${this.#begins.seq + 1} are missing, and the log does not say that they were pruned`;
      throw new Broken(segments[0]!.number, 1, words);
    }
    for (const seq of this.#anchors.keys()) {
      throw new Broken(this.at, 0, `record ${seq}, which must be there, is missing`);
    }
  }

  async #segment(segment: Segment, isLast: boolean): Promise<void> {
    const { number } = segment;
    const frontier = new Frontier();
    const indexer = new Indexer();
    let count = 0;
    let first = 0;
    let isSealed = false;
    for await (const block of blocksOf(segment)) {
      for (const line of linesOf(block)) {
        count += 1;
        if (block.isTorn) {
          this.#torn(number, count, isLast, isSealed);
          break;
        }
        const head = this.#line(number, count, line);
        if (isSealed) throw new Broken(number, count, 'something was written after the seal');
        if (count === 1) first = head.seq;
        isSealed = head.kind === 'seal';
        if (isSealed) this.#seal(number, count, line, { first, frontier });
        else frontier.push(this.#digest);
        indexer.add(this.#parsed(number, count, line));
        this.#records += 1;
      }
    }
    if (isSealed) {
      this.#sealed += 1;
      if (this.#vouched === 'open') this.#vouched = 'sealed';
    } else if (!isLast) throw new Broken(number, count, 'the seal is missing: the end was cut off');
    else this.#open = frontier.count;
    const index = isSealed ? readIndex(this.#dir, number) : undefined;
    if (index !== undefined && !isDeepStrictEqual(index, indexer.done(number))) {
      throw new Broken(
        number,
        0,
        'the index says something else than the segment: queries would miss records',
      );
    }
  }

  #digest = '';

  #line(number: number, count: number, line: Buffer): Head {
    const head = headOf(line);
    if (head === null) throw new Broken(number, count, 'this is no record');
    const { seq, prev, kind } = head;
    if (this.#last === null) this.#firstOfAll(number, head);
    else if (seq !== this.#last.seq + 1) {
      const words = `record ${this.#last.seq + 1} is missing or was moved: here is ${seq}`;
      throw new Broken(number, count, words);
    } else if (prev !== this.#last.hash) {
      throw new Broken(
        number,
        count,
        `the record before this one (${seq - 1}) was changed, or this one was`,
      );
    }
    if ((kind === 'segment') !== (count === 1)) {
      throw new Broken(
        number,
        count,
        'a segment begins where none should, or does not say that it begins',
      );
    }
    const text = hash('sha256', line);
    this.#digest = text;
    const anchor = this.#anchors.get(seq);
    if (anchor !== undefined && anchor !== text) {
      throw new Broken(number, count, `record ${seq} is another one than was expected`);
    }
    this.#anchors.delete(seq);
    this.#last = { seq, hash: text };
    return head;
  }

  #firstOfAll(number: number, { seq, prev }: Head): void {
    if (number === 1 && seq === 1 && /^0+$/.test(prev)) return;
    this.#begins = { seq: seq - 1, hash: prev };
    this.#notes.push(`the log begins with segment ${number}, record ${seq}`);
  }

  #torn(number: number, count: number, isLast: boolean, isSealed: boolean): void {
    if (!isLast || isSealed) throw new Broken(number, count, 'the last line is not whole');
    this.#notes.push(`segment ${number}: the last line is being written, or a crash has torn it`);
  }

  #parsed(number: number, count: number, line: Buffer): Record<string, unknown> {
    let record: Record<string, unknown>;
    try {
      record = JSON.parse(line.utf8Slice()) as Record<string, unknown>;
    } catch {
      throw new Broken(number, count, 'this is no JSON');
    }
    if (record.kind === 'segment') this.#checkVersion(number, record);
    if (record.kind === 'recovery') {
      this.#notes.push(`segment ${number}: ${recoveryWords(record)}`);
    }
    if (record.kind === 'gap') {
      this.#notes.push(
        `segment ${number}: ${record.lost} records are missing since ${record.since}, and ${record.refused} calls were refused`,
      );
    }
    if (record.kind === 'prune') this.#pruned(record);
    return record;
  }

  #checkVersion(number: number, { segment, version }: Record<string, unknown>): void {
    if (Number(version) > VERSION) {
      throw new Broken(
        number,
        1,
        `this was written by a later version of Sluice (form ${version})`,
      );
    }
    if (segment !== number)
      throw new Broken(number, 1, `this is segment ${segment}, under another name`);
  }

  #pruned({ through }: Record<string, unknown>): void {
    if (this.#vouched === 'no' && isDeepStrictEqual(through, this.#begins)) this.#vouched = 'open';
  }

  #seal(
    number: number,
    count: number,
    line: Buffer,
    { first, frontier }: { first: number; frontier: Frontier },
  ): void {
    const text = line.utf8Slice();
    const seal = this.#parsed(number, count, line) as unknown as Seal;
    const isRight =
      seal.segment === number &&
      seal.first === first &&
      seal.count === frontier.count &&
      seal.root === frontier.root();
    if (!isRight) throw new Broken(number, count, 'the seal is of other records than these');
    const { keys } = this.#options;
    if (keys.length === 0) return;
    const fault = sealFault(text, seal.key, keys);
    if (fault !== undefined) throw new Broken(number, count, fault);
  }
}
