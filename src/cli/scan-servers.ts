/**
 * The servers of a configuration, ours or another client's, started once so that what they offer can be scanned.
 *
 * As `check` starts them; nothing of what they list is held back here. A client's file is read as that client reads it:
 * with the secrets that stand in it, which go to the server's own process and nowhere else.
 */

import { homedir } from 'node:os';
import { basename, dirname } from 'node:path';
import { fileSchema } from '../config/config.ts';
import type { GatewayConfig, Offer, ServerReport } from '../gateway/gateway.ts';
import { createLog } from '../telemetry/telemetry.ts';
import { type ForeignServer, readClientFile } from './client-files.ts';
import type { Terminal } from './terminal.ts';

const END_MS = 2000;

export interface Offered {
  readonly offers: readonly Offer[];
  readonly reports: readonly ServerReport[];
}

/** Everything that these servers list, as they list it. */
export async function offersOf(terminal: Terminal, config: GatewayConfig): Promise<Offered> {
  const { Gateway } = await import('../gateway/gateway.ts');
  const bare = { ...config, inspect: fileSchema.shape.inspect.parse('off') };
  const gateway = new Gateway(bare, createLog({ log: 'silent' }), terminal.around.env);
  try {
    const reports = await gateway.inspectServers();
    return { offers: gateway.offers(), reports };
  } finally {
    await gateway.close(END_MS);
  }
}

/** Whether a file is one that other clients write: it has servers and nothing that is ours. */
export function isClientFile(file: string): boolean {
  return /\.jsonc?$/.test(file) && !basename(file).startsWith('sluice');
}

/** The servers of a client's file as a configuration; a sentence where it has none. */
export function foreignConfig(terminal: Terminal, file: string): GatewayConfig | string {
  const found = readClientFile(file);
  if (typeof found === 'string') return found;
  if (found.length === 0) return `${file} has no servers.`;
  const servers: Record<string, unknown> = {};
  for (const server of found) {
    const entry = entryOf(terminal, server);
    if (entry !== undefined) servers[freeName(server.name, servers)] = entry;
  }
  const parsed = fileSchema.safeParse({ servers });
  if (!parsed.success) {
    const path = parsed.error.issues[0]?.path.join('.') ?? '';
    return `${file}: "${path}" cannot be used.`;
  }
  const { access, ...rest } = parsed.data;
  return { ...rest, servers: rest.servers ?? {}, access: { ...access, default: 'allow' } };
}

function freeName(name: string, taken: object): string {
  const clean = name.replace(/[^A-Za-z0-9_-]+/g, '-').slice(0, 28) || 'server';
  if (!Object.hasOwn(taken, clean)) return clean;
  for (let count = 2; ; count++) {
    if (!Object.hasOwn(taken, `${clean}-${count}`)) return `${clean}-${count}`;
  }
}

function entryOf(terminal: Terminal, { entry, file, folder }: ForeignServer): object | undefined {
  const fill = (text: unknown) => filled(terminal, String(text), folder);
  const texts = (group: unknown) =>
    Object.fromEntries(
      Object.entries((group as object | undefined) ?? {}).map(([name, text]) => [name, fill(text)]),
    );
  const url = [entry.url, entry.serverUrl, entry.httpUrl].find((one) => typeof one === 'string');
  if (typeof entry.command === 'string') {
    const args = Array.isArray(entry.args) ? entry.args.map(fill) : [];
    const cwd = typeof entry.cwd === 'string' ? fill(entry.cwd) : (folder ?? dirname(file));
    return { command: fill(entry.command), args, env: texts(entry.env), cwd };
  }
  if (url === undefined) return undefined;
  const isSse = [entry.type, entry.transport].includes('sse');
  return { url: fill(url), headers: texts(entry.headers), ...(isSse ? { transport: 'sse' } : {}) };
}

/** The variables that clients know; what nobody has stays as it is written. */
function filled(terminal: Terminal, text: string, folder: string | undefined): string {
  const { env, cwd } = terminal.around;
  return text.replace(/\$\{(?:env:)?([A-Za-z_]\w*)(?::-([^}]*))?\}/g, (whole, name, otherwise) => {
    if (name === 'workspaceFolder') return folder ?? cwd;
    if (name === 'userHome') return env.HOME ?? homedir();
    return env[name] ?? otherwise ?? whole;
  });
}
