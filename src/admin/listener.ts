/**
 * The admin API over HTTP: one request in, one answer out, in this order.
 *
 *   Host, Origin, doubled headers     bad_request bad_host bad_origin
 *   credential                        unauthenticated too_many_requests
 *   path, method, role                not_found method_not_allowed forbidden
 *   media type, body, query           unsupported_media too_large bad_request
 *   what the route does               and a record of it, if it changes something or tells what is said in calls
 *
 * Who is not known learns nothing of what there is. A slow client has seconds for its headers and its body, connections are
 * few, and nothing it sends makes this hold more than BODY_BYTES_MAX of it.
 */

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { type ZodError, z } from 'zod';
import { Attempts } from '../auth/auth.ts';
import type { AdminConfig } from './config.ts';
import type { AdminHouse, AdminLog, Text } from './contract.ts';
import { Door, type Holder } from './door.ts';
import { FAULTS, type Fault, fault, isFault } from './fault.ts';
import { Guard } from './guard.ts';
import { may, type Permission } from './roles.ts';
import { type Found, type Route, routesAt } from './route.ts';
import { ROUTES } from './routes.ts';

/** The largest body is a stop with a long name. */
const BODY_BYTES_MAX = 16 * 1024;
const QUERY_CHARS_MAX = 4096;
/** An answer of which nothing could be written for so long is given up. */
const STALL_MS = 5_000;

/** What is recorded although it changes nothing: calls hold what callers said, the configuration how they are kept out. */
const TELLING: ReadonlySet<Permission> = new Set(['investigate', 'approve']);

export class Desk {
  readonly #house: AdminHouse;
  readonly #log: AdminLog;
  readonly #door: Door;
  readonly #told = new Attempts(TOLD);
  #guard: Guard;
  #config: AdminConfig;

  constructor(config: AdminConfig, house: AdminHouse, log: AdminLog) {
    this.#house = house;
    this.#log = log;
    this.#config = config;
    this.#door = new Door(config);
    this.#guard = new Guard(config);
  }

  configure(config: AdminConfig): void {
    this.#config = config;
    this.#door.configure(config);
    this.#guard = new Guard(config);
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let answer: object;
    try {
      const [path = '', query = ''] = (request.url ?? '').split(/\?(.*)/s);
      const found = this.#find(request, path);
      answer = isFault(found) ? found : await this.#carryOut(request, found, query);
    } catch (error) {
      // Whoever left in the middle of his body is nobody's bug.
      if (request.destroyed && !request.complete) return;
      const incident = randomUUID();
      this.#log.error({ err: error, incident }, 'a request to the admin API failed on a bug');
      answer = fault('internal', `${FAULTS.internal.words} (${incident})`);
    }
    // Whoever reads nothing keeps one of few connections.
    response.setTimeout(STALL_MS, () => response.destroy());
    if ('slices' in answer) await stream(response, answer as Text);
    else reply(request, response, answer);
  }

  /** The route, where this is somebody who may use it. */
  #find(request: IncomingMessage, path: string): (Found & { holder: Holder }) | Fault {
    const refused = this.#guard.refuse(request);
    if (refused !== undefined) return this.#turnAway(request, refused);
    const holder = this.#door.enter(request, Date.now());
    const isOpen = path === '/metrics' && this.#config.metrics === 'open';
    if (isFault(holder)) return this.#turnAway(request, holder);
    const who = holder ?? (isOpen ? ANYBODY : undefined);
    if (who === undefined) return this.#turnAway(request, fault('unauthenticated'));
    const at = routesAt(ROUTES, path);
    const found = at.find(({ route: one }) => one.method === request.method);
    if (found === undefined) return at.length === 0 ? fault('not_found') : wrongMethod(at);
    if (may(who.roles, found.route.needs)) return { ...found, holder: who };
    return this.#record(request, who.id, found.route.id, fault('forbidden'));
  }

  async #carryOut(
    request: IncomingMessage,
    { route: one, params, holder }: Found & { holder: Holder },
    query: string,
  ): Promise<object> {
    const isChange = one.method !== 'GET';
    const asked = await this.#asked(request, one, query);
    const { accept = '' } = request.headers;
    const answer = isFault(asked)
      ? asked
      : await one.handle(this.#house, { params, accept, who: holder.id, ...asked } as never);
    if (!isChange && !TELLING.has(one.needs)) return answer;
    const said = isFault(asked) ? undefined : (asked.body ?? asked.query);
    this.#house.record({
      who: holder.id,
      address: request.socket.remoteAddress ?? '',
      action: one.id,
      subject: subjectOf(params, said),
      outcome: isFault(answer) ? answer.fault : 'done',
    });
    return answer;
  }

  async #asked(
    request: IncomingMessage,
    one: Route,
    query: string,
  ): Promise<{ query: unknown; body: unknown } | Fault> {
    if (query.length > QUERY_CHARS_MAX) return fault('bad_request', 'The query is too long.');
    const parsedQuery = queryOf(one, query);
    if (isFault(parsedQuery)) return parsedQuery;
    if (one.method === 'GET') return { query: parsedQuery.value, body: undefined };
    const refused = this.#guard.refuseMedia(request);
    if (refused !== undefined) return refused;
    const bytes = await bodyOf(request);
    if (isFault(bytes)) return bytes;
    const body = jsonOf(one, bytes);
    return isFault(body) ? body : { query: parsedQuery.value, body: body.value };
  }

  /** A stranger: recorded, but no stranger fills a log or a disk by that. */
  #turnAway(request: IncomingMessage, refused: Fault): Fault {
    const now = Date.now();
    if (this.#told.waitS('', now) > 0) return refused;
    this.#told.count('', now);
    return this.#record(request, '', '', refused);
  }

  #record(request: IncomingMessage, who: string, action: string, refused: Fault): Fault {
    const address = request.socket.remoteAddress ?? '';
    this.#house.record({ who, address, action, subject: '', outcome: refused.fault });
    return refused;
  }
}

/** Of strangers that are recorded. */
const TOLD = { burst: 60, perMinute: 60 };
const ANYBODY: Holder = { id: '', by: 'token', roles: ['viewer'] };

function wrongMethod(at: readonly Found[]): Fault {
  const allow = at.map(({ route: one }) => one.method).join(', ');
  return fault('method_not_allowed', undefined, { allow });
}

function queryOf(one: Route, query: string): { value: unknown } | Fault {
  const pairs = [...new URLSearchParams(query)];
  const names = new Set(pairs.map(([name]) => name));
  if (names.size < pairs.length) return fault('bad_request', 'A parameter was given twice.');
  const schema = one.query ?? z.strictObject({});
  const read = schema.safeParse(Object.fromEntries(pairs));
  return read.success ? { value: read.data } : fault('bad_request', wordsOf(read.error));
}

function jsonOf(one: Route, bytes: Buffer): { value: unknown } | Fault {
  let value: unknown = {};
  if (bytes.length > 0) {
    try {
      value = JSON.parse(bytes.toString('utf8'));
    } catch {
      return fault('bad_request', 'The body is not JSON.');
    }
  }
  const read = (one.body ?? z.strictObject({})).safeParse(value);
  if (!read.success) return fault('bad_request', wordsOf(read.error));
  return { value: one.body === undefined ? undefined : read.data };
}

/** Where and what would be right; values are not quoted. */
function wordsOf({ issues }: ZodError): string {
  const [issue] = issues;
  const place = issue?.path.join('.') ?? '';
  return `${place === '' ? 'The request' : `"${place}"`}: ${issue?.message ?? 'is not right'}`;
}

/** The whole body, or why not. A connection that ends early rejects, and nobody is there to be answered. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | Fault> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Not destroyed by leaving the loop: what is too large is still answered.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += (chunk as Buffer).length;
    if (size > BODY_BYTES_MAX) return fault('too_large');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function subjectOf(params: Readonly<Record<string, string>>, said: unknown): string {
  const named = Object.values(params).join('.');
  if (named !== '' || typeof said !== 'object' || said === null) return named;
  const { kind = '', name = '' } = said as { kind?: string; name?: string };
  return name === '' ? kind : `${kind} ${name}`;
}

const HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

function reply(request: IncomingMessage, response: ServerResponse, answer: object): void {
  const isNo = isFault(answer);
  const told = isNo ? { code: answer.fault, message: answer.words } : answer;
  const body = Buffer.from(JSON.stringify(told));
  response.writeHead(isNo ? FAULTS[answer.fault].http : 200, {
    ...HEADERS,
    'content-type': 'application/json',
    'content-length': body.length,
    ...(isNo && answer.fault === 'unauthenticated' ? { 'www-authenticate': 'Bearer' } : {}),
    ...(isNo ? answer.headers : {}),
    // What was not read of a body must not be taken for the next request.
    ...(request.complete ? {} : { connection: 'close' }),
  });
  response.end(body);
}

/** As fast as it is read; whoever leaves in the middle is missed by nobody. */
async function stream(response: ServerResponse, { contentType, slices }: Text): Promise<void> {
  response.writeHead(200, { ...HEADERS, 'content-type': contentType });
  await pipeline(slices, response).catch(() => response.destroy());
}
