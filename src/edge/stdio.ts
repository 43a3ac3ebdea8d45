/**
 * The gateway spoken over stdin and stdout: one client, both eras on the same pipe, one message per line.
 *
 * Requests with a modern claim stand alone; an `initialize` opens the one legacy session. notifications/cancelled stops
 * the request that it names. Bounded: lines in, requests in flight, bytes waiting for a client that does not read (then
 * nothing is read from it either, and beyond the bound the conversation ends). Ends with its input, after what is in
 * flight or `drainMs`. It knows no process: the streams are arguments.
 */

import type { Readable, Writable } from 'node:stream';
import { type Caller, isRefusal } from '../model.ts';
import { escapeLineEnds } from '../protocol/canonical.ts';
import { classify } from '../protocol/classify.ts';
import { LineFramer } from '../protocol/framing.ts';
import { isFault, read } from '../protocol/json-rpc.ts';
import { Kind, type Message } from '../protocol/message.ts';
import { type Refusal, refusalBytes, refuse } from '../protocol/refusal.ts';
import { bufferOf, type Spliced } from '../protocol/splice.ts';
import type { Gateway, Outlet, Route, Session } from './contract.ts';

export interface StdioOptions {
  readonly input: Readable;
  readonly output: Writable;
  readonly route: Route;
  /** Whoever has started this program: the pipe is theirs alone. */
  readonly caller: Caller;
  readonly lineBytesMax: number;
  readonly depthMax: number;
  /** Bytes that may wait for the client to read. */
  readonly outputBytesMax: number;
  readonly drainMs: number;
}

/** More than any agent has open at once; a pipe has no other way to push back on requests. */
const IN_FLIGHT_MAX = 1024;
const LF = Buffer.from('\n');

/** Resolves when the conversation is over. */
export function serveStdio(gateway: Gateway, options: StdioOptions): Promise<void> {
  return new Conversation(gateway, options).over;
}

/** One request in flight on the pipe. */
class Flight implements Outlet {
  onAbort: (() => void) | null = null;
  /** Waits for events of its own: nobody need wait for it. */
  readonly isStanding: boolean;
  readonly #id: string;
  readonly #conversation: Conversation;

  constructor(id: string, isStanding: boolean, conversation: Conversation) {
    this.isStanding = isStanding;
    this.#id = id;
    this.#conversation = conversation;
  }

  push(message: Buffer) {
    if (this.#conversation.has(this.#id, this)) this.#conversation.write(message);
  }

  end(answer: Buffer | Spliced) {
    if (this.#conversation.land(this.#id, this)) this.#conversation.write(bufferOf(answer));
  }

  drop() {
    this.#conversation.land(this.#id, this);
  }

  abort() {
    if (!this.#conversation.land(this.#id, this)) return;
    const abort = this.onAbort;
    this.onAbort = null;
    abort?.();
  }
}

class Conversation {
  readonly over: Promise<void>;
  readonly #gateway: Gateway;
  readonly #options: StdioOptions;
  readonly #flights = new Map<string, Flight>();
  #session: Session | null = null;
  #isOpening = false;
  #isEnding = false;
  #isOver = false;
  #deadline: NodeJS.Timeout | undefined;
  #resolve: () => void = () => {};

  constructor(gateway: Gateway, options: StdioOptions) {
    this.#gateway = gateway;
    this.#options = options;
    this.over = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#listen();
  }

  has(id: string, flight: Flight): boolean {
    return this.#flights.get(id) === flight;
  }

  /** The request is done with; false when it already was. */
  land(id: string, flight: Flight): boolean {
    if (!this.has(id, flight)) return false;
    this.#flights.delete(id);
    if (this.#isEnding && this.#flights.size === 0) queueMicrotask(() => this.#stop());
    return true;
  }

  write(message: Buffer) {
    if (this.#isOver) return;
    const { input, output, outputBytesMax } = this.#options;
    const waiting = output.writableLength;
    // One message of any size may wait; a second only within the bound.
    if (waiting > 0 && waiting + message.length > outputBytesMax) return this.#stop();
    if (!output.write(Buffer.concat([escapeLineEnds(message), LF]))) input.pause();
  }

  #listen() {
    const { input, output, lineBytesMax } = this.#options;
    const framer = new LineFramer(lineBytesMax, () => this.#refuse('null', refuse('too_large')));
    input.on('data', (chunk: Buffer) => framer.push(chunk, (line) => this.#take(line)));
    input.once('end', () => this.#end());
    input.once('close', () => this.#end());
    input.on('error', () => this.#stop());
    output.on('drain', () => input.resume());
    output.on('error', () => this.#stop());
    output.once('close', () => this.#stop());
  }

  #take(line: Buffer) {
    if (this.#isOver) return;
    const message = read(line, this.#options.depthMax);
    if (isFault(message)) {
      const { kind, why, id } = message;
      return this.#refuse(id, refuse(kind === 'parse' ? 'parse_error' : 'invalid_request', why));
    }
    if (message.kind === Kind.request) return this.#request(message);
    if (message.method === 'notifications/cancelled') return this.#cancel(message);
    if (this.#session !== null) this.#gateway.take(this.#session, message);
  }

  #request(message: Message) {
    const { id, method } = message;
    const era = classify(message, null);
    if (isRefusal(era)) return this.#refuse(id, era, method);
    if (this.#flights.has(id)) {
      const words = 'A request with this id is in flight.';
      return this.#refuse(id, refuse('invalid_request', words), method);
    }
    if (this.#flights.size >= IN_FLIGHT_MAX) return this.#refuse(id, refuse('busy'), method);
    if (era === 'modern') {
      const flight = this.#fly(id, message.method === 'subscriptions/listen');
      const { route, caller } = this.#options;
      this.#gateway.modern(route, caller, message, null, flight);
    } else if (message.method === 'initialize') {
      this.#initialize(message);
    } else if (this.#session === null) {
      this.#refuse(id, refuse('invalid_request', 'The first request must be initialize.'), method);
    } else {
      this.#gateway.legacy(this.#session, message, this.#fly(id));
    }
  }

  #initialize(message: Message) {
    if (this.#session !== null || this.#isOpening) {
      return this.#refuse(message.id, refuse('invalid_request', 'There is a session already.'));
    }
    this.#isOpening = true;
    const flight = this.#fly(message.id);
    const outlet: Outlet = {
      push: (event) => flight.push(event),
      end: (answer) => {
        this.#isOpening = false;
        flight.end(answer);
      },
      drop: () => flight.drop(),
      onAbort: null,
    };
    const { route, caller } = this.#options;
    this.#gateway.initialize(route, caller, message, outlet, (session) => this.#open(session));
  }

  #open(session: Session) {
    if (this.#isOver) return this.#gateway.end(session);
    this.#session = session;
    session.stream = (message) => this.write(message);
    session.isAttached = true;
    session.onEnd.add(() => {
      if (this.#session === session) this.#session = null;
    });
  }

  #fly(id: string, isStanding = false): Flight {
    const flight = new Flight(id, isStanding, this);
    this.#flights.set(id, flight);
    return flight;
  }

  /** Modern: no answer follows. Legacy: the gateway knows the session's calls, and also stops what it asked the client. */
  #cancel(message: Message) {
    const flight = this.#flights.get(message.text(message.requestIdStart, message.requestIdEnd));
    if (flight?.onAbort != null) flight.abort();
    else if (this.#session !== null) this.#gateway.take(this.#session, message);
  }

  #refuse(id: string, refusal: Refusal, method = '') {
    const { caller, route } = this.#options;
    const about = { address: '', path: route.path, session: this.#session?.id ?? '' };
    this.#gateway.happened({ kind: 'turned_away', refusal, caller, id, method, ...about });
    this.write(refusalBytes(id, refusal));
  }

  /** The client has no more to say. */
  #end() {
    if (this.#isEnding) return;
    this.#isEnding = true;
    for (const flight of [...this.#flights.values()]) if (flight.isStanding) flight.abort();
    if (this.#flights.size === 0) return this.#stop();
    this.#deadline = setTimeout(() => this.#stop(), this.#options.drainMs);
  }

  #stop() {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#deadline);
    for (const flight of [...this.#flights.values()]) flight.abort();
    if (this.#session !== null) this.#gateway.end(this.#session);
    this.#options.input.pause();
    this.#resolve();
  }
}
