/**
 * The two threads behind a log: the one that writes, and the one that carries what is written to other places. One that died
 * of a bug begins again where it was, whatever was configured since.
 */

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import type { AuditConfig } from './config.ts';
import type { CourierSetup, FromCourier, ToCourier } from './courier.ts';
import type { SinkReport } from './report.ts';
import { Gauge, type Ring, State } from './ring.ts';
import { Count, countsFor, countsOf } from './sink-counts.ts';
import type { FromWriter, ToWriter, WriterSettings, WriterSetup } from './writer.ts';

/** A thread that died of a bug is started again after so long. */
const RESTART_MS = 1_000;

export class WriterThread {
  readonly #ring: Ring;
  readonly #log: Logger;
  readonly #opened: AuditConfig;
  #settings: WriterSettings;
  #worker: Worker | null = null;
  #isRetired = false;
  #closed: (() => void) | null = null;

  constructor(opened: AuditConfig, ring: Ring, log: Logger) {
    this.#opened = opened;
    this.#settings = settingsOf(opened);
    this.#ring = ring;
    this.#log = log;
  }

  /** Resolves when the folder is open. Rejects, in words for the operator, where it cannot be used. */
  start(): Promise<void> {
    const { dir, signKey } = this.#opened;
    const setup: WriterSetup = {
      memory: this.#ring.memory,
      dir,
      signKey: signKey ?? null,
      settings: this.#settings,
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

  configure(config: AuditConfig): void {
    this.#settings = settingsOf(config);
    this.post({ kind: 'settings', settings: this.#settings });
  }

  post(message: ToWriter): void {
    this.#worker?.postMessage(message);
  }

  /** From now on it is not begun again. */
  retire(): void {
    this.#isRetired = true;
  }

  /** Resolves when the last segment is sealed, or there is no more time for it. */
  end(deadlineMs: number): Promise<void> {
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
      else this.post({ kind: 'close' });
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
    if (this.#isRetired) {
      this.#closed?.();
      return;
    }
    if (this.#ring.state === State.starting) return;
    this.#ring.state = State.stalled;
    setTimeout(() => {
      if (!this.#isRetired) this.start().catch((error: Error) => this.#log.error({ err: error }));
    }, RESTART_MS).unref();
  }
}

export class CourierThread {
  readonly #ring: Ring;
  readonly #log: Logger;
  readonly #opened: AuditConfig;
  readonly #sinks: readonly { readonly id: string; readonly counts: Float64Array }[];
  readonly #counts: SharedArrayBuffer;
  #courier: Worker | null = null;
  #isRetired = false;

  constructor(opened: AuditConfig, ring: Ring, log: Logger) {
    this.#opened = opened;
    this.#ring = ring;
    this.#log = log;
    const { sinks } = opened;
    this.#counts = countsFor(sinks.length);
    this.#sinks = sinks.map(({ id }, at) => ({ id, counts: countsOf(this.#counts, at) }));
  }

  start(): void {
    const { dir, sinks, signKey = null, sinkLagBytesMax: lagBytesMax } = this.#opened;
    if (sinks.length === 0) return;
    const first = this.#ring.gauges[Gauge.segment]!;
    const counts = this.#counts;
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
      // Asked again then: the log may be closed meanwhile.
      const restart = () => !this.#isRetired && this.start();
      if (!this.#isRetired) setTimeout(restart, RESTART_MS).unref();
    });
  }

  get report(): SinkReport[] {
    return this.#sinks.map(({ id, counts }) => ({
      id,
      taken: counts[Count.taken]!,
      failures: counts[Count.failures]!,
      skipped: counts[Count.skipped]!,
      noRecords: counts[Count.noRecords]!,
      setAside: counts[Count.setAside]!,
      behindBytes: counts[Count.behind]!,
      failing: counts[Count.failing]!,
    }));
  }

  /** From now on it is not begun again. */
  retire(): void {
    this.#isRetired = true;
  }

  /** Lets sinks have the end of the log, if they take it soon; else they get it after the next start. */
  async end(deadlineMs: number): Promise<void> {
    const courier = this.#courier;
    if (courier === null) return;
    const exit = once(courier, 'exit');
    courier.ref();
    courier.postMessage({ kind: 'close' } satisfies ToCourier);
    const timer = setTimeout(() => void courier.terminate(), deadlineMs);
    await exit;
    clearTimeout(timer);
  }
}

function settingsOf(config: AuditConfig): WriterSettings {
  const { rotateBytes, rotateMs, flushMs, retentionDays } = config;
  return { rotateBytes, rotateMs, flushMs, retentionDays };
}
