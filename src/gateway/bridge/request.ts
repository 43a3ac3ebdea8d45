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
import { type Edit, insertMember, splice } from '../../protocol/splice.ts';
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
): Buffer {
  const { message, session } = call;
  const own = String(id);
  const edits: Edit[] = [{ start: message.idStart, end: message.idEnd, put: own }];
  if (target.originalJson !== null) edits.push(targetEdit(message, target.originalJson));
  if (message.tokenStart >= 0) {
    edits.push({ start: message.tokenStart, end: message.tokenEnd, put: own });
  }
  if (call.isModern && link.era === 'legacy') dropRetry(message, edits);
  else if (call.innerState !== null) {
    const { requestStateStart: start, requestStateEnd: end } = message;
    edits.push({ start, end, put: call.innerState });
  }
  const meta = session !== null && link.era === 'modern' ? modernMeta(session, link.version) : '';
  addMembers(message, edits, meta, retry);
  return splice(
    message.bytes,
    edits.sort((a, b) => a.start - b.start),
  );
}

function targetEdit(message: Message, put: string): Edit {
  return message.method === 'resources/read'
    ? { start: message.uriStart, end: message.uriEnd, put }
    : { start: message.nameStart, end: message.nameEnd, put };
}

/** What a modern client adds to a retry means nothing to a legacy server, and a strict one would refuse it. */
const RETRY_MEMBERS = new Set(['requestState', 'inputResponses']);

function dropRetry(message: Message, edits: Edit[]): void {
  const { bytes, paramsStart, paramsEnd, requestStateStart, inputResponsesStart } = message;
  if (requestStateStart < 0 && inputResponsesStart < 0) return;
  const all = members(bytes, paramsStart, paramsEnd);
  const kept = all.findIndex(({ key }) => !RETRY_MEMBERS.has(key));
  for (const [i, { key, keyStart, end }] of all.entries()) {
    if (!RETRY_MEMBERS.has(key)) continue;
    // With the comma that follows before the first member that stays, with the one before it after that.
    const next = all[i + 1];
    if (kept < 0 || i < kept) edits.push({ start: keyStart, end: next?.keyStart ?? end, put: '' });
    else edits.push({ start: all[i - 1]!.end, end, put: '' });
  }
}

function addMembers(message: Message, edits: Edit[], meta: string, retry: string): void {
  const { bytes, paramsStart, paramsEnd, metaStart, metaEnd } = message;
  let extra = retry;
  if (meta !== '' && metaStart >= 0) edits.push(insertMember(metaStart, metaEnd, bytes, meta));
  else if (meta !== '') extra = `"_meta":{${meta}}${retry === '' ? '' : `,${retry}`}`;
  if (extra === '') return;
  if (paramsStart >= 0) edits.push(insertMember(paramsStart, paramsEnd, bytes, extra));
  else {
    // A request without params: they go in before the brace that ends it.
    const at = bytes.lastIndexOf(0x7d);
    edits.push({ start: at, end: at, put: `,"params":{${extra}}` });
  }
}

function modernMeta(session: Session, version: string): string {
  const level = session.logLevel === '' ? '' : `,"${META}logLevel":"${session.logLevel}"`;
  return (
    `"${META}protocolVersion":"${version}"` +
    `,"${META}clientCapabilities":${JSON.stringify(session.profile.capabilities)}` +
    `,"${META}clientInfo":${session.clientInfo}${level}`
  );
}
