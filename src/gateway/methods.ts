/**
 * The methods besides tools/call and the lists: prompts, resources, completion, logging, and whatever else one server
 * understands.
 */

import { type Backend, findResource } from '../backends/backends.ts';
import { isRefusal } from '../model.ts';
import { fold } from '../protocol/names.ts';
import { refuse } from '../protocol/refusal.ts';
import { inspectBeside, refuseMethod } from './beside.ts';
import type { Call } from './call.ts';
import { absent, found, inspect } from './call-tool.ts';
import type { House } from './handle.ts';
import { needsLease, setLevel } from './lease-call.ts';
import { HIDDEN, maySee, permit, permitOther, stopped } from './permit.ts';
import { Relay } from './relay.ts';
import { replaced } from './review.ts';
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

export async function getPrompt(call: Call, house: House): Promise<void> {
  if (call.message.nameStart < 0) {
    call.refuse(refuse('invalid_params', 'params.name must say which prompt to get.'));
    return;
  }
  const entry = await found(call, 'prompts');
  const no = entry === undefined ? HIDDEN : permit(call, entry, house);
  if (entry === undefined || no === HIDDEN) call.refuse(absent(call, 'unknown_prompt'));
  else if (no !== undefined) call.refuse(no);
  else if (!call.isDone) await inspect(call, entry, house);
}

export async function readResource(call: Call, house: House): Promise<void> {
  const resource = await resourceOf(call, house);
  if (resource === undefined) return;
  const { backend, original } = resource;
  const next = await inspectBeside(call, { server: backend.name, original }, house);
  // Another URI may be another resource.
  if (next !== call) return next === undefined ? undefined : readResource(next, house);
  if (call.route.inspection.watchesSessions) {
    house.suspicion.noteResource(call, backend.name, original, Date.now());
  }
  const target = resourceTarget(backend, original, call.message.uri);
  await new Relay(call, target, house.parking).start();
}

/** The server of `params.uri`; refuses the call where there is none. */
async function resourceOf(
  call: Call,
  house: House,
): Promise<{ backend: Backend; original: string } | undefined> {
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
  const no =
    resource === undefined
      ? HIDDEN
      : permitOther(call, 'resource', resource.backend, resource.original, house);
  if (resource === undefined || no === HIDDEN) call.refuse(absent(call, 'unknown_resource'));
  else if (no !== undefined) call.refuse(no);
  return call.isDone ? undefined : resource;
}

/** completion/complete names a prompt or a template inside `params.ref`. */
export async function complete(call: Call, house: House): Promise<void> {
  const { route, profile, message } = call;
  const params = message.value(message.paramsStart, message.paramsEnd) as
    | { ref?: { type?: unknown; name?: unknown; uri?: unknown } }
    | undefined;
  const ref = params?.ref;
  const isPrompt = ref?.type === 'ref/prompt';
  const key = isPrompt ? ref.name : ref?.uri;
  if (typeof key !== 'string' || !hasOneMeaning(ref)) {
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
  const original = entry?.original ?? key;
  const isSeen =
    backend !== undefined && maySee(call, isPrompt ? 'prompt' : 'resource', backend, original);
  if (ref === undefined || backend === undefined || !isSeen) {
    call.refuse(refuse('invalid_params', 'params.ref names no prompt or resource template here.'));
    return;
  }
  const no = stopped(house, backend.name, original);
  if (no !== undefined) call.refuse(no);
  if (call.isDone) return;
  const next = await inspectBeside(call, { server: backend.name, original }, house);
  if (next !== call) return next === undefined ? undefined : complete(next, house);
  await relayRenamed(call, house, backend, entry?.originalJson ?? null, params);
}

const REF_TYPES: ReadonlySet<unknown> = new Set(['ref/prompt', 'ref/resource']);
const REF_MEMBERS: ReadonlySet<string> = new Set(['type', 'name', 'uri', 'title']);

/** To a server that folds case, `Name` beside `name` would be what is completed (see `protocol/names.ts`). */
function hasOneMeaning(ref: { type?: unknown } | undefined): boolean {
  const isOne = (member: string) => REF_MEMBERS.has(member) || !REF_MEMBERS.has(fold(member));
  return REF_TYPES.has(ref?.type) && Object.keys(ref ?? {}).every(isOne);
}

/** The name stands too deep for the envelope's spans: the params are written anew around it. */
async function relayRenamed(
  call: Call,
  house: House,
  backend: Backend,
  originalJson: string | null,
  params: { ref?: object } | undefined,
): Promise<void> {
  const target = plainTarget(backend, '', backend.policies.reading);
  if (originalJson === null) {
    await new Relay(call, target, house.parking).start();
    return;
  }
  const ref = params?.ref as { type: string };
  const member = ref.type === 'ref/prompt' ? 'name' : 'uri';
  const renamed = { ...params, ref: { ...ref, [member]: JSON.parse(originalJson) } };
  const rewritten = replaced(call, call.rewritten(JSON.stringify(renamed)), house);
  await new Relay(rewritten, target, house.parking).start();
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
export async function subscribe(call: Call, house: House): Promise<void> {
  const { message, session } = call;
  const resource = await resourceOf(call, house);
  if (resource === undefined || session === null) return;
  const { backend, original } = resource;
  const { uri } = message;
  const { address } = call;
  if (message.method === 'resources/unsubscribe') {
    session.subscriptions.remove(uri);
    call.result('');
    return;
  }
  const next = await inspectBeside(call, { server: backend.name, original }, house);
  if (next !== call) return next === undefined ? undefined : subscribe(next, house);
  const lease = needsLease(call, backend) ? await session.lease(backend) : null;
  if (isRefusal(lease)) call.refuse(lease);
  else if (session.subscriptions.add({ uri, backend, original, address }, lease, house.interests))
    call.result('');
  else call.refuse(refuse('busy', `At most ${SUBSCRIPTIONS_MAX} subscriptions per session.`));
}

/** A method that the gateway does not know: a route to one server passes it on, several cannot tell whose it is. */
export async function passThrough(call: Call, house: House): Promise<void> {
  const { only } = call.route;
  if (only === undefined) {
    call.refuse(refuse('unknown_method'));
    return;
  }
  const no =
    permitOther(call, 'method', only, call.message.method, house) ?? refuseMethod(call, only.name);
  if (no === HIDDEN) call.refuse(refuse('unknown_method'));
  else if (no !== undefined) call.refuse(no);
  if (call.isDone) return;
  const next = await inspectBeside(call, { server: only.name, original: nameOf(call) }, house);
  if (next !== undefined) {
    await new Relay(next, plainTarget(only, nameOf(next)), house.parking).start();
  }
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
