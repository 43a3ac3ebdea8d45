/**
 * Where the running gateway is, for the commands that talk to it: `--url`, else what the configuration says.
 */

import { existsSync, readFileSync } from 'node:fs';
import { Client } from './client.ts';
import { absolute, DEFAULT_FILE } from './file.ts';
import type { Terminal } from './terminal.ts';

export interface EndpointOptions {
  readonly config: string;
  readonly url?: string;
  readonly timeout: string;
  readonly tokenFile?: string;
  readonly json?: boolean;
}

export const URL_OPTION = [
  '--url <url>',
  'endpoint of the gateway; default: as the configuration says',
] as const;
/** A file or a variable, and no option with the token itself: arguments are shown to everybody who lists processes. */
export const TOKEN_OPTION = [
  '--token-file <file>',
  'file with the API key or token to send; default: what SLUICE_TOKEN says',
] as const;
export const TIMEOUT_OPTION = [
  '--timeout <ms>',
  'how long to wait for each answer',
  '60000',
] as const;

/** A client, or undefined after what is wrong was said. */
export async function connect(
  terminal: Terminal,
  options: EndpointOptions,
): Promise<Client | undefined> {
  const url = options.url ?? (await configuredUrl(terminal, options));
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
  const token = tokenOf(terminal, options);
  if (token === undefined) return undefined;
  return new Client(url, timeoutMs, token);
}

/** '' for none; undefined after what is wrong was said, in words that do not hold it. */
function tokenOf(terminal: Terminal, { tokenFile }: EndpointOptions): string | undefined {
  let text = terminal.around.env.SLUICE_TOKEN ?? '';
  if (tokenFile !== undefined) {
    try {
      text = readFileSync(absolute(terminal, tokenFile), 'utf8');
    } catch (error) {
      terminal.err(`--token-file cannot be read: ${(error as Error).message}`);
      return undefined;
    }
  }
  const token = text.trim();
  if (/^[\x21-\x7e]{0,8192}$/.test(token)) return token;
  const where = tokenFile === undefined ? 'SLUICE_TOKEN' : '--token-file';
  terminal.err(`${where} must hold one API key or token and nothing else.`);
  return undefined;
}

async function configuredUrl(
  terminal: Terminal,
  options: EndpointOptions,
): Promise<string | undefined> {
  const isDefault = options.config === DEFAULT_FILE;
  if (isDefault && !existsSync(absolute(terminal, options.config))) {
    return 'http://127.0.0.1:7332/mcp';
  }
  const { placesOrSay } = await import('./load.ts');
  const places = placesOrSay(terminal, options, { listen: ['host', 'port', 'tls'] });
  if (places === undefined) return undefined;
  const { host, port, tls } = places.config.listen;
  if (port !== 0)
    return `${tls === undefined ? 'http' : 'https'}://${connectable(host)}:${port}/mcp`;
  terminal.err('The configuration takes any free port; say which with --url.');
  return undefined;
}

/** One cannot connect to "all addresses". */
export function connectable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
