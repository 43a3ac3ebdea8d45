/**
 * The bytes that leave for the server: the client's own, spliced.
 *
 * Ids and progress tokens become ours, names and URIs the server's own. A modern server needs in `_meta` what a legacy
 * client said once in `initialize`. Everything else, unknown members included, goes through untouched.
 */

import type { Link } from '../../backends/backends.ts';
import { META } from '../../protocol/eras.ts';
import { members } from '../../protocol/members.ts';
import type { Message } from '../../protocol/message.ts';
import { type Edit, inOrder, insertMember, Spliced } from '../../protocol/splice.ts';
import type { Call } from '../call.ts';
import type { Session } from '../session.ts';
import type { Target } from '../target.ts';

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
  if (session !== null && link.era === 'modern') {
    const meta = metaFor(message, id, modernMeta(session, link.version));
    addMembers(message, edits, retry === '' ? meta : `${meta},${retry}`);
  } else {
    if (message.tokenStart >= 0) {
      edits.push({ start: message.tokenStart, end: message.tokenEnd, put: id });
    }
    if (call.isModern && link.era === 'legacy') dropRetry(message, edits);
    else if (call.innerState !== null) {
      const { requestStateStart: start, requestStateEnd: end } = message;
      edits.push({ start, end, put: call.innerState });
    }
  }
  return new Spliced(message.bytes, inOrder(edits));
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

/** Puts `extra` in place of the members that are ours to say. */
function addMembers(message: Message, edits: Edit[], extra: string): void {
  const { bytes, paramsStart, paramsEnd } = message;
  if (paramsStart < 0) {
    // A request without params: they go in before the brace that ends it.
    const at = bytes.lastIndexOf(0x7d);
    edits.push({ start: at, end: at, put: `,"params":{${extra}}` });
    return;
  }
  const others: Edit[] = [];
  if (drop(message, others, OUR_MEMBERS)) {
    edits.push(...others, insertMember(paramsStart, paramsEnd, bytes, extra));
  } else edits.push({ start: paramsStart, end: paramsEnd, put: `{${extra}}` });
}

/** The client's own `_meta` with ours: a second value for one of our keys would be read by some servers, judged by nobody. */
function metaFor(message: Message, token: number, ours: string): string {
  const { bytes, metaStart, metaEnd } = message;
  const own = metaStart < 0 ? [] : members(bytes, metaStart, metaEnd);
  const kept = own
    .filter(({ key }) => !OUR_META.has(key))
    .map(({ key, keyStart, end }) =>
      key === 'progressToken' ? `"progressToken":${token}` : bytes.utf8Slice(keyStart, end),
    );
  return `"_meta":{${[ours, ...kept].join(',')}}`;
}

function modernMeta(session: Session, version: string): string {
  const level = session.logLevel === '' ? '' : `,"${META}logLevel":"${session.logLevel}"`;
  return (
    `"${META}protocolVersion":"${version}"` +
    `,"${META}clientCapabilities":${JSON.stringify(session.profile.capabilities)}` +
    `,"${META}clientInfo":${session.clientInfo}${level}`
  );
}
