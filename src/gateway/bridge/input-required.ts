/**
 * `InputRequiredResult` (2026-07-28 basic/patterns, multi-round-trip requests) as the gateway writes it.
 */

import { members } from '../../protocol/members.ts';
import type { Message } from '../../protocol/message.ts';
import { splice } from '../../protocol/splice.ts';
import type { Call } from '../call.ts';
import { type Purpose, seal } from './request-state.ts';

/** Requests that may be answered with InputRequiredResult; for all others a server cannot ask the client. */
export const MULTI_ROUND_TRIP = new Set(['tools/call', 'prompts/get', 'resources/read']);

/** The answer that asks the client; `requests` is the JSON text of the inputRequests members. */
export function inputRequired(call: Call, requests: string, purpose: Purpose): Buffer {
  const state = JSON.stringify(seal(call, purpose, Date.now()));
  return Buffer.from(
    `{"jsonrpc":"2.0","id":${call.id},"result":{"resultType":"input_required","inputRequests":{${requests}},"requestState":${state}}}`,
  );
}

/** A modern server's InputRequiredResult for a modern client, its requestState sealed in ours. */
export function wrapState(call: Call, reply: Message): Buffer {
  const edits = [{ start: reply.idStart, end: reply.idEnd, put: call.id }];
  const fields = members(reply.bytes, reply.bodyStart, reply.bodyEnd);
  const state = fields.find((field) => field.key === 'requestState');
  if (state !== undefined) {
    const inner = reply.bytes.utf8Slice(state.start, state.end);
    const put = JSON.stringify(seal(call, { kind: 'wrapped', inner }, Date.now()));
    edits.push({ start: state.start, end: state.end, put });
  }
  return splice(
    reply.bytes,
    edits.sort((a, b) => a.start - b.start),
  );
}
