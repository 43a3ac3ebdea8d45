/**
 * Servers of other clients' files in the words of ours.
 *
 * What looks like a secret does not come along: a reference to a variable takes its place, and a note says which. What
 * this gateway has no word for is left out, and a note says that too. Notes never quote a value.
 */

import { isAbsolute, resolve } from 'node:path';
import { looksSecret } from '../config/config.ts';
import { namedArgument } from '../lib/named-argument.ts';
import type { ForeignServer } from './client-files.ts';

export interface Imported {
  readonly name: string;
  readonly entry: Record<string, unknown>;
  readonly notes: readonly string[];
}

const KNOWN = new Set([
  'command',
  'args',
  'env',
  'cwd',
  'url',
  'serverUrl',
  'httpUrl',
  'headers',
  'type',
  'transport',
  'transportType',
  'disabled',
  'enabled',
  'autoApprove',
  'alwaysAllow',
]);

export function importServers(found: readonly ForeignServer[], home: string): Imported[] {
  const servers = new Map<string, { text: string; server: Imported }>();
  for (const foreign of found) {
    const server = new Import(foreign, home).read();
    const text = JSON.stringify([foreign.entry, server.entry.cwd]);
    let name = cleanName(foreign.name);
    // Clients share servers by copying them: the same twice is one, two of one name are two.
    for (let count = 2; servers.has(name) && servers.get(name)?.text !== text; count++) {
      name = `${cleanName(foreign.name).slice(0, 28)}-${count}`;
    }
    if (servers.has(name)) continue;
    const notes = [
      ...(name === foreign.name ? [] : ['the name is changed to what a path can carry']),
      ...server.notes,
    ];
    servers.set(name, { text, server: { name, entry: server.entry, notes } });
  }
  return [...servers.values()].map(({ server }) => server);
}

function cleanName(name: string): string {
  const clean = name
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 32);
  return clean === '' || clean === 'v' || clean === '__proto__'
    ? `server-${clean}`.slice(0, 32)
    : clean;
}

/** One entry on its way. */
class Import {
  readonly #foreign: ForeignServer;
  readonly #home: string;
  readonly #prefix: string;
  readonly #notes: string[] = [];

  constructor(foreign: ForeignServer, home: string) {
    this.#foreign = foreign;
    this.#home = home;
    this.#prefix = variableName(foreign.name);
  }

  read(): Omit<Imported, 'name'> {
    const { entry } = this.#foreign;
    const url = [entry.url, entry.serverUrl, entry.httpUrl].find(
      (one): one is string => typeof one === 'string',
    );
    const mine =
      typeof entry.command === 'string'
        ? this.#local(entry.command)
        : url !== undefined
          ? this.#remote(url)
          : undefined;
    if (mine === undefined) {
      return { entry: {}, notes: ['it has neither a command nor a URL and was left out'] };
    }
    const left = Object.keys(entry).filter((key) => !KNOWN.has(key));
    if (left.length > 0) this.#notes.push(`left out: ${left.map(printable).join(', ')}`);
    if (entry.disabled === true || entry.enabled === false) mine.disabled = true;
    return { entry: mine, notes: this.#notes };
  }

  #local(command: string): Record<string, unknown> {
    const { entry, folder } = this.#foreign;
    const args = Array.isArray(entry.args) ? entry.args.map(String) : [];
    const env = textsOf(entry.env).map(([name, value]) => [
      name,
      this.#guard(name, this.#references(value), variableName(name)),
    ]);
    const cwd = typeof entry.cwd === 'string' ? this.#references(entry.cwd) : undefined;
    const runsIn =
      cwd === undefined || isAbsolute(cwd) ? (cwd ?? folder) : resolve(folder ?? this.#home, cwd);
    return {
      command: this.#references(command),
      ...(args.length > 0 ? { args: this.#arguments(args) } : {}),
      ...(env.length > 0 ? { env: Object.fromEntries(env) } : {}),
      ...(runsIn === undefined ? {} : { cwd: runsIn }),
    };
  }

  #remote(url: string): Record<string, unknown> {
    const { entry } = this.#foreign;
    const headers = textsOf(entry.headers).map(([name, value]) => [
      name,
      this.#header(name, value),
    ]);
    const isSse = [entry.type, entry.transport, entry.transportType].includes('sse');
    return {
      url: this.#url(this.#references(url)),
      ...(isSse ? { transport: 'sse' } : {}),
      ...(headers.length > 0 ? { headers: Object.fromEntries(headers) } : {}),
    };
  }

  #arguments(args: readonly string[]): string[] {
    return args.map((arg, at) => {
      const text = this.#references(arg);
      if (/^https?:\/\//i.test(text)) return this.#url(text);
      const before = args[at - 1] ?? '';
      const { lead, name, value } = namedArgument(text, before);
      return lead + this.#guard(name, value, this.#variable(name === '' ? `ARG_${at + 1}` : name));
    });
  }

  /** The scheme stays readable: `Bearer ${env:…}`. */
  #header(name: string, value: string): string {
    const text = this.#references(value);
    const scheme = /^(?:bearer|basic|token) +/i.exec(text)?.[0] ?? '';
    const rest = text.slice(scheme.length);
    if (scheme !== '' && !isReference(rest)) return scheme + this.#keepOut(this.#variable(name));
    return scheme + this.#guard(name, rest, this.#variable(name));
  }

  #url(text: string): string {
    if (!URL.canParse(text)) return text;
    const url = new URL(text);
    // The file takes no credentials in a URL, and a query is as readable as they are.
    if (url.username !== '' || url.password !== '') return this.#keepOut(this.#variable('URL'));
    return text.replace(
      /([?&])([^=&#]+)=([^&#]+)/g,
      (_, mark: string, name: string, value: string) => {
        return `${mark}${name}=${this.#guard(name, value, this.#variable(name))}`;
      },
    );
  }

  #variable(name: string): string {
    return `${this.#prefix}_${variableName(name)}`;
  }

  #guard(name: string, value: string, variable: string): string {
    return isReference(value) || !looksSecret(name, value) ? value : this.#keepOut(variable);
  }

  #keepOut(variable: string): string {
    const note = `a secret stayed behind: set the environment variable ${variable} to what ${this.#foreign.file} has`;
    if (!this.#notes.includes(note)) this.#notes.push(note);
    return `\${env:${variable}}`;
  }

  /** The variables of the clients: `${input:x}`, `${env:X}`, `${X}`, `${X:-y}`, `${workspaceFolder}`, `${userHome}`. */
  #references(text: string): string {
    return text.replace(/\$\{([^}]*)\}/g, (whole, inner: string) => {
      if (/^env:[A-Za-z_]\w*$/.test(inner)) return whole;
      if (inner === 'workspaceFolder') return this.#foreign.folder ?? '.';
      if (inner === 'userHome') return this.#home;
      const input = /^input:(.+)$/.exec(inner);
      if (input !== null) {
        const variable = variableName(input[1] ?? '');
        this.#notes.push(`the client asks for this: set the environment variable ${variable}`);
        return `\${env:${variable}}`;
      }
      if (/^[A-Za-z_]\w*(?::-[^}]*)?$/.test(inner)) return `\${env:${inner}}`;
      // Whatever else it is, it means nothing here and must not come to mean something.
      return /^[a-z]+:/.test(inner) ? `$${whole}` : whole;
    });
  }
}

function isReference(value: string): boolean {
  return value.includes('${env:') || value.includes('${file:');
}

function textsOf(value: unknown): [string, string][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).map(([name, text]) => [name, String(text)]);
}

function variableName(name: string): string {
  const upper = name
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .toUpperCase();
  return /^[A-Z]/.test(upper) ? upper : `X_${upper}`.replace(/_$/, '');
}

function printable(key: string): string {
  return key.replace(/[^\x20-\x7e]/g, '?').slice(0, 40);
}
