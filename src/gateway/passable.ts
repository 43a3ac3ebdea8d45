/**
 * Which methods that the gateway does not know may go to the one server of a route as they are.
 *
 * Not those of MCP itself, in whatever era: known here they are judged here, and else they are said by servers or by the
 * gateway alone. Nor what only looks like them: JSON-RPC tells names by case, servers that fold it, trim it or stop at a NUL
 * would run a tool of which nobody has asked whether it may be called. Nor a notification that is sent as a request: a server
 * that does not look for the id would cancel, by an id that counts up, what it does for somebody else.
 */

import { CLIENT_METHODS } from '../protocol/client-methods.ts';

const OURS: ReadonlySet<string> = new Set(
  [...CLIENT_METHODS, 'sampling/createMessage', 'elicitation/create', 'roots/list'].map((method) =>
    method.toLowerCase(),
  ),
);

const NOTIFICATIONS = 'notifications/';
/** Calls about tasks may need a link of their own, which is told by the name (`lease-call.ts`). */
const TASKS = 'tasks/';

/** Visible ASCII: no name of an extension needs more, and what does could be another name to somebody. */
const PLAIN = /^[\x21-\x7e]+$/;

export function isPassable(method: string): boolean {
  if (!PLAIN.test(method)) return false;
  const folded = method.toLowerCase();
  if (OURS.has(folded) || folded.startsWith(NOTIFICATIONS)) return false;
  return !folded.startsWith(TASKS) || method.startsWith(TASKS);
}
