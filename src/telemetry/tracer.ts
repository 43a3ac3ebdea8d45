/**
 * One span per call, by OpenTelemetry's conventions for MCP: what is traced is decided when the call begins, and written
 * when it has ended.
 *
 * Sampling comes first: a call that is not sampled costs a look at two strings and a random number, or nothing more than its
 * parent's own word (bench/micro/telemetry.ts). Its message is not touched, but that a parent which came by HTTP is passed on.
 * The message's `_meta` is believed over the header, which may be of something that carries several messages.
 */

import { randomFillSync } from 'node:crypto';
import type { Message } from '../protocol/message.ts';
import type { Refusal } from '../protocol/refusal.ts';
import {
  fitBaggage,
  fitTracestate,
  metaHeaders,
  type Parent,
  parentOf,
  type Trace,
  type TraceHeaders,
} from '../protocol/trace-context.ts';
import type { OtlpConfig } from './config.ts';
import type { Spans } from './otlp.ts';
import { type SpannedCall, spanOf } from './span.ts';

/** What is read of a call that begins. */
export interface BegunCall {
  readonly message: Message;
  readonly outlet: { readonly trace?: TraceHeaders };
  readonly trail: { trace: Trace | null };
}

export class Tracer {
  readonly wantsTimes = true;
  readonly #sample: number;
  readonly #followsParents: boolean;
  readonly #spans: Spans;

  constructor({ sample, followParents }: OtlpConfig, spans: Spans) {
    this.#sample = sample;
    this.#followsParents = followParents;
    this.#spans = spans;
  }

  begun({ message, outlet, trail }: BegunCall): void {
    const http = outlet.trace;
    if (message.traceparentStart < 0 && (http === undefined || http.traceparent === '')) {
      if (this.#isDrawn()) trail.trace = rootTrace();
      return;
    }
    trail.trace = this.#joined(message, http);
  }

  ended(call: SpannedCall & { readonly refusal: Refusal | null }): void {
    const { trace } = call.trail;
    if (trace?.isSampled === true) this.#spans.add(spanOf(call, trace));
  }

  #isDrawn(): boolean {
    return this.#sample > 0 && Math.random() < this.#sample;
  }

  #joined(message: Message, http: TraceHeaders | undefined): Trace | null {
    const told = metaHeaders(message);
    const inMessage = told === undefined ? undefined : parentOf(told.traceparent);
    const inHeader = http === undefined ? undefined : parentOf(http.traceparent);
    const parent = inMessage ?? inHeader;
    if (parent === undefined) return this.#isDrawn() ? rootTrace() : null;
    const isSampled = this.#followsParents ? parent.isSampled : this.#isDrawn();
    const { tracestate = '', baggage = '' } = (inMessage === undefined ? http : told) ?? {};
    return {
      traceId: parent.traceId,
      spanId: isSampled ? randomHex(8) : parent.spanId,
      parentId: parent.spanId,
      isSampled,
      tracestate: fitTracestate(tracestate),
      baggage: fitBaggage(baggage),
      isNews: isSampled || inMessage === undefined,
      link: inMessage === undefined ? null : otherThan(parent, inHeader),
    };
  }
}

function otherThan(parent: Parent, ambient: Parent | undefined): Parent | null {
  if (ambient === undefined) return null;
  const isSame = ambient.traceId === parent.traceId && ambient.spanId === parent.spanId;
  return isSame ? null : ambient;
}

function rootTrace(): Trace {
  return {
    traceId: randomHex(16),
    spanId: randomHex(8),
    parentId: '',
    isSampled: true,
    tracestate: '',
    baggage: '',
    isNews: true,
    link: null,
  };
}

/** Random bytes are taken in bulk: asking for eight of them costs a microsecond. */
const POOL = Buffer.allocUnsafeSlow(4096);
let used = POOL.length;

function randomHex(bytes: number): string {
  for (;;) {
    if (used + bytes > POOL.length) {
      randomFillSync(POOL);
      used = 0;
    }
    const hex = POOL.toString('hex', used, used + bytes);
    used += bytes;
    // All zeros mean that there is no id.
    if (/[1-9a-f]/.test(hex)) return hex;
  }
}
