/**
 * Answers carried from a server of one era to a client of the other.
 *
 * Nothing here parses the whole answer: members are added and dropped along their spans.
 */

import { members } from '../../protocol/members.ts';
import { Kind, type Message } from '../../protocol/message.ts';
import { REFUSALS } from '../../protocol/refusal.ts';
import { type Edit, inOrder, insertMember, Spliced, withId } from '../../protocol/splice.ts';

/** Members that only modern results have. */
const MODERN_MEMBERS = new Set(['resultType', 'ttlMs', 'cacheScope']);

type Bytes = Buffer | Spliced;

interface ErrorBody {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** A legacy server's answer, for a modern client. */
export function toModern(reply: Message, id: string, method: string, uri: string): Bytes {
  if (reply.kind === Kind.error) return modernError(reply, id, uri);
  if (reply.bytes[reply.bodyStart] !== 0x7b) return withId(reply, id);
  // What a legacy server lets read says nothing of how long it is good: not at all, and for nobody else.
  const terms = method === 'resources/read' ? ',"ttlMs":0,"cacheScope":"private"' : '';
  const member = `"resultType":"complete"${terms}`;
  const edits: Edit[] = [{ start: reply.idStart, end: reply.idEnd, put: id }];
  if (reply.resultTypeStart < 0) {
    edits.push(insertMember(reply.bodyStart, reply.bodyEnd, reply.bytes, member));
  }
  return new Spliced(reply.bytes, inOrder(edits));
}

/** -32002 (resource not found) and -32042 MUST NOT be emitted by a modern server; the former is -32602 with data.uri. */
function modernError(reply: Message, id: string, uri: string): Bytes {
  const error = reply.value(reply.bodyStart, reply.bodyEnd) as ErrorBody;
  if (error.code !== -32002) return withId(reply, id);
  return errorBytes(id, { code: -32602, message: error.message, data: { uri } });
}

/** A modern server's complete answer, for a legacy client. */
export function toLegacy(reply: Message, id: string): Bytes {
  if (reply.kind === Kind.error) return legacyError(reply, id);
  if (reply.bytes[reply.bodyStart] !== 0x7b) return withId(reply, id);
  const head = Buffer.from(`{"jsonrpc":"2.0","id":${id},"result":`);
  return Buffer.concat([head, legacyBody(reply.bytes, reply.bodyStart, reply.bodyEnd), CLOSE]);
}

/** The result in [start, end) without what only modern results have. */
export function legacyBody(bytes: Buffer, start: number, end: number): Buffer {
  const kept = members(bytes, start, end)
    .filter((member) => !MODERN_MEMBERS.has(member.key))
    .map((member) => bytes.subarray(member.keyStart, member.end));
  const parts: Buffer[] = [OPEN];
  for (const [i, member] of kept.entries()) {
    if (i > 0) parts.push(COMMA);
    parts.push(member);
  }
  parts.push(CLOSE);
  return Buffer.concat(parts);
}

const COMMA = Buffer.from(',');
const OPEN = Buffer.from('{');
const CLOSE = Buffer.from('}');

/** -32021 speaks of capabilities per request, which a legacy client does not have: said in words instead. */
function legacyError(reply: Message, id: string): Bytes {
  const error = reply.value(reply.bodyStart, reply.bodyEnd) as ErrorBody;
  if (error.code !== REFUSALS.missing_capability.rpc) return withId(reply, id);
  const words = REFUSALS.missing_capability.words;
  return errorBytes(id, { code: REFUSALS.invalid_params.rpc, message: words, data: error.data });
}

function errorBytes(id: string, error: ErrorBody): Buffer {
  return Buffer.from(`{"jsonrpc":"2.0","id":${id},"error":${JSON.stringify(error)}}`);
}

/** The error object of a legacy -32042 answer (URL elicitation required), if it is one. */
export function urlElicitations(reply: Message): unknown[] | undefined {
  if (reply.kind !== Kind.error) return undefined;
  const error = reply.value(reply.bodyStart, reply.bodyEnd) as ErrorBody;
  if (error.code !== -32042) return undefined;
  const list = (error.data as { elicitations?: unknown } | undefined)?.elicitations;
  if (!Array.isArray(list)) return undefined;
  // Spreading a text makes a member of each of its letters.
  const groups = list.filter((item) => typeof item === 'object' && item !== null);
  return groups.length > 0 ? groups : undefined;
}
