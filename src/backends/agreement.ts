/**
 * The handshake's words: which era a reached server speaks, and on which revision both agree.
 *
 * The era is probed with server/discover, and anything but a clear "modern" means legacy: legacy servers answer it in
 * many ways (2026-07-28 basic/versioning: never key on one code). A server that is slow to start gets `initialize`
 * as well, and what it answers first decides; a modern one is then reached once more and hears only its own words.
 */

import { isRefusal } from '../model.ts';
import {
  type Era,
  isLegacy,
  LATEST_LEGACY,
  LATEST_MODERN,
  META,
  MODERN_VERSIONS,
} from '../protocol/eras.ts';
import { NAME, VERSION } from '../protocol/identity.ts';
import { Kind, type Message } from '../protocol/message.ts';
import { type Refusal, refuse } from '../protocol/refusal.ts';
import { answerTo } from './ask.ts';
import { boundedHello } from './hello.ts';
import type { JsonRpcLink } from './json-rpc-link.ts';
import type { LinkLog } from './link-log.ts';
import type { Wire } from './wire.ts';

/** SDK clients wait for minutes; servers that answer at all do so within a second of being up. */
const PROBE_MS = 3000;
/** UnsupportedProtocolVersionError (2026-07-28 basic/index). */
const UNSUPPORTED_VERSION = -32022;
const CLIENT_INFO = { name: NAME, version: VERSION };

export interface Terms {
  /** Declared in `initialize`, for as long as the session lasts. */
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly startMs: number;
  readonly log: LinkLog;
}

export interface Agreed {
  readonly era: Era;
  readonly version: string;
  readonly hello: Record<string, unknown>;
  /** The server has heard the other era's opening, too: a server of both now holds this conversation for a legacy one. */
  readonly isMuddled?: boolean;
}

export interface Failure {
  readonly refusal: Refusal;
  /** The server is there and answers, only not as it should. */
  readonly hasAnswered: boolean;
}

export function isFailure(value: object): value is Failure {
  return 'refusal' in value;
}

/** Agrees with a server that is known to be modern: however slow it is, it hears no word of another era. */
export function rediscover(terms: Terms, link: JsonRpcLink, wire: Wire): Promise<Agreed | Failure> {
  return discover(terms, link, wire, LATEST_MODERN);
}

/** Agrees with a server of unknown era. */
export async function probe(
  terms: Terms,
  link: JsonRpcLink,
  wire: Wire,
): Promise<Agreed | Failure> {
  const modern = discover(terms, link, wire, LATEST_MODERN);
  const first = await within(modern, PROBE_MS);
  if (first !== undefined && !isFailure(first)) return first;
  // Nobody there: a second question would only double the wait.
  if (!link.isLive || (first !== undefined && first.refusal.code === 'deadline_exceeded')) {
    return first ?? ended(link);
  }
  const legacy = initialize(terms, link, wire);
  return first === undefined ? firstAgreed(modern, legacy) : legacy;
}

async function discover(
  terms: Terms,
  link: JsonRpcLink,
  wire: Wire,
  version: string,
): Promise<Agreed | Failure> {
  wire.speak('modern', version);
  const meta = {
    [`${META}protocolVersion`]: version,
    [`${META}clientCapabilities`]: terms.capabilities,
    [`${META}clientInfo`]: CLIENT_INFO,
  };
  const reply = await ask(link, 'server/discover', { _meta: meta }, terms.startMs);
  if (isRefusal(reply)) return unanswered(reply);
  const body = bodyOf(reply);
  if (reply.kind === Kind.result) {
    const spoken = pick(body.supportedVersions);
    if (spoken !== undefined) {
      return { era: 'modern', version: spoken, hello: boundedHello(body) };
    }
  } else if (body.code === UNSUPPORTED_VERSION) {
    const spoken = pick((body.data as { supported?: unknown } | undefined)?.supported);
    if (spoken !== undefined && spoken !== version) return discover(terms, link, wire, spoken);
  }
  return answered('The server speaks no protocol revision that this gateway knows.', terms, reply);
}

/** Agrees with a legacy server. It has to hear `initialized` afterwards, and not before. */
export async function initialize(
  terms: Terms,
  link: JsonRpcLink,
  wire: Wire,
): Promise<Agreed | Failure> {
  if (!link.isLive) return ended(link);
  wire.speak('legacy', LATEST_LEGACY);
  const params = {
    protocolVersion: LATEST_LEGACY,
    capabilities: terms.capabilities,
    clientInfo: CLIENT_INFO,
  };
  const reply = await ask(link, 'initialize', params, terms.startMs);
  if (isRefusal(reply)) return link.isLive ? unanswered(reply) : ended(link);
  if (reply.kind === Kind.error) return answered('The server refused to initialize.', terms, reply);
  const body = bodyOf(reply);
  const version = body.protocolVersion;
  if (typeof version === 'string' && isLegacy(version)) {
    return { era: 'legacy', version, hello: boundedHello(body) };
  }
  return answered('The server speaks no protocol revision that this gateway knows.', terms, reply);
}

function ask(
  link: JsonRpcLink,
  method: string,
  params: Record<string, unknown>,
  timeoutMs: number,
): Promise<Message | Refusal> {
  const id = link.nextId();
  const bytes = Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
  return answerTo(link, id, bytes, method, timeoutMs);
}

function bodyOf(reply: Message): Record<string, unknown> {
  const body = reply.value(reply.bodyStart, reply.bodyEnd);
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
}

/** The newest modern revision of ours in a server's list. */
function pick(supported: unknown): string | undefined {
  if (!Array.isArray(supported)) return undefined;
  return MODERN_VERSIONS.find((version) => supported.includes(version));
}

/** What the server wrote is for the operator only, as text of a stranger. */
function answered(words: string, terms: Terms, reply: Message): Failure {
  const detail = terms.log.clean(reply.text(reply.bodyStart, reply.bodyEnd));
  return { refusal: refuse('backend_unavailable', words, undefined, detail), hasAnswered: true };
}

function unanswered(reply: Refusal): Failure {
  if (reply.code === 'deadline_exceeded') {
    const words = 'The server did not answer in time while starting.';
    return { refusal: refuse('deadline_exceeded', words), hasAnswered: false };
  }
  if (reply.data?.status !== undefined) return { refusal: reply, hasAnswered: true };
  const words = `The server could not be reached: ${reply.detail ?? 'no reason is known'}.`;
  return { refusal: refuse('backend_unavailable', words), hasAnswered: false };
}

function ended(link: JsonRpcLink): Failure {
  const words = `The server could not be reached: ${link.endedWhy}.`;
  return { refusal: refuse('backend_unavailable', words), hasAnswered: false };
}

/** The value, or undefined when it takes longer. */
async function within<T>(value: Promise<T>, timeoutMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, undefined);
  });
  try {
    return await Promise.race([value, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The first agreement of the two; where both fail, the failure of the second. */
async function firstAgreed(
  one: Promise<Agreed | Failure>,
  other: Promise<Agreed | Failure>,
): Promise<Agreed | Failure> {
  const first = await Promise.race([one, other]);
  const agreed = isFailure(first) ? await afterFailure(one, other) : first;
  return isFailure(agreed) || agreed.era === 'legacy' ? agreed : { ...agreed, isMuddled: true };
}

async function afterFailure(
  one: Promise<Agreed | Failure>,
  other: Promise<Agreed | Failure>,
): Promise<Agreed | Failure> {
  const [a, b] = await Promise.all([one, other]);
  return isFailure(a) ? b : a;
}
