/**
 * What an answer is: the caller's own, a refusal of ours that the trouble explains, or wrong.
 */

import { REFUSALS, type RefusalCode } from '../../src/protocol/refusal.ts';
import type { Reply, RpcMessage } from './connection.ts';

export interface Expected {
  readonly id: string | number;
  /** The session or client that asks; state of any other must not show. */
  readonly caller: string;
  readonly seq: number;
  readonly fault: string;
  /** The client has cancelled it: 202 and nothing more is right as well. */
  readonly isCancelled: boolean;
}

/** How the call ended, in a word; what must not be begins with "wrong". */
export function judge(reply: Reply, expected: Expected): string {
  if (reply.messages === undefined) return `wrong: no JSON-RPC in ${reply.status} ${reply.body}`;
  const answers = reply.messages.filter(({ method }) => method === undefined);
  if (answers.length === 0 && reply.status === 202 && expected.isCancelled) return 'cancelled';
  if (answers.length !== 1)
    return `wrong: ${answers.length} answers in ${reply.status} ${reply.body}`;
  const [answer] = answers as [RpcMessage];
  if (answer.id !== expected.id) return `wrong: an answer to ${answer.id} in ${reply.body}`;
  return answer.error === undefined ? result(answer, expected) : error(answer.error, expected);
}

function result({ result: got }: RpcMessage, { caller, seq }: Expected): string {
  const text = got?.content?.[0]?.text ?? 'null';
  const told = JSON.parse(text) as { caller?: string; seq?: number; before?: string } | null;
  if (told?.caller !== caller || told.seq !== seq) return `wrong: another's ${text.slice(0, 200)}`;
  const isOwnState = told.before === undefined || told.before === null || told.before === caller;
  return isOwnState ? 'own' : `wrong: state of ${told.before}`;
}

function error(
  { code, message, data }: NonNullable<RpcMessage['error']>,
  expected: Expected,
): string {
  const more = data as { code?: string; caller?: string; seq?: number } | undefined;
  const words = `${code} ${message} ${JSON.stringify(data)}`;
  if (more?.code === undefined) {
    const isOwn = more?.caller === expected.caller && more.seq === expected.seq;
    return isOwn && expected.fault === 'error' ? 'own error' : `wrong: an error ${words}`;
  }
  const known = REFUSALS[more.code as RefusalCode] as { rpc: number } | undefined;
  // 503x and 504x say that a server or a limit is in the way. Nothing here asks for any other refusal.
  const isExplained = known?.rpc === code && code >= 5030 && code < 5050;
  return isExplained && more.code !== 'draining' ? more.code : `wrong: refused by ${words}`;
}
