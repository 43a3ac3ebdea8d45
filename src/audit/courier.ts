/**
 * The thread that carries the log to other places: each sink reads the files at its own pace, from where it stopped.
 *
 * The log is the spool: a sink that is down for a day loses nothing, needs no memory, and holds up neither a call nor another
 * sink. How far each has come lies in `sinks/ID.json` and is written after the sink has taken it, so that it may get something
 * twice and never not at all; records have a sequence. What somebody has put into the log that is no record is not carried, and
 * is counted: it must not hold up what is behind it, nor must a record that a sink refuses (`delivery.ts`).
 */

import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { backoffMs } from '../lib/backoff.ts';
import { replaceFile } from '../lib/replace-file.ts';
import type { SinkConfig } from './config.ts';
import { Delivery } from './delivery.ts';
import { recordOf } from './record.ts';
import { type Signer, signerOf } from './seal.ts';
import { segmentsIn } from './segments.ts';
import { Count, countsOf } from './sink-counts.ts';
import { FileSink } from './sinks/file.ts';
import { OtlpSink } from './sinks/otlp.ts';
import type { Carried, Sink } from './sinks/sink.ts';
import { SyslogSink } from './sinks/syslog.ts';
import { WebhookSink } from './sinks/webhook.ts';
import { linesFrom, type Place } from './tail.ts';

export interface CourierSetup {
  readonly dir: string;
  readonly sinks: readonly SinkConfig[];
  readonly signKey: string | null;
  readonly lagBytesMax: number;
  /** Counts of each sink, in the order of `sinks`: outlives this thread. */
  readonly counts: SharedArrayBuffer;
  /** The segment with which a sink begins that has got nothing yet. */
  readonly first: number;
}

export interface ToCourier {
  readonly kind: 'close';
}

export interface FromCourier {
  readonly kind: 'fault' | 'note';
  readonly sink: string;
  readonly words: string;
}

/** How long what was written waits to be carried, where nothing is carried. */
const POLL_MS = 200;
const BATCH_BYTES_MAX = 1 << 20;
const LINES_MAX = 500;
/** Waits between attempts. */
const FIRST_MS = 500;
const LAST_MS = 30_000;
/** A position is written down, and how far behind it is looked at, so often while a sink takes what it gets. */
const SAVE_MS = 500;

class Feed {
  readonly #id: string;
  readonly #sink: Sink;
  readonly #delivery: Delivery;
  readonly #setup: CourierSetup;
  readonly #batchMax: number;
  readonly #counts: Float64Array;
  #place: Place;
  #savedAt = 0;
  #failures = 0;
  /** The segment of which it was told that it has lines that are no records. */
  #toldSegment = 0;
  /** That of which it was told that records of it are set aside. */
  #asideSegment = 0;
  #isClosing = false;
  #wake: (() => void) | null = null;

  constructor(config: SinkConfig, at: number, sink: Sink, setup: CourierSetup) {
    this.#counts = countsOf(setup.counts, at);
    this.#id = config.id;
    this.#sink = sink;
    this.#delivery = new Delivery(sink, (words) => this.#tell('fault', words));
    this.#setup = setup;
    this.#batchMax = 'batchMax' in config ? config.batchMax : LINES_MAX;
    mkdirSync(join(setup.dir, 'sinks'), { recursive: true, mode: 0o700 });
    this.#place = this.#begin();
  }

  /** Until it is closed and has carried what there is, or its sink does not take it. */
  async run(): Promise<void> {
    for (;;) {
      let isIdle = true;
      try {
        this.#look();
        for await (const { lines, place, fault } of linesFrom(this.#setup.dir, this.#place)) {
          isIdle = false;
          if (fault !== undefined) this.#skipTo(place.segment, fault, place.segment - 1);
          await this.#carry(lines, place);
          // It is elsewhere: what comes here is what it skips.
          if (this.#place.segment > place.segment) break;
        }
        if (isIdle || this.#isClosing) this.#save();
      } catch (error) {
        if (this.#isClosing) break;
        await this.#failed(error as Error);
        continue;
      }
      if (this.#isClosing) break;
      if (isIdle) await this.#pause(POLL_MS);
    }
    this.#save();
    await this.#sink.close();
  }

  close(): void {
    this.#isClosing = true;
    this.#wake?.();
  }

  async #carry(lines: readonly Buffer[], end: Place): Promise<void> {
    let left = lines.reduce((sum, line) => sum + line.length + 1, 0);
    let batch: Carried[] = [];
    let bytes = 0;
    let noRecords = 0;
    const deliver = async () => {
      if (batch.length > 0) await this.#deliver(batch, end.segment);
      this.#passed({ segment: end.segment, offset: end.offset - left }, bytes, noRecords);
      batch = [];
      bytes = 0;
      noRecords = 0;
    };
    for (const line of lines) {
      if (batch.length >= this.#batchMax || bytes + line.length > BATCH_BYTES_MAX) await deliver();
      if (this.#place.segment > end.segment) return;
      const record = recordOf(line);
      if (record === null) noRecords += 1;
      else batch.push({ line, record });
      bytes += line.length + 1;
      left -= line.length + 1;
    }
    if (bytes > 0) await deliver();
  }

  /** It is somewhere else now, whether it was given something or there was nothing to give. */
  #passed(place: Place, bytes: number, noRecords: number): void {
    const counts = this.#counts;
    counts[Count.behind] = Math.max(0, counts[Count.behind]! - bytes);
    counts[Count.noRecords] = counts[Count.noRecords]! + noRecords;
    // Once for each segment, not for each line: whoever put them there might have put millions.
    if (noRecords > 0 && this.#toldSegment !== place.segment) {
      this.#toldSegment = place.segment;
      const words = `segment ${place.segment} has lines that are no records: they are not sent ("sluice audit verify" names the first)`;
      this.#tell('fault', words);
    }
    this.#place = place;
    if (Date.now() - this.#savedAt < SAVE_MS) return;
    // One that is slow and never through what there is must know as well how far behind it is.
    this.#look();
    this.#save();
  }

  async #deliver(batch: readonly Carried[], segment: number): Promise<void> {
    const { aside, why } = await this.#delivery.give(batch);
    const counts = this.#counts;
    counts[Count.taken] = counts[Count.taken]! + batch.length - aside.length;
    counts[Count.setAside] = counts[Count.setAside]! + aside.length;
    // Once for each segment: whoever knows what is refused could make many.
    if (aside.length > 0 && this.#asideSegment !== segment) {
      this.#asideSegment = segment;
      const words = `the sink refuses record ${aside[0]!.record.seq} (${why}): it is set aside, and further ones of segment ${segment} are only counted`;
      this.#tell('fault', words);
    }
    if (this.#failures > 0) this.#tell('note', 'the sink takes records again');
    this.#failures = 0;
    counts[Count.failing] = 0;
  }

  /** Once for each time that it fails, not for each attempt. */
  async #failed(error: Error): Promise<void> {
    if (this.#failures === 0) this.#tell('fault', `the sink takes no records: ${reasonOf(error)}`);
    this.#failures += 1;
    this.#counts[Count.failures] = this.#counts[Count.failures]! + 1;
    this.#counts[Count.failing] = this.#failures;
    await this.#pause(backoffMs(this.#failures - 1, FIRST_MS, LAST_MS, Math.random()));
  }

  #pause(ms: number): Promise<void> {
    if (this.#isClosing) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#wake = null;
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#wake = done;
    });
  }

  // === where it is ===

  #file(): string {
    return join(this.#setup.dir, 'sinks', `${this.#id}.json`);
  }

  /** Where it stopped; a new one begins with the segment that was open at the start. */
  #begin(): Place {
    try {
      const place = JSON.parse(readFileSync(this.#file(), 'utf8')) as Place;
      if (Number.isInteger(place.segment) && Number.isInteger(place.offset))
        return this.#clamped(place);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT')
        return { segment: this.#setup.first, offset: 0 };
    }
    // A loss of power can leave it empty. Twice is better than not at all.
    this.#tell('fault', 'where the sink has stopped cannot be read: it gets the whole log again');
    return { segment: segmentsIn(this.#setup.dir)[0]?.number ?? this.#setup.first, offset: 0 };
  }

  /** A loss of power may have taken back what the sink has got already. */
  #clamped(place: Place): Place {
    const segment = segmentsIn(this.#setup.dir).find(({ number }) => number === place.segment);
    if (segment === undefined || segment.isGzip) return place;
    return { ...place, offset: Math.min(place.offset, statSync(segment.path).size) };
  }

  #save(): void {
    this.#savedAt = Date.now();
    try {
      replaceFile(this.#file(), JSON.stringify(this.#place));
    } catch {
      // A full disk: it is written the next time.
    }
  }

  /** How far behind it is, which is bounded, as everything is in something: what is older than that is skipped. */
  #look(): void {
    let behind = 0;
    const segments = segmentsIn(this.#setup.dir);
    const oldest = segments[0]?.number ?? 0;
    if (oldest > this.#place.segment) this.#skipTo(oldest, 'older segments are deleted');
    for (const { number, path, isGzip } of segments.toReversed()) {
      if (number < this.#place.segment) break;
      // Compressed or deleted since it was listed: then it is nothing that is written now.
      const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
      if (number === this.#place.segment) {
        behind += isGzip ? 0 : Math.max(0, bytes - this.#place.offset);
        break;
      }
      behind += bytes;
      if (behind <= this.#setup.lagBytesMax) continue;
      this.#skipTo(number, 'the sink is too far behind');
      break;
    }
    this.#counts[Count.behind] = behind;
  }

  #skipTo(segment: number, why: string, from = this.#place.segment): void {
    this.#place = { segment, offset: 0 };
    this.#counts[Count.skipped] = this.#counts[Count.skipped]! + segment - from;
    this.#tell('fault', `${why}: segments ${from} to ${segment - 1} are skipped`);
  }

  #tell(kind: 'fault' | 'note', words: string): void {
    parentPort?.postMessage({ kind, sink: this.#id, words } satisfies FromCourier);
  }
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: Error): string {
  const { cause } = error;
  return cause instanceof Error ? `${error.message}: ${cause.message}` : error.message;
}

function sinkOf(config: SinkConfig, signer: Signer | null): Sink {
  if (config.kind === 'file') return new FileSink(config);
  if (config.kind === 'syslog') return new SyslogSink(config);
  return config.kind === 'otlp' ? new OtlpSink(config) : new WebhookSink(config, signer);
}

if (parentPort !== null) {
  const setup = workerData as CourierSetup;
  const signer = setup.signKey === null ? null : signerOf(setup.signKey);
  const feeds = setup.sinks.map(
    (config, at) => new Feed(config, at, sinkOf(config, signer), setup),
  );
  const runs = feeds.map((feed) => feed.run());
  parentPort.on('message', async () => {
    for (const feed of feeds) feed.close();
    await Promise.allSettled(runs);
    parentPort?.close();
  });
}
