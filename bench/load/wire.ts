/**
 * Requests as bytes, made once: what differs from call to call is written over in place.
 *
 *   POST /mcp HTTP/1.1 … mcp-session-id: ssss-ssss … {"jsonrpc":"2.0","id":100000007,"method":"tools/call",…"baaaaaaah the …
 *                                        ^ sessionAt                        ^ idAt                           ^ textAt
 *
 * No two padded texts are alike: what a target remembers of a text that comes again would be measured otherwise.
 *
 * So that memory grows with the kinds of calls and not with connections, all sessions whose ids have one length share
 * one request.
 */

import { encodeHeaderValue } from '../../src/protocol/headers.ts';
import { mirrorHeaders, paramMirrors } from '../../src/protocol/param-mirror.ts';
import { ID_DIGITS } from './answer.ts';
import type { Arrival, RemoteTool } from './arrival.ts';
import { argumentsOf, type Step } from './plan.ts';

/** What a padded argument is made of: words that any inspection finds harmless, and no run of one letter. */
const PADDING = 'the quick brown fox jumps over the lazy dog and then goes home ';
const ID = '0'.repeat(ID_DIGITS);
/** Stands where the id is written once more, in letters. */
const MARK = 'qzqzqzqzq';

/** One kind of call, ready to be sent as anybody. */
export interface Call {
  readonly headers: readonly [string, string][];
  readonly body: string;
  readonly isTool: boolean;
  readonly expectsError: boolean;
  readonly weight: number;
}

export interface Wire {
  /** Replaced by a copy when a socket still holds it. */
  bytes: Buffer;
  readonly idAt: number;
  /** -1 without a session. */
  readonly sessionAt: number;
  /** -1 where nothing is padded, or a header has to say the same. */
  readonly textAt: number;
}

export function callOf(step: Step, arrival: Arrival, tools: readonly RemoteTool[]): Call {
  const isModern = arrival.era === 'modern';
  const method = methodOf(step, isModern);
  const meta = isModern ? { _meta: arrival.meta() } : {};
  const messageWith = (args: Readonly<Record<string, unknown>>) => {
    const params =
      step.tool === undefined
        ? { ...args, ...meta }
        : { name: step.tool, arguments: args, ...meta };
    return `{"jsonrpc":"2.0","id":${ID},"method":${JSON.stringify(method)},"params":${JSON.stringify(params)}}`;
  };
  const args = padded(argumentsOf(step), step.size ?? 0, messageWith);
  const headers: [string, string][] = isModern ? mirrors(step, method, args, tools) : [];
  return {
    headers,
    body: messageWith(args),
    isTool: method === 'tools/call',
    expectsError: step.expect === 'error',
    weight: step.weight ?? 1,
  };
}

function methodOf({ tool, method = 'tools/call' }: Step, isModern: boolean): string {
  if (tool !== undefined) return 'tools/call';
  if (method === 'ping' || method === 'discover' || method === 'server/discover') {
    return isModern ? 'server/discover' : 'ping';
  }
  return method;
}

/** The first string argument grows until the whole message has `size` bytes; it gets the mark at least, or all would be alike. */
function padded(
  args: Readonly<Record<string, unknown>>,
  size: number,
  messageWith: (args: Readonly<Record<string, unknown>>) => string,
): Readonly<Record<string, unknown>> {
  const found = Object.entries(args).find(([, value]) => typeof value === 'string');
  if (size === 0 || found === undefined) return args;
  const missing = Math.max(size - Buffer.byteLength(messageWith(args)), MARK.length);
  const words = PADDING.repeat(Math.ceil(missing / PADDING.length));
  const filler = `${MARK} ${words}`.slice(0, missing);
  return { ...args, [found[0]]: `${found[1]}${filler}` };
}

/** What 2026-07-28 wants repeated in headers (basic/transports/streamable-http, "Standard headers"). */
function mirrors(
  step: Step,
  method: string,
  args: Readonly<Record<string, unknown>>,
  tools: readonly RemoteTool[],
): [string, string][] {
  const headers: [string, string][] = [['mcp-method', method]];
  const name = step.tool ?? (method === 'resources/read' ? args.uri : args.name);
  if (typeof name === 'string') headers.push(['mcp-name', encodeHeaderValue(name)]);
  const schema = tools.find((tool) => tool.name === step.tool)?.inputSchema;
  const pairs = mirrorHeaders(paramMirrors(schema), args);
  for (let at = 0; at + 1 < pairs.length; at += 2) headers.push([pairs[at]!, pairs[at + 1]!]);
  return headers;
}

/** The requests of all calls for one token and one length of session ids. */
export function wiresOf(
  calls: readonly Call[],
  arrival: Arrival,
  url: URL,
  token: number,
  sessionLength: number | undefined,
): Wire[] {
  const session = sessionLength === undefined ? undefined : '\u0001'.repeat(sessionLength);
  return calls.map(({ headers, body }) => {
    const all = [...arrival.headers(token, session), ...headers];
    if (!all.some(([name]) => name.toLowerCase() === 'host')) all.unshift(['host', url.host]);
    all.push(['content-length', String(Buffer.byteLength(body))]);
    const lines = all.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    const head = `POST ${url.pathname}${url.search} HTTP/1.1\r\n${lines}\r\n`;
    const bytes = Buffer.from(head + body);
    return {
      bytes,
      textAt: head.includes(MARK) ? -1 : bytes.indexOf(MARK, head.length),
      idAt: head.length + '{"jsonrpc":"2.0","id":'.length,
      sessionAt: session === undefined ? -1 : head.indexOf(session),
    };
  });
}
