/**
 * Which calls need a link of their own, and how they get one; and whose turn it is on the others.
 */

import {
  askFor,
  type Backend,
  type Lease,
  NO_PROFILE,
  type Profile,
} from '../backends/backends.ts';
import { ANONYMOUS } from '../model.ts';
import type { Refusal } from '../protocol/refusal.ts';
import type { Call } from './call.ts';

const SET_LEVEL_MS = 5_000;
/**
 * What a new process that was told the roots gets to take them in, before its first call. Nothing says when it has:
 * server-filesystem resolves each path first, which takes some milliseconds.
 */
export const DIGEST_MS = 100;
/** A server that answers no ping is not waited for longer than this. */
const PING_MS = 1_000;

/** The profile under which a server sees this client: none where its pool is shared by decree. */
export function profileFor(backend: Backend, profile: Profile): Profile {
  return backend.config.pool.mode === 'shared' ? NO_PROFILE : profile;
}

/**
 * Whether what the server may say about this call could reach another caller on a shared link.
 *
 * Modern servers ask nothing and name the request in all but logs, which on a pipe name nothing. Legacy servers name
 * the request in progress only.
 */
export function needsLease(call: Call, backend: Backend): boolean {
  const { mode } = backend.config.pool;
  if (mode === 'shared') return false;
  if (mode === 'session') return true;
  const { session, message } = call;
  const wantsLogs = session === null ? message.logLevelStart >= 0 : session.logLevel !== '';
  if (backend.era === 'modern') return wantsLogs && backend.isPipe;
  if (wantsLogs || call.profile !== NO_PROFILE) return true;
  // In a process of the caller's own, tasks are the caller's own.
  return mode !== 'caller' && isTask(message.method, call, backend);
}

/**
 * Among whom the room of a server is shared out fairly: callers, and where nobody has to say who they are, sessions. A
 * caller cannot get more by opening more sessions; somebody anonymous can, up to `sessions.perCallerMax`.
 */
export function fairKey(call: Call): string {
  const { session, caller } = call;
  return session !== null && caller === ANONYMOUS ? session.id : caller.id;
}

/** 2025-11-25 tasks are state of the session that made them; on a shared link tasks/list would show everybody's. */
function isTask(method: string, call: Call, backend: Backend): boolean {
  const capabilities = backend.hello?.capabilities as Record<string, unknown> | undefined;
  if (capabilities?.tasks === undefined) return false;
  return method.startsWith('tasks/') || call.message.bytes.includes('"task"');
}

/** A lease for this call: of its session, or of the call alone. */
export function leaseFor(call: Call, backend: Backend): Promise<Lease | Refusal> {
  if (call.session !== null) return call.session.lease(backend);
  const { message } = call;
  const level = message.value(message.logLevelStart, message.logLevelEnd) ?? '';
  return openLease(backend, call.profile, call.caller.id, String(level));
}

/** A lease on which the server logs at the level asked for; one that was used before only by the same holder. */
export async function openLease(
  backend: Backend,
  profile: Profile,
  holderId: string,
  logLevel: string,
): Promise<Lease | Refusal> {
  const lease = await backend.lease(profileFor(backend, profile), holderId);
  if ('code' in lease) return lease;
  await setLevel(backend, lease, logLevel);
  return lease;
}

/** Tells a legacy server the level; a modern one reads it from each request. */
export async function setLevel(backend: Backend, lease: Lease, level: string): Promise<void> {
  const capabilities = backend.hello?.capabilities as Record<string, unknown> | undefined;
  if (level === '' || lease.logLevel === level || lease.link.era === 'modern') return;
  if (capabilities?.logging === undefined) return;
  lease.logLevel = level;
  await askFor(lease.link, 'logging/setLevel', { level }, SET_LEVEL_MS);
}

/** When the server may have taken in what it was just told: it has read so far, and had its time from then on. */
export async function digested({ link }: Lease): Promise<void> {
  if (link.era === 'legacy') await askFor(link, 'ping', {}, PING_MS);
  await new Promise((resolve) => setTimeout(resolve, DIGEST_MS));
}
