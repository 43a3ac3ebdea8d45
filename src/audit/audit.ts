/**
 * The entrance to this folder: a record of every call that can be proven afterwards.
 *
 *   Audit (here)            takes records on the main thread, into the ring
 *   writer.ts (a thread)    chains, writes, seals; upkeep.ts between writes
 *   courier.ts (a thread)   carries what is written to other places, where sinks are configured
 *
 * What can be asked of the folder afterwards (verify, query, stats, receipts) needs none of it and reads the files.
 */

import type { Logger } from 'pino';
import { type Refusal, refuse } from '../protocol/refusal.ts';
import type { AuditConfig } from './config.ts';
import { type AuditFault, type AuditReport, faultsOf } from './report.ts';
import { Gauge, type Payload, Ring, State, Way } from './ring.ts';
import { CourierThread, WriterThread } from './threads.ts';

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
export type { AuditFault, AuditReport, SinkReport } from './report.ts';
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
/** Above this part of the buffer no new call begins: what is in flight needs the rest. */
const FULL = 0.75;
/** Records of calls that were let in and then found no room: as many as calls can be in flight. */
const LATE_MAX = 100_000;
/** Of what has no bound of its own, so many are recorded one by one in a second; the rest are counted. */
const BOUNDED_MAX = 100;
const SECOND_MS = 1_000;
const UNAVAILABLE = refuse('audit_unavailable');

const NOTHING: Payload = { bytes: null, start: 0, end: 0, way: Way.none };

export class Audit {
  readonly #ring: Ring;
  readonly #log: Logger;
  readonly #isStrict: boolean;
  /** As it was at the start. */
  readonly #opened: AuditConfig;
  #config: AuditConfig;
  readonly #writer: WriterThread;
  readonly #courier: CourierThread;
  #wake: NodeJS.Timeout | null = null;
  #isClosing = false;
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
    this.#writer = new WriterThread(config, this.#ring, log);
    this.#courier = new CourierThread(config, this.#ring, log);
  }

  /** Resolves when the folder is open. Rejects, in words for the operator, where it cannot be used. */
  static async open(config: AuditConfig, log: Logger): Promise<Audit> {
    const audit = new Audit(config, log);
    await audit.#writer.start();
    audit.#courier.start();
    return audit;
  }

  /** As configured; counts from the next record on. Folder, key, buffer, sinks and what to do on overflow count at the next start. */
  configure(config: AuditConfig): void {
    this.#config = config;
    this.#writer.configure(config);
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
      sinks: this.#courier.report,
    };
  }

  /** What is wrong with the log and its sinks. What was lost stays lost: it is said until the next start. */
  get faults(): AuditFault[] {
    return faultsOf(this.report, this.#opened);
  }

  /** Writes and seals what there is. */
  async close(deadlineMs: number): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#writer.retire();
    this.#courier.retire();
    this.#countOthers();
    this.#catchUp();
    this.#writer.post({ kind: 'wake' });
    const deadline = Date.now() + deadlineMs;
    while (this.#late.length > 0 && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, WAKE_MS));
      this.#catchUp();
    }
    if (this.#wake !== null) clearTimeout(this.#wake);
    await this.#writer.end(Math.max(1_000, deadline - Date.now()));
    await this.#courier.end(Math.min(COURIER_MS, Math.max(1_000, deadline - Date.now())));
  }

  // === waking the writer ===

  readonly #onWake = (): void => {
    this.#wake = null;
    this.#catchUp();
    this.#writer.post({ kind: 'wake' });
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
}

const STATES = ['starting', 'writing', 'stalled', 'ended'] as const;
