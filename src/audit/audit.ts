/**
 * The entrance to this folder: a record of every call that can be proven afterwards.
 *
 *   Audit (here)            takes records on the main thread, into the ring
 *   writer.ts (a thread)    chains, writes, seals; upkeep.ts between writes
 *   courier.ts (a thread)   carries what is written to other places, where sinks are configured
 *
 * What can be asked of the folder afterwards (verify, query, stats, receipts) needs none of it and reads the files.
 */

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import { type Refusal, refuse } from '../protocol/refusal.ts';
import type { AuditConfig } from './config.ts';
import type { CourierSetup, FromCourier, ToCourier } from './courier.ts';
import { Gauge, type Payload, Ring, State, Way } from './ring.ts';
import { Count, countsFor, countsOf } from './sink-counts.ts';
import type { FromWriter, ToWriter, WriterSettings, WriterSetup } from './writer.ts';

export type { AuditConfig, PayloadPolicy, SinkConfig } from './config.ts';
export { csvCell, FORMATS, type Format, formatted, header } from './formats.ts';
export { type Hold, readHolds, writeHolds } from './holds.ts';
export { fieldOf } from './index-file.ts';
export { outdated, pruneOffline } from './prune.ts';
export {
  conditionOf,
  type Found,
  isAsked,
  type Missed,
  type Question,
  query,
  queryNewest,
} from './query.ts';
export { type Receipt, receiptFault, receiptOf } from './receipt.ts';
export { type AuditRecord, recordOf } from './record.ts';
export { type Payload, Way } from './ring.ts';
export { newKeys, type Verifier, verifierOf } from './seal.ts';
export { segmentsIn } from './segments.ts';
export { DIMENSIONS, type Dimension, OTHERS, type Price, Sums } from './stats.ts';
export { tail } from './tail.ts';
export { type Anchor, type Verified, verify } from './verify.ts';

/** How long a record waits for others before the writer is woken: one wake costs what two records cost. */
const WAKE_MS = 5;
/** What sinks may take of the end of the process. */
const COURIER_MS = 3_000;
/** A writer that died of a bug is started again after so long. */
const RESTART_MS = 1_000;
/** Above this part of the buffer no new call begins: what is in flight needs the rest. */
const FULL = 0.75;
/** Records of calls that were let in and then found no room: as many as calls can be in flight. */
const LATE_MAX = 100_000;
/** Of what has no bound of its own, so many are recorded one by one in a second; the rest are counted. */
const BOUNDED_MAX = 100;
const SECOND_MS = 1_000;
/** A sink lags where it is behind by more than this part of what it may be. */
const LAGS = 0.1;
const UNAVAILABLE = refuse('audit_unavailable');

const NOTHING: Payload = { bytes: null, start: 0, end: 0, way: Way.none };

export interface AuditReport {
  readonly state: 'starting' | 'writing' | 'stalled' | 'ended';
  /** Bytes that wait, and how many there may be. */
  readonly waitingBytes: number;
  readonly bufferBytes: number;
  /** Records taken, written, and surely on disk, since the start; and those that are missing. */
  readonly taken: number;
  readonly written: number;
  readonly durable: number;
  readonly lost: number;
  readonly refused: number;
  readonly failures: number;
  readonly segment: number;
  readonly sinks: readonly SinkReport[];
}

/** Something that is not as it should be, in words for the operator. */
export interface AuditFault {
  readonly words: string;
  /** No call begins for as long as it is so. */
  readonly isInTheWay: boolean;
}

/** Since the start; `behindBytes` as they lie on disk. */
export interface SinkReport {
  readonly id: string;
  readonly taken: number;
  readonly failures: number;
  /** Segments that it was too far behind to get, or the rest of which could not be read. */
  readonly skipped: number;
  /** Lines that are no records, which nobody is sent. */
  readonly noRecords: number;
  /** Records that it refuses, and that it is not given again. */
  readonly setAside: number;
  readonly behindBytes: number;
  /** Attempts in vain since it last took something. */
  readonly failing: number;
}

export class Audit {
  readonly #ring: Ring;
  readonly #log: Logger;
  readonly #isStrict: boolean;
  /** As it was at the start: a thread that died begins again where it was, whatever was configured since. */
  readonly #opened: AuditConfig;
  #config: AuditConfig;
  #worker: Worker | null = null;
  #courier: Worker | null = null;
  readonly #sinks: readonly { readonly id: string; readonly counts: Float64Array }[];
  readonly #sinkCounts: SharedArrayBuffer;
  #wake: NodeJS.Timeout | null = null;
  #isClosing = false;
  #closed: (() => void) | null = null;
  #late: string[] = [];
  #taken = 0;
  #lost = 0;
  #refused = 0;
  /** Of these, what the log has been told of. */
  #toldLost = 0;
  #toldRefused = 0;
  #gapSince = '';
  #second = 0;
  #bounded = 0;
  readonly #others = new Map<string, number>();

  private constructor(config: AuditConfig, log: Logger) {
    this.#opened = config;
    this.#config = config;
    this.#log = log;
    this.#isStrict = config.onOverflow === 'refuse';
    this.#ring = new Ring(config.bufferBytes);
    const { sinks } = config;
    this.#sinkCounts = countsFor(sinks.length);
    this.#sinks = sinks.map(({ id }, at) => ({ id, counts: countsOf(this.#sinkCounts, at) }));
  }

  /** Resolves when the folder is open. Rejects, in words for the operator, where it cannot be used. */
  static async open(config: AuditConfig, log: Logger): Promise<Audit> {
    const audit = new Audit(config, log);
    await audit.#start();
    audit.#startCourier();
    return audit;
  }

  /** As configured; counts from the next record on. Folder, key, buffer, sinks and what to do on overflow count at the next start. */
  configure(config: AuditConfig): void {
    this.#config = config;
    this.#post({ kind: 'settings', settings: settingsOf(config) });
  }

  get config(): AuditConfig {
    return this.#config;
  }

  /** Why no call may begin: what cannot be recorded is not done. */
  refuse(): Refusal | undefined {
    if (!this.#isStrict) return undefined;
    const isWriting = this.#ring.state === State.writing;
    if (isWriting && this.#ring.used < this.#ring.capacity * FULL) return undefined;
    this.#refused += 1;
    this.#gap();
    return UNAVAILABLE;
  }

  /** One record: JSON text of its members, `time` and `kind` first, without braces; and the payloads that go with it. */
  write(line: string, args: Payload = NOTHING, result: Payload = NOTHING): void {
    this.#taken += 1;
    if (this.#wake === null) this.#wake = setTimeout(this.#onWake, WAKE_MS);
    if (this.#late.length === 0 && this.#ring.put(line, args, result)) return;
    if (this.#isStrict && this.#late.length < LATE_MAX) {
      // Without its payloads: there is no room for them.
      this.#late.push(line);
      return;
    }
    this.#lost += 1;
    this.#gap();
  }

  /**
   * The same for what could fill the disk: what somebody without a name caused, or a server outside of calls. Beyond some it is
   * counted, in one record with these members.
   */
  writeBounded(line: string, members: string): void {
    const second = Math.floor(Date.now() / SECOND_MS);
    if (second !== this.#second) {
      this.#second = second;
      this.#bounded = 0;
      this.#countOthers();
    }
    this.#bounded += 1;
    const isCalm = this.#ring.used < this.#ring.capacity / 2;
    if (this.#bounded <= BOUNDED_MAX && isCalm && this.#late.length === 0) {
      this.write(line);
      return;
    }
    this.#others.set(members, (this.#others.get(members) ?? 0) + 1);
    if (this.#wake === null) this.#wake = setTimeout(this.#onWake, WAKE_MS);
  }

  get report(): AuditReport {
    const { gauges, used, capacity, state } = this.#ring;
    return {
      state: STATES[state],
      waitingBytes: used,
      bufferBytes: capacity,
      taken: this.#taken,
      written: gauges[Gauge.written]!,
      durable: gauges[Gauge.durable]!,
      lost: this.#lost,
      refused: this.#refused,
      failures: gauges[Gauge.failures]!,
      segment: gauges[Gauge.segment]!,
      sinks: this.#sinks.map(({ id, counts }) => ({
        id,
        taken: counts[Count.taken]!,
        failures: counts[Count.failures]!,
        skipped: counts[Count.skipped]!,
        noRecords: counts[Count.noRecords]!,
        setAside: counts[Count.setAside]!,
        behindBytes: counts[Count.behind]!,
        failing: counts[Count.failing]!,
      })),
    };
  }

  /** What is wrong with the log and its sinks. What was lost stays lost: it is said until the next start. */
  get faults(): AuditFault[] {
    const { state, lost, sinks } = this.report;
    const faults: AuditFault[] = [];
    const say = (words: string, isInTheWay = false) => void faults.push({ words, isInTheWay });
    if (state === 'stalled') say('the log cannot be written', this.#isStrict);
    if (lost > 0) say(`${lost} records are missing since the start`);
    const { sinkLagBytesMax } = this.#opened;
    for (const { id, failing, behindBytes, skipped, noRecords, setAside } of sinks) {
      const behind = `it is ${mib(behindBytes)} behind`;
      if (failing > 0) say(`sink ${id} has failed ${failing} times in a row; ${behind}`);
      else if (behindBytes > sinkLagBytesMax * LAGS) {
        say(`sink ${id} lags: ${behind}, and skips records at ${mib(sinkLagBytesMax)}`);
      }
      if (setAside > 0) say(`sink ${id} has refused ${setAside} records since the start`);
      if (skipped > 0) say(`sink ${id} has skipped ${skipped} segments since the start`);
      if (noRecords > 0) {
        say(
          `sink ${id} was not sent ${noRecords} lines that are no records: "sluice audit verify" names the first`,
        );
      }
    }
    return faults;
  }

  /** Writes and seals what there is. */
  async close(deadlineMs: number): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#countOthers();
    this.#catchUp();
    this.#post({ kind: 'wake' });
    const deadline = Date.now() + deadlineMs;
    while (this.#late.length > 0 && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, WAKE_MS));
      this.#catchUp();
    }
    if (this.#wake !== null) clearTimeout(this.#wake);
    await this.#ended(Math.max(1_000, deadline - Date.now()));
    await this.#endCourier(Math.min(COURIER_MS, Math.max(1_000, deadline - Date.now())));
  }

  #ended(deadlineMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#log.error('the audit log was not closed in time: its last segment is not sealed');
        void this.#worker?.terminate().then(() => resolve());
      }, deadlineMs);
      this.#closed = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.#worker === null) this.#closed();
      else this.#post({ kind: 'close' });
    });
  }

  // === waking the writer ===

  readonly #onWake = (): void => {
    this.#wake = null;
    this.#catchUp();
    this.#post({ kind: 'wake' });
    if (this.#late.length + this.#others.size > 0 || this.#isGapOpen) {
      this.#wake = setTimeout(this.#onWake, this.#late.length > 0 ? WAKE_MS : SECOND_MS);
    }
  };

  #catchUp(): void {
    const late = this.#late;
    let at = 0;
    while (at < late.length && this.#ring.put(late[at]!, NOTHING, NOTHING)) at += 1;
    if (at > 0) this.#late = late.slice(at);
    if (this.#late.length > 0) return;
    if (this.#others.size > 0 && Math.floor(Date.now() / SECOND_MS) !== this.#second) {
      this.#countOthers();
    }
    if (this.#isGapOpen && this.#ring.state === State.writing) this.#closeGap();
  }

  #countOthers(): void {
    for (const [members, count] of this.#others) {
      this.write(`"time":"${new Date().toISOString()}",${members},"count":${count}`);
    }
    this.#others.clear();
  }

  // === gaps ===

  get #isGapOpen(): boolean {
    return this.#gapSince !== '';
  }

  #gap(): void {
    if (this.#isGapOpen) return;
    this.#gapSince = new Date().toISOString();
    this.#log.error({ audit: this.report.state }, 'the audit log takes no more records');
    if (this.#wake === null) this.#wake = setTimeout(this.#onWake, SECOND_MS);
  }

  /** Says in the log itself what is missing from it, once it can be said. */
  #closeGap(): void {
    const lost = this.#lost - this.#toldLost;
    const refused = this.#refused - this.#toldRefused;
    const until = new Date().toISOString();
    const about = { kind: 'gap', since: this.#gapSince, lost, refused };
    const line = `"time":"${until}",${JSON.stringify(about).slice(1, -1)}`;
    if (!this.#ring.put(line, NOTHING, NOTHING)) return;
    this.#toldLost = this.#lost;
    this.#toldRefused = this.#refused;
    this.#gapSince = '';
    this.#log.warn({ lost, refused }, 'the audit log takes records again');
  }

  // === the threads ===

  #start(): Promise<void> {
    const { dir, signKey } = this.#opened;
    const setup: WriterSetup = {
      memory: this.#ring.memory,
      dir,
      signKey: signKey ?? null,
      settings: settingsOf(this.#config),
    };
    const url = new URL('./writer.js', import.meta.url);
    const worker = new Worker(url, { workerData: setup, env: {}, name: 'audit' });
    this.#worker = worker;
    return new Promise((resolve, reject) => {
      worker.on('message', (message: FromWriter) => {
        if (message.kind === 'ready') resolve();
        else if (message.kind === 'unusable') reject(new Error(message.words));
        else this.#heard(message);
      });
      worker.on('error', (error) => {
        this.#log.error({ err: error }, 'the thread that writes the audit log failed by a bug');
        reject(error);
      });
      worker.on('exit', () => this.#exited());
    });
  }

  #heard(message: FromWriter): void {
    if (message.kind === 'closed') {
      this.#worker?.unref();
      this.#closed?.();
    } else if (message.kind === 'fault') this.#log.error(message.words);
    else if (message.kind === 'note') this.#log.info(message.words);
  }

  /** What stands in the ring stays there for the next one. */
  #exited(): void {
    this.#worker = null;
    if (this.#isClosing) {
      this.#closed?.();
      return;
    }
    if (this.#ring.state === State.starting) return;
    this.#ring.state = State.stalled;
    setTimeout(() => {
      if (!this.#isClosing) this.#start().catch((error: Error) => this.#log.error({ err: error }));
    }, RESTART_MS).unref();
  }

  #startCourier(): void {
    const { dir, sinks, signKey = null, sinkLagBytesMax: lagBytesMax } = this.#opened;
    if (sinks.length === 0) return;
    const first = this.#ring.gauges[Gauge.segment]!;
    const counts = this.#sinkCounts;
    const setup: CourierSetup = { dir, sinks, signKey, lagBytesMax, counts, first };
    const url = new URL('./courier.js', import.meta.url);
    const courier = new Worker(url, { workerData: setup, env: {}, name: 'audit-sinks' });
    courier.unref();
    this.#courier = courier;
    courier.on('message', ({ kind, sink, words }: FromCourier) => {
      if (kind === 'fault') this.#log.error({ sink }, words);
      else this.#log.info({ sink }, words);
    });
    courier.on('error', (error) => {
      this.#log.error(
        { err: error },
        'the thread that carries the audit log to sinks failed by a bug',
      );
    });
    courier.on('exit', () => {
      this.#courier = null;
      if (!this.#isClosing) setTimeout(() => this.#startCourier(), RESTART_MS).unref();
    });
  }

  /** Lets sinks have the end of the log, if they take it soon; else they get it after the next start. */
  async #endCourier(deadlineMs: number): Promise<void> {
    const courier = this.#courier;
    if (courier === null) return;
    const exit = once(courier, 'exit');
    courier.ref();
    courier.postMessage({ kind: 'close' } satisfies ToCourier);
    const timer = setTimeout(() => void courier.terminate(), deadlineMs);
    await exit;
    clearTimeout(timer);
  }

  #post(message: ToWriter): void {
    this.#worker?.postMessage(message);
  }
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

const STATES = ['starting', 'writing', 'stalled', 'ended'] as const;

function settingsOf(config: AuditConfig): WriterSettings {
  const { rotateBytes, rotateMs, flushMs, retentionDays } = config;
  return { rotateBytes, rotateMs, flushMs, retentionDays };
}
