/**
 * W3C Trace Context and Baggage, as they stand in HTTP headers and, by MCP's own rule, in `_meta` under the same names.
 *
 * What is not exactly as it must be counts as absent: a context is never repaired, and none is a fault. Everything of it is
 * bounded and visible ASCII, so that it can stand in a header and between JSON quotes as it is.
 */

import type { Message } from './message.ts';

/** As it came; '' for what did not come. */
export interface TraceHeaders {
  readonly traceparent: string;
  readonly tracestate: string;
  readonly baggage: string;
}

export interface Trace {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits: of the span that the server's is a child of, ours where the call is sampled. */
  readonly spanId: string;
  /** The span above; '' for none. */
  readonly parentId: string;
  readonly isSampled: boolean;
  /** Passed on as they came. */
  readonly tracestate: string;
  readonly baggage: string;
  /** Whether the message must be told: false where its `_meta` says so already. */
  readonly isNews: boolean;
  /** Where HTTP told of another context than the message did. */
  readonly link: Parent | null;
}

export interface Parent {
  readonly traceId: string;
  readonly spanId: string;
  readonly isSampled: boolean;
}

/** W3C: "at least 512 characters" and "at least 8192 bytes" must be passed on. */
const TRACESTATE_MAX = 512;
const BAGGAGE_MAX = 8192;

/** Version 00 ends after the flags; later ones may go on. All zeros are no id, and version ff is none. */
const TRACEPARENT =
  /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
/** Visible ASCII and spaces, without what ends a JSON string. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/;

export function parentOf(traceparent: string): Parent | undefined {
  if (traceparent.length < 55) return undefined;
  const found = TRACEPARENT.exec(traceparent);
  if (found === null || (found[1] === '00' && found[5] !== undefined)) return undefined;
  const isSampled = (Number.parseInt(found[4]!, 16) & 1) === 1;
  return { traceId: found[2]!, spanId: found[3]!, isSampled };
}

/** What the message's `_meta` says; undefined where it names no parent. */
export function metaHeaders(message: Message): TraceHeaders | undefined {
  if (message.traceparentStart < 0) return undefined;
  return {
    traceparent: stringAt(message, message.traceparentStart, message.traceparentEnd),
    tracestate: stringAt(message, message.tracestateStart, message.tracestateEnd),
    baggage: stringAt(message, message.baggageStart, message.baggageEnd),
  };
}

/** Escapes are left as they stand: no value that is passed on has any. */
function stringAt({ bytes }: Message, start: number, end: number): string {
  return start < 0 || bytes[start] !== 0x22 ? '' : bytes.latin1Slice(start + 1, end - 1);
}

/** '' where it is not fit to be passed on. */
export function fitTracestate(text: string): string {
  return text.length <= TRACESTATE_MAX && PLAIN.test(text) ? text : '';
}

export function fitBaggage(text: string): string {
  return text.length <= BAGGAGE_MAX && PLAIN.test(text) ? text : '';
}

export function traceparentOf({ traceId, spanId, isSampled }: Trace): string {
  return `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`;
}

/** What is passed on, by its names. The values need no escape, in headers or in JSON. */
export function traceMembers(trace: Trace): Map<string, string> {
  const members = new Map([['traceparent', traceparentOf(trace)]]);
  if (trace.tracestate !== '') members.set('tracestate', trace.tracestate);
  if (trace.baggage !== '') members.set('baggage', trace.baggage);
  return members;
}

/** As headers: name, value, name, value… */
export function traceHeaders(trace: Trace): string[] {
  return [...traceMembers(trace)].flat();
}
