/**
 * From a configured server to a link: starts or reaches it over the transport that it turns out to speak.
 *
 * What was found is given as `link.known` and handed in again as `known`, so that a server is probed once. A child
 * that dies of the probe is started once more and asked the old way; one that heard both ways, the way it speaks. What is said to a reached server is in
 * `agreement.ts`.
 */

import { namedArgument } from '../lib/named-argument.ts';
import type { Era } from '../protocol/eras.ts';
import { type Refusal, refuse } from '../protocol/refusal.ts';
import {
  type Agreed,
  type Failure,
  initialize,
  isFailure,
  probe,
  rediscover,
} from './agreement.ts';
import type { HttpServerConfig, ProgramConfig, ServerConfig } from './config.ts';
import { type Endpoint, Endpoints } from './endpoints.ts';
import type { Site } from './http-origin.ts';
import { JsonRpcLink } from './json-rpc-link.ts';
import type { Known } from './known.ts';
import type { LinkOwner } from './link.ts';
import { LinkLog, type Log } from './link-log.ts';
import { startProcess } from './stdio-process.ts';
import type { Wire } from './wire.ts';

export type { Known } from './known.ts';

/** Names of environment variables, headers and options whose values are surely secret. */
const SECRET_NAME = /token|key|secret|pass|pwd|pat$|auth|credential|cookie|dsn/i;
/** Shorter values under other names are modes, regions and levels, which the operator needs to read. */
const LONG_CHARS = 12;
/** A path, an address without credentials, a version, a word or a few: nothing that anybody keeps secret. */
const HARMLESS =
  /^(?:[.~]?\/\S*|[a-z]+:\/\/[^@?]*|[A-Za-z][a-z]*(?:[ _.,:/-][A-Za-z]?[a-z]*)*|[0-9.]*)$/;
/** What servers of 2024-11-05 answer to a POST on their stream's address (2025-11-25 basic/transports). */
const NOT_STREAMABLE = new Set([400, 404, 405]);

/** A server and the ways to it; one for all of its links, because what was found out on the way is kept. */
export interface Door {
  readonly name: string;
  readonly config: ServerConfig;
  readonly endpoints: Endpoints;
  /** One for all links: a server that is started again and again gets no new burst of lines each time. */
  readonly log: LinkLog;
  /** What children inherit from, as far as it is safe, and where proxies are named. */
  readonly environment: NodeJS.ProcessEnv;
}

export function doorOf(
  name: string,
  config: ServerConfig,
  log: Log,
  environment: NodeJS.ProcessEnv,
): Door {
  const places = config.kind === 'stdio' ? config.commands : config.urls;
  const endpoints = new Endpoints(places.map(({ weight }) => weight));
  return { name, config, endpoints, log: new LinkLog(log, secretsOf(config)), environment };
}

/** What every attempt needs. */
interface Attempt {
  readonly name: string;
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly owner: LinkOwner;
  readonly log: LinkLog;
  readonly startMs: number;
  readonly environment: NodeJS.ProcessEnv;
  readonly endpoint: Endpoint;
}

/**
 * Opens one link, at the first endpoint that can be reached, or at the one given and no other. A refusal's `words` say in one sentence what is wrong, its
 * `detail` has what is for the operator. The owner may hear messages in the turn before the promise resolves; it hears
 * `onClose` only of links it was given.
 */
export async function connect(
  door: Door,
  capabilities: Readonly<Record<string, unknown>>,
  owner: LinkOwner,
  only?: Endpoint,
): Promise<JsonRpcLink | Refusal> {
  const { name, config, environment, log } = door;
  const { startMs } = config;
  let last: Refusal | undefined;
  const { preferred, tried } =
    only === undefined ? door.endpoints.order() : { preferred: only, tried: [only] };
  for (const endpoint of tried) {
    const attempt = { name, capabilities, owner, log, startMs, environment, endpoint };
    const link = await reach(attempt, config);
    if (!isFailure(link)) {
      endpoint.known = link.known;
      endpoint.opened();
      if (endpoint !== preferred) link.astrayFrom = preferred;
      return link;
    }
    last = link.refusal;
    // Perhaps it has become one that does not answer to what it used to: the next attempt asks both ways.
    if (last.code === 'deadline_exceeded') endpoint.known = undefined;
    endpoint.failed(last.words);
    if (door.endpoints.all.length > 1) {
      log.warn('an endpoint of the server failed', {
        endpoint: endpoint.index + 1,
        why: last.words,
      });
    }
  }
  return last ?? refuse('backend_unavailable');
}

async function reach(attempt: Attempt, config: ServerConfig): Promise<JsonRpcLink | Failure> {
  const { known } = attempt.endpoint;
  const link = await open(attempt, config, known);
  // A server that was replaced by one of another era answers, but not what it used to.
  const isOther = isFailure(link) && link.hasAnswered && known !== undefined;
  return isOther ? open(attempt, config, undefined) : link;
}

function open(
  attempt: Attempt,
  config: ServerConfig,
  known: Known | undefined,
): Promise<JsonRpcLink | Failure> {
  if (config.kind === 'http') return openHttp(attempt, config, known);
  const program = {
    ...config.commands[attempt.endpoint.index]!,
    lineBytesMax: config.lineBytesMax,
  };
  return openStdio(attempt, program, known?.era);
}

/** Opens the conversation in the era that the server is known to speak, if any. */
function agree(
  attempt: Attempt,
  link: JsonRpcLink,
  wire: Wire,
  era: Era | undefined,
): Promise<Agreed | Failure> {
  if (era === 'legacy') return initialize(attempt, link, wire);
  return era === 'modern' ? rediscover(attempt, link, wire) : probe(attempt, link, wire);
}

/** Values that this server was given and might print. Too many rather than too few: they are blotted out, no more. */
function secretsOf(config: ServerConfig): string[] {
  const named =
    config.kind === 'stdio'
      ? config.commands.flatMap(({ env }) => Object.entries(env))
      : Object.entries(config.headers);
  const options =
    config.kind === 'stdio' ? config.commands.flatMap(({ args }) => optionsOf(args)) : [];
  const values = [...named, ...options]
    .filter(([name, value]) => SECRET_NAME.test(name) || looksSecret(value))
    .map(([, value]) => value);
  // "Bearer abc" is printed as "abc" as often as whole, and a key file line by line.
  return values.flatMap((value) => [value, ...value.split(/\s+/).slice(1), ...linesOf(value)]);
}

function looksSecret(value: string): boolean {
  return value.length >= LONG_CHARS && !HARMLESS.test(value);
}

function linesOf(value: string): string[] {
  return value.includes('\n') ? value.split(/\r?\n/).filter((line) => line !== '') : [];
}

function optionsOf(args: readonly string[]): [string, string][] {
  return args.map((arg, at) => {
    const { name, value } = namedArgument(arg, args[at - 1]);
    return [name, value];
  });
}

// === stdio ===

async function openStdio(
  attempt: Attempt,
  config: ProgramConfig,
  era: Era | undefined,
): Promise<JsonRpcLink | Failure> {
  const link = new JsonRpcLink(attempt.name, attempt.owner, attempt.log, attempt.endpoint);
  const wire = startProcess(config, attempt.environment, link, attempt.log);
  if (typeof wire === 'string') {
    const words = `The server could not be started: ${wire}.`;
    return { refusal: refuse('backend_unavailable', words), hasAnswered: false };
  }
  link.carry(wire);
  const agreed = await agree(attempt, link, wire, era);
  if (isFailure(agreed)) {
    // Some servers exit on a request before `initialize` (rmcp does).
    const diedOfProbe =
      era === undefined && !link.isLive && wire.pid !== undefined && !agreed.hasAnswered;
    await link.close();
    return diedOfProbe ? openStdio(attempt, config, 'legacy') : agreed;
  }
  if (agreed.isMuddled) {
    await link.close();
    return openStdio(attempt, config, agreed.era);
  }
  return settle(link, wire, agreed, 'stdio');
}

// === HTTP ===

async function openHttp(
  attempt: Attempt,
  config: HttpServerConfig,
  known: Known | undefined,
): Promise<JsonRpcLink | Failure> {
  const transport = known?.transport ?? config.transport;
  if (transport === 'sse') return openSse(attempt, config);
  // Loaded here: undici and what is around it take a sixth of the start of a gateway that has local servers only.
  const { HttpBackend } = await import('./http-backend.ts');
  const link = new JsonRpcLink(attempt.name, attempt.owner, attempt.log, attempt.endpoint);
  const wire = new HttpBackend(siteOf(attempt, config), link, attempt.log);
  link.carry(wire);
  const agreed = await agree(attempt, link, wire, known?.era);
  if (!isFailure(agreed) && agreed.isMuddled) {
    await link.close();
    return openHttp(attempt, config, { era: agreed.era, transport: 'http' });
  }
  if (!isFailure(agreed)) return settle(link, wire, agreed, 'http');
  const { status } = wire;
  await link.close();
  if (transport !== 'auto' || !NOT_STREAMABLE.has(status)) return agreed;
  const older = await openSse(attempt, config);
  return isFailure(older) ? agreed : older;
}

function siteOf({ endpoint, environment }: Attempt, config: HttpServerConfig): Site {
  return { url: new URL(config.urls[endpoint.index]!.url), config, environment };
}

async function openSse(attempt: Attempt, config: HttpServerConfig): Promise<JsonRpcLink | Failure> {
  const { SseBackend } = await import('./sse-backend.ts');
  const link = new JsonRpcLink(attempt.name, attempt.owner, attempt.log, attempt.endpoint);
  const wire = new SseBackend(siteOf(attempt, config), link, attempt.log);
  link.carry(wire);
  await wire.opened();
  const agreed = await initialize(attempt, link, wire);
  if (!isFailure(agreed)) return settle(link, wire, agreed, 'sse');
  await link.close();
  return agreed;
}

/** Opens the conversation for its owner; a legacy server is told that it may begin. */
async function settle(
  link: JsonRpcLink,
  wire: Wire,
  agreed: Agreed,
  transport: Known['transport'],
): Promise<JsonRpcLink | Failure> {
  link.ready({ era: agreed.era, transport }, agreed.version, agreed.hello);
  if (agreed.era === 'legacy') {
    link.post(Buffer.from('{"jsonrpc":"2.0","method":"notifications/initialized"}'));
    // Over HTTP the next request travels on another connection and could overtake it.
    await wire.posted();
  }
  if (link.isLive) return link;
  const refusal = refuse(
    'backend_unavailable',
    `The server ended while starting: ${link.endedWhy}.`,
  );
  return { refusal, hasAnswered: true };
}
