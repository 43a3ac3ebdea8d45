/**
 * The bytes that leave for the server: the client's own, spliced; and what of them is said in headers as well.
 *
 * Ids and progress tokens become ours, names and URIs the server's own. A modern server needs in `_meta` what a legacy
 * client said once in `initialize`. Everything else, unknown members included, goes through untouched.
 */

import type { Link, Mirror } from '../../backends/backends.ts';
import { META } from '../../protocol/eras.ts';
import { members } from '../../protocol/members.ts';
import type { Message } from '../../protocol/message.ts';
import { mirrorHeaders } from '../../protocol/param-mirror.ts';
import { type Edit, inOrder, insertMember, Spliced } from '../../protocol/splice.ts';
import { traceHeaders, traceMembers } from '../../protocol/trace-context.ts';
import type { Call } from '../call.ts';
import type { Session } from '../session.ts';
import type { Target } from '../target.ts';

const NO_NEWS: ReadonlyMap<string, string> = new Map();
const NO_PARAMS: readonly string[] = [];

/** Members of `params` that a retry adds or replaces, as JSON text (`"requestState":"…"`); '' for none. */
export function requestFor(
  call: Call,
  target: Target,
  link: Link,
  id: number,
  retry: string,
): Spliced {
  const { message, session } = call;
  const edits: Edit[] = [{ start: message.idStart, end: message.idEnd, put: id }];
  if (target.originalJson !== null) edits.push(targetEdit(message, target.originalJson));
  const { trace } = call.trail;
  const news = trace?.isNews === true ? traceMembers(trace) : NO_NEWS;
  if (session !== null && link.era === 'modern') {
    const meta = metaFor(message, id, modernMeta(session, link.version), news);
    addMembers(message, edits, retry === '' ? meta : `${meta},${retry}`);
  } else {
    if (news !== NO_NEWS) addTrace(message, edits, news);
    if (message.tokenStart >= 0) {
      edits.push({ start: message.tokenStart, end: message.tokenEnd, put: id });
    }
    // An answer to the gateway's own question is none of the server's.
    const isOurs = call.ticket !== null && call.innerState === null;
    if (call.isModern && (link.era === 'legacy' || isOurs)) dropRetry(message, edits);
    else if (call.innerState === '') drop(message, edits, STATE_MEMBER);
    else if (call.innerState !== null) {
      const { requestStateStart: start, requestStateEnd: end } = message;
      edits.push({ start, end, put: call.innerState });
    }
  }
  return new Spliced(message.bytes, inOrder(edits));
}

export function mirrorFor({ message, trail }: Call, { mirrors, original }: Target): Mirror {
  // Written from the arguments in any case: what the client sent beside them was compared, but may say more.
  const args =
    mirrors.length === 0 ? {} : message.value(message.argumentsStart, message.argumentsEnd);
  const headers = mirrors.length === 0 ? NO_PARAMS : mirrorHeaders(mirrors, args);
  const { trace } = trail;
  const about = { method: message.method, name: original, params: headers };
  return trace === null ? about : { ...about, trace: traceHeaders(trace) };
}

function dropRetry(message: Message, edits: Edit[]): void {
  if (message.requestStateStart < 0 && message.inputResponsesStart < 0) return;
  drop(message, edits, RETRY_MEMBERS);
}

function targetEdit(message: Message, put: string): Edit {
  return message.method === 'resources/read'
    ? { start: message.uriStart, end: message.uriEnd, put }
    : { start: message.nameStart, end: message.nameEnd, put };
}

/** What a modern client adds to a retry means nothing to a legacy server, and a strict one would refuse it. */
const RETRY_MEMBERS: ReadonlySet<string> = new Set(['requestState', 'inputResponses']);
const STATE_MEMBER: ReadonlySet<string> = new Set(['requestState']);
/** What the gateway says to a modern server for a legacy client, which must not say it a second time or otherwise. */
const OUR_MEMBERS: ReadonlySet<string> = new Set([...RETRY_MEMBERS, '_meta']);
const OUR_META: ReadonlySet<string> = new Set([
  `${META}protocolVersion`,
  `${META}clientCapabilities`,
  `${META}clientInfo`,
  `${META}logLevel`,
]);

/** Takes these members out of the params; false where nothing else was in them. */
function drop(message: Message, edits: Edit[], names: ReadonlySet<string>): boolean {
  const { bytes, paramsStart, paramsEnd } = message;
  if (paramsStart < 0) return false;
  const all = members(bytes, paramsStart, paramsEnd);
  const kept = all.findIndex(({ key }) => !names.has(key));
  for (const [i, { key, keyStart, end }] of all.entries()) {
    if (!names.has(key)) continue;
    // With the comma that follows before the first member that stays, with the one before it after that.
    const next = all[i + 1];
    if (kept < 0 || i < kept) edits.push({ start: keyStart, end: next?.keyStart ?? end, put: '' });
    else edits.push({ start: all[i - 1]!.end, end, put: '' });
  }
  return kept >= 0;
}

/** A request without params: they go in before the brace that ends it. */
function addParams({ bytes }: Message, edits: Edit[], members: string): void {
  const at = bytes.lastIndexOf(0x7d);
  edits.push({ start: at, end: at, put: `,"params":{${members}}` });
}

/** Says in the client's own `_meta` to which trace the request belongs. */
function addTrace(message: Message, edits: Edit[], news: ReadonlyMap<string, string>): void {
  const { bytes, metaStart, metaEnd, paramsStart, paramsEnd } = message;
  const added: string[] = [];
  for (const [key, value] of news) {
    const { start, end } = spanOf(message, key);
    if (start >= 0) edits.push({ start, end, put: `"${value}"` });
    else added.push(`"${key}":"${value}"`);
  }
  if (added.length === 0) return;
  const members = added.join(',');
  if (metaStart >= 0) edits.push(insertMember(metaStart, metaEnd, bytes, members));
  else if (paramsStart < 0) addParams(message, edits, `"_meta":{${members}}`);
  else edits.push(insertMember(paramsStart, paramsEnd, bytes, `"_meta":{${members}}`));
}

function spanOf(message: Message, key: string): { start: number; end: number } {
  if (key === 'traceparent') {
    return { start: message.traceparentStart, end: message.traceparentEnd };
  }
  return key === 'tracestate'
    ? { start: message.tracestateStart, end: message.tracestateEnd }
    : { start: message.baggageStart, end: message.baggageEnd };
}

/** Puts `extra` in place of the members that are ours to say. */
function addMembers(message: Message, edits: Edit[], extra: string): void {
  const { bytes, paramsStart, paramsEnd } = message;
  if (paramsStart < 0) {
    addParams(message, edits, extra);
    return;
  }
  const others: Edit[] = [];
  if (drop(message, others, OUR_MEMBERS)) {
    edits.push(...others, insertMember(paramsStart, paramsEnd, bytes, extra));
  } else edits.push({ start: paramsStart, end: paramsEnd, put: `{${extra}}` });
}

/** The client's own `_meta` with ours: a second value for one of our keys would be read by some servers, judged by nobody. */
function metaFor(
  message: Message,
  token: number,
  ours: string,
  news: ReadonlyMap<string, string>,
): string {
  const { bytes, metaStart, metaEnd } = message;
  const own = metaStart < 0 ? [] : members(bytes, metaStart, metaEnd);
  const kept = own
    .filter(({ key }) => !OUR_META.has(key) && !news.has(key))
    .map(({ key, keyStart, end }) =>
      key === 'progressToken' ? `"progressToken":${token}` : bytes.utf8Slice(keyStart, end),
    );
  const told = [...news].map(([key, value]) => `"${key}":"${value}"`);
  return `"_meta":{${[ours, ...told, ...kept].join(',')}}`;
}

function modernMeta(session: Session, version: string): string {
  const level = session.logLevel === '' ? '' : `,"${META}logLevel":"${session.logLevel}"`;
  return (
    `"${META}protocolVersion":"${version}"` +
    `,"${META}clientCapabilities":${JSON.stringify(session.profile.capabilities)}` +
    `,"${META}clientInfo":${session.clientInfo}${level}`
  );
}
