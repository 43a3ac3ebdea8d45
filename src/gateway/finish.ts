/**
 * Where calls end, and what else is worth a record comes by.
 *
 * A recorder is hung in by the list that the gateway is made with (`new Gateway(config, log, environment, recorders)`): each
 * is told of every call once, just before its answer goes out, and of everything in `happening.ts`. It must not throw or
 * wait; what costs more than a counter is put off to the end of the turn, and the call is not kept beyond that.
 */

import type { Logger } from 'pino';
import type { Limits } from '../limits/limits.ts';
import type { Refusal } from '../protocol/refusal.ts';
import { type Collector, type Repeats, repeatsOf } from '../telemetry/telemetry.ts';
import type { Call } from './call.ts';
import type { Happening } from './happening.ts';
import type { InFlight } from './in-flight.ts';
import type { GatewayConfig } from './parts.ts';
import type { Found } from './review.ts';
import type { Suspicion } from './suspicion.ts';
import { stamp, turnClockOn } from './trail.ts';

export interface Recorder {
  /** Whether it wants the times of stages in trails. */
  readonly wantsTimes?: boolean;
  /** Whether it wants addresses: they must be asked for while there is a connection. */
  readonly wantsAddress?: boolean;
  /** Asked before a call begins: why none may, where what must be recorded cannot be. */
  refuse?(): Refusal | undefined;
  /** A call has begun: before anything is decided. */
  begun?(call: Call): void;
  /** A call has ended, whatever became of it. */
  ended?(call: Call): void;
  happened?(happening: Happening): void;
  /** Values for /metrics, asked for at each scrape. */
  collect?(put: Parameters<Collector>[0]): void;
  /** What is wrong with its records: for the operator. */
  faults?(): readonly RecordFault[];
  /** A reload. */
  configure?(config: GatewayConfig): void;
  /** The gateway has ended: no call follows. */
  close?(deadlineMs: number): Promise<void> | void;
}

export interface RecordFault {
  readonly words: string;
  /** No call begins for as long as it is so. */
  readonly isInTheWay: boolean;
}

/** What is settled when a call ends. */
interface Settled {
  readonly calls: InFlight;
  readonly limits: Limits;
  readonly suspicion: Suspicion;
  readonly log: Logger;
}

export class Finish {
  readonly #recorders: readonly Recorder[];
  readonly #gates: readonly Recorder[];
  readonly #beginners: readonly Recorder[];
  readonly #house: Settled;
  readonly #wantsAddress: boolean;
  readonly #repeats: Repeats;
  /** Runs when the last call in flight has ended. */
  onIdle: (() => void) | null = null;

  constructor(house: Settled, recorders: readonly Recorder[]) {
    this.#house = house;
    this.#repeats = repeatsOf(house.log);
    this.#recorders = recorders;
    this.#gates = recorders.filter((one) => one.refuse !== undefined);
    this.#beginners = recorders.filter((one) => one.begun !== undefined);
    this.#wantsAddress = recorders.some((one) => one.wantsAddress === true);
    if (recorders.some((one) => one.wantsTimes === true)) turnClockOn();
  }

  refuse(): Refusal | undefined {
    for (const gate of this.#gates) {
      const refusal = gate.refuse?.();
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  faults(): RecordFault[] {
    return this.#recorders.flatMap((recorder) => recorder.faults?.() ?? []);
  }

  begun(call: Call): void {
    this.#house.calls.add(call);
    call.onFoundLate = this.#foundLate;
    call.session?.calls.set(call);
    if (this.#wantsAddress) void call.address;
    for (const recorder of this.#beginners) recorder.begun?.(call);
  }

  /** The end of every call, answered, refused or cancelled. */
  readonly call = (call: Call): void => {
    const { calls, limits, suspicion } = this.#house;
    call.trail.finishedAt = stamp();
    if (call.held !== null) limits.settle(call.held, call.answerBytes);
    calls.remove(call);
    call.session?.calls.delete(call.id);
    if (call.observed.length > 0) this.#observe(call);
    if (call.found !== null) {
      this.#tellFound(call);
      suspicion.mark(call, Date.now());
    }
    for (const recorder of this.#recorders) recorder.ended?.(call);
    if (calls.size === 0) this.onIdle?.();
  };

  readonly #foundLate = (call: Call, found: Found): void => {
    const { caller, route, session, backend, message, trail } = call;
    this.happened({
      kind: 'found',
      session: session?.id ?? '',
      caller,
      route: route.path,
      server: backend?.name ?? '',
      method: message.method,
      call: trail.serial,
      found,
    });
  };

  configure(config: GatewayConfig): void {
    for (const recorder of this.#recorders) recorder.configure?.(config);
  }

  async close(deadlineMs: number): Promise<void> {
    await Promise.all(this.#recorders.map((recorder) => recorder.close?.(deadlineMs)));
  }

  happened(happening: Happening): void {
    for (const recorder of this.#recorders) recorder.happened?.(happening);
  }

  /** What inspection found, where, and what was done: never the value. */
  #tellFound(call: Call): void {
    const about = call.about;
    for (const { action, findings } of call.found ?? []) {
      const rules = findings.map(({ rule, path }) => `${rule} ${path}`).join();
      const source = [about.caller, about.server, about.tool, action, rules].join('\0');
      this.#repeats.say('warn', source, { ...about, action, findings }, 'inspection');
    }
  }

  /** What rules in mode observe would have done; the caller's call was decided without them. */
  #observe(call: Call): void {
    const { observed, refusal, about } = call;
    const verdict = refusal === null ? 'allowed' : refusal.code;
    const source = [about.caller, about.server, about.tool, verdict, ...observed].join('\0');
    const words = 'rules in mode observe would have decided otherwise';
    this.#repeats.say('info', source, { observed, ...about, verdict }, words);
  }
}
