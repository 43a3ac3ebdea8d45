/**
 * The client of the admin API, for `sluice admin`: where it is and who we are there, from options, variables or the file.
 *
 * Follows no redirects and reads an answer within bounds. What goes wrong comes back as a value, in words for a person.
 */

import { existsSync, readFileSync } from 'node:fs';
// Alone: the package's entrance loads fetch, WebSocket and caches as well, a third of the CPU of a command.
import request from 'undici/lib/api/api-request.js';
import Agent from 'undici/lib/dispatcher/agent.js';
import type { Config } from '../config/config.ts';
import { jsonOf } from '../lib/json.ts';
import { connectable } from './endpoint.ts';
import { EXIT, type Exit } from './exit.ts';
import { absolute, DEFAULT_FILE } from './file.ts';
import type { Terminal } from './terminal.ts';

export interface AdminOptions {
  readonly config: string;
  readonly url?: string;
  readonly tokenFile?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly json?: boolean;
}

export type Json = Record<string, unknown>;

export type AdminAnswer =
  | { readonly ok: true; readonly body: Json; readonly text: string }
  | { readonly ok: false; readonly exit: Exit; readonly words: string };

const ANSWER_BYTES_MAX = 64 * 1024 * 1024;
const CONNECT_MS = 5_000;
/** A restart may wait for the last call of the old process. */
const ANSWER_MS = 600_000;

export class AdminClient {
  readonly #url: string;
  readonly #token: string;
  readonly #agent: Agent;

  private constructor(url: string, token: string, agent: Agent) {
    this.#url = url;
    this.#token = token;
    this.#agent = agent;
  }

  /** Undefined after what is wrong was said. */
  static async of(terminal: Terminal, options: AdminOptions): Promise<AdminClient | undefined> {
    const given = tokenOf(terminal, options);
    if (given === null) return undefined;
    const place = await placeOf(terminal, options, given !== undefined);
    if (place === undefined) return undefined;
    const token = given ?? place.token;
    const files: { ca?: Buffer; cert?: Buffer; key?: Buffer } = {};
    for (const name of ['ca', 'cert', 'key'] as const) {
      const file = options[name];
      if (file === undefined) continue;
      const bytes = readOrSay(terminal, `--${name}`, file);
      if (bytes === undefined) return undefined;
      files[name] = bytes;
    }
    const agent = new Agent({ connect: { timeout: CONNECT_MS, ...files } });
    return new AdminClient(place.url.replace(/\/+$/, ''), token, agent);
  }

  async ask(method: string, path: string, body?: Json): Promise<AdminAnswer> {
    try {
      const { origin, pathname, search } = new URL(this.#url + path);
      const response = await request.call(this.#agent, {
        origin,
        path: pathname + search,
        method: method as 'GET',
        headers: {
          accept: 'application/json',
          'content-type': 'application/json',
          ...(this.#token === '' ? {} : { authorization: `Bearer ${this.#token}` }),
        },
        body: body === undefined ? null : JSON.stringify(body),
        headersTimeout: ANSWER_MS,
        bodyTimeout: ANSWER_MS,
      });
      const chunks: Buffer[] = [];
      let size = 0;
      for await (const chunk of response.body) {
        size += (chunk as Buffer).length;
        if (size > ANSWER_BYTES_MAX) throw new Error('the answer is too large');
        chunks.push(chunk as Buffer);
      }
      return judge(response.statusCode, Buffer.concat(chunks).toString('utf8'), this.#url);
    } catch (error) {
      const { code, message } = error as { code?: string; message?: string };
      const words = `There is no admin API at ${this.#url} (${code ?? message}).`;
      return { ok: false, exit: EXIT.unavailable, words };
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

function judge(status: number, text: string, url: string): AdminAnswer {
  const body = parse(text);
  if (status === 200) return { ok: true, body: body ?? {}, text };
  const { code, message } = body ?? {};
  if (typeof code !== 'string' || typeof message !== 'string') {
    const words = `What answers at ${url} is not the admin API (HTTP ${status}).`;
    return { ok: false, exit: EXIT.unavailable, words };
  }
  const isUs = status === 401 || status === 403 || status === 400;
  const hint =
    status === 401 ? ' SLUICE_ADMIN_TOKEN, --token-file, or --cert and --key say who you are.' : '';
  const exit = isUs ? EXIT.usage : status >= 500 ? EXIT.unavailable : EXIT.wrong;
  return { ok: false, exit, words: `${message}${hint} [${code}]` };
}

function parse(text: string): Json | undefined {
  const value = jsonOf(text);
  return typeof value === 'object' && value !== null ? (value as Json) : undefined;
}

type AdminPlace = Pick<Config['admin'], 'host' | 'port' | 'tls'> & { token?: string | undefined };

/** Where it is, and the token that the file has for it; undefined after what is wrong was said. */
async function placeOf(
  terminal: Terminal,
  options: AdminOptions,
  hasToken: boolean,
): Promise<{ url: string; token: string } | undefined> {
  const given = options.url ?? terminal.around.env.SLUICE_ADMIN_URL;
  if (given !== undefined) {
    if (URL.canParse(given) && /^https?:$/.test(new URL(given).protocol)) {
      return { url: given, token: '' };
    }
    terminal.err('The URL of the admin API must be http:// or https://.');
    return undefined;
  }
  const isDefault = options.config === DEFAULT_FILE;
  if (isDefault && !existsSync(absolute(terminal, options.config))) {
    return { url: 'http://127.0.0.1:7333', token: '' };
  }
  const { placesOrSay } = await import('./load.ts');
  // With a certificate none is needed either, and with a token of one's own not that of the file.
  const isKnown = hasToken || options.cert !== undefined;
  const places = isKnown
    ? placesOrSay(terminal, options, { admin: ['host', 'port', 'tls'] })
    : placesOrSay(terminal, options, { admin: ['host', 'port', 'tls', 'token'] });
  if (places === undefined) return undefined;
  const { host, port, tls, token = '' }: AdminPlace = places.config.admin;
  if (port === 0) {
    terminal.err('The configuration takes any free port for it; say which with --url.');
    return undefined;
  }
  const scheme = tls === undefined ? 'http' : 'https';
  return { url: `${scheme}://${connectable(host)}:${port}`, token };
}

/** An empty one and none alike leave it to the configuration; null after what is wrong with the file was said. */
function tokenOf(terminal: Terminal, { tokenFile }: AdminOptions): string | undefined | null {
  const bytes =
    tokenFile === undefined ? undefined : readOrSay(terminal, '--token-file', tokenFile);
  if (tokenFile !== undefined && bytes === undefined) return null;
  const text = bytes?.toString('utf8') ?? terminal.around.env.SLUICE_ADMIN_TOKEN;
  const token = text?.trim() ?? '';
  return token === '' ? undefined : token;
}

function readOrSay(terminal: Terminal, option: string, file: string): Buffer | undefined {
  try {
    return readFileSync(absolute(terminal, file));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    terminal.err(`${option} cannot be read (${code}).`);
    return undefined;
  }
}
