/**
 * What a call leaves behind on its way, for those who keep records of it: when it passed each stage, what decided over it,
 * what came of it. Stages fill it; it goes along when the call is said in other words.
 */

import type { Entry } from '../backends/backends.ts';
import type { Message } from '../protocol/message.ts';
import type { Refusal } from '../protocol/refusal.ts';
import type { Trace } from '../protocol/trace-context.ts';
import type { Approval } from './approve/approvals.ts';

/** `tool_error`: an answer of the server that says the tool has failed. `failed`: no answer, for want of server or gateway. */
export type Outcome = 'ok' | 'tool_error' | 'refused' | 'failed' | 'cancelled';

/** How kept results had to do with it; '' where they had nothing. */
export type CacheUse = '' | 'hit' | 'joined' | 'miss' | 'stale';

/** On where some recorder wants to know stages: five reads of 70 ns each are not for nobody. */
let isClockOn = false;

export function turnClockOn(): void {
  isClockOn = true;
}

/** Milliseconds that never go back; 0 where nobody asks. */
export function stamp(): number {
  return isClockOn ? performance.now() : 0;
}

/** Other results, questions to the client before all, carry the server's own state. */
const COMPLETE_BYTES = '"complete"'.length;

let serials = 0;

export class Trail {
  /** Counts the calls of this process from 1. */
  readonly serial = ++serials;
  /** See `stamp`; 0 where the call did not come so far. */
  readonly arrivedAt = stamp();
  /** Nothing more is asked before it is sent, or answered from what is kept. */
  decidedAt = 0;
  /** Of the last attempt. */
  sentAt = 0;
  answeredAt = 0;
  finishedAt = 0;
  /** How often it was sent to a server. */
  attempts = 0;
  cache: CacheUse = '';
  /** The access rule that let it through or did not; '' where none was asked. */
  rule = '';
  /** Where the server's result or error is, as the client was shown it but for what differs between eras. */
  body: Buffer | null = null;
  bodyStart = 0;
  bodyEnd = 0;
  isToolError = false;
  /** Inspection has looked at the arguments as they now are and has nothing against them. */
  isClear = false;
  /** The answer has parts that inspection does not look at. */
  isPartlyRead = false;
  /** What was called, where a catalogue has it. */
  entry: Entry | null = null;
  isCancelled = false;
  /** Why somebody must approve it, by what its session did before; '' for no such reason. */
  suspect = '';
  /** How it went where somebody was to approve it. */
  approval: Approval | null = null;
  /** To which trace it belongs; null where nobody traces it. */
  trace: Trace | null = null;

  answered(reply: Message): void {
    this.body = reply.bytes;
    this.bodyStart = reply.bodyStart;
    this.bodyEnd = reply.bodyEnd;
    this.isToolError = reply.isFailure;
    const { resultTypeStart, resultTypeEnd } = reply;
    this.isPartlyRead = resultTypeStart >= 0 && resultTypeEnd - resultTypeStart !== COMPLETE_BYTES;
  }

  /** What was sent for it and for others at once. */
  flown(flight: Trail): void {
    this.sentAt = flight.sentAt;
    this.answeredAt = flight.answeredAt;
    this.attempts = flight.attempts;
  }

  /** Answered from memory. */
  kept(use: CacheUse, body: Buffer): void {
    this.cache = use;
    this.body = body;
    this.bodyEnd = body.length;
  }

  outcome(refusal: Refusal | null): Outcome {
    if (this.isCancelled) return 'cancelled';
    if (refusal !== null) return FAILURES.has(refusal.code) ? 'failed' : 'refused';
    return this.isToolError ? 'tool_error' : 'ok';
  }
}

/** Nobody has said no: there was nobody to answer. */
const FAILURES: ReadonlySet<string> = new Set([
  'backend_unavailable',
  'circuit_open',
  'deadline_exceeded',
  'internal',
]);
