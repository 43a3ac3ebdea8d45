/**
 * What the end of a request says: about its server, and about whether another attempt makes sense.
 */

import { SESSION_LOST } from '../backends/backends.ts';
import { Kind, type Message } from '../protocol/message.ts';
import type { Refusal } from '../protocol/refusal.ts';

const INTERNAL_ERROR = -32603;

/** An answer that the server itself calls its own failure. Errors about the request say nothing about the server. */
export function isServerFault(reply: Message): boolean {
  if (reply.kind !== Kind.error) return false;
  const error = reply.value(reply.bodyStart, reply.bodyEnd) as { code?: unknown };
  return error.code === INTERNAL_ERROR;
}

/** Whether a request without an answer is held against its server: not where it refused this one, or we had no room. */
export function isFailure(refusal: Refusal): boolean {
  // A server that was deployed anew knows no session: it is there, and all calls in flight learn of it at once.
  if (refusal === SESSION_LOST) return false;
  const { code, data } = refusal;
  if (code === 'deadline_exceeded') return true;
  return code === 'backend_unavailable' && !isRefused(data?.status);
}

/** Whether another attempt could end otherwise. A server that says "too many" is not asked again at once. */
export function isTransient({ code, data }: Refusal): boolean {
  const status = data?.status;
  if (code !== 'backend_unavailable') return false;
  return typeof status !== 'number' || status >= 500;
}

/** An HTTP status by which the server refused this request; 408 and 429 are about the server's own state. */
function isRefused(status: unknown): boolean {
  return typeof status === 'number' && status < 500 && status !== 408 && status !== 429;
}
