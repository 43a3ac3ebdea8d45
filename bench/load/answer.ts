/**
 * Is this body the good answer to that call? Empty text where it is, else the kind of what is wrong.
 *
 * Two shapes, ours and that of the official SDKs, are recognised by their first and last bytes. Everything else, and
 * one answer in 256 whatever its shape, is parsed: cheap on the whole, and no server can look right for long
 * with an answer that is not JSON.
 */

import { jsonOf } from '../../src/lib/json.ts';

export const ID_DIGITS = 9;

const FRONT = Buffer.from('{"jsonrpc":"2.0","id":');
const FRONT_RESULT = Buffer.from(',"result":{');
const BACK_STARTS = ['{"result":{', '{"jsonrpc":"2.0","result":{'].map((text) => Buffer.from(text));
const BACK_ID = Buffer.from(',"id":');
const IS_ERROR = Buffer.from('"isError":true');
const CLOSE = 0x7d;
const PARSE_EVERY = 256;
const WORDS_MAX = 200;

/** A message of the same stream that is not the answer: progress, a log line. */
export const OTHER = 'other';

export class Judge {
  /** The server's own words about the last bad answer. */
  words = '';
  #count = 0;

  judge(bytes: Buffer, start: number, end: number, id: Uint8Array, isTool: boolean): string {
    const isDue = this.#count++ % PARSE_EVERY === 0;
    if (!isDue && looksGood(bytes, start, end, id) && !(isTool && saysError(bytes, start, end))) {
      return '';
    }
    return this.#parse(bytes.utf8Slice(start, end), id, isTool);
  }

  #parse(text: string, id: Uint8Array, isTool: boolean): string {
    const message = jsonOf(text) as Message | undefined;
    if (typeof message !== 'object' || message === null) return this.#bad('parse', text);
    const { error, result, method } = message;
    if (method !== undefined) return OTHER;
    // An error about a message whose id could not be read has none (JSON-RPC 2.0, 5).
    const isOurs = message.id === Number(Buffer.from(id).latin1Slice()) || message.id === null;
    if (error !== undefined && (isOurs || message.id === undefined)) {
      return this.#bad(`rpc ${Number(error?.code)}`, String(error?.message));
    }
    if (!isOurs) return OTHER;
    if (typeof result !== 'object' || result === null) return this.#bad('parse', text);
    return isTool && result.isError === true ? this.#bad('tool', JSON.stringify(result)) : '';
  }

  #bad(kind: string, words: string): string {
    this.words = words.slice(0, WORDS_MAX);
    return kind;
  }
}

interface Message {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly result?: { readonly isError?: unknown } | null;
  readonly error?: { readonly code?: unknown; readonly message?: unknown } | null;
}

function looksGood(bytes: Buffer, start: number, end: number, id: Uint8Array): boolean {
  if (end - start < FRONT.length + ID_DIGITS + FRONT_RESULT.length + 2) return false;
  if (bytes[end - 1] !== CLOSE) return false;
  if (isAt(bytes, start, FRONT)) {
    const at = start + FRONT.length;
    return isAt(bytes, at, id) && isAt(bytes, at + ID_DIGITS, FRONT_RESULT);
  }
  const idAt = end - 1 - ID_DIGITS;
  return (
    isAt(bytes, idAt, id) &&
    isAt(bytes, idAt - BACK_ID.length, BACK_ID) &&
    BACK_STARTS.some((pattern) => isAt(bytes, start, pattern))
  );
}

/** Inside a text the quotes would be escaped, so this is a member, if perhaps not the one of the result. */
function saysError(bytes: Buffer, start: number, end: number): boolean {
  const at = bytes.indexOf(IS_ERROR, start);
  return at >= 0 && at < end;
}

function isAt(bytes: Buffer, at: number, pattern: Uint8Array): boolean {
  for (let i = 0; i < pattern.length; i++) if (bytes[at + i] !== pattern[i]) return false;
  return true;
}
