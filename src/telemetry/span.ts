/**
 * A call as a span in OTLP's JSON: attributes by the MCP conventions of OpenTelemetry, ours under `sluice.`.
 *
 * It holds names, numbers and codes. Arguments, results, words of refusals and URIs of resources are left out, and the id of a
 * session, which opens it to whoever need not say who he is, is replaced by its hash.
 */

import { createHash } from 'node:crypto';
import type { Message } from '../protocol/message.ts';
import type { Refusal } from '../protocol/refusal.ts';
import type { Trace } from '../protocol/trace-context.ts';
import { knownMethod, type Outcome } from './metrics.ts';

/** What is read of a call that has ended. */
export interface SpannedCall {
  readonly id: string;
  readonly message: Message;
  readonly route: { readonly path: string };
  readonly caller: { readonly id: string; readonly agent: string; readonly tenant: string };
  readonly session: { readonly id: string; readonly version: string } | null;
  readonly backend: { readonly name: string } | null;
  readonly original: string;
  readonly refusal: Refusal | null;
  readonly answerBytes: number;
  readonly outlet: { readonly trace?: unknown };
  readonly trail: {
    readonly trace: Trace | null;
    readonly arrivedAt: number;
    readonly decidedAt: number;
    readonly sentAt: number;
    readonly answeredAt: number;
    readonly finishedAt: number;
    readonly attempts: number;
    readonly cache: string;
    readonly rule: string;
    readonly approval: { readonly outcome: string } | null;
    readonly body: Buffer | null;
    readonly bodyStart: number;
    readonly bodyEnd: number;
    outcome(refusal: Refusal | null): Outcome;
  };
}

const KIND_SERVER = 2;
const STATUS_ERROR = 2;
/** W3C flag "sampled", and that what is above is known to be of another process (0x100 "known", 0x200 "remote"). */
const FLAGS = { root: 0x101, remote: 0x301 };
/** Ids and names of strangers; ours are shorter. */
const TEXT_MAX = 128;
/** Of an error that is read for its code. */
const ERROR_BYTES_MAX = 64 * 1024;

/** The span as JSON text, written at once: as objects that are turned into text it took ten times as long. */
export function spanOf(call: SpannedCall, trace: Trace): string {
  const { trail } = call;
  const method = knownMethod(call.message.method);
  const name = nameOf(call);
  const error = errorOf(call);
  // The clock of stamps does not follow corrections of the system's.
  const offset = Date.now() - performance.now();
  const event = (what: string, stamp: number) =>
    stamp > 0 ? `{"timeUnixNano":"${nanos(offset + stamp)}","name":"sluice.${what}"}` : '';
  const events = [
    event('decided', trail.decidedAt),
    event('sent', trail.sentAt),
    event('answered', trail.answeredAt),
  ];
  const { traceId, spanId, parentId, tracestate, link } = trace;
  return (
    `{"traceId":"${traceId}","spanId":"${spanId}"` +
    (parentId === '' ? '' : `,"parentSpanId":"${parentId}"`) +
    (tracestate === '' ? '' : `,"traceState":"${tracestate}"`) +
    `,"flags":${parentId === '' ? FLAGS.root : FLAGS.remote}` +
    `,"name":${JSON.stringify(name === '' ? method : `${method} ${name}`)}` +
    `,"kind":${KIND_SERVER}` +
    `,"startTimeUnixNano":"${nanos(offset + trail.arrivedAt)}"` +
    `,"endTimeUnixNano":"${nanos(offset + trail.finishedAt)}"` +
    `,"attributes":[${attributesOf(call, name, error)}]` +
    `,"events":[${events.filter(Boolean).join(',')}]` +
    (link === null ? '' : `,"links":[{"traceId":"${link.traceId}","spanId":"${link.spanId}"}]`) +
    `,"status":${error === undefined ? '{}' : `{"code":${STATUS_ERROR}}`}}`
  );
}

/** Of a tool or a prompt that exists, as its server calls it. */
function nameOf({ message: { method }, original }: SpannedCall): string {
  return method === 'tools/call' || method === 'prompts/get' ? bounded(original) : '';
}

function attributesOf(call: SpannedCall, name: string, error = ''): string {
  const { message, caller, session, backend, route, refusal, trail } = call;
  const { method } = message;
  const isTool = method === 'tools/call';
  return (
    text('mcp.method.name', knownMethod(method)) +
    text('mcp.protocol.version', session?.version ?? message.version) +
    text('mcp.session.id', session === null ? '' : hashOf(session.id)) +
    text('jsonrpc.request.id', bounded(call.id.replace(/^"|"$/g, ''))) +
    text('gen_ai.operation.name', isTool ? 'execute_tool' : '') +
    text(isTool ? 'gen_ai.tool.name' : 'gen_ai.prompt.name', name) +
    text('error.type', error) +
    text('rpc.response.status_code', /^-?\d+$/.test(error) ? error : '') +
    text('network.transport', call.outlet.trace === undefined ? 'pipe' : 'tcp') +
    text('sluice.caller', caller.id) +
    text('sluice.agent', caller.agent) +
    text('sluice.tenant', caller.tenant) +
    text('sluice.route', route.path) +
    text('sluice.server', backend?.name ?? '') +
    text('sluice.outcome', trail.outcome(refusal)) +
    text('sluice.rule', trail.rule) +
    text('sluice.approval', trail.approval?.outcome ?? '') +
    text('sluice.cache', trail.cache) +
    number('sluice.attempts', trail.attempts) +
    number('sluice.request.bytes', message.bytes.length) +
    number('sluice.response.bytes', call.answerBytes)
  ).slice(1);
}

/** What is not known is left out. */
function text(key: string, value: string): string {
  if (value === '') return '';
  return `,{"key":"${key}","value":{"stringValue":${JSON.stringify(value)}}}`;
}

function number(key: string, value: number): string {
  return `,{"key":"${key}","value":{"intValue":"${value}"}}`;
}

/** A class of errors with few members: the code of a refusal, or of the server's own error. */
function errorOf({ refusal, trail }: SpannedCall): string | undefined {
  const outcome = trail.outcome(refusal);
  if (outcome === 'ok') return undefined;
  if (outcome === 'cancelled') return 'cancelled';
  if (refusal !== null) return refusal.code;
  return codeIn(trail) ?? 'tool_error';
}

function codeIn({ body, bodyStart, bodyEnd }: SpannedCall['trail']): string | undefined {
  if (body === null || bodyEnd - bodyStart > ERROR_BYTES_MAX) return undefined;
  const error = JSON.parse(body.utf8Slice(bodyStart, bodyEnd)) as { code?: unknown } | null;
  return typeof error?.code === 'number' ? String(error.code) : undefined;
}

function hashOf(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 32);
}

function bounded(text: string): string {
  return text.length > TEXT_MAX ? text.slice(0, TEXT_MAX).toWellFormed() : text.toWellFormed();
}

/** Milliseconds since the epoch as nanoseconds; a number holds them to the microsecond. */
function nanos(ms: number): string {
  return `${Math.round(ms * 1000)}000`;
}
