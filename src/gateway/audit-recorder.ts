/**
 * From calls and happenings to lines of the audit log.
 *
 * A line is written as text from pieces that are kept (callers, sessions, tools, outcomes) and numbers: half of what
 * JSON.stringify or msgpackr take for the same record (bench/micro/audit.ts), and as few pieces as can be, since each costs as
 * much as a number. Lines of a turn are made at its end, so that no answer waits for its record. What a stranger wrote is
 * escaped and cut; nothing else reaches a line but names of ours.
 */

import { randomBytes } from 'node:crypto';
import type { Audit } from '../audit/audit.ts';
import type { Entry } from '../backends/backends.ts';
import type { Caller } from '../model.ts';
import { LATEST_MODERN } from '../protocol/eras.ts';
import type { Refusal } from '../protocol/refusal.ts';
import type { Collector } from '../telemetry/telemetry.ts';
import type { Approval } from './approve/approvals.ts';
import { Payloads, SPOKEN } from './audit-payloads.ts';
import type { Call } from './call.ts';
import type { Recorder, RecordFault } from './finish.ts';
import type { FoundBeside, Happening, Operation, SessionChange, TurnedAway } from './happening.ts';
import type { GatewayConfig } from './parts.ts';
import type { RouteView } from './route.ts';
import type { Session } from './session.ts';
import type { Outcome, Trail } from './trail.ts';

/** Of names and ids that a client chose. */
const TEXT_MAX = 128;
const DETAIL_MAX = 300;
const URI_MAX = 512;

/** What most calls have alike. */
const METHODS: ReadonlyMap<string, string> = new Map(
  [...SPOKEN].map((method) => [method, methodPiece(method)]),
);
const SENT_ONCE = ',"attempts":1,"cache":"",';

export class AuditRecorder implements Recorder {
  readonly wantsTimes = true;
  readonly wantsAddress = true;
  readonly #audit: Audit;
  /** Calls of all processes have different ids. */
  readonly #boot = randomBytes(5).toString('hex');
  /** What follows the time. */
  readonly #opening = whole`","kind":"call","id":"${this.#boot}-`;
  #calls: Call[] = [];
  /** Pieces of lines, each made once. */
  readonly #callers = new WeakMap<Caller, string>();
  readonly #ways = new WeakMap<Session | RouteView, string>();
  readonly #entries = new WeakMap<Entry, string>();
  /** By outcome and rule; as many as the configuration has rules. */
  #ends = noEnds();
  readonly #payloads: Payloads;

  constructor(audit: Audit) {
    this.#audit = audit;
    this.#payloads = new Payloads(audit.config);
    this.happened(operation('start', {}));
  }

  collect(put: Parameters<Collector>[0]): void {
    const { taken, written, durable, lost, refused, failures, sinks, ...bytes } =
      this.#audit.report;
    for (const [result, count] of Object.entries({ taken, written, durable, lost, refused })) {
      put('sluice_audit_records', count, result);
    }
    put('sluice_audit_behind', taken - durable);
    put('sluice_audit_failures', failures);
    put('sluice_audit_waiting_bytes', bytes.waitingBytes);
    put('sluice_audit_buffer_bytes', bytes.bufferBytes);
    for (const { id, ...sink } of sinks) {
      put('sluice_audit_sink_records', sink.taken, id);
      put('sluice_audit_sink_failures', sink.failures, id);
      put('sluice_audit_sink_skipped', sink.skipped, id);
      put('sluice_audit_sink_no_records', sink.noRecords, id);
      put('sluice_audit_sink_set_aside', sink.setAside, id);
      put('sluice_audit_sink_behind_bytes', sink.behindBytes, id);
    }
  }

  faults(): readonly RecordFault[] {
    return this.#audit.faults;
  }

  configure({ audit }: GatewayConfig): void {
    if (audit === undefined) return;
    this.#audit.configure(audit);
    this.#payloads.configure(audit);
    this.#ends = noEnds();
  }

  refuse(): Refusal | undefined {
    return this.#audit.refuse();
  }

  ended(call: Call): void {
    this.#calls.push(call);
    if (this.#calls.length === 1) setImmediate(this.#writeCalls);
  }

  happened(happening: Happening): void {
    if (happening.kind === 'turned_away') this.#turnedAway(happening);
    else if (happening.kind === 'session') this.#audit.write(this.#session(happening));
    else if (happening.kind === 'found') this.#found(happening);
    else this.#audit.write(operated(happening));
  }

  async close(deadlineMs: number): Promise<void> {
    this.#writeCalls();
    this.happened(operation('end', {}));
    await this.#audit.close(deadlineMs);
  }

  readonly #writeCalls = (): void => {
    const calls = this.#calls;
    this.#calls = [];
    const head = `"time":"${timeText(Date.now())}${this.#opening}`;
    for (const call of calls) this.#write(call, head);
  };

  #write(call: Call, head: string): void {
    const payloads = this.#payloads;
    payloads.read(call);
    this.#audit.write(this.#line(call, head), payloads.args, payloads.result);
    payloads.forget();
  }

  #line(call: Call, head: string): string {
    const { message, trail, refusal } = call;
    const { attempts, cache } = trail;
    return (
      `${head}${trail.serial}${METHODS.get(message.method) ?? methodPiece(message.method)}` +
      `${idText(call.id)},${this.#callerText(call.caller)},"address":"${call.address}` +
      `${this.#wayText(call)}${this.#targetText(call)}${this.#endText(trail.outcome(refusal), trail.rule)}` +
      `${message.bytes.length},"bytesOut":${call.answerBytes}` +
      `${attempts === 1 && cache === '' ? SENT_ONCE : `,"attempts":${attempts},"cache":"${cache}",`}` +
      `${timesText(trail)}${seldomText(call)}`
    );
  }

  #callerText(caller: Caller): string {
    let text = this.#callers.get(caller);
    if (text === undefined) {
      const { id, by, agent, user, tenant, roles, scopes, credential } = caller;
      const about = { id, by, agent, user, tenant, roles, scopes, credential };
      text = whole`"caller":${JSON.stringify(about)}`;
      this.#callers.set(caller, text);
    }
    return text;
  }

  /** How it came: a session keeps its revision and its path. */
  #wayText({ session, route }: Call): string {
    const way = session ?? route;
    let text = this.#ways.get(way);
    if (text === undefined) {
      const version = session === null ? LATEST_MODERN : session.version;
      text = whole`","session":"${session?.id ?? ''}","version":"${version}","route":"${route.path}",`;
      this.#ways.set(way, text);
    }
    return text;
  }

  #targetText(call: Call): string {
    const { entry } = call.trail;
    if (entry === null) return targetText(call);
    let text = this.#entries.get(entry);
    if (text === undefined) {
      const { server, name: tool, original, hints, kind } = entry;
      const about = JSON.stringify({ server, tool, original, target: kind, hints });
      text = whole`${about.slice(1, -1)},"outcome":"`;
      this.#entries.set(entry, text);
    }
    return text;
  }

  #endText(outcome: Outcome, rule: string): string {
    const ends = this.#ends[outcome];
    let text = ends.get(rule);
    if (text === undefined) {
      text = whole`${outcome}","rule":${JSON.stringify(rule)},"bytesIn":`;
      ends.set(rule, text);
    }
    return text;
  }

  #turnedAway(about: TurnedAway): void {
    const { refusal, caller, address, path, method, id, session } = about;
    const line =
      `"time":"${timeText(Date.now())}","kind":"turned_away","refusal":"${refusal.code}",` +
      `"outcome":"refused","method":${quoted(method)},"request":${idText(id)},` +
      `${caller === null ? '"caller":null' : this.#callerText(caller)},"address":${quoted(address)},` +
      `"session":${quoted(session)},"path":${quoted(path)}${detailText(refusal)}`;
    const counted = `"kind":"turned_away","refusal":"${refusal.code}"`;
    if (caller === null) this.#audit.writeBounded(line, counted);
    else this.#audit.write(line);
  }

  /** A server may say what it should not as often as it likes. */
  #found({ session, caller, route, server, method, call, found }: FoundBeside): void {
    const counted = `"kind":"found","server":${JSON.stringify(server)}`;
    const late = call === 0 ? '' : `,"call":"${this.#boot}-${call}"`;
    const line =
      `"time":"${timeText(Date.now())}",${counted},${this.#callerText(caller)},"session":"${session}",` +
      `"route":"${route}","method":${methodText(method)}${late},"findings":${JSON.stringify([found])}`;
    this.#audit.writeBounded(line, counted);
  }

  #session({ what, id, caller, route, version, client }: SessionChange): string {
    return (
      `"time":"${timeText(Date.now())}","kind":"session","what":"${what}","session":"${id}",` +
      `${this.#callerText(caller)},"route":"${route}","version":"${version}","client":${client}`
    );
  }
}

function noEnds(): Readonly<Record<Outcome, Map<string, string>>> {
  return {
    ok: new Map(),
    tool_error: new Map(),
    refused: new Map(),
    failed: new Map(),
    cancelled: new Map(),
  };
}

function operation(action: string, details: Operation['details']): Operation {
  const about = { by: 'gateway', address: '', target: '' };
  return { kind: 'operation', action, ...about, outcome: 'ok', details };
}

function operated({ action, by, address, target, outcome, details }: Operation): string {
  const about = JSON.stringify({ action, by, address, target, outcome, details });
  return `"time":"${timeText(Date.now())}","kind":"operation",${about.slice(1, -1)}`;
}

/** Where no catalogue has it: a name that nobody knows, a resource, a method of one server. */
function targetText({ message, backend, original }: Call): string {
  const server = JSON.stringify(backend?.name ?? '');
  if (message.method === 'resources/read') {
    const uri = bareUri(original === '' ? message.uri : original);
    return `"server":${server},"tool":"","original":${JSON.stringify(uri)},"target":"resource","outcome":"`;
  }
  const name = message.nameStart < 0 ? '""' : quoted(message.name);
  return `"server":${server},"tool":${name},"original":${quoted(original)},"target":"","outcome":"`;
}

/** Without what may be a secret: who reads, and from what query. */
function bareUri(uri: string): string {
  const bare = uri.slice(0, URI_MAX).replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, '$1');
  const end = bare.search(/[?#]/);
  return end < 0 ? bare : `${bare.slice(0, end + 1)}…`;
}

/** Microseconds: until it was decided, until it was sent, until the server had answered, and in all. */
function timesText({ arrivedAt, decidedAt, sentAt, answeredAt, finishedAt }: Trail): string {
  const total = Math.round((finishedAt - arrivedAt) * 1000);
  if (sentAt === 0) return `"us":{"total":${total}}`;
  const decide = Math.round((decidedAt - arrivedAt) * 1000);
  const send = Math.round((sentAt - decidedAt) * 1000);
  const server = answeredAt === 0 ? 0 : Math.round((answeredAt - sentAt) * 1000);
  const decided = decidedAt === 0 ? '' : `"decide":${decide},"send":${send},`;
  return `"us":{${decided}"server":${server},"total":${total}}`;
}

/** What most calls have nothing of. */
function seldomText({ refusal, observed, found, trail }: Call): string {
  let text = '';
  if (refusal !== null) {
    const { limit, incident } = refusal.data ?? {};
    text += `,"refusal":"${refusal.code}"${detailText(refusal)}`;
    if (typeof limit === 'string') text += `,"limit":${quoted(limit)}`;
    if (typeof incident === 'string') text += `,"incident":${quoted(incident)}`;
  }
  if (observed.length > 0) text += `,"observed":${JSON.stringify(observed)}`;
  if (found !== null) text += `,"findings":${JSON.stringify(found)}`;
  if (trail.approval !== null) text += `,"approval":${approvalText(trail.approval)}`;
  if (trail.trace !== null) text += `,"trace":"${trail.trace.traceId}"`;
  return text;
}

/** Who decided, where it was not the caller's own person: the name of an administrator's token. */
function approvalText({ by, outcome, ms, who }: Approval): string {
  return JSON.stringify({ by, outcome, ms, ...(who === '' ? {} : { who }) });
}

/** For the operator alone; a stack of ours is in the log, under the incident. */
function detailText({ code, detail }: Refusal): string {
  if (detail === undefined || code === 'internal') return '';
  return `,"detail":${JSON.stringify(detail.slice(0, DETAIL_MAX))}`;
}

function methodPiece(method: string): string {
  return whole`","method":${methodText(method)},"request":`;
}

function methodText(method: string): string {
  return SPOKEN.has(method) ? `"${method}"` : quoted(method);
}

function quoted(text: string): string {
  return text === '' ? '""' : JSON.stringify(text.slice(0, TEXT_MAX));
}

/** The client's id, which is JSON text already. */
function idText(id: string): string {
  return id.length <= TEXT_MAX ? id : quoted(id);
}

/** Text in one piece: what + and templates make is a tree, and each line that has it in it walks it again. */
function whole(texts: TemplateStringsArray, ...values: string[]): string {
  return texts.flatMap((text, at) => [text, values[at] ?? '']).join('');
}

let second = 0;
let secondText = '';

/** ISO, whose first part is made once a second. */
function timeText(ms: number): string {
  const now = Math.floor(ms / 1000);
  if (now !== second) {
    second = now;
    secondText = new Date(now * 1000).toISOString().slice(0, 20);
  }
  return `${secondText}${String(ms - now * 1000).padStart(3, '0')}Z`;
}
