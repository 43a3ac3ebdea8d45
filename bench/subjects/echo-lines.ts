/**
 * What the bench's servers answer: one chunk of JSON-RPC lines in, the bytes of all answers out.
 *
 * A tools/call as the load generator writes it is answered by cutting, without JSON.parse: a server that costs more
 * than the relay in front of it would hide the relay. Anything else is parsed. One tool, `echo {message}`; one era per
 * process, so that a relay in front never has to translate unless a scenario wants it to.
 */

import { LATEST_LEGACY, LATEST_MODERN } from '../../src/protocol/eras.ts';

const HEAD = Buffer.from('{"jsonrpc":"2.0","id":');
const ECHO_CALL = Buffer.from(
  '"method":"tools/call","params":{"name":"echo","arguments":{"message":"',
);
const AFTER_ID = Buffer.from(',"result":{"content":[{"type":"text","text":"');
const LF = 0x0a;
const LAST_MEMBER = Buffer.from('"}');
const NEXT_MEMBER = Buffer.from('","');
const BACKSLASH = 0x5c;
const COMMA = 0x2c;

/** Whether an odd number of backslashes stands before it. */
function isEscaped(bytes: Buffer, at: number): boolean {
  let from = at;
  while (bytes[from - 1] === BACKSLASH) from--;
  return (at - from) % 2 === 1;
}

export interface Answers {
  /** The answers to the complete lines of a chunk; an unfinished line is kept for the next. */
  take(chunk: Buffer): Buffer;
}

interface Request {
  id?: number | string;
  method?: string;
  params?: { name?: string; arguments?: { message?: unknown } };
}

const TOOL = {
  name: 'echo',
  description: 'Answers with its argument',
  inputSchema: {
    type: 'object',
    properties: { message: { type: 'string' } },
    required: ['message'],
  },
};
const INFO = { name: 'bench-echo', version: '1.0.0' };

export function answersOf(era: 'modern' | 'legacy'): Answers {
  const end = Buffer.from(era === 'modern' ? '"}],"resultType":"complete"}}\n' : '"}]}}\n');
  let tail: Buffer | null = null;
  let out = Buffer.allocUnsafe(1 << 17);
  let used = 0;

  const room = (bytes: number): void => {
    if (used + bytes <= out.length) return;
    const larger = Buffer.allocUnsafe(Math.max(out.length * 2, used + bytes));
    out.copy(larger, 0, 0, used);
    out = larger;
  };

  /** False where the line is not a call as the generator writes it. */
  const cut = (bytes: Buffer, from: number, to: number): boolean => {
    if (bytes.compare(HEAD, 0, HEAD.length, from, Math.min(from + HEAD.length, to)) !== 0)
      return false;
    const idStart = from + HEAD.length;
    const idEnd = bytes.indexOf(COMMA, idStart);
    const call = idEnd + 1;
    const textStart = call + ECHO_CALL.length;
    if (idEnd < 0 || textStart >= to) return false;
    if (bytes.compare(ECHO_CALL, 0, ECHO_CALL.length, call, textStart) !== 0) return false;
    let textEnd = bytes.indexOf(LAST_MEMBER, textStart);
    while (textEnd >= 0 && isEscaped(bytes, textEnd))
      textEnd = bytes.indexOf(LAST_MEMBER, textEnd + 1);
    if (textEnd < 0 || textEnd >= to) return false;
    // No text has this unescaped: there is another member.
    const nextMember = bytes.indexOf(NEXT_MEMBER, textStart);
    if (nextMember >= 0 && nextMember < textEnd) return false;
    room(HEAD.length + idEnd - idStart + AFTER_ID.length + textEnd - textStart + end.length);
    used += bytes.copy(out, used, from, idEnd);
    used += AFTER_ID.copy(out, used);
    used += bytes.copy(out, used, textStart, textEnd);
    used += end.copy(out, used);
    return true;
  };

  const line = (bytes: Buffer, from: number, to: number): void => {
    if (to <= from || cut(bytes, from, to)) return;
    const text = answer(era, bytes.utf8Slice(from, to));
    if (text === '') return;
    room(text.length * 3);
    used += out.utf8Write(text, used);
  };

  return {
    take(chunk) {
      used = 0;
      let from = 0;
      let bytes = chunk;
      if (tail !== null) bytes = Buffer.concat([tail, chunk]);
      for (let at = bytes.indexOf(LF, tail?.length ?? 0); at >= 0; at = bytes.indexOf(LF, from)) {
        line(bytes, from, at);
        from = at + 1;
        tail = null;
      }
      tail = from < bytes.length ? Buffer.from(bytes.subarray(from)) : null;
      return out.subarray(0, used);
    },
  };
}

function answer(era: 'modern' | 'legacy', text: string): string {
  const { id, method, params } = JSON.parse(text) as Request;
  if (id === undefined || method === undefined) return '';
  const result = resultOf(era, method, params);
  const error = { code: -32601, message: `No ${method}` };
  const body = result === undefined ? { error } : { result };
  return `${JSON.stringify({ jsonrpc: '2.0', id, ...body })}\n`;
}

function resultOf(
  era: 'modern' | 'legacy',
  method: string,
  params: Request['params'],
): object | undefined {
  const isModern = era === 'modern';
  const done = isModern ? { resultType: 'complete' } : {};
  const cached = isModern ? { resultType: 'complete', ttlMs: 60_000, cacheScope: 'public' } : {};
  if (method === 'tools/list') return { tools: [TOOL], ...cached };
  if (method === 'tools/call' && params?.name === 'echo') {
    return { content: [{ type: 'text', text: String(params.arguments?.message) }], ...done };
  }
  if (isModern && method === 'server/discover') {
    return {
      supportedVersions: [LATEST_MODERN],
      capabilities: { tools: {} },
      serverInfo: INFO,
      ...cached,
    };
  }
  if (!isModern && method === 'ping') return {};
  if (!isModern && method === 'initialize') {
    return { protocolVersion: LATEST_LEGACY, capabilities: { tools: {} }, serverInfo: INFO };
  }
  return undefined;
}
