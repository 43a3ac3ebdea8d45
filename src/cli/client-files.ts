/**
 * Where MCP clients keep their servers, and how each writes them down.
 *
 * Reads only. Claude Desktop, Cursor and Claude Code say `mcpServers`, VS Code says `servers`; Claude Code has more of them
 * below `projects`, by folder.
 */

import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseJsonc } from './jsonc.ts';

/** One server as a client has it. */
export interface ForeignServer {
  readonly name: string;
  readonly entry: Readonly<Record<string, unknown>>;
  /** The file that has it. */
  readonly file: string;
  /** The folder that the client would run it in; undefined where that is not defined. */
  readonly folder: string | undefined;
}

export interface Places {
  readonly cwd: string;
  readonly home: string;
  readonly appData: string | undefined;
}

/** ~/.claude.json also holds histories and grows; beyond this it is not a configuration. */
const FILE_BYTES_MAX = 32 * 1024 * 1024;

/** The files that clients use, those of this folder first. */
export function knownFiles({ cwd, home, appData }: Places): string[] {
  const support = join(home, 'Library', 'Application Support');
  const config = join(home, '.config');
  const files = [
    join(cwd, '.mcp.json'),
    join(cwd, '.cursor', 'mcp.json'),
    join(cwd, '.vscode', 'mcp.json'),
    join(home, '.claude.json'),
    join(home, '.cursor', 'mcp.json'),
    ...[support, config, ...(appData === undefined ? [] : [appData])].flatMap((base) => [
      join(base, 'Claude', 'claude_desktop_config.json'),
      join(base, 'Code', 'User', 'mcp.json'),
    ]),
  ];
  return [...new Set(files)].filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
}

/** The servers of one file, or a sentence that says why there are none to read. */
export function readClientFile(file: string): ForeignServer[] | string {
  let text: string;
  try {
    const stat = statSync(file);
    if (!stat.isFile()) return `${file} is not a regular file.`;
    if (stat.size > FILE_BYTES_MAX) return `${file} is too large to be a configuration.`;
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return `${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`;
  }
  const root = group(parseJsonc(text));
  if (root === undefined) return `${file} is not JSON.`;
  const folder = projectFolder(file);
  const found = serversIn(root, file, folder);
  for (const [project, settings] of Object.entries(group(root.projects) ?? {})) {
    found.push(...serversIn(group(settings) ?? {}, file, project));
  }
  return found;
}

function serversIn(
  root: Readonly<Record<string, unknown>>,
  file: string,
  folder: string | undefined,
): ForeignServer[] {
  // VS Code's settings.json nests them once more, under "mcp".
  const groups = [root.mcpServers, root.servers, group(root.mcp)?.servers];
  return groups.flatMap((servers) =>
    Object.entries(group(servers) ?? {}).flatMap(([name, value]) => {
      const entry = group(value);
      return entry === undefined ? [] : [{ name, entry, file, folder }];
    }),
  );
}

/** A project's file sits in the project, or in a folder of the client's inside it. */
function projectFolder(file: string): string | undefined {
  const parts = file.split(/[\\/]/);
  const [folder, name] = [parts.at(-2) ?? '', parts.at(-1) ?? ''];
  if (name === '.mcp.json') return dirname(file);
  const isProject = name === 'mcp.json' && (folder === '.vscode' || folder === '.cursor');
  return isProject ? dirname(dirname(file)) : undefined;
}

function group(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
