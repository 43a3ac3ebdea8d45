/**
 * The MCP endpoint over HTTP: what POST, GET and DELETE mean, in either era.
 *
 * Order: route, draining, room, Host and Origin, caller, media types, body, message, era, session. Everything before the body
 * is decided from the copied head in the tick of the request; nothing of a refused body is parsed. Each refusal is a
 * JSON-RPC error with the HTTP status of the table and, where it could be read, the id of the request.
 */

import { type Caller, isRefusal } from '../../model.ts';
import { classify } from '../../protocol/classify.ts';
import { BATCH_VERSION, isLegacy, isModern } from '../../protocol/eras.ts';
import { trimOws } from '../../protocol/headers.ts';
import { isFault, read, readBatch } from '../../protocol/json-rpc.ts';
import { type Fault, Kind, type Message } from '../../protocol/message.ts';
import { type Refusal, refuse } from '../../protocol/refusal.ts';
import type { Gateway, Route, Session } from '../contract.ts';
import { Desk } from './desk.ts';
import type { EventLogLimits } from './event-log.ts';
import type { Exchange } from './exchange.ts';
import type { Guard } from './guard.ts';
import { BatchReply, LegacyReply } from './legacy-reply.ts';
import { firstByte, OldSse } from './old-sse.ts';
import { InitializeReply, ModernReply } from './reply.ts';

/** As the official SDK: bounds what one POST can set going. */
const BATCH_MAX = 100;
const OPEN_BRACKET = 0x5b;

export interface McpLimits extends EventLogLimits {
  readonly depthMax: number;
}

export class Mcp {
  readonly #gateway: Gateway;
  readonly #guard: Guard;
  readonly #limits: McpLimits;
  readonly #desks = new Map<Session, Desk>();
  readonly #oldSse: OldSse;

  constructor(gateway: Gateway, guard: Guard, limits: McpLimits) {
    this.#gateway = gateway;
    this.#guard = guard;
    this.#limits = limits;
    this.#oldSse = new OldSse(gateway);
  }

  post(exchange: Exchange, route: Route) {
    const refusal = this.#guard.refusePostMedia(exchange.head);
    if (refusal !== undefined) return exchange.refuse(refusal, true);
    exchange.readBody((body) => {
      const caller = callerOf(exchange);
      if (body[firstByte(body)] === OPEN_BRACKET) return this.#batch(exchange, route, caller, body);
      const message = read(body, this.#limits.depthMax);
      if (isFault(message)) return refuseFault(exchange, message);
      this.#dispatch(exchange, route, caller, message);
    });
  }

  /** The session's own stream, or the rest of another of its streams. */
  get(exchange: Exchange, route: Route) {
    const { head } = exchange;
    // 2026-07-28 has no GET: "a server SHOULD answer 405".
    if (isModern(trimOws(head.version))) return refuseMethod(exchange, 'POST');
    const refusal = this.#guard.refuseStreamMedia(head);
    if (refusal !== undefined) return exchange.refuse(refusal);
    const desk = this.#deskOf(exchange, route, callerOf(exchange));
    if (isRefusal(desk)) return exchange.refuse(desk);
    const refused = desk.desk.listen(exchange);
    if (refused !== undefined) exchange.refuse(refused);
  }

  delete(exchange: Exchange, route: Route) {
    if (isModern(trimOws(exchange.head.version))) return refuseMethod(exchange, 'POST');
    const found = this.#deskOf(exchange, route, callerOf(exchange));
    if (isRefusal(found)) return exchange.refuse(found);
    this.#gateway.end(found.session);
    exchange.send(200, null);
  }

  /** GET /sse of 2024-11-05. */
  openOldSse(exchange: Exchange, route: Route) {
    const refusal = this.#guard.refuseStreamMedia(exchange.head);
    if (refusal !== undefined) return exchange.refuse(refusal);
    this.#oldSse.open(exchange, route, callerOf(exchange));
  }

  /** POST /messages of 2024-11-05. Its clients send no Accept worth checking: the answer is on the stream. */
  postOldSse(exchange: Exchange) {
    const refusal = this.#guard.refuseContentType(exchange.head);
    if (refusal !== undefined) return exchange.refuse(refusal, true);
    exchange.readBody((body) => {
      const stream = this.#oldSse.find(exchange.head.query, callerOf(exchange));
      if (stream === undefined) return exchange.refuse(refuse('unknown_session'));
      const no = stream.take(body, exchange.peer, this.#limits.depthMax, BATCH_MAX);
      if (no === undefined) exchange.send(202, null);
      else if ('kind' in no) refuseFault(exchange, no);
      else exchange.refuse(no);
    });
  }

  #dispatch(exchange: Exchange, route: Route, caller: Caller, message: Message) {
    const { head } = exchange;
    const era = classify(message, {
      version: head.version,
      method: head.mcpMethod,
      name: head.mcpName,
    });
    if (isRefusal(era)) return exchange.refuse(era, false, idOf(message));
    if (era === 'legacy') return this.#legacy(exchange, route, caller, message);
    if (message.kind === Kind.request) {
      exchange.endsWithCredential = message.method === 'subscriptions/listen';
      this.#gateway.modern(route, caller, message, head.params, new ModernReply(exchange));
    } else {
      // notifications/cancelled is for stdio: over HTTP closing the stream cancels. Nothing else is defined.
      exchange.send(202, null);
    }
  }

  #legacy(exchange: Exchange, route: Route, caller: Caller, message: Message) {
    if (message.kind === Kind.request && message.method === 'initialize') {
      const outlet = new InitializeReply(exchange);
      this.#gateway.initialize(route, caller, message, outlet, (session) => {
        this.#desks.set(session, new Desk(session, this.#limits));
        session.onEnd.add(() => this.#desks.delete(session));
        exchange.addHeaders(['mcp-session-id', session.id]);
      });
      return;
    }
    const found = this.#deskOf(exchange, route, caller);
    if (isRefusal(found)) return exchange.refuse(found, false, idOf(message));
    if (message.kind === Kind.request) {
      this.#gateway.legacy(found.session, message, new LegacyReply(exchange, found.desk));
    } else {
      this.#gateway.take(found.session, message);
      exchange.send(202, null);
    }
  }

  #batch(exchange: Exchange, route: Route, caller: Caller, body: Buffer) {
    const found = this.#deskOf(exchange, route, caller);
    if (isRefusal(found)) return exchange.refuse(found);
    const { session, desk } = found;
    if (session.version !== BATCH_VERSION) {
      return exchange.refuse(
        refuse(
          'invalid_request',
          `Batches exist in ${BATCH_VERSION} only; this session speaks another version.`,
        ),
      );
    }
    const messages = batchOf(body, this.#limits.depthMax);
    if (isFault(messages)) return refuseFault(exchange, messages);
    const requests = messages.filter((message) => message.kind === Kind.request);
    if (requests.length === 0) exchange.send(202, null);
    const reply = new BatchReply(exchange, desk, requests.length);
    for (const message of messages) {
      if (message.kind === Kind.request) this.#gateway.legacy(session, message, reply.part());
      else this.#gateway.take(session, message);
    }
  }

  #deskOf(
    { head }: Exchange,
    route: Route,
    caller: Caller,
  ): { session: Session; desk: Desk } | Refusal {
    const version = trimOws(head.version);
    if (version !== '' && !isLegacy(version)) return refuse('unsupported_version');
    if (head.sessionId === '') return refuse('session_required');
    const session = this.#gateway.session(head.sessionId, caller, route);
    const desk = session === undefined ? undefined : this.#desks.get(session);
    // A session without a desk belongs to another transport: its id must not open it here.
    if (session === undefined || desk === undefined) return refuse('unknown_session');
    return { session, desk };
  }
}

/** Who calls. Nothing gets here before the door has said so. */
export function callerOf({ caller }: Exchange): Caller {
  if (caller === null) throw new Error('a request came in by no door');
  return caller;
}

/** All messages of a batch, or why one of them spoils it: 2025-03-26 knows no half-accepted batch over HTTP. */
function batchOf(body: Buffer, depthMax: number): Message[] | Fault {
  const items = readBatch(body, BATCH_MAX, depthMax);
  if (isFault(items)) return items;
  const messages: Message[] = [];
  for (const item of items) {
    if (isFault(item)) return item;
    if (item.method === 'initialize' || item.versionStart >= 0) {
      return { kind: 'invalid', why: 'This message must not be part of a batch.', id: 'null' };
    }
    messages.push(item);
  }
  return messages;
}

/** The id to answer with: responses and notifications have none that is ours to echo. */
function idOf(message: Message): string {
  return message.kind === Kind.request ? message.id : 'null';
}

function refuseFault(exchange: Exchange, { kind, why, id }: Fault) {
  exchange.refuse(refuse(kind === 'parse' ? 'parse_error' : 'invalid_request', why), false, id);
}

export function refuseMethod(exchange: Exchange, allow: string) {
  exchange.addHeaders(['allow', allow]);
  exchange.refuse(refuse('method_not_allowed'), exchange.head.method === 'post');
}
