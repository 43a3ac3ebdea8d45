/**
 * Where the running gateway is, for the commands that talk to it: `--url`, else what the configuration says.
 */

import { existsSync } from 'node:fs';
import { Client } from './client.ts';
import { absolute, DEFAULT_FILE, loadOrSay } from './load.ts';
import type { Terminal } from './terminal.ts';

export interface EndpointOptions {
  readonly config: string;
  readonly url?: string;
  readonly timeout: string;
  readonly json?: boolean;
}

export const URL_OPTION = [
  '--url <url>',
  'endpoint of the gateway; default: as the configuration says',
] as const;
export const TIMEOUT_OPTION = [
  '--timeout <ms>',
  'how long to wait for each answer',
  '60000',
] as const;

/** A client, or undefined after what is wrong was said. */
export function connect(terminal: Terminal, options: EndpointOptions): Client | undefined {
  const url = options.url ?? configuredUrl(terminal, options);
  if (url === undefined) return undefined;
  const timeoutMs = Number(options.timeout);
  if (!Number.isInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > 86_400_000) {
    terminal.err('--timeout must be a number of milliseconds, from 1 to 86400000.');
    return undefined;
  }
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    terminal.err('--url must be an http:// or https:// URL.');
    return undefined;
  }
  return new Client(url, timeoutMs);
}

function configuredUrl(terminal: Terminal, options: EndpointOptions): string | undefined {
  const isDefault = options.config === DEFAULT_FILE;
  if (isDefault && !existsSync(absolute(terminal, options.config))) {
    return 'http://127.0.0.1:7332/mcp';
  }
  const config = loadOrSay(terminal, options.config, options.json);
  if (config === undefined) return undefined;
  const { host, port, tls } = config.listen;
  if (port !== 0)
    return `${tls === undefined ? 'http' : 'https'}://${connectable(host)}:${port}/mcp`;
  terminal.err('The configuration takes any free port; say which with --url.');
  return undefined;
}

/** One cannot connect to "all addresses". */
function connectable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
