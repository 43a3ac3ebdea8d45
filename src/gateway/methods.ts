/**
 * The methods besides tools/call and the lists: prompts, resources, completion, logging, and whatever else one server
 * understands.
 */

import { type Backend, findResource } from '../backends/backends.ts';
import { isRefusal } from '../model.ts';
import { refuse } from '../protocol/refusal.ts';
import type { Call } from './call.ts';
import { absent, found } from './call-tool.ts';
import type { Interests } from './interests.ts';
import { needsLease, setLevel } from './lease-call.ts';
import type { Parking } from './parking.ts';
import { Relay } from './relay.ts';
import { SUBSCRIPTIONS_MAX } from './subscriptions.ts';
import { plainTarget, resourceTarget } from './target.ts';

/** RFC 5424 names (2025-11-25 server/utilities/logging). */
const LEVELS = new Set([
  'debug',
  'info',
  'notice',
  'warning',
  'error',
  'critical',
  'alert',
  'emergency',
]);

export async function getPrompt(call: Call, parking: Parking): Promise<void> {
  if (call.message.nameStart < 0) {
    call.refuse(refuse('invalid_params', 'params.name must say which prompt to get.'));
    return;
  }
  const entry = await found(call, 'prompts');
  if (entry === undefined) call.refuse(absent(call, 'unknown_prompt'));
  else if (!call.isDone) await new Relay(call, entry, parking).start();
}

export async function readResource(call: Call, parking: Parking): Promise<void> {
  const resource = await resourceOf(call);
  if (resource === undefined) return;
  const { backend, original } = resource;
  await new Relay(call, resourceTarget(backend, original, call.message.uri), parking).start();
}

/** The server of `params.uri`; refuses the call where there is none. */
async function resourceOf(call: Call): Promise<{ backend: Backend; original: string } | undefined> {
  const { route, profile, message } = call;
  if (message.uriStart < 0) {
    call.refuse(refuse('invalid_params', 'params.uri must say which resource.'));
    return undefined;
  }
  let resource = findResource(route.catalog(profile), route.view, message.uri);
  if (resource === undefined && !route.isSettled(profile)) {
    await route.settle(profile);
    resource = findResource(route.catalog(profile), route.view, message.uri);
  }
  if (resource === undefined) call.refuse(absent(call, 'unknown_resource'));
  return call.isDone ? undefined : resource;
}

/** completion/complete names a prompt or a template inside `params.ref`. */
export async function complete(call: Call, parking: Parking): Promise<void> {
  const { route, profile, message } = call;
  const params = message.value(message.paramsStart, message.paramsEnd) as
    | { ref?: { type?: unknown; name?: unknown; uri?: unknown } }
    | undefined;
  const ref = params?.ref;
  const isPrompt = ref?.type === 'ref/prompt';
  const key = isPrompt ? ref.name : ref?.uri;
  if (typeof key !== 'string') {
    call.refuse(refuse('invalid_params', 'params.ref must name a prompt or a resource template.'));
    return;
  }
  const look = () => {
    const catalog = route.catalog(profile);
    if (isPrompt) return catalog.prompts.get(key);
    return catalog.templates.get(key) ?? catalog.resources.get(key);
  };
  let entry = look();
  if (entry === undefined && !route.isSettled(profile)) {
    await route.settle(profile);
    entry = look();
  }
  const backend = entry?.backend ?? route.only;
  if (ref === undefined || backend === undefined) {
    call.refuse(refuse('invalid_params', 'params.ref names no prompt or resource template here.'));
    return;
  }
  if (call.isDone) return;
  await relayRenamed(call, parking, backend, entry?.originalJson ?? null, params);
}

/** The name stands too deep for the envelope's spans: the params are written anew around it. */
async function relayRenamed(
  call: Call,
  parking: Parking,
  backend: Backend,
  originalJson: string | null,
  params: { ref?: object } | undefined,
): Promise<void> {
  const target = plainTarget(backend, '', backend.policies.reading);
  if (originalJson === null) {
    await new Relay(call, target, parking).start();
    return;
  }
  const ref = params?.ref as { type: string };
  const member = ref.type === 'ref/prompt' ? 'name' : 'uri';
  const renamed = { ...params, ref: { ...ref, [member]: JSON.parse(originalJson) } };
  const rewritten = call.rewritten(JSON.stringify(renamed));
  // A cancellation must find the call that is under way.
  if (call.session !== null) call.session.calls.set(rewritten);
  await new Relay(rewritten, target, parking).start();
}

/** logging/setLevel: kept for the session, told to the servers it already has, and to each new one. */
export async function setLogLevel(call: Call): Promise<void> {
  const { message, session } = call;
  const params = message.value(message.paramsStart, message.paramsEnd) as
    | { level?: unknown }
    | undefined;
  const level = params?.level;
  if (session === null || typeof level !== 'string' || !LEVELS.has(level)) {
    call.refuse(refuse('invalid_params', `params.level must be one of ${[...LEVELS].join(', ')}.`));
    return;
  }
  session.logLevel = level;
  for (const [backend, opening] of session.leases) {
    const lease = await opening;
    if (!('code' in lease) && lease.isLive) await setLevel(backend, lease, level);
  }
  call.result('');
}

/** resources/subscribe and resources/unsubscribe of a legacy session. */
export async function subscribe(call: Call, interests: Interests): Promise<void> {
  const { message, session } = call;
  const resource = await resourceOf(call);
  if (resource === undefined || session === null) return;
  const { backend, original } = resource;
  const { uri } = message;
  if (message.method === 'resources/unsubscribe') {
    session.subscriptions.remove(uri);
    call.result('');
    return;
  }
  const lease = needsLease(call, backend) ? await session.lease(backend) : null;
  if (isRefusal(lease)) call.refuse(lease);
  else if (session.subscriptions.add(uri, backend, original, lease, interests)) call.result('');
  else call.refuse(refuse('busy', `At most ${SUBSCRIPTIONS_MAX} subscriptions per session.`));
}

/** A method that the gateway does not know: a route to one server passes it on, several cannot tell whose it is. */
export async function passThrough(call: Call, parking: Parking): Promise<void> {
  const { only } = call.route;
  if (only === undefined) {
    call.refuse(refuse('unknown_method'));
    return;
  }
  await new Relay(call, plainTarget(only, nameOf(call)), parking).start();
}

/** What Mcp-Name says of an extension's request: its name or URI, or the task it is about (tasks extension). */
function nameOf(call: Call): string {
  const { message } = call;
  if (message.nameStart >= 0) return message.name;
  if (message.uriStart >= 0) return message.uri;
  const params = message.value(message.paramsStart, message.paramsEnd) as
    | { taskId?: unknown }
    | undefined;
  return typeof params?.taskId === 'string' ? params.taskId : '';
}
