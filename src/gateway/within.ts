/**
 * Limits of a call: taken before anything is sent, given back where calls end (`Gateway`).
 *
 * A limit on everything that a caller does answers its program (HTTP 429, JSON-RPC error); a limit on tools answers the
 * model, with a result that says when to come back. The retry that answers a server's question belongs to the call that
 * was counted.
 */

import type { Entry } from '../backends/backends.ts';
import { type Held, isRefused, type Limits, type Refused } from '../limits/limits.ts';
import type { Call } from './call.ts';

/** Streams that stand for hours, and signs of life: neither is work. */
const FREE: ReadonlySet<string> = new Set(['ping', 'subscriptions/listen']);

/** Takes what a call of this tool costs; false where it is refused instead. */
export function takeTool(call: Call, entry: Entry, limits: Limits): boolean {
  const { message } = call;
  const plan = limits.planFor(entry, entry.backend.name, entry.original);
  const args =
    plan.hasLoops && message.argumentsStart >= 0
      ? message.bytes.subarray(message.argumentsStart, message.argumentsEnd)
      : null;
  return isWithin(call, limits.take(call, plan, args));
}

/** Every other request counts where a limit is on all that its caller does. */
export function takeRequest(call: Call, limits: Limits): boolean {
  const plan = limits.requestPlan;
  if (plan === null || FREE.has(call.message.method)) return true;
  return isWithin(call, limits.take(call, plan, null));
}

function isWithin(call: Call, taken: Refused | Held | undefined): boolean {
  if (taken === undefined) return true;
  if (!isRefused(taken)) {
    call.held = taken;
    return true;
  }
  if (taken.isWhole) call.refuse(taken.refusal);
  else call.refuseTool(taken.refusal);
  return false;
}
