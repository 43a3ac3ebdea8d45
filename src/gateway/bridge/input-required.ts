/**
 * `InputRequiredResult` (2026-07-28 basic/patterns, multi-round-trip requests) as the gateway writes it.
 */

import { members } from '../../protocol/members.ts';
import type { Message } from '../../protocol/message.ts';
import { type Edit, insertMember, splice } from '../../protocol/splice.ts';
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
  const edits: Edit[] = [{ start: reply.idStart, end: reply.idEnd, put: call.id }];
  const fields = members(reply.bytes, reply.bodyStart, reply.bodyEnd);
  const state = fields.find((field) => field.key === 'requestState');
  const ticket = call.carry?.();
  const sealed = (inner: string) =>
    JSON.stringify(seal(call, { kind: 'wrapped', inner, ticket }, Date.now()));
  if (state !== undefined) {
    const put = sealed(reply.bytes.utf8Slice(state.start, state.end));
    edits.push({ start: state.start, end: state.end, put });
  } else if (ticket !== undefined) {
    // An approved call is known by its state when it comes back, also where the server needs none.
    const member = `"requestState":${sealed('')}`;
    edits.push(insertMember(reply.bodyStart, reply.bodyEnd, reply.bytes, member));
  }
  return splice(
    reply.bytes,
    edits.sort((a, b) => a.start - b.start),
  );
}
