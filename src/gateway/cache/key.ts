/**
 * Which calls may be answered with a kept result, and which of them are equal.
 *
 * Equal are calls of one tool in one definition at one backend, with the same bytes of arguments, and of the same caller
 * unless the operator says `scope: public`. Anything else in the request that could change what the tool does keeps the
 * call out: members of `params` besides name and arguments (a task, the retry of a multi-round-trip request, which
 * 2026-07-28 forbids to cache), a wish for logs, and keys of `_meta` that are not known to be harmless.
 */

import { hash } from 'node:crypto';
import type { CachePolicy } from '../../backends/backends.ts';
import { META } from '../../protocol/eras.ts';
import { members } from '../../protocol/members.ts';
import type { Call } from '../call.ts';

const PARAMS: ReadonlySet<string> = new Set(['name', 'arguments', '_meta']);
/** Who asks and by which trace; `progressToken` only says that progress is welcome. */
const HARMLESS_META: ReadonlySet<string> = new Set([
  'progressToken',
  `${META}protocolVersion`,
  `${META}clientCapabilities`,
  `${META}clientInfo`,
  'traceparent',
  'tracestate',
  'baggage',
]);

/** Undefined where the call must reach its server itself. */
export function keyOf(call: Call, policy: CachePolicy): string | undefined {
  if (!isPlain(call)) return undefined;
  const { message, caller } = call;
  const whose = policy.isPublic ? null : caller.id;
  // An array of JSON ends where it ends: no id and no arguments can be chosen to look like another pair.
  const head = Buffer.from(JSON.stringify([policy.key, whose]));
  const args =
    message.argumentsStart < 0
      ? NOTHING
      : message.bytes.subarray(message.argumentsStart, message.argumentsEnd);
  return hash('sha256', Buffer.concat([head, args]), 'base64url');
}

const NOTHING = Buffer.alloc(0);

function isPlain({ message, session }: Call): boolean {
  const { bytes, paramsStart, paramsEnd, metaStart, metaEnd } = message;
  if (session !== null && session.logLevel !== '') return false;
  for (const { key } of members(bytes, paramsStart, paramsEnd)) {
    if (!PARAMS.has(key)) return false;
  }
  if (metaStart < 0) return true;
  for (const { key } of members(bytes, metaStart, metaEnd)) {
    if (!HARMLESS_META.has(key)) return false;
  }
  return true;
}
