/** The bytes of a request in either era, as a client of that era sends them. */

import { LATEST_LEGACY, LATEST_MODERN, META } from '../../src/protocol/eras.ts';
import { type HeaderLine, requestBytes } from '../support/raw-http.ts';

export type Era = 'legacy' | 'modern';

export interface Asked {
  readonly id?: string | number;
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

const CLIENT = { name: 'chaos', version: '1.0.0' };
const _meta = {
  [`${META}protocolVersion`]: LATEST_MODERN,
  [`${META}clientCapabilities`]: {},
  [`${META}clientInfo`]: CLIENT,
};
export const HELLO = { protocolVersion: LATEST_LEGACY, capabilities: {}, clientInfo: CLIENT };

/** `session` is empty for a modern request, and for `initialize`. */
export function bytesOf(url: string, era: Era, asked: Asked, session = ''): Buffer {
  const { host, pathname } = new URL(url);
  const params = era === 'modern' ? { ...asked.params, _meta } : (asked.params ?? {});
  const body = JSON.stringify({ jsonrpc: '2.0', ...asked, params });
  const headers: HeaderLine[] = [
    ['Host', host],
    ['Content-Type', 'application/json'],
    ['Accept', 'application/json, text/event-stream'],
    ['Content-Length', String(Buffer.byteLength(body))],
    ['MCP-Protocol-Version', era === 'modern' ? LATEST_MODERN : LATEST_LEGACY],
  ];
  if (session !== '') headers.push(['Mcp-Session-Id', session]);
  if (era === 'modern') {
    headers.push(['Mcp-Method', asked.method]);
    const name = asked.params?.name;
    if (typeof name === 'string') headers.push(['Mcp-Name', name]);
  }
  return requestBytes('POST', pathname, headers, body);
}
