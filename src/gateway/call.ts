/**
 * One client request on its way through: who, where, what, and where the answer goes.
 *
 * Stages fill it and its trail, and do not log or count; `finish` runs exactly once per call, whatever became of it, and is
 * the one place from which records are written (`finish.ts`). An answer after the answer, or after the client has gone, is dropped here.
 */

import type { Backend, Profile } from '../backends/backends.ts';
import type { Linked } from '../lib/text-table.ts';
import type { Held } from '../limits/limits.ts';
import type { Caller } from '../model.ts';
import { isFault, read } from '../protocol/json-rpc.ts';
import { Kind, type Message } from '../protocol/message.ts';
import { REFUSALS, type Refusal, refusalBytes } from '../protocol/refusal.ts';
import { type Spliced, splice } from '../protocol/splice.ts';
import { knownMethod } from '../telemetry/telemetry.ts';
import type { Ticket } from './approve/approvals.ts';
import type { Fragments } from './fragments.ts';
import type { Outlet } from './outlet.ts';
import type { Found } from './review.ts';
import type { RouteView } from './route.ts';
import type { Session } from './session.ts';
import { Trail } from './trail.ts';

/** Where a result says by which refusal it was made. */
const REFUSAL_KEY = 'dev.sluice/refusal';
const NOT_READ = Symbol('not read');
const NONE: readonly string[] = [];

/** See `Call.about`. */
export interface CallWords {
  readonly call: number;
  readonly trace?: string;
  readonly caller: string;
  readonly server: string | null;
  readonly tool: string;
  readonly method: string;
}

export class Call implements Linked<Call> {
  readonly route: RouteView;
  readonly caller: Caller;
  readonly message: Message;
  /** As the client said it; `message` may be that in other words. */
  said: Message;
  /** The legacy session; null for a modern request. */
  readonly session: Session | null;
  readonly profile: Profile;
  /** The client's Mcp-Param-* headers; null where its transport has none. */
  readonly params: readonly string[] | null;
  readonly outlet: Outlet;
  readonly #finish: (call: Call) => void;
  /** The client's id as raw JSON text. */
  readonly id: string;
  backend: Backend | null = null;
  /** What is asked for, as the backend calls it; '' where nothing is named, or not yet known. */
  original = '';
  /** Rules in mode observe that would have decided otherwise. */
  observed: readonly string[] = NONE;
  /** The server's own requestState, as JSON text, in place of the sealed one that the client sent. */
  innerState: string | null = null;
  /** The approval, asked for or given, that the `requestState` of this retry stands for. */
  ticket: Ticket | null = null;
  /** For a call that was approved: the key of a ticket for its retry; undefined where there is no room. */
  carry: (() => string | undefined) | null = null;
  /** What inspection found, in its arguments or in what came back. */
  found: Found[] | null = null;
  /** Hears what is found when the call is over and recorded; null where nobody records. */
  onFoundLate: ((call: Call, found: Found) => void) | null = null;
  /** Where what it is shown is read together with what came before; null where that is off. */
  fragments: Fragments | null = null;
  refusal: Refusal | null = null;
  isDone = false;
  tableNext: Call | null = null;
  /** See in-flight.ts. */
  nextInFlight: Call | null = null;
  previousInFlight: Call | null = null;
  /** Something of the call was shown to the client before its answer: it can no longer be made again unnoticed. */
  hasPushed = false;
  /** What limits want to hear of when the call has ended. */
  held: Held | null = null;
  /** How long its answer was; 0 for none. */
  answerBytes = 0;
  /** For those who keep records. */
  trail = new Trail();
  #args: unknown = NOT_READ;
  /** Runs when the client no longer wants the answer. */
  onCancel: ((reason: string) => void) | null = null;

  constructor(
    route: RouteView,
    caller: Caller,
    message: Message,
    session: Session | null,
    profile: Profile,
    params: readonly string[] | null,
    outlet: Outlet,
    finish: (call: Call) => void,
  ) {
    this.route = route;
    this.caller = caller;
    this.message = message;
    this.said = message;
    this.session = session;
    this.profile = profile;
    this.params = params;
    this.outlet = outlet;
    this.#finish = finish;
    this.id = message.id;
    outlet.onAbort = () => this.cancel('the client disconnected');
  }

  /** Where the client connects from; '' where its transport has no such thing. */
  get address(): string {
    return this.outlet.address ?? '';
  }

  /** `params.arguments`, parsed once for all who ask; undefined where there are none. Nobody may change it. */
  get args(): unknown {
    if (this.#args === NOT_READ) {
      this.#args = this.message.value(this.message.argumentsStart, this.message.argumentsEnd);
    }
    return this.#args;
  }

  get argsBytes(): number {
    const { argumentsStart, argumentsEnd } = this.message;
    return argumentsEnd - argumentsStart;
  }

  argsText(): string {
    const { argumentsStart, argumentsEnd } = this.message;
    return this.message.text(argumentsStart, argumentsEnd);
  }

  /**
   * What a line of the log says of it: names that others gave, and numbers. Ids, URIs and methods that nobody knows are the
   * client's own words, which may be anything; `call` is what its record and the admin API call it, too.
   */
  get about(): CallWords {
    const { method } = this.message;
    const { serial, trace } = this.trail;
    return {
      call: serial,
      ...(trace === null ? {} : { trace: trace.traceId }),
      caller: this.caller.id,
      server: this.backend?.name ?? null,
      tool: method === 'tools/call' || method === 'prompts/get' ? this.original : '',
      method: knownMethod(method),
    };
  }

  get isModern(): boolean {
    return this.session === null;
  }

  /** The same call with other params, given as JSON text; it shares the outlet, so only one of the two may be used. */
  rewritten(params: string): Call {
    const { message } = this;
    const edit = { start: message.paramsStart, end: message.paramsEnd, put: params };
    return this.inOtherWords(splice(message.bytes, [edit]));
  }

  /** The same call as the message in `bytes`. */
  inOtherWords(bytes: Buffer): Call {
    const rewritten = read(bytes);
    if (isFault(rewritten)) throw new Error('a rewritten call is not a message');
    const { route, caller, session, profile, outlet } = this;
    const call = new Call(
      route,
      caller,
      rewritten,
      session,
      profile,
      this.params,
      outlet,
      this.#finish,
    );
    // Only the call that is used comes to an end.
    call.said = this.said;
    call.innerState = this.innerState;
    call.ticket = this.ticket;
    call.held = this.held;
    call.found = this.found;
    call.observed = this.observed;
    call.trail = this.trail;
    call.fragments = this.fragments;
    call.onFoundLate = this.onFoundLate;
    this.held = null;
    this.found = null;
    this.observed = NONE;
    return call;
  }

  push(message: Buffer): void {
    if (this.isDone) return;
    this.hasPushed = true;
    this.outlet.push(message);
  }

  answer(bytes: Buffer | Spliced, status: number): void {
    if (this.isDone) return;
    this.answerBytes = bytes.length;
    this.#over();
    this.outlet.end(bytes, status);
  }

  /** Answers with a result given as the JSON text of its members, without braces. */
  result(members: string): void {
    // 2026-07-28 basic/index: resultType MUST be in every result.
    const type = this.isModern ? `"resultType":"complete"${members === '' ? '' : ','}` : '';
    this.answer(Buffer.from(`{"jsonrpc":"2.0","id":${this.id},"result":{${type}${members}}}`), 200);
  }

  refuse(refusal: Refusal): void {
    if (this.isDone) return;
    this.refusal = refusal;
    const { rpc, http } = REFUSALS[refusal.code];
    const status = this.isModern ? modernStatus(rpc, http) : http;
    const headers = this.#headersFor(refusal, http);
    if (headers === undefined) {
      this.answer(refusalBytes(this.id, refusal), status);
      return;
    }
    const bytes = refusalBytes(this.id, refusal);
    this.answerBytes = bytes.length;
    this.#over();
    this.outlet.end(bytes, status, headers);
  }

  /** A refusal for the model rather than for its program: as the result of the tool, marked as an error. */
  refuseTool(refusal: Refusal): void {
    if (this.isDone) return;
    this.refusal = refusal;
    const text = JSON.stringify(`${refusal.code}: ${refusal.words}`);
    const mark = JSON.stringify({ code: refusal.code, ...refusal.data });
    const members = `"content":[{"type":"text","text":${text}}],"isError":true`;
    this.result(`${members},"_meta":{"${REFUSAL_KEY}":${mark}}`);
  }

  /** What inspection does not let through: for the model where it called a tool, else for its program. */
  block(refusal: Refusal): void {
    if (this.message.method === 'tools/call') this.refuseTool(refusal);
    else this.refuse(refusal);
  }

  #headersFor(refusal: Refusal, http: number): readonly string[] | undefined {
    if (refusal.code === 'insufficient_scope') return this.outlet.challenge?.(refusal);
    const retryAfterMs = refusal.data?.retryAfterMs;
    if (http !== 429 || typeof retryAfterMs !== 'number') return undefined;
    return ['retry-after', String(Math.ceil(retryAfterMs / 1000))];
  }

  /** The client has gone or has cancelled: no answer is sent any more. */
  cancel(reason: string): void {
    if (this.isDone) return;
    this.trail.isCancelled = true;
    this.#over();
    this.outlet.drop();
    this.onCancel?.(reason);
  }

  #over(): void {
    this.isDone = true;
    this.outlet.onAbort = null;
    this.#finish(this);
  }
}

/** 2026-07-28 transports: unknown method MUST be 404, a missing capability 400; other answers of handlers stay 200. */
export function modernStatus(rpc: number, otherwise = 200): number {
  if (rpc === -32601) return 404;
  if (rpc === -32021 || rpc === -32020 || rpc === -32022) return 400;
  return otherwise;
}

/** The status for a server's reply to a modern client. */
export function replyStatus(reply: Message): number {
  if (reply.kind !== Kind.error) return 200;
  const error = reply.value(reply.bodyStart, reply.bodyEnd) as { code?: unknown };
  return modernStatus(Number(error.code));
}
