/**
 * One connection with one call at a time: sends a request, times its answer, and says how it ended.
 *
 * A lane whose connection is gone opens it again with the next call, and that call pays for it. Nothing is allocated
 * for a call; the clock is read once when it leaves and once when its answer is complete.
 */

import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { ID_DIGITS, type Judge, OTHER } from './answer.ts';
import { EventReader } from './event-reader.ts';
import { Gather } from './gather.ts';
import { type BodySink, HttpReader } from './http-reader.ts';
import { RESPONSE_BYTES_MAX } from './plan.ts';
import type { Wire } from './wire.ts';

const READ_BYTES = 64 * 1024;
/** A read completes before the next begins, so all may share a buffer; not so on Windows, where reads are posted ahead. */
const shared = process.platform === 'win32' ? undefined : Buffer.allocUnsafeSlow(READ_BYTES);

/** Who calls: a token, and its session where there is one. */
export interface Identity {
  readonly wires: readonly Wire[];
  readonly session: Buffer | undefined;
}

export interface LanePlace {
  readonly url: URL;
  readonly address: string;
}

export interface LaneOwner {
  readonly judge: Judge;
  /** `kind` is empty for a good answer. The lane is free again. */
  ended(lane: Lane, kind: string, words: string, answeredAt: number): void;
  /** What `open` began has come to its end. */
  opened(lane: Lane, isOpen: boolean): void;
  sent(bytes: number): void;
  received(bytes: number): void;
}

export class Lane implements BodySink {
  readonly #owner: LaneOwner;
  readonly #place: LanePlace;
  readonly #reader = new HttpReader(this);
  readonly #body = new Gather(RESPONSE_BYTES_MAX);
  readonly #events = new EventReader(RESPONSE_BYTES_MAX, (bytes, start, end) => {
    this.#judge(bytes, start, end);
  });
  readonly #id = new Uint8Array(ID_DIGITS);
  #socket: Socket | null = null;
  #isOpen = false;
  #isBusy = false;
  #wire: Wire | null = null;
  #session: Buffer | undefined;
  #isTool = false;
  #verdict: string | undefined;
  #words = '';
  #answeredAt = 0;
  /** For the owner: its own identity, and what the call in flight is. */
  identity: Identity | undefined;
  step = 0;
  intended = 0;
  sentAt = 0;

  constructor(owner: LaneOwner, place: LanePlace) {
    this.#owner = owner;
    this.#place = place;
  }

  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** Connects without a call; the owner hears `opened`. */
  open(): void {
    this.#connect();
  }

  call(identity: Identity, step: number, isTool: boolean, id: Uint8Array, now: number): void {
    this.#isBusy = true;
    this.#wire = identity.wires[step]!;
    this.#session = identity.session;
    this.#isTool = isTool;
    this.#id.set(id);
    this.#verdict = undefined;
    this.#words = '';
    this.#answeredAt = 0;
    this.step = step;
    this.sentAt = now;
    if (this.#isOpen) this.#send();
    else this.#connect();
  }

  /** Ends the call in flight, if there is one, and the connection with it. */
  fail(kind: string, words = ''): void {
    this.#drop();
    this.#end(kind, words, performance.now());
  }

  close(): void {
    this.#isBusy = false;
    this.#drop();
  }

  // === what arrives

  body(bytes: Buffer, start: number, end: number): boolean {
    if (this.#reader.isStream) return this.#events.feed(bytes, start, end);
    return this.#body.add(bytes, start, end);
  }

  end(): void {
    const { status, isStream, willClose } = this.#reader;
    if (!isStream) this.#judge(this.#body.bytes, this.#body.start, this.#body.end);
    this.#body.clear();
    this.#events.reset();
    if (willClose) this.#drop();
    // 2026-07-28 sends some JSON-RPC errors with 400 and 404; their code says more than the status.
    const isRefused = (status === 400 || status === 404) && this.#verdict?.startsWith('rpc ');
    if (status !== 200 && isRefused !== true) this.#verdict = `http ${status}`;
    this.#end(this.#verdict ?? 'parse', this.#words, this.#answeredAt || performance.now());
  }

  #judge(bytes: Buffer, start: number, end: number): void {
    if (this.#verdict !== undefined) return;
    const { judge } = this.#owner;
    const verdict = judge.judge(bytes, start, end, this.#id, this.#isTool);
    if (verdict === OTHER) return;
    this.#verdict = verdict;
    if (verdict !== '') this.#words = judge.words;
    this.#answeredAt = performance.now();
  }

  #read(bytes: Buffer): void {
    this.#owner.received(bytes.length);
    // What nobody asked for, a 408 before the server closes an idle connection.
    if (!this.#isBusy) {
      this.#drop();
      return;
    }
    const socket = this.#socket;
    const isFine = this.#reader.feed(bytes);
    if (socket !== this.#socket) return;
    if (!isFine) this.fail('parse', 'not HTTP, or too large');
    this.#body.keep();
    this.#events.keep();
  }

  #end(kind: string, words: string, at: number): void {
    if (!this.#isBusy) return;
    this.#isBusy = false;
    this.#owner.ended(this, kind, words, at);
  }

  // === the connection

  #send(): void {
    const wire = this.#wire!;
    const { bytes } = wire;
    bytes.set(this.#id, wire.idAt);
    // Digits to letters.
    if (wire.textAt >= 0)
      for (let at = 0; at < ID_DIGITS; at++) bytes[wire.textAt + at] = this.#id[at]! + 0x31;
    if (this.#session !== undefined) bytes.set(this.#session, wire.sessionAt);
    const socket = this.#socket!;
    socket.write(bytes);
    // Not all of it has left: the socket holds these bytes, so the next call gets others.
    if (socket.writableLength > 0) wire.bytes = Buffer.from(bytes);
    this.#owner.sent(bytes.length);
  }

  #connect(): void {
    const { url, address } = this.#place;
    const isTls = url.protocol === 'https:';
    const port = Number(url.port) || (isTls ? 443 : 80);
    this.#reader.reset();
    this.#body.clear();
    this.#events.reset();
    const socket = isTls ? this.#secure(address, port) : this.#plain(address, port);
    this.#socket = socket;
    let words = '';
    socket.setNoDelay(true);
    socket.on(isTls ? 'secureConnect' : 'connect', () => {
      if (socket !== this.#socket) return;
      this.#isOpen = true;
      if (this.#isBusy) this.#send();
      else this.#owner.opened(this, true);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      words = error.code ?? error.message;
    });
    socket.on('close', () => this.#closed(socket, words));
    // A half-closed connection takes no more calls.
    socket.on('end', () => socket.destroy());
  }

  #plain(host: string, port: number): Socket {
    const buffer = shared ?? Buffer.allocUnsafeSlow(16 * 1024);
    const callback = (count: number, bytes: Uint8Array): boolean => {
      // The buffer is a Buffer: Node.js hands back what it was given.
      if (socket === this.#socket) this.#read((bytes as Buffer).subarray(0, count));
      return true;
    };
    const socket: Socket = connect({ host, port, onread: { buffer, callback } });
    return socket;
  }

  #secure(host: string, port: number): Socket {
    const { hostname } = this.#place.url;
    const isName = !/^[\d.]+$|^\[/.test(hostname);
    const name = isName ? { servername: hostname } : {};
    const socket = connectTls({ host, port, ALPNProtocols: ['http/1.1'], ...name });
    socket.on('data', (bytes: Buffer) => {
      if (socket === this.#socket) this.#read(bytes);
    });
    return socket;
  }

  #closed(socket: Socket, words: string): void {
    if (socket !== this.#socket) return;
    const wasOpen = this.#isOpen;
    // That ends the call, and its end may have opened the next connection already.
    if (this.#isBusy && this.#reader.close()) return;
    this.#drop();
    if (this.#isBusy) this.#end(wasOpen ? 'reset' : 'connect', words, performance.now());
    else if (!wasOpen) this.#owner.opened(this, false);
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#isOpen = false;
    socket?.destroy();
  }
}
