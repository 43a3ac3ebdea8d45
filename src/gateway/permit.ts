/**
 * May the caller of this call do this? Asked after the thing was found and before anything else is done with it, cached
 * results included.
 *
 * What a caller may not see answers exactly as what does not exist; that is said by returning `HIDDEN`, which the method
 * turns into its own word for "unknown".
 */

import { type Backend, type Entry, NO_HINTS } from '../backends/backends.ts';
import type { Caller } from '../model.ts';
import {
  ARGUMENTS_BYTES_MAX,
  type Decision,
  judgeable,
  type Moment,
  type Policy,
  type Subject,
} from '../policy/policy.ts';
import { type Refusal, refuse } from '../protocol/refusal.ts';
import type { Call } from './call.ts';
import type { House } from './handle.ts';

export const HIDDEN = 'hidden';

/** A tool or a prompt of the route's catalogue. Undefined where it may be called so. */
export function permit(call: Call, entry: Entry, house: House): Refusal | 'hidden' | undefined {
  const { policy } = call.route;
  // From here on a stop of this server or tool finds the call, whatever it still waits for.
  call.backend = entry.backend;
  call.original = entry.original;
  call.trail.entry = entry;
  if (!policy.isOpen) {
    const sight = policy.sight(call.caller);
    if (sight.allows(entry)) call.trail.rule = sight.allowedBy(entry);
    else {
      const args = sight.needsArguments(entry) ? argumentsOf(call) : NO_ARGUMENTS;
      const refusal = refusalOf(call, sight.decideListed(entry, momentOf(call), args));
      if (refusal !== undefined) return refusal;
    }
  }
  return stopped(house, entry.server, entry.original);
}

/** A resource by the URI that is asked for, or a method of the one server behind the route. */
export function permitOther(
  call: Call,
  kind: 'resource' | 'method',
  backend: Backend,
  original: string,
  house: House,
): Refusal | 'hidden' | undefined {
  const { policy } = call.route;
  if (!policy.isOpen) {
    const subject = { kind, server: backend.name, original, hints: NO_HINTS };
    const decision = policy.sight(call.caller).decide(subject, momentOf(call), NO_ARGUMENTS);
    const refusal = refusalOf(call, decision);
    if (refusal !== undefined) return refusal;
  }
  return stopped(house, backend.name, original);
}

/** Whether it is there for this caller, where it is only spoken of: completed or watched. */
export function maySee(
  call: Call,
  kind: 'prompt' | 'resource',
  backend: Backend,
  original: string,
): boolean {
  const { policy } = call.route;
  if (policy.isOpen) return true;
  const subject: Subject = { kind, server: backend.name, original, hints: NO_HINTS };
  return policy.sight(call.caller).reads(subject, momentOf(call));
}

/** Whether a resource that is watched may still be, by rules that have changed since. */
export function mayStillSee(
  policy: Policy,
  caller: Caller,
  server: string,
  original: string,
  moment: Moment,
): boolean {
  if (policy.isOpen) return true;
  const subject: Subject = { kind: 'resource', server, original, hints: NO_HINTS };
  return policy.sight(caller).reads(subject, moment);
}

/** Whether this caller may know that there is such a server. */
export function reaches(call: Call, server: string): boolean {
  const { policy } = call.route;
  return policy.isOpen || policy.sight(call.caller).reaches(server);
}

export function momentOf(call: Call): Moment {
  const era = call.isModern ? 'modern' : 'legacy';
  const { address, route, argsBytes: bytes } = call;
  return { now: Date.now(), address, route: route.path, era, bytes };
}

const NO_ARGUMENTS: Readonly<Record<string, unknown>> = Object.freeze({});

/** The arguments as rules see them; undefined where they are more than rules may be asked about. */
function argumentsOf(call: Call): Readonly<Record<string, unknown>> | undefined {
  if (call.argsBytes > ARGUMENTS_BYTES_MAX) return undefined;
  return judgeable(call.args);
}

function refusalOf(call: Call, decision: Decision): Refusal | 'hidden' | undefined {
  const { verdict, by, message, scopes, observed } = decision;
  if (observed.length > 0) call.observed = observed;
  call.trail.rule = by;
  if (verdict === 'allowed') return undefined;
  if (verdict === 'hidden') return HIDDEN;
  // All at once: a client that learns of one scope at a time asks its user as often.
  if (verdict === 'insufficient_scope') return refuse(verdict, undefined, { scopes });
  return refuse(verdict, message, call.route.policy.explains ? { by } : undefined, by);
}

export function stopped({ stops }: House, server: string, original: string): Refusal | undefined {
  return stops.isAny && stops.refusesTarget(server, original) ? refuse('stopped') : undefined;
}
