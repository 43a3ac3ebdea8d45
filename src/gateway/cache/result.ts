/**
 * Results of tools as they are kept, and the answers made from them.
 *
 * Kept is the result of a modern answer, `resultType` included; a legacy client gets it without the members that only
 * modern ones know.
 */

import { type Member, members } from '../../protocol/members.ts';
import { Kind, type Message } from '../../protocol/message.ts';
import { type Edit, insertMember, splice } from '../../protocol/splice.ts';
import { legacyBody } from '../bridge/results.ts';

/** How old a result is that answers in place of a server that cannot. */
export const STALE_KEY = 'dev.sluice/staleAgeMs';

/** What a server says of its result, as far as keeping it is concerned. */
export interface Terms {
  /** False where the call needs something of its client, or the server speaks in terms that are not known. */
  readonly isComplete: boolean;
  /** A tool that failed (`isError`), or an error: an answer for those who wait, but nothing to keep. */
  readonly isFailure: boolean;
  readonly isPrivate: boolean;
  /** Infinity where it says nothing. */
  readonly ttlMs: number;
}

const MISSING_CAPABILITY = -32021;

export function termsOf(reply: Message): Terms {
  if (reply.kind === Kind.error) {
    const error = reply.value(reply.bodyStart, reply.bodyEnd) as { code?: unknown };
    const isComplete = error.code !== MISSING_CAPABILITY;
    return { isComplete, isFailure: true, isPrivate: false, ttlMs: 0 };
  }
  const { bytes } = reply;
  const isObject = bytes[reply.bodyStart] === 0x7b;
  const fields = isObject ? members(bytes, reply.bodyStart, reply.bodyEnd) : [];
  const text = (key: string) => {
    const field = fields.find((member) => member.key === key);
    return field === undefined ? '' : bytes.utf8Slice(field.start, field.end);
  };
  const scope = text('cacheScope');
  return {
    isComplete: text('resultType') === '"complete"',
    isFailure: !['', 'false'].includes(text('isError')),
    // Anything but a plain "public" is taken for a wish to keep it to oneself.
    isPrivate: scope !== '' && scope !== '"public"',
    ttlMs: text('ttlMs') === '' ? Number.POSITIVE_INFINITY : Number(text('ttlMs')) || 0,
  };
}

export class KeptResult {
  readonly body: Buffer;
  readonly takenAt: number;
  readonly freshUntil: number;
  #legacy: Buffer | null = null;

  constructor(reply: Message, now: number, ttlMs: number) {
    // A copy: the answer's bytes may be a slice of something much larger.
    this.body = Buffer.from(reply.bytes.subarray(reply.bodyStart, reply.bodyEnd));
    this.takenAt = now;
    this.freshUntil = now + ttlMs;
  }

  /** Bytes that it may come to hold: itself for each era. */
  get weight(): number {
    return 2 * this.body.length;
  }

  #bodyFor(isModern: boolean): Buffer {
    if (isModern) return this.body;
    this.#legacy ??= legacyBody(this.body, 0, this.body.length);
    return this.#legacy;
  }

  /** `id` is JSON text. */
  answer(id: string, isModern: boolean): Buffer {
    return wrap(id, this.#bodyFor(isModern));
  }

  /** The same, marked as so old. */
  staleAnswer(id: string, isModern: boolean, now: number): Buffer {
    return wrap(id, marked(this.#bodyFor(isModern), Math.max(0, now - this.takenAt)));
  }
}

function wrap(id: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`{"jsonrpc":"2.0","id":${id},"result":`), body, CLOSE]);
}

const CLOSE = Buffer.from('}');

function marked(body: Buffer, ageMs: number): Buffer {
  const mark = `"${STALE_KEY}":${ageMs}`;
  const meta = members(body, 0, body.length).find(({ key }) => key === '_meta');
  const edit =
    meta === undefined || body[meta.start] !== 0x7b
      ? insertMember(0, body.length, body, `"_meta":{${mark}}`)
      : markIn(body, meta, mark, ageMs);
  return splice(body, [edit]);
}

/** A server that writes our key itself does not get to say how old its result is. */
function markIn(body: Buffer, meta: Member, mark: string, ageMs: number): Edit {
  const own = members(body, meta.start, meta.end).find(({ key }) => key === STALE_KEY);
  if (own === undefined) return insertMember(meta.start, meta.end, body, mark);
  return { start: own.start, end: own.end, put: String(ageMs) };
}
