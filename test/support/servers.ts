/** Servers for tests: as entries of stdio servers, or started where they listen. */

import { type StartedProcess, startProcess } from './spawn.ts';
import { compiled, projectFolder } from './temp.ts';

interface Entry extends Record<string, unknown> {
  readonly command: string;
  readonly args: readonly string[];
}

const programOf = (name: string) => compiled(`test/support/fixtures/${name}.js`);

/** A fixture program. */
export function fixture(name: string, ...args: string[]): Entry {
  return { command: process.execPath, args: [programOf(name), ...args] };
}

/** A fixture program that listens on a free port; `ready` is its URL. */
export function remote(name: string, mode = 'http'): Promise<StartedProcess> {
  const args = [programOf(name), mode, '0'];
  return startProcess(process.execPath, args, { readyLine: /^ready (\S+)/ });
}

/** One of the reference servers. */
export function reference(name: string, ...args: string[]): Entry {
  return { command: process.execPath, args: [referenceProgram(name), ...args] };
}

export function referenceProgram(name: string): string {
  return `${projectFolder()}/node_modules/@modelcontextprotocol/server-${name}/dist/index.js`;
}

/** A small server given as source text, for misbehaviour that no fixture has. */
export function script(source: string, ...args: string[]): Entry {
  return { command: process.execPath, args: ['-e', source, '--', ...args] };
}
