/**
 * The transport of 2024-11-05: a GET opens the only stream and names a URI; everything is POSTed there and answered on
 * the stream. The stream is the session: when it closes, the session ends, and with it every call in it.
 *
 * The id in the URI is what lets a POST speak for the stream, so it is unguessable and bound to the caller.
 */

import { randomUUID } from 'node:crypto';
import type { Caller } from '../../model.ts';
import { BATCH_VERSION } from '../../protocol/eras.ts';
import { isFault, read, readBatch } from '../../protocol/json-rpc.ts';
import { type Fault, Kind, type Message } from '../../protocol/message.ts';
import { type Refusal, refuse } from '../../protocol/refusal.ts';
import { bufferOf } from '../../protocol/splice.ts';
import { KEEP_ALIVE, sseEvent } from '../../protocol/sse.ts';
import type { Gateway, Outlet, Route, Session } from '../contract.ts';
import type { Answerer, Exchange } from './exchange.ts';

export class OldSse {
  readonly #gateway: Gateway;
  readonly #streams = new Map<string, OldStream>();

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
  }

  /** GET /sse */
  open(exchange: Exchange, route: Route, caller: Caller) {
    const id = randomUUID();
    const stream = new OldStream(exchange, this.#gateway, route, caller, () => {
      this.#streams.delete(id);
    });
    this.#streams.set(id, stream);
    exchange.push(sseEvent(Buffer.from(`/messages?sessionId=${id}`), undefined, 'endpoint'));
  }

  /** The stream for which POST /messages speaks, if it is this caller's. */
  find(query: string, caller: Caller): OldStream | undefined {
    const stream = this.#streams.get(new URLSearchParams(query).get('sessionId') ?? '');
    if (stream?.caller.id !== caller.id) return undefined;
    stream.usedBy(caller);
    return stream;
  }
}

export class OldStream implements Answerer {
  readonly caller: Caller;
  readonly #route: Route;
  readonly #exchange: Exchange;
  readonly #gateway: Gateway;
  readonly #onClose: () => void;
  #session: Session | null = null;
  #isOpening = false;

  constructor(
    exchange: Exchange,
    gateway: Gateway,
    route: Route,
    caller: Caller,
    onClose: () => void,
  ) {
    this.#exchange = exchange;
    this.#gateway = gateway;
    this.#route = route;
    this.caller = caller;
    this.#onClose = onClose;
    exchange.isStanding = true;
    exchange.endsWithCredential = true;
    exchange.answerer = this;
  }

  /** The same caller as at the start, perhaps by another credential. */
  usedBy(caller: Caller) {
    if (this.#session !== null) this.#gateway.session(this.#session.id, caller, this.#route);
  }

  /** One POST body, and whence it came; undefined when it is taken and its answers will come on the stream. */
  take(
    body: Buffer,
    address: string,
    depthMax: number,
    batchMax: number,
  ): Refusal | Fault | undefined {
    if (body[firstByte(body)] === 0x5b && this.#session?.version === BATCH_VERSION) {
      const messages = readBatch(body, batchMax, depthMax);
      if (isFault(messages)) return messages;
      for (const message of messages) {
        if (isFault(message)) return message;
      }
      for (const message of messages) this.#takeOne(message as Message, address);
      return undefined;
    }
    const message = read(body, depthMax);
    return isFault(message) ? message : this.#takeOne(message, address);
  }

  #takeOne(message: Message, address: string): Refusal | undefined {
    if (this.#session === null) return this.#initialize(message, address);
    if (message.kind === Kind.request) {
      this.#gateway.legacy(this.#session, message, this.#outlet(address));
    } else {
      this.#gateway.take(this.#session, message);
    }
    return undefined;
  }

  #initialize(message: Message, address: string): Refusal | undefined {
    if (message.method !== 'initialize' || message.kind !== Kind.request || this.#isOpening) {
      return refuse('invalid_request', 'The first message must be initialize.');
    }
    this.#isOpening = true;
    const outlet = this.#outlet(address, () => {
      this.#isOpening = false;
    });
    this.#gateway.initialize(this.#route, this.caller, message, outlet, (session) => {
      if (this.#exchange.isOver) {
        this.#gateway.end(session);
        return;
      }
      this.#session = session;
      session.stream = (event) => this.#push(event);
      session.isAttached = true;
      session.onEnd.add(() => {
        this.#onClose();
        this.#exchange.finish();
      });
    });
    return undefined;
  }

  /** `address`: of the POST, which need not be that of the stream. */
  #outlet(address: string, onEnd: () => void = () => {}): Outlet {
    return {
      push: (message) => this.#push(message),
      end: (answer) => {
        onEnd();
        this.#push(bufferOf(answer));
      },
      drop: onEnd,
      onAbort: null,
      address,
    };
  }

  #push(message: Buffer) {
    this.#exchange.push(sseEvent(message, undefined, 'message'));
  }

  onGone() {
    this.#onClose();
    if (this.#session !== null) this.#gateway.end(this.#session);
  }

  onSilence() {
    this.#exchange.push(KEEP_ALIVE);
  }
}

/** Index of the first byte that is no blank. */
export function firstByte(body: Buffer): number {
  let at = 0;
  while (at < body.length && (body[at] === 0x20 || (body[at]! >= 0x09 && body[at]! <= 0x0d))) at++;
  return at;
}
