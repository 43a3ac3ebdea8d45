/**
 * The few requests that the suite sends itself: is a subject up, open a session, one call. Never what is measured.
 */

import { LATEST_LEGACY, LATEST_MODERN, META } from '../../src/protocol/eras.ts';

export type Era = 'modern' | 'legacy';
export type Headers = Record<string, string>;

const ACCEPT = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
};
const REQUEST_MS = 10_000;
const INFO = { name: 'bench', version: '1.0.0' };

/** Bearer tokens by port: what is asked of a subject that wants to know who calls carries one. */
const TOKENS = new Map<string, string>();

export function useToken(port: number, token: string): void {
  TOKENS.set(String(port), token);
}

export function tokenFor(url: string): string | undefined {
  return TOKENS.get(new URL(url).port);
}

/** The headers that say who calls, where that is asked. */
export function credentials(url: string): Headers {
  const token = tokenFor(url);
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

/** Headers and body of a tools/call, as the load generator writes one. */
export function callRequest(
  era: Era,
  id: number | string,
  tool: string,
  args: object,
  session = '',
) {
  const meta =
    era === 'modern'
      ? { _meta: { [`${META}protocolVersion`]: LATEST_MODERN, [`${META}clientCapabilities`]: {} } }
      : {};
  const headers: Headers = { ...ACCEPT, ...versionHeaders(era, tool) };
  if (session !== '') headers['mcp-session-id'] = session;
  const params = { name: tool, arguments: args, ...meta };
  return { headers, body: JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params }) };
}

function versionHeaders(era: Era, tool: string): Headers {
  if (era === 'legacy') return { 'mcp-protocol-version': LATEST_LEGACY };
  return { 'mcp-protocol-version': LATEST_MODERN, 'mcp-method': 'tools/call', 'mcp-name': tool };
}

/** Initializes; the session id, or '' where the server keeps none. */
export async function openSession(url: string): Promise<string> {
  const params = { protocolVersion: LATEST_LEGACY, capabilities: {}, clientInfo: INFO };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
  const hello = await post(url, ACCEPT, body);
  if (hello.status !== 200) throw new Error(`initialize was answered with ${hello.status}`);
  const headers: Headers = { ...ACCEPT, 'mcp-protocol-version': LATEST_LEGACY };
  if (hello.session !== '') headers['mcp-session-id'] = hello.session;
  await post(url, headers, '{"jsonrpc":"2.0","method":"notifications/initialized"}');
  return hello.session;
}

export async function closeSession(url: string, session: string): Promise<void> {
  const headers = { ...ACCEPT, ...credentials(url), 'mcp-session-id': session };
  const response = await fetch(url, {
    method: 'DELETE',
    headers,
    signal: AbortSignal.timeout(REQUEST_MS),
  });
  await response.arrayBuffer();
}

/** One call of `echo`, with everything that a new client does before it. Throws unless the answer is right. */
export async function firstAnswer(url: string, era: Era): Promise<string> {
  const session = era === 'legacy' ? await openSession(url) : '';
  const { headers, body } = callRequest(era, 2, 'echo', { message: 'are you there' }, session);
  const { status, text } = await post(url, headers, body);
  if (status !== 200 || !text.includes('are you there') || !text.includes('"result"')) {
    throw new Error(`echo was answered with ${status} ${text.slice(0, 200)}`);
  }
  return session;
}

async function post(url: string, headers: Headers, body: string) {
  const signal = AbortSignal.timeout(REQUEST_MS);
  const all = { ...headers, ...credentials(url) };
  const response = await fetch(url, { method: 'POST', headers: all, body, signal });
  const text = await response.text();
  return { status: response.status, session: response.headers.get('mcp-session-id') ?? '', text };
}
