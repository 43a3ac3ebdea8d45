/**
 * One HTTP request and its answer, whatever the answer turns out to be: one body, or a stream of events.
 *
 *   receiving ──body──▶ waiting ──send──▶ delivering ──▶ over
 *                          └──push──▶ streaming ──finish──▶ over
 *
 * The front end's response object must not be touched once it has ended or aborted: every way in checks `#phase`, so
 * late answers are dropped here. What a slow reader has not taken is queued to a bound, then the connection is cut.
 * It knows no session and no era.
 */

import { type Certificate, forwardedCertificate } from '../../auth/auth.ts';
import { copyOf, Pile } from '../../lib/pile.ts';
import { type Lap, stopwatch } from '../../lib/stopwatch.ts';
import type { Caller } from '../../model.ts';
import { REFUSALS, type Refusal, refusalBytes, refuse } from '../../protocol/refusal.ts';
import { Spliced } from '../../protocol/splice.ts';
import type { Door } from './door.ts';
import type { Head } from './head.ts';
import type { Lobby } from './lobby.ts';
import { statusLine } from './status.ts';
import type { HttpResponse } from './uws-api.ts';

/** Who answers an exchange, as far as the connection concerns it. */
export interface Answerer {
  /** The client has gone, or was cut, before the answer was complete. Called once; nothing can be sent any more. */
  onGone(): void;
  /** Nothing was sent for `keepAliveMs`. */
  onSilence(): void;
}

const JSON_HEADERS = ['content-type', 'application/json'] as const;
/** X-Accel-Buffering: nginx would hold events back (2026-07-28 transports, SHOULD). */
const STREAM_HEADERS = [
  'content-type',
  'text/event-stream',
  'cache-control',
  'no-cache',
  'x-accel-buffering',
  'no',
] as const;

/** A reader that takes nothing for so long is gone; uWebSockets.js cuts it after the same time by itself (measured). */
const STALL_MS = 12_000;
/** Above this an answer is handed over piecewise from our buffer instead of being copied by the front end. */
const COPY_BYTES_MAX = 64 * 1024;

/**
 * A body whose first piece is half of what was declared, or more, gets its memory at once and is copied once (64 KB: 0.96
 * of the CPU). One byte must not reserve megabytes for somebody who sends no second.
 */
const BELIEVED = 2;

/** Where spliced answers are joined: whoever sends one does so at once, and what is not taken is copied. */
const SCRATCH = Buffer.allocUnsafeSlow(256 * 1024);

const NONE: readonly string[] = [];
const NO_EVENTS: Buffer[] = [];

interface Ahead {
  body: Buffer | null;
  take: ((body: Buffer) => void) | null;
}

type OnChunk = (chunk: ArrayBuffer | Uint8Array, isLast: boolean) => void;
type Phase = 'receiving' | 'waiting' | 'streaming' | 'delivering' | 'over';

export class Exchange {
  readonly head: Head;
  answerer: Answerer | null = null;
  /** A stream that waits for events of its own: it need not be waited for when the gateway stops. */
  isStanding = false;
  /** A stream that waits for what may come: it ends with the credential that opened it. An answer that is awaited does not. */
  endsWithCredential = false;
  /** Who calls; null until that is known. */
  caller: Caller | null = null;
  /** Who let it in, and can say what it lacks. */
  door: Pick<Door, 'challenge'> | null = null;
  /** Its place in the lobby. */
  seat = 0;
  /** null unless the stopwatch is on. */
  readonly #lap: Lap | null = stopwatch.current;
  readonly #res: HttpResponse;
  readonly #lobby: Lobby;
  #phase: Phase = 'waiting';
  #peer: string | null = null;
  #headers: readonly string[] = NONE;
  /** The lobby's clock when the present wait began. */
  #since: number;
  #queue: Buffer[] = NO_EVENTS;
  #queuedBytes = 0;
  #bodyBytes = 0;
  #isBlocked = false;
  #isFinishing = false;
  /** A body that is read before it is known who takes it. */
  #ahead: Ahead | null = null;

  constructor(res: HttpResponse, head: Head, lobby: Lobby) {
    this.#res = res;
    this.head = head;
    this.#lobby = lobby;
    this.#since = lobby.now;
    res.onAborted(() => this.#gone());
    lobby.enter(this);
  }

  get isStreaming(): boolean {
    return this.#phase === 'streaming';
  }

  get isOver(): boolean {
    return this.#phase === 'over';
  }

  /** Headers for whatever answer comes. */
  addHeaders(headers: readonly string[]) {
    if (headers.length > 0) this.#headers = [...this.#headers, ...headers];
  }

  /** Of the other end of the connection. Must be called in the tick of the request. */
  address(): string {
    if (this.head.clientAddress !== '') return this.head.clientAddress;
    return Buffer.from(this.#res.getRemoteAddressAsText()).toString('latin1');
  }

  /** The same, for whoever asks later: '' once there is no connection to ask. */
  get peer(): string {
    if (this.#peer === null && this.#phase !== 'over') this.#peer = this.address();
    return this.#peer ?? '';
  }

  /** Of the client, verified here or by the proxy in front. Must be called in the tick of the request. */
  certificate(): Certificate | 'none' | 'unreadable' {
    if (this.head.certificate !== '') return forwardedCertificate(this.head.certificate);
    return this.#res.getClientCertificate?.() ?? 'none';
  }

  /** Begins to read the body, for a `readBody` in a later tick: the front end drops what nobody waits for. */
  readAhead() {
    const ahead: Ahead = { body: null, take: null };
    this.readBody((body) => {
      ahead.body = body;
      ahead.take?.(body);
    });
    this.#ahead = ahead;
  }

  /**
   * Reads the body to its bound and hands it over, or refuses. Must be called in the tick of the request, or after
   * `readAhead` was.
   */
  readBody(take: (body: Buffer) => void) {
    if (this.#ahead !== null) {
      this.#ahead.take = take;
      if (this.#ahead.body !== null) take(this.#ahead.body);
      return;
    }
    const { bodyBytesMax } = this.#lobby.limits;
    this.#phase = 'receiving';
    const declared = Number(this.head.contentLength);
    if (declared > bodyBytesMax) return this.refuse(refuse('too_large'), true);
    // Copied into: the front end takes a chunk's memory back when the callback returns.
    let body: Pile | null = null;
    const onChunk: OnChunk = (chunk, isLast) => {
      if (this.#phase !== 'receiving') return;
      if (
        this.#bodyBytes + chunk.byteLength > bodyBytesMax ||
        !this.#lobby.hold(chunk.byteLength)
      ) {
        const isTooLarge = this.#bodyBytes + chunk.byteLength > bodyBytesMax;
        body = null;
        this.refuse(refuse(isTooLarge ? 'too_large' : 'busy'), true);
        return;
      }
      this.#bodyBytes += chunk.byteLength;
      const piece = chunk instanceof ArrayBuffer ? new Uint8Array(chunk) : chunk;
      if (isLast && body === null) return this.#received(copyOf(piece), take);
      body ??= new Pile(piece.length * BELIEVED >= declared ? declared : 0);
      if (piece.length > 0) body.push(piece, false);
      if (isLast) this.#received(body.take(), take);
    };
    this.#res.onData(this.#lap === null ? onChunk : timed(this.#lap, onChunk));
  }

  #received(body: Buffer, take: (body: Buffer) => void) {
    this.#phase = 'waiting';
    this.#since = this.#lobby.now;
    try {
      take(body);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Runs what may have a bug: an exception in a callback of the add-on would end the process. */
  guard(run: () => void) {
    try {
      run();
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown) {
    this.#lobby.onBug(error);
    if (this.#phase === 'streaming') this.cut();
    else this.refuse(refuse('internal'), true);
  }

  /** The whole answer at once. */
  send(status: number, body: Buffer | Spliced | null, headers: readonly string[] = JSON_HEADERS) {
    if (this.#phase !== 'waiting' && this.#phase !== 'receiving') return;
    const mustClose = this.#phase === 'receiving' || this.#lobby.isDraining;
    const write = () => {
      this.#writeHead(status, body === null ? [] : headers);
      if (body === null || this.head.method === 'head') this.#res.end(undefined, mustClose);
      else if (body.length <= COPY_BYTES_MAX || mustClose) this.#res.end(joined(body), mustClose);
      else return this.#deliver(body);
      this.#over();
    };
    if (this.#lap === null) this.#res.cork(write);
    else stopwatch.end(this.#lap, () => this.#res.cork(write));
  }

  refuse(refusal: Refusal, mustClose = false, id = 'null') {
    if (this.#phase === 'waiting' || this.#phase === 'receiving') {
      this.#lobby.turnedAway(this, refusal, id);
    }
    if (mustClose && this.#phase === 'waiting') this.#phase = 'receiving';
    if (refusal.code === 'busy' || refusal.code === 'draining')
      this.addHeaders(['retry-after', '1']);
    this.send(REFUSALS[refusal.code].http, refusalBytes(id, refusal));
  }

  /** One event; the first opens the stream. */
  push(event: Buffer) {
    this.#stream(event, false);
  }

  /** The last event, if any, and the end of the stream. */
  finish(event: Buffer | null = null) {
    this.#stream(event, true);
  }

  /** Closes the connection without an answer. */
  cut() {
    if (this.#phase === 'over') return;
    // The add-on calls back from within close(), node:http some ticks later; both find the exchange over.
    const res = this.#res;
    this.#gone();
    res.close();
  }

  tick(now: number) {
    const { bodyMs, keepAliveMs } = this.#lobby.limits;
    if (this.endsWithCredential && (this.caller?.until ?? 0) <= Date.now()) return this.cut();
    const waitedMs = now - this.#since;
    if (this.#phase === 'receiving') {
      if (waitedMs > bodyMs) this.refuse(refuse('too_slow'), true);
    } else if (this.#isBlocked || this.#phase === 'delivering') {
      if (waitedMs > STALL_MS) this.cut();
    } else if (waitedMs > keepAliveMs) {
      this.#since = now;
      this.guard(() => this.answerer?.onSilence());
    }
  }

  #stream(event: Buffer | null, isLast: boolean) {
    if (this.#phase === 'over' || this.#phase === 'delivering' || this.#isFinishing) return;
    if (this.#isBlocked) return this.#enqueue(event, isLast);
    this.#since = this.#lobby.now;
    this.#res.cork(() => {
      if (this.#phase !== 'streaming') {
        this.#phase = 'streaming';
        this.#res.onWritable(() => this.#drain());
        this.#writeHead(200, STREAM_HEADERS);
      }
      if (event !== null) this.#isBlocked = !this.#res.write(event);
      if (isLast) this.#finishWhenDrained();
    });
  }

  /** One event of any size may wait; a second only within the bound. */
  #enqueue(event: Buffer | null, isLast: boolean) {
    if (event !== null) {
      const bytes = this.#queuedBytes + event.length;
      if (this.#queue.length > 0 && bytes > this.#lobby.limits.streamBufferBytesMax) {
        this.cut();
        return;
      }
      if (this.#queue === NO_EVENTS) this.#queue = [];
      this.#queue.push(event);
      this.#queuedBytes = bytes;
    }
    this.#isFinishing = isLast;
  }

  #drain(): boolean {
    if (this.#phase !== 'streaming') return true;
    this.#since = this.#lobby.now;
    this.#isBlocked = false;
    this.#res.cork(() => {
      while (this.#queue.length > 0 && !this.#isBlocked) {
        const event = this.#queue.shift()!;
        this.#queuedBytes -= event.length;
        this.#isBlocked = !this.#res.write(event);
      }
      if (this.#isFinishing) this.#finishWhenDrained();
    });
    return !this.#isBlocked;
  }

  #finishWhenDrained() {
    this.#isFinishing = true;
    if (this.#isBlocked || this.#queue.length > 0) return;
    this.#res.end();
    this.#over();
  }

  #deliver(answer: Buffer | Spliced) {
    this.#phase = 'delivering';
    this.#since = this.#lobby.now;
    let base = 0;
    const whole = joined(answer);
    const [, isDone] = this.#res.tryEnd(whole, whole.length);
    if (isDone) return this.#over();
    const body = whole.buffer === SCRATCH.buffer ? Buffer.from(whole) : whole;
    this.#res.onWritable((offset) => {
      if (this.#phase !== 'delivering') return true;
      base = offset;
      this.#since = this.#lobby.now;
      const [isTaken, isComplete] = this.#res.tryEnd(body.subarray(base), body.length);
      if (isComplete) this.#over();
      return isTaken;
    });
  }

  #writeHead(status: number, headers: readonly string[]) {
    // 200 is what goes out where nothing is said, on every front.
    if (status !== 200) this.#res.writeStatus(statusLine(status));
    writeAll(this.#res, headers);
    writeAll(this.#res, this.#headers);
  }

  #over() {
    this.#phase = 'over';
    this.#queue = NO_EVENTS;
    this.answerer = null;
    this.#lobby.letGo(this.#bodyBytes);
    this.#lobby.leave(this);
  }

  #gone() {
    if (this.#phase === 'over') return;
    const answerer = this.answerer;
    this.#over();
    answerer?.onGone();
  }
}

function timed(lap: Lap, take: OnChunk): OnChunk {
  return (chunk, isLast) => {
    stopwatch.resume(lap);
    take(chunk, isLast);
    stopwatch.pause();
  };
}

/** The bytes of an answer, good until the next one is joined. */
function joined(answer: Buffer | Spliced): Buffer {
  if (!(answer instanceof Spliced)) return answer;
  if (answer.length > SCRATCH.length) return answer.toBuffer();
  answer.copyTo(SCRATCH, 0);
  return SCRATCH.subarray(0, answer.length);
}

function writeAll(res: HttpResponse, headers: readonly string[]) {
  for (let i = 0; i + 1 < headers.length; i += 2) res.writeHeader(headers[i]!, headers[i + 1]!);
}
