/**
 * What goes to a server beside the arguments of a call: `_meta`, members that only the server knows, URIs, what is to be
 * completed, and what a client answers to a server's question.
 *
 * Clients say the same `_meta` with every call, so what was found to hold nothing is remembered by its text and not
 * looked at again. Names and tokens that the gateway replaces reach no server and are not read, nor is `requestState`,
 * which is the server's own.
 */

import type { Outcome } from '../inspect/inspect.ts';
import { members } from '../protocol/members.ts';
import type { Message } from '../protocol/message.ts';
import { type Refusal, refuse } from '../protocol/refusal.ts';
import type { Call } from './call.ts';
import type { House } from './handle.ts';
import { note, replaced, type Speaker } from './review.ts';

/** Methods whose `name` and `arguments` are looked at by themselves. */
const NAMED: ReadonlySet<string> = new Set(['tools/call', 'prompts/get']);
const OWN: ReadonlySet<string> = new Set(['name', 'arguments', 'requestState']);
const STATE: ReadonlySet<string> = new Set(['requestState']);
const TOKEN = 'progressToken';
const TOKEN_FRAME_BYTES = '{"progressToken":}'.length;
/** Blanks between the members of `params`: no finding is shorter than what else these bytes could be. */
const SLACK_BYTES = 8;

/** `{"name":…,"arguments":…,"_meta":…}` without their values. */
function frameBytes({ nameStart, argumentsStart, metaStart }: Message): number {
  return 2 + (nameStart < 0 ? 0 : 8) + (argumentsStart < 0 ? 0 : 13) + (metaStart < 0 ? 0 : 9);
}

/** Whether `params` have more than name, arguments and `_meta`. By the bytes: the common call has not, and pays nothing. */
function hasMore(message: Message): boolean {
  const { paramsStart, paramsEnd, nameStart, nameEnd, argumentsStart, argumentsEnd } = message;
  const { metaStart, metaEnd, requestStateStart, requestStateEnd } = message;
  const known =
    nameEnd - nameStart + argumentsEnd - argumentsStart + metaEnd - metaStart + frameBytes(message);
  const state = requestStateStart < 0 ? 0 : requestStateEnd - requestStateStart + 16;
  return paramsEnd - paramsStart - known - state > SLACK_BYTES;
}

/** `_meta` as it stands, without the progress token; null where it has nothing else. */
function metaOf({ bytes, metaStart: start, metaEnd: end, tokenStart, tokenEnd }: Message) {
  if (start < 0 || end - start <= SLACK_BYTES) return null;
  if (tokenStart < 0) return { bytes, start, end, cutStart: end, cutEnd: end };
  if (end - start - (tokenEnd - tokenStart) - TOKEN_FRAME_BYTES <= SLACK_BYTES) return null;
  return { bytes, start, end, cutStart: tokenStart, cutEnd: tokenEnd };
}

/** Undefined where nothing in the request counts that is no argument. */
function reviewBeside(
  { route, message }: Call,
  { server, original: tool }: Speaker,
): Outcome | undefined | Promise<Outcome | undefined> {
  const { inspection } = route;
  if (!inspection.readsRequests || message.paramsStart < 0) return undefined;
  const isNamed = NAMED.has(message.method);
  const isBare = isNamed && !hasMore(message);
  const meta = isBare ? metaOf(message) : null;
  if (isBare && (meta === null || inspection.isKnownClean(meta, tool))) return undefined;
  const bytes = besideOf(message, isNamed ? OWN : STATE);
  const about = { direction: 'request', server, tool, definition: null, isBeside: true } as const;
  const outcome = inspection.inspect(bytes, 0, bytes.length, about);
  if (outcome === undefined && meta !== null) inspection.keepClean(meta, tool);
  return outcome;
}

/** The params without these members and without the progress token. */
function besideOf({ bytes, paramsStart, paramsEnd, metaStart }: Message, own: ReadonlySet<string>) {
  const kept = members(bytes, paramsStart, paramsEnd)
    .filter(({ key }) => !own.has(key))
    .map(({ keyStart, start, end }) => {
      if (start !== metaStart) return bytes.utf8Slice(keyStart, end);
      const meta = members(bytes, start, end).filter(({ key }) => key !== TOKEN);
      return `"_meta":{${meta.map((one) => bytes.utf8Slice(one.keyStart, one.end)).join(',')}}`;
    });
  return Buffer.from(`{${kept.join(',')}}`);
}

/** The params with what was looked at in its new words, and all else as it stands. */
function inNewWords(message: Message, beside: Buffer): string {
  const { bytes, paramsStart, paramsEnd, metaStart } = message;
  const own = NAMED.has(message.method) ? OWN : STATE;
  const kept = members(bytes, paramsStart, paramsEnd)
    .filter(({ key }) => own.has(key))
    .map(({ keyStart, end }) => bytes.utf8Slice(keyStart, end));
  const put = members(beside, 0, beside.length).map(({ key, keyStart, start, end }) => {
    const text = beside.utf8Slice(keyStart, end);
    if (key !== '_meta' || metaStart < 0 || message.tokenStart < 0) return text;
    const token = `"${TOKEN}":${message.text(message.tokenStart, message.tokenEnd)}`;
    return `"_meta":{${[token, beside.utf8Slice(start + 1, end - 1)].filter(Boolean).join(',')}}`;
  });
  return `{${[...kept, ...put].join(',')}}`;
}

/** The name of a method that only its server knows is its client's own words, and nothing can be put in their place. */
export function refuseMethod(call: Call, server: string): Refusal | undefined {
  const {
    route: { inspection },
    message: { method },
  } = call;
  if (!inspection.readsRequests) return undefined;
  const bytes = Buffer.from(JSON.stringify(method));
  const about = {
    direction: 'request',
    server,
    tool: '',
    definition: null,
    isBeside: true,
  } as const;
  const outcome = inspection.inspectAlone(bytes, 0, bytes.length, about);
  if (outcome !== undefined && 'kind' in outcome) note(call, outcome, 'request');
  if (outcome === undefined || ('kind' in outcome && outcome.kind === 'flag')) return undefined;
  const isRefused = 'kind' in outcome && outcome.kind === 'refused';
  return isRefused ? outcome.refusal : refuse('content_blocked');
}

/**
 * The call as it may go on, or undefined where it was refused or is over. At once, without a promise, where nothing was
 * found and no thread was needed.
 */
export function inspectBeside(
  call: Call,
  speaker: Speaker,
  house: Pick<House, 'calls'>,
): Call | undefined | Promise<Call | undefined> {
  const outcome = reviewBeside(call, speaker);
  if (outcome === undefined) return call;
  if (outcome instanceof Promise) return outcome.then((late) => judged(call, late, house));
  return judged(call, outcome, house);
}

function judged(
  call: Call,
  outcome: Outcome | undefined,
  house: Pick<House, 'calls'>,
): Call | undefined {
  if (outcome !== undefined) note(call, outcome, 'request');
  if (call.isDone) return undefined;
  if (outcome === undefined) return call;
  if (outcome.kind === 'flag') return call;
  if (outcome.kind === 'rewritten') {
    return replaced(call, call.rewritten(inNewWords(call.message, outcome.bytes)), house);
  }
  call.block(outcome.refusal);
  return undefined;
}
