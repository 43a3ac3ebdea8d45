/**
 * One tools/call, from the name to the server. The order of the stages is a security property and stands here.
 *
 * Found on this route and seen by this caller, or it does not exist; allowed with these arguments; then what HTTP
 * mirrored must be what the body says; then it must be within its limits, its arguments fit the tool's schema and hold
 * nothing that inspection finds; somebody must have approved it, where that is wanted; then it is sent, or answered from
 * what is kept of such calls.
 * With a warm shared link all of it happens in the turn in which the request arrived.
 */

import type { Entry } from '../backends/backends.ts';
import type { Outcome } from '../inspect/inspect.ts';
import { isRefusal } from '../model.ts';
import { mirrorFault } from '../protocol/param-mirror.ts';
import { type Refusal, refuse } from '../protocol/refusal.ts';
import { approve } from './approve/approve.ts';
import { inspectBeside } from './beside.ts';
import type { Call } from './call.ts';
import type { House } from './handle.ts';
import { HIDDEN, permit, reaches } from './permit.ts';
import { Relay } from './relay.ts';
import { note, replaced, reviewArguments } from './review.ts';
import { stamp } from './trail.ts';
import { takeTool } from './within.ts';

export function callTool(call: Call, house: House): Promise<void> | undefined {
  const { name } = call.message;
  const entry = call.route.catalog(call.profile).tools.get(name);
  return entry === undefined ? findLater(call, house) : send(call, entry, house);
}

function send(call: Call, entry: Entry, house: House): Promise<void> | undefined {
  const no = permit(call, entry, house);
  const refusal = no === HIDDEN ? absent(call, 'unknown_tool') : (no ?? mirrored(call, entry));
  if (refusal !== undefined) {
    call.refuse(refusal);
    return undefined;
  }
  const { limits, validator } = house;
  if (!limits.isEmpty && !takeTool(call, entry, limits)) return undefined;
  const fault = validator.isOn ? validator.refuse(entry, call) : undefined;
  if (fault === undefined) return inspect(call, entry, house);
  if (!isRefusal(fault)) return passLater(call, entry, house, fault);
  refuseArguments(call, fault);
  return undefined;
}

/** A tool's after the schema, which is cheaper; a prompt's as well; before anything leaves. */
export function inspect(call: Call, entry: Entry, house: House): Promise<void> | undefined {
  const { inspection } = call.route;
  if (inspection.watchesSessions && entry.kind === 'tool') {
    const refusal = house.suspicion.refuse(call, entry, Date.now());
    if (refusal !== undefined) {
      call.block(refusal);
      return undefined;
    }
  }
  if (!inspection.readsRequests) return pass(call, entry, house);
  const next = inspectBeside(call, entry, house);
  if (next instanceof Promise) return besideLater(entry, house, next);
  return next === undefined ? undefined : inspectArguments(next, entry, house);
}

async function besideLater(
  entry: Entry,
  house: House,
  inspecting: Promise<Call | undefined>,
): Promise<void> {
  const next = await inspecting;
  if (next !== undefined) await inspectArguments(next, entry, house);
}

function inspectArguments(call: Call, entry: Entry, house: House): Promise<void> | undefined {
  if (call.message.argumentsStart < 0) return pass(call, entry, house);
  const outcome = reviewArguments(call, entry);
  if (outcome instanceof Promise) return inspectLater(call, entry, house, outcome);
  return judged(call, entry, house, outcome);
}

async function inspectLater(
  call: Call,
  entry: Entry,
  house: House,
  inspecting: Promise<Outcome | undefined>,
): Promise<void> {
  await judged(call, entry, house, await inspecting);
}

function judged(
  call: Call,
  entry: Entry,
  house: House,
  outcome: Outcome | undefined,
): Promise<void> | undefined {
  if (outcome !== undefined) note(call, outcome, 'request');
  if (call.isDone) return undefined;
  if (outcome?.kind === 'refused') {
    call.block(outcome.refusal);
    return undefined;
  }
  const isRewritten = outcome?.kind === 'rewritten';
  const next = isRewritten ? replaced(call, call.inOtherWords(outcome.bytes), house) : call;
  const isClear = outcome?.kind !== 'flag';
  if (!call.route.inspection.joinsCalls) return passOn(next, entry, house, isClear);
  // Last, and whatever was recorded only: what leaves is what the next piece is read with.
  const joined = house.fragments.sent(next, entry);
  return joined instanceof Promise
    ? joinedLater(next, entry, house, isClear, joined)
    : joinedJudged(next, entry, house, isClear, joined);
}

async function joinedLater(
  call: Call,
  entry: Entry,
  house: House,
  isClear: boolean,
  joining: Promise<Outcome | undefined>,
): Promise<void> {
  await joinedJudged(call, entry, house, isClear, await joining);
}

function joinedJudged(
  call: Call,
  entry: Entry,
  house: House,
  isClear: boolean,
  joined: Outcome | undefined,
): Promise<void> | undefined {
  if (joined?.kind === 'refused') {
    note(call, joined, 'request');
    call.block(joined.refusal);
    return undefined;
  }
  return call.isDone ? undefined : passOn(call, entry, house, isClear);
}

function passOn(
  call: Call,
  entry: Entry,
  house: House,
  isClear: boolean,
): Promise<void> | undefined {
  return isClear ? passClear(call, entry, house) : pass(call, entry, house);
}

/** Its arguments were looked at, and hold nothing any more. */
function passClear(call: Call, entry: Entry, house: House): Promise<void> | undefined {
  call.trail.isClear = true;
  return pass(call, entry, house);
}

function pass(call: Call, entry: Entry, house: House): Promise<void> | undefined {
  return call.ticket === null && call.route.approvals.isOff
    ? sendOn(call, entry, house)
    : approve(call, entry, house, sendOn);
}

function sendOn(call: Call, entry: Entry, { parking, results }: House): Promise<void> | undefined {
  call.trail.decidedAt = stamp();
  const { cache } = entry.policy;
  return cache === null || entry.kind !== 'tool'
    ? new Relay(call, entry, parking).start()
    : results.call(call, entry, cache, parking);
}

/** Once a thread has said what of the arguments. */
async function passLater(
  call: Call,
  entry: Entry,
  house: House,
  checking: Promise<Refusal | undefined>,
): Promise<void> {
  const fault = await checking;
  if (fault !== undefined) refuseArguments(call, fault);
  else if (!call.isDone) await inspect(call, entry, house);
}

/** 2025-11-25 made what is wrong with arguments a result, so that the model sees and mends it; before it was an error. */
function refuseArguments(call: Call, fault: Refusal): void {
  const isForModel = call.session === null || call.session.version >= '2025-11-25';
  if (isForModel && fault.code === 'invalid_arguments') call.refuseTool(fault);
  else call.refuse(fault);
}

/** A name that no list shows yet may be of a server that is starting, or of this client's capabilities. */
async function findLater(call: Call, house: House): Promise<void> {
  if (call.message.nameStart < 0) {
    call.refuse(refuse('invalid_params', 'params.name must say which tool to call.'));
    return;
  }
  const entry = await found(call, 'tools');
  if (entry === undefined) call.refuse(absent(call, 'unknown_tool'));
  else if (!call.isDone) await send(call, entry, house);
}

/** The entry of this name once every server has been asked. */
export async function found(call: Call, shelf: 'tools' | 'prompts'): Promise<Entry | undefined> {
  const { route, profile, message } = call;
  const known = route.catalog(profile)[shelf].get(message.name);
  if (known !== undefined || route.isSettled(profile)) return known;
  await route.settle(profile);
  return route.catalog(profile)[shelf].get(message.name);
}

/** Unknown, or known only to a server that cannot be asked. */
export function absent(
  call: Call,
  code: 'unknown_tool' | 'unknown_prompt' | 'unknown_resource',
): Refusal {
  const { route, profile, message } = call;
  const { missing, prefix } = route.catalog(profile);
  const { separator } = route.view.naming;
  // Where names have no prefix, a server whose lists are missing may own any of them.
  const mayOwn = (server: string) => !prefix || message.name.startsWith(`${server}${separator}`);
  const owner = missing.find((server) => mayOwn(server) && reaches(call, server));
  if (owner !== undefined) {
    const why = route.members.find((member) => member.name === owner)?.fault?.words ?? '';
    const words = `The server "${owner}" is not available. ${why}`.trim();
    return refuse('backend_unavailable', words, { server: owner });
  }
  return code === 'unknown_resource' ? refuse(code, undefined, { uri: message.uri }) : refuse(code);
}

/** Only modern HTTP mirrors arguments into headers; elsewhere there is nothing to compare. */
function mirrored(call: Call, entry: Entry): Refusal | undefined {
  if (entry.mirrors.length === 0 || call.params === null) return undefined;
  const fault = mirrorFault(entry.mirrors, call.args, call.params);
  return fault === undefined ? undefined : refuse('header_mismatch', fault);
}
