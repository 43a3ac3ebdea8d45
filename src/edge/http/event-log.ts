/**
 * What one legacy session can be told again: every event of its streams, to a bound, oldest dropped first.
 *
 *   stream 0            the session's own stream (GET): messages that belong to no request
 *   stream 1, 2, 3 …    the answer to one POST, once it has become a stream
 *   event id "3-17"     the 17th event of the session, on stream 3
 *
 * A message is on exactly one stream and a resumed stream gets only its own events (2025-11-25 basic/transports,
 * "Resumability and Redelivery"). A stream that has lost an event that the client has not seen is not resumed: a hole
 * would look like a whole answer. Streams of an ended session are nobody's business any more.
 */

import { sseEvent } from '../../protocol/sse.ts';
import type { Exchange } from './exchange.ts';

export interface EventLogLimits {
  readonly replayEventsMax: number;
  readonly replayBytesMax: number;
}

interface LoggedEvent {
  readonly stream: LoggedStream;
  readonly seq: number;
  readonly bytes: Buffer;
}

const EVENT_ID = /^(\d{1,9})-(\d{1,15})$/;
const EMPTY = Buffer.alloc(0);
/** How soon a client should come back for the rest of a stream that broke. */
const RETRY = Buffer.from('retry: 1000\n');

export class EventLog {
  readonly #limits: EventLogLimits;
  readonly #streams = new Map<number, LoggedStream>();
  #events: LoggedEvent[] = [];
  #bytes = 0;
  #seq = 0;
  #streamCount = 0;

  constructor(limits: EventLogLimits) {
    this.#limits = limits;
  }

  /** A new stream; the first of a session is its own (0). */
  open(): LoggedStream {
    const stream = new LoggedStream(this, this.#streamCount++);
    this.#streams.set(stream.id, stream);
    return stream;
  }

  /** The stream that a Last-Event-ID names and where in it to go on; undefined where that cannot be done faithfully. */
  find(lastEventId: string): { stream: LoggedStream; afterSeq: number } | undefined {
    const match = EVENT_ID.exec(lastEventId);
    const stream = match === null ? undefined : this.#streams.get(Number(match[1]));
    const afterSeq = Number(match?.[2]);
    if (stream === undefined || afterSeq > this.#seq || afterSeq < stream.lostSeq) return undefined;
    return { stream, afterSeq };
  }

  get seq(): number {
    return this.#seq;
  }

  next(): number {
    return ++this.#seq;
  }

  keep(event: LoggedEvent): void {
    this.#events.push(event);
    this.#bytes += event.bytes.length;
    event.stream.kept++;
    while (
      this.#events.length > this.#limits.replayEventsMax ||
      this.#bytes > this.#limits.replayBytesMax
    ) {
      const dropped = this.#events.shift()!;
      this.#bytes -= dropped.bytes.length;
      dropped.stream.kept--;
      dropped.stream.lostSeq = dropped.seq;
      this.forgetIfSpent(dropped.stream);
    }
  }

  forgetIfSpent(stream: LoggedStream): void {
    if (stream.isEnded && stream.kept === 0) this.#streams.delete(stream.id);
  }

  since(stream: LoggedStream, afterSeq: number): LoggedEvent[] {
    return this.#events.filter((event) => event.stream === stream && event.seq > afterSeq);
  }

  /** Ends what still listens and lets everything go. */
  close(): void {
    for (const stream of this.#streams.values()) stream.release();
    this.#streams.clear();
    this.#events = [];
    this.#bytes = 0;
  }
}

export class LoggedStream {
  readonly id: number;
  isEnded = false;
  /** Events of this stream that the log still holds. */
  kept = 0;
  /** The last event that the log has dropped. */
  lostSeq = 0;
  readonly #log: EventLog;
  #sink: Exchange | null = null;
  /** The last event that was given to a connection. */
  #sentSeq = 0;

  constructor(log: EventLog, id: number) {
    this.#log = log;
    this.id = id;
  }

  get isTaken(): boolean {
    return this.#sink !== null;
  }

  get sentSeq(): number {
    return this.#sentSeq;
  }

  append(message: Buffer, isLast = false): void {
    if (this.isEnded) return;
    const seq = this.#log.next();
    const bytes = sseEvent(message, `${this.id}-${seq}`);
    if (isLast) this.isEnded = true;
    const sink = this.#sink;
    if (sink !== null) {
      this.#sentSeq = seq;
      if (isLast) this.#sink = null;
      // Sending may find the reader stalled and cut it, which detaches; the event is kept for its return.
      if (isLast) sink.finish(bytes);
      else sink.push(bytes);
    }
    this.#log.keep({ stream: this, seq, bytes });
    this.#log.forgetIfSpent(this);
  }

  /** An id to resume from before anything has happened (2025-11-25: "prime" with an id and empty data). */
  prime(exchange: Exchange): void {
    const event = sseEvent(EMPTY, `${this.id}-${this.#log.seq}`);
    exchange.push(Buffer.concat([RETRY, event]));
  }

  /** Gives the stream a connection: what it has missed, then what comes. A connection that it had is replaced. */
  attach(exchange: Exchange, afterSeq: number): void {
    const old = this.#sink;
    this.#sink = null;
    old?.cut();
    for (const event of this.#log.since(this, afterSeq)) {
      exchange.push(event.bytes);
      this.#sentSeq = event.seq;
    }
    if (this.isEnded) exchange.finish();
    else if (!exchange.isOver) this.#sink = exchange;
  }

  detach(exchange: Exchange): void {
    if (this.#sink === exchange) this.#sink = null;
  }

  /** Ends the stream without an answer. */
  conclude(): void {
    this.isEnded = true;
    this.release();
    this.#log.forgetIfSpent(this);
  }

  release(): void {
    this.#sink?.finish();
    this.#sink = null;
  }
}
