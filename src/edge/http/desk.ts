/**
 * The edge's side of one legacy session over Streamable HTTP: its event log and its own stream.
 *
 * Created when the gateway opens a session, dropped when it ends, by whomever. The session itself, its idle clock and
 * its answers are the gateway's.
 */

import { type Refusal, refuse } from '../../protocol/refusal.ts';
import { KEEP_ALIVE } from '../../protocol/sse.ts';
import type { Session } from '../contract.ts';
import { EventLog, type EventLogLimits, type LoggedStream } from './event-log.ts';
import type { Answerer, Exchange } from './exchange.ts';

/** The revision that asks servers to prime a stream; older SDK clients parse the empty data as a message and fail. */
const PRIMING_SINCE = '2025-11-25';

export class Desk {
  readonly log: EventLog;
  readonly primes: boolean;
  readonly #session: Session;
  readonly #own: LoggedStream;

  constructor(session: Session, limits: EventLogLimits) {
    this.log = new EventLog(limits);
    this.primes = session.version >= PRIMING_SINCE;
    this.#session = session;
    this.#own = this.log.open();
    session.stream = (message) => this.#own.append(message);
    session.onEnd.add(() => {
      session.stream = null;
      this.log.close();
    });
  }

  /** A GET: the session's own stream, or the one that Last-Event-ID names. */
  listen(exchange: Exchange): Refusal | undefined {
    const { lastEventId } = exchange.head;
    if (lastEventId === '') return this.#listenOwn(exchange);
    const place = this.log.find(lastEventId);
    if (place === undefined) {
      return refuse('invalid_request', 'The stream cannot be resumed from this Last-Event-ID.');
    }
    this.#connect(exchange, place.stream, place.afterSeq);
    return undefined;
  }

  #listenOwn(exchange: Exchange): Refusal | undefined {
    if (this.#own.isTaken) return refuse('stream_taken');
    this.#connect(exchange, this.#own, this.#own.sentSeq);
    return undefined;
  }

  #connect(exchange: Exchange, stream: LoggedStream, afterSeq: number): void {
    exchange.isStanding = true;
    exchange.endsWithCredential = true;
    exchange.answerer = new Listener(exchange, stream, () => {
      this.#session.isAttached = this.#own.isTaken;
    });
    // Headers at once: the client waits for them before it goes on.
    exchange.push(KEEP_ALIVE);
    stream.attach(exchange, afterSeq);
    this.#session.isAttached = this.#own.isTaken;
  }
}

class Listener implements Answerer {
  readonly #exchange: Exchange;
  readonly #stream: LoggedStream;
  readonly #onDetached: () => void;

  constructor(exchange: Exchange, stream: LoggedStream, onDetached: () => void) {
    this.#exchange = exchange;
    this.#stream = stream;
    this.#onDetached = onDetached;
  }

  onGone(): void {
    this.#stream.detach(this.#exchange);
    this.#onDetached();
  }

  onSilence(): void {
    this.#exchange.push(KEEP_ALIVE);
  }
}
